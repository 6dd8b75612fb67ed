"""In: a Record. Out: Report, what a group takes home, in the order it is read; no word of its own.

Language-neutral: headings, labels and dates get their words from prompts/<language>/report.yaml
when it is written (outputs/export/).
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.events import Reason
from assistant.core.method import CaptureKind
from assistant.core.record.parts import Record, StepRecord, Trouble, UtteranceRecord
from assistant.core.record.summary import FlagGroup, Line, Talk, flags, ideas, is_order, lines, talk
from assistant.core.speech import SpeechAct


class Row(StrEnum):
    """What a row of the transcript is."""

    HEARD = "heard"
    ORDER = "order"
    """Said to the assistant."""
    GAP = "gap"
    """Nothing was heard or kept, as the group asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptRow:
    """One row of the transcript."""

    row: Row
    at: float
    """Seconds since the start."""
    seconds: float
    """How long it lasted."""
    utterance: int | None = None
    """Id; None for a gap."""
    speaker: str | None = None
    """None is unknown."""
    text: str = ""
    flags: tuple[SpeechAct, ...] = ()
    """Flags that stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStep:
    """One visit to a step, with what was said in it."""

    name: str | None
    """None for what came before the first step."""
    entered: float | None
    """None when it was never reached."""
    seconds: float | None
    """How long it took; None when it was never reached."""
    planned_seconds: float
    rows: tuple[TranscriptRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A session as it is read afterwards."""

    session: str
    language: str
    title: str
    """Name of the method."""
    started: str
    """ISO 8601 local time with offset."""
    seconds: float
    finished: str | None
    """Reason; None when the journal stops before the end."""
    participants: tuple[str, ...]
    presenter: str | None
    cases: tuple[Line, ...]
    """What was offered."""
    story: tuple[Line, ...]
    """The case that was chosen."""
    learning_question: tuple[Line, ...]
    core_question: tuple[Line, ...]
    insights: tuple[Line, ...]
    """Insights and qualities."""
    ideas: tuple[Line, ...]
    """Parked ones among them, marked."""
    actions: tuple[Line, ...]
    """What was chosen and planned."""
    agreement: tuple[Line, ...]
    takeaways: tuple[Line, ...]
    marks: tuple[Line, ...]
    flags: tuple[FlagGroup, ...]
    retracted: int
    """Flags that the group took back."""
    talk: tuple[Talk, ...]
    talking: float
    """Seconds of speech in the record."""
    gap_seconds: float
    """Seconds in which nothing was heard, as the group asked."""
    gaps: int
    discarded: tuple[tuple[Reason, int], ...]
    troubles: tuple[Trouble, ...]
    resumed: tuple[float, ...]
    """Seconds since the start at which a session that was cut off went on."""
    missing: int
    """Entries of the journal that could not be read."""
    steps: tuple[ReportStep, ...]


def report(record: Record) -> Report:
    """What a group takes home of a session."""
    talking = talk(record)
    return Report(
        session=record.session,
        language=record.language,
        title=record.method_name,
        started=record.started,
        seconds=record.seconds,
        finished=record.finished,
        participants=record.participants,
        presenter=record.presenter,
        cases=lines(record, CaptureKind.CASE),
        story=lines(record, CaptureKind.STORY),
        learning_question=lines(record, CaptureKind.LEARNING_QUESTION),
        core_question=lines(record, CaptureKind.CORE_QUESTION),
        insights=lines(record, CaptureKind.INSIGHT, CaptureKind.QUALITY),
        ideas=ideas(record),
        actions=lines(record, CaptureKind.CHOICE, CaptureKind.ACTION),
        agreement=lines(record, CaptureKind.AGREEMENT),
        takeaways=lines(record, CaptureKind.TAKEAWAY),
        marks=lines(record, CaptureKind.MARK),
        flags=flags(record),
        retracted=sum(flag.retracted for flag in record.flags),
        talk=talking,
        talking=sum(one.seconds for one in talking),
        gap_seconds=sum(gap.seconds for gap in record.gaps),
        gaps=len(record.gaps),
        discarded=tuple(record.discarded.items()),
        troubles=record.troubles,
        resumed=tuple(one.at for one in record.resumed),
        missing=record.missing,
        steps=_steps(record),
    )


def _steps(record: Record) -> tuple[ReportStep, ...]:
    visits = [step for step in record.steps if step.entered is not None]
    entered = [step.entered or 0.0 for step in visits]
    rows: list[list[TranscriptRow]] = [[] for _ in range(len(visits) + 1)]
    for row in _rows(record):
        rows[bisect_right(entered, row.at)].append(row)
    before = ReportStep(
        name=None,
        entered=0.0,
        seconds=entered[0] if entered else record.seconds,
        planned_seconds=0.0,
        rows=tuple(rows[0]),
    )
    made = [_visit(record, step, tuple(rows[n])) for n, step in enumerate(visits, 1)]
    never = [
        ReportStep(name=step.name, entered=None, seconds=None, planned_seconds=step.planned_seconds)
        for step in record.steps
        if step.entered is None
    ]
    return (*([before] if before.rows else []), *made, *never)


def _visit(record: Record, step: StepRecord, rows: tuple[TranscriptRow, ...]) -> ReportStep:
    left = step.left if step.left is not None else record.seconds
    return ReportStep(
        name=step.name,
        entered=step.entered,
        seconds=max(0.0, left - (step.entered or 0.0)),
        planned_seconds=step.planned_seconds,
        rows=rows,
    )


def _rows(record: Record) -> list[TranscriptRow]:
    """Speech and gaps in order of time."""
    stood = {flag.id: flag.act for flag in record.flags if not flag.retracted}
    gaps = [TranscriptRow(row=Row.GAP, at=gap.start, seconds=gap.seconds) for gap in record.gaps]
    heard = [_spoken(said, stood) for said in record.utterances]
    return sorted(heard + gaps, key=lambda row: row.at)


def _spoken(said: UtteranceRecord, stood: dict[int, SpeechAct]) -> TranscriptRow:
    return TranscriptRow(
        row=Row.ORDER if is_order(said) else Row.HEARD,
        at=said.start,
        seconds=max(0.0, said.end - said.start),
        utterance=said.id,
        speaker=said.speaker,
        text=said.text,
        flags=tuple(stood[flag] for flag in said.flags if flag in stood),
    )
