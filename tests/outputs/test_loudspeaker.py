"""The loudspeaker on a device that is played by the test: `asks` is PortAudio's callback.

What a true device does with it is in tests/sound/test_loudspeaker_live.py.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant.core.errors import DeviceError
from assistant.core.events import Outcome
from assistant.outputs import loudspeaker
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.sound import Sound

RATE = 22_050
DELAY = 0.02
"""Seconds between handing over a sample and its leaving the fake device."""


class PortAudioError(Exception):
    pass


class FakeStream:
    def __init__(self, library: "FakeSoundDevice", **asked: Any) -> None:
        form = (round(asked["samplerate"]), asked["channels"])
        library.tried.append(form)
        if library.hangs is not None:
            library.hangs.wait(10)
        if library.refuses is not None:
            raise PortAudioError("no", library.refuses)
        if library.takes is not None and form not in library.takes:
            raise PortAudioError("no", -9997)
        self.samplerate, self.channels, self.latency = *form, 0.05
        self.device, self._callback = asked["device"], asked["callback"]
        self.finished = asked["finished_callback"]
        self.started, self.aborted, self.closed = False, threading.Event(), False
        library.streams.append(self)

    def start(self) -> None:
        self.started = True

    def abort(self, ignore_errors: bool) -> None:
        self.aborted.set()

    def close(self, ignore_errors: bool) -> None:
        self.closed = True

    def asks(self, frames: int, dac: float | None = DELAY) -> np.ndarray:
        """PortAudio wants so many frames; returns what it is given, [frames, channels]."""
        out = np.full((frames, self.channels), 9.0, np.float32)
        times = SimpleNamespace(
            currentTime=5.0, outputBufferDacTime=0.0 if dac is None else 5 + dac
        )
        self._callback(out, frames, times, None)
        return out


class FakeSoundDevice:
    PortAudioError = PortAudioError
    _StreamBase = FakeStream

    def __init__(self) -> None:
        self.names = ["Speakers (Realtek)", "room", "room_monitor", "Microphone"]
        self.later: list[str] = []
        self.streams: list[FakeStream] = []
        self.tried: list[tuple[int, int]] = []
        self.takes: list[tuple[int, int]] | None = None
        self.refuses: int | None = None
        self.hangs: threading.Event | None = None

    def OutputStream(self, **asked: Any) -> FakeStream:  # noqa: N802
        return FakeStream(self, **asked)

    def query_devices(self, index: int | None = None, kind: str | None = None) -> Any:
        found = [
            {
                "name": name,
                "max_output_channels": 0 if name == "Microphone" else 2,
                "max_input_channels": 1,
                "default_samplerate": 48_000.0,
            }
            for name in self.names
        ]
        return found if kind is None else found[index or 0]

    def _terminate(self) -> None:
        pass

    def _initialize(self) -> None:
        self.names += self.later


class Ends:
    """Waits for and keeps what on_end tells."""

    def __init__(self) -> None:
        self.all: list[tuple[float, Outcome]] = []
        self._more = threading.Semaphore(0)

    def __call__(self, at: float, outcome: Outcome) -> None:
        self.all.append((at, outcome))
        self._more.release()

    def next(self, within: float = 2.0) -> tuple[float, Outcome]:
        assert self._more.acquire(timeout=within), "nothing ended"
        return self.all[-1]


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> FakeSoundDevice:
    fake = FakeSoundDevice()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)  # type: ignore[arg-type]
    return fake


@pytest.fixture
def made() -> Iterator[Callable[..., Loudspeaker]]:
    speakers: list[Loudspeaker] = []

    def make(name: str | None = "room", **more: Any) -> Loudspeaker:
        speakers.append(Loudspeaker(device=name, now=time.monotonic, **{"lead_in": 0.0, **more}))
        return speakers[-1]

    yield make
    for one in speakers:
        one.close()


def ramp(frames: int, rate: int = RATE) -> Sound:
    return Sound(samples=np.linspace(0.1, 0.9, frames, dtype=np.float32), rate=rate)


def test_every_sample_is_handed_over_once_and_in_order(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    sound = ramp(1000)
    made().play(sound, Ends())
    stream = device.streams[0]

    given = np.concatenate([stream.asks(300)[:, 0] for _ in range(4)])

    assert stream.started
    assert np.array_equal(given[:1000], sound.samples)
    assert not given[1000:].any()


def test_the_end_is_when_the_last_sample_leaves_the_device(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    ends = Ends()
    made().play(ramp(1000), ends)
    device.streams[0].asks(800)
    handed_over = time.monotonic()
    device.streams[0].asks(800, dac=0.1)

    at, outcome = ends.next()

    assert outcome is Outcome.DONE
    assert at == pytest.approx(handed_over + 0.1 + 200 / RATE, abs=0.01)
    assert time.monotonic() >= at


def test_a_device_that_does_not_know_its_delay_is_believed_to_have_that_of_its_stream(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    ends = Ends()
    made().play(ramp(100), ends)
    handed_over = time.monotonic()
    device.streams[0].asks(200, dac=None)

    assert ends.next()[0] == pytest.approx(handed_over + 0.05 + 100 / RATE, abs=0.01)


def test_a_sleeping_device_is_woken_with_silence_first(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    sound = ramp(100)
    made(lead_in=0.01).play(sound, Ends())

    given = device.streams[0].asks(400)[:, 0]

    silent = round(0.01 * RATE)
    assert not given[:silent].any()
    assert np.array_equal(given[silent : silent + 100], sound.samples)


def test_what_follows_closely_joins_without_a_gap_in_the_same_stream(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    first, second, speaker = Ends(), Ends(), made()
    speaker.play(ramp(100), first)
    speaker.play(ramp(50), second)

    given = device.streams[0].asks(200)[:, 0]

    assert np.array_equal(given[:150], np.concatenate([ramp(100).samples, ramp(50).samples]))
    assert first.next()[1] is second.next()[1] is Outcome.DONE
    assert second.all[0][0] - first.all[0][0] == pytest.approx(50 / RATE, abs=1e-6)
    assert len(device.streams) == 1


def test_stop_silences_at_once_and_what_was_to_follow_too(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    first, second, speaker = Ends(), Ends(), made()
    speaker.play(ramp(9000), first)
    speaker.play(ramp(9000), second)
    device.streams[0].asks(100)

    speaker.stop()

    assert not device.streams[0].asks(100).any()
    assert device.streams[0].aborted.wait(1)
    assert [first.next()[1], second.next()[1]] == [Outcome.INTERRUPTED] * 2
    assert len(first.all) == len(second.all) == 1


def test_stop_may_be_called_from_on_end(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    speaker, over = made(), threading.Event()

    def ended(_at: float, _outcome: Outcome) -> None:
        speaker.stop()
        speaker.close()
        over.set()

    speaker.play(ramp(10), ended)
    device.streams[0].asks(100)

    assert over.wait(2)


def test_after_a_stop_the_next_sound_gets_a_stream_of_its_own(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    ends, speaker = Ends(), made()
    speaker.play(ramp(9000), Ends())
    speaker.stop()
    speaker.play(ramp(10), ends)
    device.streams[-1].asks(100)

    assert ends.next()[1] is Outcome.DONE
    assert len(device.streams) == 2
    assert device.streams[0].closed


def test_stop_without_sound_does_nothing(made: Callable[..., Loudspeaker]) -> None:
    speaker = made()
    speaker.stop()
    speaker.close()


def test_the_stream_is_closed_when_nothing_follows(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudspeaker, "LINGER", 0.02)
    ends, speaker = Ends(), made()
    speaker.play(ramp(10), ends)
    device.streams[0].asks(100)
    ends.next()
    assert device.streams[0].aborted.wait(1)

    speaker.play(ramp(10), ends)

    assert len(device.streams) == 2


def test_a_device_that_falls_silent_is_noticed(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudspeaker, "STALLED", 0.05)
    ends = Ends()
    made().play(ramp(9000), ends)
    device.streams[0].asks(100)

    assert ends.next()[1] is Outcome.FAILED


def test_a_device_may_take_its_time_for_the_first_sample(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudspeaker, "STALLED", 0.01)
    ends = Ends()
    made().play(ramp(100), ends)
    threading.Event().wait(0.1)
    device.streams[0].asks(200, dac=0.001)

    assert ends.next()[1] is Outcome.DONE


def test_a_stream_that_ends_by_itself_is_a_failure(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    ends = Ends()
    made().play(ramp(9000), ends)
    device.streams[0].asks(100)
    device.streams[0].finished()

    assert ends.next(0.2)[1] is Outcome.FAILED


def test_a_sound_without_samples_ends_at_once(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    ends = Ends()
    made().play(ramp(0), ends)
    device.streams[0].asks(10)

    assert ends.next()[1] is Outcome.DONE


def test_a_device_of_another_rate_and_in_stereo_gets_what_it_wants(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    device.takes = [(48_000, 2)]
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE // 2) / RATE).astype(np.float32)
    made().play(Sound(samples=tone, rate=RATE), Ends())

    given = device.streams[0].asks(24_000)

    assert device.tried == [(RATE, 1), (RATE, 2), (48_000, 1), (48_000, 2)]
    assert np.array_equal(given[:, 0], given[:, 1])
    expected = np.sin(2 * np.pi * 1000 * np.arange(24_000) / 48_000)
    assert given[2000:-2000, 0] == pytest.approx(expected[2000:-2000], abs=0.01)


def test_a_sound_of_another_rate_follows_at_the_rate_of_the_stream(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    speaker, ends = made(), Ends()
    speaker.play(ramp(10), Ends())
    speaker.play(ramp(1_600, rate=16_000), ends)
    start = time.monotonic()
    device.streams[0].asks(RATE // 10 + 10)

    assert ends.next()[0] == pytest.approx(start + 0.1 + DELAY, abs=0.02)


def test_the_whole_name_is_preferred_to_a_part_of_another(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    made("room").play(ramp(10), Ends())
    made("realtek").play(ramp(10), Ends())
    made(None).play(ramp(10), Ends())

    assert [stream.device for stream in device.streams] == [1, 0, None]


@pytest.mark.parametrize("name", ["kitchen", "oo", "Microphone"])
def test_a_name_that_fits_none_or_several_is_an_error_that_lists_what_there_is(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker], name: str
) -> None:
    ends = Ends()
    with pytest.raises(DeviceError, match=name) as error:
        made(name).play(ramp(10), ends)

    assert "Speakers (Realtek)" in error.value.hint
    assert "Microphone" not in error.value.hint
    assert ends.all == []


def test_a_loudspeaker_that_was_plugged_in_later_is_found(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    device.later = ["kitchen"]

    made("kitchen").play(ramp(10), Ends())

    assert device.streams[0].device == 4


def test_but_not_while_another_stream_is_open_that_looking_would_break(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    made("room").play(ramp(10), Ends())
    device.later = ["kitchen"]

    with pytest.raises(DeviceError, match="kitchen"):
        made("kitchen").play(ramp(10), Ends())


def test_a_device_that_is_busy_is_an_error_and_the_next_time_it_may_work(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker]
) -> None:
    device.refuses = -9985
    ends, speaker = Ends(), made()
    with pytest.raises(DeviceError, match="'room' cannot be opened") as error:
        speaker.play(ramp(10), ends)
    assert error.value.hint
    assert len(device.tried) == 1
    device.refuses = None

    speaker.play(ramp(10), ends)

    device.streams[0].asks(100)
    assert ends.next()[1] is Outcome.DONE


def test_a_device_that_never_opens_is_given_up_and_its_line_never_sounds(
    device: FakeSoundDevice, made: Callable[..., Loudspeaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudspeaker, "OPEN_SECONDS", 0.05)
    device.hangs = threading.Event()
    ends, speaker = Ends(), made()

    with pytest.raises(DeviceError, match="does not answer"):
        speaker.play(ramp(10), ends)
    device.hangs.set()
    speaker.close()

    assert not device.streams[0].asks(100).any()
    assert device.streams[0].closed
    assert ends.all == []


def test_without_portaudio_the_error_says_what_to_install(
    made: Callable[..., Loudspeaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing:
        def find_spec(self, name: str, *_about: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])

    with pytest.raises(DeviceError) as error:
        made().play(ramp(10), Ends())

    assert "libportaudio2" in error.value.hint
