"""In: an utterance's text. Out: which speech acts it holds, each with a calibrated probability.

A small neural network over the features of features.py: one hidden layer that all acts share, learned
from the utterances in tools/speech_acts/data. An utterance of several sentences is judged as a whole
and sentence by sentence, and the highest counts: advice behind a story is still advice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.core.language.features import Features, Lexicon
from assistant.core.speech import ActScore, SpeechAct

LEAST = 0.05
"""Probabilities under this are not worth mentioning."""
LEAST_WORDS = 3
"""A shorter sentence is not judged by itself: 'yes.' says nothing about what follows."""

_SENTENCE = re.compile(r"[^.?!]+[.?!]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActWeights:
    """What was learned.

    Attributes:
        acts: names of speech acts, in the order of the rows.
        table: int8 [places, hidden], what each feature adds to the hidden layer.
        scale: float32 [hidden], what one step of the table is worth.
        hidden: float32 [hidden], what is there without any feature.
        out: float32 [acts, hidden].
        bias: float32 [acts].
        slope, shift: float32 [acts]; probability = sigmoid(slope * logit + shift) (Platt 1999).
        quiet, audible: float32 [acts], from which probability an act counts, and may be said aloud.
    """

    acts: tuple[str, ...]
    table: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    hidden: npt.NDArray[np.float32]
    out: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    slope: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]
    quiet: npt.NDArray[np.float32]
    audible: npt.NDArray[np.float32]


class ActModel:
    """The learned judge of one language; answers as Acts does."""

    def __init__(self, features: Features, weights: ActWeights) -> None:
        self._features = features
        self._weights = weights
        self._acts = [SpeechAct(act) for act in weights.acts]

    def logits(self, text: str) -> npt.NDArray[np.float32]:
        """Before calibration: float32 [acts]."""
        found = [self._whole(text)]
        parts = [part for part in _SENTENCE.findall(text) if len(part.split()) >= LEAST_WORDS]
        if len(parts) > 1:
            found += [self._whole(part) for part in parts]
        highest: npt.NDArray[np.float32] = np.max(found, axis=0)
        return highest

    def _whole(self, text: str) -> npt.NDArray[np.float32]:
        places = self._features.places(text)
        w = self._weights
        total = w.table[places].sum(axis=0, dtype=np.int32) / np.sqrt(max(1, len(places)))
        hidden = np.maximum(0.0, total * w.scale + w.hidden)
        logits: npt.NDArray[np.float32] = (w.out @ hidden + w.bias).astype(np.float32)
        return logits

    def score(self, text: str) -> tuple[ActScore, ...]:
        """The acts in an utterance, most likely first."""
        w = self._weights
        probabilities = 1 / (1 + np.exp(-(w.slope * self.logits(text) + w.shift)))
        scores = [
            ActScore(
                act=act,
                probability=float(p),
                quiet_from=float(quiet),
                audible_from=float(aloud),
            )
            for act, p, quiet, aloud in zip(
                self._acts, probabilities, w.quiet, w.audible, strict=True
            )
            if p >= LEAST or p >= quiet
        ]
        return tuple(sorted(scores, key=lambda score: -score.probability))


def features_of(
    table: Mapping[str, Mapping[str, Sequence[str]]], lexicon: Lexicon | None = None
) -> Features:
    """The features of a language, from prompts/<language>/classes.yaml and its lexicon."""
    return Features(table["classes"], lexicon or Lexicon())
