"""Endpointing by counting seconds: lists of probabilities, no sound."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.core.hearing.segmenter import Closed, Limits, Opened, Segmenter

HOP = 0.032


def feed(
    *parts: tuple[float, float], limits: Limits | None = None
) -> tuple[list[Opened | Closed], Segmenter]:
    """Feed (seconds, probability) after each other."""
    segmenter = Segmenter(limits or Limits())
    found = []
    for seconds, probability in parts:
        for _ in range(round(seconds / HOP)):
            event = segmenter.feed(HOP, probability)
            if event is not None:
                found.append(event)
    return found, segmenter


def test_an_utterance_opens_with_speech_and_closes_after_the_pause() -> None:
    (opened, closed), _ = feed((1.0, 0.0), (2.0, 0.9), (1.0, 0.0))

    assert isinstance(opened, Opened)
    assert isinstance(closed, Closed)
    assert abs(opened.start - 1.0) < 0.05
    assert abs(closed.start - 1.0) < 0.05
    assert abs(closed.end - 3.0) < 0.05
    assert not closed.forced


def test_a_breath_does_not_close_it() -> None:
    found, _ = feed((2.0, 0.9), (0.4, 0.0), (2.0, 0.9), (1.0, 0.0))

    assert [type(event) for event in found] == [Opened, Closed]


def test_a_click_opens_nothing_and_a_short_yes_does() -> None:
    assert feed((1.0, 0.0), (0.06, 0.9), (1.0, 0.0))[0] == []
    assert len(feed((1.0, 0.0), (0.3, 0.9), (1.0, 0.0))[0]) == 2


def test_a_doubtful_sound_keeps_an_utterance_open_but_opens_none() -> None:
    assert feed((3.0, 0.4))[0] == []
    found, _ = feed((1.0, 0.9), (2.0, 0.4), (1.0, 0.0))
    closed = found[-1]
    assert isinstance(closed, Closed)
    assert abs(closed.end - 3.0) < 0.05


def test_the_longest_is_cut_at_the_quietest_moment_and_goes_on() -> None:
    found, segmenter = feed((18.0, 0.9), (0.2, 0.6), (4.0, 0.9), (1.0, 0.0))

    first, second = [event for event in found if isinstance(event, Closed)]
    assert first.forced
    assert abs(first.end - 18.0) < 0.3
    assert second.start == first.end
    assert abs(second.end - 22.2) < 0.1
    assert not segmenter.open


def test_flush_closes_what_is_open_and_nothing_else() -> None:
    _, speaking = feed((1.0, 0.9))
    closed = speaking.flush()
    assert closed is not None
    assert closed.forced
    assert speaking.flush() is None
    assert feed((1.0, 0.0))[1].flush() is None


def test_a_cut_that_falls_in_a_pause_is_simply_the_end() -> None:
    found, segmenter = feed((19.8, 0.9), (2.0, 0.0))

    assert [type(event) for event in found] == [Opened, Closed]
    closed = found[-1]
    assert isinstance(closed, Closed)
    assert abs(closed.end - 19.8) < 0.05
    assert not segmenter.open


@pytest.mark.parametrize(
    "wrong", [{"leave": 0.6}, {"threshold": 1.5}, {"leave": 0.0}, {"longest": 2.0}]
)
def test_limits_that_contradict_each_other_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"threshold|longest"):
        Limits(**wrong)


# Runs of like probabilities: single random ones hardly ever hold a pause long enough to close.
RUNS = st.lists(st.tuples(st.integers(1, 150), st.sampled_from([0.0, 0.3, 0.4, 0.6, 0.95])))
NOISE = st.lists(st.floats(0, 1), max_size=500)


@example([0.9] * 150 + [0.0] * 40)
@given(st.one_of(NOISE, RUNS.map(lambda runs: [p for times, p in runs for _ in range(times)])))
def test_utterances_never_overlap_and_never_exceed_the_sound(values: list[float]) -> None:
    segmenter = Segmenter(Limits(longest=5.0))
    closed = [e for p in values if isinstance(e := segmenter.feed(HOP, p), Closed)]
    last = segmenter.flush()
    closed += [last] if last else []

    for one, next_one in itertools.pairwise(closed):
        assert one.start < one.end <= next_one.start
    for one in closed:
        assert 0 <= one.start < one.end <= len(values) * HOP + 1e-6
        assert one.end - one.start <= 5.0 + HOP
    assert sum(one.end - one.start for one in closed) <= len(values) * HOP + 1e-6


@given(st.integers(4, 600), st.integers(19, 60), st.integers(4, 600))
def test_all_that_is_said_lies_in_an_utterance(first: int, pause: int, second: int) -> None:
    segmenter = Segmenter(Limits(longest=5.0))
    values = [0.9] * first + [0.0] * pause + [0.9] * second + [0.0] * 30
    closed = [e for p in values if isinstance(e := segmenter.feed(HOP, p), Closed)]

    assert sum(one.end - one.start for one in closed) == pytest.approx((first + second) * HOP)


def test_a_murmur_before_the_first_speech_belongs_to_it() -> None:
    """'Next step.' after a long silence: Silero is sure only at 'step'."""
    segmenter = Segmenter(Limits())
    found = [segmenter.feed(0.1, p) for p in (0.02, 0.02, 0.4, 0.45, 0.3, 0.8, 0.9, 0.9)]

    assert [event.start for event in found if isinstance(event, Opened)] == [pytest.approx(0.2)]


def test_a_long_murmur_is_not_all_of_it_speech() -> None:
    segmenter = Segmenter(Limits())
    found = [segmenter.feed(0.1, p) for p in (*[0.3] * 50, 0.9, 0.9)]

    assert [event.start for event in found if isinstance(event, Opened)] == [
        pytest.approx(5.0 - Limits().look_back)
    ]


def test_a_sound_that_died_away_before_the_speech_is_not_part_of_it() -> None:
    segmenter = Segmenter(Limits())
    found = [segmenter.feed(0.1, p) for p in (0.4, 0.4, 0.05, 0.9, 0.9)]

    assert [event.start for event in found if isinstance(event, Opened)] == [pytest.approx(0.3)]
