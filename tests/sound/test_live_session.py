"""A whole live session in real time: microphone, loudspeaker, voice, model, keyboardless.

The command runs as users run it; a person made of a synthetic voice talks into the virtual
microphone when the assistant has said what that person waits for.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.core.language.text import similarity
from assistant.inputs.microphone import Microphone
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.synthesizer import Synthesizer

pytestmark = [pytest.mark.sound, pytest.mark.slow, pytest.mark.model]

METHOD = Path(__file__).with_name("short.yaml")
SAID = (
    "Wat gebeurde er precies op dat moment?",
    "Je moet gewoon met de directeur gaan praten.",
    "Volgende stap.",
    "We zijn klaar met deze stap.",
)


class Person:
    """Talks into the virtual microphone."""

    def __init__(self) -> None:
        start = time.monotonic()
        self._voice = Synthesizer(language="nl", voice="nl+m2", rate=150)
        self._mouth = Loudspeaker(device="people", now=lambda: time.monotonic() - start)

    def says(self, text: str) -> None:
        over = threading.Event()
        self._mouth.play(self._voice.render(text), lambda _at, _outcome: over.set())
        assert over.wait(20)

    def close(self) -> None:
        self._voice.close()


class Command:
    """`intervisie run`, and the lines it prints."""

    def __init__(self, *arguments: str, env: dict[str, str]) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assistant", *arguments],
            env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._fresh: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            self._fresh.put(line)

    def until(self, words: str, seconds: float = 40.0) -> float:
        """Wait for a line; returns the moment it came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                line = self._fresh.get(timeout=0.2)
            except queue.Empty:
                continue
            if words.casefold() in line.casefold():
                return time.monotonic()
        raise AssertionError(f"never came: {words!r} in\n" + "\n".join(self.lines))

    def end(self) -> int:
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def commands() -> Iterator[list[Command]]:
    """Those started in a test; none outlives it."""
    started: list[Command] = []
    yield started
    for command in started:
        command.process.kill()
        command.end()


@pytest.fixture
def home(tmp_path: Path, virtual_sound: dict[str, str]) -> dict[str, str]:
    return {**virtual_sound, "INTERVISIE_DATA": str(tmp_path / "data")}


@pytest.fixture
def person(with_sound: None) -> Iterator[Person]:
    someone = Person()
    yield someone
    someone.close()


def run(commands: list[Command], home: dict[str, str], *more: str) -> Command:
    command = Command(
        "run",
        str(METHOD),
        *("--model", "demonstration", "--microphone", "mic", "--loudspeaker", "room", "--plain"),
        *more,
        env=home,
    )
    commands.append(command)
    return command


def exported(home: dict[str, str]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "report", "last", "--format", "json"],
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_live_session_from_welcome_to_goodbye_by_voice_alone(
    home: dict[str, str], person: Person, commands: list[Command]
) -> None:
    room: list[np.ndarray] = []
    microphone = Microphone(device="room_monitor", now=time.monotonic)
    microphone.start()

    def listen() -> None:
        while (block := microphone.read()) is not None:
            room.append(block.samples)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    command = run(commands, home)
    command.until("open vragen")
    threading.Event().wait(3.0)

    person.says(SAID[0])
    command.until("wat gebeurde er")
    person.says(SAID[1])
    command.until("oplossing")
    threading.Event().wait(6.0)
    person.says(SAID[2])
    command.until("ideeën")
    command.until("directeur")
    threading.Event().wait(5.0)
    person.says(SAID[3])
    command.until("verslag", seconds=30)

    assert command.end() == 0, command.lines
    microphone.stop()
    listener.join(timeout=5)
    record = exported(home)
    heard = [u["text"] for u in record["utterances"]]  # type: ignore[attr-defined]
    assert record["finished"] == "completed"
    assert heard[0] == SAID[0]
    assert [f["act"] for f in record["flags"]] == ["solution"]  # type: ignore[attr-defined]
    assert {c["kind"] for c in record["captures"]} >= {"parked_idea"}  # type: ignore[attr-defined]
    # Nothing is in the record but what the person said: the assistant did not hear itself.
    assert [text for text in heard if max(similarity(text, line) for line in SAID) < 0.7] == []
    loud = np.concatenate(room)
    assert np.mean(np.abs(loud) > 0.01) > 0.05


def test_the_first_word_does_not_wait_for_the_model(
    home: dict[str, str], with_sound: None, commands: list[Command]
) -> None:
    microphone = Microphone(device="room_monitor", now=time.monotonic)
    microphone.start()
    command = run(commands, home)
    first = None
    while first is None and time.monotonic() < command.started + 20:
        block = microphone.read()
        assert block is not None
        if np.max(np.abs(block.samples)) > 0.02:
            first = block.at
    microphone.stop()
    command.process.terminate()
    command.end()

    assert first is not None
    # The goal is 1.5 s (make bench prints it); here only that nothing waits for the model.
    assert first - command.started < 6.0


def test_a_session_that_is_killed_goes_on_where_it_was(
    home: dict[str, str], person: Person, commands: list[Command]
) -> None:
    command = run(commands, home)
    command.until("open vragen")
    threading.Event().wait(3.0)
    person.says("Wat gebeurde er precies op dat moment?")
    command.until("wat gebeurde er")
    command.process.kill()
    command.end()

    again = run(commands, home, "--resume", "last")
    again.until("verder met vragen")
    threading.Event().wait(4.0)
    person.says("Wat voelde je toen hij wegliep?")
    again.until("wat voelde je")
    again.process.terminate()
    again.end()

    record = exported(home)
    assert [u["text"] for u in record["utterances"]] == [  # type: ignore[attr-defined]
        "Wat gebeurde er precies op dat moment?",
        "Wat voelde je toen hij wegliep?",
    ]
    assert [u["id"] for u in record["utterances"]] == [1, 2]  # type: ignore[attr-defined]
    assert record["finished"] == "stopped"
