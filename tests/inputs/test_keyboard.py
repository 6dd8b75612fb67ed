"""In: keys typed on a real pseudo-terminal, real signals. Out: the events they become."""

import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from assistant.core.events import Event, Pressed, Stopped
from assistant.core.speech import Intent
from assistant.inputs.keyboard import Interrupts, Keyboard, Keys

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


class Terminal:
    """A pseudo-terminal: what is typed at one end is read at the other."""

    def __init__(self) -> None:
        self.user, program = os.openpty()
        self.stream: TextIO = os.fdopen(program, "r")

    def mode(self) -> list[object]:
        import termios

        return termios.tcgetattr(self.stream.fileno())

    def type(self, keys: str) -> None:
        os.write(self.user, keys.encode())


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    one = Terminal()
    yield one
    one.stream.close()
    os.close(one.user)


def pressed(terminal: Terminal, keys: str, count: int) -> list[Event]:
    events: queue.Queue[Event] = queue.Queue()
    with Keyboard(events.put, lambda: 12.5, stream=terminal.stream):
        terminal.type(keys)
        return [events.get(timeout=5) for _ in range(count)]


@pytest.fixture(autouse=True)
def in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudo-terminal made by a test controls no process group; pretend that ours is in front."""
    if sys.platform != "win32":
        monkeypatch.setattr(os, "tcgetpgrp", lambda _terminal: os.getpgrp())


@posix
def test_every_key_becomes_its_command_with_the_time_of_the_session(terminal: Terminal) -> None:
    events = pressed(terminal, "np+trhqN", 8)

    assert all(isinstance(event, Pressed) and event.at == 12.5 for event in events)
    assert [event.command.intent for event in events if isinstance(event, Pressed)] == [
        Intent.NEXT,
        Intent.PREVIOUS,
        Intent.MORE_TIME,
        Intent.TIME_LEFT,
        Intent.REPEAT,
        Intent.HELP,
        Intent.END,
        Intent.NEXT,
    ]


@posix
def test_keys_without_a_meaning_and_arrows_do_nothing(terminal: Terminal) -> None:
    keys = Keys()
    assert keys.command("x") is None

    events = pressed(terminal, "xé5n", 1)

    assert [event.command.intent for event in events if isinstance(event, Pressed)] == [Intent.NEXT]


def test_space_and_o_switch_on_and_off_in_turn() -> None:
    keys = Keys()

    asked = [keys.command(key) for key in " oo "]

    assert [command.intent for command in asked if command] == [
        Intent.PAUSE,
        Intent.RECORDING_OFF,
        Intent.RECORDING_ON,
        Intent.RESUME,
    ]


def test_space_resumes_when_the_pause_was_asked_for_by_voice() -> None:
    keys = Keys()
    keys.follow(paused=True, off=False)

    command = keys.command(" ")

    assert command is not None
    assert command.intent is Intent.RESUME


@posix
def test_the_terminal_gets_its_own_manners_back(terminal: Terminal) -> None:
    before = terminal.mode()

    pressed(terminal, "n", 1)

    assert terminal.mode() == before


@posix
def test_while_it_listens_ctrl_c_stays_a_signal_and_keys_are_not_echoed(terminal: Terminal) -> None:
    import termios

    events: queue.Queue[Event] = queue.Queue()
    with Keyboard(events.put, lambda: 0.0, stream=terminal.stream):
        terminal.type("n")
        events.get(timeout=5)
        flags = terminal.mode()[3]
        assert isinstance(flags, int)
        assert flags & termios.ISIG
        assert not flags & termios.ECHO


@posix
def test_a_terminal_that_is_closed_ends_the_listening_quietly() -> None:
    terminal = Terminal()
    keyboard = Keyboard(lambda _event: None, lambda: 0.0, stream=terminal.stream)
    keyboard.start()
    os.close(terminal.user)
    keyboard.stop()

    assert not [thread for thread in threading.enumerate() if thread.name == "keyboard"]
    terminal.stream.close()


@posix
def test_a_program_in_the_background_leaves_the_terminal_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "tcgetpgrp", lambda _terminal: os.getpgrp() + 1)
    before = terminal.mode()
    keyboard = Keyboard(lambda _event: None, lambda: 0.0, stream=terminal.stream)
    keyboard.start()
    for thread in [thread for thread in threading.enumerate() if thread.name == "keyboard"]:
        thread.join(timeout=5)
        assert not thread.is_alive()

    assert terminal.mode() == before
    keyboard.stop()


def test_without_a_terminal_there_is_no_keyboard_and_no_error() -> None:
    read, write = os.pipe()
    with os.fdopen(read) as stream, Keyboard(print, lambda: 0.0, stream=stream) as keyboard:
        assert not keyboard.works
        assert not [thread for thread in threading.enumerate() if thread.name == "keyboard"]
    os.close(write)


@posix
@pytest.mark.parametrize(
    ("name", "reason"),
    [("SIGINT", "interrupted"), ("SIGTERM", "terminated"), ("SIGHUP", "terminal closed")],
)
def test_the_first_signal_ends_the_session_and_the_second_is_left_to_who_was_there_before(
    name: str, reason: str
) -> None:
    second: list[int] = []
    events: queue.Queue[Event] = queue.Queue()
    number = signal.Signals[name]
    former = signal.signal(signal.SIGTERM, lambda number, _frame: second.append(number))
    ours = signal.getsignal(signal.SIGINT)
    try:
        with Interrupts(events.put, lambda: 3.0):
            signal.raise_signal(number)
            assert events.get(timeout=5) == Stopped(at=3.0, reason=reason)
            assert second == []
            signal.raise_signal(signal.SIGHUP)  # reported twice, counted once
            signal.raise_signal(signal.SIGTERM)
            assert second == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGINT) is ours
        assert events.empty()
    finally:
        signal.signal(signal.SIGTERM, former)


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    ours = signal.getsignal(signal.SIGINT)

    def hold() -> None:
        with Interrupts(lambda _event: None, lambda: 0.0):
            assert signal.getsignal(signal.SIGINT) is ours
            done.set()

    done = threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    thread.join(timeout=5)

    assert done.is_set()
