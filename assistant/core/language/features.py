"""In: the words of an utterance. Out: its features, as numbered places in a table of weights.

What a linear model can see of an utterance: its words, pairs and triples, how it begins and ends,
letters within words (for misheard ones), and the same with words replaced by their class ('you',
'modal', 'negation' …), so that what was learned about "kun je niet" also holds for "could ze nooit".
Classes are lists in prompts/<language>/acts.yaml. The features are hashed: no vocabulary is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from assistant.core.language.text import normalise

SIZE = 1 << 17
"""Places in the table."""
START, END = "<", ">"
OTHER = "*"


class Features:
    """The features of one language.

    Args:
        classes: name of a class -> its words; a word may be in several, the first counts.
    """

    def __init__(self, classes: Mapping[str, Sequence[str]]) -> None:
        self._class: dict[str, str] = {}
        for name, words in classes.items():
            for word in words:
                self._class.setdefault(normalise(word), name.upper())

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
        bones = [START, *_squeezed(kinds), END]
        yield from _sequence("c", bones, 5)
        for first, second in _pairs(mixed):
            yield f"s {first} {second}"
        for word in words:
            yield from _letters(word)
        for place, word in enumerate(words[:3]):
            yield f"f{place} {word}"
            yield f"F{place} {kinds[place]}"
        for kind in set(kinds) - {OTHER}:
            yield f"has {kind}"


def _marks(text: str) -> Iterator[str]:
    """Marks, where the transcriber gives any: a question without its mark is common."""
    if any(mark in text for mark in ".,?!"):
        yield "marked"
        yield "asked" if "?" in text else "not asked"


def _sequence(prefix: str, words: Sequence[str], longest: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        for first in range(len(words) - length + 1):
            yield f"{prefix} {' '.join(words[first : first + length])}"


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Words that stand two or three apart."""
    for first, word in enumerate(words):
        for other in words[first + 2 : first + 4]:
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
