"""In: the sentences in corpus/ and the project's own prompts. Out: texts to train on, without end.

Real sentences teach how people speak here; mixed ones (other words in the same places), rows of
loose words and made-up words teach the model to hear sounds and not only phrases.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
CORPUS = FOLDER / "corpus"
HELD_OUT = FOLDER / "heldout"
WORDS = "words*.txt"

LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*'?")
OPTIONAL = re.compile(r"\[([^\]]*)\]")
SLOT = re.compile(r"\{\w+\}")

SYLLABLES = {
    "nl": (
        "b bl br d dr f fl g gr h j k kl kr l m n p pl pr r s sch sl sp st str t tr v vl w z zw",
        "a e i o u aa ee ie oo uu oe eu ui ij au ei",
        "- k l m n p r s t f ng cht st nd lt rk rs",
    ),
    "en": (
        "b bl br c cl cr d dr f fl fr g gr h j l m n p pl pr qu r s sh sl sp st str t th tr v w",
        "a e i o u ee oo ai ea ow oa",
        "- b ck d g l m n p r s t ll ng nd nt st sh th rk",
    ),
    "de": (
        "b bl br d dr f fl g gr h j k kl kr l m n p pf pl r s sch schl sp st str t tr w z zw",
        "a e i o u ä ö ü au ei eu ie",
        "- b ch d f g l ll m n ng nd r rk s st t tz ck",
    ),
}
"""How syllables are spelled: beginnings, middles, ends (- is none). For made-up words only."""

REAL, MIXED, LOOSE, INVENTED = 0.52, 0.22, 0.2, 0.06
"""Shares of the kinds of text."""


def plain(text: str) -> str:
    """The words alone, in small letters: what two texts are compared by."""
    return " ".join(LETTERS.findall(text.lower().replace("’", "'")))


def sentences(language: str) -> list[str]:
    """The written sentences of a language, in corpus/, without those that are held out."""
    kept_out = {plain(text) for text in held_out(language)}
    found: dict[str, str] = {}
    for path in sorted((CORPUS / language).glob("*.txt")):
        if not path.match(WORDS):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.strip() and plain(line) not in kept_out:
                    found.setdefault(plain(line), line.strip())
    return list(found.values())


def words(language: str) -> list[str]:
    """The loose words of a language."""
    paths = sorted((CORPUS / language).glob(WORDS))
    return [word for path in paths for word in path.read_text(encoding="utf-8").split()]


def held_out(language: str) -> list[str]:
    """Sentences that are only measured with, never trained on."""
    paths = sorted((HELD_OUT / language).glob("*.txt"))
    return [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def demonstrations(language: str) -> tuple[list[str], list[str]]:
    """The lines of the demonstration scripts, and the names of the people in them."""
    lines: list[str] = []
    names: list[str] = []
    for path in sorted((ROOT / "prompts" / language / "demo").glob("*.yaml")):
        script = yaml.safe_load(path.read_text(encoding="utf-8"))
        names += [person["name"] for person in script["people"]]
        lines += [line["says"] for scene in script["scenes"] for line in scene["lines"]]
    return list(dict.fromkeys(lines)), list(dict.fromkeys(names))


def commands(language: str) -> list[str]:
    """The templates of the spoken commands, as prompts/ has them."""
    path = ROOT / "prompts" / language / "commands.yaml"
    if not path.exists():
        return []
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [template for templates in data["intents"].values() for template in templates]


@dataclass(frozen=True)
class _Language:
    code: str
    sentences: list[str]
    demonstrations: list[str]
    commands: list[str]
    names: list[str]
    common: list[str]
    rare: list[str]


class Corpus:
    """Texts of one language to train on.

    Args:
        language: two letters.
        random: what chooses.
    """

    def __init__(self, language: str, random: np.random.Generator) -> None:
        self._random = random
        written = sentences(language)
        kept_out = {plain(text) for text in held_out(language)}
        lines, names = demonstrations(language)
        # The first word of a sentence has a capital of the sentence, not of its own.
        common = [_bare(word) for text in written for word in text.split()[1:]]
        loose = [*words(language), *dict.fromkeys(common)]
        self._all = _Language(
            code=language,
            sentences=[text for text in written if plain(text) not in kept_out],
            demonstrations=[text for text in lines if plain(text) not in kept_out],
            commands=commands(language),
            names=names or ["Eva", "Jan"],
            common=[word for word in common if word],
            rare=[word for word in loose if word],
        )

    def __iter__(self) -> Iterator[str]:
        while True:
            text = self.one()
            if text:
                yield text

    def one(self) -> str:
        """One text: a sentence with its end mark, or a few words."""
        kind = self._random.random()
        if kind < REAL:
            return self._real()
        if kind < REAL + MIXED:
            return self._mixed()
        if kind < REAL + MIXED + LOOSE:
            return self._row(self._any_word)
        return self._row(self._made_up)

    def _pick(self, choices: list[str]) -> str:
        return choices[int(self._random.integers(0, len(choices)))]

    def _real(self) -> str:
        kind = self._random.random()
        if kind < 0.08 and self._all.commands:
            return self._command()
        if kind < 0.18 and self._all.demonstrations:
            return self._pick(self._all.demonstrations)
        return self._pick(self._all.sentences)

    def _command(self) -> str:
        """A template with every optional part in or out, and its slots filled."""
        text = OPTIONAL.sub(
            lambda part: part[1] if self._random.random() < 0.5 else "",
            self._pick(self._all.commands),
        )
        filled = SLOT.sub(lambda slot: self._filling(slot[0][1:-1]), text)
        filled = " ".join(filled.split())
        return f"{filled[:1].upper()}{filled[1:]}." if filled else ""

    def _filling(self, slot: str) -> str:
        if slot == "name":
            return self._pick(self._all.names)
        if slot in {"text", "question"}:
            return self._pick(self._all.sentences)[:-1]
        return self._pick(NUMBERS[self._all.code].split())

    def _mixed(self) -> str:
        """A sentence in which about a third of the longer words are replaced."""
        parts = self._real().split()
        for number, part in enumerate(parts):
            bare = _bare(part)
            if len(bare) > 3 and self._random.random() < 0.4:
                parts[number] = part.replace(bare, self._any_word())
        text = " ".join(parts)
        return text[:1].upper() + text[1:]

    def _row(self, word: Any) -> str:
        count = int(self._random.integers(1, 9))
        found = [self._any_word() if self._random.random() < 0.4 else word() for _ in range(count)]
        text = " ".join(found)
        return text[:1].upper() + text[1:] + self._pick([".", ".", "?"])

    def _any_word(self) -> str:
        if self._random.random() < 0.05:
            return self._pick(self._all.names)
        return self._pick(self._all.rare if self._random.random() < 0.7 else self._all.common)

    def _made_up(self) -> str:
        starts, middles, ends = (part.split() for part in SYLLABLES[self._all.code])
        count = int(self._random.integers(1, 4))
        return "".join(
            self._pick(starts) + self._pick(middles) + self._pick(ends).strip("-")
            for _ in range(count)
        )


NUMBERS = {
    "nl": "een twee drie vier vijf zes zeven acht tien vijftien twintig",
    "en": "one two three four five six seven eight ten fifteen twenty",
    "de": "eins zwei drei vier fünf sechs sieben acht zehn fünfzehn zwanzig",
}


def _bare(word: str) -> str:
    """A word without the marks around it."""
    return word.strip(".,?!'’-")
