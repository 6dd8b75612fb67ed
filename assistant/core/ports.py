"""In: nothing. Out: the plugs of the loop: what a second implementation exists of, and only that.

Live, recorded and simulated rooms differ in their Inbox (and in the Source behind it); everything
the session asks for goes through Stage; every event is kept by a Journal before that.
"""

from collections.abc import Sequence
from typing import Protocol

from assistant.core.actions import Action
from assistant.core.events import Event


class Inbox(Protocol):
    """The only place that waits."""

    @property
    def now(self) -> float:
        """Seconds since the start of the session, on this inbox's own clock."""

    def post(self, event: Event) -> None:
        """Put an event in, from any thread."""

    def next(self, wake_at: float | None) -> Event:
        """The next event; Ticked when `wake_at` (seconds since the start) comes first."""


class Journal(Protocol):
    """What keeps every event and what it led to."""

    def append(self, event: Event, actions: Sequence[Action]) -> None:
        """Durable when it returns.

        Raises:
            JournalError: it could not be written; the entry is kept in memory and tried again with
                the next one.
        """


class Stage(Protocol):
    """What performs one action in the world (or only shows it)."""

    def perform(self, action: Action) -> None:
        """Start the action; never blocks for as long as a sentence lasts."""
