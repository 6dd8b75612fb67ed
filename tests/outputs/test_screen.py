"""In: views and consoles of every kind. Out: what is on the screen, and what is never lost."""

import os
import subprocess
import sys
import threading
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assistant.core.session.view import Kind, Phase, StepLine, TranscriptLine, View
from assistant.outputs.screen import Capture, QuietConsole, Screen, later

LABELS = {
    "act_solution": "oplossing",
    "step": "Stap",
    "assistant": "assistent",
    "trouble": "Let op",
}


def line(at: float, text: str, **more: Any) -> TranscriptLine:
    return TranscriptLine(**{"at": at, "who": "Noor", "text": text, "kind": Kind.HEARD, **more})


def view(*lines: TranscriptLine, index: int | None = 0, **more: Any) -> View:
    steps = ("Welkom", "Vragen")
    return View(
        **{
            "at": max((one.at for one in lines), default=0.0),
            "phase": Phase.RUNNING,
            "method": "Zeven stappen",
            "language": "nl",
            "steps": tuple(
                StepLine(name=name, seconds=300.0, done=False, current=number == index)
                for number, name in enumerate(steps)
            ),
            "index": index,
            "left": 100.0,
            "elapsed": 50.0,
            "speaker": None,
            "presenter": None,
            "participants": (),
            "speaking": None,
            "voice_active": False,
            "listening": True,
            "lines": lines,
            "flags": 0,
            "parked": (),
            "questions": (),
            "waiting": 0.0,
            "troubles": (),
            **more,
        }
    )


def printed(*views: View) -> list[str]:
    console = Console(file=StringIO(), width=80)
    with Screen(LABELS, plain=True, console=console) as screen:
        for one in views:
            screen.show(one)
    output: str = console.file.getvalue()  # type: ignore[attr-defined]
    return output.splitlines()


def terminal(file: Any = None) -> Console:
    return QuietConsole(
        file=file or StringIO(), width=80, height=24, force_terminal=True, color_system=None
    )


def test_plain_lines_are_printed_once_each_with_time_name_and_flag() -> None:
    first, second = line(61, "Goedemorgen"), line(65, "Bel gewoon.", flag="solution")

    assert printed(view(first), view(first, second), view(first, second)) == [
        "01:01 == Stap 1/2: Welkom (5:00)",
        "01:01 Noor: Goedemorgen",
        "01:05 Noor: Bel gewoon.  [⚑ oplossing]",
    ]


def test_a_new_step_is_a_heading_between_the_lines_of_both() -> None:
    first, second = line(61, "Klaar"), line(70, "De volgende stap", kind=Kind.SAID)

    assert printed(view(first), view(first, second, index=1)) == [
        "01:01 == Stap 1/2: Welkom (5:00)",
        "01:01 Noor: Klaar",
        "01:10 == Stap 2/2: Vragen (5:00)",
        "01:10 assistent: De volgende stap",
    ]


def test_a_flag_that_comes_later_is_still_printed() -> None:
    early = line(61, "Bel gewoon.")

    shown = printed(view(early), view(replace(early, flag="solution")))

    assert shown[-2:] == ["01:01 Noor: Bel gewoon.", "01:01 [⚑ oplossing]"]


def test_lines_that_left_the_view_are_not_printed_again() -> None:
    lines = [line(float(second), f"zin {second}") for second in range(100)]
    views = [view(*lines[max(0, end - 30) : end]) for end in range(1, 101)]

    assert [row[12:] for row in printed(*views)[1:]] == [f"zin {second}" for second in range(100)]


def test_trouble_is_printed_when_it_begins_and_not_at_every_view() -> None:
    bad = view(line(61, "Ja"), troubles=("De microfoon is weg.",))

    assert printed(bad, bad).count("! Let op: De microfoon is weg.") == 1


def test_a_long_line_is_never_cut_where_no_terminal_asks_for_it() -> None:
    long = "woord " * 60

    assert f"01:01 Noor: {long.strip()}" in printed(view(line(61, long)))


def test_without_a_terminal_the_plain_form_is_chosen() -> None:
    console = Console(file=StringIO(), width=80)
    with Screen(LABELS, console=console) as screen:
        screen.show(view(line(61, "Ja")))

    assert "01:01 Noor: Ja" in console.file.getvalue()  # type: ignore[attr-defined]


def test_on_a_terminal_the_last_view_stays_even_if_it_came_a_moment_before_the_end() -> None:
    console = terminal()
    with Screen(LABELS, console=console) as screen:
        for number in range(200):
            screen.show(view(line(61, f"zin {number}")))

    output: str = console.file.getvalue()  # type: ignore[attr-defined]
    assert "zin 199" in output[output.rindex("Zeven stappen") :]
    # Two hundred views in a few milliseconds are not two hundred pictures.
    assert output.count("Zeven stappen") < 20


class Stuck(StringIO):
    """A terminal that takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def write(self, text: str) -> int:
        self.go.wait(10)
        return super().write(text)


def test_a_terminal_that_is_stuck_does_not_hold_the_session_up() -> None:
    stuck = Stuck()
    screen = Screen(LABELS, console=terminal(stuck))
    screen.start()
    for number in range(50):
        screen.show(view(line(61, f"zin {number}")))

    assert "zin 49" not in stuck.getvalue()
    stuck.go.set()
    screen.stop()
    assert "zin 49" in stuck.getvalue()


class Gone(StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")


class Broken(StringIO):
    """A pipe whose reader has left."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("file", [Gone, Broken])
@pytest.mark.parametrize("plain", [True, False])
def test_a_screen_that_nobody_reads_goes_silent_and_the_session_goes_on(
    file: type[StringIO], plain: bool
) -> None:
    with Screen(LABELS, plain=plain, console=terminal(file())) as screen:
        screen.show(view(line(61, "een")))
        screen.show(view(line(61, "een"), line(62, "twee")))


def test_stopping_twice_and_starting_twice_is_harmless() -> None:
    screen = Screen(LABELS, console=terminal())
    screen.start()
    screen.start()
    screen.stop()
    screen.stop()

    assert not [thread for thread in threading.enumerate() if thread.name == "screen"]


def test_between_two_views_of_a_live_session_the_clock_runs_on() -> None:
    now = view(line(61, "Ja"), left=3.0, elapsed=10.0)

    assert (later(now, 5.0).left, later(now, 5.0).elapsed) == (-2.0, 15.0)
    assert later(replace(now, phase=Phase.PAUSED), 5.0).left == 3.0
    assert later(replace(now, phase=Phase.ANNOUNCING, left=None), 5.0).left is None
    assert later(replace(now, phase=Phase.FINISHED), 5.0).elapsed == 10.0


def test_the_picture_for_the_readme_is_of_the_last_flag_and_asks_nothing_of_the_network(
    tmp_path: Path,
) -> None:
    capture = Capture(LABELS)
    screen = Screen(LABELS, plain=True, console=Console(file=StringIO()), capture=capture)
    screen.show(view(line(61, "Goedemorgen")))
    screen.show(view(line(65, "Bellen.", flag="solution"), flags=1, left=None))
    screen.show(view(line(99, "Tot ziens"), flags=1))

    assert capture.write(tmp_path / "picture.svg")
    picture = (tmp_path / "picture.svg").read_text(encoding="utf-8")
    assert "Bellen." in picture
    assert "Tot&#160;ziens" not in picture
    assert "@font-face" not in picture
    assert "url(http" not in picture


def test_without_a_view_there_is_no_picture(tmp_path: Path) -> None:
    assert not Capture(LABELS).write(tmp_path / "picture.svg")
    assert not (tmp_path / "picture.svg").exists()


CHILD = """
import sys
sys.path.insert(0, {here!r})
from test_screen import LABELS, line, view
from assistant.outputs.screen import Screen
screen = Screen(LABELS, plain=True)
screen.start()
for number in range(1, 10_000):
    screen.show(view(line(number, f"zin {{number}} einde")))
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_every_line_shown_before_a_kill_has_reached_whoever_reads_along() -> None:
    here = str(Path(__file__).parent)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(here=here)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        child.stdin.write(b"\n" * 24)
        child.stdin.flush()
        rows = [child.stdout.readline().decode() for _ in range(26)]  # it waits after 25 lines
        child.kill()
        child.stdin.close()

    assert rows[1:] == [f"00:{number:02d} Noor: zin {number} einde\n" for number in range(1, 26)]
