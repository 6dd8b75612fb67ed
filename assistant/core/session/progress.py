"""In: a method, and 'next', 'back', 'go to'. Out: which step it is, its clock, and who is speaking.

The only file that changes the step. Steps may be entered again (somebody says 'back'); each visit
has its own clock with the step's own minutes. The visits are remembered with their times, because a
text arrives after its words were spoken: a sentence belongs to the step in which it began.
"""

from assistant.core.method import Method, Step, Who
from assistant.core.session.timeline import StepClock
from assistant.core.session.view import Phase


class Progress:
    """Where a session is in its method. Times are seconds since the start."""

    def __init__(self, method: Method, presenter: str | None) -> None:
        self.method = method
        self.presenter = presenter
        self.index: int | None = None
        """Current step, from 0; None before the first."""
        self.phase = Phase.OPENING
        """OPENING, ANNOUNCING, RUNNING, CLOSING or FINISHED; see `shown` for the rest."""
        self.paused = False
        self._visits: list[tuple[float, int]] = []
        self._clocks: dict[int, StepClock] = {}
        self._floor: str | None = None

    @property
    def step(self) -> Step | None:
        """The current step."""
        return None if self.index is None else self.method.steps[self.index]

    @property
    def next_step(self) -> Step | None:
        """The step after this one; None at the last."""
        after = 0 if self.index is None else self.index + 1
        return self.method.steps[after] if after < len(self.method.steps) else None

    @property
    def clock(self) -> StepClock | None:
        """The clock of the current step."""
        return None if self.index is None else self._clocks[self.index]

    def enter(self, index: int, at: float) -> Step:
        """Begin a step; its clock waits for `run`."""
        if self.clock is not None:
            self.clock.halt(at)
        self.index = index
        self.phase = Phase.ANNOUNCING
        self.paused = False
        self._floor = None
        self._visits.append((at, index))
        self._clocks[index] = StepClock(self.method.steps[index])
        return self.method.steps[index]

    def run(self, at: float) -> None:
        """The announcement is over: the minutes count from now."""
        self.phase = Phase.RUNNING
        if self.clock is not None and not self.paused:
            self.clock.run(at)

    def pause(self, at: float) -> None:
        """Stop the clock."""
        self.paused = True
        if self.clock is not None:
            self.clock.halt(at)

    def resume(self, at: float) -> None:
        """Let the clock go on."""
        self.paused = False
        if self.clock is not None and self.phase is Phase.RUNNING:
            self.clock.run(at)

    def close(self, at: float) -> None:
        """No step any more: the goodbye is being said."""
        if self.clock is not None:
            self.clock.halt(at)
        self.phase = Phase.CLOSING

    def shown(self, at: float) -> Phase:
        """The phase as a person would name it."""
        if self.paused:
            return Phase.PAUSED
        if self.phase is Phase.RUNNING and self.clock is not None and self.clock.left(at) < 0:
            return Phase.OVERTIME
        return self.phase

    def seconds(self, index: int) -> float:
        """Planned seconds of a step, extensions included."""
        if index in self._clocks:
            return self._clocks[index].planned
        return self.method.steps[index].minutes * 60.0

    def seconds_after(self) -> float:
        """Planned seconds of the steps that are still to come."""
        first = 0 if self.index is None else self.index + 1
        return sum(self.seconds(index) for index in range(first, len(self.method.steps)))

    def step_at(self, at: float) -> Step | None:
        """The step that was going on at a moment."""
        for entered, index in reversed(self._visits):
            if entered <= at:
                return self.method.steps[index]
        return self.method.steps[self._visits[0][1]] if self._visits else None

    # Who is speaking, without voiceprints: the step knows, or somebody said so.

    def give_floor(self, name: str) -> None:
        """Somebody said who is speaking."""
        self._floor = name

    @property
    def speaker(self) -> str | None:
        """Who is speaking, as far as the method tells; None is unknown."""
        if self._floor is not None:
            return self._floor
        if self.step is not None and self.step.speaks is Who.PRESENTER:
            return self.presenter
        return None

    def attribute(self) -> str | None:
        """Whose words the utterance that just came are.

        In a round the floor stays with the one it was given to; elsewhere people answer each other,
        so it is only believed for one utterance.
        """
        speaker = self.speaker
        if self.step is not None and not self.step.round:
            self._floor = None
        return speaker
