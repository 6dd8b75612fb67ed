"""The labelled utterances, and the errors of a recogniser that are made on them."""

from pathlib import Path

import numpy as np
import pytest

from assistant.core.language.text import normalise, word_errors
from assistant.core.speech import ActScore, SpeechAct
from tests.bench import acts as bench
from tools.speech_acts import data, frames, measure, noise, words

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_measured_with_was_never_learned_from(language: str) -> None:
    held = {normalise(line.text) for line in data.held_back(language)}

    assert len(held) > 500
    assert not held & {normalise(line.text) for line in data.lines(language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_pattern_fills_into_a_sentence_with_a_label_of_the_guide(
    language: str,
) -> None:
    made = list(frames.made(language, 2, np.random.default_rng(1)))

    assert len(made) > 400
    assert [line.text for line in made if set("{}[]") & set(line.text) or "  " in line.text] == []
    assert data.LABELS.issuperset(label for line in made for label in line.labels)


def test_the_same_thing_to_do_is_in_advice_and_in_a_story() -> None:
    table = {"order": "verb last", "does": [["de ouders", "bel", "belt", "belde", "bellen"]]}
    table["does"][0] += ["gebeld", "op"]
    random = np.random.default_rng(1)

    assert frames.filled("Je moet {inf}.", table, random) == "Je moet de ouders opbellen."
    assert frames.filled("Ik heb {part}.", table, random) == "Ik heb de ouders opgebeld."
    assert frames.filled("Probeer {te}.", table, random) == "Probeer de ouders op te bellen."
    assert frames.filled("{imp}!", table, random) == "Bel de ouders op!"


class Believer:
    """A judge that takes every 'moet' for advice, and is surer of it at the end."""

    def score(self, text: str) -> tuple[ActScore, ...]:
        sure = 0.9 if text.endswith("moet!") else 0.6 if "moet" in text else 0.1
        return (ActScore(act=SpeechAct.SOLUTION, probability=sure),)


def lines(*rows: tuple[str, str]) -> list[data.Line]:
    return [data.Line(text, (label,), "nl", "r", n) for n, (label, text) in enumerate(rows)]


FOUR = lines(
    ("solution.direct", "Dat is wat je moet!"),
    ("solution.tried", "Al eens gebeld?"),
    ("story", "Hij moet elke dag met de bus."),
    ("procedure.rule", "Eerst vragen."),
)


def test_figures_are_those_of_the_judge() -> None:
    found = measure.judged(Believer(), FOUR)

    assert {f.name: f.value for f in measure.overall(found)} == {
        "F1": 0.5,
        "precision": 0.5,
        "recall": 0.5,
        "false per 100": 50.0,
    }
    assert {f.name: f.value for f in measure.by_kind(found)} == {
        "procedure.rule": 0.0,
        "solution.direct": 1.0,
        "solution.tried": 0.0,
        "story": 100.0,
    }
    assert measure.an_hour(found) == (0.0, 0.5)
    assert measure.expected_calibration_error(found) == pytest.approx(0.375)


def test_an_interval_holds_its_figure_and_narrows_with_more_lines() -> None:
    few = measure.overall(measure.judged(Believer(), FOUR))[0]
    many = measure.overall(measure.judged(Believer(), FOUR * 50))[0]

    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low


def test_the_readme_table_replaces_the_one_before_and_marks_what_is_missed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n", encoding="utf-8")
    table = {"nl": [("F1", "0.80", ">= 0.9 MISSED", "10")], "en": [("F1", "0.91", ">= 0.9", "9")]}

    for _ in range(2):
        bench.document(table, path)

    text = path.read_text(encoding="utf-8")
    assert "| F1 | **0.80**, goal ≥ 0.9 | 0.91, goal ≥ 0.9 |" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")


def test_a_lexicon_keeps_near_tags_and_leaves_out_what_the_ending_tells(tmp_path: Path) -> None:
    from assistant.inputs.act_weights import lexicon

    known = {
        "bel": [("N(soort,ev,basis,zijd,stan)", -9.0), ("WW(pv,tgw,ev)", -10.0)],
        "belde": [("WW(pv,verl,ev)", -9.0), ("N(soort,ev,basis,zijd,stan)", -20.0)],
        "vrijheid": [("N(soort,ev,basis,zijd,stan)", -9.0)],
        "eenheid": [("N(soort,ev,basis,zijd,stan)", -9.0)],
    }
    lemmas = {"belde": "bellen"}
    made = words.lexicon("nl", known, known.__getitem__, lambda word: lemmas.get(word, word))
    words.save(made, "nl", tmp_path)
    read = lexicon("nl", tmp_path)

    assert (read.tag("bel"), read.tag("belde")) == ("N/Vptwev", "Vpvlev")
    assert read.lemmas == {"belde": "bellen"}
    assert "vrijheid" not in read.tags
    assert read.tag("vrijheid") == read.tag("waarheid") == "N"


def test_nouns_are_exchanged_and_the_rest_stays() -> None:
    pytest.importorskip("torch")
    from tools.speech_acts import train

    made = train.features("nl")
    exchange = train.Exchange(made, ["De wethouder heeft een fiets.", "Een tuin."])
    random = np.random.default_rng(3)
    found = {exchange("Je moet de moeder bellen.", random) for _ in range(40)}

    assert "Je moet de moeder bellen." in found
    assert any("wethouder" in text or "fiets" in text for text in found)
    assert all(text.startswith("Je moet de ") and text.endswith(" bellen.") for text in found)


def test_a_few_utterances_are_enough_to_learn_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from assistant.core.language.act_model import ActModel
    from tools.speech_acts import train

    monkeypatch.setattr(train, "EACH", 1)
    monkeypatch.setattr(train, "EPOCHS", 20)
    made = train.features("nl")
    model = ActModel(made, train.fit(made, data.lines("nl")[:400]))
    advice, question = (
        model.logits(text)[train.ACTS.index("solution")]
        for text in ("Je moet met de moeder praten.", "Wat voelde je toen?")
    )

    assert advice > question + 1
