"""In: nothing. Out: the score of a session: Method, Step, and what a step allows and keeps.

A method file in methods/ has exactly these fields (inputs/library.py checks it with pydantic and
names file and line of a mistake). Text that people hear is kept per language, keyed 'nl', 'en', …
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar


class Contribution(StrEnum):
    """The kinds of contribution that a step lets in or keeps out (codes of the method sources)."""

    STORY = "story"
    OPEN_QUESTION = "open_question"
    CLOSED_QUESTION = "closed_question"
    SUGGESTIVE_QUESTION = "suggestive_question"
    ANSWER = "answer"
    IMPRESSION = "impression"
    HYPOTHESIS = "hypothesis"
    QUALITY = "quality"
    IDEA = "idea"
    ADVICE = "advice"
    JUDGEMENT = "judgement"
    REACTION = "reaction"
    CHOICE = "choice"
    PLAN = "plan"
    LEARNING = "learning"
    WRITING = "writing"
    META = "meta"


class Who(StrEnum):
    """Who a rule is about."""

    EVERYONE = "everyone"
    PRESENTER = "presenter"
    OTHERS = "others"
    """Everyone but the presenter."""
    NOBODY = "nobody"
    """Silent thinking or writing."""


class CaptureKind(StrEnum):
    """What is kept for the report."""

    CASE = "case"
    """A situation somebody offers in the first round."""
    STORY = "story"
    """The case that was chosen, as the presenter tells it."""
    LEARNING_QUESTION = "learning_question"
    CORE_QUESTION = "core_question"
    QUALITY = "quality"
    INSIGHT = "insight"
    IDEA = "idea"
    PARKED_IDEA = "parked_idea"
    """An idea that came too early; the guard makes these, no step asks for them."""
    CHOICE = "choice"
    ACTION = "action"
    AGREEMENT = "agreement"
    TAKEAWAY = "takeaway"
    """One sentence each, at the end."""
    MARK = "mark"
    """Somebody said 'mark this'."""


class CaptureBy(StrEnum):
    """How the guard recognises what to keep."""

    EVERY = "every"
    """Each utterance that is not a command."""
    LEAD = "lead"
    """What follows a spoken lead-in ('my learning question is …')."""
    ACT = "act"
    """An utterance whose speech act fits the kind (ideas: solutions; actions: own plans …)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRule:
    """What a step keeps for the report, and how it knows it when it hears it."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    what: CaptureKind
    by: CaptureBy
    keep: str = "all"
    """'all', or 'last' when a later one replaces an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a method."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    """Short, unique in the method, English, kebab-case."""
    name: dict[str, str]
    """As it is announced, per language."""
    minutes: float
    """Planned minutes for a group of six."""
    elastic: bool = True
    """Whether the minutes may shrink or grow (silent thinking and the closing round: false)."""
    minutes_from: str = "source"
    """'source' when the source names the minutes, 'own' when we chose them."""
    speaks: Who
    silent: tuple[Who, ...] = ()
    """Who must not speak; the guard reminds them."""
    round: bool = False
    """Whether people speak one by one, in turn."""
    allowed: tuple[Contribution, ...]
    forbidden: tuple[Contribution, ...] = ()
    explain: dict[str, tuple[str, ...]]
    """Short sentences (15 words at most) spoken after the step is announced."""
    questions: dict[str, tuple[str, ...]]
    """Example questions, shown on the screen and spoken on request."""
    keeps: tuple[CaptureRule, ...] = ()
    reads: tuple[CaptureKind, ...] = ()
    """What is read out after the explanation: parked ideas, the learning question …"""
    note: str = ""
    """For whoever edits the file: where the step comes from and what is our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A whole method: what it is, for whom, and its steps in order."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    """File name without '.yaml'."""
    name: dict[str, str]
    aliases: tuple[str, ...] = ()
    """Other ids under which it may be asked for ('zeven-stappen')."""
    about: dict[str, str]
    """One or two plain sentences: what it is for."""
    source: str
    """Where the steps come from, and what is our own."""
    level: str = "beginner"
    """'beginner', 'middle' or 'advanced'."""
    group: tuple[int, int] = (3, 8)
    """Smallest and largest group it suits."""
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> float:
        """Planned minutes of all steps together."""
        return sum(step.minutes for step in self.steps)

    def fitted(self, minutes: float) -> "Method":
        """The same method in so many minutes: elastic steps shrink or grow alike, others stay.

        Silent thinking and the closing round are not elastic, so they keep their time.

        Raises:
            ValueError: the steps that cannot shrink, and one minute for each other step, take longer.
        """
        elastic = [step for step in self.steps if step.elastic]
        fixed = self.minutes - sum(step.minutes for step in elastic)
        if minutes < fixed + len(elastic):
            raise ValueError(f"{fixed + len(elastic):.0f}")
        factor = (minutes - fixed) / sum(step.minutes for step in elastic) if elastic else 1.0
        return replace(
            self,
            steps=tuple(
                replace(step, minutes=max(1.0, step.minutes * factor)) if step.elastic else step
                for step in self.steps
            ),
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which every step can be spoken, sorted."""
        spoken = [set(self.name)] + [set(step.name) & set(step.explain) for step in self.steps]
        return tuple(sorted(set.intersection(*spoken)))
