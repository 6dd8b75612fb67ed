"""In: keys of the terminal, signals of the system. Out: Pressed and Stopped.

Both only post events: what a key does is decided by the session, exactly as for a spoken command.
The terminal always gets its own manners back, also when the session ends by an error.
"""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, TextIO

from assistant.core.events import Event, Pressed, Stopped
from assistant.core.speech import Command, Intent

KEYS = {
    "n": Intent.NEXT,
    "p": Intent.PREVIOUS,
    "+": Intent.MORE_TIME,
    "t": Intent.TIME_LEFT,
    "r": Intent.REPEAT,
    "h": Intent.HELP,
    "q": Intent.END,
}
"""Key -> what it asks for; the space bar and 'o' turn something on and off, see `Keys`."""
SIGNALS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "terminal closed"}
"""Signal -> reason of the Stopped that it becomes; those the system does not know are left out."""
WATCH = 0.1
"""Seconds between two looks whether to stop."""


class Keys:
    """What a row of keys means; knows only which of two a switching key asks for next."""

    def __init__(self) -> None:
        self._paused = False
        self._off = False

    def command(self, key: str) -> Command | None:
        """The command of a key; None for a key without one."""
        if key == " ":
            self._paused = not self._paused
            return Command(intent=Intent.PAUSE if self._paused else Intent.RESUME)
        if key in ("o", "O"):
            self._off = not self._off
            return Command(intent=Intent.RECORDING_OFF if self._off else Intent.RECORDING_ON)
        intent = KEYS.get(key.lower())
        return None if intent is None else Command(intent=intent)

    def follow(self, *, paused: bool, off: bool) -> None:
        """Take over how things really are, as a spoken command may have changed them."""
        self._paused, self._off = paused, off


class Keyboard:
    """Listens to keys while a session runs; does nothing where standard input is no terminal.

    Args:
        post: takes the events, from the thread of the keyboard.
        clock: seconds since the start of the session.
        stream: the terminal; standard input when not given.
    """

    def __init__(
        self,
        post: Callable[[Event], None],
        clock: Callable[[], float],
        *,
        stream: TextIO | None = None,
    ) -> None:
        self._post = post
        self._clock = clock
        self._stream = sys.stdin if stream is None else stream
        self._keys = Keys()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def works(self) -> bool:
        """Whether there is a terminal to listen to."""
        try:
            return self._stream is not None and self._stream.isatty()
        except ValueError:  # closed
            return False

    def follow(self, *, paused: bool, off: bool) -> None:
        """Tell how things are, so that the space bar and 'o' ask for the other."""
        self._keys.follow(paused=paused, off=off)

    def start(self) -> None:
        """Begin to listen."""
        if self.works and self._thread is None:
            self._over.clear()
            self._thread = threading.Thread(target=self._listen, name="keyboard", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop listening and restore the terminal; safe to call twice."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None

    def __enter__(self) -> "Keyboard":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _listen(self) -> None:
        # A terminal that goes away ends the listening; the signal of it ends the session.
        with contextlib.suppress(OSError, ValueError):
            for key in _pressed(self._stream, self._over):
                command = self._keys.command(key)
                if command is not None:
                    self._post(Pressed(at=self._clock(), command=command))


class Interrupts:
    """Turns the first Ctrl-C (or the end of the terminal) into Stopped; leaves the second alone.

    A signal handler may break in anywhere, also while the inbox is locked, so it does one thing
    that is always safe: write a byte to a pipe. A thread reads it and posts the event. After the
    first signal the former handlers are back, so a second one does what it would have done before;
    only the closing of a terminal, which shell and system may both report, is not counted twice.

    Python allows signal handlers in the main thread only; elsewhere this does nothing.
    """

    def __init__(self, post: Callable[[Event], None], clock: Callable[[], float]) -> None:
        self._post = post
        self._clock = clock
        self._former: dict[signal.Signals, Any] = {}
        self._read = self._write = -1
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is not threading.main_thread():
            return self
        self._read, self._write = os.pipe()
        self._thread = threading.Thread(target=self._watch, name="interrupts", daemon=True)
        self._thread.start()
        for name in SIGNALS:
            if hasattr(signal, name):
                number = signal.Signals[name]
                self._former[number] = signal.signal(number, self._caught)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._former.clear()
        if self._thread is not None:
            os.write(self._write, b"\0")
            self._thread.join(timeout=2)
            os.close(self._read)
            os.close(self._write)
            self._thread = None

    def _caught(self, number: int, _frame: FrameType | None) -> None:
        for former, handler in self._former.items():
            deaf = former.name == "SIGHUP"
            signal.signal(former, signal.SIG_IGN if deaf else handler or signal.SIG_DFL)
        # Last: whoever sees the event may send the second signal at once.
        os.write(self._write, bytes([number]))

    def _watch(self) -> None:
        while number := os.read(self._read, 1)[0]:
            reason = SIGNALS.get(signal.Signals(number).name, "stopped")
            self._post(Stopped(at=self._clock(), reason=reason))


def _pressed(stream: TextIO, over: threading.Event) -> Iterator[str]:
    return (_windows if os.name == "nt" else _posix)(stream, over)


def _posix(stream: TextIO, over: threading.Event) -> Iterator[str]:
    """Keys of a POSIX terminal, one by one and unseen, until `over`."""
    import importlib

    termios: Any = importlib.import_module("termios")
    tty: Any = importlib.import_module("tty")
    number = stream.fileno()
    try:
        before = termios.tcgetattr(number)
        if sys.platform != "win32" and os.tcgetpgrp(number) != os.getpgrp():
            return  # in the background: the keys are for whoever is in front
        # cbreak and not raw: Ctrl-C stays a signal. At once, so that no key is lost on the way.
        tty.setcbreak(number, termios.TCSANOW)
    except termios.error:
        return  # gone already
    try:
        while not over.is_set():
            ready, _, _ = select.select([number], [], [], WATCH)
            data = os.read(number, 64) if ready else b""
            if ready and not data:
                return
            if data[:1] != b"\x1b":  # an arrow or function key: none of ours
                yield from data.decode("utf-8", errors="ignore")
    finally:
        # Drain, so that a setting in flight is done; the terminal may be gone by now.
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def _windows(_stream: TextIO, over: threading.Event) -> Iterator[str]:
    """Keys of a Windows console, one by one and unseen, until `over`."""
    import importlib

    console: Any = importlib.import_module("msvcrt")
    while not over.wait(WATCH / 2):
        while console.kbhit():
            key: str = console.getwch()
            if key in ("\0", "\xe0"):  # an arrow or function key comes as two
                console.getwch()
                continue
            yield key
