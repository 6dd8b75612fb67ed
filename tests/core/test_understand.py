"""From text to what it means: a command, or its speech acts."""

from assistant.core.events import Heard
from assistant.core.language.acts import Acts
from assistant.core.language.commands import Commands
from assistant.core.language.understand import Understanding
from assistant.core.speech import Intent, SpeechAct, Utterance
from assistant.inputs.library import Library, shipped_folder


def heard(text: str) -> Heard:
    library = Library([shipped_folder()])
    table = library.table("nl", "commands")
    commands = Commands(table, library.phrases("nl").numbers, table["address"])
    understand = Understanding(commands, Acts(library.table("nl", "acts")))
    event = Heard(at=5.0, utterance=Utterance(id=1, start=1.0, end=2.0, text=text))
    return understand(event, names=("Noor",), state="running")


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
