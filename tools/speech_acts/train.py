"""In: labelled utterances. Out: the weights that the product reads, and how well they do on others.

A network of one hidden layer (PyTorch), on each utterance as written and as a recogniser gives it.
Whatever is chosen (calibration, thresholds) is chosen on rounds that were left out of training.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import yaml
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional

from assistant.core.language.act_model import ActModel, ActWeights, features_of
from assistant.core.language.features import SIZE, Features
from assistant.core.language.text import normalise
from assistant.core.session.context import OUT
from assistant.inputs.act_weights import act_weights, lexicon
from tools.speech_acts import frames
from tools.speech_acts.data import FOLDER, LANGUAGES, Line, lines
from tools.speech_acts.noise import Recogniser

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

ROOT = FOLDER.parents[2]
WORK = ROOT / ".training"
MODELS = ROOT / "assistant" / "models" / "acts"
ACTS = (
    *("open_question", "closed_question", "suggestive_question", "solution", "judgement"),
    *("appreciation", "impression", "hypothesis", "story", "reported", "own_plan", "reaction"),
    *("learning", "procedure"),
)
NOISE = (0.0, 0.08, 0.2)
"""Shares of wrong words at which each utterance is learned once more; 0 is without marks."""
HALF, SOME = 0.5, 0.1
"""Of the utterances with other nouns, half are heard with one word in ten wrong."""
EACH = 6
"""Utterances from each sentence pattern."""
HIDDEN, EPOCHS, BATCH, RATE = 32, 6, 128, 3e-3
DROP = 0.3
"""Share of features, and of the hidden layer, left out at each step of learning."""
SMOOTH = 0.02
"""No label is surer than this."""
FOREIGN = 0.3
"""What an utterance of another language counts for."""
ALONE = ("nl",)
"""Languages with so many utterances that those of others add nothing."""
FOLDS = 4
"""Parts of the rounds that are left out in turn."""
AS_HEARD = 0.08
"""Share of wrong words in half of the utterances by which thresholds are chosen."""
ADVICE_RIGHT, OTHER_RIGHT = 0.84, 0.75
"""Share of marks that must be right in the rounds left out, where one utterance in three is advice."""
TALK = "talk"
"""How the rounds begin that are ordinary talk, as it comes."""
SILENCE = 0.003
"""Share of ordinary talk that may be taken for advice aloud: two utterances in an hour of 600."""
PRECISE = 0.9
"""Precision that other acts need to be said aloud."""


def features(language: str) -> Features:
    """The features of a language, from its prompts."""
    path = ROOT / "prompts" / language / "classes.yaml"
    return features_of(yaml.safe_load(path.read_text(encoding="utf-8")), lexicon(language, MODELS))


def wanted(found: Sequence[Line]) -> npt.NDArray[np.bool_]:
    """Whether each line holds each act: [n, acts]."""
    held = [[act in line.acts for act in ACTS] for line in found]
    return np.array(held, bool).reshape(len(found), len(ACTS))


class Network(nn.Module):
    """What the product computes with numpy, here with what it takes to learn it."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(SIZE, hidden, mode="sum", sparse=True)
        nn.init.normal_(self.table.weight, std=0.05)
        self.hidden = nn.Parameter(torch.zeros(hidden))
        self.out = nn.Linear(hidden, len(ACTS))

    def forward(self, places: Tensor, starts: Tensor, worth: Tensor) -> Tensor:
        """Logits [n, acts] of a batch of utterances."""
        found = self.table(places, starts, per_sample_weights=worth) + self.hidden
        logits: Tensor = self.out(functional.dropout(found.relu(), DROP, self.training))
        return logits


def packed(rows: Sequence[Places], random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """A batch as EmbeddingBag takes it, with some features of each utterance left out."""
    kept = [row[random.random(len(row)) > DROP] for row in rows]
    counts = np.array([len(row) for row in kept])
    worth = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return (
        torch.from_numpy(np.concatenate(kept).astype(np.int64)),
        torch.from_numpy(starts.astype(np.int64)),
        torch.from_numpy(worth),
    )


class Exchange:
    """Puts other nouns of the same number in an utterance: what is spoken of should not count.

    Args:
        made: what knows which words are nouns.
        texts: where the other nouns come from, commoner ones oftener.
    """

    def __init__(self, made: Features, texts: Sequence[str]) -> None:
        self._made = made
        self._nouns: dict[str, list[str]] = defaultdict(list)
        for text in texts:
            for word in PARTS.findall(text):
                if kind := made.noun(word):
                    self._nouns[kind].append(word.lower())

    def __call__(self, text: str, random: np.random.Generator) -> str:
        """The utterance with about half of its nouns exchanged."""

        def other(part: re.Match[str]) -> str:
            kind = self._made.noun(part[0])
            if kind is None or random.random() < HALF:
                return part[0]
            nouns = self._nouns[kind]
            return nouns[int(random.integers(len(nouns)))]

        return PARTS.sub(other, text)


PARTS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True)
class Lesson:
    """What is learned from: places and acts of each utterance, and how much it counts."""

    places: list[Places]
    truth: Floats
    worth: Floats


def lesson(made: Features, found: Sequence[Line], random: np.random.Generator) -> Lesson:
    """Utterances as written and as a recogniser gives them, and those of the sentence patterns."""
    recogniser = Recogniser([word for line in found for word in normalise(line.text).split()])
    texts = [line.text for line in found]
    for share in NOISE:
        texts += [recogniser.hear(line.text, share, random) for line in found]
    exchange = Exchange(made, [line.text for line in found])
    for line in found:
        text = exchange(line.text, random)
        texts.append(text if random.random() < HALF else recogniser.hear(text, SOME, random))
    patterns = list(frames.made(found[0].language, EACH, random))
    for line in patterns:
        share = random.choice([-1.0, *NOISE])
        texts.append(line.text if share < 0 else recogniser.hear(line.text, share, random))
    truth = np.concatenate([np.tile(wanted(found), (2 + len(NOISE), 1)), wanted(patterns)])
    places = [np.array(made.places(text)) for text in texts]
    return Lesson(places, truth.astype(np.float32), np.ones(len(texts), np.float32))


def foreign(language: str) -> Lesson | None:
    """The utterances of the other languages: what is learned of classes of words holds there too."""
    if language in ALONE:
        return None
    others = [other for other in LANGUAGES if other != language]
    known = {other: features(other) for other in others}
    rows = [(known[other], line) for other in others for line in lines(other)]
    places = [np.array(made.places(line.text)) for made, line in rows]
    truth = wanted([line for _, line in rows]).astype(np.float32)
    return Lesson(places, truth, np.full(len(rows), FOREIGN, np.float32))


def fit(
    made: Features, found: Sequence[Line], seed: int = 1, also: Lesson | None = None
) -> ActWeights:
    """Learn from these lines; not calibrated yet."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    one = lesson(made, found, random)
    places, truth, worth = one.places, one.truth, one.worth
    if also is not None:
        places = places + also.places
        truth = np.concatenate([truth, also.truth])
        worth = np.concatenate([worth, also.worth])
    network = Network(HIDDEN)
    slow = torch.optim.SparseAdam(list(network.table.parameters()), lr=RATE)
    rest = torch.optim.AdamW([network.hidden, *network.out.parameters()], lr=RATE)
    steps = EPOCHS * math.ceil(len(places) / BATCH)
    network.train()
    for step in range(steps):
        if step % math.ceil(len(places) / BATCH) == 0:
            order = random.permutation(len(places))
        first = step % math.ceil(len(places) / BATCH) * BATCH
        chosen = order[first : first + BATCH]
        for optimizer in (slow, rest):
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = RATE * max(0.02, 1 - step / steps)
        logits = network(*packed([places[i] for i in chosen], random))
        loss = functional.binary_cross_entropy_with_logits(
            logits,
            torch.from_numpy(truth[chosen]) * (1 - 2 * SMOOTH) + SMOOTH,
            weight=torch.from_numpy(worth[chosen])[:, None],
        )
        loss.backward()
        slow.step()
        rest.step()
    return _weights(network.eval())


def _weights(network: Network) -> ActWeights:
    table = network.table.weight.detach().numpy()
    scale = np.abs(table).max(axis=0) / 127
    ones = np.ones(len(ACTS), np.float32)
    return ActWeights(
        acts=ACTS,
        table=np.round(table / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        hidden=network.hidden.detach().numpy(),
        out=network.out.weight.detach().numpy(),
        bias=network.out.bias.detach().numpy(),
        slope=ones,
        shift=0 * ones,
        quiet=0.5 * ones,
        audible=0.75 * ones,
    )


@dataclass(frozen=True)
class Left:
    """What the model makes of lines that it did not learn from: logits and truth [n, acts]."""

    rounds: list[str]
    logits: npt.NDArray[np.float32]
    truth: npt.NDArray[np.bool_]


def left_out(language: str, say: Callable[[str], None] = print) -> Left:
    """Each round judged by a model of the other rounds, as written and as a recogniser gives it."""
    everything, made, also = lines(language), features(language), foreign(language)
    rounds = sorted({line.round for line in everything})
    kept: list[Line] = []
    logits: list[npt.NDArray[np.float32]] = []
    random = np.random.default_rng(2)
    for part in range(FOLDS):
        names = rounds[part::FOLDS]
        others = [line for line in everything if line.round not in names]
        model = ActModel(made, fit(made, others, also=also))
        recogniser = Recogniser([w for line in others for w in normalise(line.text).split()])
        for line in (line for line in everything if line.round in names):
            for text in (line.text, recogniser.hear(line.text, AS_HEARD, random)):
                kept.append(line)
                logits.append(model.logits(text))
        say(f"{language}: {', '.join(names)} judged by the other rounds")
    return Left([line.round for line in kept], np.array(logits), wanted(kept))


def calibrated(weights: ActWeights, left: Left) -> ActWeights:
    """The same weights, with probabilities and thresholds as the left-out rounds ask for."""
    slope, shift, quiet, audible = (np.zeros(len(ACTS), np.float32) for _ in range(4))
    talk = np.array([name.startswith(TALK) for name in left.rounds])
    for row, act in enumerate(ACTS):
        truth = left.truth[:, row]
        platt = LogisticRegression(C=1e6).fit(left.logits[:, [row]], truth)
        slope[row], shift[row] = platt.coef_[0, 0], platt.intercept_[0]
        p = 1 / (1 + np.exp(-(slope[row] * left.logits[:, row] + shift[row])))
        quiet[row] = best_threshold(p, truth, ADVICE_RIGHT if act == "solution" else OTHER_RIGHT)
        if act == "solution":
            audible[row] = max(quiet[row], _seldom_wrong(p[talk & ~truth]))
        else:
            audible[row] = max(quiet[row], _precise(p, truth))
    return replace(weights, slope=slope, shift=shift, quiet=quiet, audible=audible)


def best_threshold(
    p: npt.NDArray[np.floating], truth: npt.NDArray[np.bool_], right: float = 0.0
) -> float:
    """Where F1 is highest, of the thresholds at which so many of those taken are right."""

    def worth(threshold: float) -> tuple[bool, float]:
        taken = p >= threshold
        found = float((taken & truth).sum())
        f1 = 2 * found / max(1, taken.sum() + truth.sum())
        return found >= right * taken.sum(), f1

    return float(max(np.arange(0.15, 0.9, 0.01), key=worth))


def _seldom_wrong(p: npt.NDArray[np.floating]) -> float:
    """Above which threshold no more than SILENCE of ordinary talk is taken for advice in a session.

    There, what the step keeps out is less likely by OUT, and only what is kept out is said aloud.
    """
    highest = float(np.quantile(p, 1 - SILENCE))
    odds = math.log(highest / (1 - highest)) + OUT
    return 1 / (1 + math.exp(-odds))


def _precise(p: npt.NDArray[np.floating], truth: npt.NDArray[np.bool_]) -> float:
    for threshold in np.arange(0.3, 0.995, 0.005):
        taken = p >= threshold
        if taken.any() and (truth & taken).sum() >= PRECISE * taken.sum():
            return float(threshold)
    return 0.995


def save(weights: ActWeights, language: str, folder: Path = MODELS) -> Path:
    """Write the file that the product reads."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{language}.npz"
    arrays = {name: getattr(weights, name) for name in ActWeights.__slots__ if name != "acts"}
    np.savez_compressed(path, acts=np.array(weights.acts), **arrays)
    return path


def learn(language: str, say: Callable[[str], None] = print, folder: Path = MODELS) -> Path:
    """Learn a language from all its rounds, choose thresholds on rounds left out, and save it."""
    left = left_out(language, say)
    keep(left, language)
    learned = fit(features(language), lines(language), also=foreign(language))
    weights = calibrated(learned, left)
    return save(weights, language, folder)


def keep(left: Left, language: str, folder: Path = WORK) -> Path:
    """Keep what the left-out rounds came to, so that thresholds can be chosen anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"acts-{language}.npz"
    rounds = np.array(left.rounds)
    np.savez_compressed(path, rounds=rounds, logits=left.logits, truth=left.truth)
    return path


def again(language: str, folder: Path = MODELS, work: Path = WORK) -> Path:
    """Choose calibration and thresholds anew for weights that were learned before.

    Raises:
        FileNotFoundError: nothing was kept of an earlier `learn`.
    """
    weights = act_weights(language, folder)
    if weights is None:
        raise FileNotFoundError(f"no weights of '{language}' in {folder}")
    with np.load(work / f"acts-{language}.npz", allow_pickle=False) as kept:
        left = Left(
            rounds=[str(name) for name in kept["rounds"]],
            logits=kept["logits"],
            truth=kept["truth"],
        )
    return save(calibrated(weights, left), language, folder)
