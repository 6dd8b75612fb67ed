"""In: the id of a session. Out: the sessions there are, the report of one, or one session less."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli import AsJson, Language, configured, family, print_json, print_table
from assistant.core.errors import SettingsError

app = family("The sessions that were recorded on this machine.")

Session = Annotated[
    str, typer.Argument(metavar="SESSION", help="Its id, the beginning of it, or 'last'.")
]


class Format(StrEnum):
    """What a session can be written as."""

    MD = "md"
    HTML = "html"
    JSON = "json"
    VTT = "vtt"


def report(
    session: Session,
    format: Annotated[Format, typer.Option("--format", help="What to write it as.")] = Format.MD,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; else it is printed.")
    ] = None,
    language: Language = None,
) -> None:
    """The record of a session for the presenter.

    Example: intervisie report last --format html --out report.html
    """
    from assistant.app import export

    text = export(configured(language=language), session, format.value)
    if out is None:
        print(text, end="" if text.endswith("\n") else "\n")
        return
    from assistant.outputs.export import save

    save(text, out)
    print(out)


@app.command("list")
def list_sessions(as_json: AsJson = False) -> None:
    """All sessions, latest first.

    Example: intervisie sessions list --json
    """
    from assistant.app import store

    with store(configured()) as kept:
        rows = kept.sessions()
    if as_json:
        from dataclasses import asdict

        print_json([asdict(row) for row in rows])
        return
    if not rows:
        print("There are no sessions yet.")
        return
    print_table(
        ("session", "began", "method", "language", "status"),
        (
            (
                row.id,
                row.created[:16].replace("T", " "),
                row.method,
                row.language,
                row.status if row.reason is None else f"{row.status} ({row.reason})",
            )
            for row in rows
        ),
    )


@app.command("show")
def show_session(session: Session) -> None:
    """One session, as it is kept: method, times, number of entries.

    Example: intervisie sessions show last
    """
    from dataclasses import asdict

    from assistant.app import store

    with store(configured()) as kept:
        row = asdict(kept.find(session))
    for name, value in row.items():
        print(f"{name}: {'' if value is None else value}")


@app.command("close")
def close_session(session: Session) -> None:
    """Close a session that was cut off and will not be continued; all of it is kept.

    Example: intervisie sessions close 2026-11-23-1030-k3f
    """
    from assistant.app import store

    with store(configured()) as kept:
        row = kept.find(session)
        kept.close_session(row.id, "closed")
    print(f"{row.id}: {row.status if row.status == 'finished' else 'closed'}")


@app.command("delete")
def delete_session(
    session: Session,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a session for good, with everything that was said in it.

    Example: intervisie sessions delete 2026-11-23-1030-k3f
    """
    from assistant.app import store

    with store(configured()) as kept:
        row = kept.find(session)
        if not yes:
            _ask(f"Delete session {row.id} ({row.method}, {row.entries} entries) for good?")
        kept.delete(row.id)
    print(f"{row.id}: deleted")


@app.command("schema")
def print_schema() -> None:
    """The JSON Schema of what `report --format json` writes.

    Example: intervisie sessions schema > session.schema.json
    """
    from assistant.outputs.export import schema

    print_json(schema())


def _ask(question: str) -> None:
    """Returns when the answer is yes; ends the command with 1 when it is no."""
    if not sys.stdin.isatty():
        raise SettingsError(
            "Nobody is there to confirm that the session may be deleted.", "Add --yes to do it."
        )
    typer.confirm(question, abort=True)
