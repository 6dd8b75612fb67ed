"""In: the name of an earcon. Out: its sound: short, soft, and never like speech."""

import functools

import numpy as np

from assistant.outputs.synthesizer import Sound

RATE = 22_050
PEAK = 0.15
"""Quiet enough to talk over."""
NOTES: dict[str, tuple[tuple[float, float], ...]] = {
    "step": ((660.0, 0.12), (880.0, 0.18)),
    "flag": ((520.0, 0.14),),
    "end": ((880.0, 0.12), (660.0, 0.12), (440.0, 0.11)),
}
"""Name -> (Hertz, seconds) one after another; together at most 0.35 s."""


@functools.lru_cache(maxsize=len(NOTES))
def chime(name: str) -> Sound:
    """The sound of an earcon; an unknown name is that of a flag."""
    return Sound(
        samples=np.concatenate([_note(*n) for n in NOTES.get(name, NOTES["flag"])]), rate=RATE
    )


def _note(hertz: float, seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    times = np.arange(int(seconds * RATE)) / RATE
    # A raised cosine: begins and ends at nothing, so that no loudspeaker clicks.
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * times / seconds)
    return (PEAK * shape * np.sin(2 * np.pi * hertz * times)).astype(np.float32)
