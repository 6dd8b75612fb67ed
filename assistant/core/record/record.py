"""In: the entries of a journal, whole or cut off anywhere. Out: Record, what was said and kept.

Three rules hold here and nowhere else:
- Words belong to the step in which they were spoken (their start), not in which they became text.
- What was whispered to the facilitator is not in a Record at all, so no export can show it.
- A flag that the group took back takes the idea it parked with it: that was no solution.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from assistant.core.actions import (
    Action,
    Attribute,
    Capture,
    Channel,
    CloseEar,
    EnterStep,
    Finish,
    Flag,
    OpenEar,
    Retract,
    Say,
)
from assistant.core.errors import JournalError
from assistant.core.events import (
    Began,
    Discarded,
    Event,
    Heard,
    PartFailed,
    PartRestored,
    Pressed,
    Reason,
    Resumed,
    Spoken,
)
from assistant.core.method import CaptureKind
from assistant.core.record.codec import Entry
from assistant.core.record.parts import (
    CaptureRecord,
    FlagRecord,
    Gap,
    Record,
    Resumption,
    SaidRecord,
    StepRecord,
    Trouble,
    UtteranceRecord,
)
from assistant.core.speech import Command, Intent

__all__ = ["Record", "fold"]

_NO_START = "Nothing can be made of it; look at the other sessions."


def fold(entries: Iterable[Entry]) -> Record:
    """The record of a session, from its journal up to wherever it was cut off.

    Raises:
        JournalError: there is not even a beginning.
    """
    state: _Fold | None = None
    for entry in entries:
        if state is None:
            if not isinstance(entry.event, Began):
                raise JournalError("The journal of this session has lost its beginning.", _NO_START)
            state = _Fold(entry.event, entry.seq)
        state.take(entry)
    if state is None:
        raise JournalError("The journal of this session is empty.", _NO_START)
    return state.record()


class _Fold:
    """What is known so far; mutable, lives only inside `fold`."""

    def __init__(self, began: Began, seq: int) -> None:
        self.began = began
        self.presenter = began.presenter
        self.first, self.last, self.count = seq, seq, 0
        self.at = began.at
        self.finish: tuple[float, str] | None = None
        self.visits: list[tuple[float, str]] = []
        self.heard: list[Heard] = []
        self.heard_by_id: dict[int, Heard] = {}
        self.speakers: dict[int, str | None] = {}
        self.said: dict[int, SaidRecord] = {}
        self.flags: dict[int, FlagRecord] = {}
        self.captures: list[CaptureRecord] = []
        self.closed_at: float | None = None
        self.gaps: list[Gap] = []
        self.discarded: Counter[Reason] = Counter()
        self.troubles: list[Trouble] = []
        self.resumed: list[Resumption] = []

    def take(self, entry: Entry) -> None:
        """Fold in one entry."""
        self.count += 1
        self.last = max(self.last, entry.seq)
        self.at = max(self.at, entry.event.at)
        self._happened(entry.event)
        for action in entry.actions:
            self._done(action, entry.event.at)

    def _happened(self, event: Event) -> None:
        match event:
            case Heard():
                self.heard.append(event)
                self.heard_by_id[event.utterance.id] = event
                self._ordered(event.command)
            case Pressed():
                self._ordered(event.command)
            case Discarded():
                self.discarded[event.reason] += 1
            case Spoken() if event.line in self.said:
                self.said[event.line] = replace(self.said[event.line], outcome=event.outcome)
            case PartFailed():
                self.troubles.append(Trouble(at=event.at, part=event.part, message=event.message))
            case PartRestored():
                self._restored(event)
            case Resumed():
                self.resumed.append(Resumption(at=event.at, wall=event.wall))
                self.finish = None
            case _:
                pass

    def _ordered(self, command: Command | None) -> None:
        if command is not None and command.intent is Intent.CHOOSE_CASE and command.name:
            self.presenter = command.name

    def _restored(self, event: PartRestored) -> None:
        self.troubles = [
            replace(trouble, restored=event.at)
            if trouble.part == event.part and trouble.restored is None
            else trouble
            for trouble in self.troubles
        ]

    def _done(self, action: Action, at: float) -> None:
        match action:
            case EnterStep():
                self.visits.append((at, action.step))
            case Say() if action.channel is Channel.ROOM:
                self.said[action.line] = SaidRecord(at=at, text=action.text, cue=action.cue)
            case Attribute():
                self.speakers[action.utterance] = action.speaker
            case Flag():
                self._flagged(action)
            case Retract() if action.flag in self.flags:
                self._retracted(action.flag)
            case Capture():
                self._kept(action, at)
            case CloseEar() if self.closed_at is None:
                self.closed_at = at
            case OpenEar():
                self._opened(at)
            case Finish():
                self._opened(at)
                self.finish = (at, action.reason)
            case _:
                pass

    def _opened(self, at: float) -> None:
        if self.closed_at is not None and at > self.closed_at:
            self.gaps.append(Gap(start=self.closed_at, end=at))
        self.closed_at = None

    def _flagged(self, flag: Flag) -> None:
        self.flags[flag.id] = FlagRecord(
            id=flag.id, utterance=flag.utterance, act=flag.act, level=flag.level, step=flag.step
        )

    def _retracted(self, flag: int) -> None:
        self.flags[flag] = replace(self.flags[flag], retracted=True)
        self.captures = [
            kept
            for kept in self.captures
            if kept.kind is not CaptureKind.PARKED_IDEA
            or kept.utterance != self.flags[flag].utterance
        ]

    def _kept(self, capture: Capture, at: float) -> None:
        if capture.replaces:
            same = [n for n, kept in enumerate(self.captures) if kept.kind is capture.kind]
            # Only the last: where a step kept all of them, the earlier ones still count.
            if same:
                del self.captures[same[-1]]
        own = self.heard_by_id.get(capture.utterance) if capture.utterance is not None else None
        self.captures.append(
            CaptureRecord(
                kind=capture.kind,
                text=capture.text,
                step=capture.step,
                utterance=capture.utterance,
                speaker=capture.speaker,
                at=own.utterance.start if own else at,
            )
        )

    def record(self) -> Record:
        """What all entries together say."""
        began, method = self.began, self.began.method
        end = self.finish[0] if self.finish else self.at
        if self.finish is None:
            self._opened(end)
        utterances = self._utterances()
        return Record(
            session=began.session,
            method=method.id,
            method_name=_named(method.name, began.language, method.id),
            language=began.language,
            model=began.model,
            started=began.wall,
            seconds=max(0.0, end - began.at),
            finished=self.finish[1] if self.finish else None,
            participants=began.participants,
            presenter=self.presenter,
            steps=self._steps(utterances),
            utterances=tuple(said for _, said in utterances),
            said=tuple(self.said.values()),
            captures=tuple(self._attributed(kept) for kept in self.captures),
            flags=tuple(self.flags.values()),
            gaps=tuple(self.gaps),
            discarded=dict(self.discarded),
            troubles=tuple(self.troubles),
            resumed=tuple(self.resumed),
            missing=max(0, self.last - self.first + 1 - self.count),
        )

    def _attributed(self, kept: CaptureRecord) -> CaptureRecord:
        if kept.speaker is not None or kept.utterance is None:
            return kept
        return replace(kept, speaker=self.speakers.get(kept.utterance))

    def _utterances(self) -> list[tuple[int, UtteranceRecord]]:
        """Each utterance with the number of the visit it was spoken in; -1 is before the first."""
        entered = [at for at, _ in self.visits]
        flags: dict[int, list[int]] = {}
        for flag in self.flags.values():
            flags.setdefault(flag.utterance, []).append(flag.id)
        found = []
        for heard in sorted(self.heard, key=lambda heard: heard.utterance.start):
            spoken, visit = heard.utterance, bisect_right(entered, heard.utterance.start) - 1
            known = spoken.confidence is not None and math.isfinite(spoken.confidence)
            made = UtteranceRecord(
                id=spoken.id,
                step=self.visits[visit][1] if visit >= 0 else None,
                start=spoken.start,
                end=spoken.end,
                text=spoken.text,
                speaker=self.speakers.get(spoken.id),
                confidence=spoken.confidence if known else None,
                acts=tuple(act for act in heard.acts if math.isfinite(act.probability)),
                flags=tuple(flags.get(spoken.id, ())),
                delay=spoken.delay,
                command=heard.command.intent if heard.command else None,
            )
            found.append((visit, made))
        return found

    def _steps(self, utterances: list[tuple[int, UtteranceRecord]]) -> tuple[StepRecord, ...]:
        language = self.began.language
        known = {
            step.id: StepRecord(
                id=step.id,
                name=_named(step.name, language, step.id),
                planned_seconds=step.minutes * 60,
            )
            for step in self.began.method.steps
        }
        ends = [at for at, _ in self.visits[1:]] + [self.finish[0] if self.finish else None]
        visited = [
            replace(
                known.get(step) or StepRecord(id=step, name=step, planned_seconds=0.0),
                entered=at,
                left=left,
                utterances=tuple(said.id for visit, said in utterances if visit == number),
            )
            for number, ((at, step), left) in enumerate(zip(self.visits, ends, strict=False))
        ]
        reached = {step for _, step in self.visits}
        return (*visited, *(step for name, step in known.items() if name not in reached))


def _named(names: dict[str, str], language: str, otherwise: str) -> str:
    return names.get(language) or next(iter(names.values()), otherwise)
