"""In: what was heard, what the assistant just said. Out: whether it heard itself.

The gate keeps the assistant's voice out; this catches what still leaks. Compared are whole words,
folded, in order, and a wrong word in four must not hide the likeness. Short answers are never
dropped: a 'ja' or a name that the assistant also said is worth more than a clean record.
"""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

LEAST_WORDS = 4
"""Shorter utterances are always believed to be somebody's."""
ALIKE = 0.72
"""Share of characters in common order from which two texts are the same; three words in four."""


def is_own_voice(heard: str, said: Sequence[str]) -> bool:
    """Whether an utterance is (part of) a line that the assistant spoke."""
    words = _words(heard)
    if len(words) < LEAST_WORDS:
        return False
    lines = [_words(line) for line in said]
    # Two lines spoken in one breath come back as one utterance.
    joined = [one + after for one, after in pairwise(lines)]
    return any(_within(words, line) for line in [*lines, *joined])


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return "".join(kept).split()


def _within(heard: list[str], line: list[str]) -> bool:
    """Whether the heard words are like some stretch of the line of the same length."""
    text = " ".join(heard)
    width = min(len(heard), len(line))
    if width < LEAST_WORDS:
        return False
    stretches = (" ".join(line[at : at + width]) for at in range(len(line) - width + 1))
    # An utterance much longer than the line holds somebody's own words too: it is kept.
    return len(heard) <= len(line) * 1.5 and any(
        SequenceMatcher(None, text, stretch, autojunk=False).ratio() >= ALIKE
        for stretch in stretches
    )
