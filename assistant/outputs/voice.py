"""In: Say, Chime and Hush. Out: they sound, and Spoken says when each line truly ended.

The ear is deaf while the room's loudspeaker sounds and for a moment after (half-duplex): the gate
closes before the first sample and opens after the last one, plus the time a room keeps ringing. Every
line is answered by exactly one Spoken, whatever breaks. What is meant for the facilitator's ear never
sounds in the room: without an earpiece it is not spoken at all.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from assistant.core.actions import Action, Channel, Chime, Hush, Say
from assistant.core.errors import AssistantError, DeviceError
from assistant.core.events import Event, Outcome, PartFailed, PartRestored, Spoken
from assistant.outputs.chime import chime
from assistant.outputs.synthesizer import Sound, Synthesizer

TAIL = 0.35
"""Seconds that a room keeps ringing after the voice; measured for RT60 0.35 s."""


class Player(Protocol):
    """A loudspeaker, an earpiece, or one output of a simulated room."""

    def play(self, sound: Sound, on_end: Callable[[float, Outcome], None]) -> None:
        """Start a sound; `on_end` follows once, with the true end.

        Raises:
            DeviceError: the device is gone.
        """

    def stop(self) -> None:
        """Silence at once."""


class Gate(Protocol):
    """What keeps the assistant's voice out of its own ear."""

    def mute(self, at: float) -> None:
        """The voice sounds from now on."""

    def unmute(self, at: float) -> None:
        """From this moment on it is over."""


class Voice:
    """Performs what can be heard (a Stage).

    Args:
        synthesizer: makes the sentences.
        players: an output per channel; a channel without one stays silent.
        gate: closed while the room sounds.
        post: takes Spoken, PartFailed and PartRestored.
        now: seconds since the start of the session.
    """

    def __init__(
        self,
        *,
        synthesizer: Synthesizer,
        players: Mapping[Channel, Player],
        gate: Gate,
        post: Callable[[Event], None],
        now: Callable[[], float],
    ) -> None:
        self._synthesizer, self._players, self._gate = synthesizer, players, gate
        self._post, self._now = post, now
        self._broken: set[str] = set()
        self._sounding = 0
        self._lock = threading.Lock()

    def perform(self, action: Action) -> None:
        """Start to sound; never waits for the end of a sentence."""
        match action:
            case Say():
                self._say(action)
            case Chime():
                self._chime(action)
            case Hush():
                self.hush()
            case _:
                pass

    def hush(self) -> None:
        """Stop what sounds, at once. From any thread."""
        for player in self._players.values():
            player.stop()

    def skip(self, say: Say) -> None:
        """Report a line as interrupted before it sounded."""
        self._post(Spoken(at=self._now(), line=say.line, outcome=Outcome.INTERRUPTED))

    def _say(self, say: Say) -> None:
        def ended(at: float, outcome: Outcome) -> None:
            if outcome is Outcome.FAILED:
                self._fails("loudspeaker", "The loudspeaker is gone.")
            else:
                self._works("loudspeaker")
            self._post(Spoken(at=at, line=say.line, outcome=outcome))

        if say.channel not in self._players:
            self._post(Spoken(at=self._now(), line=say.line, outcome=Outcome.FAILED))
            return
        try:
            sound = self._synthesizer.render(say.text)
            self._works("voice")
            self._play(sound, say.channel, ended)
        except DeviceError as error:
            self._fails("loudspeaker", error.message)
            self._post(Spoken(at=self._now(), line=say.line, outcome=Outcome.FAILED))
        except AssistantError as error:
            self._fails("voice", error.message)
            self._post(Spoken(at=self._now(), line=say.line, outcome=Outcome.FAILED))

    def _chime(self, action: Chime) -> None:
        try:
            self._play(chime(action.name), Channel.ROOM, lambda _at, _outcome: None)
        except DeviceError as error:
            self._fails("loudspeaker", error.message)

    def _play(
        self, sound: Sound, channel: Channel, on_end: Callable[[float, Outcome], None]
    ) -> None:
        if channel is not Channel.ROOM:
            self._players[channel].play(sound, on_end)
            return

        def ended(at: float, outcome: Outcome) -> None:
            with self._lock:
                self._sounding -= 1
                silent = self._sounding == 0
            if silent:
                self._gate.unmute(at + TAIL)
            on_end(at, outcome)

        with self._lock:
            self._sounding += 1
            self._gate.mute(self._now())
        try:
            self._players[channel].play(sound, ended)
        except DeviceError:
            with self._lock:
                self._sounding -= 1
                self._gate.unmute(self._now())
            raise

    def _fails(self, part: str, message: str) -> None:
        if part not in self._broken:
            self._broken.add(part)
            self._post(PartFailed(at=self._now(), part=part, message=message))

    def _works(self, part: str) -> None:
        if part in self._broken:
            self._broken.discard(part)
            self._post(PartRestored(at=self._now(), part=part))


class VoiceThread:
    """A Voice on a thread of its own (a Stage): rendering never holds up the session."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._orders: queue.SimpleQueue[tuple[int, Action] | None] = queue.SimpleQueue()
        self._hushed = 0
        self._thread = threading.Thread(target=self._serve, name="voice", daemon=True)
        self._thread.start()

    def perform(self, action: Action) -> None:
        """Pass an action on; a Hush overtakes what is still waiting to sound."""
        if isinstance(action, Hush):
            self._hushed += 1
            self._voice.hush()
        elif isinstance(action, Say | Chime):
            self._orders.put((self._hushed, action))

    def close(self) -> None:
        """Be silent at once and end; safe to call twice."""
        self._orders.put(None)
        self._voice.hush()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while (order := self._orders.get()) is not None:
            when, action = order
            if when == self._hushed:
                self._voice.perform(action)
            elif isinstance(action, Say):
                self._voice.skip(action)
