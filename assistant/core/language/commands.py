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

from assistant.core.language.text import covered, distance, normalise, similarity
from assistant.core.speech import Command, Intent

SHORT = 10
"""Letters up to which a command is short."""
NEARLY = 0.88
"""Likeness that a short command needs."""
ALIKE = 0.8
"""Likeness that a longer one needs: about one letter in five wrong."""
LEAD = 0.88
"""Likeness of a lead-in ('mijn leervraag is'), which is followed by free text: 'mijn vraag is' is none."""
COUNTED = 0.86
"""Likeness that a command with a number needs: people talk about minutes all the time."""
AROUND = 0.8
"""Likeness of the words around a name, and of the address word."""
LONGER = 0.3
"""How much longer or shorter what was heard may be, as a share of the command."""
MOST_WORDS = 12
"""A longer utterance is never a command, lead-ins aside."""
SAME_NAME = 0.55
"""Likeness from which a name is one of the group's: 'soffie' is Sofie."""
SURE_NAME = 0.8
"""Likeness that a name needs after few words: 'dit is daar' is not Daan."""
WEIGHTY = 4
"""Letters from which a word must be more than half there, in what was said and in the command."""

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
    heard: tuple[str, ...]
    meant: tuple[str, ...]


class Commands:
    """The commands of one language.

    Args:
        table: prompts/<language>/commands.yaml: `intents` (intent -> sentences), `addressed` (the
            same, only after the address word), `fillers` (words that do not count), `decisive` (words
            that turn a meaning round), `unfinished` (what follows a lead-in that is only talked
            about), `nobody` (words that are no name) and `numbers` (more number words).
        numbers: number -> word.
        address: what the assistant is called; may stand before or after a command.
    """

    def __init__(self, table: Mapping[str, Any], numbers: Mapping[int, str], address: str) -> None:
        self._address = normalise(address)
        self._fillers = frozenset(normalise(filler) for filler in table.get("fillers", ()))
        self._numbers = {normalise(word): number for number, word in numbers.items()}
        for word, number in table.get("numbers", {}).items():
            self._numbers[normalise(str(word))] = number
        self._decisive = frozenset(normalise(word) for word in table.get("decisive", ()))
        self._nobody = frozenset(normalise(word) for word in table.get("nobody", ()))
        self._unfinished = tuple(normalise(word) + " " for word in table.get("unfinished", ()))
        self._templates = tuple(_compiled(table["intents"]))
        self._leads = tuple(one for one in self._templates if one.slot == "text")
        self._bare = self._stripped(self._templates)
        self._addressed = tuple(_compiled(table.get("addressed", {})))
        self._bare_addressed = self._stripped(self._addressed)

    def parse(self, text: str, names: Sequence[str], state: str) -> Command | None:
        """The command in an utterance.

        Args:
            text: as it was heard.
            names: of the participants, as they are spelled.
            state: 'running' or 'paused'; decides what 'verder' means.
        """
        heard = normalise(text).split()
        said = self._without_address(heard)
        lead = self._lead_in(text, said)
        if lead is not None or len(said) > MOST_WORDS:
            return lead
        found = self._found(said, names, called=len(said) < len(heard))
        if not found:
            return None
        best = max(found, key=lambda match: (match.likeness, match.letters))
        same = [match.command for match in found if match.likeness == best.likeness]
        wanted = Intent.RESUME if state == "paused" else Intent.NEXT
        if best.command.intent in (Intent.RESUME, Intent.NEXT):
            return next((one for one in same if one.intent is wanted), best.command)
        return best.command

    def _found(self, said: list[str], names: Sequence[str], *, called: bool) -> list[_Found]:
        # With its fillers, and without: 'dan' is a filler, and what is heard when Daan is named.
        bare = self._without(" ".join(said)).split()
        if not bare:
            return []
        found = [*self._matches(self._templates, said, names)]
        found += self._matches(self._bare, bare, names)
        if called:
            found += self._matches(self._addressed, said, names)
            found += self._matches(self._bare_addressed, bare, names)
        return [match for match in found if self._same_words(match)]

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
        while len(said) > 1 and said[0] in self._fillers:
            said = said[1:]
        for template in self._leads:
            length = len(template.before.split())
            literal = template.before.replace(" ", "")
            for count in range(max(1, length - 1), length + 3):
                if len(said) < count + 2:
                    continue
                start = "".join(said[:count])
                # Up to its verb: 'de leervraag was lastig' is talk about the question.
                likeness = similarity(start, literal, LEAD) if start.endswith(literal[-2:]) else 0
                if likeness and (best is None or likeness > best[0]):
                    best = (likeness, template, count)
        if best is None or f"{' '.join(said[best[2] :])} ".startswith(self._unfinished):
            return None
        skipped = len(normalise(text).split()) - len(said)
        original = _rest(text, best[2] + skipped)
        return Command(intent=best[1].intent, text=original) if original else None

    def _without(self, text: str) -> str:
        return " ".join(word for word in text.split() if not self._filler(word, WEIGHTY + 1))

    def _filler(self, word: str, least: int) -> bool:
        if word in self._fillers or len(word) < least or word in self._decisive:
            return word in self._fillers
        return any(len(f) == len(word) and distance(f, word) == 1 for f in self._fillers)

    def _stripped(self, templates: Sequence[_Template]) -> tuple[_Template, ...]:
        return tuple(
            _Template(one.intent, self._without(one.before), one.slot, self._without(one.after))
            for one in templates
        )

    def _same_words(self, found: _Found) -> bool:
        """Whether nothing of weight differs: 'kant' is no badly heard 'casus', nor 'een' 'geen'."""
        turned = [
            sorted(word for word in side if word in self._decisive)
            for side in (found.heard, found.meant)
        ]
        if turned[0] != turned[1]:
            return False
        words = (*found.heard, *found.meant)
        shares = zip(words, covered(found.heard, found.meant), strict=True)
        return all(
            share > 0.5 or len(word) < WEIGHTY or self._filler(word, WEIGHTY)
            for word, share in shares
        )

    def _matches(
        self, templates: Sequence[_Template], said: list[str], names: Sequence[str]
    ) -> Iterator[_Found]:
        heard = tuple(said)
        numbers = [number for word in said if (number := self._number(word)) is not None]
        # Without a list of names, the first or last word may be one.
        guessed = [w.capitalize() for w in {said[0], said[-1]} if w not in self._nobody]
        for template in templates:
            match template.slot:
                case None:
                    yield from _whole(template, heard)
                case "name" if names:
                    yield from _named(template, heard, names)
                case "name" if len(template.before + template.after) > SHORT:
                    yield from _named(template, heard, guessed)
                case "minutes" | "step":
                    for word, value in numbers:
                        yield from _counted(template, heard, word, value)
                case _:
                    pass

    def _number(self, word: str) -> tuple[str, float] | None:
        """The number in a word, and how it is written there; 'vijfminuten' holds one too."""
        if word.isdigit():
            return word, float(word)
        if word in self._numbers:
            return word, float(self._numbers[word])
        if len(word) < 4:
            return None
        near = [n for n in self._numbers if n[0] == word[0] and abs(len(n) - len(word)) <= 2]
        best = max(near, key=lambda known: similarity(known, word), default="")
        if similarity(best, word) >= NEARLY:
            return word, float(self._numbers[best])
        ends = [n for n in self._numbers if len(n) > 2 and (word.startswith(n) or word.endswith(n))]
        longest = max(ends, key=len, default=None)
        return None if longest is None else (longest, float(self._numbers[longest]))


def _compiled(intents: Mapping[str, Sequence[str]]) -> Iterator[_Template]:
    for intent, sentences in intents.items():
        for sentence in sentences:
            yield from _compile(Intent(intent), sentence)


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


def _needed(letters: int) -> float:
    return NEARLY if letters <= SHORT else ALIKE


def _whole(template: _Template, heard: tuple[str, ...]) -> Iterator[_Found]:
    meant = tuple(template.before.split())
    literal = "".join(meant)
    if abs(len(literal) - len("".join(heard))) > LONGER * len(literal):
        return
    likeness = similarity("".join(heard), literal, _needed(len(literal)))
    if likeness:
        yield _Found(likeness, len(literal), Command(intent=template.intent), heard, meant)


def _named(template: _Template, heard: tuple[str, ...], names: Sequence[str]) -> Iterator[_Found]:
    before, after = template.before.replace(" ", ""), template.after.replace(" ", "")
    letters, said = len(before) + len(after), "".join(heard)
    if not letters:
        return
    # The words around the name must fit by themselves, and so must the name.
    around = said[: len(before)] + said[len(said) - len(after) :]
    if not similarity(around, before + after, AROUND):
        return
    middle = said[len(before) : len(said) - len(after)] if len(said) > letters else ""
    for name in names:
        folded = normalise(name).replace(" ", "")
        likeness = similarity(said, before + folded + after, _needed(letters))
        likely = similarity(middle, folded)
        if letters > SHORT:
            likely = max(likely, similarity(said[len(before) - 1 :], folded))
        if likeness and likely >= (SAME_NAME if letters > SHORT else SURE_NAME):
            meant = (*template.before.split(), folded, *template.after.split())
            command = Command(intent=template.intent, name=name)
            yield _Found(likeness, letters, command, heard, meant)


def _counted(
    template: _Template, heard: tuple[str, ...], word: str, value: float
) -> Iterator[_Found]:
    meant = (*template.before.split(), word, *template.after.split())
    literal = "".join(meant)
    likeness = similarity("".join(heard), literal, COUNTED)
    if not likeness:
        return
    if template.slot == "step":
        command = Command(intent=template.intent, step=int(value))
    else:
        command = Command(intent=template.intent, minutes=value)
    yield _Found(likeness, len(literal), command, heard, meant)


def _rest(text: str, skip: int) -> str:
    """The text after so many words, with a capital."""
    counted = 0
    for match in re.finditer(r"\S+", text):
        counted += len(normalise(match.group()).split())
        if counted >= skip:
            rest = text[match.end() :].strip(" ,:;.-")
            return rest[:1].upper() + rest[1:]
    return ""
