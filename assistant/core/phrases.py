"""In: the sentences of one language (data from prompts/). Out: a sentence, its slots filled.

Sentences come in variants that take turns, so that an hour with the assistant does not sound like
one sentence repeated. Numbers are filled in as words: a voice stumbles over digits less often than
people think, but 'één minuut' and '1 minuten' are not the same manners.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Everything the assistant can say in one language."""

    language: str
    """Two letters: nl, en, de."""
    spoken: Mapping[str, tuple[str, ...]]
    """Key of the situation -> variants, with {slots}."""
    numbers: Mapping[int, str]
    """0..60 as words."""

    def pick(self, key: str, turn: int = 0, **slots: object) -> str:
        """The sentence for a situation; the variant rotates with `turn`.

        Raises:
            KeyError: no such situation (the library checks at start that all are there).
        """
        variants = self.spoken[key]
        return variants[turn % len(variants)].format(**slots)

    def number(self, value: float) -> str:
        """A whole number as words where the list has it, else as digits."""
        whole = round(value)
        return self.numbers.get(whole, str(whole))

    def minutes(self, seconds: float) -> str:
        """A length of time as people say it: 'ten minutes', 'one minute', 'half a minute'."""
        if seconds < 45:
            return self.spoken["less_than_a_minute"][0]
        whole = max(1, round(seconds / 60))
        if whole == 1:
            return self.spoken["one_minute_span"][0]
        return self.spoken["minutes_span"][0].format(n=self.number(whole))
