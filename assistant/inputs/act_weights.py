"""In: a language. Out: what was learned about speech acts in it, or None.

A file of numbers in the package (assistant/models/acts/<language>.npz), made by
`python -m tools.speech_acts`; plain arrays, nothing in it can run.
"""

import zipfile
from pathlib import Path

from assistant.core.errors import ModelError
from assistant.core.language.act_model import ActWeights
from assistant.inputs.models import package_folder


def act_weights(language: str, folder: Path | None = None) -> ActWeights | None:
    """The weights of a language; None when there are none.

    Args:
        language: two letters.
        folder: where they lie; the package's own when not given.

    Raises:
        ModelError: the file is damaged.
    """
    path = (folder or package_folder() / "acts") / f"{language}.npz"
    if not path.is_file():
        return None
    import numpy as np

    try:
        # Opened here: numpy leaves a damaged file open that it opened itself.
        with path.open("rb") as bytes_, np.load(bytes_, allow_pickle=False) as file:
            return ActWeights(
                acts=tuple(str(act) for act in file["acts"]),
                **{
                    name: file[name]
                    for name in ("table", "scale", "bias", "slope", "shift", "quiet", "audible")
                },
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The file {path} is damaged.", "Install intervisie again: it comes with the program."
        ) from error
