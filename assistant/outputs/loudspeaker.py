"""In: sounds. Out: the same in the air, one after another, and when each truly ended.

One stream is open while something sounds and for half a second after, so that silence costs nothing
and lines that follow each other closely join without a gap. A thread of its own opens that stream,
watches it and closes it: all three can hang for ever when the sound system does, and no caller may.

A line has ended when its last sample has left the device, by the device's own account, not when the
last sample was handed over. A device that is pulled out says nothing at all: no callback for a
second is how it is noticed.
"""

import atexit
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import portaudio
from assistant.core.errors import DeviceError
from assistant.core.events import Outcome
from assistant.outputs import devices
from assistant.outputs.sound import Sound

LEAD_IN = 0.1
"""Seconds of silence before the first sound: a sleeping device swallows the start of a word."""
LINGER = 0.5
"""Seconds a stream stays open after the last sound."""
OPEN_SECONDS = 3.0
"""A device that has not opened, or not asked for its first sample, by then never will."""
STALLED = 1.0
"""Seconds without a callback after which a device is taken for dead."""
PATROL = 0.2
"""Seconds between looks at a stream that says nothing."""

OnEnd = Callable[[float, Outcome], None]
"""(seconds since the start of the session, how it ended)."""


class Loudspeaker:
    """One output device, and what sounds there. Any thread may call it.

    Args:
        device: its name or a part of it; None is the system's default.
        now: seconds since the start of the session.
        lead_in: seconds of silence before the first sound; 0.2 for Bluetooth.
    """

    def __init__(
        self, *, device: str | None, now: Callable[[], float], lead_in: float = LEAD_IN
    ) -> None:
        self._device = device or None
        self._now = now
        self._lead_in = lead_in
        self._turn = threading.Lock()
        self._run: _Run | None = None
        self._known = False

    def check(self) -> None:
        """Look whether the device is there; nothing sounds.

        Raises:
            DeviceError: PortAudio or the device is missing.
        """
        portaudio.find(self._device, "output")

    def play(self, sound: Sound, on_end: OnEnd) -> None:
        """Let a sound follow what sounds now; returns when the device has taken it.

        `on_end` is called once, from another thread: DONE with the moment the last sample left the
        device, INTERRUPTED after stop(), or FAILED when the device died.

        Raises:
            DeviceError: the device is missing, busy or does not answer; `on_end` is not called.
        """
        with self._turn:
            if self._run is not None and self._run.add(sound, on_end):
                return
            if not self._known:
                self._known = True
                portaudio.library()  # first, so that its own clean-up at exit comes after ours
                atexit.register(self.close)
            first = (sound, on_end)
            self._run = _Run(self._device, first, self._now, self._lead_in, self._run)
            self._run.begin()

    def stop(self) -> None:
        """Silence at once, also what was to follow; never blocks."""
        run = self._run
        if run is not None:
            run.stop()

    def close(self) -> None:
        """Silence, and wait until the device is closed (a second at most)."""
        atexit.unregister(self.close)
        self.stop()
        run = self._run
        if run is not None:
            run.join(1.0)


class _Line:
    """A sound on its way out."""

    __slots__ = ("at", "ends", "on_end", "samples")

    def __init__(self, samples: NDArray[np.float32], on_end: OnEnd) -> None:
        self.samples, self.on_end = samples, on_end
        self.at = 0
        self.ends = 0.0


class _Run:
    """One stream from open to closed."""

    def __init__(
        self,
        device: str | None,
        first: tuple[Sound, OnEnd],
        now: Callable[[], float],
        lead_in: float,
        after: "_Run | None",
    ) -> None:
        self._device, self._first, self._now, self._after = device, first, now, after
        self._lead_in = lead_in
        self._wake = threading.Condition()
        self._waiting: deque[_Line] = deque()
        self._leaving: deque[_Line] = deque()
        self._opened = threading.Event()
        self._error: DeviceError | None = None
        self._rate = 0
        self._delay = devices.LATENCY
        self._lead = 0
        self._over = self._stopped = self._gone = self._asked = self._abandoned = False
        self._beat = self._quiet_since = 0.0
        self._thread = threading.Thread(target=self._hold, name="loudspeaker", daemon=True)

    # From any thread

    def begin(self) -> None:
        """Open the device and play; raises DeviceError when that does not work."""
        self._thread.start()
        if not self._opened.wait(OPEN_SECONDS):
            with self._wake:
                self._stopped = self._abandoned = True
                self._waiting.clear()
            raise devices.silent(self._device)
        if self._error is not None:
            raise self._error

    def add(self, sound: Sound, on_end: OnEnd) -> bool:
        """Let a sound follow; False when this stream is past that."""
        if self._over or not self._opened.is_set() or self._error is not None:
            return False
        line = _Line(_resampled(sound, self._rate), on_end)
        with self._wake:
            if self._over or self._stopped or self._gone:
                return False
            self._waiting.append(line)
            return True

    def stop(self) -> None:
        """Silence."""
        with self._wake:
            self._stopped = True
            self._wake.notify()

    def join(self, seconds: float) -> None:
        """Wait until the stream is closed."""
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)

    # In this stream's own thread

    def _hold(self) -> None:
        if self._after is not None:
            self._after.join(STALLED)
            self._after = None
        try:
            stream = self._open()
        except DeviceError as error:
            self._error = error
            return
        except Exception:  # noqa: BLE001 - whatever it is: no sound, and somebody waits to hear so
            self._error = devices.refused(self._device)
            return
        finally:
            self._opened.set()
        self._settle(self._watch())
        devices.close(stream)  # may hang with the sound system; by now nobody waits for it

    def _open(self) -> Any:
        sound, on_end = self._first
        stream = devices.open_stream(self._device, sound.rate, self._fill, self._finished)
        self._rate, self._delay = round(stream.samplerate), float(stream.latency)
        self._lead = round(self._lead_in * self._rate)
        line = _Line(_resampled(sound, self._rate), on_end)
        with self._wake:
            self._beat = self._quiet_since = self._now()
            if not self._abandoned:
                self._waiting.append(line)
        devices.start(stream, self._device)
        return stream

    def _watch(self) -> Outcome:
        """Tell which lines have ended until the stream has."""
        while True:
            with self._wake:
                now = self._now()
                ended = [line for line in self._leaving if line.ends <= now]
                for line in ended:
                    self._leaving.remove(line)
                    self._quiet_since = now
                if not ended:
                    outcome = self._verdict(now)
                    if outcome is not None:
                        self._over = True
                        return outcome
                    soonest = self._leaving[0].ends - now if self._leaving else PATROL
                    self._wake.wait(min(PATROL, soonest))
            for line in ended:
                line.on_end(line.ends, Outcome.DONE)

    def _verdict(self, now: float) -> Outcome | None:
        if self._stopped:
            return Outcome.INTERRUPTED
        if self._gone or now - self._beat > (STALLED if self._asked else OPEN_SECONDS):
            return Outcome.FAILED
        busy = self._waiting or self._leaving
        return Outcome.DONE if not busy and now - self._quiet_since > LINGER else None

    def _settle(self, outcome: Outcome) -> None:
        with self._wake:
            left = [*self._leaving, *self._waiting]
            self._leaving.clear()
            self._waiting.clear()
        for line in left:
            line.on_end(self._now(), outcome)

    # In PortAudio's thread

    def _fill(self, out: NDArray[np.float32], frames: int, time: Any, _status: object) -> None:
        out.fill(0.0)
        with self._wake:
            now = self._beat = self._now()
            self._asked = True
            if self._stopped:
                return
            filled = min(self._lead, frames)
            self._lead -= filled
            delay = time.outputBufferDacTime - time.currentTime
            if not 0.0 < delay < 2.0:  # some drivers do not know
                delay = self._delay
            while self._waiting and filled < frames:
                line = self._waiting[0]
                piece = line.samples[line.at : line.at + frames - filled]
                out[filled : filled + len(piece)] = piece[:, np.newaxis]
                line.at += len(piece)
                filled += len(piece)
                if line.at == len(line.samples):
                    line.ends = now + delay + filled / self._rate
                    self._leaving.append(self._waiting.popleft())
                    self._wake.notify()

    def _finished(self) -> None:
        with self._wake:
            self._gone = True
            self._wake.notify()


def _resampled(sound: Sound, rate: int) -> NDArray[np.float32]:
    if sound.rate == rate or not len(sound.samples):
        return sound.samples
    import soxr

    return np.asarray(soxr.resample(sound.samples, sound.rate, rate), np.float32)
