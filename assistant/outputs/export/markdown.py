"""In: a Record and words. Out: Markdown (CommonMark with tables) in which no word is markup."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from assistant.core.record.record import Record
from assistant.outputs.export.page import render, tidy

_ANYWHERE = re.compile(r"[\\`*_\[\]<>|~&$#]")
_AT_START = re.compile(r"^(?:[-+=]|\d{1,9}(?=[.)](?:\s|$)))")


def write(record: Record, words: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """The report as Markdown.

    Raises:
        MethodError: the words lack one that is needed.
    """
    return render("report.md.j2", record, words, notes, finalize=_finalize)


def escape(text: str) -> str:
    """Spoken words as Markdown that shows exactly those words, on one line."""
    line = _ANYWHERE.sub(r"\\\g<0>", tidy(text))
    start = _AT_START.match(line)
    if not start:
        return line
    # A dash is escaped itself; of '1.' it is the point that makes a list.
    cut = start.end() if start[0][0].isdigit() else 0
    return f"{line[:cut]}\\{line[cut:]}"


def _finalize(value: Any) -> Any:
    """Escapes all that a template puts in, unless the template says it is shape (`| safe`)."""
    return value if isinstance(value, Markup) else escape(str(value))
