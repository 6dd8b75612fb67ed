"""In: Say, Chime and Hush. Out: sound in the room or the ear, and Spoken for each line.

Every Say is followed by exactly one Spoken, whatever breaks: the session waits for it. What breaks
is told once, and told again when it works. What is meant for the ear alone never sounds in the room.

`Voice` does its work on the spot, for a world without a clock; `VoiceThread` lets a thread do it, so
that nobody waits for a sentence to be made.
"""

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from assistant.core.actions import Action, Channel, Chime, Hush, Say
from assistant.core.errors import AssistantError, DeviceError
from assistant.core.events import Event, Outcome, PartFailed, PartRestored, Spoken
from assistant.outputs.chime import chime
from assistant.outputs.sound import Sound

TAIL = 0.35
"""Seconds the room still sounds after a line: its echo, and the ear's own delay."""

OnEnd = Callable[[float, Outcome], None]
"""(seconds since the start of the session, how it ended)."""


class Speech(Protocol):
    """What makes sound of sentences."""

    def render(self, text: str) -> Sound:
        """The sound of a sentence; raises VoiceError."""

    def close(self) -> None:
        """End it, also amid a sentence."""


class Player(Protocol):
    """One output: a loudspeaker, an earpiece, or one in a simulated room."""

    def play(self, sound: Sound, on_end: OnEnd) -> None:
        """Play after what plays now; `on_end` is called once. Raises DeviceError instead of that."""

    def stop(self) -> None:
        """Silence at once; never blocks."""


class Gate(Protocol):
    """What makes the ear deaf to the assistant itself."""

    def mute(self, at: float) -> None:
        """The assistant's voice sounds from this moment on."""

    def unmute(self, at: float) -> None:
        """From this moment on it is over."""


class Voice:
    """Speaks, chimes and falls silent, on the spot.

    Args:
        synthesizer: makes sound of sentences.
        players: the outputs there are.
        gate: closed while the room channel sounds, and for `TAIL` after.
        post: takes Spoken, PartFailed and PartRestored; from any thread.
        now: seconds since the start of the session.
    """

    def __init__(
        self,
        *,
        synthesizer: Speech,
        players: Mapping[Channel, Player],
        gate: Gate,
        post: Callable[[Event], None],
        now: Callable[[], float],
    ) -> None:
        self._synthesizer, self._players = synthesizer, dict(players)
        self._gate, self._post, self._now = gate, post, now
        self._lock = threading.Lock()
        self._sounding = 0
        self._broken: dict[tuple[str, Channel | None], str] = {}
        self.hushes = 0
        """How often it was told to be silent; a line from before the last time is not begun."""

    def perform(self, action: Action) -> None:
        """Do one action; returns when its sound has begun."""
        if isinstance(action, Hush):
            self.hush()
        elif isinstance(action, Say | Chime):
            self.sound(action, self.hushes)

    def hush(self) -> None:
        """Silence at once: what sounds is INTERRUPTED. Never blocks."""
        self.hushes += 1
        for player in self._players.values():
            player.stop()

    def sound(self, action: Say | Chime, hushes: int) -> None:
        """Say or chime, unless there was a Hush since `hushes` was read."""
        try:
            if isinstance(action, Chime):
                self._play(chime(action.name), Channel.ROOM, hushes, lambda _at, _outcome: None)
            else:
                self._say(action, hushes)
        except AssistantError as error:
            self._fail(action, hushes, error)
        except Exception:  # noqa: BLE001 - the session waits for Spoken, whatever went wrong here
            self._fail(action, hushes, AssistantError("The voice broke down."))

    def close(self) -> None:
        """Silence, and end the synthesiser."""
        self.hush()
        self._synthesizer.close()

    def _say(self, say: Say, hushes: int) -> None:
        if say.channel not in self._players:
            raise DeviceError(f"There is no output for what is meant for the {say.channel}.")
        sound = self._synthesizer.render(say.text)
        self._works("voice", None)

        def ended(at: float, outcome: Outcome) -> None:
            self._post(Spoken(at=at, line=say.line, outcome=outcome))

        self._play(sound, say.channel, hushes, ended)

    def _play(self, sound: Sound, channel: Channel, hushes: int, then: OnEnd) -> None:
        """Play, with the ear deaf meanwhile when it is in the room.

        Raises:
            DeviceError: the output does not play; `then` is not called.
        """
        if hushes != self.hushes:
            then(self._now(), Outcome.INTERRUPTED)
            return
        player = self._players.get(channel)
        if player is None:
            raise DeviceError(f"There is no output for the {channel}.")

        def ended(at: float, outcome: Outcome) -> None:
            self._deaf(channel, -1, at + TAIL)
            if outcome is Outcome.DONE:
                self._works("loudspeaker", channel)
            elif outcome is Outcome.FAILED:
                self._fails("loudspeaker", channel, "The loudspeaker stopped in mid-sentence.")
            then(at, outcome)

        self._deaf(channel, +1, self._now())
        try:
            player.play(sound, ended)
        except BaseException:
            self._deaf(channel, -1, self._now())
            raise
        if hushes != self.hushes:  # hushed while the device was being opened
            player.stop()

    def _deaf(self, channel: Channel, more: int, at: float) -> None:
        """The ear is deaf from the first sound in the room until after the last."""
        if channel is not Channel.ROOM:
            return
        with self._lock:
            self._sounding += more
            if more > 0:
                self._gate.mute(at)
            elif self._sounding == 0:
                self._gate.unmute(at)

    def _fail(self, action: Say | Chime, hushes: int, error: AssistantError) -> None:
        hushed = hushes != self.hushes  # then it is no news that nothing sounded
        if not hushed:
            if isinstance(error, DeviceError):
                channel = action.channel if isinstance(action, Say) else Channel.ROOM
                self._fails("loudspeaker", channel, error.message)
            else:
                self._fails("voice", None, error.message)
        if isinstance(action, Say):
            outcome = Outcome.INTERRUPTED if hushed else Outcome.FAILED
            self._post(Spoken(at=self._now(), line=action.line, outcome=outcome))

    def _fails(self, part: str, channel: Channel | None, message: str) -> None:
        with self._lock:
            known = (part, channel) in self._broken
            self._broken[part, channel] = message
        if not known:
            self._post(PartFailed(at=self._now(), part=part, message=message))

    def _works(self, part: str, channel: Channel | None) -> None:
        with self._lock:
            if self._broken.pop((part, channel), None) is None:
                return
            left = [message for (broken, _), message in self._broken.items() if broken == part]
        if left:  # one output works again, another does not
            self._post(PartFailed(at=self._now(), part=part, message=left[0]))
        else:
            self._post(PartRestored(at=self._now(), part=part))


class VoiceThread:
    """The same voice with a thread of its own: `perform` returns at once, a Hush overtakes all."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._orders: queue.SimpleQueue[tuple[Say | Chime, int] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="voice", daemon=True)
        self._thread.start()

    def perform(self, action: Action) -> None:
        """Let one action be done."""
        if isinstance(action, Hush):
            self._voice.hush()
        elif isinstance(action, Say | Chime):
            self._orders.put((action, self._voice.hushes))

    def close(self) -> None:
        """Silence at once, end the synthesiser and the thread; what waited is INTERRUPTED."""
        self._voice.close()
        self._orders.put(None)
        self._thread.join(5.0)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            self._voice.sound(*order)
