"""Voice activity on real (synthetic) speech, real noise and real silence."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soxr

from assistant.core.errors import ModelError
from assistant.inputs import voice_activity as module
from assistant.inputs.sound import BLOCK, RATE, Samples
from assistant.inputs.voice_activity import VoiceActivity
from assistant.outputs.synthesizer import Synthesizer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def speech() -> Samples:
    synthesizer = Synthesizer(language="nl")
    try:
        sound = synthesizer.render("Ik weet niet goed wat ik met die klas aan moet.")
    finally:
        synthesizer.close()
    return np.asarray(soxr.resample(sound.samples, sound.rate, RATE), np.float32) * 0.6


@pytest.fixture
def activity() -> VoiceActivity:
    return VoiceActivity()


def over(activity: VoiceActivity, samples: Samples) -> list[float]:
    blocks = range(0, len(samples) - BLOCK + 1, BLOCK)
    return [activity(samples[at : at + BLOCK]) for at in blocks]


def noise(seconds: float, level: float) -> Samples:
    size = round(seconds * RATE)
    return np.random.default_rng(1).normal(0, level, size).astype(np.float32)


def test_speech_is_speech(activity: VoiceActivity, speech: Samples) -> None:
    assert np.mean(np.array(over(activity, speech)) >= 0.5) > 0.8


@pytest.mark.parametrize("level", [0.0, 0.001, 0.03])
def test_silence_and_noise_are_not(level: float, activity: VoiceActivity) -> None:
    assert max(over(activity, noise(3.0, level))) < 0.35


def test_speech_behind_digital_silence_is_heard_at_once(
    activity: VoiceActivity, speech: Samples
) -> None:
    new = over(activity, speech)
    over(activity, np.zeros(20 * RATE, np.float32))

    assert over(activity, speech) == new


def test_a_moment_of_digital_silence_between_words_is_no_silence(
    activity: VoiceActivity, speech: Samples
) -> None:
    """Synthetic and edited speech has such moments; the model must go on through them."""
    gap = speech.copy()
    gap[RATE : RATE + BLOCK] = 0.0

    assert min(over(activity, gap)[RATE // BLOCK : RATE // BLOCK + 3]) > 0.35


def test_long_digital_silence_costs_nothing(
    activity: VoiceActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    over(activity, np.zeros(2 * RATE, np.float32))
    monkeypatch.setattr(activity, "_run", None)

    assert over(activity, np.zeros(RATE, np.float32)) == [0.0] * (RATE // BLOCK)


def test_after_a_reset_it_hears_as_if_it_were_new(activity: VoiceActivity, speech: Samples) -> None:
    before = over(activity, speech)
    activity.reset()

    assert over(activity, speech) == before


def test_the_samples_it_is_given_stay_as_they_are(activity: VoiceActivity, speech: Samples) -> None:
    given = speech[RATE : RATE + BLOCK].copy()
    activity(given)

    assert np.array_equal(given, speech[RATE : RATE + BLOCK])


def test_one_bad_block_does_not_make_it_deaf(activity: VoiceActivity, speech: Samples) -> None:
    activity(np.full(BLOCK, np.nan, np.float32))

    assert max(over(activity, speech)) > 0.9


@pytest.mark.slow
@pytest.mark.model
def test_as_a_stream_it_says_the_same_as_over_all_sound_at_once(
    activity: VoiceActivity, speech: Samples
) -> None:
    from faster_whisper.vad import get_vad_model

    sound = np.concatenate([noise(0.5, 0.001), speech, noise(1.0, 0.001)])
    sound = sound[: len(sound) // BLOCK * BLOCK]

    # Its own call zeroes the end of the array that it is given.
    at_once = np.asarray(get_vad_model()(sound.copy())).ravel()

    assert over(activity, sound) == pytest.approx(list(at_once), abs=1e-3)


def test_without_the_model_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(module, "find_spec", lambda _name: nothing)

    with pytest.raises(ModelError) as error:
        VoiceActivity()
    assert error.value.hint


@pytest.mark.slow
def test_it_does_not_wait_for_the_speech_model_to_be_imported() -> None:
    code = (
        "import sys; from assistant.inputs.voice_activity import VoiceActivity; VoiceActivity();"
        "print('faster_whisper' in sys.modules, 'ctranslate2' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "False"]
