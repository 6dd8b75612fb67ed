"""In: the folders methods/ and prompts/. Out: methods, phrases and tables, checked; errors with lines.

The user's own folder comes first: a method there replaces ours of the same id, a sentence there ours
of the same key. The shipped files lie at the top of a checkout and inside an installed package.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assistant.core.errors import MethodError
from assistant.core.method import Method
from assistant.core.phrases import Phrases
from assistant.inputs.method_file import checked, parse, plain

REFERENCE = "nl"
"""The language whose sentences every other one must have too."""
SHOWN = 5
"""Missing sentences named at once."""


def shipped_folder() -> Path:
    """Where methods/ and prompts/ lie: in an installed package, else at the top of the checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_data"
    return inside if (inside / "methods").is_dir() else package.parent


class Library:
    """Methods and words.

    Args:
        folders: each with methods/ and prompts/<language>/; earlier ones come first.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._methods: dict[Path, Method] = {}
        self._tables: dict[Path, dict[str, Any]] = {}
        self._problems: list[MethodError] = []

    def languages(self) -> tuple[str, ...]:
        """Languages there are words of."""
        found = {path.name for path in self._each("prompts/*") if path.is_dir()}
        return tuple(sorted(found))

    def methods(self) -> tuple[Method, ...]:
        """All methods by id; a file that is wrong is left out and told by `problems`."""
        found: dict[str, Method] = {}
        self._problems = []
        for path in self._each("methods/*.yaml"):
            try:
                method = self._method(path)
            except MethodError as error:
                self._problems.append(error)
            else:
                found.setdefault(method.id, method)
        return tuple(found[name] for name in sorted(found))

    def problems(self) -> tuple[MethodError, ...]:
        """What was wrong with the files that the last `methods` left out."""
        return tuple(self._problems)

    def method(self, name: str) -> Method:
        """A method by id, alias, or path of a file.

        Raises:
            MethodError: there is none of that name (the nearest is named), or its file is wrong.
        """
        path = Path(name).expanduser()
        if path.suffix in (".yaml", ".yml"):
            return self._method(path)
        for path in self._each(f"methods/{name}.yaml" if _is_name(name) else "none"):
            return self._method(path)
        found = self.methods()
        for method in found:
            if name.casefold() in (method.id, *method.aliases):
                return method
        known = [known for method in found for known in (method.id, *method.aliases)]
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}."
        raise MethodError(f"There is no method '{name}'.", hint)

    def phrases(self, language: str) -> Phrases:
        """What the assistant says in a language.

        Raises:
            MethodError: there is no such language, or a sentence is missing.
        """
        table = self.table(language, "spoken")
        spoken = {key: tuple(variants) for key, variants in table["spoken"].items()}
        missing = [key for key in self.table(REFERENCE, "spoken")["spoken"] if not spoken.get(key)]
        if missing:
            raise MethodError(
                f"prompts/{language}/spoken.yaml lacks: {', '.join(missing[:SHOWN])}.",
                "Add the sentences, or remove the file to use ours.",
            )
        numbers = {int(number): str(word) for number, word in table["numbers"].items()}
        return Phrases(language=language, spoken=spoken, numbers=numbers)

    def table(self, language: str, name: str) -> dict[str, Any]:
        """A file of prompts/<language>/, parsed: 'screen', 'report', 'demo/seven-steps' …

        Raises:
            MethodError: it is not there, or is no YAML mapping.
        """
        found: dict[str, Any] = {}
        paths = list(self._each(f"prompts/{language}/{name}.yaml"))
        if not paths:
            there = ", ".join(self.languages())
            raise MethodError(
                f"There are no words for '{name}' in the language '{language}'.",
                f"Choose another language: {there}.",
            )
        for path in reversed(paths):
            _merge(found, self._table(path))
        return found

    def _each(self, pattern: str) -> Iterator[Path]:
        for folder in self._folders:
            yield from sorted(folder.glob(pattern))

    def _table(self, path: Path) -> dict[str, Any]:
        if path not in self._tables:
            self._tables[path] = plain(parse(path))
        return self._tables[path]

    def _method(self, path: Path) -> Method:
        if path not in self._methods:
            self._methods[path] = checked(path)
        return self._methods[path]


def _is_name(name: str) -> bool:
    return bool(name) and all(c.isalnum() or c in "-_" for c in name)


def _merge(into: dict[str, Any], new: Mapping[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value
