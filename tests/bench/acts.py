"""In: a language. Out: how well its judge of speech acts listens, on utterances it never learned from.

Rows of four: what, the figure with its 95 % interval, the goal, how many utterances. The goals are
those of the project; a missed one is marked, not hidden.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tools.speech_acts import data, measure
from tools.speech_acts.measure import Figure, Judged

ROOT = Path(__file__).parents[2]
F1_GOAL = {"nl": 0.90, "en": 0.88, "de": 0.85}
RECALL_GOAL = 0.85
FALSE_GOAL = 4.0
TALK = "held_talk"
"""How the held-back rounds begin that are ordinary talk, as it comes."""
KINDS = (
    ("advice as a question", ("solution.tried", "solution.why_not"), 0.80),
    ("impersonal advice", ("solution.impersonal",), 0.75),
    ("own experience", ("solution.experience",), 0.75),
    ("other advice", ("solution.direct", "solution.hedged", "solution.imperative"), None),
    ("conditional advice", ("solution.conditional",), None),
)
OTHERS = (
    ("about the session", ("procedure",), 8.0),
    ("reported speech", ("reported",), 8.0),
    ("questions", ("open_question", "closed_question", "suggestive_question"), None),
    ("stories, plans, reactions", ("story", "own_plan", "reaction", "help"), None),
)
Row = tuple[str, str, str, str]


def rows(language: str) -> Iterator[Row]:
    """The whole table of a language."""
    from assistant.app.parts import judge
    from assistant.inputs.library import Library, shipped_folder

    known = judge(Library([shipped_folder()]), language)
    held = data.held_back(language)
    lines = [line for line in held if not line.round.startswith(TALK)]
    talk = [line for line in held if line.round.startswith(TALK)]
    if not lines:
        return
    clean = measure.judged(known, lines)
    goals = (f">= {F1_GOAL[language]}", "", f">= {RECALL_GOAL}", f"<= {FALSE_GOAL:.0f}")
    whole = measure.overall(clean)
    for figure, goal in zip(whole, goals, strict=True):
        yield _row(figure, goal)
    yield from _kinds(clean)
    for name, share, goal in (("small letters, no marks", 0.0, 0.03), ("15 % wrong", 0.15, None)):
        yield _worse(
            name, measure.judged(known, lines, measure.heard_badly(lines, share)), goal, whole
        )
    bad = measure.judged(known, lines, measure.heard_badly(lines, 0.3))
    yield _worse("30 % wrong", bad, 0.12, whole)
    if talk:
        ordinary = measure.judged(known, talk)
        false, _ = measure.an_hour(ordinary)
        count = str(int((~ordinary.truth).sum()))
        yield "ordinary talk, aloud: false in an hour", f"{false:.1f}", _goal(false, "<= 2"), count
        name = "ordinary talk, marked: false per 100"
        figure = measure.figure(name, measure.false_per_100, ordinary.truth, ordinary.quiet)
        yield _row(figure, "")
    _, recall = measure.an_hour(clean)
    count = str(int(clean.truth.sum()))
    yield "said aloud: recall", f"{recall:.2f}", _goal(recall, ">= 0.5"), count
    off = measure.expected_calibration_error(clean)
    yield "calibration error", f"{off:.3f}", _goal(off, "<= 0.05"), str(len(lines))
    took = measure.milliseconds(known, lines)
    yield "one utterance", f"{took:.2f} ms", _goal(took, "<= 5"), str(len(lines))
    size = (ROOT / "assistant" / "models" / "acts" / f"{language}.npz").stat().st_size / 1e6
    yield "file", f"{size:.1f} MB", _goal(size, "<= 10"), ""


def _kinds(found: Judged) -> Iterator[Row]:
    for name, labels, goal in KINDS:
        wanted = f">= {goal}" if goal else ""
        yield from _part(found, f"recall: {name}", labels, measure.recall, wanted)
    for name, labels, goal in OTHERS:
        wanted = f"<= {goal:.0f}" if goal else ""
        yield from _part(found, f"false per 100: {name}", labels, measure.false_per_100, wanted)


def _part(
    found: Judged,
    name: str,
    labels: tuple[str, ...],
    how: Callable[[measure.Bools, measure.Bools], float],
    goal: str,
) -> Iterator[Row]:
    advice = labels[0].startswith("solution")
    chosen = np.array(
        [
            line.advises == advice
            and any(label in labels or label.partition(".")[0] in labels for label in line.labels)
            for line in found.lines
        ]
    )
    if chosen.any():
        yield _row(measure.figure(name, how, found.truth[chosen], found.quiet[chosen]), goal)


def _worse(name: str, found: Judged, goal: float | None, whole: list[Figure]) -> Row:
    figure = measure.figure(f"F1, {name}", measure.f1, found.truth, found.quiet)
    wanted = f">= {whole[0].value - goal:.2f}" if goal is not None else ""
    return _row(figure, wanted)


def _row(figure: Figure, goal: str) -> Row:
    return figure.name, str(figure), _goal(figure.value, goal), str(figure.count)


def _goal(value: float, goal: str) -> str:
    """The goal, with a word when it is missed."""
    if not goal:
        return ""
    sign, _, number = goal.partition(" ")
    met = value >= float(number) if sign == ">=" else value <= float(number)
    return goal if met else f"{goal} MISSED"


LANGUAGES = {"nl": "Dutch", "en": "English", "de": "German"}
BEGIN, END = "<!-- figures: acts -->", "<!-- end -->"


def tables() -> dict[str, list[Row]]:
    """The tables of all languages that have something to measure by."""
    return {language: found for language in LANGUAGES if (found := list(rows(language)))}


def shown(found: dict[str, list[Row]]) -> str:
    """The tables as plain text."""
    parts = []
    for language, table in found.items():
        parts.append(f"\n{LANGUAGES[language]}: what was just said")
        parts += [f"  {name:<50}{figure:<22}{goal}" for name, figure, goal, _ in table]
    return "\n".join(parts)


def document(found: dict[str, list[Row]], path: Path = ROOT / "README.md") -> None:
    """Write the tables into the README, a column for each language, missed goals in bold."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    names = list(dict.fromkeys(row[0] for table in found.values() for row in table))
    lines = [
        "| | " + " | ".join(LANGUAGES[language] for language in found) + " |",
        "|---|" + "---|" * len(found),
    ]
    for name in names:
        cells = [_cell(next((row for row in t if row[0] == name), None)) for t in found.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    path.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    _, figure, goal, _ = row
    bold = f"**{figure}**" if goal.endswith("MISSED") else figure
    return (
        f"{bold}, goal {goal.removesuffix(' MISSED').replace('>=', '≥').replace('<=', '≤')}"
        if goal
        else bold
    )
