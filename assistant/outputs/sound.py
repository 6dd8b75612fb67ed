"""In: a sound file. Out: the one form of sound of the outputs: float32 mono with its own rate."""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EDGE = 0.05
"""Seconds of silence kept before and after a sentence."""
SILENCE = 0.001
"""Amplitude, of 1, below which nothing sounds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """A piece of sound."""

    samples: NDArray[np.float32]
    """float32 [n], -1..1, mono."""
    rate: int
    """Hertz."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


def read(path: Path) -> Sound:
    """A sound file as float32 mono.

    Raises:
        OSError: it cannot be read, or holds no sound.
    """
    try:
        with wave.open(str(path)) as file:
            if file.getsampwidth() == 2 and file.getnchannels() == 1:
                values = np.frombuffer(file.readframes(file.getnframes()), "<i2")
                return Sound(
                    samples=values.astype(np.float32) / np.float32(32_768), rate=file.getframerate()
                )
    except (wave.Error, EOFError):
        pass
    return _decoded(path)


def _decoded(path: Path) -> Sound:
    """Anything that is no 16-bit mono WAV: macOS writes AIFF."""
    import av

    try:
        with av.open(str(path)) as file:
            stream = file.streams.audio[0]
            resampler = av.AudioResampler(format="fltp")  # channels are mixed here: it would add
            frames = [made for frame in file.decode(stream) for made in resampler.resample(frame)]
            frames += resampler.resample(None)
            pieces = [frame.to_ndarray().mean(axis=0) for frame in frames]
            return Sound(samples=np.concatenate(pieces).astype(np.float32), rate=stream.rate)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise OSError("no sound in it") from error


def trimmed(sound: Sound) -> Sound:
    """The sound with no more than 50 ms of silence before and after it, and read-only."""
    loud = np.flatnonzero(np.abs(sound.samples) > SILENCE)
    edge = int(EDGE * sound.rate)
    if len(loud):
        first, last = max(0, int(loud[0]) - edge), int(loud[-1]) + 1 + edge
        sound = Sound(samples=sound.samples[first:last].copy(), rate=sound.rate)
    sound.samples.setflags(write=False)
    return sound
