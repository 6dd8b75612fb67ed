"""In: a script and a synthesiser. Out: the sound of a room in which people hold a session.

A Source like the microphone, a Player like the loudspeaker, and a Stage that lets its people
overhear which step was announced. Everything that sounds in the room, people and assistant, is
mixed with echo and noise into one sound, and only that sound reaches the ear. Time is the room's own: it goes
on by 32 ms each time a block is read, as fast as the machine allows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.core.actions import Action, Channel, EnterStep, Say
from assistant.core.events import Outcome
from assistant.inputs.actors import Actors, Turn
from assistant.inputs.script import Acoustics, Person, Script
from assistant.inputs.sound import BLOCK, RATE, Block, Samples

NOISE_SECONDS = 8
SILENT_END = 900.0
"""Seconds after the last line after which the room counts as left."""


class Sounding(Protocol):
    """A piece of sound to play."""

    @property
    def samples(self) -> Samples:
        """float32 [n], mono."""

    @property
    def rate(self) -> int:
        """Hertz."""


OnEnd = Callable[[float, Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """Something that was said in the room, with its true times."""

    turn: Turn
    start: float
    """Seconds since the start of the session."""
    end: float


@dataclass(slots=True)
class _Playing:
    start: int
    samples: Samples
    on_end: OnEnd | None = None
    say: Say | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.samples)


class SimulatedRoom:
    """A room without people.

    Args:
        script: who is there and what they say.
        speak: renders words with a person's voice; its sound has samples and rate.
        seed: of noise and echo.
    """

    def __init__(
        self, script: Script, speak: Callable[[str, Person], Sounding], *, seed: int = 1
    ) -> None:
        self._script = script
        self._speak = speak
        self._actors = Actors(script)
        self._random = np.random.default_rng(seed)
        self._noise = _noise(script.room, self._random)
        self._echoes = {person.name: self._echo() for person in script.people}
        self._own_echo = self._echo()
        self._position = 0
        self._playing: list[_Playing] = []
        self._last_sound = 0
        self._saying: Say | None = None
        self.performed: list[Performed] = []
        """What the people said, in order."""
        self.played: dict[Channel, list[tuple[float, Samples]]] = {c: [] for c in Channel}
        """What the assistant said, per output: (seconds, 16 kHz samples)."""

    # A Source

    @property
    def now(self) -> float:
        """Seconds since the start of the session."""
        return self._position / RATE

    def start(self) -> None:
        """Open the door."""

    def stop(self) -> None:
        """Close the door."""

    def read(self) -> Block | None:
        """The next 32 ms of what a microphone in the room hears; None when everybody has left."""
        quiet = (self._position - self._last_sound) / RATE
        if self._actors.done and quiet > SILENT_END:
            return None
        if not self._playing:
            turn = self._actors.turn(quiet)
            if turn is not None:
                self._perform(turn)
        block = Block(at=self.now, samples=self._mix())
        self._position += BLOCK
        self._end_what_ended()
        return block

    def _perform(self, turn: Turn) -> None:
        person = self._script.person(turn.line.who)
        samples = to_room(self._speak(turn.line.says, person), person.level)
        end = self._position + len(samples)
        performed = Performed(turn=turn, start=self.now, end=end / RATE)
        self.performed.append(performed)
        self._playing.append(_Playing(self._position, _wet(samples, self._echoes[person.name])))

    def _mix(self) -> Samples:
        where = self._position % (len(self._noise) - BLOCK)
        mixed = self._noise[where : where + BLOCK].copy()
        for playing in self._playing:
            first = self._position - playing.start
            piece = playing.samples[max(0, first) : first + BLOCK]
            mixed[: len(piece)] += piece
        return np.clip(mixed, -1.0, 1.0, out=mixed)

    def _end_what_ended(self) -> None:
        for playing in [playing for playing in self._playing if playing.end <= self._position]:
            self._playing.remove(playing)
            self._last_sound = self._position
            if playing.on_end is not None:
                self._own_voice_ended(playing, Outcome.DONE)

    # A Player for each output

    def player(self, channel: Channel) -> "RoomPlayer":
        """The loudspeaker of the room, or the facilitator's earpiece (which nobody else hears)."""
        return RoomPlayer(self, channel)

    def play(self, sound: Sounding, on_end: OnEnd, channel: Channel) -> None:
        """Let the assistant's voice sound from now on."""
        samples = _wet(to_room(sound, self._script.room.own_voice), self._own_echo)
        self.played[channel].append((self.now, samples))
        heard = samples if channel is Channel.ROOM else np.zeros_like(samples)
        self._playing.append(_Playing(self._position, heard, on_end, self._saying))
        self._saying = None

    def hush(self) -> None:
        """Cut the assistant's voice off."""
        for playing in [playing for playing in self._playing if playing.on_end is not None]:
            self._playing.remove(playing)
            self._last_sound = self._position
            self._own_voice_ended(playing, Outcome.INTERRUPTED)

    def _own_voice_ended(self, playing: _Playing, outcome: Outcome) -> None:
        if playing.say is not None and playing.say.channel is Channel.ROOM:
            self._actors.overheard(playing.say.cue)
        if playing.on_end is not None:
            playing.on_end(min(playing.end, self._position) / RATE, outcome)

    # A Stage

    def perform(self, action: Action) -> None:
        """Let the people hear what the assistant announces."""
        match action:
            case EnterStep():
                self._actors.entered(action.step)
            case Say():
                self._saying = action
            case _:
                self._saying = None

    def _echo(self) -> Samples:
        """A decaying tail of noise behind the direct sound, its energy well below it."""
        length = int(self._script.room.echo * RATE)
        if length == 0:
            return np.ones(1, np.float32)
        times = np.arange(length) / RATE
        tail = self._random.standard_normal(length) * np.exp(-6.9 * times / self._script.room.echo)
        tail *= 0.35 / np.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        return tail.astype(np.float32)


class RoomPlayer:
    """One output of the assistant in a simulated room."""

    def __init__(self, room: SimulatedRoom, channel: Channel) -> None:
        self._room = room
        self._channel = channel

    def play(self, sound: Sounding, on_end: OnEnd) -> None:
        """Start playing; `on_end` is called with the true end."""
        self._room.play(sound, on_end, self._channel)

    def stop(self) -> None:
        """Silence at once."""
        self._room.hush()


def to_room(sound: Sounding, level: float) -> Samples:
    """16 kHz samples of a sound with a peak level (0..1)."""
    import soxr

    samples = np.asarray(soxr.resample(sound.samples, sound.rate, RATE), np.float32)
    peak = float(np.max(np.abs(samples), initial=0.0))
    return samples * np.float32(level / peak) if peak > 0 else samples


def _wet(samples: Samples, echo: Samples) -> Samples:
    length = len(samples) + len(echo) - 1
    size = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(echo, size)
    return np.fft.irfft(spectrum, size)[:length].astype(np.float32)


def _noise(room: Acoustics, random: np.random.Generator) -> Samples:
    """Pink noise, as fans and streets make it."""
    size = NOISE_SECONDS * RATE
    spectrum = np.fft.rfft(random.standard_normal(size))
    spectrum /= np.sqrt(np.arange(len(spectrum)) + 1.0)
    noise = np.fft.irfft(spectrum, size)
    return (noise / np.std(noise) * 10 ** (room.noise / 20)).astype(np.float32)
