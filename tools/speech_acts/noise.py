"""In: a text and a share. Out: the text as a speech recogniser would give it, with so many words wrong.

Recognisers write another real word of like sound, lose short unstressed words, join and split words,
and give no capitals or marks; so does this. Shares of the kinds are those of published confusions of
Whisper on conversation: about six in ten wrong words are replaced, a quarter lost, the rest added.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from assistant.core.language.text import normalise

REPLACED, LOST, ADDED = 0.6, 0.25, 0.15

ALIKE = str.maketrans(
    {
        **dict.fromkeys("bp", "p"),
        **dict.fromkeys("dt", "t"),
        **dict.fromkeys("vfw", "f"),
        **dict.fromkeys("zs", "s"),
        **dict.fromkeys("gkcqx", "k"),
        **dict.fromkeys("mn", "n"),
        **dict.fromkeys("lr", "l"),
        **dict.fromkeys("aeiouyhj", ""),
    }
)
"""Consonants that are mistaken for one another; vowels do not count."""


def skeleton(word: str) -> str:
    """What a word sounds like, roughly: its consonants by class, doubles once."""
    found = ""
    for letter in word.translate(ALIKE):
        if not found.endswith(letter):
            found += letter
    return found


class Recogniser:
    """Makes the errors of a recogniser that knows these words.

    Args:
        words: the vocabulary, commoner words oftener.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in words:
            self._alike[skeleton(word)].append(word)
        self._short = [word for word in words if len(word) <= 3]

    def hear(self, text: str, share: float, random: np.random.Generator) -> str:
        """The text in small letters, without marks, and with this share of its words wrong."""
        heard: list[str] = []
        for word in normalise(text).split():
            chance = random.random()
            if chance < share * REPLACED:
                heard += self._other(word, random).split()
            elif chance < share * (REPLACED + LOST * (1.6 if len(word) <= 3 else 0.6)):
                continue
            elif chance > 1 - share * ADDED and self._short:
                heard += [word, self._pick(self._short, random)]
            else:
                heard.append(word)
        return " ".join(heard)

    def _other(self, word: str, random: np.random.Generator) -> str:
        """Another word of like sound, or the word misspelled."""
        bone = skeleton(word)
        near = [other for other in self._alike.get(bone, ()) if other != word]
        if not near and len(bone) > 1:
            cut = int(random.integers(0, len(bone)))
            near = self._alike.get(bone[:cut] + bone[cut + 1 :], [])
        if near and random.random() < 0.75:
            return self._pick(near, random)
        if len(word) > 7 and random.random() < 0.5:
            cut = int(random.integers(3, len(word) - 2))
            return f"{word[:cut]} {word[cut:]}"
        if len(word) > 3 and random.random() < 0.6:
            return word[:-1]
        vowels = [i for i, letter in enumerate(word) if letter in "aeiou"]
        if vowels:
            i = vowels[int(random.integers(0, len(vowels)))]
            return word[:i] + "aeiou"[int(random.integers(0, 5))] + word[i + 1 :]
        return self._pick(self._short, random) if self._short else word

    @staticmethod
    def _pick(choices: Sequence[str], random: np.random.Generator) -> str:
        return choices[int(random.integers(0, len(choices)))]
