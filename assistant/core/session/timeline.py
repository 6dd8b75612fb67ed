"""In: start, pause, resume, extend, with their times. Out: seconds left, and the next cue.

Theory. A step has planned seconds. Its clock starts when the announcement has been spoken, so that
explaining costs the group nothing. The clock only counts while it runs: a pause moves every later
moment by its own length. Three cues are hung on the seconds *left*: half-time, one minute, time is
up; the last comes again in overtime, because a group that answers 'in a moment' must be asked once
more and then left alone. Extending a step hangs the cues that lie ahead again. Nothing here ends a
step: time never cuts anybody off.
"""

from dataclasses import dataclass

from assistant.core.actions import Cue
from assistant.core.method import Step, Who

AGAIN_AFTER = (-120.0, -300.0)
"""Seconds left (negative: overtime) at which 'time is up' is asked again."""
LEAST_FOR_HALF_TIME = 240.0
"""Shorter steps get no half-time cue: it would come before anybody got going."""
LEAST_FOR_ONE_MINUTE = 150.0


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A cue hung on the clock."""

    left: float
    """Seconds left at which it is due; negative in overtime."""
    cue: Cue


def marks(planned: float, *, silent: bool) -> tuple[Mark, ...]:
    """The cues of a step of so many seconds; silent thinking is only disturbed at its end."""
    found = [Mark(0.0, Cue.TIME_UP), *(Mark(left, Cue.TIME_UP) for left in AGAIN_AFTER)]
    if not silent and planned >= LEAST_FOR_HALF_TIME:
        found.append(Mark(planned / 2, Cue.HALF_TIME))
    if not silent and planned >= LEAST_FOR_ONE_MINUTE:
        found.append(Mark(60.0, Cue.ONE_MINUTE))
    return tuple(sorted(found, reverse=True))


class StepClock:
    """The clock of one step. All times are seconds since the start of the session."""

    def __init__(self, step: Step) -> None:
        self.planned = step.minutes * 60.0
        """Seconds, extensions included."""
        self._silent = step.speaks is Who.NOBODY
        self._marks = list(marks(self.planned, silent=self._silent))
        self._spent = 0.0
        self._since: float | None = None

    @property
    def started(self) -> bool:
        """Whether it has ever run."""
        return self._since is not None or self._spent > 0

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._since is not None

    def run(self, at: float) -> None:
        """Start, or go on after a pause; nothing happens when it runs already."""
        if self._since is None:
            self._since = at

    def halt(self, at: float) -> None:
        """Pause; nothing happens when it stands still already."""
        if self._since is not None:
            self._spent += max(0.0, at - self._since)
            self._since = None

    def elapsed(self, at: float) -> float:
        """Seconds that count for the step."""
        return self._spent + (max(0.0, at - self._since) if self._since is not None else 0.0)

    def left(self, at: float) -> float:
        """Seconds left; negative in overtime."""
        return self.planned - self.elapsed(at)

    def extend(self, at: float, seconds: float) -> None:
        """Give more time. In overtime the minutes count from now: who asks for two gets two."""
        overtime = max(0.0, -self.left(at))
        self.planned += seconds + overtime
        left = self.left(at)
        again = [
            mark for mark in marks(self.planned, silent=self._silent) if mark.left < left - 1.0
        ]
        # Half-time belongs to the plan as it was; after an extension it would only confuse.
        self._marks = [mark for mark in again if mark.cue is not Cue.HALF_TIME]

    def due_at(self) -> float | None:
        """When the next cue is due; None while the clock stands still or no cue is left."""
        if self._since is None or not self._marks:
            return None
        return self._since + (self.planned - self._spent) - self._marks[0].left

    def take(self, at: float) -> Cue | None:
        """The cue that is due now, taken off the clock; the latest when several are overdue."""
        due = None
        while self._marks and self.left(at) <= self._marks[0].left + 1e-6:
            if self._since is None:
                break
            due = self._marks.pop(0).cue
        return due
