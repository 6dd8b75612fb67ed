"""In: shards of examples. Out: a checkpoint, ever better; stopped at any time, it goes on from there.

Three things are learned at once: which phoneme sounds (the encoder's help), where each word sounds
(the attention's help), and the text. The helps are what makes it learn on a laptop: without them
the loss stays on a plateau for the first hour.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tools.speech_model.batches import NOTHING, Batch, Batches
from tools.speech_model.muon import Muon
from tools.speech_model.network import Network, Shape
from tools.speech_model.shards import Seen, read
from tools.speech_model.tokens import Tokens


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes:
        minutes: of training, all runs together; the learning rate goes down over them. On a
            processor they are its own minutes, so that other work beside it costs no learning.
        rate: learning rate at its height.
        frames: frames of 10 ms in a batch.
        sound_only: train the encoder alone; needs no tokenizer that is final.
        long: share of batches with the whole window of 30 seconds.
        save: seconds between checkpoints.
        last: the learning rate at the end, as a share of its height.
        quickly: share of the minutes in which the learning rate stays at its height.
    """

    minutes: float
    rate: float = 3e-3
    frames: int = 12000
    sound_only: bool = False
    long: float = 0.02
    save: float = 120.0
    last: float = 0.02
    quickly: float = 0.3


def losses(network: Network, batch: Batch, sound_only: bool = False) -> dict[str, Tensor]:
    """What is wrong, by kind."""
    sound = network.encoder(batch.mel)
    phonemes = functional.cross_entropy(
        network.phonemes(sound).float().flatten(0, 1),
        batch.phonemes.flatten(),
        ignore_index=NOTHING,
    )
    if sound_only:
        return {"phonemes": phonemes}
    hidden, guided = network.decoder(batch.read, sound, look=True)
    asked = batch.next.flatten()
    places = asked != NOTHING  # the logits are the dearest part: only where they are asked for
    text = functional.cross_entropy(
        network.logits(hidden.flatten(0, 1)[places]).float(), asked[places], label_smoothing=0.05
    )
    rows = batch.look.sum(-1) > 0
    look = torch.stack(
        [-(batch.look * logits.float().log_softmax(-1)).sum(-1)[rows].mean() for logits in guided]
    ).mean()
    return {"text": text, "phonemes": phonemes, "look": look}


WEIGHTS = {"text": 1.0, "phonemes": 0.4, "look": 0.7}


class Trainer:
    """A network, its optimizers and how far they are; saved and loaded as one.

    Args:
        shape: sizes of the network.
        plan: how to train.
        device: "cpu" or "cuda".
    """

    def __init__(self, shape: Shape, plan: Plan, device: str = "cpu") -> None:
        torch.manual_seed(1)
        self.network = Network(shape).to(device)
        self.plan = plan
        self.device = device
        self.minutes = 0.0
        self.steps = 0
        self.seen = 0
        blocks = [*self.network.encoder.blocks, *self.network.decoder.blocks]
        matrices = [p for block in blocks for p in block.parameters() if p.ndim == 2]
        chosen = {id(p) for p in matrices}
        others = [p for p in self.network.parameters() if id(p) not in chosen]
        self.muon = Muon(matrices, lr=plan.rate)
        self.adam = torch.optim.AdamW(others, lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01)

    def save(self, path: Path) -> None:
        """Write a checkpoint; the one before it stays until this one is whole."""
        unfinished = path.with_suffix(".part")
        torch.save(
            {
                "shape": self.network.shape.as_dict(),
                "network": self.network.state_dict(),
                "muon": self.muon.state_dict(),
                "adam": self.adam.state_dict(),
                "minutes": self.minutes,
                "steps": self.steps,
                "seen": self.seen,
            },
            unfinished,
        )
        unfinished.replace(path)

    def load(self, path: Path, optimizers: bool = True) -> None:
        """Go on from a checkpoint; parts of another size are left as they are."""
        found: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        ours = self.network.state_dict()
        fitting = {
            k: v for k, v in found["network"].items() if k in ours and ours[k].shape == v.shape
        }
        self.network.load_state_dict(fitting, strict=False)
        if optimizers:
            self.muon.load_state_dict(found["muon"])
            self.adam.load_state_dict(found["adam"])
            self.minutes, self.steps, self.seen = (found[k] for k in ("minutes", "steps", "seen"))

    def _rate(self) -> float:
        done = min(1.0, self.minutes / self.plan.minutes)
        start = min(1.0, (self.steps + 1) / 150)
        rest = max(0.0, (done - self.plan.quickly) / (1 - self.plan.quickly))
        return start * max(self.plan.last, 0.5 * (1 + math.cos(math.pi * rest)))

    def step(self, batch: Batch) -> dict[str, float]:
        """Learn from one batch."""
        batch = Batch(*(part.to(self.device) for part in vars(batch).values()))
        rate = self._rate()
        for optimizer in (self.muon, self.adam):
            for group in optimizer.param_groups:
                group["lr"] = self.plan.rate * rate
            optimizer.zero_grad()
        kind = "cuda" if self.device == "cuda" else "cpu"
        with torch.autocast(kind, torch.bfloat16, enabled=self.device == "cuda"):
            found = losses(self.network, batch, self.plan.sound_only)
        torch.stack([WEIGHTS[name] * value for name, value in found.items()]).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.muon.step()
        self.adam.step()
        self.steps += 1
        self.seen += len(batch.mel)
        return {name: value.item() for name, value in found.items()}

    def _clock(self) -> float:
        """Seconds of training; on a processor, those in which all its threads worked."""
        if self.device == "cpu":
            return time.process_time() / torch.get_num_threads()
        return time.monotonic()

    def run(
        self, batches: Batches, path: Path, say: Callable[[str], None], refresh: float = 0.0
    ) -> bool:
        """Train until the plan's minutes are over; False when the examples must be read anew.

        Args:
            batches: to learn from.
            path: where the checkpoint goes.
            say: takes a line of progress.
            refresh: minutes after which to stop, so that new shards can be read; 0: never.
        """
        began, at, saved = self._clock(), self.minutes, time.monotonic()
        mean: dict[str, float] = {}
        for batch in batches:
            found = self.step(batch)
            self.minutes = at + (self._clock() - began) / 60
            for name, value in found.items():
                mean[name] = 0.97 * mean.get(name, value) + 0.03 * value
            if self.steps % 50 == 0:
                parts = "  ".join(f"{name} {value:.3f}" for name, value in mean.items())
                say(f"{self.minutes:6.1f} min  step {self.steps}  seen {self.seen}  {parts}")
            if time.monotonic() - saved > self.plan.save:
                self.save(path)
                saved = time.monotonic()
            if self.minutes >= self.plan.minutes:
                break
            if refresh and self.minutes - at > refresh:
                self.save(path)
                return False
        self.save(path)
        return True


def gather(folders: list[Path], numbers: dict[str, int]) -> list[Seen]:
    """All examples of all shards in these folders."""
    return [
        example
        for folder in folders
        for path in sorted(folder.glob("shard-????.npz"))
        for example in read(path, numbers)
    ]


def train(
    *,
    shards: list[Path],
    tokens: Tokens,
    checkpoint: Path,
    plan: Plan,
    shape: Shape,
    device: str,
    start_from: Path | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Train, or go on training, until the plan is done.

    Args:
        shards: folders of shards.
        tokens: the tokenizer.
        checkpoint: read when it is there, written as training goes on.
        plan: how.
        shape: sizes of the network, for a new one.
        device: "cpu" or "cuda".
        start_from: a checkpoint whose weights to begin with, when there is none yet.
        say: takes a line of progress.
    """
    trainer = Trainer(shape, plan, device)
    numbers_path = checkpoint.with_suffix(".phonemes")
    numbers: dict[str, int] = {}
    origin = checkpoint if checkpoint.exists() else start_from
    if origin is not None:
        trainer.load(origin, optimizers=origin == checkpoint)
        names = origin.with_suffix(".phonemes").read_text(encoding="utf-8").split("\n")
        numbers = {name: i for i, name in enumerate(names)}
    done = False
    while not done:
        examples = gather(shards, numbers)
        if len(numbers) > shape.phonemes:
            raise ValueError(f"{len(numbers)} phonemes do not fit in {shape.phonemes}")
        numbers_path.write_text("\n".join(numbers), encoding="utf-8")
        say(f"{len(examples)} examples, {sum(e.frames for e in examples) / 360000:.1f} hours")
        random = np.random.default_rng(trainer.steps)
        batches = Batches(examples, tokens, frames=plan.frames, random=random, long=plan.long)
        done = trainer.run(batches, checkpoint, say, refresh=25.0)
