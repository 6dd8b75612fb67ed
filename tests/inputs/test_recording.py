"""Recordings: every format gives the same blocks; what cannot be read is said in one sentence."""

from pathlib import Path

import av
import numpy as np
import pytest

from assistant.core.errors import RecordingError
from assistant.inputs.recording import Recording
from assistant.inputs.sound import BLOCK, RATE

FORMATS = {"wav": "pcm_s16le", "flac": "flac", "mp3": "mp3", "m4a": "aac"}


def write(path: Path, seconds: float, rate: int = 44_100) -> Path:
    """A tone of 440 Hz in the middle third."""
    times = np.arange(int(seconds * rate)) / rate
    middle = (times > seconds / 3) & (times < 2 * seconds / 3)
    samples = (np.sin(2 * np.pi * 440 * times) * middle * 0.5).astype(np.float32)
    codec = FORMATS[path.suffix[1:]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        wanted = "s16" if codec in ("pcm_s16le", "flac") else "fltp"
        for first in range(0, len(samples), 1024):
            piece = samples[None, first : first + 1024]
            data = (piece * 32767).astype(np.int16) if wanted == "s16" else piece
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(data), wanted, "mono")
            frame.rate = rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def blocks(path: Path) -> tuple[Recording, np.ndarray]:
    recording = Recording(path)
    recording.start()
    found, times = [], []
    while (block := recording.read()) is not None:
        found.append(block.samples)
        times.append(block.at)
    recording.stop()
    assert times == pytest.approx([n * BLOCK / RATE for n in range(len(times))])
    return recording, np.concatenate(found)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_sixteen_kilohertz_blocks(kind: str, tmp_path: Path) -> None:
    recording, samples = blocks(write(tmp_path / f"session.{kind}", 3.0))

    assert samples.dtype == np.float32
    assert len(samples) % BLOCK == 0
    assert len(samples) / RATE == pytest.approx(3.0, abs=0.15)
    assert recording.duration == pytest.approx(3.0, abs=0.15)
    loud = np.flatnonzero(np.abs(samples) > 0.3) / RATE
    assert loud[0] == pytest.approx(1.0, abs=0.1)
    assert loud[-1] == pytest.approx(2.0, abs=0.1)


def test_a_recording_cut_off_by_a_crash_gives_what_there_is(tmp_path: Path) -> None:
    path = write(tmp_path / "session.wav", 3.0)
    path.write_bytes(path.read_bytes()[: 44 + 2 * 44_100 * 2])

    _, samples = blocks(path)

    assert len(samples) / RATE == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.wav", None, "There is no recording"),
        ("empty.wav", b"", "is empty"),
        ("text.wav", b"This is not sound at all. " * 50, "cannot be read"),
        ("junk.mp3", bytes(range(256)) * 40, "session|sound|read"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(RecordingError, match=said) as error:
        blocks(path)
    assert error.value.hint


def test_stopping_twice_is_fine(tmp_path: Path) -> None:
    recording = Recording(write(tmp_path / "session.wav", 0.5))
    recording.start()
    recording.stop()
    recording.stop()
