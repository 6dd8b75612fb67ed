"""In: an utterance as text. Out: the same utterance, understood: its command or its speech acts.

Names of people outside the group are gone when it leaves here, so that nothing behind this door can
show or keep them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.core.events import Heard
from assistant.core.language.commands import Commands
from assistant.core.language.names import Names, Pseudonyms, without, words_without
from assistant.core.language.questions import LearningQuestions
from assistant.core.speech import ActScore, Command, Intent, SpeechAct

ORDER = (ActScore(act=SpeechAct.COMMAND, probability=1.0),)


class Judge(Protocol):
    """What tells speech acts apart."""

    def score(self, text: str) -> tuple[ActScore, ...]:
        """The acts in an utterance, most likely first; empty when nothing is known."""
        ...


class Understanding:
    """Understands one language, for one session: it remembers who is called what."""

    def __init__(
        self, commands: Commands, acts: Judge, names: Names, questions: LearningQuestions
    ) -> None:
        self._commands = commands
        self._acts = acts
        self._names = names
        self._questions = questions
        self._called = Pseudonyms(names.pattern)

    def go_on(self, texts: Sequence[str]) -> None:
        """Take up a session again that already holds these texts."""
        self._called.go_on(texts)

    def __call__(self, heard: Heard, *, names: Sequence[str], state: str) -> Heard:
        """Fill in speech acts and command, and take the names of third persons out.

        Args:
            heard: with its text.
            names: of the participants.
            state: 'running' or 'paused'.
        """
        text = heard.utterance.text
        command = self._commands.parse(text, names, state)
        acts = ORDER if command is not None else self._acts.score(text)
        if command is not None:
            command = self._question(command, names)
        places = self._names.called(text, names, self._called)
        utterance = heard.utterance
        if places:
            utterance = replace(
                utterance,
                text=without(text, places),
                words=words_without(utterance.words, text, places),
            )
        return replace(heard, utterance=utterance, acts=acts, command=command, named=len(places))

    def _question(self, command: Command, names: Collection[str]) -> Command:
        if command.text is None:
            return command
        other = command.intent is Intent.LEARNING_QUESTION and self._questions.about_other(
            command.text
        )
        places = self._names.called(command.text, names, self._called)
        return replace(command, text=without(command.text, places), about_other=other)
