"""In: what was heard, by whom, in which step. Out: what is kept, marked, and said about it.

The facilitator's eye for people: contributions that do not belong in the step (the guard), names of
third persons, somebody who talks for long, somebody who has said nothing. What is about one person
goes to the facilitator's ear alone; the room hears no more than it may.
"""

from dataclasses import replace

from assistant.core.actions import Channel, Cue, Flag, Level
from assistant.core.events import Heard
from assistant.core.method import Who
from assistant.core.session.conductor import Conductor
from assistant.core.session.context import Context, in_context
from assistant.core.session.guard import AUDIBLE_PER_STEP, Guard, counts, kept_out
from assistant.core.speech import SpeechAct

QUESTIONS = frozenset(
    {SpeechAct.OPEN_QUESTION, SpeechAct.CLOSED_QUESTION, SpeechAct.SUGGESTIVE_QUESTION}
)
LONG_TALK = 120.0
"""Seconds of one person's talk after which the facilitator hears of it. Own choice: methods.md gives
one to two minutes a turn."""
SAME_TALK = 4.0
"""Seconds of silence within one talk."""


class Watch:
    """Watches the people of one session."""

    def __init__(self, conductor: Conductor) -> None:
        self._c = conductor
        self._guard = Guard()
        self._named = False
        self._step = ""
        self._spoke: set[str] = set()
        self._asked = False
        """Whether the utterance before was a question."""
        self._talk: tuple[str, float, float] | None = None
        """Who is talking, since when, until when."""

    def heard(self, heard: Heard, speaker: str | None) -> None:
        """Take note of an utterance that is no command."""
        c = self._c
        step = c.progress.step_at(heard.utterance.start)
        if heard.named and not self._named:
            self._named = True
            c.say("names", Cue.FLAG, self._channel())
        if step is None or c.progress.paused:
            return
        if step.id != self._step:
            self._step, self._spoke, self._talk = step.id, set(), None
        if speaker is not None:
            self._spoke.add(speaker)
        self._judge(heard, speaker)
        self._talks(heard, speaker)

    def _channel(self) -> Channel:
        return Channel.EAR if self._c.began.cue_channel == "ear" else Channel.ROOM

    def _judge(self, heard: Heard, speaker: str | None) -> None:
        c = self._c
        step = c.progress.step_at(heard.utterance.start)
        assert step is not None
        presenter = c.progress.presenter
        is_presenter = None if speaker is None or presenter is None else speaker == presenter
        audible = step is c.progress.step and c.began.cue_channel != "screen"
        acts = in_context(
            tuple(s for s in heard.acts if not c.board.forgives(s.act, heard.utterance.text)),
            Context(
                presenter=is_presenter,
                answering=self._asked,
                out=kept_out(step),
                confidence=heard.utterance.confidence,
                taken_back=c.board.taken_back,
            ),
        )
        self._asked = bool(acts) and acts[0].act in QUESTIONS and counts(acts[0])
        verdict = self._guard.judge(
            replace(heard, acts=acts),
            step,
            is_presenter=is_presenter,
            audible=audible and not c.began.moves_on,
        )
        if verdict.flag is not None:
            c.board.flag(verdict.flag)
            c.emit(verdict.flag)
            if verdict.flag.level is Level.AUDIBLE:
                self._speak_up(verdict.flag, verdict.turn)
        for capture in verdict.captures:
            c.capture(capture)

    def _speak_up(self, flag: Flag, turn: int) -> None:
        c = self._c
        key = f"flag_{flag.act.value}"
        if key not in c.phrases.spoken:
            key = "flag_other"
        key = "flag_to_facilitator" if turn >= AUDIBLE_PER_STEP else key
        c.say(key, Cue.FLAG, self._channel())

    def _talks(self, heard: Heard, speaker: str | None) -> None:
        """One person's long talk, where all may speak; only to the ear, for it is about one person."""
        step, utterance = self._c.progress.step, heard.utterance
        if speaker is None or step is None or step.speaks is Who.PRESENTER:
            self._talk = None
            return
        before = self._talk
        goes_on = (
            before is not None and before[0] == speaker and utterance.start - before[2] <= SAME_TALK
        )
        since = before[1] if before is not None and goes_on else utterance.start
        was = before[2] - since if before is not None and goes_on else 0.0
        self._talk = (speaker, since, utterance.end)
        if was < LONG_TALK <= utterance.end - since and self._c.began.cue_channel == "ear":
            self._c.say("long_talk", Cue.FLAG, Channel.EAR, name=speaker)

    def half_time(self) -> None:
        """Tell the ear who has not spoken yet; only where it is known who spoke."""
        c = self._c
        step = c.progress.step
        if step is None or step.id != self._step or c.began.cue_channel != "ear":
            return
        silent = [
            name
            for name in c.began.participants
            if name not in self._spoke
            and not (Who.PRESENTER in step.silent and name == c.progress.presenter)
        ]
        if self._spoke and silent and step.round:
            c.say("not_spoken", Cue.HALF_TIME, Channel.EAR, name=silent[0])
