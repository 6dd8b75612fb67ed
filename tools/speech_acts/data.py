"""In: the files in data/. Out: labelled utterances, by the round in which they were written.

A round is one author with one world of work; to measure, whole rounds are kept apart, because two
lines of one author are more alike than two of one label.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.core.language.text import normalise

FOLDER = Path(__file__).parent / "data"
LANGUAGES = ("nl", "en", "de")
HELD = "held"
"""How the files of rounds begin that are kept back."""

SOLUTIONS = (
    *("direct", "hedged", "imperative", "impersonal"),
    *("conditional", "tried", "why_not", "experience"),
)
LABELS = frozenset(
    {
        *("open_question", "open_question.autonomy", "closed_question", "suggestive_question"),
        *(f"solution.{kind}" for kind in SOLUTIONS),
        *("judgement", "appreciation", "impression", "hypothesis", "story"),
        *("reported", "reported.advice", "own_plan", "help", "reaction", "learning"),
        *("procedure", "procedure.proposal", "procedure.rule", "procedure.summary"),
        *("command", "other"),
    }
)
"""As GUIDE.md has them."""


@dataclass(frozen=True)
class Line:
    """One utterance.

    Attributes:
        text: as it is said.
        labels: one or more of LABELS, in the order of the clauses.
        language: two letters.
        round: the file's name without its end.
        number: the line in that file, from 1.
    """

    text: str
    labels: tuple[str, ...]
    language: str
    round: str
    number: int

    @property
    def acts(self) -> frozenset[str]:
        """The acts without their kind."""
        return frozenset(label.partition(".")[0] for label in self.labels)

    @property
    def advises(self) -> bool:
        """Whether it holds a solution or advice."""
        return "solution" in self.acts


def read(path: Path) -> Iterator[Line]:
    """The lines of one file.

    Raises:
        ValueError: a line has no text, or a label that the guide does not know.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        labels, mark, text = line.partition("|")
        found = tuple(label.strip() for label in labels.split("+"))
        if not mark or not text.strip() or not LABELS.issuperset(found):
            raise ValueError(f"{path}, line {number}: {line!r} is no label | text")
        yield Line(text.strip(), found, path.parent.name, path.stem, number)


def lines(language: str) -> list[Line]:
    """The lines of a language to learn from: each once, none that is measured with."""
    seen = {normalise(line.text) for line in held_back(language)}
    found: list[Line] = []
    for path in sorted((FOLDER / language).glob("*.txt")):
        if not path.stem.startswith(HELD):
            for line in read(path):
                if normalise(line.text) not in seen:
                    seen.add(normalise(line.text))
                    found.append(line)
    return found


def held_back(language: str) -> list[Line]:
    """The rounds that are only measured with: nothing was learned or chosen by them."""
    return [
        line for path in sorted((FOLDER / language).glob(f"{HELD}*.txt")) for line in read(path)
    ]
