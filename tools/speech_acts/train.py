"""In: labelled utterances. Out: the weights that the product reads, and how well they do on others.

One logistic regression per act (scikit-learn), on each utterance as written and as a recogniser gives
it. Whatever is chosen (calibration, thresholds) is chosen on rounds that were left out of training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from assistant.core.language.act_model import ActModel, ActWeights, features_of
from assistant.core.language.features import SIZE, Features
from assistant.core.language.text import normalise
from tools.speech_acts.data import FOLDER, Line, lines
from tools.speech_acts.noise import Recogniser

ROOT = FOLDER.parents[2]
MODELS = ROOT / "assistant" / "models" / "acts"
ACTS = (
    *("open_question", "closed_question", "suggestive_question", "solution", "judgement"),
    *("appreciation", "impression", "hypothesis", "story", "reported", "own_plan", "reaction"),
    *("learning", "procedure"),
)
NOISE = (0.0, 0.08, 0.2)
"""Shares of wrong words at which each utterance is learned once more; 0 is without marks."""
STRENGTH = 20.0
"""Inverse of the regularisation."""
SILENCE = 0.004
"""Share of other utterances that may be taken for advice aloud: two in an hour of 600."""
PRECISE = 0.9
"""Precision that other acts need to be said aloud."""


def features(language: str) -> Features:
    """The features of a language, from its prompts."""
    path = ROOT / "prompts" / language / "classes.yaml"
    return features_of(yaml.safe_load(path.read_text(encoding="utf-8")))


def matrix(made: Features, texts: Sequence[str]) -> csr_matrix:
    """Features of texts [n, SIZE], each row of length 1 as the product scales it."""
    places = [made.places(text) for text in texts]
    counts = np.array([len(row) for row in places])
    values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
    indices = np.concatenate([np.array(row, np.int64) for row in places])
    return csr_matrix(
        (values, indices, np.concatenate([[0], np.cumsum(counts)])), (len(texts), SIZE)
    )


def wanted(found: Sequence[Line]) -> npt.NDArray[np.bool_]:
    """Whether each line holds each act: [n, acts]."""
    return np.array([[act in line.acts for act in ACTS] for line in found])


def fit(made: Features, found: Sequence[Line], seed: int = 1) -> ActWeights:
    """Learn from these lines; not calibrated yet."""
    random = np.random.default_rng(seed)
    recogniser = Recogniser([word for line in found for word in normalise(line.text).split()])
    texts = [line.text for line in found]
    for share in NOISE:
        texts += [recogniser.hear(line.text, share, random) for line in found]
    inputs = matrix(made, texts)
    truth = np.tile(wanted(found), (1 + len(NOISE), 1))
    table, bias = np.zeros((len(ACTS), SIZE), np.float32), np.zeros(len(ACTS), np.float32)
    for row in range(len(ACTS)):
        learner = LogisticRegression(C=STRENGTH, max_iter=400).fit(inputs, truth[:, row])
        table[row], bias[row] = learner.coef_[0], learner.intercept_[0]
    scale = np.abs(table).max(axis=1) / 127
    ones = np.ones(len(ACTS), np.float32)
    return ActWeights(
        acts=ACTS,
        table=np.round(table / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=bias,
        slope=ones,
        shift=0 * ones,
        quiet=0.5 * ones,
        audible=0.75 * ones,
    )


@dataclass(frozen=True)
class Left:
    """What the model makes of lines that it did not learn from: logits [n, acts] and the truth."""

    lines: list[Line]
    logits: npt.NDArray[np.float32]
    truth: npt.NDArray[np.bool_]


def left_out(language: str, share: float | None = None) -> Left:
    """Each round judged by a model of the other rounds.

    Args:
        language: two letters.
        share: of words heard wrong; None is the text as written.
    """
    everything, made = lines(language), features(language)
    rounds = sorted({line.round for line in everything})
    kept: list[Line] = []
    logits: list[npt.NDArray[np.float32]] = []
    random = np.random.default_rng(2)
    for name in rounds:
        others = [line for line in everything if line.round != name]
        model = ActModel(made, fit(made, others))
        recogniser = Recogniser([w for line in others for w in normalise(line.text).split()])
        for line in (line for line in everything if line.round == name):
            text = line.text if share is None else recogniser.hear(line.text, share, random)
            kept.append(line)
            logits.append(model.logits(text))
    return Left(kept, np.array(logits), wanted(kept))


def calibrated(weights: ActWeights, left: Left) -> ActWeights:
    """The same weights, with probabilities and thresholds as the left-out rounds ask for."""
    slope, shift, quiet, audible = (np.zeros(len(ACTS), np.float32) for _ in range(4))
    for row, act in enumerate(ACTS):
        truth = left.truth[:, row]
        platt = LogisticRegression(C=1e6).fit(left.logits[:, [row]], truth)
        slope[row], shift[row] = platt.coef_[0, 0], platt.intercept_[0]
        p = 1 / (1 + np.exp(-(slope[row] * left.logits[:, row] + shift[row])))
        quiet[row] = best_threshold(p, truth)
        audible[row] = max(quiet[row], _loud(p, truth, act == "solution"))
    return ActWeights(
        acts=weights.acts,
        table=weights.table,
        scale=weights.scale,
        bias=weights.bias,
        slope=slope,
        shift=shift,
        quiet=quiet,
        audible=audible,
    )


def best_threshold(p: npt.NDArray[np.floating], truth: npt.NDArray[np.bool_]) -> float:
    """Where F1 is highest."""

    def f1(threshold: float) -> float:
        taken = p >= threshold
        return 2 * float((taken & truth).sum()) / max(1, taken.sum() + truth.sum())

    return float(max(np.arange(0.15, 0.8, 0.01), key=f1))


def _loud(p: npt.NDArray[np.floating], truth: npt.NDArray[np.bool_], advice: bool) -> float:
    for threshold in np.arange(0.3, 0.995, 0.005):
        taken = p >= threshold
        false = (taken & ~truth).sum()
        if advice and false <= SILENCE * (~truth).sum():
            return float(threshold)
        if not advice and taken.any() and 1 - false / taken.sum() >= PRECISE:
            return float(threshold)
    return 0.995


def save(weights: ActWeights, language: str, folder: Path = MODELS) -> Path:
    """Write the file that the product reads."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{language}.npz"
    arrays = {name: getattr(weights, name) for name in ActWeights.__slots__ if name != "acts"}
    np.savez_compressed(path, acts=np.array(weights.acts), **arrays)
    return path
