"""In: a speech probability per bit of sound. Out: where an utterance opened and closed.

Endpointing by counting seconds; the model that gives the probabilities is outside. An utterance
opens when speech has lasted for a moment, and closes after a pause, or at its greatest length: then
the cut falls in the quietest moment near the end, and the next utterance begins there, unless that
moment is a pause that has just begun.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How an utterance is told from a pause."""

    threshold: float = 0.5
    """Probability from which it is speech (Silero's own default)."""
    leave: float = 0.35
    """Probability under which it is no longer speech (Silero: threshold less .15)."""
    least: float = 0.1
    """Seconds of speech before an utterance opens: a click is shorter, 'ja' is longer."""
    pause: float = 0.6
    """Seconds of closing pause: shorter cuts sentences at a breath, longer keeps people waiting."""
    longest: float = 20.0
    """Seconds; Whisper's window is 30."""
    cut_within: float = 3.0
    """Seconds before the greatest length in which the quietest moment is looked for."""
    lead: float = 0.5
    """Seconds of sound kept before the first speech, so that no first sound is lost."""
    murmur: float = 0.15
    """Probability from which sound just before the first speech belongs to it: after a long silence
    Silero is slow to be sure (measured: 'Next step.' was opened at 'step')."""
    look_back: float = 0.8
    """Seconds that a murmur may last."""

    def __post_init__(self) -> None:
        if not 0 < self.leave <= self.threshold <= 1:
            raise ValueError("leave and threshold are probabilities, leave not above threshold")
        if not max(self.least, self.cut_within) < self.longest:
            raise ValueError("the longest utterance is longer than its parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Somebody began to speak."""

    start: float
    """Seconds of sound fed so far, at the first speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """An utterance is complete."""

    start: float
    """Seconds of sound fed, at its first speech."""
    end: float
    """Seconds of sound fed, after its last speech."""
    forced: bool = False
    """Whether it was cut at its greatest length, or by `flush`."""


class Segmenter:
    """Finds utterances in a stream of probabilities."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._now = 0.0
        self._first: float | None = None
        """Start of the speech that may become, or is, an utterance."""
        self._open = False
        self._murmur: float | None = None
        """Start of the sound that may turn out to be the beginning of speech."""
        self._last = 0.0
        """End of the last speech."""
        self._recent: deque[tuple[float, float]] = deque()
        """(time, probability) of the last seconds of a long utterance."""

    @property
    def open(self) -> bool:
        """Whether somebody is speaking."""
        return self._open

    @property
    def now(self) -> float:
        """Seconds of sound fed."""
        return self._now

    def feed(self, seconds: float, probability: float) -> Opened | Closed | None:
        """Count a bit of sound with the probability that it is speech (0..1)."""
        began, self._now = self._now, self._now + seconds
        speech = probability >= (self._limits.leave if self._open else self._limits.threshold)
        if speech:
            self._first = began if self._first is None else self._first
            self._last = self._now
        if not self._open:
            if probability < self._limits.murmur:
                self._murmur = None
            elif self._murmur is None:
                self._murmur = began
            return self._may_open(speech)
        self._remember(began, probability)
        if self._now - self._last >= self._limits.pause:
            return self._close(self._last, forced=False)
        if self._first is not None and self._now - self._first >= self._limits.longest:
            return self._cut()
        return None

    def flush(self) -> Closed | None:
        """Close the utterance that is open, if any (the sound ends here)."""
        if not self._open:
            self._first = None
            return None
        return self._close(self._last, forced=True)

    def _may_open(self, speech: bool) -> Opened | None:
        if not speech:
            self._first = None
        elif self._first is not None and self._now - self._first >= self._limits.least - 1e-9:
            self._open = True
            if self._murmur is not None:
                self._first = max(self._murmur, self._first - self._limits.look_back)
            self._murmur = None
            return Opened(start=self._first)
        return None

    def _remember(self, at: float, probability: float) -> None:
        self._recent.append((at, probability))
        while self._recent and self._recent[0][0] < self._now - self._limits.cut_within:
            self._recent.popleft()

    def _close(self, end: float, *, forced: bool) -> Closed:
        assert self._first is not None
        closed = Closed(start=self._first, end=end, forced=forced)
        self._first, self._open = None, False
        self._recent.clear()
        return closed

    def _cut(self) -> Closed:
        """Close at the quietest moment near the end, the latest of equals, and go on from there."""
        at = min(self._recent, key=lambda moment: (moment[1], -moment[0]))[0]
        if at >= self._last:
            # It falls in a pause that has begun: nothing has been said since, so nothing goes on.
            return self._close(self._last, forced=True)
        assert self._first is not None
        closed = Closed(start=self._first, end=at, forced=True)
        self._first = at
        self._recent.clear()
        return closed
