"""In: nothing. Out: the nouns of what is heard: utterance, word, speech act, command."""

from dataclasses import dataclass
from enum import StrEnum


class SpeechAct(StrEnum):
    """What kind of contribution an utterance (or a clause of it) is."""

    OPEN_QUESTION = "open_question"
    CLOSED_QUESTION = "closed_question"
    SUGGESTIVE_QUESTION = "suggestive_question"
    SOLUTION = "solution"
    JUDGEMENT = "judgement"
    APPRECIATION = "appreciation"
    IMPRESSION = "impression"
    HYPOTHESIS = "hypothesis"
    STORY = "story"
    REPORTED = "reported"
    OWN_PLAN = "own_plan"
    REACTION = "reaction"
    LEARNING = "learning"
    PROCEDURE = "procedure"
    COMMAND = "command"


class Intent(StrEnum):
    """What a spoken (or pressed) command asks for."""

    NEXT = "next"
    PREVIOUS = "previous"
    GOTO = "goto"
    REPEAT = "repeat"
    PAUSE = "pause"
    RESUME = "resume"
    TIME_LEFT = "time_left"
    MORE_TIME = "more_time"
    SKIP = "skip"
    MARK = "mark"
    SPEAKER = "speaker"
    CHOOSE_CASE = "choose_case"
    LEARNING_QUESTION = "learning_question"
    CORE_QUESTION = "core_question"
    RECORDING_OFF = "recording_off"
    RECORDING_ON = "recording_on"
    NOT_A_SOLUTION = "not_a_solution"
    END = "end"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word with its time."""

    text: str
    start: float
    """Seconds since the start of the session."""
    end: float
    """Seconds since the start of the session."""
    probability: float
    """0..1, as the transcriber gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A stretch of speech between two pauses, with its text."""

    id: int
    """Counts up from 1 within a session."""
    start: float
    """Seconds since the start of the session, first speech."""
    end: float
    """Seconds since the start of the session, last speech (the closing pause is not in it)."""
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    """0..1, mean word probability; None when the transcriber does not say."""
    delay: float = 0.0
    """Seconds from the end of the closing pause until the text was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActScore:
    """How likely an utterance holds a speech act."""

    act: SpeechAct
    probability: float
    """0..1."""
    quiet_from: float | None = None
    """The probability from which it counts; None: the guard's own threshold decides."""
    audible_from: float | None = None
    """The probability from which it may be said aloud; None: likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An order to the assistant, with what was filled in."""

    intent: Intent
    step: int | None = None
    """For GOTO: the number of the step, from 1."""
    minutes: float | None = None
    """For MORE_TIME; None when no number was said."""
    name: str | None = None
    """For SPEAKER and CHOOSE_CASE: a participant, spelled as in the group."""
    text: str | None = None
    """For LEARNING_QUESTION and CORE_QUESTION: the words after the lead-in."""
    about_other: bool = False
    """For LEARNING_QUESTION: whether it asks about somebody else, not about own acting."""
