"""In: a sound file (WAV, FLAC, MP3, M4A, …). Out: its sound, block by block, as a microphone's.

Decoded with PyAV, which brings its own decoders, a little at a time: an hour of sound is not kept
in memory.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.errors import RecordingError
from assistant.inputs.sound import BLOCK, RATE, Block, Samples

_HINT = "WAV, FLAC, MP3 and M4A can be read; try to play the file, or convert it to WAV."


class Recording:
    """A file as a Source."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: Any = None
        self._blocks: Iterator[Samples] = iter(())
        self._read = 0
        self.duration: float | None = None
        """Seconds; None when the file does not say."""

    @property
    def position(self) -> float:
        """Seconds read so far."""
        return self._read / RATE

    def start(self) -> None:
        """Open the file; does nothing when it is open.

        Raises:
            RecordingError: it is missing, empty, unreadable or holds no sound.
        """
        if self._container is not None:
            return
        import av

        if not self._path.is_file():
            raise RecordingError(f"There is no recording {self._path}.", "Check the path.")
        if self._path.stat().st_size == 0:
            raise RecordingError(f"The recording {self._path} is empty.", "Take another file.")
        try:
            self._container = av.open(str(self._path), metadata_errors="ignore")
        except (av.FFmpegError, OSError, ValueError) as error:
            raise RecordingError(f"{self._path} cannot be read as sound.", _HINT) from error
        if not self._container.streams.audio:
            self.stop()
            raise RecordingError(f"There is no sound in {self._path}.", _HINT)
        if self._container.duration:
            self.duration = self._container.duration / 1_000_000
        self._blocks = _cut(self._decoded())

    def read(self) -> Block | None:
        """The next block; None at the end.

        Raises:
            RecordingError: the file is damaged from the beginning on.
        """
        samples = next(self._blocks, None)
        if samples is None:
            return None
        block = Block(at=self.position, samples=samples)
        self._read += BLOCK
        return block

    def stop(self) -> None:
        """Close the file; safe to call twice."""
        self._blocks = iter(())
        if self._container is not None:
            self._container.close()
            self._container = None

    def _decoded(self) -> Iterator[Samples]:
        import av

        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        found = False
        try:
            for frame in self._frames():
                found = True
                frame.pts = None
                for part in resampler.resample(frame):
                    yield part.to_ndarray().reshape(-1)
            if found:
                for part in resampler.resample(None):
                    yield part.to_ndarray().reshape(-1)
        except (av.FFmpegError, ValueError) as error:
            # A file cut off at the end (a crash, a full card) is worth everything before the cut.
            if not found:
                raise RecordingError(f"{self._path} cannot be read as sound.", _HINT) from error
        if not found:
            raise RecordingError(f"There is no sound in {self._path}.", _HINT)

    def _frames(self) -> Iterator[Any]:
        """Decoded sound. A bad spot costs itself, not what follows it."""
        import av

        for packet in self._container.demux(audio=0):
            try:
                frames = packet.decode()
            except av.InvalidDataError:
                continue
            yield from frames


def _cut(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """Pieces of any length as blocks of 512; the last is filled up with silence."""
    rest = np.zeros(0, np.float32)
    for piece in pieces:
        # A file of floating-point numbers may hold some that are none.
        rest = np.concatenate([rest, np.nan_to_num(piece.astype(np.float32, copy=False))])
        whole = len(rest) // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            yield rest[at : at + BLOCK]
        rest = rest[whole:]
    if len(rest):
        yield np.concatenate([rest, np.zeros(BLOCK - len(rest), np.float32)])
