"""In: events from every thread, or a world that is pumped. Out: the next event, or a wake-up.

The only place that waits. LiveInbox waits for real; VirtualInbox lets time jump: it pumps its world
(a recording, a simulated room) one block at a time, or, without a world, jumps to the next event.
"""

import heapq
import itertools
import queue
import threading
from collections.abc import Callable

from assistant.core.events import Event, SourceEnded, Stopped, Ticked


class LiveInbox:
    """An inbox on a real clock.

    Args:
        clock: seconds from an arbitrary origin, monotonic.
        start: seconds since the start of the session at this moment; above 0 when resumed.
    """

    def __init__(self, clock: Callable[[], float], start: float = 0.0) -> None:
        self._clock = clock
        self._origin = clock() - start
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()

    @property
    def now(self) -> float:
        """Seconds since the start of the session."""
        return self._clock() - self._origin

    def post(self, event: Event) -> None:
        """Put an event in, from any thread."""
        self._queue.put(event)

    def next(self, wake_at: float | None) -> Event:
        """The next event; Ticked when `wake_at` comes first. Blocks until then."""
        while True:
            # At most a second at a time, so that Ctrl-C is noticed on every system.
            wait = 1.0 if wake_at is None else min(1.0, max(0.0, wake_at - self.now))
            try:
                return self._queue.get(timeout=wait) if wait else self._queue.get_nowait()
            except queue.Empty:
                if wake_at is not None and self.now >= wake_at:
                    return Ticked(at=self.now)


class VirtualInbox:
    """An inbox whose time is that of a world it pumps.

    Args:
        pump: lets the world go on by one block and returns its new time in seconds, or None when
            nothing more will come. It may post events while it runs, also ahead of time. None: no
            world, time jumps from event to event.
    """

    def __init__(self, pump: Callable[[], float | None] | None = None, start: float = 0.0) -> None:
        self.pump = pump
        """May also be set later: what pumps the world often needs this inbox first."""
        self._events: list[tuple[float, int, Event]] = []
        self._count = itertools.count()
        self._lock = threading.Lock()
        self._now = start
        self._ended = False
        self._stopped: Stopped | None = None

    @property
    def now(self) -> float:
        """Seconds since the start of the session, in the world's own time."""
        return self._now

    def post(self, event: Event) -> None:
        """Put an event in; one from the future is kept until its time. From any thread."""
        with self._lock:
            if isinstance(event, Stopped):
                self._stopped = event  # whoever wants to stop does not wait for a virtual clock
                return
            heapq.heappush(self._events, (event.at, next(self._count), event))

    def next(self, wake_at: float | None) -> Event:
        """The next event; Ticked when `wake_at` comes first. Never waits."""
        while True:
            if self._stopped is not None:
                reason, self._stopped = self._stopped.reason, None
                return Stopped(at=self._now, reason=reason)
            due = self._events[0][0] if self._events else None
            if due is not None and self._reached(due) and (wake_at is None or due <= wake_at):
                return self._take()
            if wake_at is not None and self._reached(wake_at):
                return Ticked(at=max(wake_at, 0.0))
            if due is not None and self._reached(due):
                return self._take()
            self._go_on(due, wake_at)

    def _reached(self, at: float) -> bool:
        return at <= self._now

    def _take(self) -> Event:
        with self._lock:
            event: Event = heapq.heappop(self._events)[2]
        return event

    def _go_on(self, due: float | None, wake_at: float | None) -> None:
        if self.pump is not None and not self._ended:
            now = self.pump()
            if now is not None:
                self._now = max(self._now, now)
                return
            self._ended = True
            self.post(SourceEnded(at=max([self._now, *(event[0] for event in self._events)])))
            return
        ahead = [time for time in (due, wake_at) if time is not None]
        if not ahead:
            raise RuntimeError("nothing will ever happen again: no event and no wake-up is left")
        self._now = max(self._now, min(ahead))
