"""In: a View, labels, a width and height. Out: a picture of the session, as rich lines.

Made to be read from the other side of a table: time left in large figures, the step beside it, who
speaks, the running transcript below. Nothing depends on colour: what matters has a sign or a word.
Every line is cut to the width here, so that no name, word or terminal can break the picture.
"""

import textwrap
from collections.abc import Iterator, Mapping

from rich.cells import cell_len
from rich.console import Group
from rich.text import Text

from assistant.core.session.view import Kind, Phase, TranscriptLine, View

Labels = Mapping[str, str]

LEAST_WIDTH = 20
"""Columns; a narrower terminal gets this picture, cut off by the terminal itself."""
WIDE = 64
"""Columns from which the steps and the large clock stand beside each other."""
STEPS_ROWS = 8
"""Rows of the upper part: the clock (5), its bar and two lines about the room."""
FLAG, KEPT = "⚑", "★"

DIGITS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": (" █ ", "██ ", " █ ", " █ ", "███"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
    ":": (" ", "█", " ", "█", " "),
    "+": ("   ", " █ ", "███", " █ ", "   "),
    "-": ("   ", "   ", "███", "   ", "   "),
}
"""Figures of five rows."""


def render(
    view: View, labels: Labels, width: int, height: int = 24, *, keys: bool = False
) -> Group:
    """The whole picture.

    Args:
        view: what to show.
        labels: prompts/<language>/screen.yaml; a missing key is shown as itself.
        width: columns.
        height: rows; no more are used, and the transcript fills what the rest leaves.
        keys: whether to show the line with the keys.
    """
    width = max(width, LEAST_WIDTH)
    top = [title(view, labels, width), *(beside if width >= WIDE else above)(view, labels, width)]
    end = list(footer(view, labels, width, keys=keys, roomy=height > len(top) + 14))
    rows = max(height - len(top) - len(end) - 1, 1)
    said = transcript(view, labels, width, rows)
    said += [Text("")] * (rows - len(said))
    lines = [*top, Text("─" * width, style="dim"), *said, *end]
    return Group(*(_cut(line, width) for line in lines[: max(height, 1)]))


def clock(seconds: float | None) -> str:
    """'12:34'; '+0:07' in overtime; '-:--' while no clock runs."""
    if seconds is None:
        return "-:--"
    # Rounded up while it runs down, so that 0:00 is shown only when the time is really over.
    whole = int(-(-seconds // 1)) if seconds > 0 else int(-seconds)
    return f"{'+' if seconds < 0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def stamp(seconds: float) -> str:
    """A moment in the session: '07:05', '72:05'."""
    whole = max(int(seconds), 0)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def clean(text: str) -> str:
    """Text without anything that could steer a terminal, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def label(labels: Labels, key: str) -> str:
    """The word for a key; the key itself when the prompts lack it."""
    return clean(labels.get(key, key))


def mark(line: TranscriptLine, labels: Labels) -> str:
    """What the guard made of a line: '⚑ solution · ★ parked idea'; empty when nothing."""
    marks = [f"{FLAG} {label(labels, f'act_{line.flag}')}"] if line.flag else []
    marks += [f"{KEPT} {label(labels, f'kept_{line.kept}')}"] if line.kept else []
    return " · ".join(marks)


def speaker(line: TranscriptLine, labels: Labels) -> str:
    """Whose line it is."""
    if line.kind is Kind.WHISPERED:
        return f"{label(labels, 'assistant')} ({label(labels, 'whisper')})"
    if line.kind is Kind.SAID:
        return label(labels, "assistant")
    return clean(line.who) if line.who else label(labels, "unknown")


def title(view: View, labels: Labels, width: int) -> Text:
    """The bar at the top: method and phase left, time since the start right."""
    left = f" {clean(view.method)} · {label(labels, f'phase_{view.phase}')}"
    right = f"{label(labels, 'time')} {stamp(view.elapsed)} "
    gap = max(width - cell_len(left) - cell_len(right), 1)
    return Text(left + " " * gap + right, style="reverse bold")


def beside(view: View, labels: Labels, width: int) -> list[Text]:
    """Steps left, clock and room right."""
    left = width // 2
    columns = zip(steps(view, left - 2, STEPS_ROWS), panel(view, labels, width - left), strict=True)
    rows = []
    for step, part in columns:
        cut = _cut(step, left - 2)
        gap = " " * (left - cell_len(cut.plain))
        # Put together without a base style, or a dim step would dim the clock beside it.
        rows.append(Text.assemble(cut, gap, part))
    return rows


def above(view: View, labels: Labels, width: int) -> list[Text]:
    """The same for a narrow terminal: one step, a small clock, and the room."""
    current = next((one for one in view.steps if one.current), None)
    name = clean(current.name) if current else label(labels, "step")
    count = f"{view.index + 1}/{len(view.steps)} " if view.index is not None else ""
    left = Text(f"▶ {count}{name}", style="bold")
    return [
        left,
        Text(f"{clock(view.left)} ", style="bold").append(_bar(view, width - 8)),
        *room(view, labels),
    ]


def steps(view: View, width: int, rows: int) -> list[Text]:
    """The steps around the current one: done '✓', current '▶', to come '·', with their minutes."""
    first = max(min((view.index or 0) - rows // 2, len(view.steps) - rows), 0)
    lines = []
    for number, step in enumerate(view.steps[first : first + rows], first + 1):
        sign, style = (
            ("▶", "bold") if step.current else ("✓", "dim") if step.done else ("·", "none")
        )
        minutes = f"{step.seconds / 60:.0f}′"
        name = Text(f" {sign} {number} {clean(step.name)}")
        name.truncate(max(width - len(minutes) - 1, 1), overflow="ellipsis", pad=True)
        lines.append(Text(f"{name.plain} {minutes}", style=style))
    return lines + [Text("") for _ in range(rows - len(lines))]


def panel(view: View, labels: Labels, width: int) -> list[Text]:
    """Eight rows: the large clock, its bar, and what happens in the room."""
    figures = clock(view.left)
    drawn = [DIGITS[c] for c in figures if c in DIGITS]
    if sum(len(c[0]) + 1 for c in drawn) > width:
        drawn = []
    style = "bold" if (view.left or 0) >= 0 else "bold red"
    rows = [Text(" ".join(c[row] for c in drawn), style=style) for row in range(5)]
    if view.left is not None:
        over = "overtime" if view.left < 0 else "left"
        word = label(labels, "paused" if view.phase is Phase.PAUSED else over)
        rows[2 if drawn else 0].append(f"   {word} {figures}", style=style)
    return [*rows, _bar(view, width - 1), *room(view, labels)]


def room(view: View, labels: Labels) -> list[Text]:
    """Two rows: who speaks, and whether the assistant listens or speaks."""
    who = clean(view.speaker) if view.speaker else label(labels, "unknown")
    sign = "●" if view.voice_active else "○"
    voice = f" · {label(labels, 'voice')}" if view.voice_active else ""
    first = Text(f"{sign} {label(labels, 'who')}: {who}{voice}")
    if not view.listening:
        return [first, Text(f"⊘ {label(labels, 'deaf')}", style="bold")]
    if view.speaking:
        return [first, Text(f"♪ {label(labels, 'speaking')}: {clean(view.speaking)}")]
    second = Text(label(labels, "listening"), style="dim")
    if view.waiting >= 1:
        second.append(f" · {label(labels, 'waiting')} {view.waiting:.0f} s")
    return [first, second]


def transcript(view: View, labels: Labels, width: int, rows: int) -> list[Text]:
    """The newest lines that fit, oldest first, wrapped with the times standing clear."""
    lines: list[Text] = []
    for line in reversed(view.lines):
        lines = [*_wrapped(line, labels, width), *lines]
        if len(lines) >= rows:
            break
    return lines[-rows:]


def footer(view: View, labels: Labels, width: int, *, keys: bool, roomy: bool) -> Iterator[Text]:
    """An example question, parked ideas, troubles and the keys: each only when it is there."""
    if view.questions and roomy:
        yield Text(f"{label(labels, 'questions')}: {clean(view.questions[0])}", style="dim")
    if view.parked:
        newest = " / ".join(clean(idea) for idea in reversed(view.parked))
        yield Text(f"{KEPT} {label(labels, 'parked')} ({len(view.parked)}): {newest}")
    for trouble in view.troubles[-2:]:
        text = f"! {label(labels, 'trouble')}: {clean(trouble)}"
        yield from (Text(part, style="bold red") for part in textwrap.wrap(text, width)[:2])
    if keys:
        parts = textwrap.wrap(label(labels, "keys_help"), width)[:2]
        yield from (Text(part, style="dim") for part in parts)


def _wrapped(line: TranscriptLine, labels: Labels, width: int) -> list[Text]:
    flagged = mark(line, labels)
    sign = FLAG if line.flag else "›" if line.kind is Kind.COMMAND else " "
    words = f"{speaker(line, labels)}: {clean(line.text)}" + (f"  [{flagged}]" if flagged else "")
    parts = textwrap.wrap(words, max(width - 8, 8)) or [""]
    ours = line.kind in (Kind.SAID, Kind.WHISPERED)
    style = "bold yellow" if line.flag else "dim" if ours else "none"
    heads = [f"{stamp(line.at)} {sign} "] + [" " * 8] * (len(parts) - 1)
    return [Text(head + part, style=style) for head, part in zip(heads, parts, strict=True)]


def _bar(view: View, width: int) -> Text:
    """How much of the step is over; all of it in overtime, nothing while no clock runs."""
    width = max(min(width, 40), 1)
    planned = view.steps[view.index].seconds if _has_step(view) and view.index is not None else 0.0
    over = 0.0 if view.left is None or planned <= 0 else 1 - view.left / planned
    full = round(min(max(over, 0.0), 1.0) * width)
    style = "bold red" if over > 1 else "none"
    return Text("█" * full + "░" * (width - full), style=style)


def _has_step(view: View) -> bool:
    return view.index is not None and 0 <= view.index < len(view.steps)


def _cut(line: Text, width: int) -> Text:
    line.truncate(width, overflow="ellipsis")
    line.no_wrap = True
    line.overflow = "crop"
    return line
