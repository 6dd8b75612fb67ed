"""In: a language. Out: what was learned about speech acts in it, and what its words are, or None.

Two files of plain arrays in the package, assistant/models/acts/<language>.npz and
words-<language>.npz, made by `python -m tools.speech_acts`; nothing in them can run.
"""

import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from assistant.core.errors import ModelError
from assistant.core.language.act_model import ActWeights
from assistant.core.language.features import Lexicon
from assistant.inputs.models import package_folder

T = TypeVar("T")


def act_weights(language: str, folder: Path | None = None) -> ActWeights | None:
    """The weights of a language; None when there are none.

    Args:
        language: two letters.
        folder: where they lie; the package's own when not given.

    Raises:
        ModelError: the file is damaged.
    """
    return _read(_folder(folder) / f"{language}.npz", _weights)


def lexicon(language: str, folder: Path | None = None) -> Lexicon:
    """What the words of a language are; empty when nothing is known.

    Raises:
        ModelError: the file is damaged.
    """
    return _read(_folder(folder) / f"words-{language}.npz", _lexicon) or Lexicon()


def _folder(folder: Path | None) -> Path:
    return folder or package_folder() / "acts"


def _weights(file: Any) -> ActWeights:
    names = [field.name for field in fields(ActWeights) if field.name != "acts"]
    acts = tuple(str(act) for act in file["acts"])
    return ActWeights(acts=acts, **{name: file[name] for name in names})


def _lexicon(file: Any) -> Lexicon:
    names = [str(name) for name in file["names"]]
    words, lemmas, endings = (
        bytes(file[name]).decode("utf-8").split("\n") for name in ("words", "lemmas", "endings")
    )
    return Lexicon(
        tags=dict(zip(words, (names[i] for i in file["tags"]), strict=True)),
        lemmas={word: lemma for word, lemma in zip(words, lemmas, strict=True) if lemma},
        endings=dict(zip(endings, (names[i] for i in file["ending_tags"]), strict=True)),
    )


def _read(path: Path, made: Callable[[Any], T]) -> T | None:
    if not path.is_file():
        return None
    import numpy as np

    try:
        # Opened here: numpy leaves a damaged file open that it opened itself.
        with path.open("rb") as bytes_, np.load(bytes_, allow_pickle=False) as file:
            return made(file)
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The file {path} is damaged.", "Install intervisie again: it comes with the program."
        ) from error
