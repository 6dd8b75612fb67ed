"""What speech models invent is dropped, and what people say is kept."""

import pytest

from assistant.core.events import Reason
from assistant.core.hearing.cleanup import Draft, clean

CREDITS = ["Ondertiteling door de gemeenschap", "Bedankt voor het kijken!"]


def draft(text: str, **more: float) -> Draft:
    return Draft(text=text, **{"seconds": 4.0, "log_probability": -0.3, **more})


@pytest.mark.parametrize(
    "text",
    [
        "Ja.",
        "Nee, nee, dat bedoel ik niet.",
        "Hoe lang speelt deze situatie al?",
        "Café, naïef, Zoë en 't Hooft.",
        "Bedankt voor het kijken naar mijn les gisteren.",
    ],
)
def test_what_people_say_is_kept(text: str) -> None:
    assert clean(draft(text), CREDITS) == draft(text)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (draft(""), Reason.NO_TEXT),
        (draft("  ... ?"), Reason.NO_TEXT),
        (draft("Bedankt voor het kijken"), Reason.KNOWN_CREDIT),
        (draft("ondertiteling door de gemeenschap."), Reason.KNOWN_CREDIT),
        (draft("Спасибо за просмотр"), Reason.FOREIGN_SCRIPT),
        (draft("계속"), Reason.FOREIGN_SCRIPT),
        (draft("Ja.", no_speech=0.9, log_probability=-1.3), Reason.UNSURE),
        (draft("Een cht tef ten.", log_probability=-2.1), Reason.UNSURE),
        (draft("ja " * 60, compression=9.0), Reason.REPETITION),
        (draft("en dan gaan we " * 15, compression=8.0), Reason.REPETITION),
        (
            draft("woord " * 3 + "a b c d e f g h i j k l m n o p q r s t", seconds=1.0),
            Reason.REPETITION,
        ),
    ],
)
def test_what_models_invent_is_dropped_with_its_reason(given: Draft, reason: Reason) -> None:
    assert clean(given, CREDITS) is reason


def test_silence_alone_is_no_reason_to_doubt_a_sure_text() -> None:
    given = draft("Ja, dat klopt.", no_speech=0.9, log_probability=-0.2)

    assert clean(given, CREDITS) == given


def test_a_short_loop_is_folded_up_and_the_rest_kept() -> None:
    given = draft("Ik weet het niet, ik weet het niet, ik weet het niet, maar goed.")

    result = clean(given, CREDITS)

    assert isinstance(result, Draft)
    assert result.text == "Ik weet het niet, maar goed."


def test_saying_something_twice_is_no_loop() -> None:
    given = draft("Heel goed, heel goed.")

    assert clean(given, CREDITS) == given
