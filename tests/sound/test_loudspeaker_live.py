"""The loudspeaker and the voice on virtual devices: what test_devices.py does not ask yet."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.core.actions import Channel, Chime, Cue, Hush, Say
from assistant.core.errors import DeviceError
from assistant.core.events import Event, Outcome, Spoken
from assistant.outputs.chime import chime
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.sound import Sound
from assistant.outputs.synthesizer import Synthesizer
from assistant.outputs.voice import Voice, VoiceThread

pytestmark = [pytest.mark.sound, pytest.mark.slow, pytest.mark.usefixtures("with_sound")]

RATE = 48_000
LOUD = 0.01


class Recorder:
    """What sounds on an output, by PortAudio itself and with true times."""

    def __init__(self, device: str) -> None:
        import sounddevice

        self._pieces: list[tuple[float, NDArray[np.float32]]] = []
        self._stream = sounddevice.InputStream(
            device=device,
            samplerate=RATE,
            channels=1,
            dtype="float32",
            latency=0.02,
            callback=self._take,
        )
        self._stream.start()

    def _take(self, samples: NDArray[np.float32], frames: int, _time: object, _s: object) -> None:
        # By the time it is delivered all of it has sounded.
        self._pieces.append((time.monotonic() - frames / RATE, samples[:, 0].copy()))

    def loud(self, after: float = 0.0) -> tuple[float, float]:
        """When something first and last sounded."""
        found = [
            at + index / RATE
            for at, piece in list(self._pieces)
            if at > after
            for index in np.flatnonzero(np.abs(piece) > LOUD)
        ]
        return min(found), max(found)

    def peak(self) -> float:
        return max(float(np.max(np.abs(piece))) for _, piece in list(self._pieces))

    def samples(self) -> NDArray[np.float32]:
        return np.concatenate([piece for _, piece in list(self._pieces)])

    def close(self) -> None:
        self._stream.abort()
        self._stream.close()


@pytest.fixture
def room() -> Iterator[Recorder]:
    recorder = Recorder("room_monitor")
    yield recorder
    recorder.close()


@pytest.fixture
def earpiece() -> Iterator[Recorder]:
    recorder = Recorder("earpiece_monitor")
    yield recorder
    recorder.close()


@pytest.fixture
def speaker() -> Iterator[Loudspeaker]:
    one = Loudspeaker(device="room", now=time.monotonic)
    yield one
    one.close()


class NoGate:
    def mute(self, at: float) -> None:
        pass

    def unmute(self, at: float) -> None:
        pass


@pytest.fixture(scope="module")
def synthesizer() -> Iterator[Synthesizer]:
    made = Synthesizer(language="nl")
    made.render("Een.")
    yield made
    made.close()


class Speaking:
    """A whole voice, live."""

    def __init__(self, synthesizer: Synthesizer) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.outputs = {
            channel: Loudspeaker(device=name, now=time.monotonic)
            for channel, name in ((Channel.ROOM, "room"), (Channel.EAR, "earpiece"))
        }
        voice = Voice(
            synthesizer=synthesizer,
            players=self.outputs,
            gate=NoGate(),
            post=self.events.put,
            now=time.monotonic,
        )
        self.thread = VoiceThread(voice)

    def say(self, line: int, text: str, channel: Channel = Channel.ROOM) -> None:
        self.thread.perform(Say(line=line, text=text, cue=Cue.STEP, channel=channel))


@pytest.fixture
def speaking(synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Speaking]:
    monkeypatch.setattr(synthesizer, "close", lambda: None)  # the next test speaks with it too
    one = Speaking(synthesizer)
    yield one
    one.thread.close()
    for output in one.outputs.values():
        output.close()


def noise(seconds: float) -> Sound:
    values = np.random.default_rng(1).uniform(-0.3, 0.3, int(RATE * seconds))
    return Sound(samples=values.astype(np.float32), rate=RATE)


def pause(seconds: float) -> None:
    """Lets real time pass: these tests are about it."""
    threading.Event().wait(seconds)


def test_the_end_that_is_told_is_that_of_the_last_sample_heard(
    speaker: Loudspeaker, room: Recorder
) -> None:
    ends: queue.SimpleQueue[tuple[float, Outcome]] = queue.SimpleQueue()
    for length in (0.3, 0.7):
        start = time.monotonic()
        speaker.play(noise(length), lambda at, outcome: ends.put((at, outcome)))
        at, outcome = ends.get(timeout=5)
        pause(0.2)
        first, last = room.loud(after=start)

        assert outcome is Outcome.DONE
        assert at == pytest.approx(last, abs=0.08)
        assert last - first == pytest.approx(length, abs=0.08)
        pause(0.7)  # the next gets a stream of its own


def test_a_chime_and_a_line_follow_each_other_without_gap_or_overlap(
    speaker: Loudspeaker, room: Recorder
) -> None:
    ends: queue.SimpleQueue[float] = queue.SimpleQueue()
    first, second = chime("step", RATE), noise(0.5)
    for sound in (first, second):
        speaker.play(sound, lambda at, _outcome: ends.put(at))
    told = [ends.get(timeout=5), ends.get(timeout=5)]
    pause(0.2)

    wanted = np.concatenate([first.samples, second.samples])
    heard = room.samples()
    at = int(np.argmax(np.correlate(heard, second.samples, "valid"))) - len(first.samples)
    part = heard[at : at + len(wanted)]
    likeness = np.dot(part, wanted) / np.linalg.norm(part) / np.linalg.norm(wanted)
    assert likeness > 0.99
    assert told[1] - told[0] == pytest.approx(second.seconds, abs=0.001)


def test_a_line_sounds_a_moment_after_it_was_asked_for(speaking: Speaking, room: Recorder) -> None:
    asked = time.monotonic()
    speaking.say(1, "Nog een minuut.")
    perform = time.monotonic() - asked
    spoken = speaking.events.get(timeout=5)
    pause(0.1)

    assert perform < 0.02
    assert isinstance(spoken, Spoken)
    assert spoken.outcome is Outcome.DONE
    assert room.loud(after=asked)[0] - asked < 0.5


def test_what_is_whispered_is_heard_in_the_earpiece_only(
    speaking: Speaking, room: Recorder, earpiece: Recorder
) -> None:
    speaking.say(1, "Er werd een oplossing genoemd.", Channel.EAR)
    speaking.events.get(timeout=5)
    pause(0.1)

    assert earpiece.peak() > 0.1
    assert room.peak() == 0.0


def test_a_hush_is_heard_at_once(speaking: Speaking, room: Recorder) -> None:
    speaking.thread.perform(Chime(name="step"))
    speaking.say(1, "Dit is een lange zin die niemand tot het einde toe wil horen, echt niet.")
    pause(1.0)
    hushed = time.monotonic()
    speaking.thread.perform(Hush())
    spoken = speaking.events.get(timeout=1)
    pause(0.4)

    assert isinstance(spoken, Spoken)
    assert spoken.outcome is Outcome.INTERRUPTED
    assert room.loud()[1] < hushed + 0.15
    assert room.loud()[1] > hushed - 0.4


def test_nothing_runs_while_nothing_sounds(speaker: Loudspeaker) -> None:
    over = threading.Event()
    speaker.play(noise(0.1), lambda _at, _outcome: over.set())
    assert over.wait(3)
    pause(1.0)

    assert "loudspeaker" not in [thread.name for thread in threading.enumerate()]
    before = time.process_time()
    pause(1.0)
    assert time.process_time() - before < 0.05


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[dict[str, str], int]]:
    """Environment and process of a sound server that a test may mistreat."""
    script = Path(__file__).with_name("virtual-sound.sh")
    given = subprocess.run([script, "env", tmp_path], capture_output=True, text=True, check=True)
    subprocess.run([script, "start", tmp_path], check=True)
    server = int((tmp_path / "run" / "pid").read_text())
    yield {**os.environ, **dict(line.split("=", 1) for line in given.stdout.splitlines())}, server
    subprocess.run([script, "stop", tmp_path], check=False)


MISTREAT = """
import os, queue, sys, time, numpy as np
from assistant.core.errors import DeviceError
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.sound import Sound
ends = queue.SimpleQueue()
speaker = Loudspeaker(device="room", now=time.monotonic)
sound = Sound(samples=np.zeros(22_050 * 20, np.float32), rate=22_050)
speaker.play(sound, lambda at, outcome: ends.put(outcome.value))
try:
    ends.get(timeout=0.5)
except queue.Empty:
    pass
start = time.monotonic()
os.kill(int(sys.argv[1]), int(sys.argv[2]))
print(ends.get(timeout=5), time.monotonic() - start)
start = time.monotonic()
speaker.stop()
try:
    speaker.play(sound, lambda at, outcome: print("ended"))
    print("played")
except DeviceError:
    print("error", time.monotonic() - start)
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "freezes"])
def test_a_sound_server_that_breaks_in_mid_sentence_is_noticed_and_holds_nobody_up(
    own_server: tuple[dict[str, str], int], how: signal.Signals
) -> None:
    environment, server = own_server
    done = subprocess.run(
        [sys.executable, "-c", MISTREAT, str(server), str(int(how))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    answers = done.stdout.split()
    assert answers[::2] == ["failed", "error"], done.stderr
    assert float(answers[1]) < 2.0
    assert float(answers[3]) < 5.0


def test_an_output_that_is_gone_is_an_error_and_the_other_still_plays(
    speaker: Loudspeaker, room: Recorder
) -> None:
    with pytest.raises(DeviceError, match="headset"):
        Loudspeaker(device="headset", now=time.monotonic).play(noise(0.1), lambda _at, _out: None)
    over = threading.Event()
    speaker.play(noise(0.2), lambda _at, _outcome: over.set())

    assert over.wait(3)
    pause(0.1)
    assert room.peak() > 0.2
