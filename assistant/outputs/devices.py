"""In: the name of a loudspeaker. Out: an open stream to it, or a DeviceError that says what is wrong."""

import gc
import threading
from typing import Any

from assistant import portaudio
from assistant.core.errors import DeviceError

LATENCY = 0.05
"""Seconds of sound handed over ahead: no gap in a minute under load, 50 ms until silence."""
REFUSES_FORM = (-9997, -9998)
"""PortAudio: invalid sample rate, invalid number of channels."""

_one_at_a_time = threading.Lock()
"""PortAudio must not open or close two streams at once."""


def open_stream(device: str | None, rate: int, fill: Any, finished: Any) -> Any:
    """An open stream at this rate, or else at the device's own; mono, or else stereo.

    Raises:
        DeviceError: PortAudio or the device is missing, or it is busy.
    """
    library = portaudio.library()
    with _one_at_a_time:
        index = _find(library, device)
        error: Exception | None = None
        try:
            own = round(library.query_devices(index, "output")["default_samplerate"])
            for form in ((rate, 1), (rate, 2), (own, 1), (own, 2)):
                try:
                    return library.OutputStream(
                        device=index,
                        samplerate=form[0],
                        channels=form[1],
                        dtype="float32",
                        latency=LATENCY,
                        callback=fill,
                        finished_callback=finished,
                    )
                except library.PortAudioError as no:
                    error = no.with_traceback(None)  # it holds on to half a stream
                    if no.args[1:2] and no.args[1] not in REFUSES_FORM:
                        break
        except library.PortAudioError as unknown:
            error = unknown
    raise refused(device) from error


def start(stream: Any, device: str | None) -> None:
    """Let an open stream sound; it is closed when it cannot.

    Raises:
        DeviceError: the device went away just now.
    """
    with _one_at_a_time:
        try:
            stream.start()
        except portaudio.library().PortAudioError as error:
            stream.close(ignore_errors=True)
            raise refused(device) from error


def close(stream: Any) -> None:
    """Silence and close a stream; hangs for as long as the sound system does."""
    with _one_at_a_time:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)


def _find(library: Any, device: str | None) -> int | None:
    """The number of a device, also of one that was plugged in after the start."""
    try:
        return portaudio.find(device, "output")
    except DeviceError:
        if _anything_open(library):
            raise
    portaudio.rescan()
    return portaudio.find(device, "output")


def _anything_open(library: Any) -> bool:
    """Whether a stream is open anywhere in this process, the microphone's included.

    A new list of devices closes every stream under its owner's hands, and nobody keeps account of
    them all; hence the look through all objects.
    """
    kind = library._StreamBase
    return any(issubclass(type(one), kind) and not one.closed for one in gc.get_objects())


def refused(device: str | None) -> DeviceError:
    """What to say of a device that does not open."""
    return DeviceError(
        f"{_title(device)} cannot be opened.",
        "Check that it is connected and not in use by another program.",
    )


def silent(device: str | None) -> DeviceError:
    """What to say of a device that never answers."""
    return DeviceError(
        f"{_title(device)} does not answer.",
        "Unplug it and plug it in again, or choose another one.",
    )


def _title(device: str | None) -> str:
    return "The default loudspeaker" if device is None else f"Loudspeaker '{device}'"
