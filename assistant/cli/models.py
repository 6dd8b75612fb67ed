"""In: the name of a speech model. Out: which there are, where one is, or one more of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import AsJson, configured, family, print_json, print_table
from assistant.core.errors import ModelError

if TYPE_CHECKING:
    from assistant.settings import Settings

app = family("The speech models: which are on this machine, and how to get one.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="See: intervisie models list")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """All models: on this machine, or known and to be fetched.

    Example: intervisie models list
    """
    rows = list(_rows(configured()))
    if as_json:
        print_json(rows)
        return
    print_table(
        ("model", "MB", "languages", "hears", "where"),
        ([str(row[key]) for key in ("name", "mb", "languages", "hears", "where")] for row in rows),
    )


@app.command("path")
def print_path(name: Name) -> None:
    """The folder of a model on this machine.

    Example: intervisie models path demonstration
    """
    from assistant.inputs.models import check, locate

    folder = locate(name, configured().data_dir)
    check(folder)
    print(folder)


@app.command("fetch")
def fetch_model(name: Name) -> None:
    """Fetch a model from the internet: the only thing that ever uses the network.

    Example: intervisie models fetch small
    """
    from assistant.inputs.models import fetch

    print(fetch(name, configured().data_dir))


@app.command("import")
def import_model(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="With its model.bin.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it.")],
) -> None:
    """Copy a model from a folder, for a machine without internet.

    Example: intervisie models import /media/usb/small --name small
    """
    from assistant.inputs.models import import_folder

    print(import_folder(folder, name, configured().data_dir))


def _rows(settings: "Settings") -> Iterator[dict[str, object]]:
    """What is installed, damaged ones too, then what is known and is not."""
    from assistant.inputs.models import KNOWN, check, installed

    here = installed(settings.data_dir)
    for folder in here:
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        row: dict[str, object] = {"name": folder.name, "mb": round(size / 1e6)}
        try:
            card = check(folder)
            row |= {"languages": " ".join(card.languages) or "any", "hears": card.hears}
            row["where"] = "comes with intervisie" if folder.name == "demonstration" else folder
        except ModelError as error:
            row |= {"languages": "", "hears": "", "where": error.message}
        yield row
    for name, size in KNOWN.items():
        if name not in {folder.name for folder in here}:
            where = f"not here: intervisie models fetch {name}"
            row = {"name": name, "mb": size, "languages": "any", "hears": "people", "where": where}
            yield row
