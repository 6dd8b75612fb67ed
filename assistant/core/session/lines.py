"""In: sentences to speak, whether somebody speaks. Out: one Say at a time, when it may sound.

Manners of speaking. The assistant waits for a pause before it speaks, up to a patience that differs
per cue: the answer to a command comes at once, a half-time cue can wait. One line sounds at a time;
the next follows when the last has truly ended (Spoken). A line that never ends, because the voice
broke down, is given up after a time that no sentence needs, so that a session never hangs on it.
"""

from collections import deque
from dataclasses import dataclass

from assistant.core.actions import Channel, Cue, Say

PATIENCE = {
    Cue.ANSWER: 1.0,
    Cue.TROUBLE: 2.0,
    Cue.FLAG: 2.5,
    Cue.WELCOME: 3.0,
    Cue.STEP: 3.0,
    Cue.EXPLAIN: 3.0,
    Cue.READ: 3.0,
    Cue.GOODBYE: 6.0,
    Cue.HALF_TIME: 10.0,
    Cue.ONE_MINUTE: 10.0,
    Cue.TIME_UP: 12.0,
}
"""Seconds a line waits for somebody to finish. Own choice: a cue about time may come in a breath
later, an answer may not; to be measured with real groups."""

PASSING = frozenset({Cue.HALF_TIME, Cue.ONE_MINUTE, Cue.TIME_UP, Cue.FLAG})
"""Cues that lose their meaning when the step changes or the clock stops."""


@dataclass(slots=True)
class _Waiting:
    text: str
    cue: Cue
    channel: Channel
    until: float


class LineQueue:
    """The lines that wait for their turn. All times are seconds since the start of the session."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._lines = 0
        self._since = 0.0
        self.speaking: Say | None = None
        """The line that sounds now."""
        self.last = ""
        """The last line spoken, for 'repeat'."""

    @property
    def idle(self) -> bool:
        """Whether nothing sounds and nothing waits."""
        return self.speaking is None and not self._waiting

    @property
    def wake_at(self) -> float | None:
        """When patience or a line that never ended runs out."""
        if self.speaking is not None:
            return self._since + longest(self.speaking.text)
        return self._waiting[0].until if self._waiting else None

    def put(self, text: str, cue: Cue, at: float, channel: Channel = Channel.ROOM) -> None:
        """Let a line wait for its turn."""
        self._waiting.append(_Waiting(text, cue, channel, at + PATIENCE[cue]))

    def drop(self, cues: frozenset[Cue] = frozenset(Cue)) -> None:
        """Forget the waiting lines of these kinds."""
        self._waiting = deque(line for line in self._waiting if line.cue not in cues)

    def next(self, at: float, voice_active: bool) -> Say | None:
        """The line to speak now, if any may."""
        if self.speaking is not None or not self._waiting:
            return None
        if voice_active and at < self._waiting[0].until:
            return None
        line = self._waiting.popleft()
        self._lines += 1
        self._since = at
        self.speaking = Say(line=self._lines, text=line.text, cue=line.cue, channel=line.channel)
        if line.cue not in (Cue.ANSWER, Cue.FLAG, Cue.TROUBLE):
            self.last = line.text
        return self.speaking

    def ended(self, line: int) -> None:
        """That line is over; an older number (already given up) changes nothing."""
        if self.speaking is not None and self.speaking.line == line:
            self.speaking = None

    def give_up(self, at: float) -> None:
        """Forget the line that sounds when it takes longer than any sentence can."""
        if self.speaking is not None and at >= self._since + longest(self.speaking.text):
            self.speaking = None

    def silence(self) -> None:
        """Nothing sounds any more (the program was cut off in mid-sentence)."""
        self.speaking = None


def longest(text: str) -> float:
    """Seconds after which a line cannot still be sounding: five characters a second plus ten."""
    return 10.0 + len(text) / 5.0
