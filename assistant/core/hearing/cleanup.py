"""In: what the transcriber made of an utterance. Out: the text that is believed, or why none is.

Speech models invent words on silence and noise: they repeat themselves, write subtitle credits, or
fall into another script. Each filter here is for one of these, in the order of how sure it is.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.core.events import Reason
from assistant.core.speech import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text as the transcriber gives it."""

    text: str
    words: tuple[Word, ...] = ()
    seconds: float = 0.0
    """Length of the speech it was made from."""
    log_probability: float = 0.0
    """Mean log-probability of its tokens."""
    no_speech: float = 0.0
    """0..1, how likely there was no speech at all."""
    compression: float = 1.0
    """How much the text shrinks when packed; loops shrink far."""

    @property
    def confidence(self) -> float | None:
        """0..1, mean word probability; None when no words have one."""
        if not self.words:
            return None
        return sum(word.probability for word in self.words) / len(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """From where on a text is not believed."""

    no_speech: float = 0.6
    """Whisper's own default; only counts together with a low log-probability."""
    log_probability: float = -1.0
    """Whisper's own default."""
    hopeless: float = -1.8
    """Log-probability under which a text is noise, whatever else (own choice)."""
    compression: float = 2.4
    """Whisper's own default."""
    words_a_second: float = 8.0
    """Nobody speaks faster; models that invent do (own choice)."""


def clean(  # noqa: PLR0911 - one return per doubt
    draft: Draft, known_credits: Sequence[str], doubts: Doubts | None = None
) -> Draft | Reason:
    """The draft with loops folded up, or the reason why it is not believed."""
    doubts = doubts or Doubts()
    text = " ".join(draft.text.split())
    if not any(character.isalnum() for character in text):
        return Reason.NO_TEXT
    if _foreign(text):
        return Reason.FOREIGN_SCRIPT
    if _plain(text) in {_plain(credit) for credit in known_credits}:
        return Reason.KNOWN_CREDIT
    unsure = draft.no_speech > doubts.no_speech and draft.log_probability < doubts.log_probability
    if unsure or draft.log_probability < doubts.hopeless:
        return Reason.UNSURE
    folded = _unloop(text)
    words = len(text.split())
    if draft.compression > doubts.compression and len(folded.split()) <= words / 2:
        return Reason.REPETITION
    if draft.seconds > 0 and len(folded.split()) / draft.seconds > doubts.words_a_second:
        return Reason.REPETITION if folded != text else Reason.UNSURE
    return draft if folded == draft.text else replace(draft, text=folded)


def _foreign(text: str) -> bool:
    """Whether more than a stray letter is in another script than ours."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return foreign > len(letters) * 0.2


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())


def _unloop(text: str) -> str:
    """Fold a phrase of one to eight words that comes three times or more in a row into one."""
    words = text.split()
    for size in range(1, 9):
        kept: list[str] = []
        at = 0
        while at < len(words):
            phrase = [_plain(word) for word in words[at : at + size]]
            times = 1
            while [
                _plain(word) for word in words[at + times * size : at + (times + 1) * size]
            ] == phrase:
                times += 1
            if times >= 3 and len(phrase) == size:
                kept += words[at : at + size]
                at += times * size
            else:
                kept.append(words[at])
                at += 1
        words = kept
    return " ".join(words)
