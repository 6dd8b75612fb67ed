"""The ear: from blocks of sound to events. Sound is given as (seconds, loudness); loud means speech."""

import threading
import tracemalloc

import numpy as np
import pytest

from assistant.core.errors import DeviceError, ModelError
from assistant.core.events import (
    Discarded,
    Event,
    Heard,
    Lagged,
    PartFailed,
    PartRestored,
    Reason,
    SourceEnded,
    VoiceEnded,
    VoiceStarted,
)
from assistant.core.hearing.cleanup import Draft
from assistant.core.hearing.segmenter import Limits
from assistant.inputs.ear import BLOCK_SECONDS, END, Ear, Segment
from assistant.inputs.sound import BLOCK, RATE, Block, Samples
from assistant.inputs.threaded_ear import ThreadedEar


class Tape:
    """A source that plays loudness values."""

    def __init__(self, *parts: tuple[float, float]) -> None:
        self._levels = [
            level for seconds, level in parts for _ in range(round(seconds / BLOCK_SECONDS))
        ]
        self._next = 0
        self.fails_at: int | None = None

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def read(self) -> Block | None:
        if self._next == self.fails_at:
            self.fails_at = None
            raise DeviceError("The microphone is gone.", "")
        if self._next >= len(self._levels):
            return None
        level = self._levels[self._next]
        block = Block(at=self._next * BLOCK_SECONDS, samples=np.full(BLOCK, level, np.float32))
        self._next += 1
        return block


def loudness(samples: Samples) -> float:
    return 1.0 if samples[0] > 0.3 else 0.0


def length(samples: Samples, _at: float) -> Draft:
    """A transcriber that 'hears' how many tenths of seconds were loud."""
    loud = int(np.sum(samples > 0.3)) / RATE
    return Draft(text=f"{loud:.1f} seconds of speech heard", seconds=loud)


def make(tape: Tape, events: list[Event], said: tuple[str, ...] = (), **more: object) -> Ear:
    given = {
        "source": tape,
        "activity": loudness,
        "limits": Limits(),
        "transcribe": length,
        "clean": lambda draft: draft,
        "said": lambda _at: said,
        "post": events.append,
        **more,
    }
    return Ear(**given)  # type: ignore[arg-type]


def listen(ear: Ear) -> list[Segment]:
    segments = []
    while (heard := ear.step()) is not END:
        if isinstance(heard, Segment):
            segments.append(heard)
    return segments


def test_an_utterance_has_its_times_and_a_little_sound_before_and_after() -> None:
    events: list[Event] = []
    (segment,) = listen(make(Tape((1, 0), (2, 0.5), (2, 0)), events))

    assert segment.start == pytest.approx(1.0, abs=0.05)
    assert segment.end == pytest.approx(3.0, abs=0.05)
    assert segment.closed_at == pytest.approx(3.6, abs=0.1)
    assert segment.first == pytest.approx(0.7, abs=0.05)
    assert len(segment.samples) / RATE == pytest.approx(2.6, abs=0.1)
    assert [type(event) for event in events] == [VoiceStarted, VoiceEnded]


def test_speech_that_the_sound_ends_in_is_kept() -> None:
    (segment,) = listen(make(Tape((1, 0), (2, 0.5)), []))

    assert segment.end == pytest.approx(3.0, abs=0.05)


def test_while_the_assistant_speaks_nothing_is_heard() -> None:
    ear = make(Tape((1, 0), (2, 0.5), (2, 0), (1, 0.5), (1, 0)), [])
    ear.mute(0.9)
    ear.unmute(4.5)

    (segment,) = listen(ear)

    assert segment.start == pytest.approx(5.0, abs=0.05)


def test_who_is_speaking_when_the_assistant_begins_is_kept_up_to_there() -> None:
    events: list[Event] = []
    ear = make(Tape((1, 0), (3, 0.5), (2, 0)), events)
    ear.mute(2.5)
    ear.unmute(5.0)

    (segment,) = listen(ear)

    assert segment.start == pytest.approx(1.0, abs=0.05)
    assert segment.end == pytest.approx(2.5, abs=0.05)
    assert [type(event) for event in events] == [VoiceStarted, VoiceEnded]


def test_off_the_record_what_was_being_said_is_dropped_at_once() -> None:
    events: list[Event] = []
    ear = make(Tape((1, 0), (3, 0.5), (1, 0), (1, 0.5), (1, 0)), events)
    for _ in range(60):
        assert ear.step() is None
    ear.close()
    ear.open()

    segments = listen(ear)

    assert segments[0].start > 1.9
    assert len(segments) == 2


def test_its_own_voice_is_discarded_and_says_so() -> None:
    said = ("2.0 seconds of speech heard",)
    ear = make(Tape((1, 0), (2, 0.5), (1, 0)), [], said=said)
    (segment,) = listen(ear)

    result = ear.decode(segment)
    event = ear.event(segment, result, at=4.0, delay=0.2)

    assert event == Discarded(at=4.0, start=segment.start, end=segment.end, reason=Reason.OWN_VOICE)


def test_utterances_are_numbered_on_from_a_resumed_session() -> None:
    ear = make(Tape((1, 0), (1, 0.5), (1, 0), (1, 0.5), (1, 0)), [], first_utterance=41)

    numbers = [
        event.utterance.id
        for segment in listen(ear)
        if isinstance(event := ear.event(segment, ear.decode(segment), 9.0, 0.1), Heard)
    ]

    assert numbers == [41, 42]


@pytest.mark.slow
def test_memory_stays_flat_over_three_hours() -> None:
    ear = make(Tape(*[(30, 0.5), (3, 0), (267, 0)] * 36), [])
    tracemalloc.start()
    peaks = []
    for _ in range(3):
        for _ in range(int(3600 / BLOCK_SECONDS)):
            ear.step()
        peaks.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    assert peaks[2] < peaks[0] * 1.2 + 1_000_000


class Room:
    """A threaded ear, and its events."""

    def __init__(self, tape: Tape, reopen: object = None, **more: object) -> None:
        self.events: list[Event] = []
        self.over = threading.Event()
        self.ear = make(tape, [], **{"post": self._post, **more})
        self.threaded = ThreadedEar(self.ear, lambda: self.ear.now, reopen)  # type: ignore[arg-type]

    def _post(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, SourceEnded):
            self.over.set()

    def run(self) -> list[Event]:
        self.threaded.start()
        assert self.over.wait(20)
        self.threaded.stop()
        return self.events

    def of(self, *kinds: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def test_a_threaded_ear_hears_everything_in_order_and_then_ends() -> None:
    room = Room(Tape(*[(0.5, 0.0), (1.0, 0.5), (0.7, 0.0)] * 5))

    events = room.run()

    heard = [event for event in events if isinstance(event, Heard)]
    assert [event.utterance.id for event in heard] == [1, 2, 3, 4, 5]
    assert isinstance(events[-1], SourceEnded)


def test_speech_waits_while_the_model_is_still_loading_and_the_lag_is_told() -> None:
    loaded = threading.Event()

    def slow(samples: Samples, at: float) -> Draft:
        assert loaded.wait(10)
        return length(samples, at)

    class SlowTape(Tape):
        def read(self) -> Block | None:
            block = super().read()
            if block is None:
                loaded.set()
            return block

    room = Room(SlowTape(*[(0.5, 0.0), (4.0, 0.5), (0.7, 0.0)] * 4), transcribe=slow)
    room.run()

    assert len(room.of(Heard)) == 4
    lags = [event.waiting for event in room.of(Lagged) if isinstance(event, Lagged)]
    assert max(lags) > 5
    assert lags[-1] == 0


def test_a_transcriber_that_breaks_is_told_once_and_the_session_goes_on() -> None:
    calls = []

    def breaks(samples: Samples, at: float) -> Draft:
        calls.append(at)
        if len(calls) == 2:
            raise ModelError("The speech model is damaged.", "")
        return length(samples, at)

    room = Room(Tape(*[(0.5, 0.0), (1.0, 0.5), (0.7, 0.0)] * 3), transcribe=breaks)
    room.run()

    assert len(room.of(Heard)) == 2
    assert len(room.of(Discarded)) == 1
    assert [type(e) for e in room.of(PartFailed, PartRestored)] == [PartFailed, PartRestored]


def test_an_unknown_error_never_tells_what_was_said() -> None:
    def breaks(_samples: Samples, _at: float) -> Draft:
        raise RuntimeError("could not handle 'mijn geheim'")

    room = Room(Tape((0.5, 0.0), (1.0, 0.5), (0.7, 0.0)), transcribe=breaks)
    room.run()

    (failed,) = room.of(PartFailed)
    assert isinstance(failed, PartFailed)
    assert "geheim" not in failed.message


def test_a_microphone_that_was_pulled_out_is_opened_again_until_it_is_back() -> None:
    tape = Tape(*[(0.5, 0.0), (1.0, 0.5), (0.7, 0.0)] * 2)
    tape.fails_at = 80
    tries = []

    def reopen() -> None:
        tries.append(1)
        if len(tries) < 2:
            raise DeviceError("still gone", "")

    room = Room(tape, reopen)
    room.run()

    assert len(tries) == 2
    assert [type(e) for e in room.of(PartFailed, PartRestored)] == [PartFailed, PartRestored]
    assert len(room.of(Heard)) == 2


def test_when_it_is_far_too_late_the_oldest_speech_is_given_up_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.inputs.threaded_ear.MOST", 6.0)
    heard_all = threading.Event()

    def slow(samples: Samples, at: float) -> Draft:
        assert heard_all.wait(10)
        return length(samples, at)

    class Last(Tape):
        def read(self) -> Block | None:
            block = super().read()
            if block is None:
                heard_all.set()
            return block

    room = Room(Last(*[(0.5, 0.0), (3.0, 0.5), (0.7, 0.0)] * 6), transcribe=slow)
    room.run()

    lost = room.of(Discarded)
    assert lost
    assert all(isinstance(e, Discarded) and e.reason is Reason.OVERLOAD for e in lost)
    assert len(lost) + len(room.of(Heard)) == 6
