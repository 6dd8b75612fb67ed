"""In: lines of JSON on standard input, one sentence each. Out: a WAV file each, and a line that says so.

A process of its own, because pyttsx3 can hang and cannot be interrupted: whoever asked kills it and
starts another. It ends when its input ends, so it never outlives the program that started it.

    {"text": …, "voice": "nl+f2", "rate": 165, "pitch": 50, "path": …}  ->  {"ok": true}

What pyttsx3 wants (found by measuring): its first run does not wait, so an empty one goes first; one
sentence per run; it prints to standard output, so our lines leave by a copy of it.
"""

import ctypes
import json
import os
import sys
from typing import Any


def main() -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        engine = _engine()
    except Exception as error:  # noqa: BLE001 - whatever it is, there is no voice
        _answer(answers, ok=False, error=f"no voice: {type(error).__name__}")
        return
    _answer(answers, ok=True)
    for line in sys.stdin:
        try:
            _render(engine, json.loads(line))
        except Exception as error:  # noqa: BLE001 - the next sentence may work
            _answer(answers, ok=False, error=str(error)[:200])
        else:
            _answer(answers, ok=True)


def _engine() -> Any:
    if sys.platform.startswith("linux"):
        _espeak_from_wheel()
    import pyttsx3

    engine = pyttsx3.init()
    engine.runAndWait()
    return engine


def _espeak_from_wheel() -> None:
    """Load espeak-ng from its wheel, so that no system package is needed."""
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = str(espeakng_loader.get_data_path())
    ctypes.CDLL(str(espeakng_loader.get_library_path()), mode=ctypes.RTLD_GLOBAL)


def _render(engine: Any, order: dict[str, Any]) -> None:
    voice = str(order["voice"])
    engine.setProperty("voice", _known(engine, voice))
    engine.setProperty("rate", int(order["rate"]))
    if sys.platform.startswith("linux"):
        engine.setProperty("pitch", int(order["pitch"]))
    engine.save_to_file(str(order["text"]), str(order["path"]))
    engine.runAndWait()


def _known(engine: Any, voice: str) -> str:
    """The engine's name for a voice: its id, or the first of that language.

    Raises:
        ValueError: there is no such voice (pyttsx3 itself would speak on with another).
    """
    base = voice.split("+", maxsplit=1)[0].casefold()
    found = None
    for known in engine.getProperty("voices"):
        names = {str(known.id).casefold(), str(known.name).casefold()}
        languages = {_language(language) for language in known.languages or ()}
        if base in names or base == str(known.id).casefold().rsplit("/", 1)[-1]:
            return voice if sys.platform.startswith("linux") else str(known.id)
        if found is None and any(language.startswith(base[:2]) for language in languages):
            found = str(known.id)
    if found is None:
        raise ValueError(f"no voice {voice}")
    return voice if sys.platform.startswith("linux") else found


def _language(raw: Any) -> str:
    text = raw.decode("ascii", "ignore") if isinstance(raw, bytes) else str(raw)
    return "".join(c for c in text if c.isprintable()).casefold().replace("_", "-")


def _answer(answers: Any, **what: Any) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
