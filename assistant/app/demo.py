"""In: settings, a language, a method, a folder. Out: a scripted session held, and how well it went.

The people are synthetic voices in a simulated room; the assistant, the ear, the speech model, the
journal and the reports are the real ones.
"""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import app
from assistant.app import parts
from assistant.core.actions import Channel
from assistant.core.errors import MethodError
from assistant.loop import Hall
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.core.record.record import Record
    from assistant.inputs.library import Library
    from assistant.inputs.script import Person, Script
    from assistant.inputs.simulated_room import SimulatedRoom
    from assistant.inputs.whisper import Whisper
    from assistant.outputs.sound import Sound
    from assistant.outputs.synthesizer import Synthesizer


def demo(
    settings: Settings, *, language: str, method: str, out: Path, screen: app.Shows | None
) -> app.DemoResult:
    """Hold a scripted session and count what was heard and flagged.

    Raises:
        ModelError: the demonstration model does not hear the language.
        MethodError: there is no script for the method.
        JournalError: the folder cannot be written to.
    """
    words = app.library(settings)
    whisper, _card = parts.transcriber(settings, app.DEMONSTRATION, language)
    play = script_of(words, language, method)
    start = time.perf_counter()
    record, room, lateness = rehearse(settings, words, play, whisper, out=out, screen=screen)
    took = time.perf_counter() - start
    from assistant.inputs.score import score
    from assistant.outputs.export import save

    figures = score(record, room.performed, lateness=lateness, seconds=took).as_dict()
    report = words.table(language, "report")
    files = app.write_all(out, record, report)
    save(json.dumps(figures, indent=2) + "\n", out / "demo.json")
    note = str(report["notes"]["demonstration_model"])
    return app.DemoResult(figures=figures, files=(out / "demo.json", *files), note=note)


def script_of(words: "Library", language: str, method: str) -> "Script":
    """The demonstration's script of a method."""
    from assistant.inputs.script import script

    found = words.method(method)
    name = f"demo/{found.id}"
    try:
        table = words.table(language, name)
    except MethodError as error:
        raise MethodError(
            f"There is no demonstration of '{found.id}' in '{language}'.",
            "Try: intervisie demo --method seven-steps --language nl",
        ) from error
    return script(table, f"prompts/{language}/{name}.yaml")


def rehearse(
    settings: Settings,
    words: "Library",
    play: "Script",
    whisper: "Whisper",
    *,
    out: Path,
    screen: app.Shows | None,
) -> tuple["Record", "SimulatedRoom", list[float]]:
    """Hold a script in a simulated room; the journal goes to out/journal.db."""
    from assistant.core.record.record import fold
    from assistant.inputs.simulated_room import SimulatedRoom
    from assistant.outputs.store import Store
    from assistant.outputs.synthesizer import Synthesizer

    method = words.method(play.method)
    cues = "room" if settings.cues == "ear" else settings.cues  # nobody here has an earpiece
    names = [person.name for person in play.people]
    first = parts.began(
        method, play.language, names, play.presenter, model=app.DEMONSTRATION, cues=cues
    )
    with ExitStack() as stack:
        kept = stack.enter_context(Store(out / "journal.db"))
        voice = Synthesizer(language=play.language, voice=settings.voice, rate=settings.rate)
        stack.enter_context(closing(voice))
        voice.render(method.name[play.language])  # in a room that cannot speak nothing ever happens
        room = SimulatedRoom(play, _mouths(voice))
        hall = _furnish(settings, words, play, whisper, room=room, voice=voice)
        journal = kept.begin(first.session, first.wall, method.id, play.language)
        hall.journal = journal
        hall.show = screen.show if screen is not None else hall.show
        reason = parts.hold(hall, first)
        parts.finish(kept, journal, reason)
        return fold(kept.entries(first.session)), room, hall.lateness


def _mouths(voice: "Synthesizer") -> "Callable[[str, Person], Sound]":
    def speak(text: str, person: "Person") -> "Sound":
        return voice.render(text, voice=person.voice, rate=person.rate, pitch=person.pitch)

    return speak


def _furnish(
    settings: Settings,
    words: "Library",
    play: "Script",
    whisper: "Whisper",
    *,
    room: "SimulatedRoom",
    voice: "Synthesizer",
) -> Hall:
    """A hall on a simulated room; it keeps nothing and shows nothing yet."""
    from assistant.core.session.session import Session
    from assistant.inputs.inbox import VirtualInbox
    from assistant.outputs.voice import Voice

    inbox = VirtualInbox()
    echo = parts.Echo(lambda: room.now)
    ear = parts.ear(room, whisper, words, play.language, said=echo.before, post=inbox.post)
    inbox.pump = parts.pump(ear, inbox.post)
    speaker = Voice(
        synthesizer=voice,
        players={channel: room.player(channel) for channel in Channel},
        gate=ear,
        post=inbox.post,
        now=lambda: room.now,
    )
    return Hall(
        inbox=inbox,
        session=Session(words.phrases(play.language)),
        understand=parts.understanding(words, play.language, settings),
        journal=parts.Forgetful(),
        stages=[room, echo, parts.EarStage(ear), speaker],
        show=lambda _view: None,
        clock=time.perf_counter,
    )
