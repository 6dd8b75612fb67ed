"""Speech acts by rules: what must be noticed, and above all what must not."""

import random

import pytest

from assistant.core.language.acts import Acts
from assistant.core.session.guard import AUDIBLE, QUIET
from assistant.core.speech import SpeechAct
from assistant.inputs.library import Library, shipped_folder

LIBRARY = Library([shipped_folder()])
DUTCH, ENGLISH = (Acts(LIBRARY.table(language, "acts")) for language in ("nl", "en"))


def split(lines: str) -> list[str]:
    return lines.strip().replace("\n", " | ").split(" | ")


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
NO_SOLUTIONS_NL = split("""
Wat zou je zelf willen doen? | Wat wil je dat er gebeurt? | Wat heb je tot nu toe geprobeerd?
Waarom heb je toen niet ingegrepen? | Hoe zou je dag eruitzien als dit opgelost was?
Ik ga morgen met hem praten. | Ik heb al drie keer met zijn moeder gebeld.
De arts zegt dat ik het zelf moet oplossen. | Mijn collega vindt dat je dat moet melden.
Zijn moeder wilde dat ik hem apart nam. | Zullen we een rondje doen?
Laten we eerst de tijd afspreken. | We hebben nog tien minuten. | Wie wil er beginnen?
Je zegt dus dat je het moeilijk vindt. | Als ik je goed begrijp moet je alles alleen doen.
Ik wist niet wat ik moest zeggen. | Wat moet ik nu doen?
Ik zou graag willen leren om rustig te blijven. | Vertel eens wat er gebeurde.
Neem rustig de tijd. | Ga maar door. | Laat maar. | Ik voelde mij klein en niet gezien.
Hij gooit zijn boek op de grond zodra ik iets vraag. | Wat knap dat je dat gedaan hebt.
Ik neem mee dat grenzen ook liefdevol kunnen zijn. | Kun je daar een voorbeeld van geven?
Hoe lang speelt dit al? | Ja. | Dat herken ik wel. | Stel dat het lukt, wat zie je dan?
""")
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
NO_SOLUTIONS_EN = split("""
What would you like to do yourself? | What have you tried so far? | Why did you not step in then?
I will talk to him tomorrow. | My boss says that you should report it. | Shall we do a round?
So you feel that you have to do it alone. | I did not know what I should say.
I would like to learn how to stay calm. | Tell us more about that moment. | Take your time.
I froze and had no idea what to say. | How long has this been going on? | Yes.
""")
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


# Talk in which nothing may be noticed aloud, lines divided by ' | '.
PEACEFUL = {
    "nl": """
none: Ik moet elke ochtend om zes uur op. | De directeur zei dat je moet wachten.
none: Ik vraag hem morgen wat hij wil. | Je zegt dus dat je hem moet loslaten.
none: Ik zou graag willen weten wat jullie zien. | Wat zou je hem willen zeggen?
none: Wat kun je zelf doen? | Hoe zou je dat kunnen aanpakken?
none: Kun je daar iets meer over vertellen? | Kunnen jullie mij helpen? | Ga door.
none: Neem rustig de tijd. | Vertel eens wat je zag. | Geef haar even de tijd om na te denken.
none: Laat haar uitpraten. | Ik kan hem niet loslaten. | Je moest lachen toen je het vertelde.
none: We moeten nog een notulist kiezen. | Begin jij maar. | Ik wil het niet meer.
none: Dat vond ik moeilijk. | Zij kan dat niet alleen. | Ik weet niet wat ik moet doen.
none: Wat moet ik nu doen? | Moet ik hem dan bellen? | Hij vindt dat je dat moet kunnen.
none: Als ik je goed begrijp wil je dat hij luistert. | Ik hoor je zeggen dat je moet kiezen.
none: Het gaat niet meer tussen ons. | Ik vond het niet goed van mezelf. | Vraag maar.
none: Zeg het maar. | Blijft de casus van Els over. | Kijk, dat was dus het probleem.
none: Hij zou komen maar hij kwam niet. | Ik zou het zo weer doen.
""",
    "en": """
none: I have to get up at six. | The doctor said you should wait. | I could not sleep.
none: What could you do yourself? | How would you like to handle it? | Could you tell us more?
none: I don't know what I should do. | Go ahead. | Take your time.
none: So you are saying that you should stop. | He told me to call them.
none: I would like to hear what you see. | We have to choose a case. | Let her finish.
none: I should have waited.
""",
}
# Written after the last change to the rules, measured once, never tuned on: what is noticed aloud.
# Act (none: talk in which nothing may be noticed), then lines divided by ' | '.
HELD_OUT = {
    "nl": """
solution: Plan eens in de week een vast moment met hem. | Je kunt daar toch een grens stellen?
solution: Volgens mij moet je haar loslaten. | Misschien zou je een time-out kunnen afspreken.
solution: Ik zou er niet te veel woorden aan vuil maken. | Schakel een vertrouwenspersoon in.
solution: Waarom vraag je het hem niet gewoon? | Het helpt om eerst adem te halen.
solution: Bij mij werkte het goed om alles op te schrijven.
solution: Je zou beter kunnen wachten tot vrijdag. | Als ik jou was belde ik hem vanavond.
solution: Heb je al eens gedacht aan een ander rooster? | Zorg dat je op tijd naar huis gaat.
solution: Dat moet je zo snel mogelijk bespreken.
suggestive_question: Denk je niet dat je dit al wist? | Vind je ook niet dat het genoeg is?
suggestive_question: Moet je dat niet eerst uitzoeken?
closed_question: Heb je toen gehuild? | Was zij daar ook bij? | Wist je dat van tevoren?
closed_question: Komt dat vaker voor?
judgement: Dat vind ik een slecht idee. | Je reageert veel te streng.
none: Ik moest er wel om lachen. | Zij vindt dat je moet blijven lachen.
none: Hoe zou je dat willen aanpakken? | Je vertelde dat je hem moest tillen.
none: We hebben het er nooit meer over gehad. | Hij zou mij terugbellen. | Mag ik iets vragen?
none: Wat kan ik hier nou mee? | Ik denk dat hij bang was. | Ga jij eerst?
none: Het was niet goed genoeg. | Dat kan ik niet alleen. | Als moeder moet je er altijd zijn.
none: Daar kun je niet omheen. | Ik zeg altijd dat je eerlijk moet zijn.
none: Stuur ik hem weg dan komt hij terug. | Vraag drie was voor mij de moeilijkste.
none: Maak ik mij te druk? | Toen zei ze je moet niet zo zeuren. | Ik kan je niet goed verstaan.
none: Morgen moet ik weer werken. | Ik ga het hem gewoon vragen.
""",
    "en": """
solution: Plan a fixed moment with him. | Maybe you should let her go.
solution: I would not answer that mail. | Ask a friend to come along.
solution: Have you tried a different seat? | You need to set a limit.
solution: If I were you I would wait.
suggestive_question: Don't you think you knew this already? | Shouldn't you find that out first?
closed_question: Did you cry? | Was she there too?
judgement: I think that is a bad idea. | You are far too strict.
none: I had to laugh. | She thinks you should keep smiling. | How would you like to do that?
none: He would call me back. | May I ask something? | I think he was afraid.
none: It was not good enough. | I cannot do that alone. | I always say that you should be honest.
none: Tomorrow I have to work again. | As a mother you have to be there.
none: Then she said you should stop whining.
""",
}
WARNED = {
    SpeechAct.SOLUTION,
    SpeechAct.SUGGESTIVE_QUESTION,
    SpeechAct.CLOSED_QUESTION,
    SpeechAct.JUDGEMENT,
}


def noticed(acts: Acts, lines: str) -> tuple[int, int, int]:
    """Rightly noticed, wrongly noticed and missed, at the threshold for speaking up."""
    right = wrong = missed = 0
    for line in lines.strip().splitlines():
        act, texts = line.split(": ", 1)
        for text in texts.split(" | "):
            loud = {s.act for s in acts.score(text) if s.probability >= AUDIBLE} & WARNED
            right += act in loud
            wrong += len(loud - {act})
            missed += act != "none" and act not in loud
    return right, wrong, missed


@pytest.mark.parametrize(("acts", "language"), [(DUTCH, "nl"), (ENGLISH, "en")])
def test_nothing_is_said_of_what_is_allowed(acts: Acts, language: str) -> None:
    assert noticed(acts, PEACEFUL[language]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("acts", "language", "precision", "recall"),
    # Measured on 23 November 2026: Dutch 0.86 and 0.78, English 0.75 and 0.92.
    [(DUTCH, "nl", 0.8, 0.75), (ENGLISH, "en", 0.7, 0.85)],
)
def test_lines_the_rules_were_not_written_for_are_mostly_judged_rightly(
    acts: Acts, language: str, precision: float, recall: float
) -> None:
    right, wrong, missed = noticed(acts, HELD_OUT[language])

    assert right / (right + wrong) >= precision
    assert right / (right + missed) >= recall


def garbled(text: str, random_: random.Random) -> str:
    words = text.rstrip(".?!").split()
    for index in random_.sample(range(len(words)), k=max(1, len(words) // 4)):
        at = random_.randrange(len(words[index]))
        words[index] = words[index][:at] + random_.choice("aeiounrst") + words[index][at + 1 :]
    return " ".join(words)


def test_badly_heard_solutions_are_often_still_noticed_and_talk_stays_in_peace() -> None:
    random_ = random.Random(1)
    solutions = [garbled(text, random_) for text in SOLUTIONS_NL for _ in range(5)]
    talk = [garbled(text, random_) for text in NO_SOLUTIONS_NL for _ in range(5)]

    # Measured: 0.51 and 0.0. Patterns need their words; what is missed is only not said.
    noticed_ = sum(solution(DUTCH, text) >= AUDIBLE for text in solutions) / len(solutions)
    wrongly = sum(solution(DUTCH, text) >= AUDIBLE for text in talk) / len(talk)
    assert noticed_ >= 0.45
    assert wrongly <= 0.02
