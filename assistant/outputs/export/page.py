"""In: a Record, words and a template. Out: the page: what Markdown and HTML have in common.

Templates hold shape, prompts/<language>/report.yaml holds words, this file holds numbers and dates.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from assistant import __version__
from assistant.core.errors import MethodError
from assistant.core.record.record import Record
from assistant.core.record.report import Report, report

SECTIONS = (
    "cases",
    "story",
    "learning_question",
    "core_question",
    "insights",
    "ideas",
    "actions",
    "agreement",
    "takeaways",
    "marks",
)
"""Fields of Report in the order in which they are read."""


def render(
    template: str,
    record: Record,
    words: Mapping[str, Any],
    notes: Sequence[str],
    *,
    finalize: Callable[[Any], Any] | None = None,
    autoescape: bool = False,
) -> str:
    """A template filled in.

    Args:
        template: file name in templates/.
        record: the session.
        words: report.yaml, parsed.
        notes: keys of words["notes"].
        finalize: escapes every value that is put on the page (Markdown).
        autoescape: escapes every value that is put on the page (HTML).

    Raises:
        MethodError: the words lack one that is needed.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=autoescape,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    told = report(record)
    environment.filters["clock"] = clock
    environment.filters["tidy"] = tidy
    environment.filters["span"] = lambda seconds: length(seconds, words)
    environment.filters["count"] = count
    environment.filters["fill"] = lambda text, **slots: text.format(**slots)
    with needing_words():
        return environment.get_template(template).render(
            r=told,
            w=words,
            sections=SECTIONS,
            date=date(told.started, words),
            about=about(told, words, notes),
            version=__version__,
        )


@contextmanager
def needing_words() -> Iterator[None]:
    """Turns a word or slot that the prompt file lacks into an error that names it."""
    try:
        yield
    except (UndefinedError, KeyError, IndexError) as error:
        raise MethodError(
            f"The prompt file report.yaml is not complete: {error}.",
            "Compare it with prompts/nl/report.yaml, which has every key.",
        ) from error


def clock(seconds: float) -> str:
    """Seconds since the start as '12:03' or '1:02:03'."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"


def tidy(text: str) -> str:
    """One line without control characters: spoken words have no layout of their own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def count(forms: Mapping[str, str], n: int, **slots: object) -> str:
    """The form for one or for many, filled in."""
    return forms["one" if n == 1 else "many"].format(n=n, **slots)


def length(seconds: float, words: Mapping[str, Any]) -> str:
    """A length of time: seconds below a minute, else whole minutes."""
    if seconds < 59.5:
        return count(words["lengths"]["second"], round(seconds))
    return count(words["lengths"]["minute"], round(seconds / 60))


def date(wall: str, words: Mapping[str, Any]) -> str:
    """A wall-clock time as people write it; as it is when it is no time."""
    try:
        moment = datetime.fromisoformat(wall)
    except ValueError:
        return wall
    names = words["dates"]
    pattern: str = names["pattern"]
    return pattern.format(
        weekday=names["weekdays"][moment.weekday()],
        day=moment.day,
        month=names["months"][moment.month - 1],
        year=moment.year,
        time=f"{moment:%H:%M}",
    )


def about(told: Report, words: Mapping[str, Any], notes: Sequence[str]) -> list[str]:
    """What a reader must know of how the report came about, one sentence each."""
    say = words["about"]
    found: list[str] = [words["notes"][note] for note in notes]
    found += [say["heard"], say["trust"]]
    if any(row.utterance and row.speaker is None for step in told.steps for row in step.rows):
        found.append(say["unknown"])
    if told.finished is None:
        found.append(say["unfinished"])
    if told.gaps:
        found.append(count(say["gaps"], told.gaps, length=length(told.gap_seconds, words)))
    found += [say["resumed"].format(time=clock(at)) for at in told.resumed]
    if told.missing:
        found.append(count(say["missing"], told.missing))
    for reason, times in told.discarded:
        found.append(say["discarded"].format(n=times, reason=words["reasons"][reason]))
    for trouble in told.troubles:
        part = words["parts"].get(trouble.part, trouble.part)
        form = say["trouble"] if trouble.restored is None else say["trouble_restored"]
        until = clock(trouble.restored or 0.0)
        found.append(form.format(time=clock(trouble.at), until=until, part=part))
    return found
