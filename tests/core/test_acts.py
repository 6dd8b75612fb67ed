"""Speech acts by rules: what must be noticed, and above all what must not."""

import pytest

from assistant.core.language.acts import Acts
from assistant.core.session.guard import AUDIBLE, QUIET
from assistant.core.speech import SpeechAct
from assistant.inputs.library import Library, shipped_folder

LIBRARY = Library([shipped_folder()])
DUTCH, ENGLISH = (Acts(LIBRARY.table(language, "acts")) for language in ("nl", "en"))

SOLUTIONS_NL = [
    "Je moet gewoon met de directeur gaan praten.",
    "je moetgewoon met de directeur gaan praten",
    "Misschien kun je hem een keer apart nemen na de les.",
    "Je zou haar kunnen vragen wat zij nodig heeft.",
    "Heb je al eens geprobeerd om het later te bespreken?",
    "Waarom bel je niet gewoon zijn moeder?",
    "Als ik jou was zou ik het melden.",
    "Ik zou beginnen met een gesprek zonder oordeel.",
    "Dat moet je echt melden bij je leidinggevende.",
    "Bij mij hielp het om letterlijk een stap achteruit te doen.",
    "Bij ons werkte het goed om dat samen te doen.",
    "Begin elke ochtend met een kort praatje bij de deur.",
    "Vraag een collega om mee te kijken.",
    "Geef haar moeilijker werk en een eigen onderzoek.",
    "Mijn advies is om klein te beginnen.",
    "Wellicht is het een idee om de regels samen op te stellen.",
    "Je kunt ook een seintje afspreken dat alleen jullie kennen.",
    "Probeer de nachtdienst eens met iemand te ruilen.",
    "Het beste is om het meteen te zeggen.",
    "Je mag best je excuses aanbieden aan haar.",
]
NO_SOLUTIONS_NL = [
    "Wat zou je zelf willen doen?",
    "Wat wil je dat er gebeurt?",
    "Wat heb je tot nu toe geprobeerd?",
    "Waarom heb je toen niet ingegrepen?",
    "Hoe zou je dag eruitzien als dit opgelost was?",
    "Ik ga morgen met hem praten.",
    "Ik heb al drie keer met zijn moeder gebeld.",
    "De arts zegt dat ik het zelf moet oplossen.",
    "Mijn collega vindt dat je dat moet melden.",
    "Zijn moeder wilde dat ik hem apart nam.",
    "Zullen we een rondje doen?",
    "Laten we eerst de tijd afspreken.",
    "We hebben nog tien minuten.",
    "Wie wil er beginnen?",
    "Je zegt dus dat je het moeilijk vindt.",
    "Als ik je goed begrijp moet je alles alleen doen.",
    "Ik wist niet wat ik moest zeggen.",
    "Wat moet ik nu doen?",
    "Ik zou graag willen leren om rustig te blijven.",
    "Vertel eens wat er gebeurde.",
    "Neem rustig de tijd.",
    "Ga maar door.",
    "Laat maar.",
    "Ik voelde mij klein en niet gezien.",
    "Hij gooit zijn boek op de grond zodra ik iets vraag.",
    "Wat knap dat je dat gedaan hebt.",
    "Ik neem mee dat grenzen ook liefdevol kunnen zijn.",
    "Kun je daar een voorbeeld van geven?",
    "Hoe lang speelt dit al?",
    "Ja.",
    "Dat herken ik wel.",
    "Stel dat het lukt, wat zie je dan?",
]
OTHERS_NL = [
    ("Wat gebeurde er precies op dat moment?", SpeechAct.OPEN_QUESTION),
    ("En hoe reageerde hij toen?", SpeechAct.OPEN_QUESTION),
    ("Met welk gevoel ging je naar huis?", SpeechAct.OPEN_QUESTION),
    ("Heb je dit al met je leidinggevende besproken?", SpeechAct.CLOSED_QUESTION),
    ("Was je moe die middag?", SpeechAct.CLOSED_QUESTION),
    ("Denk je niet dat hij gewoon aandacht zoekt?", SpeechAct.SUGGESTIVE_QUESTION),
    ("Zou je niet beter eerst de directeur kunnen inlichten?", SpeechAct.SUGGESTIVE_QUESTION),
    ("Is het niet logischer om gewoon te stoppen?", SpeechAct.SUGGESTIVE_QUESTION),
    ("Vind je zelf ook niet dat je te lief bent?", SpeechAct.SUGGESTIVE_QUESTION),
    ("Dat is een slecht plan.", SpeechAct.JUDGEMENT),
    ("Dat werkt toch nooit.", SpeechAct.JUDGEMENT),
    ("Wat knap dat je dat gedaan hebt.", SpeechAct.APPRECIATION),
    ("Ik hoor vooral dat je er alleen voor staat.", SpeechAct.IMPRESSION),
    ("Ik denk dat het over gezag gaat.", SpeechAct.HYPOTHESIS),
    ("Misschien is hij bang voor jou.", SpeechAct.HYPOTHESIS),
    ("De arts zegt dat ik het zelf moet oplossen.", SpeechAct.REPORTED),
    ("Ik ga morgenochtend meteen een afspraak maken.", SpeechAct.OWN_PLAN),
    ("Over zes weken evalueer ik met de directeur.", SpeechAct.OWN_PLAN),
    ("Ja maar dat heb ik al geprobeerd.", SpeechAct.REACTION),
    ("Dat werkt bij mij niet.", SpeechAct.REACTION),
    ("Mijn leerpunt is dat ik te snel met oplossingen kom.", SpeechAct.LEARNING),
    ("Zullen we een rondje doen?", SpeechAct.PROCEDURE),
    ("Ik heb hem de gang op gestuurd.", SpeechAct.STORY),
]
SOLUTIONS_EN = [
    "You should just talk to the director.",
    "Maybe you could take him aside after class.",
    "Have you ever tried discussing it later?",
    "Why don't you just call his mother?",
    "If I were you I would report it.",
    "I would start with a conversation without judgement.",
    "What helped for me was taking a step back.",
    "Ask a colleague to look on.",
    "My advice is to begin small.",
    "It might be a good idea to make the rules together.",
]
NO_SOLUTIONS_EN = [
    "What would you like to do yourself?",
    "What have you tried so far?",
    "Why did you not step in then?",
    "I will talk to him tomorrow.",
    "My boss says that you should report it.",
    "Shall we do a round?",
    "So you feel that you have to do it alone.",
    "I did not know what I should say.",
    "I would like to learn how to stay calm.",
    "Tell us more about that moment.",
    "Take your time.",
    "I froze and had no idea what to say.",
    "How long has this been going on?",
    "Yes.",
]
OTHERS_EN = [
    ("What did you feel when he walked away?", SpeechAct.OPEN_QUESTION),
    ("Have you discussed this with your manager?", SpeechAct.CLOSED_QUESTION),
    ("Don't you think that he just wants attention?", SpeechAct.SUGGESTIVE_QUESTION),
    ("That is a bad plan.", SpeechAct.JUDGEMENT),
    ("I think it is about authority.", SpeechAct.HYPOTHESIS),
    ("I am going to make an appointment tomorrow.", SpeechAct.OWN_PLAN),
    ("Yes but I have already tried that.", SpeechAct.REACTION),
    ("I have learned that silence is a choice too.", SpeechAct.LEARNING),
    ("Shall we do a round?", SpeechAct.PROCEDURE),
]


def solution(acts: Acts, text: str) -> float:
    scores = {score.act: score.probability for score in acts.score(text)}
    return scores.get(SpeechAct.SOLUTION, 0.0)


@pytest.mark.parametrize("text", SOLUTIONS_NL)
def test_dutch_solutions_are_noticed(text: str) -> None:
    assert solution(DUTCH, text) >= QUIET


@pytest.mark.parametrize("text", SOLUTIONS_EN)
def test_english_solutions_are_noticed(text: str) -> None:
    assert solution(ENGLISH, text) >= QUIET


@pytest.mark.parametrize("text", NO_SOLUTIONS_NL)
def test_dutch_talk_is_not_taken_for_a_solution(text: str) -> None:
    assert solution(DUTCH, text) < QUIET


@pytest.mark.parametrize("text", NO_SOLUTIONS_EN)
def test_english_talk_is_not_taken_for_a_solution(text: str) -> None:
    assert solution(ENGLISH, text) < QUIET


@pytest.mark.parametrize(("text", "act"), OTHERS_NL)
def test_other_dutch_acts_are_told_apart(text: str, act: SpeechAct) -> None:
    assert DUTCH.score(text)[0].act is act


@pytest.mark.parametrize(("text", "act"), OTHERS_EN)
def test_other_english_acts_are_told_apart(text: str, act: SpeechAct) -> None:
    assert ENGLISH.score(text)[0].act is act


@pytest.mark.parametrize("text", [*SOLUTIONS_NL, *NO_SOLUTIONS_NL])
def test_case_and_punctuation_make_no_difference_to_solutions(text: str) -> None:
    bare = text.casefold().rstrip(".?!").replace(",", "")

    assert (solution(DUTCH, bare) >= QUIET) == (solution(DUTCH, text) >= QUIET)


def test_an_utterance_can_hold_several_acts() -> None:
    acts = {s.act for s in DUTCH.score("Ik voelde mij klein. Wat deed jij toen?")}

    assert {SpeechAct.OPEN_QUESTION, SpeechAct.STORY} <= acts


def test_a_closed_question_is_only_sure_with_its_question_mark() -> None:
    sure, unsure = DUTCH.score("Was je moe die middag?"), DUTCH.score("was je moe die middag")

    assert sure[0].probability >= AUDIBLE > unsure[0].probability


def test_nothing_is_made_of_nothing() -> None:
    assert DUTCH.score("") == ()
    assert DUTCH.score("...") == ()
    assert DUTCH.score("x" * 10_000) == ()
