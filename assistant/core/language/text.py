"""In: texts. Out: the same texts made comparable, and how far apart they are."""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher


def normalise(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces; an apostrophe joins ("zo'n")."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    kept = (c for c in folded if not unicodedata.combining(c) and c != "'")
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def words(text: str) -> list[str]:
    """The normalised words."""
    return normalise(text).split()


def distance(one: Sequence[object], other: Sequence[object]) -> int:
    """Levenshtein distance: insertions, deletions and replacements."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


def word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Wrong, missing and invented words, and the number of words that were said."""
    said = words(reference)
    return distance(said, words(heard)), len(said)


def similarity(one: str, other: str, least: float = 0.0) -> float:
    """How alike two strings are, by characters in common order: 0..1; 0 when under `least`."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # The two quick ones are upper bounds (difflib), a hundred times cheaper on talk.
    if least and (matcher.real_quick_ratio() < least or matcher.quick_ratio() < least):
        return 0.0
    likeness = matcher.ratio()
    return likeness if likeness >= least else 0.0


def covered(one: Sequence[str], other: Sequence[str]) -> list[float]:
    """The share (0..1) of each word's letters that the other side has too: `one`, then `other`.

    Spaces do not count: 'kern vraag' covers 'kernvraag'.
    """
    matcher = SequenceMatcher(None, "".join(one), "".join(other), autojunk=False)
    shared: tuple[set[int], set[int]] = (set(), set())
    for block in matcher.get_matching_blocks():
        shared[0].update(range(block.a, block.a + block.size))
        shared[1].update(range(block.b, block.b + block.size))
    shares = []
    for words_, there in zip((one, other), shared, strict=True):
        at = 0
        for word in words_:
            hits = sum(index in there for index in range(at, at + len(word)))
            shares.append(hits / len(word))
            at += len(word)
    return shares
