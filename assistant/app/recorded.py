"""In: a recording, a method, names. Out: the record of that session, as fast as the machine can.

The same path as a live session, with the file as its microphone and nobody to hear the assistant:
steps end when their time is up, or when somebody in the recording says so.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant import app
from assistant.app import parts
from assistant.loop import Hall
from assistant.settings import Settings


def transcribe(
    settings: Settings,
    *,
    recording: Path,
    method: str,
    names: Sequence[str],
    presenter: str | None,
    out: Path | None,
    progress: Callable[[float, float | None], None],
) -> app.LiveResult:
    """Make the record of a recorded session.

    Raises:
        RecordingError: the file is missing or cannot be decoded.
        ModelError, MethodError, JournalError: see there.
    """
    from assistant.core.record.record import fold
    from assistant.core.session.session import Session
    from assistant.inputs.inbox import VirtualInbox
    from assistant.inputs.recording import Recording

    words = app.library(settings)
    found = words.method(method)
    language = settings.language
    expected = parts.hotwords(found, language, names)
    whisper, card = parts.transcriber(settings, settings.model, language, expected)
    first = parts.began(
        found, language, names, presenter, model=card.name, cues="screen", moves_on=True
    )
    source = Recording(recording)
    source.start()

    try:
        inbox = VirtualInbox()
        ear = parts.ear(source, whisper, words, language, said=lambda _at: (), post=inbox.post)
        inbox.pump = parts.pump(ear, inbox.post)
        with app.store(settings) as kept:
            journal = kept.begin(first.session, first.wall, found.id, language)
            hall = Hall(
                inbox=inbox,
                session=Session(words.phrases(language)),
                understand=parts.understanding(words, language, settings),
                journal=journal,
                stages=[parts.EarStage(ear)],
                show=lambda _view: progress(source.position, source.duration),
                clock=time.perf_counter,
            )
            reason = parts.hold(hall, first)
            parts.finish(kept, journal, reason)
            record = fold(kept.entries(first.session))
    finally:
        source.stop()
    files = app.write_all(out, record, words.table(language, "report")) if out else ()
    return app.LiveResult(session_id=first.session, finished=reason, files=files)
