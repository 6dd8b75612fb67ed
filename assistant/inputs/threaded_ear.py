"""In: an ear on a live source. Out: its events, in order, whatever breaks meanwhile.

Two threads: one hears and never waits for anything else, one decodes. Between them lies a backlog
that is bounded: when the transcriber falls too far behind, the oldest speech is given up, and that is
an event too. A microphone that goes away is opened again, with growing pauses, until it is back.
"""

import threading
from collections import deque
from collections.abc import Callable

from assistant.core.errors import AssistantError, DeviceError
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
        reopen: opens the source again after a DeviceError; None gives up at once.
    """

    def __init__(
        self, ear: Ear, now: Callable[[], float], reopen: Callable[[], None] | None = None
    ) -> None:
        self._ear, self._now, self._reopen = ear, now, reopen
        self._backlog: deque[Segment] = deque()
        self._change = threading.Condition()
        self._over = threading.Event()
        self._ended = False
        self._lagging = False
        self._deaf = False
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

    # The thread that hears

    def _hear(self) -> None:
        while not self._over.is_set():
            try:
                heard = self._ear.step()
            except DeviceError as error:
                if not self._lost(error):
                    break
                continue
            if isinstance(heard, Segment):
                self._wait_in_line(heard)
            elif heard is END:
                break
        with self._change:
            self._ended = True
            self._change.notify_all()

    def _lost(self, error: DeviceError) -> bool:
        """The microphone went away; whether it is back."""
        if self._over.is_set():
            return False
        self._ear.post(PartFailed(at=self._now(), part="microphone", message=error.message))
        attempt = 0
        while self._reopen is not None:
            if self._over.wait(BACK_OFF[min(attempt, len(BACK_OFF) - 1)]):
                return False
            attempt += 1
            try:
                self._reopen()
            except DeviceError:
                continue
            self._ear.post(PartRestored(at=self._now(), part="microphone"))
            return True
        return False

    def _wait_in_line(self, segment: Segment) -> None:
        given_up: list[Segment] = []
        with self._change:
            self._backlog.append(segment)
            while self._waiting() > MOST and len(self._backlog) > 1:
                given_up.append(self._backlog.popleft())
            self._change.notify_all()
        for old in given_up:
            at = self._now()
            self._ear.post(self._ear.event(old, Reason.OVERLOAD, at, at - old.closed_at))
        self._tell_lag()

    def _waiting(self) -> float:
        return sum(segment.end - segment.start for segment in self._backlog)

    def _tell_lag(self) -> None:
        waiting = self._waiting()
        behind = waiting > LAG
        if behind or self._lagging:
            self._lagging = behind
            seconds = round(waiting, 1) if behind else 0.0
            self._ear.post(Lagged(at=self._now(), waiting=seconds))

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
            self._tell_lag()
        if not self._over.is_set():
            self._ear.post(SourceEnded(at=self._now()))

    def _transcribe(self, segment: Segment) -> None:
        try:
            result = self._ear.decode(segment)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the session goes on
            # The message of an unknown error may hold what was said; only ours are safe to show.
            message = error.message if isinstance(error, AssistantError) else type(error).__name__
            self._deaf = True
            self._ear.post(PartFailed(at=self._now(), part="transcriber", message=message))
            result = Reason.NO_TEXT
        else:
            if self._deaf:
                self._deaf = False
                self._ear.post(PartRestored(at=self._now(), part="transcriber"))
        at = self._now()
        self._ear.post(self._ear.event(segment, result, at, max(0.0, at - segment.closed_at)))
