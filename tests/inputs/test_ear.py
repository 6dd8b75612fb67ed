"""The ear: from blocks of sound to events. Sound is given as (seconds, loudness); loud means speech."""

import itertools
import threading
import tracemalloc
import wave
from pathlib import Path
from typing import Any

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
from assistant.core.hearing.cleanup import Draft, clean
from assistant.core.hearing.segmenter import Limits
from assistant.inputs.ear import BLOCK_SECONDS, END, Ear, Segment
from assistant.inputs.models import package_folder
from assistant.inputs.recording import Recording
from assistant.inputs.sound import BLOCK, RATE, Block, Samples, Source
from assistant.inputs.threaded_ear import ThreadedEar
from assistant.inputs.voice_activity import VoiceActivity
from assistant.inputs.whisper import Whisper
from assistant.outputs.synthesizer import Synthesizer


class Tape:
    """A source that plays loudness values."""

    def __init__(self, *parts: tuple[float, float]) -> None:
        self._levels = [
            level for seconds, level in parts for _ in range(round(seconds / BLOCK_SECONDS))
        ]
        self._sound = {level: np.full(BLOCK, level, np.float32) for _, level in parts}
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
        block = Block(at=self._next * BLOCK_SECONDS, samples=self._sound[level].copy())
        self._next += 1
        return block


def loudness(samples: Samples) -> float:
    return 1.0 if samples[0] > 0.3 else 0.0


def length(samples: Samples, _at: float) -> Draft:
    """A transcriber that 'hears' how many tenths of seconds were loud."""
    loud = int(np.sum(samples > 0.3)) / RATE
    return Draft(text=f"{loud:.1f} seconds of speech heard", seconds=loud)


def make(tape: Source, events: list[Event], said: tuple[str, ...] = (), **more: Any) -> Ear:
    given: dict[str, Any] = {
        "source": tape,
        "activity": loudness,
        "limits": Limits(),
        "transcribe": length,
        "clean": lambda draft: draft,
        "said": lambda _at: said,
        "post": events.append,
        **more,
    }
    return Ear(**given)


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
    assert segment.first == pytest.approx(0.5, abs=0.05)
    assert len(segment.samples) / RATE == pytest.approx(2.8, abs=0.1)
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


def test_what_is_said_between_two_lines_of_the_assistant_is_heard() -> None:
    """Also when both lines are known before the ear gets there."""
    ear = make(Tape((2, 0), (1, 0.5), (7, 0)), [])
    for at, until in ((0.2, 1.0), (5.0, 6.0)):
        ear.mute(at)
        ear.unmute(until)

    (segment,) = listen(ear)

    assert segment.start == pytest.approx(2.0, abs=0.05)


def test_a_line_that_begins_in_the_tail_of_the_one_before_keeps_the_gate_closed() -> None:
    ear = make(Tape((1, 0), (4, 0.5), (1, 0)), [])
    ear.mute(0.5)
    ear.unmute(2.35)
    ear.mute(2.1)
    ear.unmute(5.5)

    assert listen(ear) == []


def test_off_the_record_in_a_silence_ends_nobodys_voice() -> None:
    events: list[Event] = []
    ear = make(Tape((2, 0)), events)
    ear.step()
    ear.close()
    ear.open()
    listen(ear)

    assert events == []


def test_a_closed_ear_hears_nothing_until_it_is_opened() -> None:
    ear = make(Tape((1, 0), (1, 0.5), (1, 0), (1, 0.5), (1, 0)), [])
    ear.close()
    for _ in range(80):
        assert ear.step() is None
    ear.open()

    (segment,) = listen(ear)

    assert segment.start == pytest.approx(3.0, abs=0.05)


def test_a_gap_in_the_sound_parts_what_was_said_before_and_after_and_keeps_both() -> None:
    class Gap(Tape):
        def read(self) -> Block | None:
            block = super().read()
            if block is not None and block.at > 2.0:
                return Block(at=block.at + 0.5, samples=block.samples)
            return block

    events: list[Event] = []
    before, after = listen(make(Gap((1, 0), (2, 0.5), (2, 0)), events))

    assert (before.start, before.end) == pytest.approx((1.0, 2.0), abs=0.05)
    assert (after.start, after.end) == pytest.approx((2.5, 3.5), abs=0.05)
    kinds = [VoiceStarted, VoiceEnded]
    assert [type(event) for event in events] == kinds * 2


def test_no_sound_is_in_two_utterances_and_no_speech_in_none() -> None:
    """Else a word at the cut of a long speech would be heard twice, or not at all."""
    segments = listen(make(Tape((1, 0), (50, 0.5), (2, 0)), []))

    assert len(segments) == 3
    spans = [(s.first, s.first + len(s.samples) / RATE) for s in segments]
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert start == pytest.approx(end, abs=0.001)
    assert sum(float(np.sum(s.samples > 0.3)) for s in segments) / RATE == pytest.approx(
        50, abs=0.1
    )


def test_where_sound_begins_anew_the_detector_forgets_what_was_before() -> None:
    class Detector:
        resets = 0

        def __call__(self, samples: Samples) -> float:
            return loudness(samples)

        def reset(self) -> None:
            self.resets += 1

    detector = Detector()
    ear = make(Tape((5, 0)), [], activity=detector)
    ear.mute(1.0)
    ear.unmute(2.0)
    listen(ear)

    assert detector.resets == 2


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
    """Only the last hour is traced, which is slow; all its sound, if kept, would be 230 MB."""
    ear = make(Tape(*[(30, 0.5), (3, 0), (267, 0)] * 36), [])
    hour = int(3600 / BLOCK_SECONDS)
    for _ in range(2 * hour):
        ear.step()
    tracemalloc.start()
    for _ in range(hour):
        ear.step()
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert left < 3_000_000  # half of it is the ring of the last 23 seconds


class Room:
    """A threaded ear, and its events."""

    def __init__(self, tape: Tape, reopen: Any = None, **more: Any) -> None:
        self.events: list[Event] = []
        self.over = threading.Event()
        self.ear = make(tape, [], **{"post": self._post, **more})
        self.threaded = ThreadedEar(self.ear, lambda: self.ear.now, reopen)

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
    assert len(lags) == 2  # told once when it falls behind and once when it has caught up
    assert lags[0] > 5
    assert lags[1] == 0


def test_two_threads_never_trip_over_the_backlog() -> None:
    """Much short speech and a quick transcriber: both are in the backlog all the time."""
    room = Room(Tape(*[(0.2, 0.5), (0.7, 0.0)] * 400), limits=Limits(pause=0.1))
    room.run()

    assert len(room.of(Heard)) == 400
    assert room.of(PartFailed) == []


def test_a_transcriber_that_breaks_is_told_once_and_the_session_goes_on() -> None:
    calls = []

    def breaks(samples: Samples, at: float) -> Draft:
        calls.append(at)
        if len(calls) in (2, 3):
            raise ModelError("The speech model is damaged.", "")
        return length(samples, at)

    room = Room(Tape(*[(0.5, 0.0), (1.0, 0.5), (0.7, 0.0)] * 4), transcribe=breaks)
    room.run()

    assert len(room.of(Heard)) == 2
    assert len(room.of(Discarded)) == 2
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


def test_what_was_being_said_when_the_microphone_went_is_kept() -> None:
    tape = Tape((0.5, 0.0), (3.0, 0.5), (0.7, 0.0))
    tape.fails_at = 60
    room = Room(tape, lambda: None)
    room.run()

    first, second = (event.utterance for event in room.of(Heard) if isinstance(event, Heard))
    assert first.end == pytest.approx(60 * BLOCK_SECONDS, abs=0.01)
    assert second.end == pytest.approx(3.5, abs=0.05)
    assert [type(e) for e in room.of(VoiceStarted, VoiceEnded)] == [VoiceStarted, VoiceEnded] * 2


def test_an_ear_that_breaks_in_an_unforeseen_way_says_so_and_hears_on() -> None:
    calls = []

    def breaks(samples: Samples) -> float:
        calls.append(1)
        if len(calls) in (10, 11):
            raise RuntimeError("could not handle 'mijn geheim'")
        return loudness(samples)

    room = Room(Tape((0.5, 0.0), (1.0, 0.5), (0.7, 0.0)), lambda: None, activity=breaks)
    room.run()

    failed, restored = room.of(PartFailed, PartRestored)
    assert isinstance(failed, PartFailed)
    assert failed.message == "RuntimeError"
    assert isinstance(restored, PartRestored)
    assert len(room.of(Heard)) == 1


def test_a_microphone_that_nothing_opens_again_ends_the_sound_but_not_what_was_heard() -> None:
    tape = Tape((0.5, 0.0), (1.0, 0.5), (0.7, 0.0), (5.0, 0.0))
    tape.fails_at = 100
    room = Room(tape)
    events = room.run()

    assert [type(e) for e in events[-2:]] in ([Heard, SourceEnded], [PartFailed, SourceEnded])
    assert len(room.of(Heard)) == 1


def test_stop_ends_both_threads_while_the_microphone_is_gone() -> None:
    failed = threading.Event()

    class Gone(Tape):
        def read(self) -> Block | None:
            raise DeviceError("The microphone is gone.", "")

    def reopen() -> None:
        failed.set()
        raise DeviceError("still gone", "")

    room = Room(Gone(), reopen)
    room.threaded.start()
    assert failed.wait(5)
    room.threaded.stop()
    room.threaded.stop()

    left = {thread.name for thread in threading.enumerate()}
    assert not left & {"ear", "transcriber"}
    assert room.of(SourceEnded) == []


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


@pytest.mark.model
@pytest.mark.slow
def test_from_a_sound_file_to_what_was_said_with_all_the_real_parts(tmp_path: Path) -> None:
    said = ["Volgende stap.", "Ik heb de neiging om alles recht te praten."]
    path = tmp_path / "session.wav"
    write_speech(path, said)
    recording = Recording(path)
    recording.start()
    whisper = Whisper(folder=package_folder() / "demonstration", language="nl")
    ear = make(
        recording,
        [],
        activity=VoiceActivity(),
        transcribe=whisper.transcribe,
        clean=lambda draft: clean(draft, ["Bedankt voor het kijken"]),
    )

    segments = listen(ear)
    results = [ear.decode(segment) for segment in segments]

    assert [r.text if isinstance(r, Draft) else r for r in results] == said
    assert segments[0].start == pytest.approx(1.0, abs=0.15)


def write_speech(path: Path, sentences: list[str]) -> None:
    """Sentences with a second of a quiet room before, between and after."""
    synthesizer = Synthesizer(language="nl")
    try:
        sounds = [synthesizer.render(sentence) for sentence in sentences]
    finally:
        synthesizer.close()
    room = np.random.default_rng(1).normal(0, 0.0008, sounds[0].rate).astype(np.float32)
    pieces = [room] + [piece for sound in sounds for piece in (sound.samples * 0.6, room)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sounds[0].rate)
        file.writeframes((np.concatenate(pieces) * 32767).astype(np.int16).tobytes())
