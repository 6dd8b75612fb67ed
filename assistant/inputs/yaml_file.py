"""In: the path of a YAML file. Out: what it holds, fast; or with the line of every value.

Two readers of one language. PyYAML's compiled one takes a tenth of the time of Ruamel's, which knows
where each value stands. So a file is read fast, and read again with lines only when there is something
to complain about: nobody waits for the welcome because of error messages that are not needed.
"""

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.core.errors import MethodError

BIGGEST = 1_000_000
"""Bytes; no file that people write is bigger."""


def read(path: Path) -> dict[str, Any]:
    """What a file holds, as plain dicts, lists and values.

    Raises:
        MethodError: it cannot be read, or is no mapping; names the line.
    """
    import yaml

    text = _text(path)
    try:
        # What refers to itself ('&a … *a') is left to Ruamel and its errors.
        found = None if "&" in text else yaml.load(text, _loader())
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        found = None  # Ruamel says what is wrong, and where
    return found if isinstance(found, dict) else plain(lines(path))


def lines(path: Path) -> Any:
    """A mapping that knows the line of each value (`.lc`).

    Raises:
        MethodError: it cannot be read, or is no mapping; names the line.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        found = YAML().load(_text(path))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise wrong(path, [(line, str(error.problem or error.context))]) from None
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        raise wrong(path, [(1, f"this is no YAML ({type(error).__name__})")]) from None
    if not isinstance(found, dict):
        raise wrong(path, [(1, "a list of 'name: value' lines is expected here")])
    return found


def plain(value: Any) -> Any:
    """Ruamel's own kinds (which know their lines) as plain ones."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


SHOWN = 5
"""Mistakes named at once."""


def wrong(path: Path, mistakes: list[tuple[int, str]]) -> MethodError:
    """The error that names each mistake with its line."""
    said = [f"{path.name}, line {line}: {what}" for line, what in sorted(mistakes)[:SHOWN]]
    more = len(mistakes) - SHOWN
    if more > 0:
        said.append(f"and {more} more")
    return MethodError("; ".join(said) + ".", f"Mend the file: {path}")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > BIGGEST:
            raise MethodError(
                f"{path.name} is too big to be a file that people write.",
                f"Take another file than {path}.",
            )
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise MethodError(f"{path} cannot be read.", "Check the path and your rights.") from error
    except UnicodeDecodeError as error:
        raise MethodError(f"{path.name} is no text file.", "Save it as UTF-8 text.") from error


_FLOAT = r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"


@functools.cache
def _loader() -> Any:
    """PyYAML's compiled reader, with the types of YAML 1.2: 'no', 'on' and 12:30 are text."""
    import yaml

    class Loader(yaml.CSafeLoader):  # type: ignore[misc]
        """Refuses what Ruamel refuses: a name that comes twice."""

        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = [self.construct_object(key, deep=True) for key, _ in node.value]
            if len(set(names)) < len(names):
                raise ValueError("a name comes twice")
            return super().construct_mapping(node, deep)

    for kind, form, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?[0-9]+", "-+0123456789"),
        ("float", _FLOAT, "-+0123456789."),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ):
        pattern = re.compile(f"^(?:{form})$")
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", pattern, list(first))
    return Loader
