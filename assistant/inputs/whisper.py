"""In: the samples of one utterance. Out: a draft of its text, with word times and probabilities.

faster-whisper, one utterance at a time. Nothing is carried over from the utterance before: a wrong
text must not make the next one wrong. An utterance fits in one window of 30 seconds, so only the
first segment is taken: with word times on, the library would otherwise decode the silence behind
the last word once more and invent something there.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.errors import ModelError
from assistant.core.hearing.cleanup import Draft
from assistant.core.speech import Word
from assistant.inputs.models import FITTED, card_of
from assistant.inputs.sound import RATE, Samples

TOKENS_A_SECOND = 12
"""More than anybody says; bounds what a model stuck in a loop can cost."""
MOST_TOKENS = 216
"""Of the 448 that Whisper has room for, 223 may be hotwords and a few are its own marks; one more
than fits, and the library refuses the utterance."""

MARGIN_FRAMES = 20
"""Frames of 10 ms of padding that a model with short windows is given."""


class Whisper:
    """A speech model in a folder.

    Args:
        folder: a CTranslate2 Whisper model.
        language: two letters; pinned, never guessed.
        hotwords: names and words of the method; given only to models whose card allows it.
        threads: processor threads.
        beam: beams, 1 is fastest. Words wrong in 16 new synthetic sentences with the demonstration
            model, and p95 on two cores: 1 gives 11 % in 0.24 s, 2 gives 9 % in 0.33 s, 5 gives 9 %
            in 0.37 s; in the 20 it was trained on none with any.
    """

    def __init__(
        self,
        *,
        folder: Path,
        language: str,
        hotwords: Sequence[str] = (),
        threads: int = 2,
        beam: int = 5,
    ) -> None:
        self._folder = folder
        self._language = language
        self._hotwords = " ".join(hotwords) if hotwords and card_of(folder).hotwords else None
        self._threads = threads
        self._beam = beam
        self._model: Any = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the model; does nothing when it is loaded. From any thread.

        Raises:
            ModelError: it is damaged.
        """
        with self._lock:
            if self._model is not None:
                return
            # A model on disk needs no network, and a session must not even try.
            os.environ["HF_HUB_OFFLINE"] = "1"
            from faster_whisper import WhisperModel

            fitted = card_of(self._folder).window == FITTED
            try:
                self._model = (_short_windows(WhisperModel) if fitted else WhisperModel)(
                    str(self._folder),
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=self._threads,
                    local_files_only=True,
                )
            except Exception as error:
                raise ModelError(
                    f"The speech model in {self._folder} cannot be loaded: it is damaged.",
                    "Fetch or import it again: intervisie models --help",
                ) from error

    def transcribe(self, samples: Samples, at: float) -> Draft:
        """The text of one utterance.

        Args:
            samples: float32 [n], 16 kHz mono, at most 30 seconds.
            at: seconds since the start of the session, of the first sample.

        Raises:
            ModelError: the model is damaged.
        """
        self.load()
        seconds = len(samples) / RATE
        segments, _info = self._model.transcribe(
            samples,
            language=self._language,
            task="transcribe",
            beam_size=self._beam,
            temperature=0.0,
            no_speech_threshold=None,  # what is believed is decided in core/hearing/cleanup.py
            condition_on_previous_text=False,
            without_timestamps=True,
            word_timestamps=True,
            hotwords=self._hotwords,
            max_new_tokens=min(MOST_TOKENS, 20 + int(TOKENS_A_SECOND * seconds)),
        )
        segment = next(iter(segments), None)
        if segment is None:
            return Draft(text="", seconds=seconds)
        return Draft(
            text=segment.text.strip(),
            words=_words(segment.words or (), at, at + seconds),
            seconds=seconds,
            log_probability=float(segment.avg_logprob),
            no_speech=float(segment.no_speech_prob),
            compression=float(segment.compression_ratio),
        )

    def language_of(self, samples: Samples) -> str:
        """The language that is spoken, two letters, whatever language this is pinned to.

        Args:
            samples: float32 [n], 16 kHz mono; more than 3 seconds of speech to be trusted.

        Raises:
            ModelError: the model is damaged.
        """
        self.load()
        language, _probability, _all = self._model.detect_language(audio=samples)
        return str(language)


def _short_windows(model: type[Any]) -> type[Any]:
    """faster-whisper's model, that looks only as far as the sound goes.

    Whisper itself always gets 30 seconds, most of them padding; a model whose card allows it was
    trained without, and hears an utterance of 4 seconds in a third of the time.
    """

    class ShortWindows(model):  # type: ignore[misc]
        def encode(self, features: Samples) -> Any:
            sounding = np.flatnonzero(features.any(axis=0))  # padding is zeros, sound never is
            end = int(sounding[-1]) + 1 if len(sounding) else 0
            end = min(features.shape[-1], max(MARGIN_FRAMES, end + end % 2) + MARGIN_FRAMES)
            return super().encode(np.ascontiguousarray(features[:, :end]))

    return ShortWindows


def _words(words: Sequence[Any], first: float, last: float) -> tuple[Word, ...]:
    """Words with session times, kept within the utterance and in order."""
    found: list[Word] = []
    before = first
    for word in words:
        start = min(max(float(word.start) + first, before), last)
        end = min(max(float(word.end) + first, start), last)
        probability = min(1.0, max(0.0, float(word.probability)))
        found.append(Word(text=word.word.strip(), start=start, end=end, probability=probability))
        before = start
    return tuple(found)
