"""In: a YAML file. Out: its content, or a Method, checked; mistakes with file and line.

Ruamel keeps the line of every value, pydantic says which value is wrong; together they say where.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.core.errors import MethodError
from assistant.core.method import Method, Step

BIGGEST = 1_000_000
"""Bytes; no file that people write is bigger."""
SHOWN = 5
"""Mistakes named at once."""
LEVELS = ("beginner", "middle", "advanced")


def parse(path: Path) -> Any:
    """A YAML mapping that remembers its lines.

    Raises:
        MethodError: the file cannot be read, or is no mapping.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        if path.stat().st_size > BIGGEST:
            raise MethodError(f"{path.name} is too big to be a file that people write.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MethodError(f"{path} cannot be read.", "Check the path and your rights.") from error
    except UnicodeDecodeError as error:
        raise MethodError(f"{path.name} is no text file.", "Save it as UTF-8 text.") from error
    try:
        found = YAML().load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _wrong(path, [(line, str(error.problem or error.context))]) from None
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        raise _wrong(path, [(1, f"this is no YAML ({type(error).__name__})")]) from None
    if not isinstance(found, dict):
        raise _wrong(path, [(1, "a list of 'name: value' lines is expected here")])
    return found


def plain(value: Any) -> Any:
    """Ruamel's own kinds (which know their lines) as plain ones."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def _wrong(path: Path, mistakes: Sequence[tuple[int, str]]) -> MethodError:
    lines = [f"{path.name}, line {line}: {what}" for line, what in sorted(mistakes)[:SHOWN]]
    more = len(mistakes) - SHOWN
    if more > 0:
        lines.append(f"and {more} more")
    return MethodError("; ".join(lines) + ".", f"Mend the file: {path}")


def checked(path: Path) -> Method:
    """A method file, read and checked.

    Raises:
        MethodError: it cannot be read or is wrong; names each line.
    """
    from pydantic import TypeAdapter, ValidationError

    parsed = parse(path)
    try:
        method = TypeAdapter(Method).validate_python(plain(parsed))
    except ValidationError as error:
        mistakes = [(_line(parsed, e["loc"]), _said(e)) for e in error.errors()]
        raise _wrong(path, mistakes) from None
    except RecursionError:
        raise _wrong(path, [(1, "it is nested too deep")]) from None
    mistakes = [(_line(parsed, where), what) for where, what in _mistakes(method, path)]
    if mistakes:
        raise _wrong(path, mistakes)
    return method


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
