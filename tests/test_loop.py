"""The hall: journal before the deed, and a session that survives a failing journal."""

from collections.abc import Sequence

from assistant.core.actions import Action
from assistant.core.errors import JournalError
from assistant.core.events import Began, Event, Heard, PartFailed, SourceEnded
from assistant.core.session.session import Session
from assistant.core.session.view import View
from assistant.core.speech import Utterance
from assistant.inputs.inbox import VirtualInbox
from assistant.loop import Hall
from tests.playbook import method, phrases, step


class Ledger:
    """Keeps the order in which things were journaled and performed."""

    def __init__(self, fails: int = 0) -> None:
        self.order: list[str] = []
        self.events: list[Event] = []
        self._fails = fails

    def append(self, event: Event, actions: Sequence[Action]) -> None:
        self.events.append(event)
        if self._fails > 0:
            self._fails -= 1
            raise JournalError("The disk is full.", "Free some space.")
        self.order += [f"kept {type(action).__name__}" for action in actions]

    def perform(self, action: Action) -> None:
        self.order.append(f"did {type(action).__name__}")


def hall(ledger: Ledger, views: list[View]) -> Hall:
    inbox = VirtualInbox()
    inbox.post(
        Began(
            at=0.0,
            wall="2026-11-23T10:00:00+01:00",
            session="test",
            method=method(step("questions")),
            language="en",
        )
    )
    inbox.post(Heard(at=30.0, utterance=Utterance(id=1, start=27, end=29, text="Hoe?", delay=0.25)))
    inbox.post(SourceEnded(at=60.0))
    return Hall(
        inbox=inbox,
        session=Session(phrases()),
        understand=lambda heard, _session: heard,
        journal=ledger,
        stages=[ledger],
        show=views.append,
        clock=lambda: 0.0,
    )


def test_everything_is_durable_before_it_is_done() -> None:
    ledger = Ledger()

    assert hall(ledger, []).run() == "source_ended"

    done = [entry for entry in ledger.order if entry.startswith("did")]
    assert "did Say" in done
    for entry in done:
        kept = ledger.order.index(entry.replace("did", "kept"))
        assert kept < ledger.order.index(entry)


def test_the_delay_of_an_utterance_is_measured() -> None:
    held = hall(Ledger(), [])
    held.run()

    assert held.lateness == [0.25]


def test_a_journal_that_fails_is_noticed_once_and_the_session_goes_on() -> None:
    ledger = Ledger(fails=3)
    views: list[View] = []

    reason = hall(ledger, views).run()

    assert reason == "source_ended"
    assert sum(isinstance(event, PartFailed) for event in ledger.events) == 1
    assert any(view.troubles == ("The disk is full.",) for view in views)
    assert views[-1].troubles == ()


def test_every_action_reaches_every_stage_in_order() -> None:
    first, second = Ledger(), Ledger()
    held = hall(first, [])
    held.stages = [first, second]
    held.run()

    did = [entry for entry in first.order if entry.startswith("did")]
    assert second.order == did
    assert any("Say" in entry for entry in did)
