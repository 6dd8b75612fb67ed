"""In: an utterance with its acts, its step, who spoke. Out: flags and captures.

A flag is step × role × act: an act counts as one or more contributions, the step says which are in
and which are out, and who should be silent. Nothing here knows a method or the word 'solution'.

Two thresholds. From QUIET on, an utterance is marked in the record and on the screen; from AUDIBLE
on it may be said aloud, at most once a minute and three times a step, the third time as a question
to the facilitator (the sources' rule of thumb: interrupt rarely, name the rule, not the person).
"""

from dataclasses import dataclass

from assistant.core.actions import Capture, Flag, Level
from assistant.core.events import Heard
from assistant.core.method import CaptureBy, CaptureKind, CaptureRule, Contribution, Step, Who
from assistant.core.speech import ActScore, SpeechAct

QUIET = 0.5
AUDIBLE = 0.75
BETWEEN_AUDIBLE = 60.0
"""Seconds between two spoken cues."""
AUDIBLE_PER_STEP = 3

COUNTS_AS: dict[SpeechAct, frozenset[Contribution]] = {
    SpeechAct.OPEN_QUESTION: frozenset({Contribution.OPEN_QUESTION}),
    SpeechAct.CLOSED_QUESTION: frozenset({Contribution.CLOSED_QUESTION}),
    SpeechAct.SUGGESTIVE_QUESTION: frozenset({Contribution.SUGGESTIVE_QUESTION}),
    SpeechAct.SOLUTION: frozenset({Contribution.IDEA, Contribution.ADVICE}),
    SpeechAct.JUDGEMENT: frozenset({Contribution.JUDGEMENT}),
    SpeechAct.APPRECIATION: frozenset({Contribution.QUALITY}),
    SpeechAct.IMPRESSION: frozenset({Contribution.IMPRESSION}),
    SpeechAct.HYPOTHESIS: frozenset({Contribution.HYPOTHESIS}),
    SpeechAct.STORY: frozenset({Contribution.STORY, Contribution.ANSWER}),
    SpeechAct.REPORTED: frozenset({Contribution.STORY, Contribution.ANSWER}),
    SpeechAct.OWN_PLAN: frozenset({Contribution.PLAN, Contribution.ANSWER}),
    SpeechAct.REACTION: frozenset({Contribution.REACTION}),
    SpeechAct.LEARNING: frozenset({Contribution.LEARNING}),
    SpeechAct.PROCEDURE: frozenset({Contribution.META}),
    SpeechAct.COMMAND: frozenset(),
}

NOT_AN_IDEA = frozenset(
    {
        SpeechAct.OPEN_QUESTION,
        SpeechAct.CLOSED_QUESTION,
        SpeechAct.PROCEDURE,
        SpeechAct.JUDGEMENT,
        SpeechAct.REACTION,
        SpeechAct.APPRECIATION,
        SpeechAct.COMMAND,
    }
)
"""In a brainstorm all else is kept: an idea lost is worse than a remark too many in a list."""

NOT_CONTENT = frozenset(
    {
        SpeechAct.OPEN_QUESTION,
        SpeechAct.CLOSED_QUESTION,
        SpeechAct.SUGGESTIVE_QUESTION,
        SpeechAct.PROCEDURE,
        SpeechAct.COMMAND,
    }
)
"""What nobody wants to read back as their case, story or takeaway."""

KEPT_ACTS: dict[CaptureKind, frozenset[SpeechAct]] = {
    CaptureKind.ACTION: frozenset({SpeechAct.OWN_PLAN}),
    CaptureKind.CHOICE: frozenset({SpeechAct.OWN_PLAN, SpeechAct.LEARNING}),
    CaptureKind.AGREEMENT: frozenset({SpeechAct.PROCEDURE}),
    CaptureKind.QUALITY: frozenset({SpeechAct.APPRECIATION}),
    CaptureKind.INSIGHT: frozenset({SpeechAct.HYPOTHESIS, SpeechAct.IMPRESSION}),
    CaptureKind.TAKEAWAY: frozenset({SpeechAct.LEARNING, SpeechAct.OWN_PLAN}),
}
LEAST_WORDS = 3
"""Shorter utterances ('yes', 'I see') are never kept as content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the guard found in one utterance."""

    flag: Flag | None = None
    captures: tuple[Capture, ...] = ()
    turn: int = 0
    """How often was spoken up in this step, this flag included; 0 when this flag is not audible."""


class Guard:
    """Watches the contributions of one session."""

    def __init__(self) -> None:
        self._flags = 0
        self._spoken_at = -BETWEEN_AUDIBLE
        self._spoken_in_step: dict[str, int] = {}

    def judge(
        self, heard: Heard, step: Step, *, is_presenter: bool | None, audible: bool
    ) -> Verdict:
        """Flag and keep what was said in a step.

        Args:
            heard: the utterance, understood.
            step: the step in which it was spoken (not the one in which its text arrived).
            is_presenter: whether the presenter spoke; None is unknown.
            audible: whether a cue may be said aloud at all now.
        """
        found = _worst(heard.acts, step, is_presenter)
        if found is None:
            return Verdict(captures=_kept(heard, step))
        self._flags += 1
        turn = self._turn(found, step, heard.at, is_presenter) if audible else 0
        flag = Flag(
            id=self._flags,
            utterance=heard.utterance.id,
            step=step.id,
            act=found.act,
            level=Level.AUDIBLE if turn else Level.QUIET,
            probability=found.probability,
        )
        parked: tuple[Capture, ...] = ()
        if found.act is SpeechAct.SOLUTION:
            parked = (_capture(CaptureKind.PARKED_IDEA, heard, step),)
        return Verdict(flag=flag, captures=parked, turn=turn)

    def _turn(self, found: ActScore, step: Step, at: float, is_presenter: bool | None) -> int:
        spoken = self._spoken_in_step.get(step.id, 0)
        unsure = found.act is SpeechAct.REACTION and is_presenter is None
        late = at - self._spoken_at < BETWEEN_AUDIBLE
        if not is_audible(found) or unsure or late or spoken >= AUDIBLE_PER_STEP:
            return 0
        self._spoken_at = at
        self._spoken_in_step[step.id] = spoken + 1
        return spoken + 1


def kept_out(step: Step) -> frozenset[SpeechAct]:
    """The acts that a step keeps out, whoever speaks."""
    return frozenset(act for act in COUNTS_AS if _out(act, step, None))


def counts(score: ActScore) -> bool:
    """Whether an act is sure enough for a mark; a learned model brings its own threshold."""
    return score.probability >= (QUIET if score.quiet_from is None else score.quiet_from)


def is_audible(score: ActScore) -> bool:
    """Whether it is sure enough to be said aloud."""
    return score.probability >= (AUDIBLE if score.audible_from is None else score.audible_from)


def _worst(acts: tuple[ActScore, ...], step: Step, is_presenter: bool | None) -> ActScore | None:
    """The surest act that the step keeps out."""
    for score in sorted(acts, key=lambda score: -score.probability):
        if counts(score) and _out(score.act, step, is_presenter):
            return score
    return None


def _out(act: SpeechAct, step: Step, is_presenter: bool | None) -> bool:
    if act is SpeechAct.REACTION and is_presenter is False:
        return False
    if act is SpeechAct.SOLUTION and is_presenter and Who.PRESENTER not in step.silent:
        return False  # what the presenter thinks of doing is a plan, not advice
    meant = COUNTS_AS[act]
    return bool(meant & set(step.forbidden)) and not meant & set(step.allowed)


def _kept(heard: Heard, step: Step) -> tuple[Capture, ...]:
    if len(heard.utterance.text.split()) < LEAST_WORDS:
        return ()
    return tuple(
        _capture(rule.what, heard, step, replaces=rule.keep == "last")
        for rule in step.keeps
        if _fits(rule, heard)
    )


def _fits(rule: CaptureRule, heard: Heard) -> bool:
    likely = {score.act for score in heard.acts if counts(score)}
    top = heard.acts[0].act if heard.acts and counts(heard.acts[0]) else None
    match rule.by:
        case CaptureBy.EVERY:
            return top not in NOT_CONTENT
        case CaptureBy.LEAD:
            return False  # a lead-in is a command; the session keeps what follows it
        case CaptureBy.ACT if rule.what is CaptureKind.IDEA:
            return top not in NOT_AN_IDEA
        case CaptureBy.ACT:
            return bool(likely & KEPT_ACTS.get(rule.what, frozenset()))


def _capture(kind: CaptureKind, heard: Heard, step: Step, replaces: bool = False) -> Capture:
    utterance = heard.utterance
    return Capture(
        kind=kind, text=utterance.text, step=step.id, utterance=utterance.id, replaces=replaces
    )
