"""In: nothing. Out: everything that can happen in a session, in the past tense.

The counterpart is actions.py: what to do about it. Each event has `at`, seconds since the start of
the session; wall-clock time is a field, never read. Add a class here and record/codec.py and its
round-trip test pick it up by themselves.
"""

from dataclasses import dataclass
from enum import StrEnum

from assistant.core.method import Method
from assistant.core.speech import ActScore, Command, Utterance


class Outcome(StrEnum):
    """How a spoken line ended."""

    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    """It never sounded: no voice or no loudspeaker."""


class Reason(StrEnum):
    """Why a stretch of speech has no text in the record."""

    NO_TEXT = "no_text"
    """The transcriber heard no words."""
    UNSURE = "unsure"
    """Too little probability: likely noise."""
    REPETITION = "repetition"
    """The transcriber got stuck in a loop."""
    FOREIGN_SCRIPT = "foreign_script"
    KNOWN_CREDIT = "known_credit"
    """A subtitle credit that speech models invent on silence."""
    OWN_VOICE = "own_voice"
    """The assistant heard itself."""
    OVERLOAD = "overload"
    """The transcriber was too far behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """A session started; holds all that later events rely on, so that a journal stands alone."""

    at: float
    wall: str
    """ISO 8601 local time with offset."""
    session: str
    method: Method
    language: str
    model: str = ""
    """Name of the speech model, as its card says; '' when nothing is heard."""
    participants: tuple[str, ...] = ()
    presenter: str | None = None
    cue_channel: str = "room"
    """Where the guard's cues go: 'room', 'ear' or 'screen'."""
    moves_on: bool = False
    """True when nobody can answer the assistant (a recording): steps then end by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A session that was cut off goes on; `at` continues from the last event."""

    at: float
    wall: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceStarted:
    """Somebody in the room began to speak."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceEnded:
    """The closing pause is over; the text follows as Heard or Discarded."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An utterance became text and was understood as far as rules go."""

    at: float
    utterance: Utterance
    acts: tuple[ActScore, ...] = ()
    """Most likely first; empty means unknown."""
    command: Command | None = None
    named: int = 0
    """How often somebody outside the group was named; the text has pseudonyms instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """Speech was heard and deliberately not put in the record."""

    at: float
    start: float
    end: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """The moment the session asked to be woken has come."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A line of the assistant truly ended: the last sample left the loudspeaker."""

    at: float
    line: int
    outcome: Outcome = Outcome.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A command by key."""

    at: float
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFailed:
    """A part of the house stopped working; the session goes on with the rest."""

    at: float
    part: str
    """'microphone', 'loudspeaker', 'voice', 'transcriber' or 'journal'."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRestored:
    """That part works again."""

    at: float
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lagged:
    """The transcriber is behind (or has caught up: waiting 0)."""

    at: float
    waiting: float
    """Seconds of speech not yet transcribed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEnded:
    """No more sound will come: the recording or the script is over."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The user or the system ended the program (Ctrl-C, terminal closed)."""

    at: float
    reason: str


Event = (
    Began
    | Resumed
    | VoiceStarted
    | VoiceEnded
    | Heard
    | Discarded
    | Ticked
    | Spoken
    | Pressed
    | PartFailed
    | PartRestored
    | Lagged
    | SourceEnded
    | Stopped
)
