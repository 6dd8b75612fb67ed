"""In: what was heard, said, flagged and kept. Out: the last lines of it, as a screen shows them.

The record (core/record) keeps everything; this board keeps what the session itself must know to go
on: the questions it reads back, the ideas that are parked, who is speaking, what does not work.
"""

import re
from collections import Counter, deque
from dataclasses import replace

from assistant.core.actions import Capture, Channel, Flag, Level, Say
from assistant.core.events import Heard
from assistant.core.method import CaptureKind
from assistant.core.session.view import Kind, TranscriptLine
from assistant.core.speech import SpeechAct

ALIKE = 0.5
"""Share of the longer words that two utterances must have in common to be the same thing again."""
LONGER = re.compile(r"\w{4,}")
LINES = 30
"""Lines of the running transcript that stay within reach."""


class Board:
    """What the session remembers of what went by; bounded but for the captures."""

    def __init__(self) -> None:
        self._lines: deque[tuple[int | None, TranscriptLine]] = deque(maxlen=LINES)
        self._captures: list[Capture] = []
        self._flags: list[Flag] = []
        self._troubles: dict[str, str] = {}
        self._forgiven: list[tuple[SpeechAct, frozenset[str]]] = []
        self.taken_back: Counter[SpeechAct] = Counter()
        """How often the group took a flag for an act back."""
        self.waiting = 0.0
        """Seconds of speech not yet transcribed."""
        self.flags = 0
        """Flags raised and not taken back."""

    @property
    def lines(self) -> tuple[TranscriptLine, ...]:
        """The last lines, oldest first."""
        return tuple(line for _, line in self._lines)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What does not work, one sentence each."""
        return tuple(self._troubles.values())

    def heard(self, heard: Heard, who: str | None) -> None:
        """Add what somebody said."""
        kind = Kind.COMMAND if heard.command else Kind.HEARD
        utterance = heard.utterance
        line = TranscriptLine(at=utterance.start, who=who, text=utterance.text, kind=kind)
        self._lines.append((utterance.id, line))

    def said(self, say: Say, at: float) -> None:
        """Add what the assistant says."""
        kind = Kind.WHISPERED if say.channel is Channel.EAR else Kind.SAID
        self._lines.append((None, TranscriptLine(at=at, who=None, text=say.text, kind=kind)))

    def flag(self, flag: Flag) -> None:
        """Mark the line that was flagged."""
        self._flags.append(flag)
        self.flags += 1
        self._change(flag.utterance, flag=flag.act.value, audible=flag.level is Level.AUDIBLE)

    def keep(self, capture: Capture) -> None:
        """Keep a capture, and mark its line."""
        if capture.replaces:
            self._captures = [kept for kept in self._captures if kept.kind is not capture.kind]
        self._captures.append(capture)
        if capture.utterance is not None:
            self._change(capture.utterance, kept=capture.kind.value)

    def retract(self) -> Flag | None:
        """Take the last flag back, with the idea that was parked for it."""
        if not self._flags:
            return None
        flag = self._flags.pop()
        self.flags -= 1
        self._captures = [
            kept
            for kept in self._captures
            if kept.utterance != flag.utterance or kept.kind is not CaptureKind.PARKED_IDEA
        ]
        text = self._change(flag.utterance, flag=None, audible=False, kept=None)
        self.taken_back[flag.act] += 1
        self._forgiven.append((flag.act, _content(text)))
        return flag

    def forgives(self, act: SpeechAct, text: str) -> bool:
        """Whether the group took back a flag for words much like these."""
        words = _content(text)
        return any(
            act is forgiven and len(words & known) >= ALIKE * len(words | known) > 0
            for forgiven, known in self._forgiven
        )

    def kept(self, kind: CaptureKind) -> tuple[str, ...]:
        """The words kept under a kind, oldest first."""
        return tuple(capture.text for capture in self._captures if capture.kind is kind)

    def last_heard(self) -> tuple[int, str] | None:
        """Id and words of the last utterance that was no command."""
        for utterance, line in reversed(self._lines):
            if utterance is not None and line.kind is Kind.HEARD:
                return utterance, line.text
        return None

    def trouble(self, part: str, message: str | None) -> bool:
        """Note that a part fails (message) or works again (None); whether that is news."""
        news = (part in self._troubles) != (message is not None)
        if message is None:
            self._troubles.pop(part, None)
        else:
            self._troubles[part] = message
        return news

    def _change(self, utterance: int, **changes: object) -> str:
        """Change a line that is still within reach; its words, or none."""
        for index, (number, line) in enumerate(self._lines):
            if number == utterance:
                self._lines[index] = (number, replace(line, **changes))  # type: ignore[arg-type]
                return line.text
        return ""


def _content(text: str) -> frozenset[str]:
    return frozenset(LONGER.findall(text.casefold()))
