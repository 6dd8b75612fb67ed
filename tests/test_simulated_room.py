"""The simulated room: actors who wait for what they hear, and whole sessions in real sound."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from assistant.app.demo import rehearse, script_of
from assistant.app.parts import transcriber
from assistant.core.actions import Channel, Cue, EnterStep, Say
from assistant.core.errors import MethodError
from assistant.core.events import Outcome
from assistant.core.method import CaptureKind
from assistant.core.record.record import Record
from assistant.inputs.actors import SAY_AGAIN_AFTER, TRIES, Actors
from assistant.inputs.library import Library, shipped_folder
from assistant.inputs.score import score
from assistant.inputs.script import Script, script
from assistant.inputs.simulated_room import Performed, SimulatedRoom
from assistant.inputs.sound import BLOCK, RATE, Samples
from assistant.outputs.sound import Sound
from assistant.settings import Settings

SESSIONS = (
    *(("nl", method) for method in ("seven-steps", "incident", "five-steps")),
    ("en", "seven-steps"),
)


def play(*lines: dict[str, object], **room: float) -> Script:
    """A script of one step with these lines."""
    table = {
        "language": "nl",
        "method": "test",
        "people": [{"name": "Noor", "voice": "nl"}, {"name": "Bram", "voice": "nl+m2"}],
        "room": {"noise": -80.0, "echo": 0.0, "own_voice": 0.5, **room},
        "scenes": [{"step": "questions", "lines": [{"who": "Noor", **line} for line in lines]}],
    }
    return script(table, "test")


def tone(seconds: float = 1.0) -> Sound:
    return Sound(samples=np.full(int(seconds * RATE), 0.9, np.float32), rate=RATE)


def room_of(*lines: dict[str, object], **room: float) -> SimulatedRoom:
    made = SimulatedRoom(play(*lines, **room), lambda _text, _person: tone())
    made.perform(EnterStep(index=0, step="questions"))
    return made


def announce(room: SimulatedRoom, cue: Cue = Cue.STEP, seconds: float = 0.5) -> None:
    """The assistant says something in the room."""
    room.perform(Say(line=1, text="…", cue=cue))
    room.player(Channel.ROOM).play(tone(seconds), lambda _at, _outcome: None)


def listen(room: SimulatedRoom, seconds: float) -> Samples:
    blocks = [room.read() for _ in range(round(seconds * RATE / BLOCK))]
    return np.concatenate([block.samples for block in blocks if block is not None])


def loud(samples: Samples) -> float:
    """Seconds in which something sounds."""
    return float(np.sum(np.abs(samples) > 0.2)) / RATE


def test_sound_comes_in_blocks_and_time_goes_on_with_them() -> None:
    room = room_of({"says": "Dag."})
    blocks = [room.read() for _ in range(50)]

    assert [len(block.samples) for block in blocks if block] == [BLOCK] * 50
    assert [round(b.at * RATE) for b in blocks if b] == [n * BLOCK for n in range(50)]


def test_people_wait_until_the_step_is_announced_and_it_is_quiet() -> None:
    room = room_of({"says": "Dag.", "pause": 2})
    assert loud(listen(room, 5)) == 0

    announce(room)
    listen(room, 2.4)
    assert room.performed == []
    listen(room, 0.3)

    assert [p.turn.line.says for p in room.performed] == ["Dag."]
    assert room.performed[0].end - room.performed[0].start == pytest.approx(1.0)


def test_people_wait_for_the_cue_they_were_told_to_wait_for() -> None:
    room = room_of({"says": "Dag.", "after": "half_time"})
    announce(room)
    listen(room, 30)
    assert room.performed == []

    announce(room, Cue.HALF_TIME)
    listen(room, 2)

    assert len(room.performed) == 1


def test_an_order_that_is_not_followed_is_said_again_but_not_for_ever() -> None:
    room = room_of({"says": "Volgende stap.", "until": "step"}, {"says": "Dan niet."})
    announce(room)

    listen(room, 5 * SAY_AGAIN_AFTER + 10)

    said = [p.turn.line.says for p in room.performed]
    assert said == ["Volgende stap."] * TRIES + ["Dan niet."]


def test_an_order_that_is_followed_is_said_once() -> None:
    room = room_of({"says": "Volgende stap.", "until": "answer"}, {"says": "Mooi."})
    announce(room)
    listen(room, 2.6)
    announce(room, Cue.ANSWER)
    listen(room, 4)

    assert [p.turn.line.says for p in room.performed] == ["Volgende stap.", "Mooi."]


def test_the_assistant_is_heard_in_the_room_and_the_earpiece_is_not() -> None:
    room = room_of({"says": "Dag.", "after": "goodbye"})
    room.player(Channel.EAR).play(tone(), lambda _at, _outcome: None)
    assert loud(listen(room, 1.5)) == 0

    room.player(Channel.ROOM).play(tone(), lambda _at, _outcome: None)
    assert loud(listen(room, 1.5)) == pytest.approx(1.0, abs=0.01)

    assert [len(room.played[channel]) for channel in (Channel.EAR, Channel.ROOM)] == [1, 1]


def test_the_true_end_of_a_line_is_told_and_hush_cuts_it_off() -> None:
    room = room_of({"says": "Dag.", "after": "goodbye"})
    ends: list[tuple[float, Outcome]] = []
    player = room.player(Channel.ROOM)
    player.play(tone(), lambda at, outcome: ends.append((at, outcome)))
    listen(room, 1.5)
    player.play(tone(5), lambda at, outcome: ends.append((at, outcome)))
    listen(room, 1)
    player.stop()

    assert ends[0] == (1.0, Outcome.DONE)
    assert ends[1][1] is Outcome.INTERRUPTED
    assert loud(listen(room, 1)) == 0


def test_echo_and_noise_are_in_the_room() -> None:
    def rest(**acoustics: float) -> float:
        room = room_of({"says": "Dag.", "after": "goodbye"}, **acoustics)
        room.player(Channel.ROOM).play(tone(0.5), lambda _at, _outcome: None)
        listen(room, 0.544)
        return float(np.std(listen(room, 0.1)))

    dry = rest()
    assert rest(echo=0.3) > 5 * dry
    assert rest(noise=-40.0) > 5 * dry


def test_when_everybody_has_left_the_sound_ends() -> None:
    room = room_of({"says": "Dag."})
    announce(room)

    assert sum(1 for _ in itertools.takewhile(bool, iter(room.read, None))) * BLOCK / RATE < 1000


def test_actors_go_on_with_the_next_scene_when_the_step_never_comes() -> None:
    actors = Actors(play({"says": "Dag."}))

    assert actors.turn(60.0) is None
    assert actors.turn(100.0) is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scenes": [{"step": "a", "lines": [{"who": "Piet", "says": "x"}]}]}, "Piet"),
        ({"scenes": [{"step": "a", "lines": [{"who": "Noor", "say": "x"}]}]}, "say"),
        ({"people": "Noor"}, "people"),
        ({"tempo": 3}, "tempo"),
    ],
)
def test_a_wrong_script_is_named_with_its_mistake(change: dict[str, object], said: str) -> None:
    right = {
        "language": "nl",
        "method": "test",
        "people": [{"name": "Noor", "voice": "nl"}],
        "scenes": [],
    }
    with pytest.raises(MethodError, match=said):
        script({**right, **change}, "test.yaml")


@dataclass(frozen=True)
class Held:
    """A session that was held in the simulated room."""

    record: Record
    performed: list[Performed]
    lateness: list[float]
    script: Script


@pytest.fixture(scope="module", params=SESSIONS, ids="-".join)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A whole session on real sound: synthesised, mixed, cut, decoded, understood, recorded."""
    words = Library([shipped_folder()])
    out = tmp_path_factory.mktemp("held")
    settings = Settings(data_dir=out, methods_dir=out)
    language, method = request.param
    wanted = script_of(words, language, method)
    whisper, _card = transcriber(settings, "demonstration", language)
    record, room, lateness = rehearse(settings, words, wanted, whisper, out=Path(out), screen=None)
    return Held(record, room.performed, lateness, wanted)


@pytest.mark.slow
@pytest.mark.model
class TestWholeSessions:
    """Each method, from welcome to goodbye."""

    def test_it_runs_to_its_end_through_every_step_in_order(self, held: Held) -> None:
        method = Library([shipped_folder()]).method(held.script.method)

        assert held.record.finished == "completed"
        assert [step.id for step in held.record.steps] == [step.id for step in method.steps]
        assert 0.85 < held.record.seconds / (method.minutes * 60) < 1.2

    def test_what_people_said_is_in_the_record(self, held: Held) -> None:
        found = score(held.record, held.performed, lateness=held.lateness, seconds=1.0)

        assert found.wer is not None
        assert found.wer < 0.25
        assert len(held.record.utterances) >= 0.9 * len(held.performed)

    def test_the_assistant_never_hears_itself(self, held: Held) -> None:
        """Whatever is in the record was being said by somebody at that moment."""
        alone = [
            utterance.text
            for utterance in held.record.utterances
            if not any(
                min(utterance.end, line.end) - max(utterance.start, line.start) > 0.2
                for line in held.performed
            )
        ]
        assert alone == []

    def test_a_solution_that_came_too_early_is_noticed_and_comes_back(self, held: Held) -> None:
        found = score(held.record, held.performed, lateness=held.lateness, seconds=1.0)
        parked = [c.text for c in held.record.captures if c.kind is CaptureKind.PARKED_IDEA]
        read = " ".join(line.text for line in held.record.said if line.cue is Cue.READ)

        assert found.flags_caught >= 1
        assert parked
        assert parked[0].strip(".") in read
