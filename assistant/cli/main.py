"""In: the words of a command line. Out: an exit code, and every error as one line and a hint.

Exit codes: 0 done, 1 it did not work (the line on standard error says what to do), 2 the command
line makes no sense, 130 stopped at once by Ctrl-C.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Annotated, Any

import typer

from assistant.cli import doctor, doors, methods, models, session, sessions
from assistant.core.errors import AssistantError

app = typer.Typer(
    name="intervisie",
    help="Holds the method of a peer consultation: says each step and its time, hears the group,\n"
    "keeps the record. Everything stays on this machine.\n\nExample: intervisie demo",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(session.demo)
app.command()(session.run)
app.command()(session.transcribe)
app.command()(sessions.report)
app.add_typer(methods.app, name="methods")
app.add_typer(sessions.app, name="sessions")
app.add_typer(models.app, name="models")
app.command()(doctor.doctor)
app.command()(doors.acts)


def _version(wanted: bool) -> None:
    if wanted:
        from assistant import __version__

        print(f"intervisie {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """What goes before a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after 'intervisie'; those of this process when not given.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        # A name or a sign that the terminal cannot show must never end a session.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    with _leaving_at_once(), _readers_may_leave():
        try:
            code = _run(arguments)
            sys.stdout.flush()
        except AssistantError as error:
            code = _complain(error.message, error.hint)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            reason = error.strerror or type(error).__name__
            hint = "Check the path, the room on the disk and your rights there."
            code = _complain(f"{reason}{where}.", hint)
        return code
    return 1


def _run(arguments: Sequence[str] | None) -> int:
    try:
        app(args=arguments, prog_name="intervisie")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _complain(message: str, hint: str) -> int:
    print(f"intervisie: {message}", file=sys.stderr)
    if hint:
        print(f"  {hint}", file=sys.stderr)
    return 1


@contextlib.contextmanager
def _readers_may_leave() -> Iterator[None]:
    """`intervisie … | head` ends quietly when head has seen enough."""
    try:
        yield
    except BrokenPipeError:
        # Python would complain once more when it flushes at the end; nobody is there to read.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _leaving_at_once() -> Iterator[None]:
    """Signals end the process at once and leave the terminal in order.

    A session puts its own handler in front of this one (inputs/keyboard.py, Interrupts): the first
    signal then ends the session in good order, and only a second one comes here.
    """
    restore = _terminal()
    # A standard error of its own, as a session may have silenced the usual one; it may be closed too.
    errors = os.dup(2) if sys.stderr else -1

    def leave(number: int, _frame: FrameType | None) -> None:
        restore()
        with contextlib.suppress(OSError):
            text = "\nintervisie: stopped at once; what was recorded is kept.\n"
            os.write(errors, text.encode())
        # Not sys.exit: threads may be in the middle of a sentence, and nobody wants to wait.
        os._exit(128 + number)

    former: dict[signal.Signals, Any] = {}
    try:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                former[signal.Signals[name]] = signal.signal(signal.Signals[name], leave)
    except ValueError:
        pass  # not the main thread (a program that uses us): its signals are its own
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        with contextlib.suppress(OSError):
            os.close(errors)


def _terminal() -> Callable[[], None]:
    """What puts the terminal back as it is now."""
    try:
        import termios

        before = termios.tcgetattr(0)
    except (ImportError, AttributeError, OSError, ValueError):
        return lambda: None
    except Exception:  # noqa: BLE001 - termios.error has no better base; there is no terminal
        return lambda: None

    def restore() -> None:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, before)
            if os.isatty(1):
                os.write(1, b"\x1b[?25h")  # show the cursor again

    return restore
