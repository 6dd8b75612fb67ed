"""In: a random seed. Out: a shard: some thousand examples as the model sees them, on disk.

A shard is one .npz: log-mel features as the product computes them (one byte a value, 100 frames a
second, 80 mels), which phoneme sounds in each of the encoder's frames (50 a second), and a line of
JSON for each example with its text and word times.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.speech_model import voices
from tools.speech_model.corpus import Corpus
from tools.speech_model.examples import (
    Example,
    framed,
    in_a_room,
    interrupting,
    joined,
    spoken,
)
from tools.speech_model.rooms import nobody

SHARES = {"nl": 0.38, "en": 0.34, "de": 0.28}
"""Dutch first; English next, because its spelling follows its sound least."""
SILENT = 0.03
LONGEST = 14.0
"""Seconds; longer examples are left out, because they cost most and teach no more."""
FRAME = 0.02
"""Seconds of one frame of the encoder."""
STEP = 0.0084
"""Features of one utterance lie within 2.0 of their greatest; so 239 steps hold them."""


@dataclass(frozen=True)
class Seen:
    """One example from a shard: mel float32 [80, n], phonemes int64 [n / 2], and what it is."""

    mel: npt.NDArray[np.uint8]
    top: float
    phonemes: npt.NDArray[np.int16]
    text: str
    language: str
    words: list[tuple[int, int, float, float]]

    @property
    def frames(self) -> int:
        """Frames of 10 ms."""
        return int(self.mel.shape[1])


@cache
def _extractor() -> Any:
    from faster_whisper.feature_extractor import FeatureExtractor

    return FeatureExtractor()


def features(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Log-mel features just as faster-whisper hands them to the encoder: float32 [80, n]."""
    return _extractor()(samples)[:, :-1]  # type: ignore[no-any-return]


def examples(random: np.random.Generator, voice: Any = voices.seen) -> Iterator[Example]:
    """Examples to train on, without end."""
    texts = {language: iter(Corpus(language, random)) for language in SHARES}
    other: Example | None = None
    while True:
        if random.random() < SILENT:
            language = str(random.choice(list(SHARES)))
            yield Example(text="", language=language, samples=nobody(_apart(random)), voice="")
            continue
        language = str(random.choice(list(SHARES), p=list(SHARES.values())))
        example = spoken(next(texts[language]), language, voice(random, language))
        kind = random.random()
        if kind < 0.12:
            pause = random.uniform(0.15, 0.7)
            same = voice(random, language)
            example = joined(example, spoken(next(texts[language]), language, same), pause)
        if kind > 0.93 and other is not None:
            example = interrupting(_apart(random), example, other, random.uniform(8, 20))
        other = example
        before, after = random.uniform(0.0, 0.4), random.uniform(0.02, 0.45)
        example = in_a_room(_apart(random), framed(example, before, after))
        if 0.4 < example.seconds < LONGEST and example.text:
            yield example


def _apart(random: np.random.Generator) -> np.random.Generator:
    """A generator of its own for what takes as many numbers as there are samples.

    The synthesiser does not say a sentence twice in just as many samples; what is drawn next must
    not depend on that.
    """
    return np.random.default_rng(int(random.integers(0, 2**62)))


def make(folder: Path, seed: int, count: int) -> Path:
    """Write one shard; one that is there already stays."""
    path = folder / f"shard-{seed:04d}.npz"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.npz")
    write(unfinished, islice(examples(np.random.default_rng([20261123, seed])), count))
    return unfinished.rename(path)


def write(path: Path, source: Iterable[Example]) -> None:
    """Write examples to a shard."""
    mels, phonemes, lines = [], [], []
    names: dict[str, int] = {"": 0}
    for example in source:
        mel = features(example.samples)
        mel = mel[:, : mel.shape[1] // 2 * 2]
        top = float(mel.max())
        mels.append(np.clip(np.round((top - mel) / STEP), 0, 255).astype(np.uint8))
        phonemes.append(_by_frame(example, mel.shape[1] // 2, names))
        lines.append(
            {
                "text": example.text,
                "language": example.language,
                "voice": example.voice,
                "top": top,
                "frames": mel.shape[1],
                "words": [
                    [w.first, w.last, round(w.start, 3), round(w.end, 3)] for w in example.words
                ],
            }
        )
    np.savez(
        path,
        mel=np.concatenate(mels, 1),
        phonemes=np.concatenate(phonemes),
        names=np.array(list(names)),
        lines=np.array([json.dumps(line, ensure_ascii=False) for line in lines]),
    )


def _by_frame(example: Example, count: int, names: dict[str, int]) -> npt.NDArray[np.int16]:
    """The number of the phoneme in the middle of each frame."""
    starts = np.array([start for start, _ in example.phonemes] or [0.0])
    kinds = [names.setdefault(name, len(names)) for _, name in example.phonemes] or [0]
    middles = (np.arange(count) + 0.5) * FRAME
    place = np.clip(np.searchsorted(starts, middles, side="right") - 1, 0, None)
    return np.array(kinds, np.int16)[place]


def read(path: Path, numbers: dict[str, int]) -> list[Seen]:
    """The examples of a shard.

    Args:
        path: a shard.
        numbers: the number of each phoneme, shared by all shards; new ones are added.
    """
    with np.load(path) as shard:
        mel, phonemes = shard["mel"], shard["phonemes"]
        names, lines = shard["names"], shard["lines"]
    ours = np.array([numbers.setdefault(str(name), len(numbers)) for name in names], np.int16)
    phonemes = ours[phonemes]
    found = []
    at = 0
    for line in lines:
        data = json.loads(str(line))
        n = data["frames"]
        found.append(
            Seen(
                mel=mel[:, at : at + n],
                top=data["top"],
                phonemes=phonemes[at // 2 : (at + n) // 2],
                text=data["text"],
                language=data["language"],
                words=[tuple(word) for word in data["words"]],
            )
        )
        at += n
    return found
