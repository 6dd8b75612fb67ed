"""In: a Record and words. Out: WebVTT captions of what was said.

The form is that of W3C's 'WebVTT: The Web Video Text Tracks Format'. To be laid
beside a sound recording of the same session; the clock starts with the session.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.core.record.record import Record
from assistant.core.record.report import Row, TranscriptRow, report
from assistant.outputs.export.page import length, needing_words, tidy


def write(record: Record, words: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """The transcript as WebVTT; a step and a gap are NOTE blocks, an unknown speaker has no tag.

    Raises:
        MethodError: the words lack one that is needed.
    """
    with needing_words():
        return "\n\n".join(_blocks(record, words, notes)) + "\n"


def _blocks(record: Record, words: Mapping[str, Any], notes: Sequence[str]) -> list[str]:
    blocks = ["WEBVTT", *(_note(words["notes"][note]) for note in notes)]
    for step in report(record).steps:
        if step.entered is None:
            continue
        blocks.append(_note(step.name or words["transcript"]["before"]))
        for row in step.rows:
            if row.row is Row.GAP:
                gap = words["transcript"]["gap"].format(length=length(row.seconds, words))
                blocks.append(_note(gap))
            elif tidy(row.text):
                blocks.append(_cue(row))
    return blocks


def _cue(row: TranscriptRow) -> str:
    # A cue must end after it starts, also when the ear saw it as a single moment.
    start, end = _time(row.at), _time(row.at + max(row.seconds, 0.001))
    text = html.escape(tidy(row.text), quote=False)
    who = html.escape(tidy(row.speaker), quote=False) if row.speaker else ""
    return f"{row.utterance}\n{start} --> {end}\n{f'<v {who}>' if who else ''}{text}"


def _note(text: str) -> str:
    """A comment; the arrow would end it."""
    return f"NOTE {tidy(text).replace('-->', '→')}"


def _time(seconds: float) -> str:
    """hh:mm:ss.ttt, as a cue wants it."""
    whole = max(0, round(seconds * 1000))
    return (
        f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:"
        f"{whole // 1000 % 60:02}.{whole % 1000:03}"
    )
