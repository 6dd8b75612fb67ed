"""The model in the package, on sentences that it was never trained with."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.inputs.models import DEMONSTRATION, card_of, package_folder
from assistant.inputs.whisper import Whisper
from tools.speech_model import evaluate, voices

pytestmark = [pytest.mark.model, pytest.mark.slow]

FOLDER = package_folder() / DEMONSTRATION
CLEAN, STRANGE, NOISY = evaluate.KINDS


@pytest.mark.parametrize("language", voices.LANGUAGES)
def test_most_words_of_new_sentences_are_heard_and_where_they_begin(language: str) -> None:
    """Twelve sentences are too few for a figure; `make bench` measures, this notices a ruin."""
    found = evaluate.measure(evaluate.transcriber(FOLDER, language), language, CLEAN, 12)

    assert found.sentences == 12
    assert found.wer < 0.35
    assert found.word_start is not None
    assert found.word_start < 0.15


def test_nothing_is_written_where_nobody_speaks() -> None:
    assert evaluate.invented(evaluate.transcriber(FOLDER, "nl"), 30) <= 0.04


def test_with_one_beam_silence_is_an_empty_text() -> None:
    whisper = Whisper(folder=FOLDER, language="en", beam=1)
    noise = np.random.default_rng(1).normal(0, 0.01, 3 * 16000).astype(np.float32)

    assert whisper.transcribe(noise, 0.0).text == ""
    assert whisper.transcribe(np.zeros(2 * 16000, np.float32), 0.0).text == ""


def test_the_language_is_found() -> None:
    found = evaluate.detected(evaluate.transcriber(FOLDER, "nl"), 15)

    assert set(found) == set(voices.LANGUAGES)
    assert all(share >= 0.8 for share in found.values())


def test_a_reader_that_pads_to_thirty_seconds_gets_by(tmp_path: Path) -> None:
    """Without the card nothing says that windows may be short."""
    shutil.copytree(FOLDER, tmp_path / "plain")
    (tmp_path / "plain" / "card.json").unlink()
    whisper = Whisper(folder=tmp_path / "plain", language="nl")

    assert evaluate.measure(whisper, "nl", CLEAN, 8).wer < 0.5


def test_the_card_says_what_it_is_and_how_well_it_hears() -> None:
    card = json.loads((FOLDER / "card.json").read_text(encoding="utf-8"))

    assert card_of(FOLDER).languages == ("nl", "en", "de")
    assert "not people" in card["hears"]
    assert {(f["language"], f["kind"]) for f in card["figures"]} == {
        (language, kind.name) for language in voices.LANGUAGES for kind in evaluate.KINDS
    }
    assert all(f["sentences"] >= 150 and 0 < f["wer"] < 0.5 for f in card["figures"])
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 12e6


def test_the_same_held_out_sentence_is_said_by_the_same_voice_each_time() -> None:
    first, second = (
        [(e.text, e.voice) for e in evaluate.utterances("nl", STRANGE, 5)] for _ in range(2)
    )

    assert first == second
    assert {voice.partition("+")[2] for _, voice in first} <= set(voices.UNSEEN)


def test_noise_and_echo_are_louder_than_a_quiet_room() -> None:
    def floor(kind: evaluate.Kind) -> float:
        example = next(evaluate.utterances("nl", kind, 1))
        return float(np.abs(example.samples[:1000]).mean() / np.abs(example.samples).max())

    assert floor(NOISY) > 5 * floor(CLEAN)
