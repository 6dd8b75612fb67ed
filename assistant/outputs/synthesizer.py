"""In: a sentence. Out: its sound, or a VoiceError within a known time.

The synthesiser itself lives in a process of its own (speech_worker.py), started once and kept warm.
A sentence that takes too long or brings that process down costs one restart; the second time it is
an error. Sounds lie for a moment in a folder that only this user can read, and are kept in memory:
the assistant repeats itself.
"""

import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from assistant.core.errors import VoiceError
from assistant.outputs.sound import Sound, read, trimmed

VOICES = {"nl": "nl", "en": "en-gb", "de": "de"}
"""Language -> voice; another language is asked for by its own name."""
START_SECONDS = 15.0
"""A synthesiser that is not ready by then never will be; it takes 0.2 s, more on a cold disk."""
SECONDS_PER_CHARACTER = 0.02
"""Added to the time limit; espeak-ng takes under 0.1 ms, the voices of Windows and macOS more."""
CACHE_BYTES = 20_000_000
"""Some four minutes of speech."""
MARKUP = frozenset("*_#`~^|\\<>{}[]")
"""Characters that a synthesiser would spell out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    text: str
    voice: str
    rate: int
    pitch: int


class Synthesizer:
    """Sentences -> sound. Any thread may use it; one sentence is made at a time.

    Args:
        language: two letters; picks the voice.
        voice: id, language or part of the name of another voice; espeak-ng takes variants (nl+f2).
        rate: words per minute.
        pitch: 0..100; the voices of Windows and macOS have none.
        timeout: seconds a sentence may take, beside some time per character.
        command: another worker than our own.
    """

    def __init__(
        self,
        *,
        language: str,
        voice: str = "",
        rate: int = 165,
        pitch: int = 50,
        timeout: float = 5.0,
        command: Sequence[str] | None = None,
    ) -> None:
        self._voice = voice or VOICES.get(language, language)
        self._rate, self._pitch, self._timeout = rate, pitch, timeout
        # -P: a file of ours must not be taken for a module of somebody else.
        own = (sys.executable, "-P", str(Path(__file__).with_name("speech_worker.py")))
        self._command = tuple(command or own)
        self._turn = threading.Lock()
        self._state = threading.Lock()
        self._worker: _Worker | None = None
        self._closed = False
        self._cache: OrderedDict[_Job, Sound] = OrderedDict()
        self._cached = 0

    @property
    def process(self) -> int | None:
        """Process id of the worker; None when there is none now."""
        worker = self._worker
        return None if worker is None else worker.process.pid

    def start(self) -> None:
        """Let the synthesiser warm up by itself; returns at once.

        Raises:
            VoiceError: no process can be started.
        """
        self._running()

    def render(
        self,
        text: str,
        *,
        voice: str | None = None,
        rate: int | None = None,
        pitch: int | None = None,
    ) -> Sound:
        """The sound of a sentence; empty when nothing in it can be spoken. Blocks until it is there.

        Raises:
            VoiceError: no synthesiser, no such voice, or it failed twice.
        """
        job = _Job(
            text=clean(text),
            voice=voice or self._voice,
            rate=rate or self._rate,
            pitch=self._pitch if pitch is None else pitch,
        )
        if not any(character.isalnum() for character in job.text):
            return Sound(samples=np.zeros(0, np.float32), rate=22_050)
        with self._turn:
            if job in self._cache:
                self._cache.move_to_end(job)
                return self._cache[job]
            sound = self._render(job)
            self._keep(job, sound)
            return sound

    def close(self) -> None:
        """End the worker at once, also amid a sentence, and remove its folder."""
        with self._state:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def _render(self, job: _Job) -> Sound:
        limit = self._timeout + SECONDS_PER_CHARACTER * len(job.text)
        for _attempt in range(2):
            worker = self._running()
            try:
                return worker.render(job, limit)
            except _BrokenError:
                self._drop(worker)
        raise VoiceError(
            "The voice did not make a sound of this line, twice in a row.",
            "Run: intervisie doctor. The session goes on without a voice; follow the screen.",
        )

    def _running(self) -> "_Worker":
        with self._state:
            if self._closed:
                raise VoiceError("The voice is closed.")
            if self._worker is None:
                self._worker = _Worker(self._command)
            return self._worker

    def _drop(self, worker: "_Worker") -> None:
        with self._state:
            if self._worker is worker:
                self._worker = None
        worker.close()

    def _keep(self, job: _Job, sound: Sound) -> None:
        self._cache[job] = sound
        self._cached += sound.samples.nbytes
        while self._cached > CACHE_BYTES:
            _job, oldest = self._cache.popitem(last=False)
            self._cached -= oldest.samples.nbytes


class _BrokenError(Exception):
    """The worker hangs or is gone."""


class _Worker:
    """One run of the worker process, and its folder."""

    def __init__(self, command: Sequence[str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="intervisie-"))  # 0700
        try:
            self.process = subprocess.Popen(
                [*command, str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C and a closed terminal are the parent's business
            )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise VoiceError(
                f"The voice cannot be started: {error.strerror}.", "Run: intervisie doctor."
            ) from error
        self._replies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="voice replies", daemon=True)
        self._reader.start()
        self._ready = False
        self._closing = threading.Lock()

    def render(self, job: _Job, limit: float) -> Sound:
        """Raises _BrokenError when there is no answer, VoiceError when it is no."""
        if not self._ready:
            self._answer(job, START_SECONDS)
            self._ready = True
        path = self._folder / "line.wav"
        self._ask(json.dumps({**asdict(job), "path": str(path)}))
        try:
            self._answer(job, limit)
            return trimmed(read(path))
        except OSError:
            raise _BrokenError from None
        finally:
            path.unlink(missing_ok=True)

    def _ask(self, line: str) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line.encode("ascii") + b"\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # ValueError: closed meanwhile
            raise _BrokenError from None

    def _answer(self, job: _Job, limit: float) -> None:
        try:
            reply = json.loads(self._replies.get(timeout=limit))
        except (queue.Empty, ValueError):  # late, gone, or nonsense
            raise _BrokenError from None
        if reply.get("ok"):
            return
        if reply.get("error") == "voice":
            raise VoiceError(
                f"There is no voice '{job.voice}' on this machine.",
                "Leave the setting 'voice' empty, or take one such as nl, nl+f2 or en-gb.",
            )
        if reply.get("error") == "engine":
            raise VoiceError(
                "There is no speech synthesiser on this machine.",
                "Install espeak-ng: sudo apt install libespeak-ng1",
            )
        raise _BrokenError

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as replies:
            for line in replies:
                self._replies.put(line)
        self._replies.put(b"")

    def close(self) -> None:
        """End the process; safe to call twice and from two threads."""
        with self._closing:
            self.process.kill()
            self.process.wait()
            self._reader.join()
            assert self.process.stdin is not None
            with suppress(OSError):
                self.process.stdin.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def clean(text: str) -> str:
    """The text without what a synthesiser would spell: markup, pictures, control characters."""
    kept = (
        " "
        if char in MARKUP or unicodedata.category(char) in ("So", "Cc", "Cf", "Cn", "Co")
        else char
        for char in text
    )
    return " ".join("".join(kept).split())
