"""The voice: what follows a Say, a Chime and a Hush, whatever breaks."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from assistant.core.actions import Action, Channel, Chime, CloseEar, Cue, EnterStep, Hush, Say
from assistant.core.errors import DeviceError, VoiceError
from assistant.core.events import Event, Outcome, PartFailed, PartRestored, Spoken
from assistant.outputs.sound import Sound
from assistant.outputs.voice import TAIL, OnEnd, Voice, VoiceThread


def unmuted(at: float) -> object:
    return ("unmute", round(at, 6))


class Stage:
    """Clock, synthesiser, gate and inbox of a test; what happens is in `log`, in order."""

    def __init__(self) -> None:
        self.now = 10.0
        self.log: list[object] = []
        self.posted = threading.Condition()
        self.error: Exception | None = None
        self.rendering = threading.Event()
        self.may_render = threading.Event()
        self.may_render.set()

    def clock(self) -> float:
        return self.now

    def render(self, text: str) -> Sound:
        self.rendering.set()
        assert self.may_render.wait(2)
        if self.error is not None:
            raise self.error
        return Sound(samples=np.full(1000, 0.1, np.float32), rate=1000)

    def close(self) -> None:
        self.log.append("closed")
        self.may_render.set()

    def mute(self, at: float) -> None:
        self.log.append(("mute", at))

    def unmute(self, at: float) -> None:
        self.log.append(unmuted(at))

    def post(self, event: Event) -> None:
        with self.posted:
            self.log.append(event)
            self.posted.notify()

    def events(self, count: int = 0) -> list[Event]:
        """What was posted, as soon as it is so many."""
        with self.posted:
            self.posted.wait_for(lambda: len(self._events()) >= count, timeout=2)
            return self._events()

    def _events(self) -> list[Event]:
        return [one for one in self.log if isinstance(one, Event)]

    @property
    def gate(self) -> list[object]:
        return [one for one in self.log if isinstance(one, tuple)]


class Speaker:
    """A player in the hands of the test."""

    def __init__(self) -> None:
        self.playing: list[tuple[Sound, OnEnd]] = []
        self.error: Exception | None = None
        self.played = threading.Event()
        self.stops = 0

    def play(self, sound: Sound, on_end: OnEnd) -> None:
        if self.error is not None:
            raise self.error
        self.playing.append((sound, on_end))
        self.played.set()

    def stop(self) -> None:
        self.stops += 1
        while self.playing:
            self.ends(10.5, Outcome.INTERRUPTED)

    def ends(self, at: float, outcome: Outcome = Outcome.DONE) -> None:
        self.playing.pop(0)[1](at, outcome)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def room() -> Speaker:
    return Speaker()


@pytest.fixture
def ear() -> Speaker:
    return Speaker()


@pytest.fixture
def voice(stage: Stage, room: Speaker, ear: Speaker) -> Voice:
    return Voice(
        synthesizer=stage,
        players={Channel.ROOM: room, Channel.EAR: ear},
        gate=stage,
        post=stage.post,
        now=stage.clock,
    )


@pytest.fixture
def thread(voice: Voice) -> Iterator[VoiceThread]:
    running = VoiceThread(voice)
    yield running
    running.close()


def say(line: int = 1, channel: Channel = Channel.ROOM) -> Say:
    return Say(line=line, text="Nog een minuut.", cue=Cue.ONE_MINUTE, channel=channel)


def spoken(line: int, outcome: Outcome, at: float = 10.0) -> Spoken:
    return Spoken(at=at, line=line, outcome=outcome)


def test_a_line_is_spoken_and_its_true_end_is_told(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    voice.perform(say())
    assert stage.events() == []

    room.ends(11.2)

    assert stage.events() == [spoken(1, Outcome.DONE, at=11.2)]


def test_the_ear_is_deaf_from_the_start_of_a_line_until_its_echo_is_over(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    voice.perform(say())
    room.ends(11.2)

    assert stage.gate == [("mute", 10.0), unmuted(11.2 + TAIL)]


def test_the_ear_hears_while_something_is_whispered(
    voice: Voice, stage: Stage, ear: Speaker, room: Speaker
) -> None:
    voice.perform(say(channel=Channel.EAR))
    ear.ends(11.0)

    assert stage.gate == []
    assert stage.events() == [spoken(1, Outcome.DONE, at=11.0)]
    assert not room.played.is_set()


def test_the_ear_stays_deaf_between_a_chime_and_the_line_behind_it(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    voice.perform(Chime(name="step"))
    voice.perform(say())
    room.ends(10.3)
    assert unmuted(10.3 + TAIL) not in stage.gate

    room.ends(11.5)

    assert stage.gate[-1] == unmuted(11.5 + TAIL)
    assert stage.events() == [spoken(1, Outcome.DONE, at=11.5)]


def test_a_hush_interrupts_what_sounds(
    voice: Voice, stage: Stage, room: Speaker, ear: Speaker
) -> None:
    voice.perform(say(1))
    voice.perform(say(2, Channel.EAR))
    voice.perform(Hush())

    assert stage.events() == [spoken(line, Outcome.INTERRUPTED, 10.5) for line in (1, 2)]
    assert stage.gate[-1] == unmuted(10.5 + TAIL)


def test_all_other_actions_are_ignored(voice: Voice, stage: Stage, room: Speaker) -> None:
    actions: list[Action] = [CloseEar(), EnterStep(index=0, step="case")]
    for action in actions:
        voice.perform(action)

    assert stage.log == []
    assert room.stops == 0


def test_what_is_meant_for_the_ear_never_sounds_in_the_room(stage: Stage, room: Speaker) -> None:
    voice = Voice(
        synthesizer=stage,
        players={Channel.ROOM: room},
        gate=stage,
        post=stage.post,
        now=stage.clock,
    )

    voice.perform(say(channel=Channel.EAR))

    failed, ended = stage.events()
    assert isinstance(failed, PartFailed)
    assert failed.part == "loudspeaker"
    assert ended == spoken(1, Outcome.FAILED)
    assert not room.played.is_set()


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (VoiceError("There is no voice.", "Do this."), "voice"),
        (RuntimeError("a bug"), "voice"),
    ],
)
def test_a_voice_that_fails_is_told_once_and_again_when_it_works(
    voice: Voice, stage: Stage, room: Speaker, error: Exception, part: str
) -> None:
    stage.error = error
    voice.perform(say(1))
    voice.perform(say(2))
    stage.error = None
    voice.perform(say(3))
    room.ends(12.0)

    failed = stage.events()[0]
    assert isinstance(failed, PartFailed)
    assert failed.part == part
    assert failed.message
    assert stage.events()[1:] == [
        spoken(1, Outcome.FAILED),
        spoken(2, Outcome.FAILED),
        PartRestored(at=10.0, part=part),
        spoken(3, Outcome.DONE, at=12.0),
    ]


def test_a_loudspeaker_that_is_gone_is_told_once_and_again_when_it_works(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    room.error = DeviceError("There is no loudspeaker 'x'.", "Plug it in.")
    voice.perform(Chime(name="step"))
    voice.perform(say(1))
    room.error = None
    voice.perform(say(2))
    room.ends(12.0)

    assert stage.events() == [
        PartFailed(at=10.0, part="loudspeaker", message="There is no loudspeaker 'x'."),
        spoken(1, Outcome.FAILED),
        PartRestored(at=10.0, part="loudspeaker"),
        spoken(2, Outcome.DONE, at=12.0),
    ]
    assert stage.gate[-1] == unmuted(12.0 + TAIL)


def test_the_ear_hears_again_when_the_loudspeaker_does_not_play(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    room.error = DeviceError("Gone.")
    voice.perform(say())

    assert stage.gate == [("mute", 10.0), unmuted(10.0)]


def test_a_loudspeaker_that_dies_in_mid_sentence_is_told(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    voice.perform(say())
    room.ends(10.7, Outcome.FAILED)

    failed, ended = stage.events()
    assert isinstance(failed, PartFailed)
    assert failed.part == "loudspeaker"
    assert ended == spoken(1, Outcome.FAILED, at=10.7)
    assert stage.gate[-1] == unmuted(10.7 + TAIL)


def test_a_hush_does_not_mean_that_a_broken_loudspeaker_works(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    voice.perform(say(1))
    room.ends(10.2, Outcome.FAILED)
    voice.perform(say(2))
    voice.perform(Hush())

    assert not [one for one in stage.events() if isinstance(one, PartRestored)]


def test_two_outputs_that_fail_are_restored_when_both_work(
    voice: Voice, stage: Stage, room: Speaker, ear: Speaker
) -> None:
    ear.error = DeviceError("No earpiece.")
    room.error = DeviceError("No loudspeaker.")
    voice.perform(say(1, Channel.EAR))
    voice.perform(say(2))
    room.error = ear.error = None
    voice.perform(say(3))
    room.ends(11.0)
    voice.perform(say(4, Channel.EAR))
    ear.ends(12.0)

    parts = [one for one in stage.events() if not isinstance(one, Spoken)]
    assert [getattr(one, "message", "works") for one in parts] == [
        *("No earpiece.", "No loudspeaker."),
        *("No earpiece.", "works"),
    ]


# In a thread of its own


def test_making_a_sentence_keeps_nobody_waiting(
    thread: VoiceThread, stage: Stage, room: Speaker
) -> None:
    stage.may_render.clear()
    start = time.perf_counter()

    thread.perform(say())

    assert time.perf_counter() - start < 0.05
    assert stage.rendering.wait(1)
    assert not room.played.is_set()
    stage.may_render.set()
    assert room.played.wait(1)


def test_a_hush_overtakes_a_sentence_that_is_being_made_and_those_that_wait(
    thread: VoiceThread, stage: Stage, room: Speaker
) -> None:
    stage.may_render.clear()
    thread.perform(say(1))
    thread.perform(say(2))
    assert stage.rendering.wait(1)

    thread.perform(Hush())
    thread.perform(say(3))
    stage.may_render.set()

    assert room.played.wait(1)
    assert stage.events(2) == [spoken(1, Outcome.INTERRUPTED), spoken(2, Outcome.INTERRUPTED)]
    assert len(room.playing) == 1
    room.ends(11.0)
    assert stage.events(3)[2] == spoken(3, Outcome.DONE, at=11.0)


def test_a_hush_while_the_device_is_being_opened_silences_what_then_begins(
    voice: Voice, stage: Stage, room: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = room.play

    def slowly(sound: Sound, on_end: OnEnd) -> None:
        voice.hush()  # as another thread would
        play(sound, on_end)

    monkeypatch.setattr(room, "play", slowly)
    voice.perform(say())

    assert room.playing == []
    assert stage.events() == [spoken(1, Outcome.INTERRUPTED, at=10.5)]


def test_closing_interrupts_all_and_ends_the_synthesiser(
    voice: Voice, stage: Stage, room: Speaker
) -> None:
    thread = VoiceThread(voice)
    thread.perform(say(1))
    assert room.played.wait(1)
    stage.rendering.clear()
    stage.may_render.clear()
    stage.error = VoiceError("The voice is closed.")
    thread.perform(say(2))
    thread.perform(say(3))
    assert stage.rendering.wait(1)

    thread.close()

    assert "closed" in stage.log
    events = stage.events(3)
    assert {one.line for one in events if isinstance(one, Spoken)} == {1, 2, 3}
    assert all(isinstance(one, Spoken) and one.outcome is Outcome.INTERRUPTED for one in events)
    assert len(events) == 3


@pytest.mark.parametrize("breaks", [None, "voice", "room", "hush"])
def test_every_line_is_followed_by_exactly_one_spoken(
    thread: VoiceThread, stage: Stage, room: Speaker, breaks: str | None
) -> None:
    def ending(play: Callable[[Sound, OnEnd], None]) -> Callable[[Sound, OnEnd], None]:
        def playing(sound: Sound, on_end: OnEnd) -> None:
            play(sound, on_end)
            if breaks != "hush":
                room.ends(11.0)

        return playing

    room.play = ending(room.play)  # type: ignore[method-assign]
    for line in range(1, 9):
        if line == 5:
            stage.error = VoiceError("x") if breaks == "voice" else None
            room.error = DeviceError("x") if breaks == "room" else None
        thread.perform(say(line))
    thread.perform(Hush())
    thread.close()

    lines = [one.line for one in stage.events(8) if isinstance(one, Spoken)]
    assert sorted(lines) == list(range(1, 9))
