"""In: the name or folder of a speech model. Out: the folder, checked; models fetched and imported.

A model is a folder in CTranslate2's Whisper format. The demonstration model lies in the package;
others are fetched or imported into the user's data folder once. `fetch` is the only place in the
house that opens a connection, and only when the user asks for it by name.

A wrong config.json ends the whole program when CTranslate2 meets it, and a copy cut off fails late;
so the table of contents of model.bin is read first, which costs a millisecond.
"""

import errno
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import ModelError

DEMONSTRATION = "demonstration"
KNOWN: Mapping[str, int] = {
    DEMONSTRATION: 5,
    "tiny": 75,
    "base": 145,
    "small": 484,
    "medium": 1528,
    "large-v2": 3087,
    "large-v3": 3091,
    "turbo": 1620,
}
"""Name -> MB on disk."""
FITTED = "fitted"  # the word on a card that lets a model look at no more than the sound
NEEDED = ("model.bin", "config.json", "tokenizer.json")
OPTIONAL = ("vocabulary.json", "vocabulary.txt", "preprocessor_config.json", "card.json")
CHECK_SECONDS = 120  # a big model is read from a slow disk within this


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
    window: str = ""
    """FITTED when it was trained without padding to 30 seconds."""


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
    found = data_dir / "models" / name
    if name and found.is_dir():
        return found
    # A folder that happens to be called 'small' is not the model; ./small is.
    folder = Path(name).expanduser()
    if name and name not in KNOWN and folder.is_dir():
        return folder
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
            window=str(given.get("window", "")),
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
    vocabulary = "vocabulary.txt" if (folder / "vocabulary.txt").exists() else "vocabulary.json"
    for name in (*NEEDED, vocabulary):
        try:
            with (folder / name).open("rb") as file:
                empty = not file.read(1)
        except OSError as error:
            raise _damaged(folder, name) from error
        if empty:
            raise _damaged(folder, name)
    layers = _decoder_layers(folder)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        heads = [int(layer) for layer, _head in config.get("alignment_heads", ())]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise _damaged(folder, "config.json") from error
    if layers and any(not 0 <= layer < layers for layer in heads):
        raise _damaged(folder, "config.json")
    card = card_of(folder)
    if deep:
        _load_elsewhere(folder)
    return card


def _decoder_layers(folder: Path) -> int:
    """How many the model has, by the table of contents of model.bin; 0 when it is of another time.

    The form is that of CTranslate2's model_spec.py, binary versions 4 to 6: each variable is a name,
    its shape, its type and its number of bytes, and then those bytes.

    Raises:
        ModelError: the file ends too early, or goes on too long.
    """
    path = folder / "model.bin"
    names: set[str] = set()
    try:
        with path.open("rb") as file:

            def take(form: str) -> tuple[Any, ...]:
                return struct.unpack("<" + form, file.read(struct.calcsize("<" + form)))

            def text() -> str:
                return bytes(take(f"{take('H')[0]}s")[0]).rstrip(b"\0").decode()

            if not 4 <= take("I")[0] <= 6:
                return 0
            text(), take("I")
            for _ in range(take("I")[0]):
                names.add(text())
                take(f"{take('B')[0]}I")
                file.seek(take("BI")[1], os.SEEK_CUR)
            for _ in range(2 * take("I")[0]):
                text()
            whole = file.tell() == path.stat().st_size
    except (OSError, ValueError, struct.error) as error:
        raise _damaged(folder, "model.bin") from error
    if not whole:
        raise _damaged(folder, "model.bin")
    layers = {name.split("/")[1] for name in names if name.startswith("decoder/layer_")}
    return sum(layer.removeprefix("layer_").isdigit() for layer in layers)


def _load_elsewhere(folder: Path) -> None:
    """A damaged model can take the whole process down with it, so a child tries first."""
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

    with _written(name), _beside(data_dir / "models") as folder:
        try:
            with warnings.catch_warnings():
                # faster-whisper asks for an option that the hub's library no longer has.
                warnings.simplefilter("ignore", UserWarning)
                download_model(name, output_dir=str(folder))
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
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
    with _written(name), _beside(data_dir / "models") as copy:
        for file in (*NEEDED, *OPTIONAL):
            if (folder / file).is_file():
                shutil.copyfile(folder / file, copy / file)
        check(copy, deep=True)
        return _settle(copy, data_dir / "models" / name)


@contextmanager
def _written(name: str) -> Iterator[None]:
    """Says in one sentence that the disk will not take a model."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"The speech model '{name}' cannot be written: {error.strerror or error}.",
            "Free some space, or set another data folder; see: intervisie doctor",
        ) from error


@contextmanager
def _beside(parent: Path) -> Iterator[Path]:
    """A temporary folder on the same disk, gone at the end unless it was moved."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(new: Path, target: Path) -> Path:
    """Put a model in its place; the one that was there is put aside first, and then goes."""
    check(new)
    shutil.rmtree(new / ".cache", ignore_errors=True)  # the hub's notes on its own download
    with _beside(target.parent) as old:
        if target.exists():
            target.rename(old / target.name)
        new.rename(target)
    return target
