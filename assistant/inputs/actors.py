"""In: a script, what the room hears, the time. Out: the next line somebody says, when it is time.

The actors hear no more than people would: which cue of the assistant has sounded, and silence.
"""

from dataclasses import dataclass

from assistant.core.actions import Cue
from assistant.inputs.script import Line, Script

SAY_AGAIN_AFTER = 7.0
"""Seconds without an answer after which an order is repeated."""
TRIES = 3
LOST_AFTER = 90.0
"""Seconds of silence after which the actors go on with the next scene, whatever the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A line being said."""

    number: int
    """Index of the line in the script."""
    step: str
    line: Line


class Actors:
    """The people of a script. All times are seconds since the start of the session."""

    def __init__(self, script: Script) -> None:
        self._script = tuple(script.lines())
        self._next = 0
        self._order: Turn | None = None
        self._tries = 0
        self._step = ""
        self._cues: set[Cue] = set()
        self._since_order: set[Cue] = set()

    @property
    def done(self) -> bool:
        """Whether nobody has anything left to say."""
        return self._next >= len(self._script) and self._order is None

    def entered(self, step: str) -> None:
        """The assistant began a step."""
        self._step = step
        self._cues.clear()

    def overheard(self, cue: Cue) -> None:
        """A line of the assistant has sounded."""
        self._cues.add(cue)
        self._since_order.add(cue)

    def turn(self, quiet: float) -> Turn | None:
        """Who speaks now, after so many seconds of silence in the room; None: nobody yet."""
        if self._order is not None:
            return self._again(self._order, quiet)
        if self._next >= len(self._script):
            return None
        step, line = self._script[self._next]
        if not self._ready(step, line, quiet):
            return None
        turn = Turn(number=self._next, step=step, line=line)
        self._next += 1
        self._remember(turn)
        return turn

    def _ready(self, step: str, line: Line, quiet: float) -> bool:
        if quiet >= LOST_AFTER and (step != self._step or line.after is None):
            return True
        if step != self._step or Cue.STEP not in self._cues:
            return False
        return quiet >= line.pause and (line.after is None or line.after in self._cues)

    def _remember(self, turn: Turn) -> None:
        self._since_order.clear()
        self._order = turn if turn.line.until is not None else None
        self._tries = 1

    def _again(self, order: Turn, quiet: float) -> Turn | None:
        if order.line.until in self._since_order:
            self._order = None
            return None
        if quiet < SAY_AGAIN_AFTER:
            return None
        if self._tries >= TRIES:
            self._order = None
            return None
        self._tries += 1
        return order
