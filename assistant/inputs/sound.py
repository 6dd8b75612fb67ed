"""In: nothing. Out: the one form of sound inside the house, and the plug that every source fits.

16 kHz mono float32 in blocks of 512 samples (32 ms): what Silero asks per step, so nothing has to be
cut again between the microphone and the voice-activity detector.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples per second."""
BLOCK = 512
"""Samples per block."""

Samples = NDArray[np.float32]
"""float32 [n], -1..1, mono."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """32 ms of sound."""

    at: float
    """Seconds since the start of the session, of the first sample."""
    samples: Samples
    """float32 [512], 16 kHz mono."""


class Source(Protocol):
    """A microphone, a recording or a simulated room; the ear cannot tell which."""

    def start(self) -> None:
        """Open it.

        Raises:
            DeviceError: no such microphone.
            RecordingError: the file cannot be read.
        """

    def read(self) -> Block | None:
        """The next block; None when no more will come. A live source blocks until there is one.

        Raises:
            DeviceError: the microphone went away.
        """

    def stop(self) -> None:
        """Close it; safe to call twice."""
