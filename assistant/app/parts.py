"""In: settings and words. Out: the parts that live, recorded and simulated rooms share."""

import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.actions import Action, Channel, CloseEar, Say
from assistant.core.errors import JournalError, ModelError
from assistant.core.events import Began, Event, Heard
from assistant.core.session.session import Session
from assistant.loop import Hall
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.core.language.understand import Judge
    from assistant.core.method import Method
    from assistant.inputs.ear import Ear
    from assistant.inputs.library import Library
    from assistant.inputs.models import Card
    from assistant.inputs.sound import Source
    from assistant.inputs.whisper import Whisper
    from assistant.outputs.journal import SessionJournal
    from assistant.outputs.store import Store

ECHO_SECONDS = 30.0
"""How long a line of the assistant may still be heard back by its own ear."""


class Echo:
    """A Stage that remembers what the assistant just said, to know its own voice again."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._said: deque[tuple[float, str]] = deque(maxlen=20)

    def perform(self, action: Action) -> None:
        """Remember a line that sounds in the room."""
        if isinstance(action, Say) and action.channel is Channel.ROOM:
            self._said.append((self._now(), action.text))

    def before(self, at: float) -> list[str]:
        """The lines said in the half minute before a moment."""
        return [text for said, text in list(self._said) if at - said <= ECHO_SECONDS]


class Forgetful:
    """A journal that keeps nothing; a hall has one until it gets its own."""

    def append(self, event: Event, actions: Sequence[Action]) -> None:
        """Forget it."""


class EarStage:
    """Off the record: what was being heard is dropped at once.

    The ear itself goes on, so that it can hear when it may listen again; the hall drops all else
    (Session.ignores) before it is kept or shown.
    """

    def __init__(self, ear: "Ear") -> None:
        self._ear = ear

    def perform(self, action: Action) -> None:
        """Drop what is being heard."""
        if isinstance(action, CloseEar):
            self._ear.close()
            self._ear.open()


def understanding(
    words: "Library", language: str, settings: Settings, texts: Sequence[str] = ()
) -> Callable[[Heard, Session], Heard]:
    """What fills in speech acts and commands; `texts` are those of a session that goes on."""
    from assistant.core.language.commands import Commands
    from assistant.core.language.names import Names
    from assistant.core.language.questions import LearningQuestions
    from assistant.core.language.understand import Understanding

    table = words.table(language, "commands")
    address = settings.address or str(table.get("address", ""))
    numbers = words.phrases(language).numbers
    understood = Understanding(
        Commands(table, numbers, address),
        judge(words, language),
        Names(words.table(language, "names")),
        LearningQuestions(words.table(language, "questions")),
    )
    understood.go_on(texts)

    def understand(heard: Heard, session: Session) -> Heard:
        return understood(heard, names=session.participants, state=session.state)

    return understand


def judge(words: "Library", language: str) -> "Judge":
    """What tells speech acts apart: what was learned, else the rules of the language."""
    from assistant.core.language.acts import Acts
    from assistant.inputs.act_weights import act_weights, lexicon

    weights = act_weights(language)
    if weights is None:
        return Acts(words.table(language, "acts"))
    from assistant.core.language.act_model import ActModel, features_of

    return ActModel(features_of(words.table(language, "classes"), lexicon(language)), weights)


def hotwords(method: "Method", language: str, names: Sequence[str]) -> tuple[str, ...]:
    """What the transcriber should expect: the names in the group, and what the steps are called."""
    steps = (step.name.get(language, "") for step in method.steps)
    return tuple(dict.fromkeys(word for word in (*names, *steps) if word))


def transcriber(
    settings: Settings, model: str, language: str, expected: Sequence[str] = ()
) -> tuple["Whisper", "Card"]:
    """The transcriber, its model looked at but not loaded.

    Raises:
        ModelError: the model is not there, is damaged, or does not hear the language.
    """
    from assistant.inputs.models import check, hears, locate
    from assistant.inputs.whisper import Whisper

    folder = locate(model, settings.data_dir)
    card = check(folder)
    if not hears(card, language):
        raise ModelError(
            f"The speech model '{card.name}' does not hear '{language}', only"
            f" {', '.join(card.languages)}.",
            "Choose another language, or a model that hears it: intervisie models list.",
        )
    whisper = Whisper(
        folder=folder,
        language=language,
        hotwords=tuple(expected),
        threads=settings.threads,
        beam=settings.beam,
    )
    return whisper, card


def ear(
    source: "Source",
    whisper: "Whisper",
    words: "Library",
    language: str,
    *,
    said: Callable[[float], Sequence[str]],
    post: Callable[[Event], None],
    first_utterance: int = 1,
) -> "Ear":
    """Voice activity, segments, text, clean-up and own-voice filter on one source."""
    from assistant.core.hearing.cleanup import clean
    from assistant.core.hearing.segmenter import Limits
    from assistant.inputs.ear import Ear
    from assistant.inputs.voice_activity import VoiceActivity

    invented = tuple(words.table(language, "hearing")["credits"])
    return Ear(
        source=source,
        activity=VoiceActivity(),
        limits=Limits(),
        transcribe=whisper.transcribe,
        clean=lambda draft: clean(draft, invented),
        said=said,
        post=post,
        first_utterance=first_utterance,
    )


def began(
    method: "Method",
    language: str,
    names: Sequence[str],
    presenter: str | None,
    *,
    model: str,
    cues: str = "room",
    moves_on: bool = False,
) -> Began:
    """The first event of a new session, on this machine's clock."""
    from assistant.outputs.store import new_session_id

    wall = datetime.now().astimezone().isoformat(timespec="seconds")
    return Began(
        at=0.0,
        wall=wall,
        session=new_session_id(wall),
        method=method,
        language=language,
        model=model,
        participants=tuple(names),
        presenter=presenter,
        cue_channel=cues,
        moves_on=moves_on,
    )


def pump(listening: "Ear", post: Callable[[Event], None]) -> Callable[[], float | None]:
    """Lets a world without a clock go on: one block of sound, and the text of what was said in it.

    The text comes as late as it would in a live session: after the time that decoding truly took,
    and after the texts before it.
    """
    from assistant.inputs.ear import END, Segment

    busy_until = 0.0

    def one_block() -> float | None:
        nonlocal busy_until
        heard = listening.step()
        if isinstance(heard, Segment):
            start = time.perf_counter()
            result = listening.decode(heard)
            busy_until = max(heard.closed_at, busy_until) + time.perf_counter() - start
            delay = busy_until - heard.closed_at
            post(listening.event(heard, result, at=busy_until, delay=delay))
        return None if heard is END else listening.now

    return one_block


def hold(hall: Hall, first: Event) -> str:
    """Run a hall from an event on, and end well on Ctrl-C; returns why it finished."""
    from assistant.inputs.keyboard import Interrupts

    hall.inbox.post(first)
    with Interrupts(hall.inbox.post, lambda: hall.inbox.now):
        return hall.run()


def finish(kept: "Store", journal: "SessionJournal", reason: str) -> None:
    """Close a session; what the disk would not take is written where there may be room.

    Raises:
        JournalError: something was not kept where it belongs; says where it is.
    """
    try:
        journal.flush()
    except JournalError as error:
        path = Path(tempfile.gettempdir()) / f"intervisie-{journal.id}.jsonl"
        journal.rescue(path)
        raise JournalError(
            f"{error.message} The session was saved in {path} instead.",
            "Free some space and keep that file; it holds every word of the session.",
        ) from error
    kept.close_session(journal.id, reason)
