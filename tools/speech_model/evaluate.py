"""In: a model in faster-whisper's format and the held-out sentences. Out: how well it hears.

Everything goes through the product's own transcriber. The voices, rates, rooms and noises are drawn
from a fixed seed, so a figure can be repeated; the synthesiser itself differs by a word or two.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.hearing.cleanup import Draft, clean
from assistant.core.language.text import word_errors
from assistant.inputs.models import locate
from assistant.inputs.whisper import Whisper
from tools.speech_model import rooms, voices
from tools.speech_model.corpus import held_out, plain
from tools.speech_model.examples import Example, framed, spoken

SEED = 2611


@dataclass(frozen=True)
class Kind:
    """One way of saying the held-out sentences."""

    name: str
    short: str
    """The name for a narrow column."""
    voice: Callable[[np.random.Generator, str], voices.Voice]
    noise: float | None = None
    """Decibels below the speech."""
    echo: float = 0.0
    """Energy of the room's tail against the direct sound."""


KINDS = (
    Kind("seen voices", "seen voices", voices.seen),
    Kind("unseen voices", "unseen voices", voices.unseen),
    Kind(
        "seen voices, noise at 15 dB and light echo",
        "noise and echo",
        voices.seen,
        noise=15.0,
        echo=0.1,
    ),
)
GOALS = {
    "seen voices": {"nl": 0.08, "en": 0.10, "de": 0.15},
    "unseen voices": {"nl": 0.16, "en": 0.20, "de": 0.30},
    "seen voices, noise at 15 dB and light echo": {"nl": 0.12, "en": 0.15, "de": 0.225},
}
"""Word error rates to reach: twice as much with unseen voices, one and a half times with noise."""


@dataclass(frozen=True)
class Result:
    """How well one language was heard in one kind.

    Attributes:
        language: two letters.
        kind: which of KINDS.
        sentences: how many.
        words: how many were said.
        wer: word errors by words said.
        word_start: mean error of the start of a word in seconds, over words heard right.
    """

    language: str
    kind: str
    sentences: int
    words: int
    wer: float
    word_start: float | None

    def as_dict(self) -> dict[str, Any]:
        """For the card and the bench."""
        return asdict(self)


def utterances(language: str, kind: Kind, count: int) -> Iterator[Example]:
    """Held-out sentences as they sound."""
    random = np.random.default_rng([SEED, *kind.name.encode(), *language.encode()])
    texts = held_out(language)
    evenly = np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)
    for text in (texts[i] for i in evenly):
        example = spoken(text, language, kind.voice(random, language))
        example = framed(example, random.uniform(0.1, 0.4), random.uniform(0.2, 0.5))
        samples = example.samples
        if kind.echo:
            samples = rooms.echo(random, samples, kind.echo, 0.3)
        if kind.noise is not None:
            samples = rooms.noisy(random, samples, kind.noise)
        peak = float(np.abs(samples).max()) or 1.0
        samples = (samples / peak * random.uniform(0.2, 0.8)).astype(np.float32)
        yield Example(
            text=text,
            language=language,
            samples=samples,
            voice=example.voice,
            phonemes=example.phonemes,
            words=example.words,
        )


def measure(
    whisper: Whisper,
    language: str,
    kind: Kind,
    count: int,
    show: Callable[[str], None] | None = None,
) -> Result:
    """Say the sentences, hear them, and compare.

    Args:
        whisper: the transcriber, pinned to this language.
        language: two letters.
        kind: how they are said.
        count: how many at most.
        show: takes every text that was heard wrong.
    """
    wrong, total, number = 0, 0, 0
    starts: list[float] = []
    for example in utterances(language, kind, count):
        draft = whisper.transcribe(example.samples, 0.0)
        errors, words = word_errors(example.text, draft.text)
        wrong, total, number = wrong + errors, total + words, number + 1
        if errors and show:
            show(f"{example.voice}: {example.text} -> {draft.text}")
        if not errors and len(draft.words) == len(example.words):
            starts += [
                abs(heard.start - said.start)
                for heard, said in zip(draft.words, example.words, strict=True)
            ]
    return Result(
        language=language,
        kind=kind.name,
        sentences=number,
        words=total,
        wer=round(wrong / max(1, total), 4),
        word_start=round(statistics.fmean(starts), 3) if starts else None,
    )


def by_voice(whisper: Whisper, language: str, count: int = 20) -> dict[str, float]:
    """Word error rate of each classic variant and of each that was never trained with."""
    return {
        variant or "(plain)": measure(
            whisper, language, Kind(variant, variant, voices.named(variant)), count
        ).wer
        for variant in (*voices.CORE, *voices.UNSEEN)
    }


def invented(whisper: Whisper, count: int = 100) -> float:
    """Share of sounds without speech in which the product believes a text all the same.

    With several beams CTranslate2 cannot end a text before its first token; what comes out instead is
    as unlikely as can be, and the product's own doubts (core/hearing/cleanup.py) throw it out.
    """
    random = np.random.default_rng(SEED)
    drafts = (whisper.transcribe(rooms.nobody(random), 0.0) for _ in range(count))
    return sum(isinstance(clean(draft, ()), Draft) for draft in drafts) / count


def detected(whisper: Whisper, count: int) -> dict[str, float]:
    """Share of held-out utterances over 3 s whose language is found, by language."""
    found: dict[str, float] = {}
    for language in voices.LANGUAGES:
        long = [e for e in utterances(language, KINDS[0], count) if e.seconds > 3.0]
        right = sum(whisper.language_of(example.samples) == language for example in long)
        found[language] = round(right / max(1, len(long)), 3)
    return found


def edges(folder: Path, language: str, count: int = 30) -> tuple[float, float]:
    """Mean error in seconds of the start and the end of speech, as the model's own times have them.

    By faster-whisper as it is, with padding and time tokens; the product does without either.
    """
    from faster_whisper import WhisperModel

    model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    starts: list[float] = []
    ends: list[float] = []
    for example in utterances(language, KINDS[0], count):
        found, _ = model.transcribe(
            example.samples, language=language, beam_size=5, temperature=0.0
        )
        segments = list(found)
        if segments:
            starts.append(abs(segments[0].start - example.words[0].start))
            ends.append(abs(segments[-1].end - example.words[-1].end))
    return statistics.fmean(starts), statistics.fmean(ends)


def decode_seconds(whisper: Whisper, language: str, count: int = 20) -> float:
    """Median seconds to hear an utterance of 4 seconds."""
    long = [e for e in utterances(language, KINDS[0], 200) if e.seconds > 3.2][:count]
    times = []
    for example in long:
        samples = np.resize(np.pad(example.samples, (0, 4 * 16000)), 4 * 16000).astype(np.float32)
        start = time.perf_counter()
        whisper.transcribe(samples, 0.0)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def transcriber(folder: Path | None, language: str) -> Whisper:
    """The product's transcriber on a model; None: the one in the package."""
    return Whisper(folder=folder or locate("demonstration", Path()), language=language)


def overlap(language: str, texts: list[str]) -> list[str]:
    """Held-out sentences that are also among these texts, whatever their marks and capitals."""
    trained = {plain(text) for text in texts}
    return [text for text in held_out(language) if plain(text) in trained]
