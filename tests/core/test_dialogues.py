"""Each rule of the guard in the three seed methods, as dialogue: real sentences, the real judge."""

from pathlib import Path

import pytest
import yaml

from assistant.app.parts import judge
from assistant.core.actions import Flag
from assistant.core.events import Heard
from assistant.core.method import Method
from assistant.core.session.guard import COUNTS_AS
from assistant.core.speech import SpeechAct, Utterance
from assistant.inputs.library import Library, shipped_folder
from tests.playbook import Rehearsal

FOLDER = Path(__file__).parents[1] / "data" / "dialogues"
METHODS = ("seven-steps", "incident", "five-steps")
LIBRARY = Library([shipped_folder()])
JUDGE = judge(LIBRARY, "nl")

Said = tuple[str, str, str | None]


def dialogue(method: str) -> dict[str, list[Said]]:
    """Step -> who says what, and the act it should be marked for."""
    table = yaml.safe_load((FOLDER / f"{method}.yaml").read_text(encoding="utf-8"))
    return {
        step: [(who, text, flag[0] if flag else None) for who, text, *flag in said]
        for step, said in table.items()
    }


def held(method: Method) -> Rehearsal:
    return Rehearsal(*method.steps).announced()


def says(room: Rehearsal, who: str, text: str) -> SpeechAct | None:
    """The act for which this is marked."""
    room.told("speaker", name=who).passes(1)
    before = len(room.flags())
    start = room.now
    room.passes(2)
    utterance = Utterance(id=1000 + len(room.events), start=start, end=room.now, text=text)
    room.do(Heard(at=room.now, utterance=utterance, acts=JUDGE.score(text)))
    room.passes(3)
    new: list[Flag] = room.flags()[before:]
    return new[0].act if new else None


@pytest.mark.parametrize("name", METHODS)
def test_what_a_step_keeps_out_is_marked_and_what_it_lets_in_is_not(name: str) -> None:
    method = LIBRARY.method(name)
    room = held(method)
    wrong = []
    for number, step in enumerate(method.steps):
        if number:
            room.told("next").announced()
        for who, text, wanted in dialogue(name)[step.id]:
            found = says(room, who, text)
            if (found.value if found else None) != wanted:
                wrong.append((step.id, text, wanted, found))

    assert wrong == []


@pytest.mark.parametrize("name", METHODS)
def test_every_rule_of_every_step_is_in_its_dialogue(name: str) -> None:
    """A step added to a method, or a rule added to a step, asks for a line here."""
    can_be_heard = {code for codes in COUNTS_AS.values() for code in codes}
    for step in LIBRARY.method(name).steps:
        said = [SpeechAct(flag) for _, _, flag in dialogue(name)[step.id] if flag]
        covered = {code for act in said for code in COUNTS_AS[act]}
        assert set(step.forbidden) & can_be_heard <= covered, step.id


@pytest.mark.parametrize("name", ["seven-steps", "incident"])
def test_ideas_that_came_too_early_are_read_out_when_ideas_may_come(name: str) -> None:
    method = LIBRARY.method(name)
    room = held(method)
    assert says(room, "Els", "Je moet gewoon met die vader gaan praten.") is SpeechAct.SOLUTION
    while room.entered()[-1] != "brainstorm":
        room.told("next").announced()

    assert "earlier_intro" in room.said()
    assert any(line.startswith("earlier_item text=") for line in room.said())
