"""In: the words of an utterance. Out: its features, as numbered places in a table of weights.

What a linear model can see of an utterance: its words, pairs and triples, how it begins and ends,
letters within words (for misheard ones), and the same with words replaced by their class ('you',
'must', 'negation' …), so that what was learned about "kun je niet" also holds for "kon ze nooit".
Classes are lists in prompts/<language>/classes.yaml; every other word has the part of speech that a
lexicon gives it. The features are hashed: no vocabulary is kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from assistant.core.language.text import normalise

SIZE = 1 << 17
"""Places in the table."""
START, END = "<", ">"
OTHER = "*"
NOUNS = frozenset({"N", "Nm", "NN", "NN1", "NN2"})
"""Parts of speech of nouns, in the tag sets of the three languages."""
ENDINGS = (4, 3, 2)
"""How many last letters tell a word's part of speech, longest first."""
CLAUSE = re.compile(r"[.,;:?!]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What words are, apart from what they mean.

    Attributes:
        tags: word -> its part of speech, or its two likeliest ('N/Vpet').
        lemmas: word -> the form under which a dictionary has it.
        endings: last letters (two to four) -> the commonest part of speech of words that end so.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    lemmas: Mapping[str, str] = field(default_factory=dict)
    endings: Mapping[str, str] = field(default_factory=dict)

    def tag(self, word: str) -> str:
        """A word's part of speech, else by its ending, else OTHER."""
        found = self.tags.get(word)
        for length in ENDINGS:
            found = found or self.endings.get(word[-length:])
        return found or OTHER


class Features:
    """The features of one language.

    Args:
        classes: name of a class -> its words; a word may be in several, the first counts.
        lexicon: for words without a class.
    """

    def __init__(self, classes: Mapping[str, Sequence[str]], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._class: dict[str, str] = {}
        for name, words in classes.items():
            for word in words:
                self._class.setdefault(normalise(word), name.upper())

    def noun(self, word: str) -> str | None:
        """Which kind of noun a word is; None when it is none, or has a class."""
        key = normalise(word)
        tag = self._lexicon.tag(key)
        return tag if tag in NOUNS and key not in self._class else None

    def places(self, text: str) -> list[int]:
        """The places of an utterance's features; each counts once."""
        return sorted({crc32(name.encode()) % SIZE for name in self.names(text)})

    def names(self, text: str) -> Iterator[str]:
        """The features by name."""
        words = normalise(text).split()
        yield from _marks(text)
        yield f"n{min(len(words), 24) // 3}"
        yield from _sequence("w", [START, *words, END], 3)
        kinds = [self._class.get(word, OTHER) for word in words]
        mixed = [word if kind == OTHER else kind for word, kind in zip(words, kinds, strict=True)]
        yield from _sequence("m", [START, *mixed, END], 4)
        yield from _sequence("c", [START, *_squeezed(kinds), END], 5)
        tags = self._tags(words)
        yield from _sequence("t", [START, *tags, END], 5)
        bare = [self._lexicon.tag(word) for word in words]
        yield from _sequence("T", [START, *bare, END], 4)
        lemmas = [self._lexicon.lemmas.get(word, word) for word in words]
        yield from _sequence("L", [START, *lemmas, END], 2)
        yield from (f"s {one} {other}" for one, other in _pairs(mixed, 2, 4))
        yield from (
            f"g {one} {other}" for one, other in _pairs(tags, 1, 6) if OTHER not in one + other
        )
        for word in words:
            yield from _letters(word)
        for place, word in enumerate(words[:3]):
            yield f"f{place} {word}"
            yield f"F{place} {kinds[place]}"
        yield from (f"has {kind}" for kind in set(kinds) - {OTHER})
        for clause in CLAUSE.split(text):
            yield from self._clause(normalise(clause).split())

    def _tags(self, words: Sequence[str]) -> list[str]:
        return [self._class.get(word) or self._lexicon.tag(word) for word in words]

    def _clause(self, words: Sequence[str]) -> Iterator[str]:
        """How a clause begins and ends: an order begins with its verb, a question with its word."""
        tags = self._tags(words)
        if tags:
            yield from (f"C{length} {' '.join(tags[:length])}" for length in (1, 2, 3))
            yield f"Cw {words[0]} {' '.join(tags[1:3])}"
            yield f"E {' '.join(tags[-2:])}"


def _marks(text: str) -> Iterator[str]:
    """Marks, where the transcriber gives any: a question without its mark is common."""
    if any(mark in text for mark in ".,?!"):
        yield "marked"
        yield "asked" if "?" in text else "not asked"


def _sequence(prefix: str, words: Sequence[str], longest: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        for first in range(len(words) - length + 1):
            yield f"{prefix} {' '.join(words[first : first + length])}"


def _pairs(words: Sequence[str], least: int, most: int) -> Iterator[tuple[str, str]]:
    """Words that stand so far apart, `most` not included."""
    for first, word in enumerate(words):
        for other in words[first + least : first + most]:
            yield word, other


def _squeezed(kinds: Sequence[str]) -> list[str]:
    """Runs of words without a class as one."""
    found: list[str] = []
    for kind in kinds:
        if kind != OTHER or not found or found[-1] != OTHER:
            found.append(kind)
    return found


def _letters(word: str) -> Iterator[str]:
    whole = f"{START}{word}{END}"
    for length in (3, 4, 5):
        for first in range(len(whole) - length + 1):
            yield f"l {whole[first : first + length]}"
