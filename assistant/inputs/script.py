"""In: a script (YAML, parsed). Out: people with voices, and lines that wait for what is heard.

A scripted session reads like a play: scenes named after the method's steps, lines in order. A
person speaks when the room has been quiet for a moment, or after hearing a cue ('after: time_up').
A line with 'until' is an order to the assistant: like anybody who is not understood, the person says it
again when nothing happens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from assistant.core.actions import Cue
from assistant.core.errors import MethodError
from assistant.core.speech import SpeechAct


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the simulated room."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    name: str
    voice: str
    """espeak-ng voice with variant, 'nl+f2'."""
    rate: int = 150
    """Words per minute."""
    pitch: int = 50
    """0..100."""
    level: float = 0.5
    """Peak level at the microphone, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing somebody says."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    who: str
    says: str
    pause: float = 1.0
    """Seconds of silence in the room before it is said."""
    after: Cue | None = None
    """A cue of the assistant that must have been heard in this step."""
    until: Cue | None = None
    """Said again, twice at most, until this cue of the assistant follows."""
    flag: SpeechAct | None = None
    """The flag that this line should raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is said in one step."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    step: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acoustics:
    """What the room does to sound."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    noise: float = -58.0
    """Level of the noise, dB below full scale."""
    echo: float = 0.15
    """Reverberation time RT60, seconds; 0 for none."""
    own_voice: float = 0.3
    """Peak level at which the assistant's own voice reaches the microphone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole session, for a room without people."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    language: str
    method: str
    people: tuple[Person, ...]
    presenter: str | None = None
    """Who presents when that is settled before the session; None: chosen in it."""
    room: Acoustics = field(default_factory=Acoustics)
    scenes: tuple[Scene, ...]

    def person(self, name: str) -> Person:
        """The person of that name."""
        return next(person for person in self.people if person.name == name)

    def lines(self) -> Iterator[tuple[str, Line]]:
        """Every line with the step of its scene, in order."""
        for scene in self.scenes:
            for line in scene.lines:
                yield scene.step, line


def script(table: Mapping[str, object], name: str) -> Script:
    """Check a parsed script.

    Raises:
        MethodError: a field is missing, unknown or wrong, or somebody speaks who is not there.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        found = TypeAdapter(Script).validate_python(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MethodError(f"The script {name} is wrong at {where}: {first['msg']}.") from None
    present = {person.name for person in found.people}
    missing = sorted({line.who for _, line in found.lines()} - present)
    if missing:
        raise MethodError(
            f"The script {name} lets {missing[0]} speak, who is not among the people."
        )
    return found
