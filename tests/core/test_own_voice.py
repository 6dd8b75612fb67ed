"""The assistant knows its own voice, and never mistakes a person's for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.hearing.own_voice import is_own_voice

SAID = [
    "Stap drie, vragen. Tien minuten.",
    "Stel alleen open vragen en bewaar je ideeën voor straks.",
]


@pytest.mark.parametrize(
    "heard",
    [
        "Stel alleen open vragen en bewaar je ideeën voor straks.",
        "stel alleen open vragen en bewaar je idee voor straks",
        "Stel een open vragen en waar je ideeën voor straks",
        "open vragen en bewaar je ideeen",
        "stap drie vragen tien minuten",
        "drie vragen tien minuten stel alleen open vragen",
    ],
)
def test_its_own_lines_are_known_again_also_when_badly_heard(heard: str) -> None:
    assert is_own_voice(heard, SAID)


@pytest.mark.parametrize(
    "heard",
    [
        "Ja.",
        "Open vragen.",
        "Tien minuten.",
        "Hoe lang hebben we nog voor deze stap?",
        "Ik heb een vraag over de ouders van dat kind.",
        "Mag ik iets vragen over gisteren?",
        "Stel alleen open vragen en bewaar je ideeën voor straks zei ze maar ik wist al wat ik"
        " wilde zeggen en dat heb ik toen ook gewoon tegen hem gezegd",
    ],
)
def test_people_are_never_taken_for_it(heard: str) -> None:
    assert not is_own_voice(heard, SAID)


LINE = SAID[1].split()


@given(st.sets(st.integers(0, len(LINE) - 1), max_size=len(LINE) // 4))
def test_a_wrong_word_in_four_does_not_hide_it(wrong: set[int]) -> None:
    heard = " ".join("gister" if at in wrong else word for at, word in enumerate(LINE))

    assert is_own_voice(heard, SAID)


def test_without_anything_said_nothing_is_its_own() -> None:
    assert not is_own_voice("Stel alleen open vragen en bewaar je ideeën.", [])
