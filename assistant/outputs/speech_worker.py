"""In: JSON lines on stdin, one sentence each. Out: a WAV file each, and a JSON line on stdout about it.

A process of its own, because pyttsx3 cannot be interrupted, hangs for ever now and then, and belongs
to one thread: whoever started this process can end it and start another.

    -> (once, when it is ready)                              {"ok": true}
    <- {"text", "voice", "rate", "pitch", "path"}         -> {"ok": true}
                                                          -> {"ok": false, "error": "voice"}

`error` is 'engine' (no synthesiser on this machine), 'voice' (no such voice) or 'failed'. The folder
given as argument is removed when stdin closes, and the process ends: also when its parent was killed.

Ways around pyttsx3 2.99, each found by measuring: the first runAndWait() does not wait, so an empty
one goes first; only one sentence per runAndWait(); a voice that does not exist is told to the 'error'
callback only; it prints to stdout, so the protocol has moved to a file descriptor of its own; and
espeak-ng takes rate and pitch in a thread of its own, whose queue runAndWait() empties unread, so
they are waited for (else now and then a line sounds like the one before, or not at all).
"""

import contextlib
import ctypes
import json
import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

Job = dict[str, Any]
"""text and voice (str), rate (words per minute), pitch (0..100), path (str)."""

SYSTEM_DRIVERS = {"win32": "sapi5", "darwin": "nsss"}
TRIES = 20
EMPTY_FILE = 128
"""Bytes; a sound file without sound is smaller."""


class Engine:
    """One pyttsx3 engine."""

    def __init__(self, driver: str) -> None:
        import pyttsx3

        self._espeak = driver == "espeak"
        self._engine = pyttsx3.init(driver)
        self._errors = 0
        self._engine.connect("error", self._on_error)
        self._engine.runAndWait()

    def _on_error(self, **_about: object) -> None:
        self._errors += 1

    def choose(self, wanted: str) -> bool:
        """Take a voice by id, by language (nl, en-gb) or by part of its name; False: none fits."""
        return any(self._takes(voice) for voice in self._candidates(wanted))

    def save(self, job: Job) -> bool:
        """Make the sound of one sentence in the chosen voice; False when there is none."""
        if not self._set(int(job["rate"]), int(job["pitch"])):
            return False
        path = Path(job["path"])
        self._engine.save_to_file(str(job["text"]), str(path))
        self._engine.runAndWait()
        return path.exists() and path.stat().st_size >= EMPTY_FILE

    def _set(self, rate: int, pitch: int) -> bool:
        """Set speed and height, and see that they are."""
        if not self._espeak:  # the others have no pitch
            self._engine.setProperty("rate", rate)
            return True
        from pyttsx3.drivers import _espeak

        wanted = {"rate": rate, "pitch": pitch}
        for _ in range(TRIES):
            for name, value in wanted.items():
                self._engine.setProperty(name, value)
            while _espeak.IsPlaying():
                threading.Event().wait(0.001)
            if all(self._engine.getProperty(name) == value for name, value in wanted.items()):
                return True
        return False

    def _takes(self, voice: str) -> bool:
        before = self._errors
        self._engine.setProperty("voice", voice)
        return self._errors == before

    def _candidates(self, wanted: str) -> Iterator[str]:
        base, _, variant = wanted.lower().partition("+")
        suffix = f"+{variant}" if variant and self._espeak else ""
        if not base:
            return
        if self._espeak:
            yield wanted
        voices = self._engine.getProperty("voices")
        yield from (voice.id for voice in voices if voice.id == wanted)
        spoken = [(voice.id, [_tag(one) for one in voice.languages or ()]) for voice in voices]
        yield from (f"{id_}{suffix}" for id_, tags in spoken if base in tags)
        main = base.split("-")[0]
        yield from (
            f"{id_}{suffix}" for id_, tags in spoken if main in [tag.split("-")[0] for tag in tags]
        )
        if len(base) > 3:  # shorter ones are in the middle of other names
            yield from (voice.id for voice in voices if base in str(voice.name).lower())


def _tag(language: object) -> str:
    return str(language).replace("_", "-").lower()


class Speaker:
    """The system's own synthesiser where it has a voice that fits, else espeak-ng from its wheel."""

    def __init__(self, platform: str) -> None:
        names = [SYSTEM_DRIVERS[platform]] if platform in SYSTEM_DRIVERS else []
        self._waiting = [*names, "espeak"]
        self._engines: list[Engine] = []
        self._next_engine()

    @property
    def works(self) -> bool:
        """Whether there is any synthesiser."""
        return bool(self._engines)

    def speak(self, job: Job) -> str:
        """Make one file; returns '' or what went wrong."""
        while True:
            for engine in self._engines:
                if engine.choose(str(job["voice"])):
                    return "" if engine.save(job) else "failed"
            if not self._next_engine():
                return "voice" if self._engines else "engine"

    def _next_engine(self) -> bool:
        """Start the next synthesiser that works; each is started when it is needed."""
        while self._waiting:
            driver = self._waiting.pop(0)
            try:
                if driver == "espeak":
                    _bring_espeak()
                self._engines.append(Engine(driver))
            except Exception:  # noqa: BLE001 - drivers raise anything; the next may work
                continue
            return True
        return False


def _bring_espeak() -> None:
    """Let pyttsx3 find the espeak-ng of the wheel, so that nothing has to be installed beside it.

    pyttsx3 looks in fixed places only; whatever it asks for is answered with our library. Without
    the wheel it finds the system's, if there is one.
    """
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
    except (ImportError, OSError, RuntimeError):
        return
    os.environ["ESPEAK_DATA_PATH"] = data
    ctypes.cdll.LoadLibrary = lambda name: library  # type: ignore[method-assign] # noqa: ARG005
    try:
        import pyttsx3.drivers._espeak  # noqa: F401 - loads the library
    finally:
        del ctypes.cdll.LoadLibrary


def _protocol() -> TextIO:
    """The true stdout, out of reach of everything that prints."""
    own = os.fdopen(os.dup(1), "w", encoding="ascii")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    return own


def _listen(jobs: "queue.SimpleQueue[str]", folder: str | None) -> None:
    """Pass on what comes in; when nothing more can come, end, even amid a sentence that hangs."""
    for line in sys.stdin:
        jobs.put(line)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _answer(speaker: Speaker, line: str) -> str:
    try:
        return speaker.speak(json.loads(line))
    except Exception:  # noqa: BLE001 - whatever it is, an answer must follow
        return "failed"


def main() -> None:
    """Answer until stdin closes."""
    # Ctrl-C in a terminal reaches every process in it; the assistant still has to say goodbye.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = _protocol()
    jobs: queue.SimpleQueue[str] = queue.SimpleQueue()
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    threading.Thread(target=_listen, args=(jobs, folder), daemon=True).start()
    speaker = Speaker(sys.platform)

    def tell(error: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps({"ok": False, "error": error} if error else {"ok": True}), file=out)
            out.flush()

    tell("" if speaker.works else "engine")
    while True:
        tell(_answer(speaker, jobs.get()))


if __name__ == "__main__":
    main()
