"""In: the name of a device. Out: its number, and the library that opens it.

The one door to sounddevice, shared by microphone and loudspeaker. Devices are known by name: their
numbers change when something is plugged in.
"""

from typing import Any

from assistant.core.errors import DeviceError

KINDS = {"input": "microphone", "output": "loudspeaker"}


def library() -> Any:
    """The module sounddevice.

    Raises:
        DeviceError: PortAudio is not installed.
    """
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "The sound library PortAudio is missing.", "Install it: sudo apt install libportaudio2"
        ) from error
    return sounddevice


def names(kind: str) -> tuple[str, ...]:
    """The devices there are; `kind` is 'input' or 'output'.

    Raises:
        DeviceError: PortAudio is not installed.
    """
    return tuple(name for _, name in _devices(library(), kind))


def find(name: str | None, kind: str) -> int | None:
    """The number of a device: the one of exactly that name, else the only one that holds the words.

    Args:
        name: None is the system's default.
        kind: 'input' or 'output'.

    Raises:
        DeviceError: none or several fit; names what is there.
    """
    what = KINDS[kind]
    devices = _devices(library(), kind)
    if not devices:
        raise DeviceError(f"There is no {what}.", "Plug one in; see: intervisie doctor")
    if name is None:
        return None
    exact = [index for index, known in devices if known.casefold() == name.casefold()]
    found = exact or [index for index, known in devices if name.casefold() in known.casefold()]
    if exact or len(found) == 1:
        return found[0]
    there = ", ".join(known for _, known in devices)
    few = "more than one" if found else "no"
    raise DeviceError(f"There is {few} {what} '{name}'.", f"There are: {there}.")


def rescan() -> None:
    """Make a new list of devices: PortAudio's is from its start. Ends every open stream.

    Raises:
        DeviceError: PortAudio is not installed.
    """
    sounddevice = library()
    sounddevice._terminate()
    sounddevice._initialize()


def _devices(sounddevice: Any, kind: str) -> list[tuple[int, str]]:
    return [
        (index, str(device["name"]))
        for index, device in enumerate(sounddevice.query_devices())
        if device[f"max_{kind}_channels"] > 0
    ]
