"""In: defaults, the settings file, the environment and flags. Out: one frozen `Settings`.

The later beats the earlier: defaults < settings.toml < INTERVISIE_* < flags. A key that does not
exist or a value that makes no sense stops the program at once and names the place it stands in: a
typing error in a setting must never quietly become another session than was meant.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import NamedTuple

from assistant.core.errors import SettingsError

APP = "intervisie"
PREFIX = "INTERVISIE_"
FILE = "settings.toml"


def data_dir() -> Path:
    """The platform's folder for this user's data."""
    from platformdirs import user_data_dir

    return Path(user_data_dir(APP, appauthor=False))


def config_dir() -> Path:
    """The platform's folder for this user's settings."""
    from platformdirs import user_config_dir

    return Path(user_config_dir(APP, appauthor=False))


def settings_file() -> Path:
    """Where the settings file is looked for; it need not exist."""
    return config_dir() / FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its default; `RULES` says what each may be."""

    language: str = "nl"
    """Two letters: nl, en, de."""
    model: str = "small"
    """Name of a speech model, or the folder of one."""
    microphone: str = ""
    """Part of its name; empty is the system's default."""
    loudspeaker: str = ""
    """Part of its name; empty is the system's default."""
    earpiece: str = ""
    """Part of the name of the facilitator's earpiece; empty is none."""
    voice: str = ""
    """Id of a synthesiser voice; empty takes the one that fits the language."""
    rate: int = 165
    """Words per minute, 80..320."""
    cues: str = "room"
    """Where the guard's cues go: room, ear or screen."""
    beam: int = 5
    """Beams of the transcriber, 1..10: more is slower and hears a little better."""
    threads: int = 2
    """Processor threads of the transcriber, 1..32."""
    address: str = ""
    """What the assistant is called; empty takes the word from the prompts."""
    data_dir: Path = field(default_factory=data_dir)
    """Where sessions and fetched models are kept."""
    methods_dir: Path = field(default_factory=config_dir)
    """The user's own folder: its methods/ and prompts/ come before ours."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _filled(value: object) -> str:
    if not (text := _text(value)):
        raise ValueError
    return text


def _language(value: object) -> str:
    text = _text(value).lower()
    if not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise ValueError
    return text


def _one_of(allowed: tuple[str, ...], value: object) -> str:
    if (text := _text(value).lower()) not in allowed:
        raise ValueError
    return text


def _whole(low: int, high: int, value: object) -> int:
    """A whole number; text is read as one, as the environment only knows text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    if not low <= (number := int(value)) <= high:
        raise ValueError
    return number


def _folder(value: object) -> Path:
    if not str(value).strip() or not isinstance(value, str | Path):
        raise ValueError
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError
    return path.absolute()


class Rule(NamedTuple):
    """What one setting may be."""

    read: Callable[[object], object]
    """Raises ValueError for anything that is not allowed."""
    allowed: str
    """The same, in words, to follow 'it may be'."""
    variable: str = ""
    """Environment variable, when its name is not that of the setting."""


RULES: Mapping[str, Rule] = {
    "language": Rule(_language, "two letters, such as nl or en"),
    "model": Rule(_filled, "the name of a speech model (small, medium …) or the folder of one"),
    "microphone": Rule(_text, "text: part of the name of a microphone"),
    "loudspeaker": Rule(_text, "text: part of the name of a loudspeaker"),
    "earpiece": Rule(_text, "text: part of the name of an earpiece, or empty for none"),
    "voice": Rule(_text, "text: the id of a voice, or empty for the language's own"),
    "rate": Rule(partial(_whole, 80, 320), "a whole number from 80 to 320 (words per minute)"),
    "cues": Rule(partial(_one_of, ("room", "ear", "screen")), "room, ear or screen"),
    "beam": Rule(partial(_whole, 1, 10), "a whole number from 1 to 10"),
    "threads": Rule(partial(_whole, 1, 32), "a whole number from 1 to 32"),
    "address": Rule(_text, "text: the name the assistant listens to, or empty"),
    "data_dir": Rule(_folder, "a folder (it is made when it is not there)", "INTERVISIE_DATA"),
    "methods_dir": Rule(_folder, "a folder", "INTERVISIE_METHODS"),
}


def load(flags: Mapping[str, object]) -> Settings:
    """Join defaults, settings file, environment and flags.

    Args:
        flags: name of a setting -> value; None is 'not given'. Names that are no setting raise.

    Raises:
        SettingsError: an unknown name or a value that is not allowed, with the place it stands in.
    """
    chosen: dict[str, object] = {}
    path = settings_file()
    for name, value in _from_file(path).items():
        chosen[name] = _checked(name, value, f"setting '{name}' in {path}", f"in {path}")
    for name, variable, value in _from_environment(os.environ):
        chosen[name] = _checked(name, value, f"environment variable {variable}", "")
    for name, value in flags.items():
        if value is not None:
            chosen[name] = _checked(name, value, f"flag --{name.replace('_', '-')}", "as a flag")
    return Settings(**chosen)  # type: ignore[arg-type]  # each value came out of its own rule


def _from_file(path: Path) -> Mapping[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SettingsError(
            f"{path} is not valid TOML: {wrong}.",
            'Correct that line; a setting looks like this: language = "nl"',
        ) from wrong
    except OSError as wrong:
        raise SettingsError(
            f"{path} cannot be read: {wrong.strerror}.", "Make it readable, or move it away."
        ) from wrong


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(setting, variable, value) for each variable of ours; empty ones count as not given."""
    names = {rule.variable or PREFIX + name.upper(): name for name, rule in RULES.items()}
    found = []
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or not value:
            continue
        if variable not in names:
            raise SettingsError(
                f"There is no setting for the environment variable {variable}.",
                f"{_meant(variable, tuple(names))}Unset it, or use one of: {', '.join(names)}.",
            )
        found.append((names[variable], variable, value))
    return found


def _checked(name: str, value: object, place: str, where: str) -> object:
    """The value as its rule reads it; `place` names it when wrong, `where` when unknown."""
    if name not in RULES:
        raise SettingsError(
            f"There is no setting '{name}' ({where}).",
            f"{_meant(name, tuple(RULES))}The settings are: {', '.join(RULES)}.",
        )
    rule = RULES[name]
    try:
        return rule.read(value)
    except ValueError:
        raise SettingsError(
            f"The {place} is {value!r}, which makes no sense.", f"It may be {rule.allowed}."
        ) from None


def _meant(name: str, names: tuple[str, ...]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}? " if close else ""
