"""In: events, actions and journal entries. Out: plain dicts, lists, strings and numbers, and back.

Driven by dataclass fields and their type hints, so a class added to events.Event or actions.Action
is written and read without a line here. The outermost object carries "kind" (its class name) beside
"fields" (apart, because a Capture has a kind of its own); what is inside has its type from the
hint. A journal written before a field was added still reads: the field takes its default. What is
not understood is an error that names the place, never the words.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from assistant.core.actions import Action
from assistant.core.errors import JournalError
from assistant.core.events import Event

FORMAT = 2
"""Number of the form below; raise it with a function in UPGRADES when a field changes meaning."""


def _thresholds_instead_of_answers(entry: dict[str, Any]) -> dict[str, Any]:
    """1 -> 2: a score said whether it counts (never filled in yet); now it says from where."""
    event = entry.get("event")
    fields_ = event.get("fields") if isinstance(event, dict) else None
    acts = fields_.get("acts") if isinstance(fields_, dict) else None
    for score in acts if isinstance(acts, list) else ():
        if isinstance(score, dict):
            score.pop("quiet", None)
            score.pop("audible", None)
    return entry


UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = MappingProxyType(
    {1: _thresholds_instead_of_answers}
)
"""Format -> the function that makes an entry of that format one format younger."""

EVENTS: Mapping[str, type] = MappingProxyType({kind.__name__: kind for kind in get_args(Event)})
ACTIONS: Mapping[str, type] = MappingProxyType({kind.__name__: kind for kind in get_args(Action)})
KINDS: Mapping[str, type] = MappingProxyType({**EVENTS, **ACTIONS})
"""Class name -> class, of everything a journal can hold."""

_NOT_FINITE = ("nan", "inf", "-inf")
_HINT = "The journal may be damaged, or written by another version of the assistant."


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a journal: what happened and what it led to."""

    seq: int
    """Counts up from 1 within a session, without holes."""
    event: Event
    actions: tuple[Action, ...] = ()


def encode(thing: Event | Action) -> dict[str, Any]:
    """An event or action as {"kind": class name, "fields": {name: JSON value}}."""
    return {"kind": type(thing).__name__, "fields": plain(thing)}


def decode(raw: Mapping[str, Any]) -> Event | Action:
    """The event or action that `encode` was given.

    Raises:
        JournalError: unknown kind, a field too many or too few, or a value of the wrong type.
    """
    return _decode(raw, KINDS)  # type: ignore[no-any-return]


def encode_entry(entry: Entry) -> dict[str, Any]:
    """An entry as a dict of JSON values: format, seq, event, actions."""
    return {
        "format": FORMAT,
        "seq": entry.seq,
        "event": encode(entry.event),
        "actions": [encode(action) for action in entry.actions],
    }


def decode_entry(raw: Mapping[str, Any]) -> Entry:
    """The entry that `encode_entry` was given, whatever format it was written in.

    Raises:
        JournalError: as `decode`; or the format is newer than this program knows.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("format"), int):
        raise JournalError("An entry of the journal has no format number.", _HINT)
    new = upgrade(dict(raw), raw["format"])
    if type(new.get("seq")) is not int or not isinstance(new.get("actions"), list):
        raise JournalError("An entry of the journal is not whole.", _HINT)
    return Entry(
        seq=new["seq"],
        event=_decode(new.get("event"), EVENTS),
        actions=tuple(_decode(action, ACTIONS) for action in new["actions"]),
    )


def upgrade(entry: dict[str, Any], from_format: int) -> dict[str, Any]:
    """An encoded entry in today's FORMAT.

    Raises:
        JournalError: the format is newer than FORMAT, or no longer known.
    """
    if from_format > FORMAT:
        raise JournalError(
            f"The journal has format {from_format}; this version reads up to {FORMAT}.",
            "Install the newer version of the assistant that wrote it.",
        )
    for number in range(from_format, FORMAT):
        if number not in UPGRADES:
            raise JournalError(f"The journal has format {from_format}, no longer known.", _HINT)
        entry = UPGRADES[number](entry)
    return entry


def plain(value: Any) -> Any:
    """Any value made of dataclasses, enums, tuples and dicts, as JSON values.

    Numbers that JSON lacks become the strings 'nan', 'inf' and '-inf'.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _decode(raw: Any, kinds: Mapping[str, type]) -> Any:
    name = raw.get("kind") if isinstance(raw, Mapping) else None
    if not isinstance(name, str) or name not in kinds:
        # A damaged journal may hold spoken words where a kind belongs: show only a bare name.
        shown = f"'{name}'" if isinstance(name, str) and name.isalpha() and len(name) < 30 else "it"
        raise JournalError(f"An entry of the journal is of a kind unknown here ({shown}).", _HINT)
    return _build(kinds[name], raw.get("fields"), name)


@cache
def _shape(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    """Field -> type hint, and the fields that must be there."""
    hints = get_type_hints(kind)
    kept = fields(kind)
    needed = (f.name for f in kept if f.default is MISSING and f.default_factory is MISSING)
    return {field.name: hints[field.name] for field in kept}, frozenset(needed)


def _build(kind: type, raw: Any, place: str) -> Any:
    hints, needed = _shape(kind)
    if not isinstance(raw, Mapping) or not needed <= raw.keys() or not raw.keys() <= hints.keys():
        raise _wrong(place, "has a field too many or too few")
    return kind(**{name: _value(hints[name], raw[name], f"{place}.{name}") for name in raw})


def _value(hint: Any, raw: Any, place: str) -> Any:
    if (container := _CONTAINERS.get(get_origin(hint))) is not None:
        return container(get_args(hint), raw, place)
    if is_dataclass(hint):
        return _build(hint, raw, place)  # type: ignore[arg-type]
    if issubclass(hint, Enum):
        return _enum(hint, raw, place)
    if hint is float and not isinstance(raw, bool):
        if isinstance(raw, int | float) or raw in _NOT_FINITE:
            return float(raw)
    elif type(raw) is hint:
        return raw
    raise _wrong(place, f"is not of type {hint.__name__}")


def _optional(hints: tuple[Any, ...], raw: Any, place: str) -> Any:
    rest = [hint for hint in hints if hint is not NoneType]
    if raw is None and len(rest) < len(hints):
        return None
    # One type beside None is all the journal needs; two would want a tag to tell them apart.
    if len(rest) != 1:
        raise _wrong(place, "may be of several types, which the journal cannot tell apart")
    return _value(rest[0], raw, place)


def _tuple(hints: tuple[Any, ...], raw: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise _wrong(place, "is not a list")
    if hints[-1] is Ellipsis:
        hints = (hints[0],) * len(raw)
    if len(hints) != len(raw):
        raise _wrong(place, "has the wrong length")
    return tuple(_value(hint, item, place) for hint, item in zip(hints, raw, strict=True))


def _dict(hints: tuple[Any, ...], raw: Any, place: str) -> dict[Any, Any]:
    if not isinstance(raw, Mapping):
        raise _wrong(place, "is not a table")
    return {_value(hints[0], k, place): _value(hints[1], v, place) for k, v in raw.items()}


_CONTAINERS: Mapping[Any, Callable[[tuple[Any, ...], Any, str], Any]] = MappingProxyType(
    {UnionType: _optional, Union: _optional, tuple: _tuple, dict: _dict}
)


def _enum(hint: type[Enum], raw: Any, place: str) -> Enum:
    try:
        return hint(raw)
    except ValueError:
        raise _wrong(place, "is a word unknown here") from None


def _wrong(place: str, why: str) -> JournalError:
    return JournalError(f"An entry of the journal is wrong: {place} {why}.", _HINT)
