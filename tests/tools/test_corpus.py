"""The text that the demonstration model is trained on, and the text it is measured with."""

import itertools

import numpy as np
import pytest

from tools.speech_model import corpus, evaluate
from tools.speech_model.voices import ACCENTS, CORE, LANGUAGES, NAMED, UNSEEN, seen, unseen

LEAST = {"nl": 3000, "en": 2000, "de": 1000}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_sentences_and_each_is_there_once(language: str) -> None:
    found = corpus.sentences(language)

    assert len(found) >= LEAST[language]
    assert len({corpus.plain(text) for text in found}) == len(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_can_be_spoken_as_it_is_written(language: str) -> None:
    texts = [*corpus.sentences(language), *corpus.held_out(language)]

    assert [text for text in texts if any(letter.isdigit() for letter in text)] == []
    assert [text for text in texts if text[-1] not in ".?"] == []
    assert [text for text in texts if text.strip() != text or "  " in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_held_out_sentence_is_trained_on(language: str) -> None:
    held_out = {corpus.plain(text) for text in corpus.held_out(language)}
    drawn = itertools.islice(corpus.Corpus(language, np.random.default_rng(5)), 20_000)
    said, _names = corpus.demonstrations(language)

    assert len(held_out) >= 150
    assert held_out.isdisjoint(corpus.plain(text) for text in drawn)
    assert evaluate.overlap(language, [*corpus.sentences(language), *said]) == []


def test_overlap_is_seen_whatever_the_capitals_and_marks() -> None:
    text = corpus.held_out("nl")[0]

    assert evaluate.overlap("nl", [text.upper().rstrip(".?") + " ..."]) == [text]


def test_commands_and_names_of_the_demonstration_are_trained_on() -> None:
    drawn = list(itertools.islice(corpus.Corpus("nl", np.random.default_rng(1)), 4000))
    said, names = corpus.demonstrations("nl")

    assert {"Sofie", "Bram", "Els", "Daan", "Eva"} <= set(names)
    assert sum(text in said for text in drawn) > 50
    assert any(text in {"Volgende stap.", "De volgende stap."} for text in drawn)
    assert all(any(name in text for text in drawn) for name in names)
    assert not any("{" in text or "[" in text for text in drawn)


def test_the_same_seed_gives_the_same_texts() -> None:
    first, second = (
        list(itertools.islice(corpus.Corpus("en", np.random.default_rng(3)), 50)) for _ in range(2)
    )

    assert first == second


@pytest.mark.parametrize("language", LANGUAGES)
def test_unseen_voices_are_never_drawn_for_training(language: str) -> None:
    random = np.random.default_rng(2)
    accents = {seen(random, language).name.partition("+")[0] for _ in range(500)}
    variants = {seen(random, language).name.partition("+")[2] for _ in range(2000)}
    strangers = {unseen(random, language).name.partition("+")[2] for _ in range(200)}

    assert accents == set(ACCENTS[language])
    assert variants == {*CORE, *NAMED}
    assert strangers == set(UNSEEN)
