"""In: the parts of a session, and a moment. Out: the View of it."""

from assistant.core.method import CaptureKind
from assistant.core.session.conductor import Conductor
from assistant.core.session.view import StepLine, View


def snapshot(c: Conductor, at: float, *, voice_active: bool) -> View:
    """The session as it can be shown at a moment (seconds since the start)."""
    at = max(at, c.now)
    clock, step = c.progress.clock, c.progress.step
    return View(
        at=at,
        phase=c.progress.shown(at),
        method=c.began.method.name[c.began.language],
        language=c.began.language,
        steps=_step_lines(c),
        index=c.progress.index,
        left=clock.left(at) if clock is not None and clock.started else None,
        elapsed=at,
        speaker=c.progress.speaker,
        presenter=c.progress.presenter,
        participants=c.began.participants,
        speaking=c.lines.speaking.text if c.lines.speaking else None,
        voice_active=voice_active,
        listening=c.listening,
        lines=c.board.lines,
        flags=c.board.flags,
        parked=c.board.kept(CaptureKind.PARKED_IDEA),
        questions=step.questions.get(c.began.language, ()) if step else (),
        waiting=c.board.waiting,
        troubles=c.board.troubles,
    )


def _step_lines(c: Conductor) -> tuple[StepLine, ...]:
    current = -1 if c.progress.index is None else c.progress.index
    return tuple(
        StepLine(
            name=step.name[c.began.language],
            seconds=c.progress.seconds(index),
            done=index < current,
            current=index == current,
        )
        for index, step in enumerate(c.progress.method.steps)
    )
