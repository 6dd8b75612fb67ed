"""Earcons: short, soft, without clicks, and told apart by ear."""

import numpy as np
import pytest

from assistant.outputs.chime import EARCONS, chime


@pytest.mark.parametrize("name", EARCONS)
@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_an_earcon_is_short_and_soft(name: str, rate: int) -> None:
    sound = chime(name, rate)

    assert 0.1 < sound.seconds <= 0.35
    assert sound.samples.dtype == np.float32
    assert np.max(np.abs(sound.samples)) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("name", EARCONS)
def test_an_earcon_has_no_click_at_either_end_or_between_its_notes(name: str) -> None:
    samples = chime(name, 48_000).samples
    steps = np.abs(np.diff(samples))

    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3
    # 784 Hz with its octave at full strength changes by 0.027 a sample at most; a click by far more.
    assert np.max(steps) < 0.04
    assert np.max(np.abs(np.diff(samples, 2))) < 0.006


def pitches(name: str) -> list[float]:
    """The strongest frequency at the start and at the end."""
    sound = chime(name, 22_050)
    size = sound.rate // 12
    found = []
    for piece in (sound.samples[:size], sound.samples[-size:]):
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(size), 8 * size))
        found.append(float(np.argmax(spectrum) * sound.rate / (8 * size)))
    return found


def test_a_step_rises_and_the_end_falls_and_a_flag_is_one_low_note() -> None:
    step, end, flag = pitches("step"), pitches("end"), pitches("flag")

    assert step[1] > 1.3 * step[0]
    assert end[0] > 1.3 * end[1]
    assert flag[0] == pytest.approx(flag[1], rel=0.03)
    assert flag[0] < min(step + end)


def test_an_unknown_earcon_is_an_error() -> None:
    with pytest.raises(KeyError):
        chime("gong")
