"""In: an utterance as text. Out: the same utterance, understood: its command or its speech acts."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.core.events import Heard
from assistant.core.language.acts import Acts
from assistant.core.language.commands import Commands
from assistant.core.speech import ActScore, SpeechAct

ORDER = (ActScore(act=SpeechAct.COMMAND, probability=1.0),)


class Understanding:
    """Understands one language."""

    def __init__(self, commands: Commands, acts: Acts) -> None:
        self._commands = commands
        self._acts = acts

    def __call__(self, heard: Heard, *, names: Sequence[str], state: str) -> Heard:
        """Fill in speech acts and command.

        Args:
            heard: with its text.
            names: of the participants.
            state: 'running' or 'paused'.
        """
        text = heard.utterance.text
        command = self._commands.parse(text, names, state)
        acts = ORDER if command is not None else self._acts.score(text)
        return replace(heard, acts=acts, command=command)
