"""The labelled utterances, and the errors of a recogniser that are made on them."""

from pathlib import Path

import numpy as np
import pytest

from assistant.core.language.text import normalise, word_errors
from tools.speech_acts import data, noise

LANGUAGES = [language for language in data.LANGUAGES if data.lines(language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_has_labels_of_the_guide_and_is_there_once(language: str) -> None:
    lines = data.lines(language)
    texts = [normalise(line.text) for line in lines]

    assert len(lines) > 100
    assert len(set(texts)) > 0.99 * len(texts)
    assert all(line.text[0] != "|" and line.labels for line in lines)


def test_each_kind_of_solution_and_each_hard_negative_is_there() -> None:
    labels = [label for line in data.lines("nl") for label in line.labels]

    assert set(labels) == data.LABELS
    assert min(labels.count(f"solution.{kind}") for kind in data.SOLUTIONS) >= 50


def test_the_guide_explains_every_label() -> None:
    guide = (data.FOLDER.parent / "GUIDE.md").read_text(encoding="utf-8")

    assert [label for label in data.LABELS if f"| `{label}` |" not in guide] == []


@pytest.mark.parametrize("line", ["no mark", "story |", "nonsense | Ja.", "story+ | Ja."])
def test_a_line_that_is_no_label_and_text_is_named_with_its_place(
    line: str, tmp_path: Path
) -> None:
    path = tmp_path / "nl" / "round.txt"
    path.parent.mkdir()
    path.write_text(f"story | Goed zo.\n{line}\n", encoding="utf-8")

    with pytest.raises(ValueError, match="line 2"):
        list(data.read(path))


def test_an_utterance_of_two_clauses_has_two_acts(tmp_path: Path) -> None:
    path = tmp_path / "nl" / "round.txt"
    path.parent.mkdir()
    path.write_text("story+solution.hedged | Dat had ik ook, misschien helpt praten.\n")
    line = next(data.read(path))

    assert line.acts == {"story", "solution"}
    assert line.advises
    assert (line.language, line.round, line.number) == ("nl", "round", 1)


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_as_many_words_are_wrong_as_was_asked(share: float) -> None:
    texts = [line.text for line in data.lines("nl")]
    words = [word for text in texts for word in normalise(text).split()]
    recogniser = noise.Recogniser(words)
    random = np.random.default_rng(1)

    counts = [word_errors(text, recogniser.hear(text, share, random)) for text in texts]
    wrong = sum(errors for errors, _ in counts) / sum(total for _, total in counts)
    assert wrong == pytest.approx(share, rel=0.25)


def test_without_errors_only_capitals_and_marks_are_gone() -> None:
    random = np.random.default_rng(1)

    assert noise.Recogniser(["ja"]).hear("Ja, zó doen we dat!", 0.0, random) == "ja zo doen we dat"


def test_words_of_like_sound_have_one_skeleton() -> None:
    assert noise.skeleton("vader") == noise.skeleton("water") == noise.skeleton("fader")
    assert noise.skeleton("vader") != noise.skeleton("moeder")
