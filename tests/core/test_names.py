"""Names of people outside the group: noticed, and gone before anything is kept."""

import pytest

from assistant.core.events import Heard
from assistant.core.language.acts import Acts
from assistant.core.language.commands import Commands
from assistant.core.language.names import Names, Pseudonyms
from assistant.core.language.questions import LearningQuestions
from assistant.core.language.understand import Understanding
from assistant.core.speech import Utterance, Word
from assistant.inputs.library import Library, shipped_folder

LIBRARY = Library([shipped_folder()])
GROUP = ("Els", "Bram", "Daan", "Jan-Willem")


def understanding(language: str = "nl") -> Understanding:
    table = LIBRARY.table(language, "commands")
    return Understanding(
        Commands(table, LIBRARY.phrases(language).numbers, table["address"]),
        Acts(LIBRARY.table(language, "acts")),
        Names(LIBRARY.table(language, "names")),
        LearningQuestions(LIBRARY.table(language, "questions")),
    )


def heard(text: str) -> Heard:
    words = tuple(
        Word(text=word, start=float(i), end=i + 0.5, probability=0.9)
        for i, word in enumerate(text.split())
    )
    return Heard(at=60.0, utterance=Utterance(id=1, start=0.0, end=9.0, text=text, words=words))


def written(text: str, *, language: str = "nl", group: tuple[str, ...] = GROUP) -> str:
    found = understanding(language)(heard(text), names=group, state="running")
    assert " ".join(word.text for word in found.utterance.words) == found.utterance.text
    return found.utterance.text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Ik heb met mevrouw De Vries gesproken.", "Ik heb met mevrouw persoon A gesproken."),
        ("De moeder van Kofi belde gisteren.", "De moeder van persoon A belde gisteren."),
        ("Toen zei Fatima dat Els gelijk had.", "Toen zei persoon A dat Els gelijk had."),
        ("Karim van den Berg, die kwam binnen.", "persoon A, die kwam binnen."),
        ("toen zei meneer van dijk niets", "toen zei meneer persoon A niets"),
        ("toen was karim te laat", "toen was persoon A te laat"),
        ("Ik sprak Sanne's moeder.", "Ik sprak persoon A's moeder."),
        ("Ik zag Ingrid en toen weer Ingrid.", "Ik zag persoon A en toen weer persoon A."),
    ],
)
def test_a_third_person_becomes_a_letter(said: str, kept: str) -> None:
    assert written(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "Bram, wat vind jij daarvan?",
        "Jan-Willem en Els hebben dat ook.",
        "Mevrouw, mag ik iets vragen?",
        "De juf vroeg iets in de klas.",
        "Wil je dat nog eens zeggen?",
        "Ik ga in mei naar Amsterdam.",
        "Het ging mark en bloem en roos niet aan.",
        "Hoop doet leven, zegt men.",
        "Bas begint met een rondje.",
    ],
)
def test_the_group_and_plain_words_stay(said: str) -> None:
    assert written(said) == said


def test_english_has_its_own_lists() -> None:
    assert written("I spoke to Mrs Johnson.", language="en") == "I spoke to Mrs person A."
    assert written("Will you ask Mark in May?", language="en") == "Will you ask person A in May?"


def test_whoever_is_a_stays_a_and_the_next_is_b() -> None:
    understand = understanding()
    texts = [
        understand(heard(text), names=GROUP, state="running").utterance.text
        for text in ("Karim kwam.", "Fatima kwam.", "Daarna zag ik Karim weer.")
    ]
    assert texts == ["persoon A kwam.", "persoon B kwam.", "Daarna zag ik persoon A weer."]


def test_a_session_that_goes_on_gives_no_letter_twice() -> None:
    understand = understanding()
    understand.go_on(["Toen kwam persoon A.", "En persoon C ook."])

    again = understand(heard("Karim kwam."), names=GROUP, state="running")
    assert again.utterance.text == "persoon D kwam."


def test_more_people_than_letters_still_have_one_each() -> None:
    called = Pseudonyms("persoon {letter}")
    names = [called.of(f"naam{number}") for number in range(60)]

    assert len(set(names)) == 60
    assert names[26] == "persoon A2"
    later = Pseudonyms("persoon {letter}")
    later.go_on([f"Dit is {names[-1]}."])
    assert later.of("nieuw") not in names


def test_a_group_of_unknown_names_keeps_bare_first_names() -> None:
    """Without names of the group nobody can tell whose it is; forms of address still count."""
    assert written("Karim vroeg wat.", group=()) == "Karim vroeg wat."
    assert written("Ik belde mevrouw Jansen.", group=()) == "Ik belde mevrouw persoon A."


def test_the_learning_question_is_kept_without_the_name() -> None:
    found = understanding()(
        heard("Mijn leervraag is hoe ik rustig blijf bij Karim."), names=GROUP, state="running"
    )
    assert found.command is not None
    assert "persoon A" in (found.command.text or "")
    assert found.named == 1
    assert "Karim" not in repr(found)


def test_a_name_of_two_words_has_the_times_of_both() -> None:
    found = understanding()(heard("Ik zag Karim Jansen daar."), names=GROUP, state="running")

    assert [(w.text, w.start, w.end) for w in found.utterance.words][2] == ("persoon A", 2.0, 3.5)


def test_words_that_are_not_the_texts_own_are_dropped_rather_than_shown() -> None:
    said = heard("Toen kwam Karim.")
    other = Heard(
        at=1.0,
        utterance=Utterance(
            id=1, start=0.0, end=1.0, text=said.utterance.text, words=said.utterance.words[::-1]
        ),
    )
    found = understanding()(other, names=GROUP, state="running")

    assert found.utterance.words == ()
    assert "Karim" not in repr(found)


@pytest.mark.parametrize(
    ("language", "question", "other"),
    [
        ("nl", "hoe ik rustig blijf als een leerling mij uitdaagt", False),
        ("nl", "wat heb ik nodig om nee te zeggen tegen mijn collega", False),
        ("nl", "hoe kan hij leren om op tijd te komen", True),
        ("nl", "hoe krijg ik hem zover dat hij luistert", True),
        ("nl", "hoe zorg ik ervoor dat mijn team harder werkt", True),
        ("nl", "waarom doet de moeder zo moeilijk", True),
        ("nl", "hoe werkt gezag eigenlijk", False),
        ("en", "how I stay calm when a pupil challenges me", False),
        ("en", "how do I get my manager to listen", True),
        ("en", "why is the mother so difficult", True),
        ("en", "what I need to say no to them", False),
    ],
)
def test_a_learning_question_is_about_own_acting(language: str, question: str, other: bool) -> None:
    assert LearningQuestions(LIBRARY.table(language, "questions")).about_other(question) is other
