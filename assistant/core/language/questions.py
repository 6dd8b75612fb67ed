"""In: a learning question. Out: whether it asks about somebody else instead of own acting.

A learning question is about what the presenter himself can do: 'how do I stay calm when …', not 'how
do I get her to stop' (seeds s000 and s002). The words are in prompts/<language>/questions.yaml.
"""

import re
from collections.abc import Mapping
from typing import Any

from assistant.core.language.text import normalise


class LearningQuestions:
    """Judges learning questions of one language.

    Args:
        table: `own` and `other` (words), `changing` (patterns of wanting to change the other).
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._own = frozenset(normalise(word) for word in table["own"])
        self._other = frozenset(normalise(word) for word in table["other"])
        self._changing = tuple(re.compile(pattern) for pattern in table["changing"])

    def about_other(self, text: str) -> bool:
        """Whether it is surely about somebody else; in doubt it is not."""
        plain = normalise(text)
        if any(pattern.search(plain) for pattern in self._changing):
            return True
        words = plain.split()
        return self._own.isdisjoint(words) and not self._other.isdisjoint(words)
