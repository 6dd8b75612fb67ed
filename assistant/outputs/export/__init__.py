"""In: a Record, a format and the words of a language. Out: the text of a document; a file of it."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.core.errors import JournalError, SettingsError
from assistant.core.record.record import Record

Words = Mapping[str, Any]
"""prompts/<language>/report.yaml, parsed."""


def _markdown(record: Record, words: Words, notes: Sequence[str]) -> str:
    from assistant.outputs.export import markdown

    return markdown.write(record, words, notes)


def _html(record: Record, words: Words, notes: Sequence[str]) -> str:
    from assistant.outputs.export import html

    return html.write(record, words, notes)


def _json(record: Record, words: Words, notes: Sequence[str]) -> str:  # noqa: ARG001
    from assistant.outputs.export import jsonfile

    return jsonfile.write(record)


def _vtt(record: Record, words: Words, notes: Sequence[str]) -> str:
    from assistant.outputs.export import vtt

    return vtt.write(record, words, notes)


# Each opens its module only when asked: templates and schemas cost time at start.
FORMATS: Mapping[str, Callable[[Record, Words, Sequence[str]], str]] = {
    "md": _markdown,
    "html": _html,
    "json": _json,
    "vtt": _vtt,
}
"""Name of a format, also its file ending -> its writer."""


def write(
    record: Record,
    format: str,  # noqa: A002 — it is what the user calls it
    words: Words,
    notes: Sequence[str] = (),
) -> str:
    """The document as text.

    Args:
        record: the session.
        format: a key of FORMATS.
        words: of the language the document is to be in.
        notes: keys of words["notes"] to be printed with it ('demonstration_model').

    Raises:
        SettingsError: no such format.
        MethodError: the words lack one that is needed.
    """
    if format not in FORMATS:
        raise SettingsError(
            f"There is no report format '{format}'.", f"Choose one of: {', '.join(FORMATS)}."
        )
    return FORMATS[format](record, words, notes)


def schema() -> dict[str, Any]:
    """The published JSON Schema of what format 'json' writes."""
    from assistant.outputs.export import jsonfile

    return jsonfile.published()


def save(text: str, path: Path) -> None:
    """Put a text in a file that only its owner can read (0600), whole or not at all.

    Raises:
        JournalError: it cannot be written; what was there before is still there.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes 0600; beside the target, because a rename to another disk is no rename.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            # Half a surrogate pair cannot be written as UTF-8; it becomes '?' rather than an error.
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise JournalError(
            f"The file {path} cannot be written.",
            "Check that the folder is yours and that there is room, or name another place.",
        ) from error
