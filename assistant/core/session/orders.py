"""In: a command, spoken or pressed. Out: what the session does about it.

One method per intent. An order that makes no sense now is answered with what would, never ignored:
whoever speaks to an assistant and hears nothing says it again, louder.
"""

from assistant.core.actions import Attribute, Channel, CloseEar, Cue, OpenEar, Retract
from assistant.core.method import CaptureKind
from assistant.core.session.conductor import Conductor, plain
from assistant.core.session.lines import PASSING
from assistant.core.session.view import Phase
from assistant.core.speech import Command, Intent

MORE_MINUTES = 2.0
"""Minutes given when somebody asks for more and names no number."""
MOST_MINUTES = 60.0
CONFIRM_WITHIN = 20.0
"""Seconds in which 'end' must be said again to be believed before the last step."""


class Orders:
    """Obeys commands; knows nothing of how they were given."""

    def __init__(self, conductor: Conductor) -> None:
        self._c = conductor
        self._end_asked = -CONFIRM_WITHIN
        self._sent_back = False
        self._obey = {
            Intent.NEXT: self._next,
            Intent.PREVIOUS: self._previous,
            Intent.GOTO: self._goto,
            Intent.SKIP: self._skip,
            Intent.REPEAT: self._repeat,
            Intent.PAUSE: self._pause,
            Intent.RESUME: self._resume,
            Intent.TIME_LEFT: self._time_left,
            Intent.MORE_TIME: self._more_time,
            Intent.MARK: self._mark,
            Intent.SPEAKER: self._speaker,
            Intent.CHOOSE_CASE: self._choose_case,
            Intent.LEARNING_QUESTION: self._learning_question,
            Intent.CORE_QUESTION: self._core_question,
            Intent.RECORDING_OFF: self._recording_off,
            Intent.RECORDING_ON: self._recording_on,
            Intent.NOT_A_SOLUTION: self._not_a_solution,
            Intent.END: self._end,
            Intent.HELP: self._help,
        }

    def obey(self, command: Command, utterance: int | None = None) -> None:
        """Carry out a command; `utterance` is where it was said, None when pressed."""
        if self._c.progress.phase in (Phase.CLOSING, Phase.FINISHED):
            return
        self._obey[command.intent](command, utterance)

    def _answer(self, key: str, **slots: str) -> None:
        self._c.say(key, Cue.ANSWER, Channel.ROOM, **slots)

    # Steps

    def _next(self, _command: Command, _utterance: int | None) -> None:
        self._c.advance()

    def _skip(self, _command: Command, _utterance: int | None) -> None:
        if self._c.progress.next_step is not None:
            self._answer("skipped")
        self._c.advance()

    def _previous(self, _command: Command, _utterance: int | None) -> None:
        index = self._c.progress.index
        if not index:
            self._answer("first_step")
            return
        self._answer("back")
        self._c.enter(index - 1)

    def _goto(self, command: Command, _utterance: int | None) -> None:
        if command.step is None or not 1 <= command.step <= len(self._c.progress.method.steps):
            self._answer("steps_left", n=self._c.phrases.number(self._steps_left()))
            return
        self._c.enter(command.step - 1)

    def _steps_left(self) -> int:
        done = -1 if self._c.progress.index is None else self._c.progress.index
        return len(self._c.progress.method.steps) - done - 1

    def _repeat(self, _command: Command, _utterance: int | None) -> None:
        if self._c.lines.last:
            self._c.say_text(self._c.lines.last, Cue.ANSWER)
        else:
            self._answer("repeat_nothing")

    # Time

    def _pause(self, _command: Command, _utterance: int | None) -> None:
        self._c.hush()
        self._c.lines.drop(PASSING)
        self._c.progress.pause(self._c.now)
        self._answer("paused")

    def _resume(self, _command: Command, _utterance: int | None) -> None:
        if not self._c.progress.paused:
            self._answer("not_paused")
            return
        self._c.progress.resume(self._c.now)
        self._answer("resumed", left=self._left())

    def _left(self) -> str:
        clock = self._c.progress.clock
        left = clock.left(self._c.now) if clock else 0.0
        return self._c.phrases.minutes(max(0.0, left))

    def _time_left(self, _command: Command, _utterance: int | None) -> None:
        clock = self._c.progress.clock
        later = self._c.progress.seconds_after()
        if clock is not None and clock.left(self._c.now) < 0:
            self._answer("time_left_overtime")
        elif later > 0:
            self._answer("time_left", left=self._left(), later=self._c.phrases.minutes(later))
        else:
            self._answer("time_left_last", left=self._left())

    def _more_time(self, command: Command, _utterance: int | None) -> None:
        clock = self._c.progress.clock
        if clock is None:
            self._answer("not_begun")
            return
        minutes = min(MOST_MINUTES, max(0.5, command.minutes or MORE_MINUTES))
        self._c.lines.drop(PASSING)
        clock.extend(self._c.now, minutes * 60.0)
        self._answer("extended", minutes=self._c.phrases.minutes(minutes * 60), left=self._left())

    # Words

    def _mark(self, _command: Command, _utterance: int | None) -> None:
        last = self._c.board.last_heard()
        if last is None:
            self._answer("repeat_nothing")
            return
        self._c.keep(CaptureKind.MARK, last[1], last[0], last=False)
        self._answer("marked")

    def _learning_question(self, command: Command, utterance: int | None) -> None:
        """One about somebody else is kept, for no words are lost, and sent back once."""
        if command.text and command.about_other and not self._sent_back:
            self._sent_back = True
            self._c.keep(CaptureKind.LEARNING_QUESTION, command.text, utterance, last=True)
            self._answer("learning_question_other")
            return
        self._question(CaptureKind.LEARNING_QUESTION, command, utterance)

    def _core_question(self, command: Command, utterance: int | None) -> None:
        self._question(CaptureKind.CORE_QUESTION, command, utterance)

    def _question(self, kind: CaptureKind, command: Command, utterance: int | None) -> None:
        if not command.text:
            return
        self._c.keep(kind, command.text, utterance, last=True)
        self._answer(f"{kind.value}_kept", text=plain(command.text))

    def _not_a_solution(self, _command: Command, _utterance: int | None) -> None:
        flag = self._c.board.retract()
        if flag is not None:
            self._c.emit(Retract(flag=flag.id))
        self._answer("not_a_solution")

    # People

    def _speaker(self, command: Command, utterance: int | None) -> None:
        if command.name is None:
            self._answer("unknown_name")
            return
        self._c.progress.give_floor(command.name)
        if utterance is not None:
            self._c.emit(Attribute(utterance=utterance, speaker=None))

    def _choose_case(self, command: Command, _utterance: int | None) -> None:
        if command.name is None:
            self._answer("unknown_name")
            return
        self._c.progress.presenter = command.name
        self._answer("case_chosen", name=command.name)

    def _recording_off(self, _command: Command, _utterance: int | None) -> None:
        self._c.listening = False
        self._c.emit(CloseEar())
        self._answer("recording_off")

    def _recording_on(self, _command: Command, _utterance: int | None) -> None:
        self._c.listening = True
        self._c.emit(OpenEar())
        self._answer("recording_on")

    # The end

    def _end(self, _command: Command, _utterance: int | None) -> None:
        if self._c.progress.next_step is None or (
            self._c.now - self._end_asked <= CONFIRM_WITHIN and self._end_asked >= 0
        ):
            self._c.close("goodbye" if self._c.progress.next_step is None else "goodbye_stopped")
            return
        self._end_asked = self._c.now
        self._answer("end_confirm")

    def _help(self, _command: Command, _utterance: int | None) -> None:
        self._answer("help")
        step = self._c.progress.step
        for sentence in step.explain.get(self._c.began.language, ()) if step else ():
            self._c.say_text(sentence, Cue.ANSWER)
