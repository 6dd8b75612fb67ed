"""In: a text, a voice, a rate, a pitch. Out: its samples, and when each phoneme and word sounds.

eSpeak NG by its own library, in this process: a thousand utterances a minute, and, unlike its
command, the library tells when each phoneme begins. Those times teach the model where it must
look, and are the truth that its word times are measured against.
"""

import ctypes
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import soxr

RATE = 16000

SYNCHRONOUS = 2
PHONEME_EVENTS = 1
CHARS_UTF8 = 1
POSITION_CHARACTER = 1
PARAMETER_RATE, PARAMETER_VOLUME, PARAMETER_PITCH, PARAMETER_RANGE = 1, 2, 3, 4
EVENT_END, EVENT_WORD, EVENT_PHONEME = 0, 1, 7
"""Numbers of speak_lib.h, eSpeak NG 1.52."""


class _Name(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Sound:
    """One spoken text.

    Attributes:
        samples: float32 [n], 16 kHz mono, between -1 and 1.
        phonemes: start in seconds and the synthesiser's own name, in order; an empty name or one
            beginning with "_" is a pause. Each lasts until the next one.
        words: start in seconds and the position of its first letter in the text, in order.
    """

    samples: npt.NDArray[np.float32]
    phonemes: tuple[tuple[float, str], ...]
    words: tuple[tuple[float, int], ...]


class Espeak:
    """The synthesiser. One in a process: the library keeps its state for itself."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.cdll.LoadLibrary(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate = self._library.espeak_Initialize(SYNCHRONOUS, 0, data, PHONEME_EVENTS)
        if self._rate <= 0:
            raise RuntimeError("eSpeak NG does not start: is espeakng_loader whole?")
        self._blocks: list[npt.NDArray[np.int16]] = []
        self._phonemes: list[tuple[float, str]] = []
        self._words: list[tuple[float, int]] = []
        self._callback = _CALLBACK(self._take)  # kept: the library does not hold it
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: object) -> int:
        if samples and count:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).astype(np.int16))
        i = 0
        while events[i].type != EVENT_END:  # type: ignore[index]
            event = events[i]  # type: ignore[index]
            at = event.audio_position / 1000
            if event.type == EVENT_PHONEME:
                self._phonemes.append((at, event.id.string.decode("utf-8", "replace")))
            elif event.type == EVENT_WORD:
                self._words.append((at, event.text_position - 1))
            i += 1
        return 0

    def say(
        self, text: str, *, voice: str, rate: int = 160, pitch: int = 50, range_: int = 50
    ) -> Sound:
        """Speak a text.

        Args:
            text: what to say.
            voice: "nl", "nl+f2", "en-gb-scotland+m3" ...
            rate: words a minute, 80 to 450.
            pitch: 0 to 100.
            range_: how lively, 0 to 100.

        Raises:
            ValueError: there is no such voice.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {voice!r}")
        for parameter, value in (
            (PARAMETER_RATE, rate),
            (PARAMETER_VOLUME, 100),
            (PARAMETER_PITCH, pitch),
            (PARAMETER_RANGE, range_),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._blocks, self._phonemes, self._words = [], [], []
        data = text.encode()
        self._library.espeak_Synth(
            data, len(data) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
        )
        self._library.espeak_Synchronize()
        whole = np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.int16)
        samples = soxr.resample(whole.astype(np.float32) / 32768, self._rate, RATE)
        return Sound(
            samples=samples.astype(np.float32),
            phonemes=tuple(self._phonemes),
            words=tuple(self._words),
        )


@cache
def espeak() -> Espeak:
    """The one of this process."""
    return Espeak()
