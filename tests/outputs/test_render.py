"""In: views made by hand. Out: the picture as text, of fixed width and height."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from assistant.core.session.view import Kind, Phase, StepLine, TranscriptLine, View
from assistant.outputs.render import clock, render, stamp

LABELS = {
    "act_solution": "oplossing",
    "kept_parked_idea": "geparkeerd",
    "unknown": "onbekend",
    "assistant": "assistent",
    "phase_running": "bezig",
    "left": "over",
    "overtime": "over tijd",
    "deaf": "opname uit",
}


def line(text: str, **more: Any) -> TranscriptLine:
    return TranscriptLine(**{"at": 700.0, "who": "Joost", "text": text, "kind": Kind.HEARD, **more})


def step(name: str, **more: Any) -> StepLine:
    return StepLine(**{"name": name, "seconds": 600.0, "done": False, "current": False, **more})


VIEW = View(
    at=754.2,
    phase=Phase.RUNNING,
    method="Zeven stappen",
    language="nl",
    steps=(step("Welkom", done=True), step("Vragen", current=True), step("Kiezen")),
    index=1,
    left=345.2,
    elapsed=754.2,
    speaker="Noor",
    presenter="Bram",
    participants=("Noor", "Bram", "Joost"),
    speaking=None,
    voice_active=True,
    listening=True,
    lines=(
        line("Goedemorgen", who=None, kind=Kind.SAID),
        line("Wat zei je toen?"),
        line("Ik zou gewoon bellen.", flag="solution", audible=True, kept="parked_idea"),
    ),
    flags=1,
    parked=("Ik zou gewoon bellen.",),
    questions=("Wat raakt je hierin?",),
    waiting=0.0,
    troubles=(),
)
EMPTY = replace(
    VIEW,
    phase=Phase.OPENING,
    steps=(),
    index=None,
    left=None,
    speaker=None,
    lines=(),
    parked=(),
    questions=(),
    participants=(),
    presenter=None,
)


def text(view: View, width: int = 80, height: int = 24, **more: Any) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(render(view, LABELS, width, height, **more))
    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(output, str)
    return output


def test_the_picture_shows_step_clock_speaker_transcript_flag_and_parked_idea() -> None:
    shown = text(VIEW)

    assert "Zeven stappen · bezig" in shown
    assert "✓ 1 Welkom" in shown
    assert "▶ 2 Vragen" in shown
    assert "· 3 Kiezen" in shown
    assert "over 5:46" in shown
    assert "who: Noor" in shown
    assert "11:40   assistent: Goedemorgen" in shown
    flagged = "11:40 ⚑ Joost: Ik zou gewoon bellen.  [⚑ oplossing · ★ geparkeerd]"
    assert flagged in shown
    assert "★ parked (1): Ik zou gewoon bellen." in shown


def test_the_large_figures_are_those_of_the_clock() -> None:
    rows = text(replace(VIEW, left=71.0)).splitlines()[1:6]

    assert [row[40:].rstrip() for row in rows] == [
        " █     █   █",
        "██  █ ██  ██",
        " █     █   █    over 1:11",
        " █  █  █   █",
        "███   ███ ███",
    ]


def test_overtime_has_a_plus_and_a_full_bar() -> None:
    shown = text(replace(VIEW, left=-67.5, phase=Phase.OVERTIME))

    assert "over tijd +1:07" in shown
    assert "░" not in shown


def test_a_label_that_the_prompts_lack_is_shown_as_its_own_key() -> None:
    assert "phase_closing" in text(replace(VIEW, phase=Phase.CLOSING))


def test_a_closed_ear_is_said_whatever_else_happens() -> None:
    assert "⊘ opname uit" in text(replace(VIEW, listening=False, speaking="Stap twee"))


def test_an_unknown_speaker_is_called_unknown() -> None:
    assert "onbekend: Hm." in text(replace(VIEW, lines=(line("Hm.", who=None),)))


def test_trouble_is_shown_on_a_line_of_its_own() -> None:
    shown = text(replace(VIEW, troubles=("De microfoon is weg.",)))

    assert "\n! trouble: De microfoon is weg.\n" in shown


def test_the_newest_lines_are_the_ones_that_stay() -> None:
    many = tuple(line(f"zin {number}") for number in range(30))

    shown = text(replace(VIEW, lines=many))

    assert "zin 29" in shown
    assert "zin 0 " not in shown


def test_keys_are_only_shown_when_there_are_any() -> None:
    assert "keys_help" not in text(VIEW)
    assert "keys_help" in text(VIEW, keys=True)


def test_the_step_of_a_long_method_stays_in_sight() -> None:
    steps = tuple(step(f"stap-{n}", done=n < 11, current=n == 11) for n in range(15))

    assert "▶ 12 stap-11" in text(replace(VIEW, steps=steps, index=11))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "-:--"),
        (0.0, "0:00"),
        (0.2, "0:01"),
        (60.0, "1:00"),
        (-0.5, "0:00"),
        (-61.0, "+1:01"),
    ],
)
def test_the_clock_is_never_at_zero_before_the_time_is_over(
    seconds: float | None, shown: str
) -> None:
    assert clock(seconds) == shown


def test_a_moment_after_the_first_hour_keeps_counting_minutes() -> None:
    assert stamp(72 * 60 + 5) == "72:05"


def test_what_could_steer_the_terminal_does_not_reach_it() -> None:
    shown = text(replace(VIEW, lines=(line("a\x1b[2Jb\rc\nd", who="\x07Joost"),)))

    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "Joost: a [2Jb c d" in shown


@settings(max_examples=50, deadline=None)
@given(
    width=st.integers(1, 200),
    height=st.integers(1, 60),
    words=st.text(max_size=300),
    name=st.text(max_size=120),
    left=st.none() | st.floats(-1e5, 1e5),
    index=st.none() | st.integers(0, 2),
    full=st.booleans(),
)
def test_no_text_name_or_size_breaks_the_picture(
    *,
    width: int,
    height: int,
    words: str,
    name: str,
    left: float | None,
    index: int | None,
    full: bool,
) -> None:
    view = replace(
        VIEW if full else EMPTY,
        lines=(line(words, who=name, flag="solution"), line("x" * 500)),
        speaker=name,
        left=left,
        index=index,
        speaking=words,
        parked=(words, name),
        troubles=(words, name, words),
    )

    rows = [row.plain for row in render(view, LABELS, width, height, keys=True).renderables]

    assert len(rows) <= height
    assert all(cell_len(row) <= max(width, 20) for row in rows)


@pytest.mark.parametrize("width", [20, 40, 63, 64, 80, 120])
def test_an_empty_view_fills_exactly_the_rows_it_was_given(width: int) -> None:
    assert len(text(EMPTY, width).splitlines()) == 24
