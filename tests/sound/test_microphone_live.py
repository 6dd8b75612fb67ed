"""The microphone on virtual devices: what test_devices.py does not ask yet."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.core.events import Outcome
from assistant.inputs.microphone import Microphone
from assistant.inputs.sound import BLOCK, RATE, Block
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.sound import Sound

pytestmark = [pytest.mark.sound, pytest.mark.slow, pytest.mark.usefixtures("with_sound")]


@pytest.fixture
def microphone() -> Iterator[Microphone]:
    one = Microphone(device="mic", now=time.monotonic)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def people() -> Iterator[Loudspeaker]:
    """What the people in the room speak with."""
    one = Loudspeaker(device="people", now=time.monotonic)
    yield one
    one.close()


def noise(seconds: float) -> Sound:
    values = np.random.default_rng(2).uniform(-0.3, 0.3, int(RATE * seconds))
    return Sound(samples=values.astype(np.float32), rate=RATE)


def blocks(microphone: Microphone, until: threading.Event, more: float) -> list[Block]:
    """What is read until something has happened, and some seconds more."""
    found: list[Block] = []
    end: float | None = None
    while end is None or time.monotonic() < end:
        block = microphone.read()
        assert block is not None
        found.append(block)
        if end is None and until.is_set():
            end = time.monotonic() + more
    return found


def test_what_people_say_is_heard_whole_and_when_they_said_it(
    microphone: Microphone, people: Loudspeaker
) -> None:
    ends: list[tuple[float, Outcome]] = []
    over = threading.Event()

    def ended(at: float, outcome: Outcome) -> None:
        ends.append((at, outcome))
        over.set()

    microphone.read()
    people.play(noise(1.0), ended)
    found = blocks(microphone, over, more=0.4)

    heard = np.concatenate([block.samples for block in found])
    loud = np.flatnonzero(np.abs(heard) > 0.05)
    assert (loud[-1] - loud[0]) / RATE == pytest.approx(1.0, abs=0.02)
    last = max(block.at for block in found if np.max(np.abs(block.samples)) > 0.05)
    assert last == pytest.approx(ends[0][0], abs=0.1)


def test_blocks_are_32_ms_of_16_khz_and_follow_each_other(microphone: Microphone) -> None:
    found = [microphone.read() for _ in range(40)]
    kept = [block for block in found if block is not None]

    assert len(kept) == 40
    assert {block.samples.shape for block in kept} == {(BLOCK,)}
    assert {block.samples.dtype for block in kept} == {np.dtype(np.float32)}
    assert kept[-1].at - kept[0].at == pytest.approx(39 * BLOCK / RATE, abs=0.06)


def test_stop_ends_a_read_that_waits(microphone: Microphone) -> None:
    read: list[Block | None] = []

    def listen() -> None:
        while (block := microphone.read()) is not None:
            read.append(block)

    listening = threading.Thread(target=listen)
    listening.start()
    threading.Event().wait(0.3)
    microphone.stop()
    listening.join(2.0)

    assert not listening.is_alive()
    assert read


RESTART = """
import os, subprocess, sys, time
from assistant.core.errors import DeviceError
from assistant.inputs.microphone import Microphone
microphone = Microphone(device="mic", now=time.monotonic)
microphone.start()
microphone.read()
os.kill(int(sys.argv[1]), 9)
try:
    for _ in range(1000):
        microphone.read()
    print("nothing")
except DeviceError:
    print("gone")
try:
    microphone.reopen()
    print("open")
except DeviceError:
    print("still")
subprocess.run([sys.argv[2], "start", sys.argv[3]], check=True, stdout=subprocess.DEVNULL)
microphone.reopen()
print("back" if microphone.read() is not None else "silent")
microphone.stop()
"""


def test_a_microphone_that_was_gone_is_heard_again_when_it_is_back(tmp_path: Path) -> None:
    """In a process of its own: it loses its sound server."""
    script = Path(__file__).with_name("virtual-sound.sh")
    given = subprocess.run([script, "env", tmp_path], capture_output=True, text=True, check=True)
    subprocess.run([script, "start", tmp_path], check=True)
    server = (tmp_path / "run" / "pid").read_text().strip()
    try:
        done = subprocess.run(
            [sys.executable, "-c", RESTART, server, str(script), str(tmp_path)],
            env={**os.environ, **dict(line.split("=", 1) for line in given.stdout.splitlines())},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    finally:
        subprocess.run([script, "stop", tmp_path], check=False)

    assert done.stdout.split() == ["gone", "still", "back"], done.stderr
