"""In: frames/<language>.yaml. Out: utterances made from sentence patterns, each with its label.

The same thing to do ('talk to his father') put into advice, a story, a plan, a question, a rule: so
the model learns that not what is spoken of counts, but what is done with it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tools.speech_acts.data import Line

FOLDER = Path(__file__).parent / "frames"
SLOT = re.compile(r"\{(\w+)\}")
SPACES = re.compile(r"\s+(?=[.,?!])|(?<=\s)\s+|^\s+|\s+$")


def made(language: str, each: int, random: np.random.Generator) -> Iterator[Line]:
    """Utterances from every pattern of a language; none when it has no patterns.

    Args:
        language: two letters.
        each: of every pattern.
        random: which words fill them.
    """
    path = FOLDER / f"{language}.yaml"
    if not path.is_file():
        return
    table: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    number = 0
    for label, patterns in table["frames"].items():
        for pattern in patterns:
            for _ in range(each if SLOT.search(pattern) else 1):
                number += 1
                yield Line(filled(pattern, table, random), (label,), language, "frames", number)


def filled(pattern: str, table: dict[str, Any], random: np.random.Generator) -> str:
    """A pattern with its places filled; all forms of the verb in it are of one verb."""
    forms = FORMS[table["order"]](_one(table["does"], random))

    def word(slot: re.Match[str]) -> str:
        name = slot[1]
        return forms[name] if name in forms else str(_one(table[name], random))

    text = SPACES.sub("", SLOT.sub(word, pattern))
    return text[0].upper() + text[1:]


def _one(choices: list[Any], random: np.random.Generator) -> Any:
    return choices[int(random.integers(len(choices)))]


def _verb_last(row: list[str]) -> dict[str, str]:
    """Dutch and German: the object before the verb, but after it in a main clause and an order."""
    what, order, present, past, infinitive, participle, *rest = row
    loose = rest[0] if rest else ""
    joined = loose if loose and " " not in loose else ""
    """A separable part, written as one with the verb: 'opbellen', 'op te bellen', 'opgebeld'."""
    tail = "" if joined else loose
    to = f"{joined} te {infinitive}" if joined else f"te {infinitive}"
    return {
        "obj": what,
        "prt": loose,
        "imp": f"{order} {what} {loose}".strip(),
        "imp1": order,
        "fin": order,
        "fin1": order,
        "past": past,
        "inf": f"{what} {tail} {joined}{infinitive}".replace("  ", " "),
        "te": f"{what} {tail} {to}".replace("  ", " "),
        "part": f"{what} {tail} {joined}{participle}".replace("  ", " "),
        "sub": f"{what} {tail} {joined}{present}".replace("  ", " "),
        "sub2": f"{present} {what} {loose}".strip(),
        "e": "",
    }


def _german(row: list[str]) -> dict[str, str]:
    """As Dutch, but 'anzurufen' is one word, and the second person has its own form."""
    what, order, present, past, infinitive, participle, *rest = row
    loose = rest[0] if rest else ""
    to = f"{loose}zu{infinitive}" if loose else f"zu {infinitive}"
    return {
        **_verb_last(row),
        "imp1": order,
        "fin": present,
        "past": past,
        "te": f"{what} {to}",
        "sub": f"{what} {loose}{present}",
        "part": f"{what} {loose}{participle}",
    }


def _english(row: list[str]) -> dict[str, str]:
    """Base form, -ing form, past tense, past participle and third person, each with its object."""
    return dict(zip(("base", "ing", "past", "part", "third_person"), row, strict=True))


FORMS = {"verb last": _verb_last, "german": _german, "english": _english}
