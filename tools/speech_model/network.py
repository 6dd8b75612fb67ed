"""In: log-mel features and tokens. Out: what comes next, what sounds now, and where it looked.

Whisper's network in PyTorch, with Whisper's names for its weights, and two things of training only:
a head that names the phoneme of each frame, and the weights of the attention that finds the times.
Source of the shape: openai/whisper, model.py; alignment heads as faster-whisper reads them.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes of a network. Whisper needs 1500 places of sound and at least 448 of text."""

    tokens: int
    phonemes: int = 160
    width: int = 192
    heads: int = 4
    encoder: int = 4
    decoder: int = 2
    mels: int = 80
    sound: int = 1500
    text: int = 448

    def as_dict(self) -> dict[str, int]:
        """For a checkpoint."""
        return asdict(self)


GUIDED = ((0, 0), (1, 0), (1, 1))
"""Layer and head of the decoder that learn to look where the word sounds. The first layer looks
first, so that the second knows from the places before where it is now."""
ALIGNMENT = ((1, 0), (1, 1))
"""Those from which word times are read."""


class Attention(nn.Module):
    """Attention over a sequence or, with `sound`, over another one."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(
        self, x: Tensor, sound: Tensor | None = None, causal: bool = False, look: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """x [b, n, width] -> the same shape, and with `look` the logits [b, heads, n, frames]."""
        source = x if sound is None else sound
        q, k, v = (
            self._split(self.query(x)),
            self._split(self.key(source)),
            self._split(self.value(source)),
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        logits = (q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1]) if look else None
        return self.out(mixed.transpose(1, 2).flatten(2)), logits

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


class Block(nn.Module):
    """One layer of the encoder, or of the decoder when it looks at sound."""

    def __init__(self, width: int, heads: int, crossing: bool) -> None:
        super().__init__()
        self.attn, self.attn_ln = Attention(width, heads), nn.LayerNorm(width)
        if crossing:
            self.cross_attn, self.cross_attn_ln = Attention(width, heads), nn.LayerNorm(width)
        self.crossing = crossing
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.mlp_ln = nn.LayerNorm(width)

    def forward(
        self, x: Tensor, sound: Tensor | None = None, look: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """x [b, n, width] -> the same shape, and where it looked."""
        x = x + self.attn(self.attn_ln(x), causal=self.crossing)[0]
        seen = None
        if self.crossing:
            mixed, seen = self.cross_attn(self.cross_attn_ln(x), sound, look=look)
            x = x + mixed
        return x + self.mlp(self.mlp_ln(x)), seen


def sinusoids(length: int, width: int) -> Tensor:
    """Places of the encoder, [length, width]: sines of ever longer periods."""
    step = math.log(10000) / (width // 2 - 1)
    angles = torch.arange(length)[:, None] * torch.exp(-step * torch.arange(width // 2))[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Encoder(nn.Module):
    """Features [b, 80, n] -> [b, n / 2, width]."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(shape.mels, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", sinusoids(shape.sound, shape.width))
        self.blocks = nn.ModuleList(
            Block(shape.width, shape.heads, crossing=False) for _ in range(shape.encoder)
        )
        self.ln_post = nn.LayerNorm(shape.width)

    def forward(self, mel: Tensor) -> Tensor:
        """See the class."""
        x = functional.gelu(self.conv1(mel))
        x = functional.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.positional_embedding[: x.shape[1]]
        for block in self.blocks:
            x, _ = block(x)
        return self.ln_post(x)


class Decoder(nn.Module):
    """Tokens [b, n] and sound -> hidden [b, n, width], and the attention of the guided heads."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(shape.tokens, shape.width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        self.positional_embedding = nn.Parameter(torch.randn(shape.text, shape.width) * 0.01)
        self.blocks = nn.ModuleList(
            Block(shape.width, shape.heads, crossing=True) for _ in range(shape.decoder)
        )
        self.ln = nn.LayerNorm(shape.width)

    def forward(
        self, tokens: Tensor, sound: Tensor, look: bool = False
    ) -> tuple[Tensor, list[Tensor]]:
        """See the class."""
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        layers: list[Tensor | None] = []
        for block in self.blocks:
            x, seen = block(x, sound, look)
            layers.append(seen)
        guided = [layers[layer][:, head] for layer, head in GUIDED] if look else []  # type: ignore[index]
        return self.ln(x), guided


class Network(nn.Module):
    """The whole of it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.phonemes = nn.Linear(shape.width, shape.phonemes)

    def logits(self, hidden: Tensor) -> Tensor:
        """What comes next: hidden [..., width] -> [..., tokens]."""
        return hidden @ self.decoder.token_embedding.weight.T
