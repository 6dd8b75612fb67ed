"""In: what was heard. Out: which speech acts it holds, each with a probability.

First rules, to be replaced behind the same call: patterns with weights from prompts/<language>/
acts.yaml, on text without case and punctuation. An utterance is judged sentence by sentence and may
hold several acts. The weights are set by hand on lines written for it; they order, they do not count.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.core.language.text import normalise
from assistant.core.speech import ActScore, SpeechAct

LEAST = 0.3
"""Scores under this are not worth mentioning."""
QUESTION_MARK = 0.2
"""What a question mark adds to a closed question: recognisers often lose it, rarely invent it."""


class Acts:
    """The rules of one language.

    Args:
        table: prompts/<language>/acts.yaml: `lists` (words that patterns refer to as <name>), `acts`
            (act -> [weight, pattern] …) and `never` (act -> patterns that rule it out).
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        lists = {name: "|".join(words) for name, words in table.get("lists", {}).items()}

        def compiled(pattern: str) -> re.Pattern[str]:
            for name, words in lists.items():
                pattern = pattern.replace(f"<{name}>", f"(?:{words})")
            return re.compile(pattern)

        self._rules = {
            SpeechAct(act): [(float(weight), compiled(pattern)) for weight, pattern in rules]
            for act, rules in table["acts"].items()
        }
        self._never = {
            SpeechAct(act): [compiled(pattern) for pattern in patterns]
            for act, patterns in table.get("never", {}).items()
        }

    def score(self, text: str) -> tuple[ActScore, ...]:
        """The acts in an utterance, most likely first; empty when no rule fits."""
        found: dict[SpeechAct, float] = {}
        for sentence in _sentences(text):
            for act, score in self._sentence(sentence).items():
                found[act] = max(score, found.get(act, 0.0))
        scores = [ActScore(act=act, probability=p) for act, p in found.items() if p >= LEAST]
        return tuple(sorted(scores, key=lambda score: -score.probability))

    def _sentence(self, sentence: str) -> dict[SpeechAct, float]:
        asked = sentence.rstrip().endswith("?")
        plain = normalise(sentence)
        found = {}
        for act, rules in self._rules.items():
            score = max((weight for weight, rule in rules if rule.search(plain)), default=0.0)
            if not score or any(rule.search(plain) for rule in self._never.get(act, ())):
                continue
            if act is SpeechAct.CLOSED_QUESTION and asked:
                score += QUESTION_MARK
            found[act] = min(score, 1.0)
        return found


def _sentences(text: str) -> Sequence[str]:
    return re.findall(r"[^.?!;]+[.?!;]*", text) or [text]
