"""In: a source of sound. Out: events: voice started and ended, utterances heard, and why not.

One ear for every room. `step` takes one block through gate, voice activity and segmenter; `decode`
turns a finished segment into text. A room without a clock calls both in turn; a live room has a
thread for each (ThreadedEar), so that decoding never keeps sound waiting.

Half-duplex: while the assistant's own voice sounds, and for a moment after its true end, the gate
is closed. An utterance that was open then is kept: nobody loses words because the assistant spoke.
"""

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from assistant.core.events import Discarded, Event, Heard, Reason, VoiceEnded, VoiceStarted
from assistant.core.hearing.cleanup import Draft
from assistant.core.hearing.own_voice import is_own_voice
from assistant.core.hearing.segmenter import Closed, Limits, Opened, Segmenter
from assistant.core.speech import Utterance
from assistant.inputs.sound import BLOCK, RATE, Block, Samples, Source

BLOCK_SECONDS = BLOCK / RATE
TAIL = 0.3
"""Seconds of sound kept behind the last speech of an utterance."""
GAP = 0.2
"""Seconds of sound that are missing, from which what was said before and after is kept apart."""


class End(Enum):
    """The source has ended."""

    END = "end"


END = End.END


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The sound of one utterance, with a little before and after."""

    start: float
    """Seconds since the start of the session, first speech."""
    end: float
    """Seconds since the start of the session, after the last speech."""
    closed_at: float
    """When the closing pause was over."""
    first: float
    """Seconds since the start of the session, of the first sample."""
    samples: Samples
    """float32 [n], 16 kHz mono."""


class Ear:
    """Hears utterances in a source of sound.

    Args:
        source: where sound comes from.
        activity: block of samples -> probability of speech; may have a `reset()`, called where
            sound begins anew.
        limits: how an utterance is told from a pause.
        transcribe: (samples, seconds since the start of the first sample) -> draft text.
        clean: draft -> draft, or why it is not believed.
        said: moment -> lines the assistant spoke shortly before it.
        post: takes VoiceStarted and VoiceEnded.
        first_utterance: number of the first utterance; above 1 when a session is resumed.
    """

    def __init__(
        self,
        *,
        source: Source,
        activity: Callable[[Samples], float],
        limits: Limits,
        transcribe: Callable[[Samples, float], Draft],
        clean: Callable[[Draft], Draft | Reason],
        said: Callable[[float], Sequence[str]],
        post: Callable[[Event], None],
        first_utterance: int = 1,
    ) -> None:
        self.source = source
        self.now = 0.0
        """Seconds since the start of the session, of the sound heard so far."""
        self.post = post
        self._activity = activity
        self._limits = limits
        self._transcribe, self._clean, self._said = transcribe, clean, said
        self._next = first_utterance
        self._segmenter = Segmenter(limits)
        self._offset = 0.0
        keep = limits.lead + limits.longest + limits.pause + 1.0
        self._blocks: deque[Block] = deque(maxlen=int(keep / BLOCK_SECONDS) + 1)
        self._taken = 0.0
        """Until when sound has gone into a segment: none goes into two, or words would double."""
        self._lock = threading.Lock()
        self._muted: deque[tuple[float, float]] = deque(maxlen=100)
        """From when until when the assistant's voice sounds, as far as it is not past."""
        self._closed = False
        self._drop = False

    # The gate; from any thread

    def mute(self, at: float) -> None:
        """The assistant's voice sounds from this moment on."""
        with self._lock:
            if not self._muted or self._muted[-1][1] != math.inf:
                self._muted.append((at, math.inf))

    def unmute(self, at: float) -> None:
        """From this moment on the assistant's voice and its echo are over."""
        with self._lock:
            if self._muted:
                self._muted[-1] = (self._muted[-1][0], at)

    def close(self) -> None:
        """Stop listening at once; what was being heard is dropped unheard."""
        with self._lock:
            self._closed = self._drop = True

    def open(self) -> None:
        """Listen again."""
        with self._lock:
            self._closed = False

    # Hearing

    def step(self) -> Segment | End | None:
        """Hear one block; an utterance when it completes one.

        Raises:
            DeviceError: the microphone went away.
        """
        block = self.source.read()
        if block is None:
            return self.flush() or END
        deaf = self._is_deaf(block.at)
        if self._dropping():
            self._drop_all()
        missing = self._blocks and abs(block.at - self._blocks[-1].at - BLOCK_SECONDS) > GAP
        before = self.flush() if deaf or missing else None
        self.now = block.at + BLOCK_SECONDS
        if deaf:
            return before
        return self._feed(block) or before  # a first block never completes an utterance

    def flush(self) -> Segment | None:
        """The sound breaks off here: the utterance that was open, if any."""
        closed = self._segmenter.flush()
        segment = None
        if closed is not None:
            self.post(VoiceEnded(at=self.now))
            segment = self._segment(closed)
        self._blocks.clear()
        return segment

    def _feed(self, block: Block) -> Segment | None:
        if not self._blocks:
            self._begin()
        self._blocks.append(block)
        if not self._segmenter.open:
            # A microphone's clock drifts against ours: count from where we are, between utterances.
            self._offset = block.at - self._segmenter.now
        found = self._segmenter.feed(BLOCK_SECONDS, self._activity(block.samples))
        if isinstance(found, Opened):
            self.post(VoiceStarted(at=self.now))
        elif isinstance(found, Closed):
            if not self._segmenter.open:
                self.post(VoiceEnded(at=self.now))
            return self._segment(found)
        return None

    def _begin(self) -> None:
        """Sound begins anew: a gap lies before it."""
        self._segmenter = Segmenter(self._limits)
        self._taken = 0.0
        reset = getattr(self._activity, "reset", None)
        if reset is not None:
            reset()

    def _drop_all(self) -> None:
        """What was being said goes nowhere, but that it is over must be known."""
        if self._segmenter.flush() is not None:
            self.post(VoiceEnded(at=self.now))
        self._blocks.clear()

    def _is_deaf(self, at: float) -> bool:
        with self._lock:
            while self._muted and self._muted[0][1] <= at:
                self._muted.popleft()
            muted = bool(self._muted) and at + BLOCK_SECONDS > self._muted[0][0]
            return self._closed or muted

    def _dropping(self) -> bool:
        with self._lock:
            drop, self._drop = self._drop, False
            return drop

    def _segment(self, closed: Closed) -> Segment:
        start, end = closed.start + self._offset, closed.end + self._offset
        since = max(start - self._limits.lead, self._taken)
        # When it was cut at its greatest length, the next begins right there.
        until = end if self._segmenter.open else min(end + TAIL, self.now)
        self._taken = until
        # A block belongs where its middle lies: times of live sound are never quite regular.
        wanted = [b for b in self._blocks if since <= b.at + BLOCK_SECONDS / 2 < until]
        wanted = wanted or [self._blocks[-1]]
        return Segment(
            start=start,
            end=end,
            closed_at=self.now,
            first=wanted[0].at,
            samples=np.concatenate([block.samples for block in wanted]),
        )

    # Understanding the sound

    def decode(self, segment: Segment) -> Draft | Reason:
        """The text of a segment, or why there is none.

        Raises:
            ModelError: the speech model is damaged.
        """
        draft = self._clean(self._transcribe(segment.samples, segment.first))
        if isinstance(draft, Draft) and is_own_voice(draft.text, self._said(segment.start)):
            return Reason.OWN_VOICE
        return draft

    def event(self, segment: Segment, result: Draft | Reason, at: float, delay: float) -> Event:
        """What happened, for the inbox; utterances are numbered in the order of this call."""
        if isinstance(result, Reason):
            return Discarded(at=at, start=segment.start, end=segment.end, reason=result)
        utterance = Utterance(
            id=self._next,
            start=round(segment.start, 3),
            end=round(segment.end, 3),
            text=result.text,
            words=result.words,
            confidence=result.confidence,
            delay=round(delay, 4),
        )
        self._next += 1
        return Heard(at=at, utterance=utterance)
