"""Spoken commands: what is one, what is not, and what is heard badly."""

import random
import time

import pytest

from assistant.core.language.commands import Commands
from assistant.core.speech import Command, Intent
from assistant.inputs.library import Library, shipped_folder

NAMES = ("Noor", "Bram", "Els", "Daan", "Sofie", "Eva")


def grammar(language: str) -> Commands:
    library = Library([shipped_folder()])
    table = library.table(language, "commands")
    return Commands(table, library.phrases(language).numbers, table["address"])


DUTCH, ENGLISH = grammar("nl"), grammar("en")


def each(lines: str) -> list[tuple[str, Intent]]:
    pairs = [line.split(": ", 1) for line in lines.strip().splitlines()]
    return [(text, Intent(intent)) for intent, texts in pairs for text in texts.split(" | ")]


def split(lines: str) -> list[str]:
    return lines.strip().replace("\n", " | ").split(" | ")


# Intent, then ways to say it, divided by ' | '.
SPOKEN_NL = each("""
next: Volgende stap. | volgende | De volgende stap graag. | Door naar de volgende.
next: We zijn klaar met deze stap. | Assistent, volgende stap alsjeblieft.
previous: Vorige stap. | Even een stap terug.
repeat: Herhaal de stap. | Zeg dat nog eens.
pause: Pauze. | Even pauze graag. | Zet de klok maar stil. | Storing!
resume: Ga verder. | Hervat. | Start de klok weer.
time_left: Hoe lang hebben we nog? | Hoeveel tijd hebben we nog?
more_time: Meer tijd graag.
skip: Sla deze stap maar over.
mark: Markeer dit. | Schrijf dat even op.
recording_off: Opname uit.
recording_on: Opname aan. | Luister weer mee.
not_a_solution: Dat was geen oplossing.
end: Einde sessie. | Maak het verslag.
help: Wat kan ik zeggen?
""")
MORE_NL = each("""
next: we gaan door naar de volgende stap | volgende stap alsjeblieft | ga maar door
next: niet nodig volgende | assistent verder | de volgende | gaan we verder
previous: terug naar de vorige stap | vorige
repeat: nog een keer | wat moeten we nu doen | kun je dat herhalen | lees de vraag nog eens voor
pause: wacht even | zet de tijd stil | even pauze | stop de klok
resume: we kunnen weer | verder graag | start de tijd weer | einde pauze
time_left: hoe lang nog | hoe staat het met de tijd | hoeveel minuten nog
time_left: hoe lang duurt deze stap nog
more_time: twee minuutjes extra | geef ons wat meer tijd | nog 10 minuten erbij
more_time: nog een paar minuten | vijfminuten erbij
skip: deze stap slaan we over | sla over
mark: onthoud dit | dit is belangrijk noteer het | zet dat in het verslag
speaker: nu Noor | Els mag | Daan is aan de beurt | ik ben Bram | dit is Eva
speaker: het woord is aan sophie
choose_case: we kiezen Bram | de inbrenger is Daan | we kiezen de casus van els
goto: naar stap vijf | terug naar stap drie | stap 2
recording_off: stop de opname | luister even niet mee | even buiten de opname
recording_off: dit blijft tussen ons
recording_on: luister weer | start de opname
not_a_solution: dat was geen oplossing | dat was geen advies
end: we stoppen ermee | rond de intervisie af | assistent sluit af | assistent dat was het
help: help | welke opdrachten zijn er | hoe werkt deze stap | wat mag nu wel en niet
learning_question: Ja mijn leervraag is hoe doe ik dat | mijn leer vraag is hoe ik nee zeg
learning_question: Goed. Mijn leervraag is hoe ik grenzen stel.
core_question: de kernvraag is wat heb ik nodig | oke de kernvraag luidt wat houd ik vast
core_question: dekernvraag is wat durf ik niet
""")
SPOKEN_EN = each("""
next: Next step, please. | Move on. | We are done with this step. | let's move on
next: next step please | on to the next step | assistant continue
previous: Assistant, go back. | go back | previous step
repeat: Say that again. | say that again please | repeat that
pause: Hold on. | Stop the clock. | take a break | wait a moment | time out
resume: Resume. | start the clock again | carry on
time_left: How much time do we have left? | how long left | how much longer | time check
more_time: A bit more time, please. | five more minutes | add 3 minutes | another two minutes
skip: Skip this step. | skip this step | skip
mark: Write that down. | note that | put that in the report
recording_off: Off the record. | recording off | please stop listening
recording_on: Recording on. | start the recording | listen again
not_a_solution: That was not a solution. | that was no advice
end: End the session. | end session | make the report
help: What can I say? | what can I say | explain the step
speaker: over to Noor | Bram has the floor | it is Daan's turn | I am Eva
choose_case: we choose Sofie's case | the presenter is Els
goto: go to step five | step two
learning_question: my learning question is how I say no
core_question: so the core question is what do I need
""")
# Talk, some of it close to a command.
TALK_NL = split("""
De volgende stap in mijn loopbaan was een andere school. | Dat was belangrijk voor haar.
Toen ben ik gestopt. | Ik moest even pauze nemen. | Nog vijf minuten later belde hij.
We gaan verder met ons leven zei ze. | Hij wilde terug naar de vorige groep.
Ik heb het woord niet gehad. | Zij had geen tijd meer voor mij.
Het was de derde stap die ze zette. | De klok stond stil in die kamer.
Ik wist niet wat ik moest zeggen. | Wat zei je toen tegen hem? | Hoe lang speelt deze situatie al?
Hoeveel tijd kost dat je per week? | Ik heb meer tijd nodig voor mijn kinderen.
Dat was geen fijne middag. | We kiezen altijd de makkelijkste weg.
Ik ben Sofie haar moeder tegengekomen. | Bram heeft het vaak over vroeger gehad.
Mijn vraag is wat jullie zouden doen. | De opname in het ziekenhuis duurde lang. | Ja.
Nee, nog niet. | Precies. | Ga je dan ook naar huis? | Ik help hem elke dag.
Zij is verder niet meer gekomen. | Terugkijkend was dat te snel. | Het verslag was nog niet klaar.
dat was een oplossing | dat is een oplossing | we kiezen de kant van Sofie | over vijf minuten
vijf minuten geleden | dit is daar | ik ben daar | ik ben laat | ik ben eens
het woord is aan jou | het woord is aan haar | mijn eerste vraag is hoe je sliep
mijn echte vraag is waarom | mijn leervraag is nog niet duidelijk | de kernvraag is al besproken
de leervraag is best lastig | luister even mee | we stoppen niet | ik ben bang | het mag | dat mag
hij mag | nu dan | zij is aan het woord | opname | ga door met ademen | ik wil verder | en verder
wacht niet | dat klopt niet | ik heb geen tijd nodig | de eerste stap | de volgende vraag
volgende keer | volgende week | een stap vooruit | dit is Noor haar idee | geen tijd
stap voor stap | de tijd is om | hoeveel tijd kost het nog | hoe lang werk je er nog
stop de ruzie | zet de muziek stil | schrijf dat eens aan hem | ik ben Els niet
Bram is aan het werk | naar stap vijf wilde ik nooit | dat is geen leven | dit is belangrijk
we gaan door een moeilijke tijd | wat moeten we dan
""")
TALK_EN = split("""
The next step in my career was another school. | That was important for her. | Then I stopped.
I needed a break that day. | Five more minutes later he called.
She wanted to go back to the old group. | What did you say to him?
How long has this been going on? | I need more time for my children. | Yes. | Not yet.
I help him every day. | Record keeping is not my strength. | that was a solution
we choose the side of Sofie | five minutes ago | I am bad | this is bad | the floor is cold
my first question is why | my learning question is not clear yet | the next question | next time
next week | one step ahead | I do not want to continue | stop the fight | start the car again
what do we know | how much time did it cost | write that to him | it is not allowed
he has the ball | I am late | time is hard | to be continued maybe
""")


@pytest.mark.parametrize(("text", "intent"), [*SPOKEN_NL, *MORE_NL])
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


@pytest.mark.parametrize(
    ("grammar_", "text"),
    [
        (DUTCH, text)
        for text in split("""
De leervraag mag nog wat scherper. | De leervraag was te moeilijk voor mij. | De leervraag die ik had.
De kernvraag hebben we al. | De kernvraag in dit verhaal. | Mijn leervraag gaat over mijn team.
""")
    ]
    + [
        (ENGLISH, text)
        for text in split("""
The core question was hard for me. | The learning question in this case.
""")
    ],
)
def test_talk_about_the_question_does_not_overwrite_it(grammar_: Commands, text: str) -> None:
    assert grammar_.parse(text, NAMES, "running") is None


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
    tries = [(garble(text, random_), intent) for text, intent in long for _ in range(4)]
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


def test_some_commands_need_the_address_word() -> None:
    assert DUTCH.parse("Dat was het.", NAMES, "running") is None
    assert DUTCH.parse("Assistent, dat was het.", NAMES, "running") == Command(intent=Intent.END)


def test_without_a_list_of_names_the_word_itself_is_the_name() -> None:
    assert DUTCH.parse("het woord is aan noor", (), "running") == Command(
        intent=Intent.SPEAKER, name="Noor"
    )
    assert DUTCH.parse("het woord is aan jou", (), "running") is None
