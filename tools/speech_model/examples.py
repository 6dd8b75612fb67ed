"""In: a text, a language, a random generator. Out: an example: sound, and what sounds when.

Times come from the synthesiser itself, so each word and phoneme is known to some hundredths of a
second.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from tools.speech_model.espeak import RATE, Sound, espeak
from tools.speech_model.rooms import Samples, heard, loudness
from tools.speech_model.voices import Voice

WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Span:
    """A word of the text: its place in it, and its start and end in seconds of the sound."""

    first: int
    last: int
    start: float
    end: float


@dataclass(frozen=True)
class Example:
    """One utterance to learn from or to be measured with.

    Attributes:
        text: what is said; empty for a sound without speech.
        language: two letters.
        samples: float32 [n], 16 kHz mono.
        voice: the name of the synthetic voice.
        phonemes: start in seconds and name; the empty name is a pause.
        words: the words of the text, in order.
    """

    text: str
    language: str
    samples: Samples
    voice: str
    phonemes: tuple[tuple[float, str], ...] = ()
    words: tuple[Span, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE


def spoken(text: str, language: str, voice: Voice) -> Example:
    """A text as the synthesiser says it, dry; its silent edges are cut off."""
    sound = espeak().say(
        text, voice=voice.name, rate=voice.rate, pitch=voice.pitch, range_=voice.range
    )
    phonemes = _phonemes(sound)
    words = _words(text, sound, phonemes)
    last = max((start for start, name in phonemes if not name), default=0.0)
    end = min(len(sound.samples) / RATE, max(last, words[-1].end if words else 0.0) + 0.02)
    return Example(
        text=text,
        language=language,
        samples=sound.samples[: int(end * RATE)],
        voice=voice.name,
        phonemes=phonemes,
        words=words,
    )


def _phonemes(sound: Sound) -> tuple[tuple[float, str], ...]:
    """Stress marks go, pauses lose their name; a phoneme of no length is dropped."""
    found: list[tuple[float, str]] = []
    for start, name in sound.phonemes:
        kind = "" if not name or name[0] == "_" else name.lstrip("',").rstrip("#-")
        if name == "!" or (found and found[-1][1] == kind):
            continue
        if found and start - found[-1][0] < 0.004:
            found.pop()
        found.append((start, kind))
    return tuple(found)


def _words(text: str, sound: Sound, phonemes: tuple[tuple[float, str], ...]) -> tuple[Span, ...]:
    """Each written word from its first phoneme until the next word's or the pause before that.

    The synthesiser joins and splits words now and then ("I have"): a written word that it gives no
    time of its own begins where its letters would, between its neighbours.
    """
    written = [(m.start(), m.end()) for m in WORD.finditer(text)]
    starts: dict[int, float] = {}
    for at, position in sound.words:
        for number, (first, last) in enumerate(written):
            if first <= position < last:
                starts.setdefault(number, _sounding(at, phonemes))
    total = len(sound.samples) / RATE
    starts.setdefault(0, _sounding(0.0, phonemes))
    known = sorted(starts)
    for number in range(len(written)):
        if number in starts:
            continue
        before = max(k for k in known if k < number)
        after = min((k for k in known if k > number), default=None)
        first, last = starts[before], starts[after] if after is not None else total
        left = written[before][0]
        right = written[after][0] if after is not None else len(text)
        starts[number] = first + (last - first) * (written[number][0] - left) / (right - left)
    spans: list[Span] = []
    for number, (first, last) in enumerate(written):
        until = starts.get(number + 1, total)
        start = min(starts[number], until)
        spans.append(Span(first, last, start, _ended(start, until, phonemes)))
    return tuple(spans)


def _sounding(at: float, phonemes: tuple[tuple[float, str], ...]) -> float:
    """The start of the first phoneme from a time on: a word does not begin with a pause."""
    return next((start for start, name in phonemes if name and start >= at - 0.015), at)


def _ended(start: float, until: float, phonemes: tuple[tuple[float, str], ...]) -> float:
    """The end of a word: where the pause before the next one begins."""
    last = until
    for at, name in reversed(phonemes):
        if at <= start:
            break
        if at < until - 0.001:
            if name:
                break
            last = at
    return last


def moved(example: Example, by: float) -> Example:
    """The same with all times later; the samples are not touched."""
    return Example(
        text=example.text,
        language=example.language,
        samples=example.samples,
        voice=example.voice,
        phonemes=tuple((start + by, name) for start, name in example.phonemes),
        words=tuple(Span(w.first, w.last, w.start + by, w.end + by) for w in example.words),
    )


def quiet(seconds: float) -> Samples:
    """So much silence."""
    return np.zeros(int(seconds * RATE), np.float32)


def joined(first: Example, second: Example, pause: float) -> Example:
    """One after the other, by the same or another voice, with a pause between them."""
    later = moved(second, first.seconds + pause)
    shift = len(first.text) + 1
    return Example(
        text=f"{first.text} {second.text}",
        language=first.language,
        samples=np.concatenate([first.samples, quiet(pause), second.samples]),
        voice=first.voice,
        phonemes=(*first.phonemes, (first.seconds, ""), *later.phonemes),
        words=(
            *first.words,
            *(Span(w.first + shift, w.last + shift, w.start, w.end) for w in later.words),
        ),
    )


def framed(example: Example, before: float, after: float) -> Example:
    """With silence around it."""
    later = moved(example, before)
    return Example(
        text=example.text,
        language=example.language,
        samples=np.concatenate([quiet(before), example.samples, quiet(after)]),
        voice=example.voice,
        phonemes=((0.0, ""), *later.phonemes, (before + example.seconds, "")),
        words=later.words,
    )


def interrupting(
    random: np.random.Generator, example: Example, other: Example, decibels: float
) -> Example:
    """The tail of another voice still sounds, so much softer, when this one begins."""
    count = min(int(random.uniform(0.2, 0.9) * RATE), len(other.samples), len(example.samples))
    tail = other.samples[len(other.samples) - count :]
    level = loudness(example.samples) / loudness(tail) * 10 ** (-decibels / 20)
    samples = example.samples.copy()
    samples[:count] += tail * level
    return Example(
        text=example.text,
        language=example.language,
        samples=samples,
        voice=example.voice,
        phonemes=example.phonemes,
        words=example.words,
    )


def in_a_room(random: np.random.Generator, example: Example) -> Example:
    """As a microphone hears it."""
    return Example(
        text=example.text,
        language=example.language,
        samples=heard(random, example.samples),
        voice=example.voice,
        phonemes=example.phonemes,
        words=example.words,
    )
