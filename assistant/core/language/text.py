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


def similarity(one: str, other: str) -> float:
    """How alike two strings are, by characters in common order (0..1)."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
