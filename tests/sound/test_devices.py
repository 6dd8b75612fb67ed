"""Loudspeaker and microphone on virtual devices, in real sound and real time."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import DeviceError
from assistant.core.events import Outcome
from assistant.inputs.microphone import Microphone
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.sound import Sound
from assistant.outputs.synthesizer import Synthesizer

pytestmark = [pytest.mark.sound, pytest.mark.slow, pytest.mark.usefixtures("with_sound")]


class Clock:
    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self._start


class Listener:
    """Records an input on a thread, with our own microphone."""

    def __init__(self, device: str, clock: Clock) -> None:
        self.microphone = Microphone(device=device, now=clock)
        self.blocks: list[tuple[float, np.ndarray]] = []
        self.error: DeviceError | None = None
        self.microphone.start()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while (block := self.microphone.read()) is not None:
                self.blocks.append((block.at, block.samples))
        except DeviceError as error:
            self.error = error

    def stop(self) -> np.ndarray:
        self.microphone.stop()
        self._thread.join(timeout=5)
        return np.concatenate([samples for _, samples in self.blocks])

    def loud(self) -> list[float]:
        """Times of the blocks in which something sounds."""
        return [at for at, samples in self.blocks if np.max(np.abs(samples)) > 0.02]


def noise(seconds: float, level: float = 0.3) -> Sound:
    values = np.random.default_rng(1).uniform(-level, level, int(22_050 * seconds))
    return Sound(samples=values.astype(np.float32), rate=22_050)


def play(speaker: Loudspeaker, sound: Sound) -> tuple[threading.Event, list[tuple[float, Outcome]]]:
    over, ends = threading.Event(), []

    def ended(at: float, outcome: Outcome) -> None:
        ends.append((at, outcome))
        over.set()

    speaker.play(sound, ended)
    return over, ends


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sentence() -> Iterator[Sound]:
    synthesizer = Synthesizer(language="nl")
    yield synthesizer.render("Welkom bij deze intervisie. Ik let op de tijd.")
    synthesizer.close()


def test_what_is_spoken_in_the_room_is_heard_there_and_not_in_the_ear(
    clock: Clock, sentence: Sound
) -> None:
    room, ear = Listener("room_monitor", clock), Listener("earpiece_monitor", clock)

    over, ends = play(Loudspeaker(device="room", now=clock), sentence)
    assert over.wait(10)
    threading.Event().wait(0.4)

    heard, whispered = room.stop(), ear.stop()
    assert ends[0][1] is Outcome.DONE
    assert np.max(np.abs(whispered)) == 0.0
    import soxr

    wanted = soxr.resample(sentence.samples, sentence.rate, 16_000)
    scores = np.correlate(heard, wanted, "valid")
    at = int(np.argmax(scores))
    part = heard[at : at + len(wanted)]
    likeness = float(np.dot(part, wanted) / np.linalg.norm(part) / np.linalg.norm(wanted))
    assert likeness > 0.95


def test_the_end_that_is_told_is_the_end_that_is_heard(clock: Clock) -> None:
    room = Listener("room_monitor", clock)
    over, ends = play(Loudspeaker(device="room", now=clock), noise(1.0))
    assert over.wait(10)
    threading.Event().wait(0.4)
    room.stop()

    heard_until = max(room.loud()) + 0.032
    assert ends[0][0] == pytest.approx(heard_until, abs=0.15)


def test_stop_silences_at_once(clock: Clock) -> None:
    room = Listener("room_monitor", clock)
    speaker = Loudspeaker(device="room", now=clock)
    over, ends = play(speaker, noise(5.0))
    threading.Event().wait(1.0)

    stopped = clock()
    speaker.stop()

    assert over.wait(2)
    threading.Event().wait(0.5)
    room.stop()
    assert ends[0][1] is Outcome.INTERRUPTED
    assert max(room.loud()) < stopped + 0.2


def test_an_unknown_device_is_named_with_those_that_are_there(clock: Clock) -> None:
    with pytest.raises(DeviceError) as error:
        play(Loudspeaker(device="keuken", now=clock), noise(0.1))
    assert "keuken" in error.value.message
    assert "room" in error.value.hint

    with pytest.raises(DeviceError, match="keuken"):
        Microphone(device="keuken", now=clock).start()


def test_no_sound_is_lost_between_microphone_and_reader(clock: Clock) -> None:
    room = Listener("room_monitor", clock)
    over, _ = play(Loudspeaker(device="room", now=clock), noise(2.0))
    assert over.wait(10)
    threading.Event().wait(0.5)
    room.stop()

    times = [at for at, _ in room.blocks]
    steps = np.diff(times)
    assert len(room.blocks) > 60
    assert np.max(np.abs(steps - 0.032)) < 0.1
    loud = room.loud()
    assert loud[-1] - loud[0] == pytest.approx(2.0, abs=0.1)


def test_a_sound_server_that_dies_is_noticed_by_both(tmp_path: Path, clock: Clock) -> None:
    """In a process of its own: it loses its sound server for good."""
    script = Path(__file__).with_name("virtual-sound.sh")
    env = subprocess.run([script, "env", tmp_path], capture_output=True, text=True, check=True)
    given = dict(line.split("=", 1) for line in env.stdout.splitlines())
    subprocess.run([script, "start", tmp_path], check=True)
    import os
    import sys

    program = Path(__file__).with_name("dying_server.py")
    done = subprocess.run(
        [sys.executable, program, (tmp_path / "run" / "pid").read_text().strip()],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    subprocess.run([script, "stop", tmp_path], check=False)

    assert done.stdout.split() == ["failed", "gone"], done.stderr
