"""In: decisions (enter this step, say that, end). Out: the actions that carry them out.

Holds the parts that a session is made of, so that session.py can decide about events and orders.py
about commands without knowing each other. All sentences come from the phrases and the method file.
"""

from assistant.core.actions import Action, Capture, Channel, Chime, Cue, EnterStep, Finish, Hush
from assistant.core.events import Began
from assistant.core.method import CaptureKind, Step, Who
from assistant.core.phrases import Phrases
from assistant.core.session.board import Board
from assistant.core.session.lines import PASSING, LineQueue
from assistant.core.session.progress import Progress
from assistant.core.session.view import Phase

READ_ALOUD = 5
"""Parked ideas read back at most: more cannot be remembered by ear."""

READING = {
    CaptureKind.LEARNING_QUESTION: "read_learning_question",
    CaptureKind.CORE_QUESTION: "read_core_question",
    CaptureKind.ACTION: "read_action",
}
"""Which sentence reads a capture aloud; other kinds are shown, not read."""


class Conductor:
    """Carries out decisions; `take` hands over the actions they led to."""

    def __init__(self, phrases: Phrases, began: Began) -> None:
        self.phrases = phrases
        self.began = began
        self.progress = Progress(began.method, began.presenter)
        self.lines = LineQueue()
        self.board = Board()
        self.listening = True
        self.now = began.at
        """Time of the event being handled, seconds since the start."""
        self._actions: list[Action] = []
        self._turns: dict[str, int] = {}

    def emit(self, *actions: Action) -> None:
        """Ask the world for something."""
        self._actions.extend(actions)

    def take(self) -> tuple[Action, ...]:
        """The actions since the last call."""
        actions, self._actions = tuple(self._actions), []
        return actions

    # Speaking

    def say(self, key: str, cue: Cue, channel: Channel = Channel.ROOM, **slots: str) -> None:
        """Let a sentence from the prompts wait for its turn; its variants rotate."""
        turn = self._turns.get(key, 0)
        self._turns[key] = turn + 1
        self.say_text(self.phrases.pick(key, turn, **slots), cue, channel)

    def say_text(self, text: str, cue: Cue, channel: Channel = Channel.ROOM) -> None:
        """Let a ready sentence wait for its turn. Nobody can hear the assistant in a recording."""
        if not self.began.moves_on:
            self.lines.put(text, cue, self.now, channel)

    def hush(self) -> None:
        """Stop the line that sounds."""
        if self.lines.speaking is not None:
            self.emit(Hush())

    # Steps

    def enter(self, index: int) -> None:
        """Begin a step and announce it."""
        self.lines.drop(PASSING | {Cue.STEP, Cue.EXPLAIN, Cue.READ})
        self.hush()
        step = self.progress.enter(index, self.now)
        self.emit(EnterStep(index=index, step=step.id))
        if not self.began.moves_on:
            self.emit(Chime(name="step"))
        self.announce(step)

    def announce(self, step: Step) -> None:
        """Say which step it is, how long it takes, who speaks, and what to read back."""
        language = self.began.language
        number = self.phrases.number(self.progress.method.steps.index(step) + 1)
        minutes = self.phrases.minutes(self.progress.seconds(self.progress.index or 0))
        self.say("step", Cue.STEP, number=number, name=step.name[language], minutes=minutes)
        for sentence in step.explain.get(language, ()):
            self.say_text(sentence, Cue.EXPLAIN)
        if Who.PRESENTER in step.silent and step.speaks is not Who.NOBODY:
            self._ask_for_silence()
        for kind in step.reads:
            self._read(kind)
        if step.round:
            self.say("round_starts", Cue.EXPLAIN)

    def _ask_for_silence(self) -> None:
        if self.progress.presenter:
            self.say("silent_presenter", Cue.EXPLAIN, name=self.progress.presenter)
        else:
            self.say("silent_presenter_unnamed", Cue.EXPLAIN)

    def _read(self, kind: CaptureKind) -> None:
        kept = self.board.kept(kind)
        if not kept:
            return
        if kind is CaptureKind.PARKED_IDEA:
            self.say("earlier_intro", Cue.READ)
            for text in kept[-READ_ALOUD:]:
                self.say("earlier_item", Cue.READ, text=plain(text))
        elif kind in READING:
            for text in kept[-READ_ALOUD:]:
                self.say(READING[kind], Cue.READ, text=plain(text))

    def advance(self) -> None:
        """Go to the next step, or close after the last."""
        if self.progress.next_step is None:
            self.close("goodbye")
        else:
            self.enter(0 if self.progress.index is None else self.progress.index + 1)

    # The end

    def close(self, farewell: str) -> None:
        """Say goodbye; the session finishes when that has been spoken."""
        self.lines.drop()
        self.hush()
        self.progress.close(self.now)
        self.emit(Chime(name="end"))
        self.say(farewell, Cue.GOODBYE)

    def finish(self, reason: str) -> None:
        """The session is over now."""
        if self.progress.phase is not Phase.FINISHED:
            self.hush()
            self.lines.drop()
            self.progress.close(self.now)
            self.progress.phase = Phase.FINISHED
            self.emit(Finish(reason=reason))

    # Keeping

    def keep(self, kind: CaptureKind, text: str, utterance: int | None, *, last: bool) -> None:
        """Keep words for the report."""
        step = self.progress.step
        self.capture(
            Capture(
                kind=kind,
                text=text,
                step=step.id if step else "",
                utterance=utterance,
                speaker=self.progress.speaker,
                replaces=last,
            )
        )

    def capture(self, capture: Capture) -> None:
        """Keep a capture on the board and in the record."""
        self.board.keep(capture)
        self.emit(capture)


def plain(text: str) -> str:
    """Words to be read out inside another sentence: no closing dot."""
    return text.strip().rstrip(".")
