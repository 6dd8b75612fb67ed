"""In: this machine and the settings. Out: one line per thing a session needs: ok, or what to do.

Each check does the thing itself for a moment: opens the microphone, speaks a word into memory, loads
the model. What only looks right is no help ten minutes before a meeting.
"""

import contextlib
import os
import platform
import queue
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import AsJson, Language, configured, print_json, quiet_libraries
from assistant.core.errors import AssistantError

if TYPE_CHECKING:
    from assistant.settings import Settings

ROOM_ON_DISK = 200_000_000
"""Bytes that should be free: a session takes about 1 MB, a report less; the rest is for comfort."""
PLAY_SECONDS = 5.0
"""A loudspeaker that has not taken a moment of silence by then will not take a sentence either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What came out of one check."""

    name: str
    ok: bool | None
    """None: works, but look at it; or not needed and not there."""
    message: str
    hint: str = ""


def doctor(
    language: Language = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Speech model to try.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look whether this machine has all that a session needs.

    Example: intervisie doctor --language nl
    """
    from dataclasses import asdict

    settings = configured(language=language, model=model)
    done = []
    for check in checks(settings):
        done.append(check)
        if not as_json:
            sign = {True: "ok", False: "NO", None: "--"}[check.ok]
            print(f"{sign}  {check.name}: {check.message}", flush=True)
            if check.ok is not True and check.hint:
                print(f"      {check.hint}")
    if as_json:
        print_json([asdict(check) for check in done])
    if any(check.ok is False for check in done):
        raise typer.Exit(1)


def checks(settings: "Settings") -> Iterator[Check]:
    """All checks, one by one as they are done; none of them raises."""
    for name, look in LOOKS.items():
        try:
            with quiet_libraries():
                found = list(look(settings))
        except AssistantError as error:
            found = [Check(name=name, ok=False, message=error.message, hint=error.hint)]
        except ImportError as error:
            hint = "Set everything up again: make setup"
            found = [Check(name=name, ok=False, message=f"{error}.", hint=hint)]
        yield from found


def _python(_settings: "Settings") -> Iterator[Check]:
    message = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    new = sys.version_info >= (3, 11)
    yield Check(name="python", ok=new, message=message, hint="Install Python 3.11 or later.")


def _methods(settings: "Settings") -> Iterator[Check]:
    from assistant.app import labels, library

    words = library(settings)
    methods = words.methods()
    for problem in words.problems():
        yield Check(name="methods", ok=None, message=problem.message, hint=problem.hint)
    labels(settings)
    spoken = [method.id for method in methods if settings.language in method.languages]
    yield Check(
        name="methods",
        ok=bool(spoken),
        message=f"{', '.join(spoken) or 'none'} in '{settings.language}'",
        hint=f"Choose another language, or add a method to {settings.methods_dir}.",
    )


def _portaudio(_settings: "Settings") -> Iterator[Check]:
    from assistant import portaudio

    version = portaudio.library().get_portaudio_version()[1].split(",")[0]
    yield Check(name="portaudio", ok=True, message=version)


def _microphone(settings: "Settings") -> Iterator[Check]:
    from assistant import portaudio
    from assistant.inputs.microphone import Microphone

    microphone = Microphone(device=settings.microphone or None, now=lambda: 0.0)
    try:
        microphone.start()
        microphone.read()
    finally:
        microphone.stop()
    yield _device("microphone", settings.microphone, portaudio.names("input"))


def _loudspeaker(settings: "Settings") -> Iterator[Check]:
    yield _output("loudspeaker", settings.loudspeaker)


def _earpiece(settings: "Settings") -> Iterator[Check]:
    if settings.earpiece:
        yield _output("earpiece", settings.earpiece)
        return
    needed = settings.cues == "ear"
    yield Check(
        name="earpiece",
        ok=False if needed else None,
        message="none is set; cues go to the " + ("ear" if needed else settings.cues),
        hint="Name one with INTERVISIE_EARPIECE or in the settings file." if needed else "",
    )


def _output(name: str, wanted: str) -> Check:
    """Plays a moment of silence and waits until the device has taken it."""
    import numpy as np

    from assistant import portaudio
    from assistant.core.events import Outcome
    from assistant.outputs.loudspeaker import Loudspeaker
    from assistant.outputs.sound import Sound

    portaudio.find(wanted or None, "output")
    ends: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    loudspeaker = Loudspeaker(device=wanted or None, now=time.monotonic)
    silence = Sound(samples=np.zeros(2205, np.float32), rate=22_050)
    try:
        loudspeaker.play(silence, lambda _at, outcome: ends.put(outcome))
        outcome = ends.get(timeout=PLAY_SECONDS)
    except queue.Empty:
        outcome = Outcome.FAILED
    finally:
        loudspeaker.close()
    if outcome is not Outcome.DONE:
        hint = "Unplug it and plug it in again, or choose another one."
        return Check(name=name, ok=False, message="it takes no sound.", hint=hint)
    return _device(name, wanted, portaudio.names("output"))


def _device(name: str, wanted: str, there: tuple[str, ...]) -> Check:
    return Check(
        name=name, ok=True, message=f"{wanted or 'the default'} (there are: {', '.join(there)})"
    )


def _voices(settings: "Settings") -> Iterator[Check]:
    from assistant.app import library

    spoken = {settings.language}
    with contextlib.suppress(AssistantError):  # said by the check of the methods
        spoken |= {one for method in library(settings).methods() for one in method.languages}
    for language in sorted(spoken, key=lambda one: (one != settings.language, one)):
        yield _voice(settings, language)


def _voice(settings: "Settings", language: str) -> Check:
    from assistant.outputs.synthesizer import Synthesizer

    mine = language == settings.language
    voice = settings.voice if mine else ""
    speaker = Synthesizer(language=language, voice=voice, rate=settings.rate)
    try:
        sound = speaker.render(f"{language} 1 2 3")
    except AssistantError as error:
        ok = False if mine else None
        return Check(name=f"voice {language}", ok=ok, message=error.message, hint=error.hint)
    finally:
        speaker.close()
    message = f"{voice or 'the default'}, {sound.seconds:.1f} s of sound"
    return Check(name=f"voice {language}", ok=True, message=message)


def _model(settings: "Settings") -> Iterator[Check]:
    from assistant.inputs.models import check, hears, locate

    folder = locate(settings.model, settings.data_dir)
    card = check(folder, deep=True)
    heard = hears(card, settings.language)
    yield Check(
        name="model",
        ok=heard,
        message=f"{card.name} {'hears' if heard else 'does not hear'} '{settings.language}'",
        hint="Take another model (intervisie models list) or another language.",
    )
    if card.hears != "people":
        yield Check(name="model", ok=None, message=f"{card.name} hears {card.hears}")


def _disk(settings: "Settings") -> Iterator[Check]:
    free = shutil.disk_usage(_existing(settings.data_dir)).free
    yield Check(
        name="disk",
        ok=free >= ROOM_ON_DISK,
        message=f"{free / 1e9:.1f} GB free",
        hint="Free some space: half a gigabyte is plenty.",
    )


def _data_folder(settings: "Settings") -> Iterator[Check]:
    folder = settings.data_dir
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            pass
    except OSError as error:
        yield Check(
            name="data folder",
            ok=False,
            message=f"{folder} cannot be written to: {error.strerror}.",
            hint="Give yourself the right to write there, or set INTERVISIE_DATA.",
        )
        return
    mode = stat.S_IMODE(folder.stat().st_mode) if os.name == "posix" and folder.exists() else 0
    if mode & 0o077:
        message = f"{folder} can be seen by others (mode {mode:o})"
        hint = f"Close it: chmod 700 {folder}"
        yield Check(name="data folder", ok=None, message=message, hint=hint)
    else:
        yield Check(name="data folder", ok=True, message=str(folder))


def _sessions(settings: "Settings") -> Iterator[Check]:
    if not (settings.data_dir / "sessions.db").exists():
        return  # looking should not make one
    from assistant.app import store

    with store(settings) as kept:
        rows = kept.sessions()
    cut = sum(row.status == "open" for row in rows)
    hint = "Go on with one (run --resume), or close it: intervisie sessions list"
    message = f"{len(rows)} kept" + (f", {cut} of them not closed" if cut else "")
    yield Check(name="sessions", ok=None if cut else True, message=message, hint=hint)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: it would be made there."""
    return next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))


LOOKS: dict[str, Callable[["Settings"], Iterator[Check]]] = {
    "python": _python,
    "methods": _methods,
    "portaudio": _portaudio,
    "microphone": _microphone,
    "loudspeaker": _loudspeaker,
    "earpiece": _earpiece,
    "voice": _voices,
    "model": _model,
    "disk": _disk,
    "data folder": _data_folder,
    "sessions": _sessions,
}
"""Name -> what to look at, in the order of the report."""
