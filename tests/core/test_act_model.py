"""The learned judge of speech acts: features, weights, probabilities."""

from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from assistant.core.errors import ModelError
from assistant.core.language.act_model import ActModel, ActWeights, features_of
from assistant.core.language.features import OTHER, SIZE, Features, Lexicon
from assistant.core.session.guard import counts, is_audible
from assistant.core.speech import ActScore, SpeechAct
from assistant.inputs.act_weights import act_weights, lexicon
from assistant.inputs.library import Library, shipped_folder

TABLE = Library([shipped_folder()]).table("nl", "classes")
FEATURES = features_of(TABLE)


def weights(quiet: float = 0.5, audible: float = 0.9, **worth: float) -> ActWeights:
    """Advice where somebody must do something, an open question where a question word begins."""
    acts = ("solution", "open_question")
    table = np.zeros((SIZE, 2), np.int8)
    table[crc32(b"has MUST") % SIZE, 0] = 100
    table[crc32(b"F0 WHO") % SIZE, 1] = 100
    ones = np.ones(2, np.float32)
    return ActWeights(
        acts=acts,
        table=table,
        scale=ones,
        hidden=0 * ones,
        out=np.eye(2, dtype=np.float32),
        bias=-2 * ones,
        slope=ones * worth.get("slope", 1.0),
        shift=ones * worth.get("shift", 0.0),
        quiet=ones * quiet,
        audible=ones * audible,
    )


def names(text: str) -> set[str]:
    return set(FEATURES.names(text))


def test_what_is_learned_of_one_person_and_time_holds_for_another() -> None:
    one, other = names("Kun je niet wachten?"), names("Konden jullie nooit wachten?")

    assert "m CAN YOU NEG" in one & other
    assert "w kun je niet" in one - other


def test_a_clause_is_known_by_how_it_begins() -> None:
    assert "C1 IMPERATIVE" in names("Nou ja, geef hem een taak.")
    assert "F0 WHO" in names("Wat voelde je?")


def test_capitals_accents_and_marks_change_little_and_a_lost_mark_is_known() -> None:
    heard, written = names("wat voelde je toen"), names("Wát voelde je toen?")

    assert heard - written == set()
    assert {"marked", "asked"} <= written - heard


def test_a_misheard_word_still_shares_its_letters() -> None:
    shared = names("je moet overleggen") & names("je moet overlegge")
    assert any(name.startswith("l ") and "rleg" in name for name in shared)


def test_the_places_of_a_text_are_few_and_always_the_same() -> None:
    text = "Misschien kun je een keer met hem naar buiten gaan."

    assert FEATURES.places(text) == FEATURES.places(text)
    assert all(0 <= place < SIZE for place in FEATURES.places(text))
    assert len(FEATURES.places(text)) < 600
    assert FEATURES.places("")


def test_an_act_has_its_probability_and_the_likeliest_comes_first() -> None:
    scores = ActModel(FEATURES, weights()).score("Wat moet je nu doen?")

    assert {score.act for score in scores} == {SpeechAct.SOLUTION, SpeechAct.OPEN_QUESTION}
    assert [s.probability for s in scores] == sorted((s.probability for s in scores), reverse=True)
    assert all(0.0 < score.probability <= 1.0 for score in scores)


def test_advice_behind_a_story_is_still_advice() -> None:
    model = ActModel(FEATURES, weights())
    story = "Ik had dat vorig jaar ook met een klas die maar bleef praten en lopen en gooien."
    alone = model.score("Je moet praten.")
    behind = model.score(f"{story} Je moet praten.")

    assert alone[0].probability == pytest.approx(behind[0].probability)


def test_calibration_moves_the_probability_and_not_the_order() -> None:
    text = "Wat moet je nu doen?"
    plain = ActModel(FEATURES, weights()).score(text)
    careful = ActModel(FEATURES, weights(slope=0.5, shift=-1.0)).score(text)

    assert [s.act for s in plain] == [s.act for s in careful]
    assert careful[0].probability < plain[0].probability


def test_the_model_brings_its_own_thresholds() -> None:
    text = "Je moet praten."
    sure = ActModel(FEATURES, weights(quiet=0.1, audible=0.2)).score(text)[0]
    doubting = ActModel(FEATURES, weights(quiet=0.9999, audible=0.99999)).score(text)[0]

    assert (counts(sure), is_audible(sure)) == (True, True)
    assert (counts(doubting), is_audible(doubting)) == (False, False)


def test_a_rule_without_thresholds_goes_by_the_guards() -> None:
    assert [
        (counts(score), is_audible(score))
        for score in (ActScore(act=SpeechAct.SOLUTION, probability=p) for p in (0.4, 0.6, 0.8))
    ] == [(False, False), (True, False), (True, True)]


def test_weights_come_back_from_their_file_and_a_damaged_file_says_so(tmp_path: Path) -> None:
    made = weights()
    arrays = {name: getattr(made, name) for name in ActWeights.__slots__ if name != "acts"}
    np.savez_compressed(tmp_path / "nl.npz", acts=np.array(made.acts), **arrays)
    read = act_weights("nl", tmp_path)

    assert read is not None
    assert read.acts == made.acts
    assert (read.table == made.table).all()
    assert act_weights("xx", tmp_path) is None

    (tmp_path / "nl.npz").write_bytes((tmp_path / "nl.npz").read_bytes()[:500])
    with pytest.raises(ModelError, match="damaged"):
        act_weights("nl", tmp_path)


def test_a_word_in_two_classes_has_the_first() -> None:
    made = Features({"first": ["maar"], "second": ["maar"]}, Lexicon(tags={"maar": "third"}))

    assert "has FIRST" in set(made.names("maar"))
    assert "has SECOND" not in set(made.names("maar"))


def test_a_word_without_a_class_has_its_part_of_speech_or_that_of_its_ending() -> None:
    known = Lexicon(tags={"praat": "V"}, lemmas={"praat": "praten"}, endings={"heid": "N"})
    found = set(Features({"you": ["je"]}, known).names("Je praat over eerlijkheid."))

    assert "t YOU V" in found
    assert "T V * N" in found
    assert "L je praten" in found


def test_the_words_of_each_language_are_in_the_package() -> None:
    asked = {"nl": ("gebeld", "bellen"), "en": ("called", "call"), "de": ("gerufen", "rufen")}
    for language, (word, lemma) in asked.items():
        known = lexicon(language)
        assert known.lemmas[word] == lemma
        assert known.tag(word) != OTHER
