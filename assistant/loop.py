"""In: an inbox, a session, a journal, a stage. Out: a session held from its first to its last event.

The hall: the one thread that owns the session. Each turn: the next event, understood, goes to the
session; what it leads to is durable before anything of it is done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.core.actions import Action, Finish
from assistant.core.errors import JournalError
from assistant.core.events import Event, Heard, PartFailed, PartRestored
from assistant.core.ports import Inbox, Journal, Stage
from assistant.core.session.session import Session
from assistant.core.session.view import View


@dataclass(kw_only=True)
class Hall:
    """Where everything meets."""

    inbox: Inbox
    session: Session
    understand: Callable[[Heard, Session], Heard]
    """Fills in speech acts and command."""
    journal: Journal
    stages: Sequence[Stage]
    """All perform each action, in this order."""
    show: Callable[[View], None]
    clock: Callable[[], float]
    """Seconds, monotonic: only measures how long a decision takes."""
    lateness: list[float] = field(default_factory=list)
    """Per utterance, seconds from the end of its closing pause to the decision performed."""
    _journal_fails: bool = False

    def run(self) -> str:
        """Hold the session until it finishes; returns the reason of its Finish."""
        while True:
            finish = self.turn(self.inbox.next(self.session.wake_at))
            if finish is not None:
                return finish.reason

    def turn(self, event: Event) -> Finish | None:
        """Handle one event; returns Finish when it was the last."""
        began = self.clock()
        if isinstance(event, Heard):
            event = self.understand(event, self.session)
        if self.session.ignores(event):
            return None
        actions = self.session.handle(event)
        self._keep(event, actions)
        for action in actions:
            for stage in self.stages:
                stage.perform(action)
        if isinstance(event, Heard):
            self.lateness.append(event.utterance.delay + self.clock() - began)
        self.show(self.session.view(self.inbox.now))
        return next((action for action in actions if isinstance(action, Finish)), None)

    def _keep(self, event: Event, actions: tuple[Action, ...]) -> None:
        """Journal before the deed; a journal that fails is said once, and the session goes on."""
        try:
            self.journal.append(event, actions)
        except JournalError as error:
            if not self._journal_fails:
                self._journal_fails = True
                failed = PartFailed(at=self.inbox.now, part="journal", message=error.message)
                self.inbox.post(failed)
        else:
            if self._journal_fails:
                self._journal_fails = False
                self.inbox.post(PartRestored(at=self.inbox.now, part="journal"))


def replay(session: Session, events: Sequence[Event]) -> None:
    """Let a session relive its journal with the outputs unplugged."""
    for event in events:
        session.handle(event)
