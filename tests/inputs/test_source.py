"""Every source gives the same blocks: recordings of each format, a fake, and a microphone.

The microphone here stands on a sound library that is a fake (the real one is in tests/sound); what is
tested is all that lies between the library's callback and the ear.
"""

import builtins
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from assistant import portaudio
from assistant.core.errors import DeviceError, RecordingError
from assistant.inputs import microphone as module
from assistant.inputs.microphone import Microphone
from assistant.inputs.recording import Recording
from assistant.inputs.sound import BLOCK, RATE, Block, Samples, Source

FORMATS = {
    "wav": ("pcm_s16le", "s16"),
    "flac": ("flac", "s16"),
    "mp3": ("mp3", "fltp"),
    "m4a": ("aac", "fltp"),
}
SECONDS = 3.0


def tone(rate: int, seconds: float = SECONDS) -> Samples:
    """440 Hz in the middle third, else silence."""
    times = np.arange(round(seconds * rate)) / rate
    middle = (times > seconds / 3) & (times < 2 * seconds / 3)
    return (np.sin(2 * np.pi * 440 * times) * middle * 0.5).astype(np.float32)


def write(path: Path, samples: Samples, rate: int = 44_100) -> Path:
    codec, form = FORMATS[path.suffix[1:]]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate, layout="mono")
        for first in range(0, len(samples), 1024):
            piece: NDArray[Any] = samples[None, first : first + 1024]
            piece = (piece * 32767).astype(np.int16) if form == "s16" else piece
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), form, "mono")
            frame.rate = rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Tape:
    """The simplest source: an array."""

    def __init__(self, samples: Samples) -> None:
        self._samples, self._at = samples, 0

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def read(self) -> Block | None:
        if self._at >= len(self._samples):
            return None
        piece = self._samples[self._at : self._at + BLOCK]
        block = Block(at=self._at / RATE, samples=np.pad(piece, (0, BLOCK - len(piece))))
        self._at += BLOCK
        return block


class PortAudioError(Exception):
    pass


class Stream:
    """An input stream that plays a piece of sound into its callback as soon as it is started."""

    def __init__(self, library: "Library", **given: Any) -> None:
        self.library, self.given = library, given
        if (given["samplerate"], given["channels"]) not in library.forms:
            raise PortAudioError("Invalid sample rate or number of channels")

    def start(self) -> None:
        self.library.before_sound()
        rate, channels = self.given["samplerate"], self.given["channels"]
        size = rate // 100
        sound = tone(rate) if self.library.sound is None else self.library.sound
        for first in range(0, len(sound) - size + 1, size):
            piece = np.repeat(sound[first : first + size, None], channels, axis=1)
            self.library.clock = (first + size) / rate + self.library.late
            times = SimpleNamespace(
                currentTime=100.0 + self.library.clock, inputBufferAdcTime=100.0 + first / rate
            )
            lost = SimpleNamespace(input_overflow=first == self.library.overflow_at)
            self.given["callback"](piece, size, times, lost)
        if self.library.dies:
            self.given["finished_callback"]()

    def abort(self, ignore_errors: bool = True) -> None: ...

    def close(self, ignore_errors: bool = True) -> None:
        self.library.closed.append(self)


class Library:
    """What Microphone uses of sounddevice."""

    PortAudioError = PortAudioError

    class _StreamBase:
        closed = True

    def __init__(self) -> None:
        self.names = ["Built-in", "Jabra Speak 510"]
        self.names_after_rescan: list[str] | None = None
        self.forms = [(RATE, 1)]
        self.own_rate = RATE
        self.sound: Samples | None = None
        self.late = 0.004
        """Seconds between the last sample and the callback."""
        self.overflow_at: int | None = None
        self.dies = False
        self.before_sound: Callable[[], None] = lambda: None
        self.clock = 0.0
        self.opened: list[Stream] = []
        self.closed: list[Stream] = []

    def InputStream(self, **given: Any) -> Stream:  # noqa: N802 - sounddevice's name
        self.opened.append(Stream(self, **given))
        return self.opened[-1]

    def query_devices(self, number: int | None = None, kind: str | None = None) -> Any:
        if kind is not None:
            return {"default_samplerate": float(self.own_rate)}
        return [{"name": name, "max_input_channels": 2} for name in self.names]

    def _terminate(self) -> None: ...

    def _initialize(self) -> None:
        if self.names_after_rescan is not None:
            self.names = self.names_after_rescan


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    fake = Library()
    monkeypatch.setattr(portaudio, "library", lambda: fake)
    monkeypatch.setattr(module, "FIRST_WITHIN", 0.01)
    monkeypatch.setattr(module, "SILENT_FOR", 0.01)
    return fake


def listening(library: Library, device: str | None = None, **more: Any) -> Microphone:
    return Microphone(device=device, now=lambda: library.clock, **more)


def recorded(kind: str) -> Callable[[Path, Library], Source]:
    return lambda folder, _library: Recording(write(folder / f"session.{kind}", tone(44_100)))


def heard_at(rate: int, channels: int) -> Callable[[Path, Library], Source]:
    def make(_folder: Path, library: Library) -> Source:
        library.forms, library.own_rate = [(rate, channels)], rate
        return listening(library)

    return make


SOURCES: dict[str, Callable[[Path, Library], Source]] = {
    **{kind: recorded(kind) for kind in FORMATS},
    "tape": lambda _folder, _library: Tape(tone(RATE)),
    "microphone at 16 kHz": heard_at(RATE, 1),
    "microphone at 48 kHz": heard_at(48_000, 1),
    "microphone at 44.1 kHz in stereo": heard_at(44_100, 2),
}


def all_blocks(source: Source) -> list[Block]:
    """Until it ends; a microphone ends by falling silent."""
    blocks = []
    try:
        while (block := source.read()) is not None:
            blocks.append(block)
    except DeviceError:
        assert isinstance(source, Microphone)
    return blocks


@pytest.fixture(params=SOURCES)
def source(
    request: pytest.FixtureRequest, tmp_path: Path, library: Library
) -> Iterator[tuple[Source, list[Block]]]:
    made = SOURCES[request.param](tmp_path, library)
    made.start()
    blocks = all_blocks(made)
    made.stop()
    yield made, blocks
    made.stop()


def test_blocks_are_sixteen_kilohertz_mono_and_follow_each_other(
    source: tuple[Source, list[Block]],
) -> None:
    _, blocks = source

    assert all(b.samples.dtype == np.float32 and b.samples.shape == (BLOCK,) for b in blocks)
    assert len(blocks) * BLOCK / RATE == pytest.approx(SECONDS, abs=0.15)
    assert np.diff([block.at for block in blocks]) == pytest.approx(BLOCK / RATE, abs=0.002)


def test_the_sound_in_them_is_the_sound_that_was_made_at_the_time_it_was_made(
    source: tuple[Source, list[Block]],
) -> None:
    _, blocks = source
    samples = np.concatenate([block.samples for block in blocks])

    loud = np.flatnonzero(np.abs(samples) > 0.25) / RATE + blocks[0].at
    assert loud[0] == pytest.approx(1.0, abs=0.06)  # MP3 and AAC start a little late
    assert loud[-1] == pytest.approx(2.0, abs=0.06)
    middle = samples[int(1.2 * RATE) : int(1.8 * RATE)]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * RATE / len(middle) == pytest.approx(440, abs=2)
    assert np.max(np.abs(middle)) == pytest.approx(0.5, abs=0.05)


def test_after_the_end_there_is_nothing_more_and_stopping_twice_is_fine(
    source: tuple[Source, list[Block]],
) -> None:
    made, _ = source

    assert made.read() is None
    made.stop()


# Recordings


def test_a_bad_spot_costs_itself_and_not_what_follows_it(tmp_path: Path) -> None:
    path = write(tmp_path / "session.mp3", tone(44_100, 9.0))
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : third + 600] = bytes(600)
    path.write_bytes(data)
    recording = Recording(path)
    recording.start()

    samples = np.concatenate([block.samples for block in all_blocks(recording)])

    assert len(samples) / RATE == pytest.approx(9.0, abs=0.4)
    assert np.max(np.abs(samples[5 * RATE : int(5.5 * RATE)])) > 0.3


def test_numbers_that_are_none_become_silence(tmp_path: Path) -> None:
    samples = tone(RATE)
    samples[20_000:20_100] = np.nan
    path = tmp_path / "session.wav"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_f32le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], "flt", "mono")
        frame.rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    recording = Recording(path)
    recording.start()

    assert np.isfinite(np.concatenate([b.samples for b in all_blocks(recording)])).all()


def test_position_and_duration_are_known_while_it_is_read(tmp_path: Path) -> None:
    recording = Recording(write(tmp_path / "session.flac", tone(44_100)))
    recording.start()
    for _ in range(10):
        recording.read()
    recording.stop()

    assert recording.position == pytest.approx(10 * BLOCK / RATE)
    assert recording.duration == pytest.approx(SECONDS, abs=0.01)


def test_a_film_without_sound_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode(None))

    with pytest.raises(RecordingError, match="no sound"):
        Recording(path).start()


# The microphone


def test_a_missing_microphone_is_named_with_those_that_are_there(library: Library) -> None:
    with pytest.raises(DeviceError) as error:
        listening(library, "keuken").start()

    assert "keuken" in error.value.message
    assert "Jabra Speak 510" in error.value.hint


def test_a_part_of_its_name_is_enough(library: Library) -> None:
    listening(library, "jabra").start()

    assert library.opened[-1].given["device"] == 1


def test_without_portaudio_the_command_that_installs_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *more)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(DeviceError) as error:
        Microphone(device=None, now=lambda: 0.0).start()
    assert "sudo apt install libportaudio2" in error.value.hint


def test_a_microphone_that_no_form_of_sound_fits_says_so(library: Library) -> None:
    library.forms = []

    with pytest.raises(DeviceError, match="cannot be opened"):
        listening(library).start()


def test_one_that_falls_silent_without_a_word_counts_as_gone(library: Library) -> None:
    microphone = listening(library)
    microphone.start()
    for _ in range(93):
        microphone.read()

    with pytest.raises(DeviceError, match="is gone"):
        microphone.read()
    assert library.closed == library.opened


def test_one_that_says_it_stopped_is_gone_at_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_FOR", 60.0)
    library.dies = True
    microphone = listening(library)
    microphone.start()
    for _ in range(93):
        microphone.read()

    with pytest.raises(DeviceError, match="is gone"):
        microphone.read()


def test_it_is_found_again_by_name_among_the_devices_of_then(library: Library) -> None:
    microphone = listening(library, "Jabra Speak 510")
    microphone.start()
    library.names, library.names_after_rescan = ["Built-in"], ["Built-in", "X", "Jabra Speak 510"]

    microphone.reopen()

    assert library.opened[-1].given["device"] == 2
    assert microphone.read() is not None


def test_no_new_list_of_devices_is_made_while_something_sounds(library: Library) -> None:
    class Playing(Library._StreamBase):
        closed = False

    playing = Playing()
    microphone = listening(library, "Jabra Speak 510")
    library.names, library.names_after_rescan = ["Built-in"], ["Built-in", "Jabra Speak 510"]

    with pytest.raises(DeviceError, match="There is no microphone"):
        microphone.reopen()
    playing.closed = True
    microphone.reopen()


def test_an_old_stream_that_ends_late_does_not_end_the_new_one(library: Library) -> None:
    microphone = listening(library)
    microphone.start()
    library.before_sound = library.opened[0].given["finished_callback"]
    microphone.reopen()

    assert len([microphone.read() for _ in range(93)]) == 93


def test_sound_that_the_sound_card_lost_is_told(library: Library) -> None:
    losses: list[float] = []
    library.overflow_at = RATE // 100 * 5
    microphone = listening(library, on_loss=losses.append)
    microphone.start()
    all_blocks(microphone)

    assert losses == [pytest.approx(0.01)]


def test_sound_that_nobody_fetched_in_time_is_told(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUEUE_SECONDS", 1.0)
    losses: list[float] = []
    microphone = listening(library, on_loss=losses.append)
    microphone.start()
    blocks = all_blocks(microphone)

    assert sum(losses) + len(blocks) * BLOCK / RATE == pytest.approx(SECONDS, abs=0.04)
    assert sum(losses) == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(("level", "only_zeros"), [(0.0, True), (1e-5, False)])
def test_exact_zeros_at_the_start_mean_that_it_may_not_listen(
    level: float, only_zeros: bool, library: Library
) -> None:
    library.sound = np.full(4 * RATE, level, np.float32)
    microphone = listening(library)
    microphone.start()
    all_blocks(microphone)

    assert microphone.only_zeros is only_zeros


def test_a_driver_without_a_clock_still_gives_fitting_times(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_clock(self: Stream) -> None:
        size = RATE // 100
        for first in range(0, RATE, size):
            self.library.clock = (first + size) / RATE
            times = SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0)
            status = SimpleNamespace(input_overflow=False)
            self.given["callback"](np.ones((size, 1), np.float32), size, times, status)

    monkeypatch.setattr(Stream, "start", no_clock)
    microphone = listening(library)
    microphone.start()
    blocks = all_blocks(microphone)

    assert [b.at for b in blocks] == pytest.approx([n * BLOCK / RATE for n in range(len(blocks))])
