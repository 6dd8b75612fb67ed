"""In: a Record and words. Out: one HTML page that stands alone: no script, no network."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.core.record.record import Record
from assistant.outputs.export.page import render


def write(record: Record, words: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """The report as an HTML page.

    Raises:
        MethodError: the words lack one that is needed.
    """
    return render("report.html.j2", record, words, notes, autoescape=True)
