"""Training, export and what faster-whisper makes of it: a small network, the whole way."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.inputs import models
from assistant.inputs.whisper import Whisper
from tools.speech_model import shards
from tools.speech_model.tokens import NEEDED, SPECIAL, Tokens, train

TEXTS = [" Volgende stap.", " De volgende stap is dat we vragen stellen."] * 20


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(train(TEXTS, size=300))


def test_the_tokens_stand_in_the_order_that_whispers_readers_demand(tokens: Tokens) -> None:
    everything = tokens.all()

    assert len(everything) == tokens.count == len(set(everything))
    assert "" in everything[: tokens.end]  # else it counts as an English model
    assert everything[tokens.end : tokens.first_time] == list(SPECIAL)
    assert everything[tokens.first_time] == "<|0.00|>"
    assert everything[-1] == "<|30.00|>"


def test_the_space_and_the_first_byte_of_other_letters_can_be_written(tokens: Tokens) -> None:
    """faster-whisper forbids the first token of each of these."""
    forbidden = {tokens.tokenizer.encode(t, add_special_tokens=False).ids[0] for t in NEEDED}
    single = {tokens.tokenizer.encode(t, add_special_tokens=False).ids[0] for t in (" ", "–")}

    assert forbidden.isdisjoint(single)


def test_a_text_comes_back_with_the_place_of_each_token(tokens: Tokens) -> None:
    text = "De vólgende stap, één."
    ids, letters = tokens.encode(text)

    assert tokens.tokenizer.decode(ids) == f" {text}"
    assert letters[-1][1] == len(text)
    assert [first for first, _ in letters] == sorted(first for first, _ in letters)


def test_a_network_is_trained_interrupted_continued_exported_and_heard(
    tmp_path: Path, tokens: Tokens
) -> None:
    pytest.importorskip("torch", reason="the training libraries are an extra")
    from tools.speech_model import export
    from tools.speech_model import train as training

    shards.make(tmp_path, 0, 60)
    tokens.tokenizer.save(str(tmp_path / "tokenizer.json"))
    checkpoint = tmp_path / "checkpoint.pt"
    shape = training.Shape(tokens=tokens.count, width=32, heads=4, encoder=1, decoder=2)
    said: list[str] = []

    def run(minutes: float) -> "training.Trainer":
        training.train(
            shards=[tmp_path],
            tokens=tokens,
            checkpoint=checkpoint,
            plan=training.Plan(minutes=minutes, frames=3000, long=0.1),
            shape=shape,
            device="cpu",
            say=said.append,
        )
        trainer = training.Trainer(shape, training.Plan(minutes=minutes))
        trainer.load(checkpoint)
        return trainer

    first = run(0.05)
    assert first.steps > 0
    assert first.minutes >= 0.05
    second = run(0.12)
    assert second.steps > first.steps

    folder = export.export(checkpoint, tmp_path / "tokenizer.json", tmp_path / "model")
    (folder / "card.json").write_text(json.dumps({"name": "small", "window": models.FITTED}))
    models.check(folder, deep=True)
    whisper = Whisper(folder=folder, language="nl")
    assert whisper.transcribe(np.zeros(16000, np.float32), 0.0).seconds == 1.0
    assert whisper.language_of(np.zeros(4 * 16000, np.float32)) in {"nl", "en", "de"}


def test_learning_makes_the_losses_smaller(tmp_path: Path, tokens: Tokens) -> None:
    torch = pytest.importorskip("torch", reason="the training libraries are an extra")
    from tools.speech_model import train as training
    from tools.speech_model.batches import Batches

    examples = shards.read(shards.make(tmp_path, 0, 24), numbers := {})
    torch.manual_seed(0)
    shape = training.Shape(tokens=tokens.count, width=32, heads=4, encoder=1)
    trainer = training.Trainer(shape, training.Plan(minutes=100))
    batches = Batches(examples, tokens, frames=6000, random=np.random.default_rng(0))
    batch = batches.batch(list(range(12)), examples[11].frames + 40)
    first = trainer.step(batch)
    for _ in range(60):
        last = trainer.step(batch)

    assert len(numbers) < shape.phonemes
    assert all(last[name] < 0.8 * first[name] for name in ("text", "phonemes"))
    assert last["look"] < first["look"]
