"""In: a sound card. Out: its sound in blocks of 32 ms, 16 kHz mono.

PortAudio calls back on a thread of its own and must never wait, so each piece of sound goes into a
queue; a queue that is full, and sound that PortAudio itself lost, are counted and told. A microphone
that was pulled out does not say so: it just falls silent. So `read` waits a second at most.
"""

import gc
import math
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from assistant import portaudio
from assistant.core.errors import DeviceError
from assistant.inputs.sound import BLOCK, RATE, Block, Samples

SILENT_FOR = 1.0
"""Seconds without a callback after which the microphone counts as gone."""
FIRST_WITHIN = 4.0
"""Seconds until the first callback: a Bluetooth microphone takes its time."""
CLOSE_SECONDS = 1.0
"""A sound system that hangs never closes a stream; nobody waits for it longer than this."""
LATENCY = 0.1
"""Seconds; measured to lose nothing on a loaded machine."""
QUEUE_SECONDS = 30.0
ZEROS = 3.0
"""Seconds of exact zeros at the start that mean: no permission (a real microphone has noise)."""

Pieces = queue.Queue[tuple[float, Samples] | None]
"""(seconds since the start of the session, sound as it came); None when no more will come."""


class Microphone:
    """A microphone as a Source.

    Args:
        device: its name or a part of it; None is the system's default.
        now: seconds since the start of the session.
        on_loss: called with seconds of sound that were lost.
    """

    def __init__(
        self,
        *,
        device: str | None,
        now: Callable[[], float],
        on_loss: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._device, self._now, self._on_loss = device, now, on_loss
        self._stream: Any = None
        self._resampler: Any = None
        self._pieces: Pieces = queue.Queue()
        self._blocks: deque[Block] = deque()
        self._rest = np.zeros(0, np.float32)
        self._rate = RATE
        self._given = self._got = 0
        """Samples given to and got from the resampler, which holds some back."""
        self._patience = FIRST_WITHIN
        self._lost = self._told = 0.0
        """Seconds; the first is only counted up by PortAudio's thread, the second by the reader."""
        self._zeros = 0.0
        self._stopped = False
        self.only_zeros = False
        """True when nothing but exact zeros came at the start: the program may not listen."""

    def start(self) -> None:
        """Open it.

        Raises:
            DeviceError: there is no such microphone, or it cannot be opened.
        """
        sounddevice = portaudio.library()
        number = portaudio.find(self._device, "input")
        self._pieces = queue.Queue(maxsize=int(QUEUE_SECONDS / 0.01))
        self._blocks.clear()
        self._rest = np.zeros(0, np.float32)
        self._given = self._got = 0
        self._patience = FIRST_WITHIN
        self._stopped = False
        try:
            self._stream = self._open(sounddevice, number)
        except sounddevice.PortAudioError as error:
            raise DeviceError(
                f"The microphone '{self._device or 'default'}' cannot be opened.",
                "Is another program using it? See: intervisie doctor",
            ) from error
        self._resampler = None
        if self._rate != RATE:
            import soxr

            self._resampler = soxr.ResampleStream(
                self._rate, RATE, 1, dtype="float32", quality="HQ"
            )

    def _open(self, sounddevice: Any, number: int | None) -> Any:
        """A running stream: at 16 kHz where the device can, else at its own rate; mono, or stereo."""
        own = int(sounddevice.query_devices(number, "input")["default_samplerate"])
        for rate, channels in ((RATE, 1), (own, 1), (own, 2)):
            self._rate = rate
            stream: Any = None
            try:
                stream = sounddevice.InputStream(
                    samplerate=rate,
                    device=number,
                    channels=channels,
                    dtype="float32",
                    latency=LATENCY,
                    callback=partial(self._called, self._pieces),
                    finished_callback=partial(_wake, self._pieces),
                )
                stream.start()
            except sounddevice.PortAudioError:
                if stream is not None:
                    stream.close(ignore_errors=True)
                if channels == 2:
                    raise
                continue
            break
        return stream

    def _called(self, pieces: Pieces, samples: Any, frames: int, times: Any, status: Any) -> None:
        """PortAudio's thread: never waits, never raises."""
        seconds = frames / self._rate
        ago = times.currentTime - times.inputBufferAdcTime
        # Some systems give no ADC time; then the sound is as old as its own length.
        at = self._now() - (ago if 0.0 < ago < 2.0 else seconds)
        if status.input_overflow:
            self._lost += seconds
        try:
            pieces.put_nowait((at, samples.mean(axis=1)))
        except queue.Full:
            self._lost += seconds

    def read(self) -> Block | None:
        """The next 32 ms; waits for them. None after `stop`.

        Raises:
            DeviceError: the microphone went away.
        """
        while not self._blocks:
            if self._stopped:
                return None
            try:
                piece = self._pieces.get(timeout=self._patience)
            except queue.Empty:
                piece = None
            if piece is None:
                if self._stopped:
                    return None
                self._close()
                raise DeviceError(
                    f"The microphone '{self._device or 'default'}' is gone.",
                    "Plug it in again; the session goes on when it is back.",
                )
            self._patience = SILENT_FOR
            self._take(*piece)
        if (lost := self._lost) > self._told:
            lost, self._told = lost - self._told, lost
            self._on_loss(lost)
        return self._blocks.popleft()

    def _take(self, at: float, samples: Samples) -> None:
        if self._resampler is not None:
            at -= self._given / self._rate - self._got / RATE
            self._given += len(samples)
            samples = self._resampler.resample_chunk(samples)
            self._got += len(samples)
        self._watch_zeros(samples)
        at -= len(self._rest) / RATE
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // BLOCK * BLOCK
        for first in range(0, whole, BLOCK):
            block = Block(at=max(0.0, at + first / RATE), samples=samples[first : first + BLOCK])
            self._blocks.append(block)
        self._rest = samples[whole:]

    def _watch_zeros(self, samples: Samples) -> None:
        if math.isinf(self._zeros):
            return
        if np.any(samples):
            self._zeros = math.inf
            self.only_zeros = False
        else:
            self._zeros += len(samples) / RATE
            self.only_zeros = self._zeros >= ZEROS

    def reopen(self) -> None:
        """Open it again after it was gone; looks it up by name among the devices of now.

        Raises:
            DeviceError: it is not back yet.
        """
        self._close()
        try:
            self.start()
            return
        except DeviceError:
            # A new list of devices closes every stream under its owner's hands, so it is only made
            # when this microphone is not in the old list and nothing sounds at this moment.
            if _anything_open():
                raise
        portaudio.rescan()
        self.start()

    def stop(self) -> None:
        """Close it; safe to call twice, from any thread."""
        self._stopped = True
        self._close()
        _wake(self._pieces)

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return

        def close() -> None:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

        closing = threading.Thread(target=close, name="microphone closing", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _wake(pieces: Pieces) -> None:
    """Nothing more comes in this queue. Each opening has its own: an old stream may end late."""
    with suppress(queue.Full):  # a reader with that much before it is not asleep
        pieces.put_nowait(None)


def _anything_open() -> bool:
    """Whether a stream is open anywhere in this process; nobody keeps account of them all."""
    kind = portaudio.library()._StreamBase
    return any(issubclass(type(one), kind) and not one.closed for one in gc.get_objects())
