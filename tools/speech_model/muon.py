"""In: gradients of matrices. Out: steps of which every direction is as large as every other.

Muon (Jordan 2024): momentum, made orthogonal by five steps of Newton and Schulz, in float32 because
a laptop's processor has no fast bfloat16. Matrices of one shape go together. Learns this model in
about half the steps of AdamW.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor

A, B, C = 3.4445, -4.7750, 2.0315
"""The quintic that pulls all singular values towards 1; from the same source."""


def orthogonal(matrices: Tensor, rounds: int = 5) -> Tensor:
    """[k, rows, columns] -> the same shape, with singular values near 1."""
    x = matrices.mT if matrices.shape[1] > matrices.shape[2] else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(rounds):
        square = x @ x.mT
        x = A * x + (B * square + C * square @ square) @ x
    return x.mT if matrices.shape[1] > matrices.shape[2] else x


class Muon(torch.optim.Optimizer):
    """For matrices only. The scale makes a learning rate of AdamW fit (Liu 2025)."""

    def __init__(self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.95) -> None:
        super().__init__(list(parameters), {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, _closure: None = None) -> None:  # type: ignore[override]
        """Take one step."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    alike[p.shape].append(p)
            for shape, parameters in alike.items():
                for p in parameters:
                    held = self.state[p].setdefault("held", torch.zeros_like(p))
                    held.lerp_(p.grad, 1 - group["momentum"])
                ahead = torch.stack(
                    [p.grad.lerp(self.state[p]["held"], group["momentum"]) for p in parameters]
                )
                size = group["lr"] * 0.2 * max(shape) ** 0.5
                for p, step in zip(parameters, orthogonal(ahead), strict=True):
                    p.mul_(1 - group["lr"] * 0.02).add_(step, alpha=-size)
