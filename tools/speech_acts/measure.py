"""In: a judge and labelled utterances it never learned from. Out: how often it is right, by kind.

Figures that issue and README speak of: precision, recall and F1 of solution/advice at the quiet
threshold, false alarms per 100 others, the same as a recogniser would hear it, what is said aloud,
how honest the probabilities are, how long it takes. Intervals are 95 %, by drawing lines anew.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.core.language.text import normalise
from assistant.core.language.understand import Judge
from assistant.core.session.guard import counts, is_audible
from assistant.core.speech import SpeechAct
from tools.speech_acts.data import Line
from tools.speech_acts.noise import Recogniser

DRAWS = 400
AN_HOUR = 600
"""Utterances in an hour of talk."""
BINS = 10
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """What a judge made of utterances, for solution/advice.

    Attributes:
        lines: what was judged.
        truth, quiet, audible: [n], whether it is advice, is taken for it, may be said aloud.
        probability: [n].
    """

    lines: Sequence[Line]
    truth: Bools
    quiet: Bools
    audible: Bools
    probability: Floats


def judged(judge: Judge, lines: Sequence[Line], hear: Callable[[str], str] = str) -> Judged:
    """Let a judge look at utterances, changed by `hear` first."""
    rows = []
    for line in lines:
        scores = {score.act: score for score in judge.score(hear(line.text))}
        advice = scores.get(SpeechAct.SOLUTION)
        if advice is None:
            rows.append((line.advises, False, False, 0.0))
        else:
            rows.append((line.advises, counts(advice), is_audible(advice), advice.probability))
    truth, quiet, audible, probability = (np.array(column) for column in zip(*rows, strict=True))
    return Judged(lines, truth, quiet, audible, probability)


@dataclass(frozen=True)
class Figure:
    """One number with its 95 % interval."""

    name: str
    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}–{self.high:.2f})"


def f1(truth: Bools, taken: Bools) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * float((truth & taken).sum()) / max(1, int(truth.sum() + taken.sum()))


def recall(truth: Bools, taken: Bools) -> float:
    """Share of what is there that was found."""
    return float((truth & taken).sum()) / max(1, int(truth.sum()))


def precision(truth: Bools, taken: Bools) -> float:
    """Share of what was found that is there."""
    return float((truth & taken).sum()) / max(1, int(taken.sum()))


def false_per_100(truth: Bools, taken: Bools) -> float:
    """Of a hundred utterances without advice, how many were taken for it."""
    return 100 * float((~truth & taken).sum()) / max(1, int((~truth).sum()))


def figure(
    name: str, how: Callable[[Bools, Bools], float], truth: Bools, taken: Bools, count: int = 0
) -> Figure:
    """A number and its interval."""
    random = np.random.default_rng(7)
    draws = []
    for _ in range(DRAWS):
        chosen = random.integers(0, len(truth), len(truth))
        draws.append(how(truth[chosen], taken[chosen]))
    low, high = np.percentile(draws, [2.5, 97.5])
    return Figure(name, how(truth, taken), float(low), float(high), count or len(truth))


def expected_calibration_error(found: Judged) -> float:
    """Mean distance of probability and frequency, in ten bins (Guo et al. 2017)."""
    bins = np.minimum((found.probability * BINS).astype(int), BINS - 1)
    total = 0.0
    for number in range(BINS):
        inside = bins == number
        if inside.any():
            off = abs(found.probability[inside].mean() - found.truth[inside].mean())
            total += float(off) * float(inside.mean())
    return total


def overall(found: Judged, prefix: str = "") -> list[Figure]:
    """F1, precision, recall and false alarms."""
    return [
        figure(f"{prefix}{name}", how, found.truth, found.quiet)
        for name, how in (
            ("F1", f1),
            ("precision", precision),
            ("recall", recall),
            ("false per 100", false_per_100),
        )
    ]


def by_kind(found: Judged) -> Iterator[Figure]:
    """Each label by itself: the recall of kinds of advice, the share of others taken for advice."""
    for label in sorted({label for line in found.lines for label in line.labels}):
        advice = label.startswith("solution")
        chosen = np.array(
            [label in line.labels and line.advises == advice for line in found.lines], bool
        )
        if chosen.sum():
            taken = found.quiet[chosen]
            how = recall if advice else false_per_100
            yield figure(label, how, found.truth[chosen], taken)


def recogniser(lines: Sequence[Line]) -> Recogniser:
    """The errors of a recogniser that knows the words of these lines."""
    return Recogniser([word for line in lines for word in normalise(line.text).split()])


def heard_badly(lines: Sequence[Line], share: float) -> Callable[[str], str]:
    """Utterances in small letters without marks, with a share of their words wrong."""
    hears, random = recogniser(lines), np.random.default_rng(11)
    return lambda text: hears.hear(text, share, random)


def an_hour(found: Judged) -> tuple[float, float]:
    """False alarms aloud in an hour of talk without advice, and the recall of what is said aloud."""
    false = float((found.audible & ~found.truth).sum()) / max(1, int((~found.truth).sum()))
    return false * AN_HOUR, recall(found.truth, found.audible)


def milliseconds(judge: Judge, lines: Sequence[Line]) -> float:
    """Time of one utterance."""
    began = time.perf_counter()
    for line in lines:
        judge.score(line.text)
    return (time.perf_counter() - began) / len(lines) * 1000
