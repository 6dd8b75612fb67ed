"""In: a text and the names of the group. Out: the text without the names of other people.

Third persons have not agreed to anything, so their names are gone before anything is shown or kept.
Found by lists of first names, by forms of address ('mevrouw …') and by what comes before a capital
('the mother of …'); the words are in prompts/<language>/names.yaml. Whoever is called A stays A for
the rest of the session; which name that was is known only while the session runs.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.core.language.text import normalise
from assistant.core.speech import Word

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
ENDS_SENTENCE = re.compile(r"[.?!:]\s*$")
POSSESSIVE = re.compile(r"(?:['’]s?|s['’])$")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class _Word:
    first: int
    last: int
    text: str
    plain: str
    opens: bool
    """Whether it is the first of a sentence, where a capital says nothing."""

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(slots=True)
class Pseudonyms:
    """Who is called what in one session; kept in memory only."""

    pattern: str
    """How somebody is called: 'persoon {letter}'."""
    known: dict[str, str] = field(default_factory=dict)
    used: int = 0

    def of(self, name: str) -> str:
        """The pseudonym of a name, the same one every time."""
        if name not in self.known:
            letter = LETTERS[self.used % 26] + (str(self.used // 26 + 1) if self.used > 25 else "")
            self.known[name] = self.pattern.format(letter=letter)
            self.used += 1
        return self.known[name]

    def go_on(self, texts: Sequence[str]) -> None:
        """Take up after what a resumed session already holds, so that no letter means two people."""
        before, _, after = self.pattern.partition("{letter}")
        pattern = re.compile(rf"{re.escape(before)}([A-Z])(\d*){re.escape(after)}")
        for text in texts:
            for letter, round_ in pattern.findall(text):
                number = LETTERS.index(letter) + 26 * (int(round_) - 1 if round_ else 0)
                self.used = max(self.used, number + 1)


class Names:
    """Finds the names of third persons in one language.

    Args:
        table: prompts/<language>/names.yaml.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.pattern = str(table["pseudonym"])
        self._first = {normalise(name) for name in str(table["first_names"]).split()}
        self._ambiguous = {normalise(name) for name in table["ambiguous"]}
        self._titles = {normalise(title) for title in table["titles"]}
        self._relations = tuple(tuple(normalise(r).split()) for r in table["relations"])
        self._particles = {normalise(p) for p in table["particles"]}
        self._known = {normalise(word) for word in table["known"]}

    def find(self, text: str, members: Collection[str]) -> tuple[tuple[int, int], ...]:
        """Where third persons are named: first letter and behind the last, in order.

        Args:
            text: as the transcriber gives it; without any capital, lists and titles must do.
            members: names of the group, which are never taken. When none are known, a bare first
                name may be a member's and stays; titles and relations still count.
        """
        words = _words(text)
        ours = {part for name in members for part in normalise(name).split()}
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            length = self._name_at(words, at, ours)
            if length:
                last = words[at + length - 1]
                ending = POSSESSIVE.search(last.text)
                found.append((words[at].first, last.last - (len(ending[0]) if ending else 0)))
            at += max(1, length)
        return tuple(found)

    def _name_at(self, words: Sequence[_Word], at: int, ours: set[str]) -> int:
        """How many words from here on are one name; 0: none."""
        word = words[at]
        if not word.plain or word.plain in ours or word.plain in self._known:
            return 0
        if at and words[at - 1].plain in self._titles:
            return self._surname(words, at)
        related = word.capital and not word.opens and self._related(words, at)
        listed = bool(ours) and word.plain in self._first and self._surely(word, words)
        if not related and not listed:
            return 0
        follows = at + 1 < len(words) and not words[at + 1].opens
        if follows and words[at + 1].plain in self._particles:
            more = self._surname(words, at + 1)
            return 1 + more if words[min(at + more, len(words) - 1)].capital and more > 1 else 1
        surname = follows and words[at + 1].capital and words[at + 1].plain not in self._known
        return 2 if surname and words[at + 1].plain not in ours else 1

    def _surname(self, words: Sequence[_Word], at: int) -> int:
        """Particles and then the name: 'van der Berg'; after a title also in small letters."""
        length = 0
        while at + length < len(words) and words[at + length].plain in self._particles:
            length += 1
        if at + length >= len(words) or words[at + length].opens:
            return 0
        word = words[at + length]
        listed = word.plain in self._first
        capitals = any(w.capital and not w.opens for w in words)
        return length + 1 if word.capital or listed or (length and not capitals) else 0

    def _related(self, words: Sequence[_Word], at: int) -> bool:
        before = tuple(w.plain for w in words[max(0, at - 2) : at])
        return any(before[-len(r) :] == r for r in self._relations if len(r) <= len(before))

    def _surely(self, word: _Word, words: Sequence[_Word]) -> bool:
        """A name that is also a word counts only with a capital that means something."""
        if word.plain in self._ambiguous:
            return word.capital and not word.opens
        return word.capital or not any(w.capital for w in words)

    def called(
        self, text: str, members: Collection[str], called: Pseudonyms
    ) -> tuple["Place", ...]:
        """Where third persons are named, and what they are called instead."""
        return tuple(
            Place(first, last, called.of(normalise(text[first:last])))
            for first, last in self.find(text, members)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a text: its first letter, the place behind its last, and the pseudonym."""

    first: int
    last: int
    name: str


def without(text: str, places: Sequence[Place]) -> str:
    """The text with the pseudonyms."""
    for place in reversed(places):
        text = text[: place.first] + place.name + text[place.last :]
    return text


def words_without(words: Sequence[Word], text: str, places: Sequence[Place]) -> tuple[Word, ...]:
    """The words with pseudonyms: a name of two words becomes one, with the times of both.

    Empty when the words are not those of the text: rather no times than a name.
    """
    made: list[Word] = []
    at = 0
    for word in words:
        first = text.find(word.text, at)
        if first < 0:
            return ()
        at = last = first + len(word.text)
        place = next((p for p in places if first < p.last and p.first < last), None)
        if place is None:
            made.append(word)
        elif first <= place.first:
            behind = text[place.last : last] if place.last < last else ""
            made.append(replace(word, text=text[first : place.first] + place.name + behind))
        elif made:
            behind = text[place.last : last] if place.last < last else ""
            made[-1] = replace(made[-1], text=made[-1].text + behind, end=word.end)
    return tuple(made)


def _words(text: str) -> list[_Word]:
    return [
        _Word(
            match.start(),
            match.end(),
            match[0],
            normalise(POSSESSIVE.sub("", match[0])),
            not text[: match.start()].strip(" '’\"-")
            or bool(ENDS_SENTENCE.search(text[: match.start()])),
        )
        for match in WORD.finditer(text)
    ]
