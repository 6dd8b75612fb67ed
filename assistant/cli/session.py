"""In: a method, names, a recording, a folder. Out: a session held, and where its files are."""

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli import Language, configured, print_files, quiet_libraries
from assistant.core.errors import SettingsError

Method = Annotated[str, typer.Argument(metavar="METHOD", help="See: intervisie methods list")]
Names = Annotated[str, typer.Option(metavar="A,B,C", help="Who takes part, with commas between.")]
Presenter = Annotated[str | None, typer.Option(metavar="NAME", help="Whose case it is.")]
Model = Annotated[
    str | None, typer.Option(metavar="NAME", help="Speech model. See: intervisie models list")
]


def demo(
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where to write what it makes.")
    ] = Path("demo-out"),
    language: Language = None,
    method: Annotated[
        str, typer.Option(metavar="METHOD", help="See: intervisie methods list")
    ] = "seven-steps",
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of a picture.")] = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE.svg", hidden=True)] = None,
) -> None:
    """Hold a whole session with a simulated group: no sound card, no download.

    Example: intervisie demo --out demo-out --language nl
    """
    from assistant import app
    from assistant.outputs.screen import Capture, Screen

    settings = configured(language=language)
    labels = app.labels(settings)
    capture = Capture(labels) if picture else None
    with Screen(labels, plain=plain or None, capture=capture) as screen:
        result = app.demo(
            settings, language=settings.language, method=method, out=out, screen=screen
        )
    if picture and capture and capture.write(picture):
        print(picture)
    _print_figures(labels, result.figures)
    if result.note:
        print(f"{labels.get('model_note', 'model_note')}: {result.note}")
    print_files(labels, result.files)


def run(
    method: Method,
    *,
    language: Language = None,
    names: Names = "",
    presenter: Presenter = None,
    model: Model = None,
    microphone: Annotated[
        str | None, typer.Option(metavar="NAME", help="Part of its name.")
    ] = None,
    loudspeaker: Annotated[
        str | None, typer.Option(metavar="NAME", help="Part of its name.")
    ] = None,
    earpiece: Annotated[
        str | None, typer.Option(metavar="NAME", help="Part of the name of the facilitator's.")
    ] = None,
    cues: Annotated[
        str | None, typer.Option(metavar="room|ear|screen", help="Where the guard's cues go.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(metavar="N", min=5, max=600, help="Fit the method in so many minutes."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="SESSION", help="Go on with one that was cut off.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of a picture.")] = False,
) -> None:
    """Hold a session with microphone and loudspeaker. Ctrl-C ends it in good order.

    Example: intervisie run seven-steps --names "Noor,Bram" --presenter Bram
    """
    settings = configured(
        language=language,
        model=model,
        microphone=microphone,
        loudspeaker=loudspeaker,
        earpiece=earpiece,
        cues=cues,
    )
    if settings.cues == "ear" and not settings.earpiece:
        raise SettingsError(
            "The guard's cues go to the ear, but no earpiece is set.",
            "Name one with --earpiece, or choose --cues room.",
        )
    group, lead = people(names, presenter)
    from assistant import app
    from assistant.outputs.screen import Screen

    labels = app.labels(settings)
    keys = bool(sys.stdin and sys.stdin.isatty())
    # On a terminal, what libraries say on standard error would tear the picture apart.
    quiet = quiet_libraries() if sys.stderr and sys.stderr.isatty() else nullcontext()
    with quiet, Screen(labels, plain=plain or None, keys=keys, ticking=True) as screen:
        result = app.live(
            settings,
            method=method,
            names=group,
            presenter=lead,
            screen=screen,
            resume=resume,
            scale_minutes=minutes,
        )
    _print_result(labels, result)


def transcribe(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="WAV, FLAC, MP3, M4A …")],
    *,
    method: Annotated[str, typer.Option(metavar="METHOD", help="See: intervisie methods list")],
    language: Language = None,
    model: Model = None,
    names: Names = "",
    presenter: Presenter = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to write the reports.")
    ] = None,
) -> None:
    """Make the record and the report of a recorded session.

    Example: intervisie transcribe session.m4a --method seven-steps --out report
    """
    settings = configured(language=language, model=model)
    group, lead = people(names, presenter)
    from assistant import app

    labels = app.labels(settings)
    with _Progress() as progress:
        result = app.transcribe(
            settings,
            recording=recording,
            method=method,
            names=group,
            presenter=lead,
            out=out,
            progress=progress.at,
        )
    _print_result(labels, result)


def people(names: str, presenter: str | None) -> tuple[tuple[str, ...], str | None]:
    """('Noor, Bram', 'noor') -> (('Noor', 'Bram'), 'Noor').

    Raises:
        SettingsError: a name stands there twice, or the presenter is not among the names.
    """
    group = tuple(name for part in names.split(",") if (name := " ".join(part.split())))
    known = {name.casefold(): name for name in group}
    if len(known) < len(group):
        raise SettingsError(
            "A name stands among --names twice.",
            "Add a letter, so that the record can tell people apart.",
        )
    wanted = " ".join((presenter or "").split())
    if not wanted or not group:
        return group, wanted or None
    if wanted.casefold() not in known:
        raise SettingsError(
            f"The presenter '{wanted}' is not among the names.",
            f"Choose one of: {', '.join(group)}.",
        )
    return group, known[wanted.casefold()]


def _print_result(labels: Mapping[str, str], result: Any) -> None:
    print(f"{result.session_id}: {labels.get(f'finished_{result.finished}', result.finished)}")
    if result.files:
        print_files(labels, result.files)
    else:
        print(f"  intervisie report {result.session_id} --format md")


def _print_figures(labels: Mapping[str, str], figures: Mapping[str, Any]) -> None:
    """How well it heard and guarded; what was not measured is not shown."""
    wer = figures.get("wer")
    if wer is not None:
        print(f"{labels.get('wer', 'wer')}: {wer:.1%} ({figures.get('words')})")
    for key in ("flags_caught", "flags_missed", "flags_false"):
        if figures.get(key) is None:
            continue
        of = f"/{_count(figures.get('flags_scripted', 0))}" if key == "flags_caught" else ""
        print(f"{labels.get(key, key)}: {_count(figures[key])}{of}")
    if figures.get("lateness_p95") is not None:
        late = f"p50 {figures['lateness_p50']:.2f} s, p95 {figures['lateness_p95']:.2f} s"
        print(f"{labels.get('lateness', 'lateness')}: {late}")


def _count(value: Any) -> int:
    """A number of flags, whether the figures give the number or the flags themselves."""
    return value if isinstance(value, int) else len(value)


class _Progress:
    """How far a recording is: a bar on a terminal, else nothing. On standard error."""

    def __enter__(self) -> "_Progress":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.fields[done]}"),
            BarColumn(),
            TextColumn("{task.fields[whole]}"),
            TimeRemainingColumn(compact=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, done="0:00", whole="")
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def at(self, done: float, whole: float | None) -> None:
        """So many seconds of the recording are done, of so many (None: not known yet)."""
        self._bar.update(
            self._task,
            completed=done,
            total=whole,
            done=_minutes(done),
            whole="" if whole is None else _minutes(whole),
        )


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
