"""Spoken commands: what is one, what is not, and what is heard badly."""

import random
import time

import pytest

from assistant.core.language.commands import Commands
from assistant.core.speech import Command, Intent
from assistant.inputs.library import Library, shipped_folder

NAMES = ("Noor", "Bram", "Els", "Daan", "Sofie")


def grammar(language: str) -> Commands:
    library = Library([shipped_folder()])
    table = library.table(language, "commands")
    return Commands(table, library.phrases(language).numbers, table["address"])


DUTCH, ENGLISH = grammar("nl"), grammar("en")

SPOKEN_NL = [
    ("Volgende stap.", Intent.NEXT),
    ("volgende", Intent.NEXT),
    ("De volgende stap graag.", Intent.NEXT),
    ("Door naar de volgende.", Intent.NEXT),
    ("We zijn klaar met deze stap.", Intent.NEXT),
    ("Assistent, volgende stap alsjeblieft.", Intent.NEXT),
    ("Vorige stap.", Intent.PREVIOUS),
    ("Even een stap terug.", Intent.PREVIOUS),
    ("Herhaal de stap.", Intent.REPEAT),
    ("Zeg dat nog eens.", Intent.REPEAT),
    ("Pauze.", Intent.PAUSE),
    ("Even pauze graag.", Intent.PAUSE),
    ("Zet de klok maar stil.", Intent.PAUSE),
    ("Storing!", Intent.PAUSE),
    ("Ga verder.", Intent.RESUME),
    ("Hervat.", Intent.RESUME),
    ("Start de klok weer.", Intent.RESUME),
    ("Hoe lang hebben we nog?", Intent.TIME_LEFT),
    ("Hoeveel tijd hebben we nog?", Intent.TIME_LEFT),
    ("Meer tijd graag.", Intent.MORE_TIME),
    ("Sla deze stap maar over.", Intent.SKIP),
    ("Markeer dit.", Intent.MARK),
    ("Schrijf dat even op.", Intent.MARK),
    ("Opname uit.", Intent.RECORDING_OFF),
    ("Opname aan.", Intent.RECORDING_ON),
    ("Luister weer mee.", Intent.RECORDING_ON),
    ("Dat was geen oplossing.", Intent.NOT_A_SOLUTION),
    ("Einde sessie.", Intent.END),
    ("Maak het verslag.", Intent.END),
    ("Wat kan ik zeggen?", Intent.HELP),
]
SPOKEN_EN = [
    ("Next step, please.", Intent.NEXT),
    ("Move on.", Intent.NEXT),
    ("We are done with this step.", Intent.NEXT),
    ("Assistant, go back.", Intent.PREVIOUS),
    ("Say that again.", Intent.REPEAT),
    ("Hold on.", Intent.PAUSE),
    ("Stop the clock.", Intent.PAUSE),
    ("Resume.", Intent.RESUME),
    ("How much time do we have left?", Intent.TIME_LEFT),
    ("A bit more time, please.", Intent.MORE_TIME),
    ("Skip this step.", Intent.SKIP),
    ("Write that down.", Intent.MARK),
    ("Off the record.", Intent.RECORDING_OFF),
    ("Recording on.", Intent.RECORDING_ON),
    ("That was not a solution.", Intent.NOT_A_SOLUTION),
    ("End the session.", Intent.END),
    ("What can I say?", Intent.HELP),
]
TALK_NL = [
    "De volgende stap in mijn loopbaan was een andere school.",
    "Dat was belangrijk voor haar.",
    "Toen ben ik gestopt.",
    "Ik moest even pauze nemen.",
    "Nog vijf minuten later belde hij.",
    "We gaan verder met ons leven zei ze.",
    "Hij wilde terug naar de vorige groep.",
    "Ik heb het woord niet gehad.",
    "Zij had geen tijd meer voor mij.",
    "Het was de derde stap die ze zette.",
    "De klok stond stil in die kamer.",
    "Ik wist niet wat ik moest zeggen.",
    "Wat zei je toen tegen hem?",
    "Hoe lang speelt deze situatie al?",
    "Hoeveel tijd kost dat je per week?",
    "Ik heb meer tijd nodig voor mijn kinderen.",
    "Dat was geen fijne middag.",
    "We kiezen altijd de makkelijkste weg.",
    "Ik ben Sofie haar moeder tegengekomen.",
    "Bram heeft het vaak over vroeger gehad.",
    "Mijn vraag is wat jullie zouden doen.",
    "De opname in het ziekenhuis duurde lang.",
    "Ja.",
    "Nee, nog niet.",
    "Precies.",
    "Ga je dan ook naar huis?",
    "Ik help hem elke dag.",
    "Zij is verder niet meer gekomen.",
    "Terugkijkend was dat te snel.",
    "Het verslag was nog niet klaar.",
]
TALK_EN = [
    "The next step in my career was another school.",
    "That was important for her.",
    "Then I stopped.",
    "I needed a break that day.",
    "Five more minutes later he called.",
    "She wanted to go back to the old group.",
    "What did you say to him?",
    "How long has this been going on?",
    "I need more time for my children.",
    "Yes.",
    "Not yet.",
    "I help him every day.",
    "Record keeping is not my strength.",
]


@pytest.mark.parametrize(("text", "intent"), SPOKEN_NL)
def test_dutch_commands_are_understood(text: str, intent: Intent) -> None:
    command = DUTCH.parse(text, NAMES, "paused" if intent is Intent.RESUME else "running")
    assert command is not None
    assert command.intent is intent


@pytest.mark.parametrize(("text", "intent"), SPOKEN_EN)
def test_english_commands_are_understood(text: str, intent: Intent) -> None:
    command = ENGLISH.parse(text, NAMES, "paused" if intent is Intent.RESUME else "running")
    assert command is not None
    assert command.intent is intent


@pytest.mark.parametrize("text", TALK_NL)
def test_dutch_talk_is_never_a_command(text: str) -> None:
    assert DUTCH.parse(text, NAMES, "running") is None


@pytest.mark.parametrize("text", TALK_EN)
def test_english_talk_is_never_a_command(text: str) -> None:
    assert ENGLISH.parse(text, NAMES, "running") is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Nog vijf minuten.", 5),
        ("Nog vijf minuten erbij.", 5),
        ("Graag nog tien minuutjes extra.", None),
        ("Nog 3 minuten erbij", 3),
        ("Nog een minuutje.", 1),
        ("Verleng met twee minuten.", 2),
        ("Voeg vijf minuten toe.", 5),
    ],
)
def test_minutes_are_read_from_words_and_digits(text: str, minutes: float | None) -> None:
    command = DUTCH.parse(text, NAMES, "running")
    assert command is not None
    assert command.intent is Intent.MORE_TIME
    if minutes is not None:
        assert command.minutes == minutes


def test_steps_are_read_from_numbers() -> None:
    assert DUTCH.parse("Ga naar stap drie.", NAMES, "running") == Command(
        intent=Intent.GOTO, step=3
    )
    assert ENGLISH.parse("Back to step two.", NAMES, "running") == Command(
        intent=Intent.GOTO, step=2
    )


@pytest.mark.parametrize(
    ("text", "intent", "name"),
    [
        ("Het woord is aan Noor.", Intent.SPEAKER, "Noor"),
        ("Het woord is aan els.", Intent.SPEAKER, "Els"),
        ("Het woord is aan dan.", Intent.SPEAKER, "Daan"),
        ("Het woord is aannoor.", Intent.SPEAKER, "Noor"),
        ("Het woord is aan soffie.", Intent.SPEAKER, "Sofie"),
        ("We kiezen de casus van soffie.", Intent.CHOOSE_CASE, "Sofie"),
        ("We nemen de casus van Bram.", Intent.CHOOSE_CASE, "Bram"),
        ("Bram is aan het woord.", Intent.SPEAKER, "Bram"),
    ],
)
def test_names_are_found_however_they_are_heard(text: str, intent: Intent, name: str) -> None:
    assert DUTCH.parse(text, NAMES, "running") == Command(intent=intent, name=name)


def test_a_name_that_nobody_has_is_no_command() -> None:
    assert DUTCH.parse("Het woord is aan Willemijn.", NAMES, "running") is None


@pytest.mark.parametrize(
    ("text", "intent", "rest"),
    [
        (
            "Mijn leervraag is hoe ik rustig blijf.",
            Intent.LEARNING_QUESTION,
            "Hoe ik rustig blijf",
        ),
        ("De kern vraag is wat heb ik nodig?", Intent.CORE_QUESTION, "Wat heb ik nodig?"),
        (
            "Dus de kernvraag is: waar ligt mijn grens tussen helpen en redden als zij steeds blijft"
            " bellen en ik eigenlijk weet dat ik zelf ook rust nodig heb",
            Intent.CORE_QUESTION,
            "Waar ligt mijn grens tussen helpen en redden als zij steeds blijft bellen en ik"
            " eigenlijk weet dat ik zelf ook rust nodig heb",
        ),
    ],
)
def test_what_follows_a_lead_in_is_kept_word_for_word(text: str, intent: Intent, rest: str) -> None:
    assert DUTCH.parse(text, NAMES, "running") == Command(intent=intent, text=rest)


def test_state_decides_what_go_on_means() -> None:
    paused, running = (
        DUTCH.parse("Verder.", NAMES, "paused"),
        DUTCH.parse("Verder.", NAMES, "running"),
    )
    assert paused is not None
    assert running is not None
    assert (paused.intent, running.intent) == (Intent.RESUME, Intent.NEXT)


def garble(text: str, random_: random.Random) -> str:
    """One letter in each of some words changed, as bad hearing does."""
    words = text.rstrip(".?!").split()
    for index in random_.sample(range(len(words)), k=max(1, len(words) // 4)):
        word = words[index]
        at = random_.randrange(len(word))
        words[index] = word[:at] + random_.choice("aeiounrst") + word[at + 1 :]
    return " ".join(words)


def test_longer_commands_survive_one_badly_heard_word_in_four() -> None:
    random_ = random.Random(1)
    long = [(text, intent) for text, intent in SPOKEN_NL if len(text.split()) >= 3]
    tries = [(garble(text, random_), intent) for text, intent in long for _ in range(10)]
    state = {Intent.RESUME: "paused"}
    right = [
        found is not None and found.intent is intent
        for text, intent in tries
        for found in [DUTCH.parse(text, NAMES, state.get(intent, "running"))]
    ]
    assert sum(right) / len(right) >= 0.85


def test_understanding_takes_no_time_that_anybody_notices() -> None:
    start = time.perf_counter()
    for text in TALK_NL:
        DUTCH.parse(text, NAMES, "running")
    # The goal is 5 ms; ten times as much only shows that something is badly wrong.
    assert (time.perf_counter() - start) / len(TALK_NL) < 0.05
