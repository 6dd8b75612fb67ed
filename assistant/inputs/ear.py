"""In: a source of sound. Out: events: voice started and ended, utterances heard, and why not.

One ear for every room. `step` takes one block through gate, voice activity and segmenter; `decode`
turns a finished segment into text. A room without a clock calls both in turn; a live room has a
thread for each (ThreadedEar), so that decoding never keeps sound waiting.

Half-duplex: while the assistant's own voice sounds, and for a moment after its true end, the gate
is closed. An utterance that was open then is kept: nobody loses words because the assistant spoke.
"""

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
        activity: block of samples -> probability of speech.
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
        self._lock = threading.Lock()
        self._mute_from: float | None = None
        self._mute_until = 0.0
        self._closed = False
        self._drop = False

    # The gate; from any thread

    def mute(self, at: float) -> None:
        """The assistant's voice sounds from this moment on."""
        with self._lock:
            if self._mute_from is None:
                self._mute_from = max(at, self._mute_until)
            self._mute_until = float("inf")

    def unmute(self, at: float) -> None:
        """From this moment on the assistant's voice and its echo are over."""
        with self._lock:
            self._mute_until = at

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
            return self._flush() or END
        self.now = block.at + BLOCK_SECONDS
        deaf = self._is_deaf(block.at)
        if self._dropping():
            self._segmenter = Segmenter(self._limits)
            self._blocks.clear()
            self.post(VoiceEnded(at=self.now))
        if deaf:
            return self._flush()
        if not self._blocks or abs(self._blocks[-1].at + BLOCK_SECONDS - block.at) > 0.2:
            self._restart()
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

    def _restart(self) -> None:
        """Sound begins anew: a gap lies before it."""
        self._segmenter = Segmenter(self._limits)
        self._blocks.clear()

    def _is_deaf(self, at: float) -> bool:
        with self._lock:
            if self._mute_from is not None and at >= self._mute_until:
                self._mute_from = None
            muted = self._mute_from is not None and at + BLOCK_SECONDS > self._mute_from
            return self._closed or muted

    def _dropping(self) -> bool:
        with self._lock:
            drop, self._drop = self._drop, False
            return drop

    def _flush(self) -> Segment | None:
        if not self._blocks:
            return None
        closed = self._segmenter.flush()
        segment = None
        if closed is not None:
            self.post(VoiceEnded(at=self.now))
            segment = self._segment(closed)
        self._blocks.clear()
        return segment

    def _segment(self, closed: Closed) -> Segment:
        start, end = closed.start + self._offset, closed.end + self._offset
        wanted = [
            block
            for block in self._blocks
            if start - self._limits.lead <= block.at + BLOCK_SECONDS and block.at < end + TAIL
        ]
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
