"""In: a YAML file. Out: its content, or a Method, checked; mistakes with file and line.

Ruamel keeps the line of every value, pydantic says which value is wrong; together they say where.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.core.errors import MethodError
from assistant.core.method import Method, Step
from assistant.inputs.yaml_file import lines, read, wrong

LEVELS = ("beginner", "middle", "advanced")


def checked(path: Path) -> Method:
    """A method file, read and checked.

    Raises:
        MethodError: it cannot be read or is wrong; names each line.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        method = TypeAdapter(Method).validate_python(read(path))
    except ValidationError as error:
        raise _told(path, [(e["loc"], _said(e)) for e in error.errors()]) from None
    except RecursionError:
        raise wrong(path, [(1, "it is nested too deep")]) from None
    mistakes = list(_mistakes(method, path))
    if mistakes:
        raise _told(path, mistakes)
    return method


def _told(path: Path, mistakes: Sequence[tuple[tuple[Any, ...], str]]) -> MethodError:
    """The error that names each mistake with the line of the value it is about."""
    parsed = lines(path)
    return wrong(path, [(_line(parsed, where), what) for where, what in mistakes])


def _line(parsed: Any, where: Sequence[Any]) -> int:
    """The line of a value, or of what should hold it."""
    line, at = 1, parsed
    for part in where:
        try:
            if isinstance(at, dict):
                line = at.lc.value(part)[0] + 1 if part in at else line  # type: ignore[attr-defined]
            else:
                line = at.lc.item(part)[0] + 1
            at = at[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def _said(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
    match error["type"]:
        case "missing":
            return f"'{field}' is missing"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return f"'{field}' is not known here"
        case _:
            return f"'{field}': {error['msg'][0].lower()}{error['msg'][1:]}"


def _mistakes(method: Method, path: Path) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What types cannot say, with where it stands."""
    if method.id != path.stem:
        yield ("id",), f"the id '{method.id}' is not the name of the file"
    if method.level not in LEVELS:
        yield ("level",), f"'{method.level}' is none of {', '.join(LEVELS)}"
    if not method.steps:
        yield ("steps",), "a method has at least one step"
    if not set(method.name) & {"nl", "en", "de"}:
        yield ("name",), "the name is in no language that is known"
    seen: set[str] = set()
    for number, step in enumerate(method.steps):
        where = ("steps", number)
        if step.id in seen:
            yield (*where, "id"), f"there are two steps '{step.id}'"
        seen.add(step.id)
        for deeper, what in _step_mistakes(step, tuple(method.name)):
            yield (*where, *deeper), what


def _step_mistakes(step: Step, languages: tuple[str, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if not 0 < step.minutes <= 120:
        yield ("minutes",), "minutes are more than 0 and at most 120"
    if step.minutes_from not in ("source", "own"):
        yield ("minutes_from",), f"'{step.minutes_from}' is neither source nor own"
    for code in sorted(set(step.allowed) & set(step.forbidden)):
        yield ("forbidden",), f"'{code}' is both allowed and forbidden"
    for field in ("name", "explain", "questions"):
        for language in languages:
            if language not in getattr(step, field):
                yield (field,), f"'{field}' lacks the language '{language}'"
    for position, rule in enumerate(step.keeps):
        if rule.keep not in ("all", "last"):
            yield ("keeps", position), f"keep is 'all' or 'last', not '{rule.keep}'"
