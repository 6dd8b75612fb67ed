"""In: Views, one after each event. Out: a live picture on a terminal, or plain lines elsewhere.

`show` only hands the newest view over; one thread draws, ten times a second at most, so that a slow
terminal never holds the session up. A terminal that goes away makes the screen silent: the session
and its record do not depend on being watched.
"""

import re
import threading
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from assistant.core.session.view import Kind, Phase, TranscriptLine, View
from assistant.outputs.render import Labels, clean, clock, label, mark, render, speaker, stamp

PAUSE = 0.1
"""Seconds between two pictures at least."""


class QuietConsole(Console):
    """A console that falls silent, instead of ending the program, when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        """Print nothing from now on."""
        self.quiet = True


class Screen:
    """The picture of one session.

    Args:
        labels: prompts/<language>/screen.yaml.
        plain: True prints lines, False draws; None draws only on a terminal that can.
        console: where to; None is standard output.
        keys: whether to show which keys work.
        ticking: whether the clock runs on between two views (a live session); in a simulated or
            recorded one, time comes from the views alone.
        capture: also gets every view.
    """

    def __init__(
        self,
        labels: Labels,
        *,
        plain: bool | None = None,
        console: Console | None = None,
        keys: bool = False,
        ticking: bool = False,
        capture: "Capture | None" = None,
    ) -> None:
        self._labels = labels
        self._console = console or QuietConsole(highlight=False)
        can = self._console.is_terminal and not self._console.is_dumb_terminal
        self._lines = Lines(labels, self._console) if plain or (plain is None and not can) else None
        self._keys = keys
        self._ticking = ticking
        self._capture = capture
        self._view: View | None = None
        self._since = 0.0
        self._fresh = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to show; calling it twice does nothing."""
        if self._lines is None and self._thread is None:
            self._over.clear()
            self._thread = threading.Thread(target=self._draw, name="screen", daemon=True)
            self._thread.start()

    def show(self, view: View) -> None:
        """Show this from now on; returns at once."""
        if self._capture is not None:
            self._capture.consider(view)
        if self._lines is not None:
            self._lines.show(view)
        # One assignment: the drawing thread sees the old pair or the new one, never a mixture.
        self._view, self._since = view, time.monotonic()
        self._fresh.set()

    def stop(self) -> None:
        """Draw the last view and leave it standing; safe to call twice."""
        self._over.set()
        self._fresh.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def __enter__(self) -> "Screen":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _draw(self) -> None:
        live = Live(console=self._console, auto_refresh=False, vertical_overflow="crop")
        try:
            with live:
                while not self._over.is_set():
                    self._fresh.wait(1.0 if self._ticking else None)
                    self._fresh.clear()
                    live.update(self._picture(), refresh=True)
                    self._over.wait(PAUSE)
                live.update(self._picture(), refresh=True)
        except (OSError, ValueError):
            return  # the terminal is gone; see the top of this file

    def _picture(self) -> Group:
        view, since = self._view, self._since
        if view is None:
            return Group()
        if self._ticking:
            view = later(view, time.monotonic() - since)
        width, height = self._console.size
        # One row less than there are: with a full screen the terminal would scroll at each picture.
        return render(view, self._labels, width, height - 1, keys=self._keys)


def later(view: View, seconds: float) -> View:
    """The same view so many seconds on, when nothing happens in between."""
    if view.phase is Phase.FINISHED:
        return view
    runs = view.phase in (Phase.RUNNING, Phase.OVERTIME) and view.left is not None
    left = view.left - seconds if runs and view.left is not None else view.left
    return replace(view, at=view.at + seconds, elapsed=view.elapsed + seconds, left=left)


class Lines:
    """The plain form: each new line of the transcript once, each step as a heading."""

    def __init__(self, labels: Labels, console: Console) -> None:
        self._labels = labels
        self._console = console
        self._shown: dict[tuple[float, Kind, str], str] = {}
        self._step: int | None = None
        self._troubles: tuple[str, ...] = ()

    def show(self, view: View) -> None:
        """Print what is new in this view."""
        for trouble in view.troubles:
            if trouble not in self._troubles:
                self._print(f"! {label(self._labels, 'trouble')}: {clean(trouble)}", "bold red")
        self._troubles = view.troubles
        shown = {}
        for line in view.lines:
            key = (line.at, line.kind, line.text)
            flagged = mark(line, self._labels)
            if key not in self._shown:
                self._heading(view, line.at)
                self._line(line, flagged)
            elif flagged and flagged != self._shown[key]:
                self._print(f"{stamp(line.at)} [{flagged}]", "bold yellow")
            shown[key] = flagged
        # Only what the view still holds: the screen must not remember a whole session.
        self._shown = shown
        self._heading(view, view.at)

    def _heading(self, view: View, at: float) -> None:
        if view.index is None or view.index == self._step or at < view.at:
            return
        self._step = view.index
        step = view.steps[view.index]
        of = f"{view.index + 1}/{len(view.steps)}"
        name = f"{label(self._labels, 'step')} {of}: {clean(step.name)} ({clock(step.seconds)})"
        self._print(f"{stamp(at)} == {name}", "bold")

    def _line(self, line: TranscriptLine, flagged: str) -> None:
        who = speaker(line, self._labels)
        end = f"  [{flagged}]" if flagged else ""
        ours = line.kind in (Kind.SAID, Kind.WHISPERED)
        style = "bold yellow" if line.flag else "dim" if ours else ""
        self._print(f"{stamp(line.at)} {who}: {clean(line.text)}{end}", style)

    def _print(self, text: str, style: str) -> None:
        try:
            self._console.print(Text(text, style=style), soft_wrap=True)
            # At once: whoever reads along, or finds this after a crash, has every whole line.
            self._console.file.flush()
        except (OSError, ValueError):
            self._console.quiet = True


class Capture:
    """Keeps the view worth a picture: the last one in which a flag was just raised."""

    def __init__(self, labels: Labels, *, width: int = 100, height: int = 30) -> None:
        self._labels = labels
        self._size = (width, height)
        self._best: View | None = None
        self._flags = 0

    def consider(self, view: View) -> None:
        """Keep this view when it shows more than the one kept so far."""
        if self._best is None or view.flags > self._flags or not self._flags:
            self._best = view
        self._flags = max(self._flags, view.flags)

    def write(self, path: Path) -> bool:
        """Write the picture as SVG, which asks nothing of the network when it is looked at.

        Returns:
            False when nothing was ever shown, and nothing is written.

        Raises:
            OSError: the file cannot be written.
        """
        if self._best is None:
            return False
        width, height = self._size
        console = Console(
            record=True, width=width, height=height, file=StringIO(), force_terminal=True
        )
        console.print(render(self._best, self._labels, width, height))
        picture = console.export_svg(title="intervisie")
        # rich asks a server for its font; a picture of a private program should not.
        path.write_text(re.sub(r"@font-face\s*{[^}]*}", "", picture), encoding="utf-8")
        return True
