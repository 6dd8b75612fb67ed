"""In: nothing. Out: everything a session can ask for, in the imperative.

The counterpart is events.py: what happened. Actions are journaled beside the event that caused
them, before any of them is performed.
"""

from dataclasses import dataclass
from enum import StrEnum

from assistant.core.method import CaptureKind
from assistant.core.speech import SpeechAct


class Channel(StrEnum):
    """Who hears a line."""

    ROOM = "room"
    EAR = "ear"
    """The facilitator's earpiece."""


class Cue(StrEnum):
    """What a spoken line is for."""

    WELCOME = "welcome"
    STEP = "step"
    """Announces a step and its minutes."""
    EXPLAIN = "explain"
    READ = "read"
    """Reads back a question or parked ideas."""
    HALF_TIME = "half_time"
    ONE_MINUTE = "one_minute"
    TIME_UP = "time_up"
    FLAG = "flag"
    ANSWER = "answer"
    """To a command."""
    TROUBLE = "trouble"
    """Something stopped working."""
    GOODBYE = "goodbye"


class Level(StrEnum):
    """How loud a flag is."""

    QUIET = "quiet"
    """A mark in the record and on the screen."""
    AUDIBLE = "audible"
    """Also said, in the room or the ear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterStep:
    """A step begins; its clock starts when the announcement has been spoken."""

    index: int
    """From 0."""
    step: str
    """Step id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak one line; Spoken(line) must follow, whatever happens."""

    line: int
    """Counts up from 1 within a session."""
    text: str
    cue: Cue
    channel: Channel = Channel.ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Chime:
    """Play a short earcon."""

    name: str
    """'step', 'flag', 'end'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """Stop speaking at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Whose words an utterance are, as far as the method tells."""

    utterance: int
    speaker: str | None
    """A participant's name; None is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A contribution that this step keeps out."""

    id: int
    utterance: int
    step: str
    act: SpeechAct
    level: Level
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retract:
    """A flag is taken back: the group says it was none."""

    flag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Keep these words for the report."""

    kind: CaptureKind
    text: str
    step: str
    utterance: int | None = None
    speaker: str | None = None
    replaces: bool = False
    """True when it takes the place of an earlier one of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEar:
    """Stop listening at once: nothing is heard, kept or transcribed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEar:
    """Listen again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The session is over."""

    reason: str
    """'completed', 'ended', 'stopped' or 'source_ended'."""


Action = (
    EnterStep
    | Say
    | Chime
    | Hush
    | Attribute
    | Flag
    | Retract
    | Capture
    | CloseEar
    | OpenEar
    | Finish
)
