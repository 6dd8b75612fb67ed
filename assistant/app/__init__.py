"""In: settings and what is asked for. Out: the parts chosen and joined, a session held, its files.

The only floor that names devices. Live, recorded and simulated rooms are the same hall; they differ
in what is plugged in: a microphone, a file or a simulated room; an inbox that waits or one that
jumps. Each way has its file here, imported when it is asked for: starting costs nobody a breath.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.core.session.view import View
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.core.record.record import Record
    from assistant.inputs.library import Library
    from assistant.outputs.store import Store


class Shows(Protocol):
    """Something that shows views."""

    def show(self, view: View) -> None:
        """Show a view."""


class Follows(Protocol):
    """Something whose keys mean the other thing when the state changes."""

    def follow(self, *, paused: bool, off: bool) -> None:
        """Take over how things are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What a demonstration gives."""

    figures: dict[str, Any]
    files: tuple[Path, ...]
    note: str
    """What must be said beside the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResult:
    """What a live or recorded session gives."""

    session_id: str
    finished: str
    """Why it finished: 'completed', 'ended', 'stopped' or 'source_ended'."""
    files: tuple[Path, ...] = ()


def library(settings: Settings) -> "Library":
    """Methods and prompts, the user's own folder first."""
    from assistant.inputs.library import Library, shipped_folder

    return Library([settings.methods_dir, shipped_folder()])


def labels(settings: Settings) -> Mapping[str, str]:
    """The words of the terminal, in the user's language."""
    return library(settings).table(settings.language, "screen")


def store(settings: Settings) -> "Store":
    """The sessions of this user.

    Raises:
        JournalError: the file cannot be opened.
    """
    from assistant.outputs.store import Store

    return Store(settings.data_dir / "sessions.db")


def export(settings: Settings, session: str, format: str) -> str:  # noqa: A002 - the user's word
    """A session as text in a format.

    Raises:
        SessionError: no such session.
        SettingsError: no such format.
    """
    from assistant.core.record.record import fold
    from assistant.outputs.export import write

    with store(settings) as kept:
        record = fold(kept.entries(kept.find(session).id))
    words = library(settings).table(record.language, "report")
    return write(record, format, words, _notes(record))


DEMONSTRATION = "demonstration"
"""The model that comes with the program; whatever it heard is marked as such."""


def _notes(record: "Record") -> list[str]:
    return ["demonstration_model"] if record.model == DEMONSTRATION else []


def write_all(folder: Path, record: "Record", words: Mapping[str, Any]) -> tuple[Path, ...]:
    """Write a session into a folder in every format; returns the files."""
    from assistant.outputs.export import save, write

    names = {"json": "session.json", "md": "report.md", "html": "report.html", "vtt": "session.vtt"}
    for form, name in names.items():
        save(write(record, form, words, _notes(record)), folder / name)
    return tuple(folder / name for name in names.values())


def demo(
    settings: Settings, *, language: str, method: str, out: Path, screen: Shows | None
) -> DemoResult:
    """Hold a scripted session in a simulated room (see app/demo.py)."""
    from assistant.app.demo import demo as held

    return held(settings, language=language, method=method, out=out, screen=screen)


def live(
    settings: Settings,
    *,
    method: str,
    names: Sequence[str],
    presenter: str | None,
    screen: Shows,
    resume: str | None,
    scale_minutes: float | None,
) -> LiveResult:
    """Hold a session with microphone and loudspeaker (see app/live.py)."""
    from assistant.app.live import live as held

    return held(
        settings,
        method=method,
        names=names,
        presenter=presenter,
        screen=screen,
        resume=resume,
        scale_minutes=scale_minutes,
    )


def transcribe(
    settings: Settings,
    *,
    recording: Path,
    method: str,
    names: Sequence[str],
    presenter: str | None,
    out: Path | None,
    progress: Callable[[float, float | None], None],
) -> LiveResult:
    """Make the record of a recorded session (see app/recorded.py)."""
    from assistant.app.recorded import transcribe as held

    return held(
        settings,
        recording=recording,
        method=method,
        names=names,
        presenter=presenter,
        out=out,
        progress=progress,
    )
