"""In: settings, a method, a group. Out: a session held with microphone and loudspeaker.

Everything slow starts at once and beside each other: the voice is ready within a second, the speech
model loads while the welcome is being spoken.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from typing import TYPE_CHECKING

from assistant import app
from assistant.app import parts
from assistant.core.actions import Action, Channel, Say
from assistant.core.errors import ModelError, SessionError, SettingsError
from assistant.core.events import Began, Discarded, Event, Heard, Reason, Resumed
from assistant.core.ports import Stage
from assistant.core.record.codec import Entry
from assistant.core.session.session import Session
from assistant.core.session.view import Phase, View
from assistant.inputs.inbox import LiveInbox
from assistant.loop import Hall, replay
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.core.method import Method
    from assistant.inputs.ear import Ear
    from assistant.inputs.library import Library
    from assistant.inputs.whisper import Whisper
    from assistant.outputs.journal import SessionJournal
    from assistant.outputs.loudspeaker import Loudspeaker
    from assistant.outputs.store import Store


def live(
    settings: Settings,
    *,
    method: str,
    names: Sequence[str],
    presenter: str | None,
    screen: app.Shows,
    resume: str | None,
    scale_minutes: float | None,
) -> app.LiveResult:
    """Hold a session in a real room.

    Raises:
        DeviceError: no such microphone or loudspeaker.
        ModelError, MethodError, SessionError: see there.
        JournalError: at the end, when something could not be kept where it belongs.
    """
    words = app.library(settings)
    with ExitStack() as stack:
        kept = stack.enter_context(app.store(settings))
        past = list(kept.entries(kept.find(resume).id)) if resume else []
        if past or resume:
            first = _beginning(past)
        else:
            found = _fitted(words.method(method), scale_minutes)
            _whisper, card = parts.transcriber(settings, settings.model, settings.language)
            first = parts.began(
                found,
                settings.language,
                names,
                presenter,
                model=card.name,
                cues=settings.cues,
            )
        room = _Room(stack, settings, words, first, past)
        hall = room.hall(screen)
        # Only now: a session whose devices did not open has never begun.
        hall.journal = journal = _journal(kept, first, resumed=bool(past))
        reason = parts.hold(hall, room.opening())
        parts.finish(kept, journal, reason)
    return app.LiveResult(session_id=first.session, finished=reason)


def _fitted(method: "Method", minutes: float | None) -> "Method":
    if minutes is None:
        return method
    try:
        return method.fitted(minutes)
    except ValueError as least:
        raise SettingsError(
            f"'{method.id}' does not fit in {minutes:.0f} minutes; it needs at least {least}.",
            "Take more time, or a shorter method: intervisie methods list",
        ) from None


def _beginning(past: Sequence[Entry]) -> Began:
    if not past or not isinstance(past[0].event, Began):
        raise SessionError("That session has no beginning to go on from.", "Begin a new one.")
    return past[0].event


def _journal(kept: "Store", first: Began, *, resumed: bool) -> "SessionJournal":
    if resumed:
        return kept.resume(first.session)
    return kept.begin(first.session, first.wall, first.method.id, first.language)


class _Room:
    """A real room: devices and threads, closed again by the stack in the order of its floors."""

    def __init__(
        self,
        stack: ExitStack,
        settings: Settings,
        words: "Library",
        first: Began,
        past: Sequence[Entry],
    ) -> None:
        self._stack, self._settings, self._words, self._first = stack, settings, words, first
        self._start = past[-1].event.at if past else 0.0
        self._heard = [e.event.utterance for e in past if isinstance(e.event, Heard)]
        self.inbox = LiveInbox(time.monotonic, start=self._start)
        self.session = Session(words.phrases(first.language))
        replay(self.session, [entry.event for entry in past])

    def opening(self) -> Event:
        """What the session begins, or goes on, with."""
        if self._start == 0.0:
            return self._first
        wall = datetime.now().astimezone().isoformat(timespec="seconds")
        return Resumed(at=self._start, wall=wall)

    def hall(self, screen: app.Shows) -> Hall:
        """Open the devices and join the parts; it keeps nothing yet."""
        from assistant.inputs.keyboard import Keyboard
        from assistant.outputs.synthesizer import Synthesizer
        from assistant.outputs.voice import Voice, VoiceThread

        settings, language = self._settings, self._first.language
        voice = Synthesizer(language=language, voice=settings.voice, rate=settings.rate)
        self._stack.enter_context(closing(voice))
        voice.start()
        echo = parts.Echo(self._now)
        ear = self._listen(echo)
        speaking = VoiceThread(
            Voice(
                synthesizer=voice,
                players=self._players(),
                gate=ear,
                post=self.inbox.post,
                now=self._now,
            )
        )
        self._stack.callback(speaking.close)
        keyboard = self._stack.enter_context(Keyboard(self.inbox.post, self._now))
        stages: list[Stage] = [echo, parts.EarStage(ear), speaking, self._model]
        return Hall(
            inbox=self.inbox,
            session=self.session,
            understand=parts.understanding(
                self._words, language, settings, [said.text for said in self._heard]
            ),
            journal=parts.Forgetful(),
            stages=stages,
            show=_showing(screen, keyboard),
            clock=time.perf_counter,
        )

    def _listen(self, echo: parts.Echo) -> "Ear":
        """Open the microphone; the speech model loads meanwhile."""
        from assistant.inputs.microphone import Microphone
        from assistant.inputs.threaded_ear import ThreadedEar

        settings, first = self._settings, self._first
        whisper, _card = parts.transcriber(
            settings,
            settings.model,
            first.language,
            parts.hotwords(first.method, first.language, first.participants),
        )
        microphone = Microphone(
            device=settings.microphone or None, now=self._now, on_loss=self._lost
        )
        ear = parts.ear(
            microphone,
            whisper,
            self._words,
            first.language,
            said=echo.before,
            post=self.inbox.post,
            first_utterance=max((said.id for said in self._heard), default=0) + 1,
        )
        microphone.start()
        listening = ThreadedEar(ear, self._now, microphone.reopen)
        listening.start()
        self._stack.callback(listening.stop)
        self._model = _Loading(whisper)
        self._stack.callback(self._model.join)
        return ear

    def _players(self) -> "dict[Channel, Loudspeaker]":
        from assistant.outputs.loudspeaker import Loudspeaker

        room = Loudspeaker(device=self._settings.loudspeaker or None, now=self._now)
        players = {Channel.ROOM: room}
        if self._settings.earpiece:
            players[Channel.EAR] = Loudspeaker(device=self._settings.earpiece, now=self._now)
        for player in players.values():
            player.check()
            self._stack.callback(player.close)
        return players

    def _now(self) -> float:
        return self.inbox.now

    def _lost(self, seconds: float) -> None:
        """Sound that never arrived is in the record, not silently missing."""
        now = self.inbox.now
        lost = Discarded(at=now, start=max(0.0, now - seconds), end=now, reason=Reason.OVERLOAD)
        self.inbox.post(lost)


def _showing(screen: app.Shows, keyboard: "app.Follows") -> Callable[[View], None]:
    def show(view: View) -> None:
        keyboard.follow(paused=view.phase is Phase.PAUSED, off=not view.listening)
        screen.show(view)

    return show


class _Loading:
    """A Stage that loads the model while the first line is being spoken, and not a moment before."""

    def __init__(self, whisper: "Whisper") -> None:
        self._whisper = whisper
        self._thread: threading.Thread | None = None

    def perform(self, action: Action) -> None:
        """Begin with the first line."""
        if self._thread is None and isinstance(action, Say):
            self._thread = threading.Thread(target=self._load, name="model", daemon=True)
            self._thread.start()

    def join(self) -> None:
        """Wait until it is loaded: a process that ends in the middle of it is torn apart."""
        if self._thread is not None:
            self._thread.join(timeout=60)

    def _load(self) -> None:
        with contextlib.suppress(ModelError):  # it is told when the first utterance needs it
            self._whisper.load()
