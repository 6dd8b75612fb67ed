"""In: a method and what happens in the room. Out: what the assistant does, with times.

Drives a Session without sound: every line the assistant says takes as long as a voice would need
and is then reported as spoken; time jumps from one wake-up to the next. Sentences are shown as
their key and slots, so that a test reads what is meant and not how it is worded.
"""

from collections.abc import Iterable, Mapping

from assistant.core.actions import Action, Capture, EnterStep, Finish, Flag, Hush, Say
from assistant.core.events import Began, Event, Heard, Pressed, Spoken, Ticked
from assistant.core.method import CaptureRule, Contribution, Method, Step, Who
from assistant.core.phrases import Phrases
from assistant.core.session.session import Session
from assistant.core.session.view import Phase
from assistant.core.speech import ActScore, Command, Intent, SpeechAct, Utterance

CHARACTERS_PER_SECOND = 14.0


class _Echo(str):
    """A 'sentence' that shows its key and slots."""

    __slots__ = ()

    def format(self, *_: object, **slots: object) -> str:
        return " ".join([str(self), *(f"{key}={value}" for key, value in slots.items())])


class _EchoTable(Mapping[str, tuple[str, ...]]):
    def __getitem__(self, key: str) -> tuple[str, ...]:
        fixed = {"less_than_a_minute": "<1 min", "one_minute_span": "1 min"}
        if key in fixed:
            return (fixed[key],)
        return ("{n} min",) if key == "minutes_span" else (_Echo(key),)

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(())

    def __len__(self) -> int:
        return 0


def phrases() -> Phrases:
    """Sentences that show their key and slots."""
    return Phrases(language="en", spoken=_EchoTable(), numbers={})


def step(
    name: str,
    minutes: float = 10,
    *,
    speaks: Who = Who.EVERYONE,
    silent: tuple[Who, ...] = (),
    allowed: Iterable[str] = ("story",),
    forbidden: Iterable[str] = (),
    keeps: tuple[CaptureRule, ...] = (),
    reads: tuple[str, ...] = (),
    in_turn: bool = False,
) -> Step:
    """A step with what the test is about, and nothing else."""
    from assistant.core.method import CaptureKind

    return Step(
        id=name,
        name={"en": name},
        minutes=minutes,
        speaks=speaks,
        silent=silent,
        round=in_turn,
        allowed=tuple(Contribution(code) for code in allowed),
        forbidden=tuple(Contribution(code) for code in forbidden),
        explain={"en": ()},
        questions={"en": ()},
        keeps=keeps,
        reads=tuple(CaptureKind(kind) for kind in reads),
    )


def method(*steps: Step) -> Method:
    """A method of these steps."""
    return Method(id="test", name={"en": "test"}, about={"en": ""}, source="test", steps=steps)


class Rehearsal:
    """A session being held; `log` is everything the assistant did, with its time."""

    def __init__(
        self,
        *steps: Step,
        participants: tuple[str, ...] = ("Noor", "Bram", "Els"),
        presenter: str | None = "Noor",
        **began: object,
    ) -> None:
        self.session = Session(phrases())
        self.now = 0.0
        self.events: list[Event] = []
        self.log: list[tuple[float, Action]] = []
        self._voice: tuple[float, int] | None = None
        self._utterances = 0
        self.do(
            Began(
                at=0.0,
                wall="2026-11-23T10:00:00+01:00",
                session="test",
                method=method(*steps),
                language="en",
                participants=participants,
                presenter=presenter,
                **began,  # type: ignore[arg-type]
            )
        )

    def do(self, event: Event) -> tuple[Action, ...]:
        """Hand the session an event; its lines are spoken as time goes on."""
        self.now = max(self.now, event.at)
        self.events.append(event)
        actions = self.session.handle(event)
        self.log += [(self.now, action) for action in actions]
        for action in actions:
            if isinstance(action, Say):
                seconds = 1.0 + len(action.text) / CHARACTERS_PER_SECOND
                self._voice = (self.now + seconds, action.line)
            elif isinstance(action, Hush) and self._voice is not None:
                self._voice = (self.now, self._voice[1])
        return actions

    def until(self, at: float) -> "Rehearsal":
        """Let time pass."""
        for _ in range(10_000):
            wake = self.session.wake_at
            times = [time for time in (wake, self._voice and self._voice[0]) if time is not None]
            if not times or min(times) > at or self.session.finished:
                self.now = max(self.now, at)
                return self
            when = max(self.now, min(times))
            if self._voice is not None and self._voice[0] <= when:
                line, self._voice = self._voice[1], None
                self.do(Spoken(at=when, line=line))
            else:
                self.do(Ticked(at=when))
        raise AssertionError("the session asks to be woken again and again at the same moment")

    def passes(self, seconds: float) -> "Rehearsal":
        """Let so many seconds pass."""
        return self.until(self.now + seconds)

    def announced(self) -> "Rehearsal":
        """Let the assistant finish what it is saying, until the clock of a step runs."""
        for _ in range(200):
            if self.session.view(self.now).phase in (Phase.RUNNING, Phase.OVERTIME):
                return self
            self.passes(0.5)
        raise AssertionError("the step was never announced")

    def hears(
        self, text: str, *, command: Command | None = None, seconds: float = 2.0, **acts: float
    ) -> "Rehearsal":
        """Somebody says something; `acts` are probabilities by the name of the speech act."""
        self._utterances += 1
        start = self.now
        self.until(self.now + seconds)
        scores = tuple(ActScore(act=SpeechAct(a), probability=p) for a, p in acts.items())
        utterance = Utterance(id=self._utterances, start=start, end=self.now, text=text)
        self.do(Heard(at=self.now, utterance=utterance, acts=scores, command=command))
        return self

    def told(self, intent: str, **slots: object) -> "Rehearsal":
        """Somebody gives a spoken command."""
        order = Command(intent=Intent(intent), **slots)  # type: ignore[arg-type]
        return self.hears(f"({intent})", command=order, seconds=1.0)

    def presses(self, intent: str) -> "Rehearsal":
        """Somebody presses a key."""
        self.do(Pressed(at=self.now, command=Command(intent=Intent(intent))))
        return self

    def said(self, since: float = 0.0) -> list[str]:
        """What the assistant said from a moment on."""
        return [a.text for at, a in self.log if isinstance(a, Say) and at >= since]

    def flags(self) -> list[Flag]:
        """The flags raised."""
        return [a for _, a in self.log if isinstance(a, Flag)]

    def kept(self) -> list[tuple[str, str]]:
        """What was kept, as (kind, words)."""
        return [(a.kind.value, a.text) for _, a in self.log if isinstance(a, Capture)]

    def entered(self) -> list[str]:
        """The steps entered, in order."""
        return [a.step for _, a in self.log if isinstance(a, EnterStep)]

    @property
    def ended(self) -> str | None:
        """Why it finished; None while it goes on."""
        return next((a.reason for _, a in self.log if isinstance(a, Finish)), None)
