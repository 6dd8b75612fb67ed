"""In: what was heard, the names in the group. Out: the command in it, or None.

A closed grammar: templates from prompts/<language>/commands.yaml. A sentence is a command only when
all of it is one (fillers and the address word aside): 'de volgende stap in mijn loopbaan' is talk.
Compared are letters without spaces, because speech recognition cuts words in other places ('kern
vraag', 'aannoor') and hears one word in four wrongly; short commands must be nearly exact.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.core.language.text import normalise, similarity
from assistant.core.speech import Command, Intent

SHORT = 8
"""Letters up to which a command is short."""
NEARLY = 0.9
"""Likeness that a short command needs."""
ALIKE = 0.8
"""Likeness that a longer one needs: about one letter in five wrong."""
LEAD = 0.88
"""Likeness of a lead-in ('mijn leervraag is'), which is followed by free text: 'mijn vraag is' is none."""
COUNTED = 0.86
"""Likeness that a command with a number needs: people talk about minutes all the time."""
AROUND = 0.8
"""Likeness of the words around a name, and of the address word."""
MOST_WORDS = 12
"""A longer utterance is never a command, lead-ins aside."""
SAME_NAME = 0.55
"""Likeness from which a name is one of the group's: 'soffie' is Sofie."""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Template:
    intent: Intent
    before: str
    slot: str | None
    after: str


@dataclass(frozen=True, slots=True)
class _Found:
    likeness: float
    letters: int
    command: Command


class Commands:
    """The commands of one language.

    Args:
        table: prompts/<language>/commands.yaml: `fillers`, `endings` and `intents`.
        numbers: number -> word.
        address: what the assistant is called; may stand before or after a command.
    """

    def __init__(self, table: Mapping[str, Any], numbers: Mapping[int, str], address: str) -> None:
        self._address = normalise(address)
        self._fillers = frozenset(normalise(filler) for filler in table.get("fillers", ()))
        self._numbers = {normalise(word): number for number, word in numbers.items()}
        for word, number in table.get("numbers", {}).items():
            self._numbers[normalise(str(word))] = number
        self._templates = tuple(
            template
            for intent, sentences in table["intents"].items()
            for sentence in sentences
            for template in _compile(Intent(intent), sentence)
        )
        self._bare = tuple(
            _Template(one.intent, self._without(one.before), one.slot, self._without(one.after))
            for one in self._templates
        )

    def parse(self, text: str, names: Sequence[str], state: str) -> Command | None:
        """The command in an utterance.

        Args:
            text: as it was heard.
            names: of the participants, as they are spelled.
            state: 'running' or 'paused'; decides what 'verder' means.
        """
        said = self._without_address(normalise(text).split())
        if not said:
            return None
        lead = self._lead_in(text, said)
        if lead is not None:
            return lead
        if len(said) > MOST_WORDS:
            return None
        # With its fillers, and without: 'dan' is a filler, and what is heard when Daan is named.
        bare = self._without(" ".join(said)).split()
        found = [*self._matches(self._templates, said, names)]
        found += self._matches(self._bare, bare, names) if bare else ()
        if not found:
            return None
        best = max(found, key=lambda match: (match.likeness, match.letters))
        same = [match.command for match in found if match.likeness == best.likeness]
        wanted = Intent.RESUME if state == "paused" else Intent.NEXT
        if best.command.intent in (Intent.RESUME, Intent.NEXT):
            return next((one for one in same if one.intent is wanted), best.command)
        return best.command

    def _without_address(self, said: list[str]) -> list[str]:
        if self._address and len(said) > 1:
            if similarity(said[0], self._address) >= AROUND:
                return said[1:]
            if similarity(said[-1], self._address) >= AROUND:
                return said[:-1]
        return said

    def _lead_in(self, text: str, said: list[str]) -> Command | None:
        """A sentence that begins with a lead-in and goes on with at least two words."""
        best: tuple[float, _Template, int] | None = None
        for template in self._templates:
            if template.slot != "text":
                continue
            length = len(template.before.split())
            literal = template.before.replace(" ", "")
            for count in range(max(1, length - 1), length + 3):
                if len(said) < count + 2:
                    continue
                likeness = similarity("".join(said[:count]), literal)
                if likeness >= LEAD and (best is None or likeness > best[0]):
                    best = (likeness, template, count)
        if best is None:
            return None
        skipped = len(normalise(text).split()) - len(said)
        original = _rest(text, best[2] + skipped)
        return Command(intent=best[1].intent, text=original) if original else None

    def _without(self, text: str) -> str:
        return " ".join(word for word in text.split() if word not in self._fillers)

    def _matches(
        self, templates: Sequence[_Template], said: list[str], names: Sequence[str]
    ) -> Iterator[_Found]:
        heard = "".join(said)
        numbers = [(word, value) for word in said if (value := self._number(word)) is not None]
        for template in templates:
            match template.slot:
                case None:
                    yield from _whole(template, heard)
                case "name":
                    yield from _named(template, heard, names)
                case "minutes" | "step":
                    for word, value in numbers:
                        yield from _counted(template, heard, word, value)
                case _:
                    pass

    def _number(self, word: str) -> float | None:
        if word.isdigit():
            return float(word)
        if word in self._numbers:
            return float(self._numbers[word])
        if len(word) < 4:
            return None
        near = [n for n in self._numbers if n[0] == word[0] and abs(len(n) - len(word)) <= 2]
        best = max(near, key=lambda known: similarity(known, word), default="")
        return float(self._numbers[best]) if similarity(best, word) >= NEARLY else None


def _compile(intent: Intent, sentence: str) -> Iterator[_Template]:
    """One template for each choice of the optional [words]."""
    parts = re.split(r"(\[[^\]]*\])", sentence)
    choices = [("", part[1:-1]) if part.startswith("[") else (part,) for part in parts]
    for chosen in itertools.product(*choices):
        whole = "".join(chosen)
        slot = _SLOT.search(whole)
        if slot is None:
            yield _Template(intent, normalise(whole), None, "")
        else:
            before, after = whole[: slot.start()], whole[slot.end() :]
            yield _Template(intent, normalise(before), slot.group(1), normalise(after))


def _enough(likeness: float, letters: int) -> bool:
    return likeness >= (NEARLY if letters <= SHORT else ALIKE)


def _whole(template: _Template, heard: str) -> Iterator[_Found]:
    literal = template.before.replace(" ", "")
    if abs(len(literal) - len(heard)) > 0.3 * len(literal):
        return
    likeness = similarity(heard, literal)
    if _enough(likeness, len(literal)):
        yield _Found(likeness, len(literal), Command(intent=template.intent))


def _named(template: _Template, heard: str, names: Sequence[str]) -> Iterator[_Found]:
    before, after = template.before.replace(" ", ""), template.after.replace(" ", "")
    literals = len(before) + len(after)
    if not literals:
        return
    # The words around the name must fit by themselves, and so must the name.
    around = similarity(heard[: len(before)] + heard[len(heard) - len(after) :], before + after)
    if around < AROUND:
        return
    middle = heard[len(before) : len(heard) - len(after)] if len(heard) > literals else ""
    for name in names:
        folded = normalise(name).replace(" ", "")
        likeness = similarity(heard, before + folded + after)
        likely = max(similarity(middle, folded), similarity(heard[len(before) - 1 :], folded))
        if not _enough(likeness, literals) or likely < SAME_NAME:
            continue
        command = Command(intent=template.intent, name=name)
        yield _Found(likeness, literals, command)


def _counted(template: _Template, heard: str, word: str, value: float) -> Iterator[_Found]:
    literal = (template.before + word + template.after).replace(" ", "")
    if abs(len(literal) - len(heard)) > 0.3 * len(literal):
        return
    likeness = similarity(heard, literal)
    if likeness < COUNTED:
        return
    if template.slot == "step":
        command = Command(intent=template.intent, step=int(value))
    else:
        command = Command(intent=template.intent, minutes=value)
    yield _Found(likeness, len(literal), command)


def _rest(text: str, skip: int) -> str:
    """The text after so many words, with a capital."""
    counted = 0
    for match in re.finditer(r"\S+", text):
        counted += len(normalise(match.group()).split())
        if counted >= skip:
            rest = text[match.end() :].strip(" ,:;.-")
            return rest[:1].upper() + rest[1:]
    return ""
