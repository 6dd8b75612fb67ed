"""In: 32 ms of sound. Out: the probability that somebody speaks in it.

The Silero model that lies inside faster-whisper, run as a stream: its state and the last 64 samples
are kept from block to block, which gives the same figures as running it over all sound at once. The
model file is opened here directly, so that hearing does not wait for the speech model's import.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.errors import ModelError
from assistant.inputs.sound import BLOCK, Samples

CONTEXT = 64
"""Samples of the block before that the model wants to see again."""
SILENT = 1e-4
"""Peak below which a block is digital silence: not even a quiet microphone is that quiet."""
LONG = 32
"""Blocks of digital silence (1 s) after which the model forgets what was before and is not asked.
Not sooner: synthetic and edited speech has such blocks between its words, and a model that misses
them goes on believing in speech. It saves little (0.6 % of one core at most), for idle sources."""


class VoiceActivity:
    """A stream of speech probabilities.

    Raises:
        ModelError: the model is not inside the installed faster-whisper.
    """

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = 1
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        self._run: Any = onnxruntime.InferenceSession(
            str(_asset()), providers=["CPUExecutionProvider"], sess_options=options
        ).run
        self.reset()

    def reset(self) -> None:
        """Forget what was heard before."""
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._input = np.zeros((1, CONTEXT + BLOCK), np.float32)
        self._silent = 0

    def __call__(self, samples: Samples) -> float:
        """Probability of speech in a block of 512 samples at 16 kHz (0..1)."""
        quiet = float(np.max(np.abs(samples))) < SILENT
        self._silent = self._silent + 1 if quiet else 0
        if self._silent > LONG:
            self.reset()
            self._silent = LONG
            return 0.0
        self._input[0, :CONTEXT] = self._input[0, -CONTEXT:]
        self._input[0, CONTEXT:] = samples
        given = {"input": self._input, "h": self._h, "c": self._c}
        probability, self._h, self._c = self._run(None, given)
        return float(probability.ravel()[0])


def _asset() -> Path:
    found = find_spec("faster_whisper")
    folder = Path(found.origin).parent / "assets" if found and found.origin else Path()
    models = sorted(folder.glob("silero_vad*.onnx"))
    if not models:
        raise ModelError(
            "The voice-activity model is missing from faster-whisper.",
            "Install the packages again: make setup",
        )
    return models[-1]
