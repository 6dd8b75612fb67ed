"""In: a sound. Out: it sounds on a chosen device, and its true end is told.

A stream per sound: nothing runs while nothing sounds. 'Ended' means that the last sample has left the
device, not that the last callback returned. A device that is pulled out does not say so, so a sound
that gets no callbacks is given up after a second.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import portaudio
from assistant.core.errors import DeviceError
from assistant.core.events import Outcome
from assistant.outputs.synthesizer import Sound

LATENCY = 0.05
"""Seconds; measured to lose nothing on a loaded machine."""
LEAD_IN = 0.1
"""Seconds of silence before a sound: a sleeping output swallows the first syllable."""
SILENT_FOR = 1.0
"""Seconds without a callback after which the device counts as gone."""

OnEnd = Callable[[float, Outcome], None]


class Loudspeaker:
    """One output.

    Args:
        device: its name or a part of it; None is the system's default.
        now: seconds since the start of the session.
        lead_in: seconds of silence before each sound.
    """

    def __init__(
        self, *, device: str | None, now: Callable[[], float], lead_in: float = LEAD_IN
    ) -> None:
        self._device, self._now, self._lead_in = device, now, lead_in
        self._playing: _Playing | None = None
        self._lock = threading.Lock()

    def check(self) -> None:
        """Look whether the device is there.

        Raises:
            DeviceError: it is not.
        """
        portaudio.find(self._device, "output")

    def play(self, sound: Sound, on_end: OnEnd) -> None:
        """Start a sound; returns at once. `on_end` is called once, from another thread, with the true end.

        Raises:
            DeviceError: the device is not there or cannot be opened.
        """
        sounddevice = portaudio.library()
        number = portaudio.find(self._device, "output")
        silence = np.zeros(int(self._lead_in * sound.rate), np.float32)
        samples = np.concatenate([silence, sound.samples])
        try:
            playing = _Playing(sounddevice, number, samples, sound.rate, self._now, on_end)
        except sounddevice.PortAudioError as error:
            raise DeviceError(
                f"The loudspeaker '{self._device or 'default'}' cannot be opened.",
                "Is another program using it? See: intervisie doctor",
            ) from error
        with self._lock:
            self._playing = playing
        playing.start()

    def stop(self) -> None:
        """Silence at once."""
        with self._lock:
            playing, self._playing = self._playing, None
        if playing is not None:
            playing.stop()


class _Playing:
    """One sound being played; a thread waits for its end, so that no callback ever waits."""

    def __init__(  # noqa: PLR0917
        self,
        sounddevice: Any,
        number: int | None,
        samples: NDArray[np.float32],
        rate: int,
        now: Callable[[], float],
        on_end: OnEnd,
    ) -> None:
        self._samples, self._rate, self._now, self._on_end = samples, rate, now, on_end
        self._position = 0
        self._called = threading.Event()
        self._finished = threading.Event()
        self._stopped = False
        self._end: float | None = None
        self._stop_callback = sounddevice.CallbackStop
        try:
            self._stream = self._open(sounddevice, number, rate)
        except sounddevice.PortAudioError:
            self._stream = self._open_resampled(sounddevice, number, rate)
        self._thread = threading.Thread(target=self._wait, name="loudspeaker", daemon=True)

    def _open(self, sounddevice: Any, number: int | None, rate: int) -> Any:
        stream = sounddevice.OutputStream(
            samplerate=rate,
            device=number,
            channels=1,
            dtype="float32",
            latency=LATENCY,
            callback=self._fill,
            finished_callback=self._finished.set,
        )
        stream.start()
        return stream

    def _open_resampled(self, sounddevice: Any, number: int | None, rate: int) -> Any:
        """The device wants its own rate."""
        import soxr

        own = int(sounddevice.query_devices(number, "output")["default_samplerate"])
        self._samples = np.asarray(soxr.resample(self._samples, rate, own), np.float32)
        self._rate = own
        return self._open(sounddevice, number, own)

    def start(self) -> None:
        """Begin to wait for the end."""
        self._thread.start()

    def stop(self) -> None:
        """Silence at once."""
        self._stopped = True
        self._finished.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=2)

    def _fill(self, out: Any, frames: int, times: Any, _status: Any) -> None:
        """PortAudio's thread: never waits, never raises but to say that it is over."""
        self._called.set()
        piece = self._samples[self._position : self._position + frames]
        out[: len(piece), 0] = piece
        out[len(piece) :, 0] = 0
        self._position += len(piece)
        if self._position >= len(self._samples) and self._end is None:
            ahead = times.outputBufferDacTime - times.currentTime
            ahead = ahead if 0.0 <= ahead < 2.0 else LATENCY
            self._end = self._now() + ahead + len(piece) / self._rate
            raise self._stop_callback

    def _wait(self) -> None:
        while not self._finished.is_set():
            self._called.clear()
            if self._finished.wait(timeout=SILENT_FOR):
                break
            if not self._called.is_set():
                break  # no callback for a second: the device is gone
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)
        at = self._now()
        if self._stopped:
            self._on_end(at, Outcome.INTERRUPTED)
        elif self._end is not None:
            self._on_end(max(at, self._end), Outcome.DONE)
        else:
            self._on_end(at, Outcome.FAILED)
