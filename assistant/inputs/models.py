"""In: the name or folder of a speech model. Out: the folder, checked; models fetched and imported.

A model is a folder in CTranslate2's Whisper format. The demonstration model lies in the package;
others are fetched or imported into the user's data folder once. `fetch` is the only place in the
house that opens a connection, and only when the user asks for it by name.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import ModelError

DEMONSTRATION = "demonstration"
KNOWN: Mapping[str, int] = {
    DEMONSTRATION: 4,
    "tiny": 75,
    "base": 145,
    "small": 484,
    "medium": 1528,
    "large-v2": 3087,
    "large-v3": 3091,
    "turbo": 1620,
}
"""Name -> MB on disk."""
NEEDED = ("model.bin", "config.json", "tokenizer.json")
CHECK_SECONDS = 120
"""A big model is read from a slow disk within this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model says of itself (card.json in its folder); the defaults are a plain Whisper's."""

    name: str
    languages: tuple[str, ...] = ()
    """Two letters each; empty is any."""
    hotwords: bool = True
    """Whether it may be given names to listen for."""
    hears: str = "people"
    note: str = ""
    """What must be said wherever its figures are shown."""


def package_folder() -> Path:
    """Where the demonstration model lies."""
    return Path(__file__).resolve().parent.parent / "models"


def locate(name: str, data_dir: Path) -> Path:
    """The folder of a model, by name or path.

    Raises:
        ModelError: it is not on this computer, or there is no such name.
    """
    if name == DEMONSTRATION:
        return package_folder() / DEMONSTRATION
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    found = data_dir / "models" / name
    if found.is_dir():
        return found
    if name in KNOWN:
        raise ModelError(
            f"The speech model '{name}' is not on this computer.",
            f"Fetch it once ({KNOWN[name]} MB): intervisie models fetch {name}"
            f" — or bring it on a stick: intervisie models import FOLDER --name {name}",
        )
    raise ModelError(
        f"There is no speech model '{name}'.",
        f"Give a folder, or one of: {', '.join(KNOWN)}.",
    )


def card_of(folder: Path) -> Card:
    """What a model says of itself.

    Raises:
        ModelError: its card cannot be read.
    """
    path = folder / "card.json"
    if not path.is_file():
        return Card(name=folder.name)
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        return Card(
            name=str(given.get("name", folder.name)),
            languages=tuple(given.get("languages", ())),
            hotwords=bool(given.get("hotwords", True)),
            hears=str(given.get("hears", "people")),
            note=str(given.get("note", "")),
        )
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise _damaged(folder, "card.json") from error


def hears(card: Card, language: str) -> bool:
    """Whether a model hears a language."""
    return not card.languages or language in card.languages


def check(folder: Path, *, deep: bool = False) -> Card:
    """Look whether a model is whole; `deep` also loads it, in a process of its own.

    Raises:
        ModelError: a file is missing, empty or damaged; says which.
    """
    files = [*NEEDED, "vocabulary.json" if _is_new(folder) else "vocabulary.txt"]
    for name in files:
        path = folder / name
        if not path.is_file() or path.stat().st_size == 0:
            raise _damaged(folder, name)
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(folder, "config.json") from error
    card = card_of(folder)
    if deep:
        _load_elsewhere(folder)
    return card


def _is_new(folder: Path) -> bool:
    return (folder / "vocabulary.json").exists() or not (folder / "vocabulary.txt").exists()


def _load_elsewhere(folder: Path) -> None:
    """A damaged model can take the whole process down with it, so a child tries first."""
    # Says who reads it: the child has no other job than to load the model and hear a silence.
    program = (
        "import sys, numpy, pathlib; from assistant.inputs.whisper import Whisper;"
        "Whisper(folder=pathlib.Path(sys.argv[1]), language='nl', beam=1)"
        ".transcribe(numpy.zeros(8000, numpy.float32), 0.0)"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder)],
            capture_output=True,
            timeout=CHECK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _damaged(folder, "model.bin") from error
    if done.returncode != 0:
        raise _damaged(folder, "model.bin")


def _damaged(folder: Path, name: str) -> ModelError:
    return ModelError(
        f"The speech model in {folder} is damaged or not complete: {name}.",
        "Fetch or import it again: intervisie models --help",
    )


def installed(data_dir: Path) -> tuple[Path, ...]:
    """The folders of all models on this computer."""
    found = sorted(path for path in (data_dir / "models").glob("*") if path.is_dir())
    return (package_folder() / DEMONSTRATION, *(p for p in found if not p.name.startswith(".")))


def fetch(name: str, data_dir: Path) -> Path:
    """Download a known model. The only use of the network in the house.

    Raises:
        ModelError: no such name, or it could not be fetched.
    """
    if name == DEMONSTRATION:
        return package_folder() / DEMONSTRATION
    if name not in KNOWN:
        raise ModelError(f"There is no speech model '{name}'.", f"Choose: {', '.join(KNOWN)}.")
    os.environ.pop("HF_HUB_OFFLINE", None)
    from faster_whisper import download_model

    with _beside(data_dir / "models") as folder:
        try:
            download_model(name, output_dir=str(folder))
        except Exception as error:
            raise ModelError(
                f"The speech model '{name}' could not be fetched: the model hub gives no answer.",
                "Check the connection, or bring it on a stick:"
                f" intervisie models import FOLDER --name {name}",
            ) from error
        return _settle(folder, data_dir / "models" / name)


def import_folder(folder: Path, name: str, data_dir: Path) -> Path:
    """Copy a model from a folder, checked, whole or not at all.

    Raises:
        ModelError: it is not a whole model, the name makes no sense, or it cannot be written.
    """
    if not name or name.startswith(".") or "/" in name or "\\" in name or name == DEMONSTRATION:
        raise ModelError(f"'{name}' cannot be the name of a model.", "Use letters and digits.")
    check(folder)
    with _beside(data_dir / "models") as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        check(copy, deep=True)
        return _settle(copy, data_dir / "models" / name)


class _beside:  # noqa: N801 - reads as what it does: with _beside(folder) as copy
    """A temporary folder on the same disk, gone at the end unless it was moved."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent

    def __enter__(self) -> Path:
        self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".new-", dir=self._parent))
        return self._folder

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _settle(new: Path, target: Path) -> Path:
    check(new)
    if target.exists():
        shutil.rmtree(target)
    new.rename(target)
    return target
