"""In: an ear on a live source. Out: its events, in order, whatever breaks meanwhile.

Two threads: one hears and never waits for anything else, one decodes. Between them lies a backlog
that is bounded: when the transcriber falls too far behind, the oldest speech is given up, and that is
an event too. A microphone that goes away is opened again, with growing pauses, until it is back; what
was being said when it went is kept.
"""

import threading
from collections import deque
from collections.abc import Callable

from assistant.core.errors import AssistantError
from assistant.core.events import Lagged, PartFailed, PartRestored, Reason, SourceEnded
from assistant.inputs.ear import END, Ear, Segment

LAG = 5.0
"""Seconds of waiting speech from which the group is told that the assistant is behind."""
MOST = 600.0
"""Seconds of speech that wait at most (38 MB)."""
BACK_OFF = (0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts to open a microphone again; the last is repeated."""


class ThreadedEar:
    """Runs an ear on two threads.

    Args:
        ear: not yet started; its source is opened by the caller.
        now: seconds since the start of the session.
        reopen: opens the source again after it failed; None gives up at once.
    """

    def __init__(
        self, ear: Ear, now: Callable[[], float], reopen: Callable[[], None] | None = None
    ) -> None:
        self._ear, self._now, self._reopen = ear, now, reopen
        self._backlog: deque[Segment] = deque()
        self._change = threading.Condition()
        """Guards the backlog and the two flags below."""
        self._ended = False
        self._lagging = False
        self._over = threading.Event()
        self._failed: set[str] = set()
        """Parts that do not work now; each is touched by one thread only."""
        self._attempt = 0
        self._threads = [
            threading.Thread(target=self._hear, name="ear", daemon=True),
            threading.Thread(target=self._decode, name="transcriber", daemon=True),
        ]

    def start(self) -> None:
        """Begin to listen."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop listening; what is not decoded yet is given up. Safe to call twice."""
        self._over.set()
        self._ear.source.stop()
        with self._change:
            self._change.notify_all()
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(timeout=5)

    def _fails(self, part: str, error: Exception) -> None:
        """Tell it once, until it works again."""
        if part in self._failed:
            return
        self._failed.add(part)
        # The message of an unknown error may hold what was said; only ours are safe to show.
        message = error.message if isinstance(error, AssistantError) else type(error).__name__
        self._ear.post(PartFailed(at=self._now(), part=part, message=message))

    def _works(self, part: str) -> None:
        if part in self._failed:
            self._failed.discard(part)
            self._ear.post(PartRestored(at=self._now(), part=part))

    # The thread that hears

    def _hear(self) -> None:
        while not self._over.is_set():
            try:
                heard = self._ear.step()
            except Exception as error:  # noqa: BLE001 - deaf without a word would be worst of all
                if self._over.is_set() or not self._lost(error):
                    break
                continue
            self._attempt = 0
            self._works("microphone")
            if isinstance(heard, Segment):
                self._wait_in_line(heard)
            elif heard is END:
                break
        with self._change:
            self._ended = True
            self._change.notify_all()

    def _lost(self, error: Exception) -> bool:
        """The microphone went away; whether it is open again. It works when it gives sound."""
        if (segment := self._ear.flush()) is not None:
            self._wait_in_line(segment)
        self._fails("microphone", error)
        while self._reopen is not None:
            if self._over.wait(BACK_OFF[min(self._attempt, len(BACK_OFF) - 1)]):
                return False
            self._attempt += 1
            try:
                self._reopen()
            except Exception:  # noqa: BLE001 - not back yet; told already, tried again
                continue
            if self._over.is_set():  # `stop` came while it was being opened
                self._ear.source.stop()
            return True
        return False

    def _wait_in_line(self, segment: Segment) -> None:
        with self._change:
            self._backlog.append(segment)
            while self._waiting() > MOST and len(self._backlog) > 1:
                old, at = self._backlog.popleft(), self._now()
                self._ear.post(self._ear.event(old, Reason.OVERLOAD, at, at - old.closed_at))
            self._tell_lag()
            self._change.notify_all()

    def _waiting(self) -> float:
        return sum(segment.end - segment.start for segment in self._backlog)

    def _tell_lag(self) -> None:
        """Tell when it falls behind, and when all is caught up; not each step between."""
        waiting = self._waiting()
        if not self._lagging and waiting > LAG:
            self._lagging = True
            self._ear.post(Lagged(at=self._now(), waiting=round(waiting, 1)))
        elif self._lagging and not self._backlog:
            self._lagging = False
            self._ear.post(Lagged(at=self._now(), waiting=0.0))

    # The thread that decodes

    def _decode(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(
                    lambda: bool(self._backlog) or self._ended or self._over.is_set()
                )
                if self._over.is_set() or not self._backlog:
                    break
                segment = self._backlog.popleft()
            self._transcribe(segment)
            with self._change:
                self._tell_lag()
        if not self._over.is_set():
            self._ear.post(SourceEnded(at=self._now()))

    def _transcribe(self, segment: Segment) -> None:
        try:
            result = self._ear.decode(segment)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the session goes on
            self._fails("transcriber", error)
            result = Reason.NO_TEXT
        else:
            self._works("transcriber")
        at = self._now()
        self._ear.post(self._ear.event(segment, result, at, max(0.0, at - segment.closed_at)))
