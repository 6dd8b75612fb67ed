"""In: command lines. Out: the real command as a child process, and what became of it.

Each child gets the folders of its test and no way to a sound server; none outlives its test.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120.0
"""How long a child may take, on a machine that does six other things."""

Start = Callable[..., "Child"]
Intervisie = Callable[..., subprocess.CompletedProcess[str]]


class Child:
    """The command at work, with the lines it prints read as they come."""

    def __init__(self, *arguments: str, env: Mapping[str, str], errors: Path) -> None:
        self._errors = errors
        with errors.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "assistant", *arguments],
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stream,
                start_new_session=True,  # a signal of a test is for the child alone
                encoding="utf-8",
            )
        self.lines: list[str] = []
        """Whole lines only: what was cut off in the middle was never shown to anybody."""
        self._fresh: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                if line.endswith("\n"):
                    self.lines.append(line.rstrip("\n"))
                    self._fresh.put(self.lines[-1])
        self._fresh.put(None)

    def wait_for(self, fits: Callable[[str], bool], times: int = 1) -> None:
        """Return as soon as so many lines that fit were printed."""
        until = time.monotonic() + SECONDS
        while times:
            line = self._fresh.get(timeout=max(0.01, until - time.monotonic()))
            assert line is not None, f"it ended by itself: {self.stderr}\n{self.lines[-5:]}"
            times -= fits(line)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal; nothing when it has ended already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    def end(self) -> int:
        """Wait for the end; returns the exit code, which is minus the signal that killed it."""
        code = self.process.wait(SECONDS)
        self._reader.join(10)
        assert not self._reader.is_alive(), "something still holds its output"
        return code

    @property
    def stderr(self) -> str:
        """What it wrote on standard error so far."""
        return self._errors.read_text(encoding="utf-8")


@pytest.fixture
def env(own_folders: None, tmp_path: Path) -> dict[str, str]:
    """The environment of a child: this test's own folders, no sound server, no desktop."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PULSE_", "INTERVISIE_", "ALSA_", "PIPEWIRE_"))
    }
    # The sockets of a sound server lie here; there are none in an empty folder.
    (tmp_path / "runtime").mkdir(mode=0o700)
    return {
        **kept,
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "PULSE_SERVER": f"unix:{tmp_path / 'runtime' / 'nobody'}",
        "INTERVISIE_DATA": str(tmp_path / "data"),
        "INTERVISIE_METHODS": str(tmp_path / "mine"),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


@pytest.fixture
def intervisie(env: dict[str, str]) -> Intervisie:
    """Run a command to its end."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            cwd=ROOT,
            env={**env, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )

    return run


@pytest.fixture
def start(env: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start a command; it is killed when the test is over."""
    children: list[Child] = []

    def begin(*arguments: str, **more: str) -> Child:
        errors = tmp_path / f"stderr.{len(children)}"
        children.append(Child(*arguments, env={**env, **more}, errors=errors))
        return children[-1]

    yield begin
    for child in children:
        child.kill()
        child.end()
