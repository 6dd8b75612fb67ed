"""In: every test. Out: the same test with folders of its own, and no way to the network."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

WAYS_OUT = (socket.AF_INET, socket.AF_INET6)


def _wall(event: str, arguments: tuple[Any, ...]) -> None:
    """Python reports every connection before it is made; the BaseException cannot be swallowed."""
    if event in ("socket.connect", "socket.sendto") and arguments[0].family in WAYS_OUT:
        pytest.fail(f"something tried to reach {arguments[1]} over the network")
    if event == "socket.getaddrinfo":
        pytest.fail(f"something tried to look up {arguments[0]}")


sys.addaudithook(_wall)
# What starts a process of its own is at least told so.
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and sessions of the person who runs the tests are never read or written."""
    home = tmp_path_factory.mktemp("home")
    for variable in [name for name in os.environ if name.startswith("INTERVISIE_")]:
        monkeypatch.delenv(variable)
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("INTERVISIE_DATA", str(home / "data" / "intervisie"))


@pytest.fixture
def settings_file(own_folders: None) -> Path:
    """Where a test may write settings."""
    from assistant.settings import settings_file

    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
