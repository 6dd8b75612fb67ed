"""In: a Record. Out: its parts as a report wants them: lines kept, ideas, flags, talking time.

Whatever is kept carries where it came from (utterance and time), so that a reader can check it.
"""

from dataclasses import dataclass

from assistant.core.actions import Level
from assistant.core.method import CaptureKind
from assistant.core.record.parts import CaptureRecord, FlagRecord, Record, UtteranceRecord
from assistant.core.speech import Intent, SpeechAct


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words kept, with their evidence."""

    kind: CaptureKind
    text: str
    at: float
    """Seconds since the start."""
    utterance: int | None
    """Id in the transcript; None when they were not spoken."""
    speaker: str | None
    """None is unknown."""
    step: str
    """Step id."""
    parked: bool = False
    """An idea that came before its step and was put aside until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggedWords:
    """The words that got a flag."""

    utterance: int
    at: float
    text: str
    """Empty when the journal lost them."""
    speaker: str | None
    audible: bool
    """Whether it was also said aloud (in the room or the ear)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagGroup:
    """What one step kept out, of one speech act."""

    step: str
    """Name of the step."""
    act: SpeechAct
    words: tuple[FlaggedWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How much one person spoke."""

    speaker: str | None
    """None is unknown."""
    seconds: float
    share: float
    """0..1, of all talking time."""
    utterances: int


_CONTENT = (Intent.LEARNING_QUESTION, Intent.CORE_QUESTION)
"""Commands whose words are the group's own: they count as speech to each other."""


def is_order(said: UtteranceRecord) -> bool:
    """Whether an utterance was meant for the assistant only."""
    return said.command is not None and said.command not in _CONTENT


def lines(record: Record, *kinds: CaptureKind) -> tuple[Line, ...]:
    """What was kept of these kinds, in order of time."""
    kept = sorted((one for one in record.captures if one.kind in kinds), key=lambda one: one.at)
    return tuple(_line(one) for one in kept)


def ideas(record: Record) -> tuple[Line, ...]:
    """Ideas and parked ideas as one list, in order of time.

    An idea said twice is one idea: it keeps the place and evidence of the first time, and with it
    the mark that it was parked. Only the same words count as the same idea: judging likeness would
    make the group's ideas fewer than they were.
    """
    merged: dict[str, Line] = {}
    for line in lines(record, CaptureKind.IDEA, CaptureKind.PARKED_IDEA):
        key = _essence(line.text) or line.text
        merged.setdefault(key, line)
    return tuple(merged.values())


def flags(record: Record) -> tuple[FlagGroup, ...]:
    """Flags that stood, per step in the order of the steps, and per act."""
    names = {step.id: step.name for step in record.steps}
    order = list(names)
    groups: dict[tuple[str, SpeechAct], list[FlaggedWords]] = {}
    for flag in record.flags:
        if not flag.retracted:
            groups.setdefault((flag.step, flag.act), []).append(_flagged(record, flag))
    return tuple(
        FlagGroup(step=names.get(step, step), act=act, words=tuple(words))
        for (step, act), words in sorted(
            groups.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else -1
        )
    )


def talk(record: Record) -> tuple[Talk, ...]:
    """Talking time per person, most first, the unknown last; orders to the assistant left out."""
    seconds: dict[str | None, float] = {}
    counts: dict[str | None, int] = {}
    for said in record.utterances:
        if not is_order(said):
            seconds[said.speaker] = seconds.get(said.speaker, 0.0) + max(0.0, said.end - said.start)
            counts[said.speaker] = counts.get(said.speaker, 0) + 1
    total = sum(seconds.values())
    return tuple(
        Talk(
            speaker=who,
            seconds=seconds[who],
            share=seconds[who] / total if total else 0.0,
            utterances=counts[who],
        )
        for who in sorted(seconds, key=lambda who: (who is None, -seconds[who], who or ""))
    )


def _line(kept: CaptureRecord) -> Line:
    return Line(
        kind=kept.kind,
        text=kept.text,
        at=kept.at,
        utterance=kept.utterance,
        speaker=kept.speaker,
        step=kept.step,
        parked=kept.kind is CaptureKind.PARKED_IDEA,
    )


def _flagged(record: Record, flag: FlagRecord) -> FlaggedWords:
    said = next((one for one in record.utterances if one.id == flag.utterance), None)
    return FlaggedWords(
        utterance=flag.utterance,
        at=said.start if said else 0.0,
        text=said.text if said else "",
        speaker=said.speaker if said else None,
        audible=flag.level is Level.AUDIBLE,
    )


def _essence(text: str) -> str:
    """The words alone, for telling whether two ideas are the same one."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
