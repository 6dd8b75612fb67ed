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
    """The draft with loops folded up, or the reason why it is not believed.

    Args:
        draft: as the transcriber gives it.
        known_credits: sentences that models invent on silence; one that ends in '…' stands for
            all short texts that begin so.
        doubts: from where on a text is not believed.
    """
    doubts = doubts or Doubts()
    text = " ".join(draft.text.split())
    if not any(character.isalnum() for character in text) or _ASIDE.fullmatch(text):
        return Reason.NO_TEXT
    if _foreign(text):
        return Reason.FOREIGN_SCRIPT
    if any(_is_credit(text, credit) for credit in known_credits):
        return Reason.KNOWN_CREDIT
    unsure = draft.no_speech > doubts.no_speech and draft.log_probability < doubts.log_probability
    if unsure or draft.log_probability < doubts.hopeless:
        return Reason.UNSURE
    kept = _unlooped(text.split())
    words = len(text.split())
    # A loop too long or too uneven to be folded up shows only in how far the text shrinks.
    if draft.compression > doubts.compression and (len(kept) == words or len(kept) <= words / 2):
        return Reason.REPETITION
    if draft.seconds > 0 and len(kept) / draft.seconds > doubts.words_a_second:
        return Reason.UNSURE if len(kept) == words else Reason.REPETITION
    return _only(draft, text, kept)


_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪.*♪")
"""A text that is wholly in brackets describes a sound, as subtitles do: [muziek]."""
_AFTER_CREDIT = 6
"""Words after the beginning of a credit: a name and what goes with it, no more."""


def _is_credit(text: str, credit: str) -> bool:
    heard, known = _plain(text), _plain(credit)
    if not credit.endswith("…"):
        return heard == known
    more = heard.removeprefix(known + " ").split()
    return heard == known or (heard.startswith(known + " ") and len(more) <= _AFTER_CREDIT)


def _foreign(text: str) -> bool:
    """Whether more than a stray letter is in another script than ours."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return foreign > len(letters) * 0.2


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())


def _unlooped(words: Sequence[str]) -> list[int]:
    """Which words stay when a phrase of one to eight that comes thrice or more in a row is said once."""
    plain = [_plain(word) for word in words]
    kept = list(range(len(words)))
    for size in range(1, 9):
        before, kept = kept, []
        at = 0
        while at < len(before):
            phrase = [plain[index] for index in before[at : at + size]]
            times = 1
            while [plain[i] for i in before[at + times * size : at + (times + 1) * size]] == phrase:
                times += 1
            looped = times >= 3 and len(phrase) == size
            kept += before[at : at + size] if looped else before[at : at + 1]
            at += times * size if looped else 1
    return kept


def _only(draft: Draft, text: str, kept: Sequence[int]) -> Draft:
    """The draft with the words that stay; their times stay with them where they can be told."""
    words = text.split()
    folded = " ".join(words[index] for index in kept)
    if folded == draft.text:
        return draft
    timed = draft.words
    if len(timed) == len(words):
        timed = tuple(timed[index] for index in kept)
    return replace(draft, text=folded, words=timed)
