"""In: a sentence. Out: its sound.

Rendered by pyttsx3 in a process of its own (speech_worker.py) with a limit on its time: a synthesiser
that hangs is killed and started again, and the sentence tried once more. Sound is kept in memory for
sentences that come again; nothing that was said stays on the disk.
"""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import wave
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.core.errors import VoiceError

VOICES = {"nl": "nl", "en": "en-gb", "de": "de"}
"""Voice per language when none is set."""
CACHE_BYTES = 20_000_000
EDGE = 0.05
"""Seconds of silence that stay before and after the speech."""
START_SECONDS = 15.0
"""A cold disk starts a process and its libraries within this."""
WORKER = (sys.executable, "-m", "assistant.outputs.speech_worker")

_HINT = "Check the voice with: intervisie doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A piece of sound."""

    samples: NDArray[np.float32]
    """float32 [n], -1..1, mono."""
    rate: int
    """Hertz."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


class Synthesizer:
    """Makes sentences into sound.

    Args:
        language: two letters; chooses the voice when `voice` is empty.
        voice: id of a voice; for espeak-ng with a variant, 'nl+f2'.
        rate: words per minute.
        pitch: 0..100 (espeak-ng only).
        timeout: seconds for a short sentence; long ones get more.
        command: the worker; only tests give another.
    """

    def __init__(
        self,
        *,
        language: str,
        voice: str = "",
        rate: int = 165,
        pitch: int = 50,
        timeout: float = 5.0,
        command: Sequence[str] = WORKER,
    ) -> None:
        self._voice = voice or VOICES.get(language, language)
        self._rate, self._pitch = rate, pitch
        self._timeout = timeout
        self._command = tuple(command)
        self._cache: OrderedDict[tuple[str, str, int, int], Sound] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._closed = False
        self._folder = Path(tempfile.mkdtemp(prefix="intervisie-voice-"))
        self._count = 0

    def start(self) -> None:
        """Start the worker without waiting for it, so that the first sentence comes sooner."""
        with self._lock:
            if self._worker is None and not self._closed:
                self._worker = _Worker(self._command)

    def render(
        self,
        text: str,
        *,
        voice: str | None = None,
        rate: int | None = None,
        pitch: int | None = None,
    ) -> Sound:
        """The sound of a sentence. From any thread.

        Raises:
            VoiceError: there is no such voice, or the synthesiser hangs or breaks twice.
        """
        spoken = " ".join(text.replace("*", " ").replace("_", " ").replace("<", " ").split())
        key = (
            spoken,
            voice or self._voice,
            self._rate if rate is None else rate,
            self._pitch if pitch is None else pitch,
        )
        with self._lock:
            if self._closed:
                raise VoiceError("The voice has been switched off.", _HINT)
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
            sound = self._make(key)
            self._keep(key, sound)
            return sound

    def close(self) -> None:
        """End the worker and remove its folder; safe to call twice."""
        with self._lock:
            self._closed = True
            self._end_worker()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, key: tuple[str, str, int, int]) -> Sound:
        error = "it gives no sound"
        for _ in range(2):
            try:
                sound = self._ask(key)
            except _NotSpokenError as trouble:
                error = str(trouble)
                self._end_worker()
                continue
            # Now and then the engine gives an empty file; asked again it speaks.
            if len(sound.samples) or not any(c.isalnum() for c in key[0]):
                return sound
        raise VoiceError(f"The voice '{key[1]}' cannot speak: {error}.", _HINT)

    def _ask(self, key: tuple[str, str, int, int]) -> Sound:
        text, voice, rate, pitch = key
        if self._worker is None:
            self._worker = _Worker(self._command)
        self._count += 1
        path = self._folder / f"{self._count}.wav"
        order = {"text": text, "voice": voice, "rate": rate, "pitch": pitch, "path": str(path)}
        try:
            self._worker.ask(order, self._timeout + len(text) / 50)
            return _read(path)
        finally:
            path.unlink(missing_ok=True)

    def _keep(self, key: tuple[str, str, int, int], sound: Sound) -> None:
        self._cache[key] = sound
        self._bytes += sound.samples.nbytes
        while self._bytes > CACHE_BYTES and len(self._cache) > 1:
            self._bytes -= self._cache.popitem(last=False)[1].samples.nbytes

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class _NotSpokenError(Exception):
    """A sentence was not made into sound."""


class _Worker:
    """The child process and a thread that reads its answers."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # Ctrl-C is for the session: it says goodbye with this voice.
            start_new_session=True,
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="voice answers", daemon=True)
        self._reader.start()
        self._ready = False

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def ask(self, order: dict[str, object], timeout: float) -> None:
        """Have one sentence made.

        Raises:
            _NotSpokenError: it was not made in time, or not at all.
        """
        if not self._ready:
            self._answer(START_SECONDS)
            self._ready = True
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _NotSpokenError("it stopped working") from error
        self._answer(timeout)

    def _answer(self, timeout: float) -> None:
        try:
            line = self._answers.get(timeout=timeout)
        except queue.Empty:
            raise _NotSpokenError("it takes too long") from None
        if not line:
            raise _NotSpokenError("it stopped working")
        answer = json.loads(line)
        if not answer["ok"]:
            raise _NotSpokenError(str(answer.get("error", "unknown")))

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        self._process.wait(timeout=5)
        self._reader.join(timeout=5)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was still on its way to a dead process is lost, as intended


def _read(path: Path) -> Sound:
    try:
        with wave.open(str(path)) as file:
            rate, width = file.getframerate(), file.getsampwidth()
            raw = file.readframes(file.getnframes())
            channels = file.getnchannels()
    except (OSError, EOFError, wave.Error) as error:
        raise _NotSpokenError("it gives no sound") from error
    if width != 2:
        raise _NotSpokenError("it gives sound in a form that is not known")
    samples = np.frombuffer(raw, np.int16).astype(np.float32) / 32768.0
    return Sound(samples=_trimmed(samples.reshape(-1, channels)[:, 0], rate), rate=rate)


def _trimmed(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Without the long silence that the engine puts at both ends."""
    loud = np.flatnonzero(np.abs(samples) > 0.002)
    if not len(loud):
        return samples[:0]
    edge = int(EDGE * rate)
    return samples[max(0, loud[0] - edge) : loud[-1] + 1 + edge].copy()
