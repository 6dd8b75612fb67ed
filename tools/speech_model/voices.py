"""In: a random generator and a language. Out: a synthetic voice: who, how fast, how high.

Some variants are never trained on: with them the model is measured on voices it does not know.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LANGUAGES = ("nl", "en", "de")

ACCENTS: dict[str, dict[str, float]] = {
    "nl": {"nl": 1.0},
    "en": {
        "en": 0.55,
        "en-gb-x-rp": 0.15,
        "en-us": 0.15,
        "en-gb-scotland": 0.05,
        "en-gb-x-gbcwmd": 0.04,
        "en-029": 0.03,
        "en-us-nyc": 0.03,
    },
    "de": {"de": 1.0},
}
"""Voices of eSpeak NG for a language, and how often each is used. Left out: English in the Shavian
alphabet, which is spelling and no voice, and Lancaster, which is kept for the test."""

STRANGE_ACCENTS: dict[str, dict[str, float]] = {
    **ACCENTS,
    "en": {"en": 0.5, "en-gb-x-rp": 0.1, "en-us": 0.2, "en-gb-x-gbclan": 0.2},
}
"""Those of the voices that are never trained with."""

CORE = ("", "m1", "m2", "m3", "m4", "m6", "m7", "m8", "f1", "f2", "f4", "f5")
"""The classic variants; pyttsx3 offers these, and the demonstration's people speak with them."""

NAMED = (
    *("Alex", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky"),
    *("Lee", "Marco", "Michael", "Mike", "Nguyen", "Reed", "RicishayMax", "Storm", "Tweaky"),
    *("adam", "anika", "announcer", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb"),
    *("david", "ed", "edward", "edward2", "grandma", "grandpa", "gustave", "ian", "iven", "iven2"),
    *("john", "kaukovalta", "marcelo", "max", "michel", "miguel", "mike2", "norbert", "pablo"),
    *("paul", "pedro", "quincy", "rob", "sandro", "shelby", "steph", "steph2", "travis", "victor"),
    "zac",
)
"""The others that sound like a person; robots, whispering and croaking voices are left out."""

UNSEEN = ("m5", "f3", "Andrea", "Mario", "linda", "robert")
"""Never in training: the voices that the model is tested with as strangers."""


@dataclass(frozen=True)
class Voice:
    """How a sentence is said. Rate in words a minute, pitch and liveliness 0 to 100."""

    name: str
    rate: int
    pitch: int
    range: int


def seen(random: np.random.Generator, language: str) -> Voice:
    """A voice to train with: two in three are of the classic variants."""
    variants = CORE if random.random() < 0.65 else NAMED
    return _voice(random, language, variants)


def unseen(random: np.random.Generator, language: str) -> Voice:
    """A voice that is never trained with."""
    return _voice(random, language, UNSEEN, STRANGE_ACCENTS)


def named(variant: str) -> Callable[[np.random.Generator, str], Voice]:
    """Always this variant, at any rate and pitch."""
    return lambda random, language: _voice(random, language, (variant,))


def _voice(
    random: np.random.Generator,
    language: str,
    variants: tuple[str, ...],
    known: dict[str, dict[str, float]] = ACCENTS,
) -> Voice:
    accents = known[language]
    accent = str(random.choice(list(accents), p=list(accents.values())))
    variant = str(random.choice(variants))
    return Voice(
        name=f"{accent}+{variant}" if variant else accent,
        rate=int(random.integers(125, 196)),
        pitch=int(random.integers(25, 76)),
        range=int(random.integers(30, 71)),
    )
