"""In: events, in the order in which they happened. Out: actions, and when to be woken again.

Theory of operation. A session is a fold over events: the same events give the same actions, so a
session that was cut off is resumed by handling its journal again with the outputs unplugged. It
never waits, reads no clock and touches no device; every event brings its time, and `wake_at` says
when the next Ticked is wanted.

    OPENING      the welcome is spoken
    ANNOUNCING   a step is explained; its clock stands still
    RUNNING      the minutes count; half-time, one minute, time is up (then it is overtime)
    CLOSING      the goodbye is spoken
    FINISHED     nothing more follows

Speech moves OPENING -> ANNOUNCING -> RUNNING and CLOSING -> FINISHED: each ends when its last line
has truly been spoken. From RUNNING only people move on: a command, never the clock (unless nobody
can answer, as in a recording: Began.moves_on).
"""

from typing import assert_never

from assistant.core.actions import Action, Attribute, Chime, Cue
from assistant.core.events import (
    Began,
    Discarded,
    Event,
    Heard,
    Lagged,
    PartFailed,
    PartRestored,
    Pressed,
    Resumed,
    SourceEnded,
    Spoken,
    Stopped,
    Ticked,
    VoiceEnded,
    VoiceStarted,
)
from assistant.core.phrases import Phrases
from assistant.core.session.conductor import Conductor
from assistant.core.session.orders import Orders
from assistant.core.session.snapshot import snapshot
from assistant.core.session.view import Phase, View
from assistant.core.session.watch import Watch
from assistant.core.speech import Intent

TROUBLE_LINES = {
    "microphone": "trouble_microphone",
    "transcriber": "trouble_transcriber",
    "journal": "trouble_journal",
}
"""What is said when a part fails; a voice that fails cannot say so."""


class Session:
    """One session of one method. Begin it with a Began event."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._voice_active = False
        self._conductor: Conductor | None = None
        self._orders: Orders | None = None
        self._watch: Watch | None = None

    # The outside

    def handle(self, event: Event) -> tuple[Action, ...]:
        """What to do about an event.

        Raises:
            ValueError: the first event is not Began.
        """
        if isinstance(event, Began):
            self._begin(event)
        conductor = self._c
        if conductor.progress.phase is Phase.FINISHED:
            return ()
        conductor.now = max(conductor.now, event.at)
        self._dispatch(event)
        self._go_on()
        return conductor.take()

    @property
    def wake_at(self) -> float | None:
        """Seconds since the start at which a Ticked is wanted; None: not before an event."""
        if self._conductor is None or self.finished:
            return None
        times = [self._c.lines.wake_at]
        clock = self._c.progress.clock
        if clock is not None and not self._c.progress.paused:
            times.append(clock.due_at())
        return min((time for time in times if time is not None), default=None)

    @property
    def finished(self) -> bool:
        """Whether it is over."""
        return self._conductor is not None and self._c.progress.phase is Phase.FINISHED

    @property
    def listening(self) -> bool:
        """False while the group speaks off the record."""
        return self._c.listening

    def ignores(self, event: Event) -> bool:
        """Whether an event must leave no trace: it was heard off the record."""
        if self._conductor is None or self._c.listening:
            return False
        if isinstance(event, Heard):
            return event.command is None or event.command.intent is not Intent.RECORDING_ON
        return isinstance(event, VoiceStarted | VoiceEnded | Discarded)

    @property
    def participants(self) -> tuple[str, ...]:
        """The names in the group, for understanding commands."""
        return self._c.began.participants

    @property
    def state(self) -> str:
        """'paused' or 'running', for understanding commands."""
        return "paused" if self._c.progress.paused else "running"

    def view(self, at: float) -> View:
        """The session as it can be shown at a moment (seconds since the start)."""
        return snapshot(self._c, at, voice_active=self._voice_active)

    # The inside

    @property
    def _c(self) -> Conductor:
        if self._conductor is None:
            raise ValueError("a session begins with Began")
        return self._conductor

    def _begin(self, began: Began) -> None:
        self._conductor = Conductor(self._phrases, began)
        self._orders = Orders(self._conductor)
        self._watch = Watch(self._conductor)

    def _dispatch(self, event: Event) -> None:  # noqa: C901, PLR0912 - one case per kind of event
        c = self._c
        match event:
            case Began():
                self._welcome(event)
            case Resumed():
                self._take_up_again()
            case VoiceStarted():
                self._voice_active = True
            case VoiceEnded():
                self._voice_active = False
            case Heard():
                self._heard(event)
            case Spoken():
                c.lines.ended(event.line)
            case Pressed():
                self._obey(event)
            case PartFailed():
                self._failed(event)
            case PartRestored():
                if c.board.trouble(event.part, None) and event.part == "microphone":
                    c.say("microphone_back", Cue.TROUBLE)
            case Lagged():
                c.board.waiting = event.waiting
            case SourceEnded():
                c.finish("source_ended")
            case Stopped():
                c.finish("stopped")
            case Ticked() | Discarded():
                pass
            case _:
                assert_never(event)

    def _welcome(self, began: Began) -> None:
        c = self._c
        minutes = c.phrases.minutes(began.method.minutes * 60)
        steps = c.phrases.number(len(began.method.steps))
        name = began.method.name[began.language]
        c.say("welcome", Cue.WELCOME, method=name, minutes=minutes, steps=steps)
        c.say("welcome_rules", Cue.WELCOME)

    def _take_up_again(self) -> None:
        c = self._c
        self._voice_active = False
        c.lines.silence()
        c.lines.drop()
        step, clock = c.progress.step, c.progress.clock
        if step is None or clock is None:
            self._welcome(c.began)
            return
        name = step.name[c.began.language]
        left = c.phrases.minutes(max(0.0, clock.left(c.now)))
        c.say("resumed_session", Cue.WELCOME, step=name, left=left)
        if c.progress.phase is Phase.ANNOUNCING:
            c.announce(step)

    def _failed(self, event: PartFailed) -> None:
        if event.part == "microphone":
            self._voice_active = False
        if self._c.board.trouble(event.part, event.message) and event.part in TROUBLE_LINES:
            self._c.say(TROUBLE_LINES[event.part], Cue.TROUBLE)

    def _obey(self, event: Pressed) -> None:
        assert self._orders is not None
        self._orders.obey(event.command)

    def _heard(self, heard: Heard) -> None:
        assert self._orders is not None
        c = self._c
        utterance = heard.utterance
        if heard.command is not None:
            c.board.heard(heard, None)
            self._orders.obey(heard.command, utterance.id)
            return
        speaker = c.progress.attribute()
        c.board.heard(heard, speaker)
        c.emit(Attribute(utterance=utterance.id, speaker=speaker))
        assert self._watch is not None
        self._watch.heard(heard, speaker)

    def _go_on(self) -> None:
        """What time and finished lines bring about."""
        c = self._c
        c.lines.give_up(c.now)
        self._cues()
        if c.lines.idle and not c.progress.paused:
            self._next_phase()
        line = c.lines.next(c.now, self._voice_active)
        if line is not None:
            c.board.said(line, c.now)
            c.emit(line)

    def _next_phase(self) -> None:
        c = self._c
        match c.progress.phase:
            case Phase.OPENING:
                c.enter(0)
                if c.lines.idle:
                    c.progress.run(c.now)
            case Phase.ANNOUNCING:
                c.progress.run(c.now)
            case Phase.CLOSING:
                c.finish("completed" if c.progress.next_step is None else "ended")
            case _:
                pass

    def _cues(self) -> None:
        c = self._c
        clock = c.progress.clock
        cue = clock.take(c.now) if clock is not None else None
        if clock is None or cue is None:
            return
        if cue is Cue.TIME_UP and c.began.moves_on:
            if c.progress.next_step is not None:
                c.advance()
            return
        match cue:
            case Cue.HALF_TIME:
                assert self._watch is not None
                c.say("half_time", cue, left=c.phrases.minutes(clock.left(c.now)))
                self._watch.half_time()
            case Cue.ONE_MINUTE:
                c.say("one_minute", cue)
            case _:
                self._time_is_up()

    def _time_is_up(self) -> None:
        c = self._c
        clock, next_step = c.progress.clock, c.progress.next_step
        assert clock is not None
        c.emit(Chime(name="step"))
        if clock.left(c.now) < -60.0:
            c.say("time_up_again", Cue.TIME_UP)
        elif next_step is None:
            c.say("time_up_last", Cue.TIME_UP)
        else:
            c.say("time_up", Cue.TIME_UP, next=next_step.name[c.began.language])
