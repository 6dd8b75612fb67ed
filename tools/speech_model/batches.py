"""In: examples from shards. Out: batches of like length: features, tokens, what must come next.

All that the losses need is made here, with numpy; nothing here knows the network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tools.speech_model.shards import FRAME, STEP, Seen
from tools.speech_model.tokens import Tokens

NOTHING = -100
"""A place where nothing is asked for."""
TIMED = 0.25
"""Share of examples that are learned with the times of their start and end."""
WRONG = 0.06
"""Share of the tokens read back that are replaced: the network must listen, not only guess on."""


@dataclass(frozen=True)
class Batch:
    """Everything of one step of training.

    Attributes:
        mel: float32 [b, 80, frames].
        phonemes: int64 [b, frames / 2], NOTHING behind the end.
        read: int64 [b, n], the tokens so far.
        next: int64 [b, n], what must come next.
        look: float32 [b, n, frames / 2], where to look; rows of zeros ask for nothing.
    """

    mel: Tensor
    phonemes: Tensor
    read: Tensor
    next: Tensor
    look: Tensor


class Batches:
    """Batches without end, in another order each time round.

    Args:
        examples: to learn from.
        tokens: the tokenizer.
        frames: frames of 10 ms in a batch, padding included.
        random: what chooses.
        long: share of batches that are padded to the whole window of 30 seconds, as other users of
            the model may pad it.
    """

    def __init__(
        self,
        examples: Sequence[Seen],
        tokens: Tokens,
        *,
        frames: int,
        random: np.random.Generator,
        long: float = 0.0,
    ) -> None:
        self._examples = sorted(examples, key=lambda example: example.frames)
        self._tokens = tokens
        self._frames = frames
        self._random = random
        self._long = long
        self._encoded: dict[int, tuple[list[int], list[tuple[int, int]]]] = {}

    def __iter__(self) -> Iterator[Batch]:
        while True:
            groups = self._groups()
            self._random.shuffle(groups)
            for first, last in groups:
                if self._random.random() < self._long:
                    chosen = self._random.integers(first, last, 5)
                    yield self.batch([int(i) for i in chosen], 3000)
                else:
                    most = self._examples[last - 1].frames + int(self._random.integers(0, 40))
                    yield self.batch(list(range(first, last)), most + most % 2)

    def _groups(self) -> list[tuple[int, int]]:
        groups = []
        first = int(self._random.integers(0, 8))
        last = first
        for i in range(first, len(self._examples)):
            if (i + 1 - first) * (self._examples[i].frames + 30) > self._frames and i > first:
                groups.append((first, i))
                first = i
            last = i
        if last > first:
            groups.append((first, last))
        return groups

    def batch(self, numbers: list[int], frames: int) -> Batch:
        """These examples, in so many frames."""
        rows = [self._tokenized(i) for i in numbers]
        length = max(len(read) for read, _, _ in rows)
        mel = np.zeros((len(rows), 80, frames), np.float32)
        phonemes = np.full((len(rows), frames // 2), NOTHING, np.int64)
        read = np.full((len(rows), length), self._tokens.end, np.int64)
        following = np.full((len(rows), length), NOTHING, np.int64)
        look = np.zeros((len(rows), length, frames // 2), np.float32)
        for row, (i, (said, after, windows)) in enumerate(zip(numbers, rows, strict=True)):
            example = self._examples[i]
            mel[row, :, : example.frames] = self._masked(example)
            phonemes[row, : example.frames // 2] = example.phonemes
            read[row, : len(said)] = said
            following[row, : len(after)] = after
            for place, (start, end) in windows.items():
                first = min(max(0, int(start / FRAME)), frames // 2 - 1)
                last = min(max(first + 1, int(np.ceil(end / FRAME))), frames // 2)
                look[row, place, first:last] = 1 / (last - first)
        return Batch(*(torch.from_numpy(x) for x in (mel, phonemes, read, following, look)))

    def _masked(self, example: Seen) -> npt.NDArray[np.float32]:
        """Its features, with a strip of time and one of pitch blotted out now and then."""
        mel = example.top - example.mel.astype(np.float32) * STEP
        middle = float(mel.mean())
        if self._random.random() < 0.5:
            width = int(self._random.integers(1, 12))
            first = int(self._random.integers(0, max(1, example.frames - width)))
            mel[:, first : first + width] = middle
        if self._random.random() < 0.5:
            width = int(self._random.integers(1, 10))
            first = int(self._random.integers(0, 80 - width))
            mel[first : first + width] = middle
        return mel

    def _tokenized(self, i: int) -> tuple[list[int], list[int], dict[int, tuple[float, float]]]:
        """Tokens read, tokens asked for, and where to look at each place."""
        example, tokens = self._examples[i], self._tokens
        if i not in self._encoded:
            self._encoded[i] = tokens.encode(example.text) if example.text else ([], [])
        ids, letters = self._encoded[i]
        language = tokens.number(f"<|{example.language}|>")
        timed = bool(example.words) and self._random.random() < TIMED
        opening = [
            tokens.number("<|startoftranscript|>"),
            language,
            tokens.number("<|transcribe|>"),
        ]
        if timed:
            start, end = (round(t / FRAME) for t in (example.words[0][2], example.words[-1][3]))
            opening.append(tokens.first_time + min(start, 1500))
            closing = [tokens.first_time + min(end, 1500), tokens.end]
        else:
            opening.append(tokens.number("<|notimestamps|>"))
            closing = [tokens.end]
        whole = [*opening, *ids, *closing]
        asked = whole[1:]
        asked[0] = language if example.text else tokens.number("<|nospeech|>")
        asked[1] = NOTHING
        asked[2] = asked[2] if timed else NOTHING
        read = whole[:-1]
        for place in range(4, 4 + len(ids)):
            if place < len(read) and self._random.random() < WRONG:
                read[place] = int(self._random.integers(0, 256 + 540))
        windows = {
            3 + place: _window(example, first, last) for place, (first, last) in enumerate(letters)
        }
        return read, asked, windows


def _window(example: Seen, first: int, last: int) -> tuple[float, float]:
    """When letters first to last of the text sound: their share of their word."""
    for word_first, word_last, start, end in example.words:
        if last <= word_last or (word_first, word_last) == tuple(example.words[-1][:2]):
            size = max(1, word_last - word_first)
            from_ = max(0, first - word_first) / size
            until = min(1.0, max(0, last - word_first) / size)
            return start + from_ * (end - start), start + until * (end - start)
    return 0.0, FRAME
