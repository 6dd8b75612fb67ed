"""What people say in a session gets the right act, and what is allowed is left in peace.

Half of the lines (`HELD_OUT`) were written before the rules were tuned and not looked at while they
were; the floors at the end of this file are for that half.
"""

import random
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from assistant.core.language.acts import Acts
from assistant.core.speech import SpeechAct

PROMPTS = Path(__file__).parents[2] / "prompts"
AUDIBLE, QUIET = 0.75, 0.5
WARNED = {"solution", "suggestive_question", "closed_question", "judgement"}


def read(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = YAML(typ="safe", pure=True).load(path)
    return table


ACTS = {language: Acts(read(PROMPTS / language / "acts.yaml")) for language in ("nl", "en")}


def likely(language: str, text: str, floor: float = QUIET) -> set[str]:
    return {str(s.act) for s in ACTS[language].score(text) if s.probability >= floor}


# Act, then lines divided by ' | '.
DUTCH = """
solution: Je moet hem gewoon uit de les zetten. | Misschien kun je een keer met zijn ouders bellen. | Je zou ook de zorgcoördinator kunnen inschakelen. | Vraag haar eens wat er thuis speelt. | Dat moet je echt melden bij de leiding. | Als ik jou was zou ik een dag vrij nemen. | Ik zou het eerst met je collega bespreken. | Heb je al eens geprobeerd om hem vooraan te zetten? | Waarom bel je niet gewoon zijn moeder? | Bij ons werkte een vaste plek in de kring heel goed. | Mijn advies is om het los te laten. | Probeer eens een week niets te zeggen. | Schrijf het op voordat je gaat slapen. | Je kunt hem beter even met rust laten. | Misschien is het een idee om een timer te gebruiken.
suggestive_question: Denk je niet dat je te streng bent? | Zou je niet beter naar huis kunnen gaan? | Vind je ook niet dat hij overdrijft? | Is het niet zo dat je bang voor hem bent?
closed_question: Heb je hem daarna nog gesproken? | Was je boos op hem? | Weet je moeder hiervan? | Ben je daar nu klaar mee?
open_question: Hoe voelde dat voor jou? | Wat deed hij daarna? | Wanneer merkte je dat voor het eerst? | Wie was er nog meer bij? | Wat zou je zelf willen doen? | Welke rol speelde je collega daarin?
own_plan: Ik ga maandag met haar praten. | Morgen bel ik de huisarts. | Ik neem me voor om eerder naar huis te gaan. | Volgende week bespreek ik het met het team.
learning: Ik neem mee dat ik rustiger mag zijn. | Ik heb geleerd om langer te wachten. | Mijn leerpunt is doorvragen.
story: Ik stond toen alleen voor de klas. | Hij liep boos naar buiten. | Ik belde haar die avond nog op.
reported: De arts zegt dat ik rust moet nemen. | Mijn leidinggevende vindt dat ik het moet loslaten.
procedure: Zullen we een rondje doen? | Wie wil er beginnen? | We kiezen de casus over het team.
hypothesis: Ik denk dat het komt door de drukte. | Misschien voelt hij zich niet veilig.
impression: Ik hoor veel verdriet in je verhaal. | Ik merk dat ik er stil van word.
judgement: Dat is een slecht plan. | Dat vind ik gewoon dom. | Dat werkt toch nooit.
appreciation: Wat knap dat je bent gebleven. | Ik vind je heel moedig. | Ik heb bewondering voor je geduld.
reaction: Ja maar dat kan niet in mijn klas. | Dat heb ik al gedaan. | Ja, maar hij luistert niet.
"""
ENGLISH = """
solution: You should talk to his parents. | Maybe you could give him a task. | If I were you I would take a day off. | Have you tried moving his desk? | Why don't you just call her? | Ask him what he needs. | Start every lesson at the door. | What worked for us was a fixed seat. | You could also write it down. | My advice is to let it go.
suggestive_question: Don't you think he just wants attention? | Shouldn't you be stricter? | Isn't it just that you are tired?
closed_question: Did you talk to him afterwards? | Were you angry?
open_question: How did that feel? | What happened next? | What would you like to do yourself? | Who else was there?
own_plan: I am going to talk to her tomorrow. | Next week I will call the doctor. | I'll ask him what he needs.
learning: I take away that I can slow down. | I learned to wait longer.
story: I was alone with the class. | He walked out.
reported: The doctor says that I should rest.
procedure: Shall we do a round? | Who wants to start?
hypothesis: I think it is about trust. | Maybe he feels unsafe.
impression: I notice that I get quiet. | I hear a lot of sadness.
judgement: That is a bad idea. | That will never work.
appreciation: How brave that you stayed. | I admire your patience.
reaction: Yes but that won't work for me. | I already tried that.
"""
PEACEFUL = {
    "nl": """
Ik moet elke ochtend om zes uur op. | De directeur zei dat je moet wachten. | Ik vraag hem morgen wat hij wil. | Je zegt dus dat je hem moet loslaten. | Ik zou graag willen weten wat jullie zien. | Wat zou je hem willen zeggen? | Wat kun je zelf doen? | Hoe zou je dat kunnen aanpakken? | Kun je daar iets meer over vertellen? | Kunnen jullie mij helpen? | Ga door. | Neem rustig de tijd. | Vertel eens wat je zag. | Geef haar even de tijd om na te denken. | Laat haar uitpraten. | Ik kan hem niet loslaten. | Je moest lachen toen je het vertelde. | We moeten nog een notulist kiezen. | Begin jij maar. | Ik wil het niet meer. | Dat vond ik moeilijk. | Zij kan dat niet alleen. | Ik weet niet wat ik moet doen. | Wat moet ik nu doen? | Moet ik hem dan bellen? | Hij vindt dat je dat moet kunnen. | Als ik je goed begrijp wil je dat hij luistert. | Ik hoor je zeggen dat je moet kiezen. | Het gaat niet meer tussen ons. | Ik vond het niet goed van mezelf. | Vraag maar. | Zeg het maar. | Blijft de casus van Els over. | Kijk, dat was dus het probleem. | Hij zou komen maar hij kwam niet. | Ik zou het zo weer doen.
""",
    "en": """
I have to get up at six. | The doctor said you should wait. | I could not sleep. | What could you do yourself? | How would you like to handle it? | Could you tell us more? | I don't know what I should do. | Go ahead. | Take your time. | So you are saying that you should stop. | He told me to call them. | I would like to hear what you see. | We have to choose a case. | Let her finish. | I should have waited.
""",
}
HELD_OUT = {
    "nl": """
solution: Ga eens naast hem zitten. | Je kan toch gewoon nee zeggen. | Wat bij ons hielp was een weekplan. | Misschien moet je het even laten rusten. | Ik zou er een collega bij halen. | Spreek met haar af dat ze eerst belt. | Het is beter om dat schriftelijk te doen. | Heb je er al aan gedacht om te stoppen? | Je zou eens met de mentor kunnen praten. | Zet hem vooraan in de klas. | Waarom stuur je hem niet gewoon weg? | Dat kun je het beste met je teamleider bespreken. | Probeer het los te laten. | Je hoeft dat helemaal niet alleen te doen. | Maak er een spel van.
suggestive_question: Denk je niet dat zij het goed bedoelt? | Zou je niet eerst zelf rust moeten nemen? | Ligt het niet gewoon aan de groep? | Vind je het zelf ook niet overdreven?
closed_question: Ben je naar de directeur gegaan? | Heeft hij nog iets gezegd? | Is dat al vaker gebeurd? | Ging je toen weg?
open_question: Waar zie je dat aan? | Wat betekent dat voor je werk? | Hoe reageerde de groep? | Wat heb je nodig van ons? | Op welk moment werd je boos? | Hoe zou hij het zelf vertellen?
own_plan: Ik ga het gesprek gewoon aan. | Donderdag vraag ik het aan mijn collega. | Ik wil morgen met hem gaan wandelen.
learning: Wat ik meeneem is dat stilte helpt. | Ik besef nu hoe snel ik oordeel.
story: Ze begon te huilen en ik wist niet wat ik moest zeggen. | Vorige week kwam hij te laat.
reported: Mijn man zegt dat ik te hard werk. | Volgens de psycholoog is het een fase.
procedure: Zijn we klaar met de vragen? | Laten we verdergaan.
hypothesis: Volgens mij voelt hij zich buitengesloten. | Het zou kunnen dat hij thuis niets mag.
impression: Het valt me op dat je vaak zucht. | Ik voel veel machteloosheid.
judgement: Dat was niet slim van je. | Je bent gewoon te lief.
appreciation: Ik vind het knap hoe je volhoudt. | Petje af voor jouw geduld.
reaction: Ja maar zo simpel is het niet. | Dat doen we al.
none: Je zou denken dat het went. | Ik moest van mijn baas overwerken. | Moeder zei dat ik het zelf moest oplossen. | Wat zou je nu anders doen? | Je bedoelt dat je het moest opgeven. | Kun je een voorbeeld geven? | Ik zou niet weten hoe. | We moeten een beetje op de tijd letten. | Ik kan haar niet bereiken. | Ik begin elke dag met hoofdpijn. | Maakt niet uit. | Geef niet op, dacht ik steeds. | Ik vraag me af wat hij nodig heeft. | Dat kan je overkomen. | Dat is niet goed afgelopen. | Het werkt niet meer thuis. | Doe jij de volgende vraag? | Zal ik beginnen? | Ze wilde dat ik hem zou bellen. | Daar moet je van houden.
""",
    "en": """
solution: You need to tell your manager. | Perhaps you can sit next to him. | Try to let it go. | I would call his mother first. | Have you thought about asking a colleague? | Give him a clear task. | It might help to write it down.
suggestive_question: Don't you feel that she means well? | Wouldn't it be better to stop?
closed_question: Has it happened before? | Are you still angry?
open_question: Where do you see that? | What do you need from us? | How did the group react?
own_plan: On Monday I am going to ask her. | I will start tomorrow.
learning: My takeaway is to ask more.
story: She started to cry and I did not know what to say.
reported: My husband says I work too hard.
procedure: Let's move to the next round.
appreciation: I find it impressive how you stayed calm.
reaction: Yes, but it is not that simple.
none: You would think one gets used to it. | I had to work late. | What would you do differently now? | Could you give an example? | I would not know how. | I ask myself what he needs. | It does not work at home any more. | She wanted me to call him. | You mean you had to give up. | We should watch the time.
""",
}
