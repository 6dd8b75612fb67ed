"""From text to what it means: a command, or its speech acts."""

import pytest
from ruamel.yaml import YAML

from assistant.core.events import Heard
from assistant.core.language.acts import Acts
from assistant.core.language.commands import Commands
from assistant.core.language.names import Names
from assistant.core.language.questions import LearningQuestions
from assistant.core.language.understand import Understanding
from assistant.core.session.guard import AUDIBLE, QUIET
from assistant.core.speech import Intent, SpeechAct, Utterance
from assistant.inputs.library import Library, shipped_folder


def dutch() -> Understanding:
    library = Library([shipped_folder()])
    table = library.table("nl", "commands")
    commands = Commands(table, library.phrases("nl").numbers, table["address"])
    return Understanding(
        commands,
        Acts(library.table("nl", "acts")),
        Names(library.table("nl", "names")),
        LearningQuestions(library.table("nl", "questions")),
    )


UNDERSTAND = dutch()
DEMO = YAML(typ="safe", pure=True).load(shipped_folder() / "prompts/nl/demo/seven-steps.yaml")
NAMES = tuple(person["name"] for person in DEMO["people"])
LINES = [line for scene in DEMO["scenes"] for line in scene["lines"]]
EARLY = [
    line
    for scene in DEMO["scenes"]
    if scene["step"] in {"inventory", "introduction", "questions", "core-question"}
    for line in scene["lines"]
    if "flag" not in line
]
WARNED = {
    SpeechAct.SOLUTION,
    SpeechAct.SUGGESTIVE_QUESTION,
    SpeechAct.CLOSED_QUESTION,
    SpeechAct.JUDGEMENT,
}


def heard(text: str) -> Heard:
    event = Heard(at=5.0, utterance=Utterance(id=1, start=1.0, end=2.0, text=text))
    return UNDERSTAND(event, names=NAMES, state="running")


def test_a_command_is_no_contribution() -> None:
    event = heard("Volgende stap.")

    assert event.command is not None
    assert event.command.intent is Intent.NEXT
    assert [score.act for score in event.acts] == [SpeechAct.COMMAND]


def test_talk_has_acts_and_no_command() -> None:
    event = heard("Je moet gewoon met de directeur gaan praten.")

    assert event.command is None
    assert event.acts[0].act is SpeechAct.SOLUTION


def test_the_words_and_times_stay_as_they_were() -> None:
    event = heard("Hm.")

    assert event.utterance.text == "Hm."
    assert event.at == 5.0
    assert event.acts == ()


@pytest.mark.parametrize("line", [one for one in LINES if "flag" in one], ids=lambda o: o["says"])
def test_what_the_demonstration_flags_is_sure_enough_to_speak_up(line: dict[str, str]) -> None:
    acts = {str(score.act): score.probability for score in heard(line["says"]).acts}
    assert acts[line["flag"]] >= AUDIBLE


@pytest.mark.parametrize("line", EARLY, ids=lambda one: one["says"])
def test_what_the_demonstration_does_not_flag_is_left_in_peace(line: dict[str, str]) -> None:
    loud = {score.act for score in heard(line["says"]).acts if score.probability >= QUIET}
    assert not loud & WARNED


@pytest.mark.parametrize("line", [one for one in LINES if "until" in one], ids=lambda o: o["says"])
def test_every_order_in_the_demonstration_is_understood(line: dict[str, str]) -> None:
    assert heard(line["says"]).command is not None


def test_only_a_lead_in_makes_a_long_utterance_a_command() -> None:
    long = "wat ik nodig heb om rustig te blijven " * 4
    assert heard("volgende stap " + long).command is None
    command = heard("Mijn leervraag is " + long).command
    assert command is not None
    assert command.intent is Intent.LEARNING_QUESTION
