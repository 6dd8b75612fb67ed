"""In: texts in three languages. Out: the tokenizer, in the order that Whisper's readers demand.

Byte-level BPE, few merges: a small network learns spelling from sound better with short pieces.
The order of the special tokens and the empty string among the texts are what faster-whisper and
CTranslate2 go by (CTranslate2, whisper.cc: a vocabulary with "" is multilingual).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

TEXT_TOKENS = 800
LANGUAGES = ("en", "de", "nl")
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{language}|>" for language in LANGUAGES),
    *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"),
    *("<|nospeech|>", "<|notimestamps|>"),
)
TIMES = tuple(f"<|{i * 0.02:.2f}|>" for i in range(1501))

# faster-whisper never lets a model write the first token of " -", " '", "♪" and " ♪". Without
# merges of their own that would be the space, and the first byte of ’ and –.
NEEDED = (" -", " '", "♪", " ♪")


def _letters() -> dict[int, str]:
    """The characters that stand for bytes in byte-level BPE (from GPT-2's scheme)."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printed]
    return {byte: chr(byte) for byte in printed} | {
        byte: chr(256 + i) for i, byte in enumerate(rest)
    }


def train(texts: Iterable[str], size: int = TEXT_TOKENS) -> Tokenizer:
    """A tokenizer for these texts, with everything but the times as special tokens."""
    letters = _letters()
    alphabet = sorted(letters.values())
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    learner.train_from_iterator(
        texts,
        trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False),
    )
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    first: list[tuple[str, str]] = []
    for text in NEEDED:
        parts = [letters[byte] for byte in text.encode()]
        if parts[0] == letters[32] and len(parts) > 2:
            # " ♪": a space before the pair that was merged just now.
            first.append((parts[0], parts[1] + parts[2]))
        else:
            first.append((parts[0], parts[1]))
    merges = [*first, *(pair for pair in merges if pair not in first)]
    vocabulary: dict[str, int] = {}
    for token in [*alphabet, *("".join(pair) for pair in merges)]:
        vocabulary.setdefault(token, len(vocabulary))
    vocabulary[""] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    return tokenizer


@dataclass(frozen=True)
class Tokens:
    """A tokenizer and the numbers of its special tokens."""

    tokenizer: Tokenizer

    @classmethod
    def load(cls, path: Path) -> "Tokens":
        """From its tokenizer.json."""
        return cls(Tokenizer.from_file(str(path)))

    def number(self, token: str) -> int:
        """The number of a special token."""
        found = self.tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no {token}")
        return int(found)

    @cached_property
    def end(self) -> int:
        """Number of the end of the text."""
        return self.number("<|endoftext|>")

    @cached_property
    def first_time(self) -> int:
        """Number of <|0.00|>; the times are not in the tokenizer, only in the vocabulary."""
        return self.number("<|notimestamps|>") + 1

    @property
    def count(self) -> int:
        """All, with the times."""
        return self.first_time + len(TIMES)

    def all(self) -> list[str]:
        """Every token in order of its number, as vocabulary.json wants them."""
        return [*(self.tokenizer.id_to_token(i) for i in range(self.first_time)), *TIMES]

    def encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Numbers of a text, and which letters each of them writes (counted in the text)."""
        found: Any = self.tokenizer.encode(f" {text}", add_special_tokens=False)
        return found.ids, [(max(0, a - 1), max(0, b - 1)) for a, b in found.offsets]
