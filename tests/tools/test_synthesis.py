"""Speech for training: what is said, and when each word of it sounds."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from tools.speech_model import rooms, shards
from tools.speech_model.espeak import RATE, espeak
from tools.speech_model.examples import framed, in_a_room, joined, spoken
from tools.speech_model.voices import LANGUAGES, Voice

VOICE = Voice(name="nl+f2", rate=150, pitch=50, range=50)
SENTENCE = "Ik heb, eerlijk gezegd, geen idee."


def test_each_word_has_its_time_and_they_follow_one_another() -> None:
    example = spoken(SENTENCE, "nl", VOICE)

    assert [example.text[w.first : w.last] for w in example.words] == SENTENCE.split()
    times = [time for word in example.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= example.seconds + 0.02


def test_a_word_begins_where_its_sound_begins() -> None:
    """After a comma the synthesiser is silent; the next word begins when it speaks again."""
    example = spoken(SENTENCE, "nl", VOICE)
    before, after = example.words[1], example.words[2]

    def loudness(start: float, end: float) -> float:
        return float(np.abs(example.samples[int(start * RATE) : int(end * RATE)]).max())

    assert after.start - before.end > 0.1
    assert loudness(before.end + 0.03, after.start - 0.03) < 0.05
    assert loudness(after.start, after.start + 0.1) > 0.1


def test_a_voice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no voice 'xx-nobody'"):
        espeak().say("Hallo.", voice="xx-nobody")


def test_times_move_along_when_speech_is_framed_and_joined() -> None:
    first, second = spoken("Ja.", "nl", VOICE), spoken("Dat klopt.", "nl", VOICE)
    both = framed(joined(first, second, 0.5), 0.25, 0.1)

    assert both.text == "Ja. Dat klopt."
    assert [both.text[w.first : w.last] for w in both.words] == ["Ja.", "Dat", "klopt."]
    assert both.words[1].start == pytest.approx(0.25 + first.seconds + 0.5 + second.words[0].start)
    assert both.seconds == pytest.approx(
        0.25 + first.seconds + 0.5 + second.seconds + 0.1, abs=0.001
    )


def test_noise_is_as_much_below_the_speech_as_was_asked() -> None:
    speech = spoken(SENTENCE, "nl", VOICE).samples
    noise = rooms.noisy(np.random.default_rng(1), speech, 15.0) - speech

    assert 20 * np.log10(rooms.loudness(speech) / noise.std()) == pytest.approx(15.0, abs=0.5)


def test_an_echo_rings_on_behind_the_sound_and_keeps_its_time() -> None:
    click = np.zeros(RATE, np.float32)
    click[4000] = 1.0
    heard = rooms.echo(np.random.default_rng(1), click, 0.2, 0.3)

    assert int(np.abs(heard).argmax()) == 4000
    assert np.abs(heard[:3990]).max() < 1e-4
    assert np.sum(heard[4001:] ** 2) == pytest.approx(0.2, rel=0.05)


def test_a_shard_is_read_back_as_the_product_computes_it(tmp_path: Path) -> None:
    made = list(itertools.islice(shards.examples(np.random.default_rng(7)), 12))
    shards.write(tmp_path / "shard-0000.npz", made)
    numbers: dict[str, int] = {}
    read = shards.read(tmp_path / "shard-0000.npz", numbers)

    assert [seen.text for seen in read] == [example.text for example in made]
    assert numbers[""] == 0
    for seen, example in zip(read, made, strict=True):
        features = shards.features(example.samples)[:, : seen.frames]
        ours = seen.top - seen.mel.astype(np.float32) * shards.STEP
        assert np.abs(ours - features).max() < shards.STEP
        assert len(seen.phonemes) == seen.frames // 2
        assert (seen.phonemes.max() > 0) == bool(example.text)


def test_the_same_seed_gives_the_same_sentences_in_the_same_voices() -> None:
    first, second = (
        [(e.text, e.voice) for e in itertools.islice(shards.examples(np.random.default_rng(9)), 30)]
        for _ in range(2)
    )

    assert first == second


def test_a_shard_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    path = shards.make(tmp_path, 1, 2)
    before = path.stat().st_mtime_ns

    assert shards.make(tmp_path, 1, 2).stat().st_mtime_ns == before


def test_all_languages_and_silence_are_drawn() -> None:
    drawn = list(itertools.islice(shards.examples(np.random.default_rng(4)), 150))

    assert {example.language for example in drawn} == set(LANGUAGES)
    assert any(not example.text for example in drawn)
    assert all(np.abs(example.samples).max() <= 1.0 for example in drawn)
    assert all(0.4 < example.seconds < shards.LONGEST for example in drawn)


def test_a_room_changes_the_sound_but_not_the_times() -> None:
    example = framed(spoken(SENTENCE, "nl", VOICE), 0.2, 0.2)
    heard = in_a_room(np.random.default_rng(1), example)

    assert heard.words == example.words
    assert len(heard.samples) == len(example.samples)
