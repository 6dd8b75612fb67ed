"""In: the acts in an utterance by its text alone. Out: the same, with what is known of the moment.

What the step keeps out, who speaks, whether the words just before were a question to the presenter,
and how sure the transcriber was: each moves the log-odds of an act. Without any of it nothing moves.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from assistant.core.speech import ActScore, SpeechAct

ROLE: Mapping[bool, Mapping[SpeechAct, float]] = MappingProxyType(
    {
        True: {
            SpeechAct.SOLUTION: -3.0,
            SpeechAct.SUGGESTIVE_QUESTION: -1.5,
            SpeechAct.OWN_PLAN: 1.0,
            SpeechAct.REACTION: 0.7,
        },
        False: {SpeechAct.REACTION: -1.5, SpeechAct.OWN_PLAN: -1.0},
    }
)
"""By whether the presenter speaks. What a presenter thinks of doing is a plan: advice to oneself
counts only when it could be nothing else. Own numbers, in log-odds (3 is one in twenty)."""
ANSWERING: Mapping[SpeechAct, float] = MappingProxyType(
    {SpeechAct.SOLUTION: -1.0, SpeechAct.JUDGEMENT: -0.5, SpeechAct.SUGGESTIVE_QUESTION: -0.5}
)
"""After a question to the presenter, when nobody knows who speaks: it is most likely the answer."""
SURE = 0.85
"""A confidence from which the words are taken as they are. faster-whisper's word probabilities on
clear speech are about .9, on speech with one word in four wrong about .65 (own measurements)."""
TAKEN_BACK, AT_MOST = -0.5, 3
"""Log-odds for each flag that the group took back, and how many of them count."""
OUT = -0.8
"""For an act that the step keeps out: people mostly keep to the round they are in. Where everything
may be said, one utterance in three is advice in the rounds the judge learned from; in a round for
questions far fewer are, so the same words are less likely to be."""
DOUBT = 0.55
"""What is left of the log-odds at confidence 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of the moment in which something was said.

    Attributes:
        presenter: whether the presenter speaks; None is unknown.
        answering: whether the utterance before was a question to the presenter.
        confidence: 0..1, of the transcriber; None is unknown.
        out: acts that the step keeps out.
        taken_back: how often the group took a flag for an act back in this session.
    """

    presenter: bool | None = None
    answering: bool = False
    confidence: float | None = None
    out: frozenset[SpeechAct] = frozenset()
    taken_back: Mapping[SpeechAct, int] = field(default_factory=dict)


def in_context(acts: tuple[ActScore, ...], context: Context) -> tuple[ActScore, ...]:
    """The acts as likely as they are at this moment, likeliest first."""
    moved = [
        replace(score, probability=_moved(score.probability, context, score.act)) for score in acts
    ]
    return tuple(sorted(moved, key=lambda score: -score.probability))


def _moved(probability: float, context: Context, act: SpeechAct) -> float:
    if not 0.0 < probability < 1.0:
        return probability  # certain by its form, a command: no context makes it less so
    shift = TAKEN_BACK * min(AT_MOST, context.taken_back.get(act, 0))
    if act in context.out:
        shift += OUT
    if context.presenter is not None:
        shift += ROLE[context.presenter].get(act, 0.0)
    elif context.answering:
        shift += ANSWERING.get(act, 0.0)
    odds = math.log(probability / (1 - probability))
    if context.confidence is not None and odds > 0:
        odds *= DOUBT + (1 - DOUBT) * min(1.0, context.confidence / SURE)
    return 1 / (1 + math.exp(-(odds + shift)))
