"""What speech models invent is dropped, and what people say is kept."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.events import Reason
from assistant.core.hearing.cleanup import Draft, clean
from assistant.core.speech import Word

CREDITS = ["Ondertiteling door de gemeenschap", "Bedankt voor het kijken!", "Vertaling door …"]


def draft(
    text: str,
    *,
    seconds: float = 4.0,
    log_probability: float = -0.3,
    no_speech: float = 0.0,
    compression: float = 1.0,
) -> Draft:
    return Draft(
        text=text,
        seconds=seconds,
        log_probability=log_probability,
        no_speech=no_speech,
        compression=compression,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ja.",
        "Nee, nee, dat bedoel ik niet.",
        "Hoe lang speelt deze situatie al?",
        "Café, naïef, Zoë en 't Hooft.",
        "Bedankt voor het kijken naar mijn les gisteren.",
        "Vertaling doorgeven lukt mij niet.",
        "Vertaling door een collega had ik niet verwacht en ik vond het toen ook heel vervelend.",
        "Muziek.",
        "Ik dacht (en dat denk ik nog) dat het lukte.",
    ],
)
def test_what_people_say_is_kept(text: str) -> None:
    assert clean(draft(text), CREDITS) == draft(text)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (draft(""), Reason.NO_TEXT),
        (draft("  ... ?"), Reason.NO_TEXT),
        (draft("[Muziek]"), Reason.NO_TEXT),
        (draft("* applaus *"), Reason.NO_TEXT),
        (draft("♪ la la ♪"), Reason.NO_TEXT),
        (draft("Vertaling door: J. de Vries"), Reason.KNOWN_CREDIT),
        (draft("vertaling door"), Reason.KNOWN_CREDIT),
        (draft("Bedankt voor het kijken"), Reason.KNOWN_CREDIT),
        (draft("ondertiteling door de gemeenschap."), Reason.KNOWN_CREDIT),
        (draft("Спасибо за просмотр"), Reason.FOREIGN_SCRIPT),
        (draft("계속"), Reason.FOREIGN_SCRIPT),
        (draft("Ja.", no_speech=0.9, log_probability=-1.3), Reason.UNSURE),
        (draft("Een cht tef ten.", log_probability=-2.1), Reason.UNSURE),
        (draft("ja " * 60, compression=9.0), Reason.REPETITION),
        (draft("en dan gaan we " * 15, compression=8.0), Reason.REPETITION),
        (
            draft("ik ga naar huis en jij gaat naar huis toe nu " * 4, compression=3.1),
            Reason.REPETITION,
        ),
        (draft("zo snel praat echt helemaal niemand ooit hoor", seconds=0.5), Reason.UNSURE),
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


def test_the_words_that_stay_keep_their_own_times() -> None:
    words = tuple(
        Word(text=text, start=float(at), end=at + 0.5, probability=0.9)
        for at, text in enumerate(["nee", "nee", "nee", "dank", "je"])
    )

    result = clean(replace(draft("nee nee nee dank je"), words=words), CREDITS)

    assert isinstance(result, Draft)
    assert result.text == "nee dank je"
    assert [(word.text, word.start) for word in result.words] == [
        ("nee", 0.0),
        ("dank", 3.0),
        ("je", 4.0),
    ]


@given(st.lists(st.sampled_from(["ja", "nee", "goed", "dus", "ik", "ook"]), min_size=1))
def test_folding_never_adds_words_and_folds_all_there_is_at_once(words: list[str]) -> None:
    result = clean(draft(" ".join(words), seconds=1e6), [])

    assert isinstance(result, Draft)
    rest = iter(words)
    assert all(word in rest for word in result.text.split())  # in the same order
    assert not re.search(r"\b(\w+) \1 \1\b", result.text)


def test_saying_something_twice_is_no_loop() -> None:
    given = draft("Heel goed, heel goed.")

    assert clean(given, CREDITS) == given
