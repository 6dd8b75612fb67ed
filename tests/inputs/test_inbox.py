"""Waiting: live against a real clock, virtual by jumping."""

import threading
import time

import pytest

from assistant.core.events import Event, SourceEnded, Stopped, Ticked, VoiceStarted
from assistant.inputs.inbox import LiveInbox, VirtualInbox


def test_a_live_inbox_wakes_when_asked() -> None:
    inbox = LiveInbox(time.monotonic)

    event = inbox.next(wake_at=0.05)

    assert isinstance(event, Ticked)
    assert 0.05 <= event.at < 0.2


def test_an_event_from_another_thread_wakes_a_live_inbox_early() -> None:
    inbox = LiveInbox(time.monotonic)
    threading.Timer(0.05, lambda: inbox.post(VoiceStarted(at=inbox.now))).start()

    event = inbox.next(wake_at=5.0)

    assert isinstance(event, VoiceStarted)
    assert inbox.now < 1.0


def test_a_resumed_live_inbox_continues_the_time() -> None:
    assert 100.0 <= LiveInbox(time.monotonic, start=100.0).now < 101.0


def test_virtual_time_jumps_to_the_wake_up_and_to_events_in_order() -> None:
    inbox = VirtualInbox()
    inbox.post(VoiceStarted(at=20.0))
    inbox.post(VoiceStarted(at=10.0))

    events = [inbox.next(15.0), inbox.next(15.0), inbox.next(None)]

    assert [(type(e).__name__, e.at) for e in events] == [
        ("VoiceStarted", 10.0),
        ("Ticked", 15.0),
        ("VoiceStarted", 20.0),
    ]


def test_a_pumped_world_drives_the_time_and_its_end_is_an_event() -> None:
    blocks = iter([0.5, 1.0, 1.5])
    inbox = VirtualInbox(lambda: next(blocks, None))

    assert inbox.next(0.7) == Ticked(at=0.7)
    assert inbox.now == 1.0
    assert inbox.next(99.0) == SourceEnded(at=1.5)


def test_an_event_from_the_future_waits_for_the_world_to_get_there() -> None:
    now = [0.0]

    def pump() -> float:
        now[0] += 0.5
        return now[0]

    inbox = VirtualInbox(pump)
    inbox.post(VoiceStarted(at=2.0))

    assert inbox.next(None).at == 2.0
    assert now[0] == 2.0


def test_the_source_ends_after_everything_that_was_heard() -> None:
    inbox = VirtualInbox(lambda: None)
    inbox.post(VoiceStarted(at=5.0))

    events: list[Event] = [inbox.next(None), inbox.next(None)]

    assert [type(event) for event in events] == [VoiceStarted, SourceEnded]


def test_who_stops_a_virtual_session_does_not_wait_for_its_clock() -> None:
    inbox = VirtualInbox(lambda: 0.0)
    inbox.post(Stopped(at=1e9, reason="stopped"))

    assert isinstance(inbox.next(None), Stopped)


def test_a_world_without_events_says_so_instead_of_hanging() -> None:
    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        VirtualInbox().next(None)
