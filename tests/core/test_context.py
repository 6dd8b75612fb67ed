"""The same words at another moment: who speaks, after what, how well heard, what was forgiven."""

import pytest

from assistant.core.session.context import Context, in_context
from assistant.core.speech import ActScore, SpeechAct

ADVICE = (
    ActScore(act=SpeechAct.SOLUTION, probability=0.8),
    ActScore(act=SpeechAct.OWN_PLAN, probability=0.4),
)


def advice(context: Context) -> float:
    found = {score.act: score.probability for score in in_context(ADVICE, context)}
    return found[SpeechAct.SOLUTION]


def test_when_nothing_is_known_nothing_moves() -> None:
    assert [score.probability for score in in_context(ADVICE, Context())] == pytest.approx(
        [0.8, 0.4]
    )


def test_what_the_presenter_thinks_of_doing_is_a_plan() -> None:
    first = in_context(ADVICE, Context(presenter=True))[0]

    assert first.act is SpeechAct.OWN_PLAN
    assert advice(Context(presenter=True)) < 0.3


def test_an_answer_of_somebody_unknown_is_less_likely_advice_but_may_be() -> None:
    assert 0.5 < advice(Context(answering=True)) < 0.8
    assert advice(Context(answering=True, presenter=False)) == pytest.approx(0.8)


def test_words_that_were_heard_badly_are_believed_less() -> None:
    assert advice(Context(confidence=0.4)) < advice(Context(confidence=0.7)) < 0.8
    assert advice(Context(confidence=0.95)) == pytest.approx(0.8)


def test_bad_hearing_never_makes_an_unlikely_act_likelier() -> None:
    unlikely = (ActScore(act=SpeechAct.SOLUTION, probability=0.2),)

    assert in_context(unlikely, Context(confidence=0.1))[0].probability == pytest.approx(0.2)


def test_each_flag_that_was_taken_back_makes_the_next_one_less_likely_up_to_a_point() -> None:
    found = [advice(Context(taken_back={SpeechAct.SOLUTION: n})) for n in (0, 1, 3, 9)]

    assert found[0] > found[1] > found[2] == found[3]


def test_a_command_stays_a_command() -> None:
    order = (ActScore(act=SpeechAct.COMMAND, probability=1.0),)

    assert in_context(order, Context(presenter=True, confidence=0.1)) == order


def test_what_the_step_keeps_out_is_less_likely_there() -> None:
    assert 0.5 < advice(Context(out=frozenset({SpeechAct.SOLUTION}))) < 0.8
    assert advice(Context(out=frozenset({SpeechAct.JUDGEMENT}))) == pytest.approx(0.8)
