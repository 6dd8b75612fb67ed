"""In: words typed in a terminal. Out: one call of app.py each, and what it returns, printed.

One file per family of commands. What a command needs is imported inside it, so that `--help` is
there at once. The few things that all commands share are below.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.settings import Settings

Language = Annotated[
    str | None, typer.Option("--language", metavar="XX", help="Two letters: nl, en …")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")]


def family(help: str) -> typer.Typer:
    """A group of commands that all print plain help."""
    return typer.Typer(help=help, rich_markup_mode=None, no_args_is_help=True)


def configured(**flags: object) -> "Settings":
    """The settings, with these flags on top; None is 'not given'."""
    from assistant.settings import load

    return load(flags)


def print_json(value: object) -> None:
    """Print for other programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print for people: on a terminal within its width, else each row on one line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else 240).print(table)


def print_files(labels: Mapping[str, str], files: Iterable[Path]) -> None:
    """Say where everything was written."""
    print(f"{labels.get('saved_in', 'saved_in')}:")
    for path in files:
        print(f"  {path}")


@contextmanager
def quiet_libraries() -> "Iterator[None]":
    """Sound libraries write about every device they do not find, past Python, on descriptor 2."""
    if not sys.stderr:  # closed: quiet enough
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
