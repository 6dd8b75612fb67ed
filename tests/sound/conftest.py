"""Virtual sound devices: outputs room, earpiece and people; input mic, which hears people."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("virtual-sound.sh")
NEEDED = ("pulseaudio", "pactl")


@pytest.fixture(scope="session")
def virtual_sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment variables with which a process finds the virtual devices."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        reason = f"virtual sound devices need {', '.join(missing)} (see .ci/run)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("sound", numbered=True)
    given = subprocess.run(
        [SCRIPT, "env", folder], check=True, capture_output=True, text=True
    ).stdout
    subprocess.run([SCRIPT, "start", folder], check=True)
    yield dict(line.split("=", 1) for line in given.splitlines())
    subprocess.run([SCRIPT, "stop", folder], check=True)


@pytest.fixture
def with_sound(virtual_sound: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process sees the virtual devices, however PortAudio was started before."""
    for name, value in virtual_sound.items():
        monkeypatch.setenv(name, value)
    had = "sounddevice" in sys.modules
    import sounddevice

    if had:
        sounddevice._terminate()
        sounddevice._initialize()
    yield
    # PortAudio must not be ended under a stream: a loudspeaker keeps its own open for a moment.
    for thread in threading.enumerate():
        if thread.name == "loudspeaker":
            thread.join(5)
    sounddevice._terminate()
    sounddevice._initialize()
