"""In: nothing. Out: what a screen may know of a session at one moment, as plain values."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where the session is."""

    OPENING = "opening"
    """The welcome is being spoken."""
    ANNOUNCING = "announcing"
    """A step is being explained; its clock has not started."""
    RUNNING = "running"
    OVERTIME = "overtime"
    """The minutes are over and nobody has said 'next'."""
    PAUSED = "paused"
    CLOSING = "closing"
    FINISHED = "finished"


class Kind(StrEnum):
    """What a line of the running transcript is."""

    HEARD = "heard"
    SAID = "said"
    """By the assistant, in the room."""
    WHISPERED = "whispered"
    """By the assistant, to the facilitator only."""
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step in the overview."""

    name: str
    seconds: float
    """Planned seconds, extensions included."""
    done: bool
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine:
    """One line of the running transcript."""

    at: float
    who: str | None
    """A participant; None is unknown, or the assistant for SAID and WHISPERED."""
    text: str
    kind: Kind
    flag: str | None = None
    """Speech act that was flagged ('solution'); None when nothing was."""
    audible: bool = False
    """Whether that flag was said aloud."""
    kept: str | None = None
    """Capture kind under which the line was kept ('idea', 'parked_idea'); None when not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A session as it can be shown."""

    at: float
    phase: Phase
    method: str
    language: str
    steps: tuple[StepLine, ...]
    index: int | None
    """Current step, from 0; None before the first."""
    left: float | None
    """Seconds left in the step, negative in overtime; None while its clock has not started."""
    elapsed: float
    """Seconds since the start, pauses included."""
    speaker: str | None
    presenter: str | None
    participants: tuple[str, ...]
    speaking: str | None
    """The line the assistant is speaking now."""
    voice_active: bool
    """Whether somebody in the room is speaking now."""
    listening: bool
    """False while the ear is closed (recording off)."""
    lines: tuple[TranscriptLine, ...]
    """The last lines, oldest first (at most 30)."""
    flags: int
    parked: tuple[str, ...]
    """Parked ideas in their own words."""
    questions: tuple[str, ...]
    """Example questions of this step."""
    waiting: float
    """Seconds of speech not yet transcribed."""
    troubles: tuple[str, ...]
    """What does not work at the moment, one sentence each."""
