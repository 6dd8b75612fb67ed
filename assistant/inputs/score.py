"""In: what the people of a script truly said, and the record. Out: how well it was heard and flagged.

The word error rate is that of the whole session: every word said by people against every word heard,
in order, commands included. Words lost because nothing was heard count as errors, invented words too.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from assistant.core.language.text import word_errors
from assistant.core.record.record import Record
from assistant.inputs.simulated_room import Performed

OVERLAP = 0.3
"""Seconds that an utterance and a line must share to be the same speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of a demonstration."""

    language: str
    words: int
    """Words said by people."""
    wer: float | None
    """Word errors by words said; None when nobody said anything."""
    flags_scripted: int
    flags_caught: int
    flags_missed: int
    flags_false: int
    """Flags on speech that the script does not mark, or with another act."""
    seconds: float
    """Wall-clock seconds that it took."""
    session_seconds: float
    """Seconds on the session's own clock."""
    lateness_p50: float | None
    """Seconds from the end of an utterance's closing pause to the decision about it."""
    lateness_p95: float | None

    def as_dict(self) -> dict[str, object]:
        """For demo.json."""
        return asdict(self)


def score(
    record: Record, performed: Sequence[Performed], *, lateness: Sequence[float], seconds: float
) -> Score:
    """Compare the record with what was truly said."""
    said = " ".join(line.turn.line.says for line in performed)
    heard = " ".join(u.text for u in sorted(record.utterances, key=lambda u: u.start))
    errors, words = word_errors(said, heard)
    marked = {line.turn.number for line in performed if line.turn.line.flag is not None}
    caught, false = _flags(record, performed)
    return Score(
        language=record.language,
        words=words,
        wer=round(errors / words, 4) if words else None,
        flags_scripted=len(marked),
        flags_caught=len(caught),
        flags_missed=len(marked - caught),
        flags_false=false,
        seconds=round(seconds, 1),
        session_seconds=round(record.seconds, 1),
        lateness_p50=percentile(lateness, 50),
        lateness_p95=percentile(lateness, 95),
    )


def _flags(record: Record, performed: Sequence[Performed]) -> tuple[set[int], int]:
    """Numbers of the marked lines that were caught, and how many flags were false."""
    times = {utterance.id: (utterance.start, utterance.end) for utterance in record.utterances}
    caught: set[int] = set()
    false = 0
    for flag in record.flags:
        start, end = times.get(flag.utterance, (0.0, 0.0))
        meant = [
            line.turn.number
            for line in performed
            if min(end, line.end) - max(start, line.start) >= OVERLAP
            and line.turn.line.flag is flag.act
        ]
        caught.update(meant)
        false += not meant
    return caught, false


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile, to the millisecond; None of nothing."""
    if not values:
        return None
    ranked = sorted(values)
    index = max(0, min(len(ranked) - 1, round(percent / 100 * len(ranked) + 0.5) - 1))
    return round(ranked[index], 3)
