"""Comparing texts: what counts as a word, and how many are wrong."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.language.text import distance, normalise, similarity, word_errors, words


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert normalise("Eén van hen, zo'n vriend… naïef!") == "een van hen zon vriend naief"
    assert words("Wat  zei\thij?") == ["wat", "zei", "hij"]


def test_word_errors_count_wrong_missing_and_invented_words() -> None:
    assert word_errors("Hij gooit zijn boek.", "hij gooit zijn boek") == (0, 4)
    assert word_errors("Hij gooit zijn boek.", "Hij gooide zijn boek") == (1, 4)
    assert word_errors("Hij gooit zijn boek.", "Hij gooit boek") == (1, 4)
    assert word_errors("Hij gooit.", "Ja hij gooit wel") == (2, 2)
    assert word_errors("Niets verstaan.", "") == (2, 2)


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_the_distance_is_a_distance(one: str, other: str) -> None:
    a, b = one.split(), other.split()
    assert distance(a, a) == 0
    assert distance(a, b) == distance(b, a) <= max(len(a), len(b))
    assert 0.0 <= similarity(one, other) <= 1.0
