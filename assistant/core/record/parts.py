"""In: nothing. Out: Record and its parts: step, utterance, line said, flag, capture, gap.

They are also what the published JSON Schema describes (outputs/export/session.schema.json), in the
words of their docstrings.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from assistant.core.actions import Cue, Level
from assistant.core.events import Outcome, Reason
from assistant.core.method import CaptureKind
from assistant.core.speech import ActScore, Intent, SpeechAct


class Strict:
    """Makes the published JSON Schema of these classes closed and told in their own words."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, object]] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord(Strict):
    """One visit to a step, or a step that was never reached."""

    id: str
    name: str
    """In the language of the session."""
    planned_seconds: float
    """As the method has it, before any extension."""
    entered: float | None = None
    """Seconds since the start; null when the step was never reached."""
    left: float | None = None
    """Seconds since the start; null when never reached, or when the journal ends in it."""
    utterances: tuple[int, ...] = ()
    """Ids of what was spoken in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceRecord(Strict):
    """One stretch of speech."""

    id: int
    step: str | None
    """Step in which it was spoken; null before the first."""
    start: float
    """Seconds since the start of the session."""
    end: float
    """Seconds since the start of the session."""
    text: str
    speaker: str | None = None
    """A participant; null is unknown."""
    confidence: float | None = None
    """0..1; null is unknown."""
    acts: tuple[ActScore, ...] = ()
    """Most likely first; empty is unknown."""
    flags: tuple[int, ...] = ()
    """Ids of the flags it got, those taken back included."""
    delay: float = 0.0
    """Seconds from the end of the closing pause until the text was there."""
    command: Intent | None = None
    """What it ordered the assistant to do; null when it was no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRecord(Strict):
    """A line the assistant said in the room."""

    at: float
    text: str
    cue: Cue
    outcome: Outcome | None = None
    """How it ended; null when the journal does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRecord(Strict):
    """A contribution that its step kept out."""

    id: int
    utterance: int
    act: SpeechAct
    level: Level
    step: str
    retracted: bool = False
    """Whether the group took it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRecord(Strict):
    """Words kept for the report."""

    kind: CaptureKind
    text: str
    step: str
    utterance: int | None
    """Where the words come from; null when they were not spoken."""
    speaker: str | None
    at: float
    """Seconds since the start: when they were spoken, or else kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Strict):
    """A time in which nothing was heard or kept, because the group asked for it."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Strict):
    """A part of the assistant that stopped working."""

    at: float
    part: str
    message: str
    restored: float | None = None
    """Seconds since the start; null when it never worked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption(Strict):
    """A moment at which a session that was cut off went on."""

    at: float
    wall: str
    """ISO 8601 local time with offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Strict):
    """A whole session."""

    format: Literal[1] = 1
    """Raised when a field changes meaning."""
    session: str
    method: str
    """Method id."""
    method_name: str
    """In the language of the session."""
    language: str
    model: str = ""
    """Name of the speech model that heard it; empty is unknown."""
    started: str
    """ISO 8601 local time with offset."""
    seconds: float
    """From the start to the end, or to the last thing the journal holds."""
    finished: str | None = None
    """'completed', 'ended', 'stopped' or 'source_ended'; null when the journal stops before."""
    participants: tuple[str, ...] = ()
    presenter: str | None = None
    """Whose case it was; null is unknown."""
    steps: tuple[StepRecord, ...] = ()
    """Visits in order of time, then the steps that were never reached."""
    utterances: tuple[UtteranceRecord, ...] = ()
    """In order of time."""
    said: tuple[SaidRecord, ...] = ()
    captures: tuple[CaptureRecord, ...] = ()
    flags: tuple[FlagRecord, ...] = ()
    gaps: tuple[Gap, ...] = ()
    discarded: dict[Reason, int] = field(default_factory=dict)
    """Reason -> stretches of speech that were heard and left out."""
    troubles: tuple[Trouble, ...] = ()
    resumed: tuple[Resumption, ...] = ()
    missing: int = 0
    """Entries of the journal that could not be read."""
