"""In: the name of an earcon. Out: its sound: short, soft, without clicks.

Rising means something begins, falling that it is over; the flag is one low note, so that it is heard
as a remark and not as an alarm.
"""

from dataclasses import dataclass

import numpy as np

from assistant.outputs.sound import Sound

PEAK = 0.2
"""Of 1; a spoken line peaks at 0.5 to 0.8."""
RAMP = 0.012
"""Seconds of swelling and fading; a shorter one clicks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    pitch: float
    """Hertz."""
    start: float
    """Seconds."""
    length: float
    """Seconds."""


EARCONS = {
    "step": (
        _Note(pitch=523.25, start=0.0, length=0.2),
        _Note(pitch=783.99, start=0.11, length=0.23),
    ),
    "flag": (_Note(pitch=329.63, start=0.0, length=0.22),),
    "end": (
        _Note(pitch=783.99, start=0.0, length=0.18),
        _Note(pitch=523.25, start=0.11, length=0.23),
    ),
}


def chime(name: str, rate: int = 22_050) -> Sound:
    """An earcon: 'step', 'flag' or 'end'; at most 0.35 s, peak 0.2.

    Args:
        name: which one.
        rate: Hertz.

    Raises:
        KeyError: there is no such earcon.
    """
    notes = EARCONS[name]
    seconds = max(note.start + note.length for note in notes)
    mixed = np.zeros(int(seconds * rate))
    for note in notes:
        first = int(note.start * rate)
        tone = _tone(note, rate)[: len(mixed) - first]
        mixed[first : first + len(tone)] += tone
    mixed *= PEAK / np.max(np.abs(mixed))
    return Sound(samples=mixed.astype(np.float32), rate=rate)


def _tone(note: _Note, rate: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A note that is struck and dies away, with a little of its octave."""
    times = np.arange(int(note.length * rate)) / rate
    turn = 2 * np.pi * note.pitch * times
    tone = (np.sin(turn) + 0.2 * np.sin(2 * turn)) * np.exp(-3.0 * times / note.length)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, times / RAMP))
    shaped: np.ndarray[tuple[int], np.dtype[np.float64]] = tone * ramp * ramp[::-1]
    return shaped
