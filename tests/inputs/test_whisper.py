"""The transcriber on the demonstration model: real synthesis in, real decoding out."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import soxr

from assistant.core.errors import ModelError
from assistant.core.hearing.cleanup import Draft
from assistant.inputs import models
from assistant.inputs.sound import RATE, Samples
from assistant.inputs.whisper import MOST_TOKENS, Whisper
from assistant.outputs.synthesizer import Synthesizer

pytestmark = [pytest.mark.model, pytest.mark.slow]

SENTENCES = (
    "Volgende stap.",
    "Kijk wie hem dan opraapt.",
    "Ik heb de neiging om alles recht te praten.",
)
DEMONSTRATION = models.package_folder() / models.DEMONSTRATION


@pytest.fixture(scope="module")
def whisper() -> Whisper:
    made = Whisper(folder=DEMONSTRATION, language="nl")
    made.load()
    return made


@pytest.fixture(scope="module")
def spoken() -> dict[str, Samples]:
    """Sentence -> its sound as the ear hands it over, a little silence on both sides."""
    synthesizer = Synthesizer(language="nl")
    try:
        sounds = {text: synthesizer.render(text) for text in SENTENCES}
    finally:
        synthesizer.close()
    return {
        text: np.pad(np.asarray(soxr.resample(s.samples, s.rate, RATE), np.float32) * 0.6, 4800)
        for text, s in sounds.items()
    }


def free(folder: Path) -> Path:
    """The demonstration model without the card that forbids hotwords."""
    shutil.copytree(DEMONSTRATION, folder)
    (folder / "card.json").unlink()
    return folder


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_was_said_is_heard(
    sentence: str, whisper: Whisper, spoken: dict[str, Samples]
) -> None:
    draft = whisper.transcribe(spoken[sentence], 0.0)

    assert draft.text == sentence
    assert draft.confidence is not None
    assert draft.confidence > 0.8
    assert draft.log_probability > -0.5
    assert draft.seconds == pytest.approx(len(spoken[sentence]) / RATE)


def test_words_have_their_times_in_the_session(
    whisper: Whisper, spoken: dict[str, Samples]
) -> None:
    sentence = SENTENCES[-1]
    seconds = len(spoken[sentence]) / RATE
    words = whisper.transcribe(spoken[sentence], 600.0).words

    assert [word.text for word in words] == sentence.split()
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 600.0
    assert times[-1] <= 600.0 + seconds
    assert words[-1].start > 600.0 + seconds / 2


def test_nothing_is_invented_in_the_silence_behind_the_last_word(
    whisper: Whisper, spoken: dict[str, Samples]
) -> None:
    sentence = SENTENCES[1]
    with_silence = np.pad(spoken[sentence], (0, 3 * RATE))

    assert whisper.transcribe(with_silence, 0.0).text == sentence


def test_an_utterance_does_not_depend_on_the_one_before(
    whisper: Whisper, spoken: dict[str, Samples]
) -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 2 * RATE).astype(np.float32)
    before = whisper.transcribe(spoken[SENTENCES[0]], 0.0)
    whisper.transcribe(noise, 2.0)

    assert whisper.transcribe(spoken[SENTENCES[0]], 0.0) == before


def test_hotwords_are_kept_from_a_model_whose_card_forbids_them(
    whisper: Whisper, spoken: dict[str, Samples], tmp_path: Path
) -> None:
    sentence = SENTENCES[2]
    named = Whisper(folder=DEMONSTRATION, language="nl", hotwords=("Karim", "Sanne", "intervisie"))
    allowed = Whisper(folder=free(tmp_path / "free"), language="nl", hotwords=("Karim", "Sanne"))

    assert named.transcribe(spoken[sentence], 0.0).text == sentence
    assert allowed.transcribe(spoken[sentence], 0.0).text != sentence  # it does get them


def test_the_longest_utterance_with_the_most_hotwords_is_still_taken(tmp_path: Path) -> None:
    names = tuple(f"Naam{number}" for number in range(300))
    whisper = Whisper(folder=free(tmp_path / "free"), language="nl", hotwords=names)
    noise = np.random.default_rng(1).normal(0, 0.05, 20 * RATE).astype(np.float32)

    draft = whisper.transcribe(noise, 0.0)

    assert isinstance(draft, Draft)
    assert len(draft.words) <= MOST_TOKENS


def test_no_sound_at_all_is_no_text(whisper: Whisper) -> None:
    assert whisper.transcribe(np.zeros(0, np.float32), 0.0).text == ""


def test_a_damaged_model_says_so_in_one_sentence(tmp_path: Path) -> None:
    folder = free(tmp_path / "damaged")
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:100_000])

    with pytest.raises(ModelError, match="damaged") as error:
        Whisper(folder=folder, language="nl").load()
    assert error.value.hint


def test_it_is_loaded_once_however_many_ask(
    monkeypatch: pytest.MonkeyPatch, spoken: dict[str, Samples]
) -> None:
    import faster_whisper

    loaded = []

    class Counted(faster_whisper.WhisperModel):  # type: ignore[misc]
        def __init__(self, *given: object, **more: object) -> None:
            loaded.append(1)
            super().__init__(*given, **more)

    monkeypatch.setattr(faster_whisper, "WhisperModel", Counted)
    whisper = Whisper(folder=DEMONSTRATION, language="nl")
    threads = [threading.Thread(target=whisper.load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert whisper.transcribe(spoken[SENTENCES[0]], 0.0).text == SENTENCES[0]
    assert loaded == [1]
