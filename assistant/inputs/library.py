"""In: the folders methods/ and prompts/. Out: methods, phrases and tables, checked; errors with lines.

The user's own folder comes first: a method there replaces ours of the same id, a sentence there ours
of the same key. The shipped files lie at the top of a checkout and inside an installed package.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any

from assistant.core.errors import MethodError
from assistant.core.method import Method
from assistant.core.phrases import Phrases
from assistant.inputs.method_file import checked
from assistant.inputs.yaml_file import lines, read

REFERENCE = "nl"
"""The language whose sentences every other one must have too."""
SHOWN = 5
"""Mistakes named at once."""
LONGEST = 80
"""Characters of the name of a method."""


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
        """Languages that can be spoken."""
        return self._with("spoken")

    def _with(self, name: str) -> tuple[str, ...]:
        """Languages that have this file of words."""
        return tuple(sorted({path.parent.name for path in self._each(f"prompts/*/{name}.yaml")}))

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
        if name.endswith((".yaml", ".yml")):
            try:
                return self._method(Path(name).expanduser())
            except (RuntimeError, ValueError) as error:  # no such home; characters no path has
                raise MethodError("That is no path of a file.", "Check the path.") from error
        for path in self._files(f"methods/{name}.yaml" if _is_name(name) else None):
            return self._method(path)
        found = self.methods()
        wanted = name.casefold()
        known = {known.casefold(): one for one in found for known in (one.id, *one.aliases)}
        if wanted in known:
            return known[wanted]
        near = get_close_matches(wanted, known, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        hint += f"There are: {', '.join(one.id for one in found) or 'none at all'}."
        raise MethodError(f"There is no method '{name[:LONGEST]}'.", hint)

    def phrases(self, language: str) -> Phrases:
        """What the assistant says in a language.

        Raises:
            MethodError: there is no such language, or a sentence is missing or has a slot that
                nobody fills; a session must not find that out halfway.
        """
        table = self.table(language, "spoken")
        paths = [*self._files(f"prompts/{REFERENCE}/spoken.yaml")]
        known = self._table(paths[-1])["spoken"] if paths else {}
        spoken, numbers = (
            found if isinstance(found := table.get(part), dict) else {}
            for part in ("spoken", "numbers")
        )
        wrong = [*_in_sentences(spoken, known), *_in_numbers(numbers)]
        if wrong:
            said = [
                f"{self._place(language, 'spoken', where)}: {what}" for where, what in wrong[:SHOWN]
            ]
            more = f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
            raise MethodError(
                "; ".join(said) + more + ".",
                f"Compare with prompts/{REFERENCE}/spoken.yaml, or remove the file to use ours.",
            )
        return Phrases(
            language=language,
            spoken={key: tuple(variants) for key, variants in spoken.items()},
            numbers={int(number): word for number, word in numbers.items()},
        )

    def table(self, language: str, name: str) -> dict[str, Any]:
        """A file of prompts/<language>/, parsed: 'screen', 'report', 'demo/seven-steps' …

        Raises:
            MethodError: it is not there, is no YAML mapping, or has another kind of value than ours.
        """
        found: dict[str, Any] = {}
        file = f"prompts/{{}}/{name}.yaml"
        paths = list(self._files(file.format(language)))
        if not paths:
            there = self._with(name)
            raise MethodError(
                f"There are no words for '{name}' in the language '{language}'.",
                f"Choose another language: {', '.join(there)}." if there else "",
            )
        for path in reversed(paths):
            for where, what in _merged(found, self._table(path)):
                raise MethodError(
                    f"{path.name}, line {_line(path, where)}: {what}.", f"Mend the file: {path}"
                )
        return found

    def _place(self, language: str, name: str, where: tuple[Any, ...]) -> str:
        """File and line of a value, in the first file that has it."""
        for path in self._files(f"prompts/{language}/{name}.yaml"):
            at: Any = self._table(path)
            for key in where:
                at = at.get(key, {}) if isinstance(at, dict) else {}
            if at != {}:
                return f"{path.name}, line {_line(path, where)}"
        return f"{language}/{name}.yaml"

    def _each(self, pattern: str) -> Iterator[Path]:
        for folder in self._folders:
            yield from sorted(folder.glob(pattern))

    def _files(self, name: str | None) -> Iterator[Path]:
        """That file in each folder that has it."""
        yield from (folder / name for folder in self._folders if name and (folder / name).is_file())

    def _table(self, path: Path) -> dict[str, Any]:
        if path not in self._tables:
            try:
                self._tables[path] = read(path)
            except RecursionError as error:
                raise MethodError(f"{path.name} holds itself.", f"Mend the file: {path}") from error
        return self._tables[path]

    def _method(self, path: Path) -> Method:
        if path not in self._methods:
            self._methods[path] = checked(path)
        return self._methods[path]


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST and all(c.isalnum() or c in "-_" for c in name)


def _kind(value: Any) -> str:
    names = {dict: "names with values", list: "a list", str: "text", type(None): "nothing"}
    return names.get(type(value), "a number")


def _merged(
    into: dict[str, Any], new: Mapping[str, Any], *above: Any
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Lay a table over another, and tell what does not fit there."""
    for key, value in new.items():
        ours = into.get(key)
        if ours is not None and _kind(ours) != _kind(value):
            yield (*above, key), f"'{key}' must be {_kind(ours)}, not {_kind(value)}"
        elif isinstance(value, dict) and isinstance(ours, dict):
            yield from _merged(ours, value, *above, key)
        else:
            into[key] = deepcopy(value)


def _line(path: Path, where: Sequence[Any]) -> int:
    """The line where a key of a prompt file stands, or what should hold it."""
    line, at = 1, lines(path)
    for key in where:
        try:
            line = at.lc.key(key)[0] + 1
            at = at[key]
        except (AttributeError, KeyError, TypeError):
            break
    return line


def _in_sentences(spoken: Any, known: Mapping[str, Any]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What is wrong with the sentences, given ours."""
    for key in known:
        if not spoken.get(key):
            yield ("spoken", key), f"'{key}' is missing"
    for key, variants in spoken.items():
        if key not in known:
            yield ("spoken", key), f"'{key}' is not known here"
        elif variants and (
            not isinstance(variants, list) or not all(isinstance(one, str) for one in variants)
        ):
            yield ("spoken", key), f"'{key}' must be a list of sentences"
        else:
            filled = {slot for one in known[key] for slot in slots(one)}
            for one in variants or ():
                try:
                    strange = sorted(slots(one) - filled)
                except ValueError:
                    yield ("spoken", key), f"'{key}' has a brace too many or too few"
                else:
                    if strange:
                        yield ("spoken", key), f"nothing fills {{{strange[0]}}} in '{key}'"


def _in_numbers(numbers: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    for number, word in numbers.items():
        if not isinstance(number, int) or not isinstance(word, str):
            yield ("numbers", number), f"'{number}' must be a whole number with a word"
    for number in range(61):
        if number not in numbers:
            yield ("numbers", number), f"the number {number} has no word"


def slots(sentence: str) -> set[str]:
    """What is filled in between braces; a slot with a format of its own counts as another slot.

    Raises:
        ValueError: a brace is not closed or not opened.
    """
    return {
        name + (f"!{how}" if how else "") + (f":{form}" if form else "")
        for _, name, form, how in Formatter().parse(sentence)
        if name is not None
    }
