"""In: everything that can be missing, damaged, full or forbidden. Out: one sentence that says what to do.

The real command on the real thing: a disk that is full because it is small, a model that was cut
off, sound systems without a microphone, a machine without a voice.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.core.events import Heard
from assistant.core.record.codec import decode_entry
from assistant.core.record.record import fold
from assistant.inputs.models import DEMONSTRATION, package_folder
from assistant.outputs.store import Store
from assistant.outputs.synthesizer import Synthesizer

pytestmark = pytest.mark.slow

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="ALSA and tmpfs are of Linux")
SHARED = Path("/usr/share/alsa/alsa.conf")
SENTENCES = (
    ("nl+f2", "Er zit een jongen in mijn klas die alles tegenwerkt."),
    ("nl+f2", "De halve klas lachte met hem mee."),
    ("nl+m2", "Volgende stap."),
)
Done = subprocess.CompletedProcess[str]


def fails_with(done: Done, *words: str) -> None:
    """One sentence and one hint on standard error, these words in them, and an exit code of 1."""
    assert done.returncode == 1, done
    lines = done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert len(lines) == 2, done.stderr
    assert lines[0].startswith("intervisie: ")
    assert lines[0].endswith(".")
    assert lines[1].startswith("  ")
    assert len(lines[1].strip()) > 8
    for word in words:
        assert word in done.stderr


def nothing_began(env: dict[str, str]) -> None:
    path = Path(env["INTERVISIE_DATA"]) / "sessions.db"
    if path.exists():
        with Store(path) as store:
            assert store.sessions() == ()


# Devices


@pytest.fixture
def portaudio() -> None:
    try:
        import sounddevice  # noqa: F401
    except OSError:
        reason = "needs PortAudio (see .ci/run)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def only(portaudio: None, env: dict[str, str], tmp_path: Path) -> Any:
    """Leaves a machine only these devices: 'capture', 'playback'."""

    def leave(*kinds: str) -> None:
        devices = "".join(
            f'pcm.only_{kind} {{ type asym {kind}.pcm "null" hint {{ show on description "x" }} }}\n'
            for kind in kinds
        )
        config = tmp_path / "asound.conf"
        config.write_text("pcm.null { type null }\n" + devices)
        env["ALSA_CONFIG_PATH"] = f"{SHARED}:{config}"
        program = "import sounddevice; print(*(d['name'] for d in sounddevice.query_devices()))"
        found = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
        ).stdout.split()
        if found != [f"only_{kind}" for kind in kinds]:
            pytest.skip(f"this machine has sound devices of its own: {found}")

    return leave


def last_lines(done: Done) -> Done:
    """Without what libraries write first: about devices that are not there, and about the noise
    that comes from a device that is none."""
    before, mark, ours = done.stderr.partition("intervisie: ")
    assert "Traceback" not in before
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout, mark + ours)


def live(intervisie: Any, *more: str) -> Done:
    return last_lines(intervisie("run", "seven-steps", "--plain", "--model", DEMONSTRATION, *more))


@LINUX
def test_without_a_microphone_no_session_begins(
    only: Any, intervisie: Any, env: dict[str, str]
) -> None:
    only("playback")

    fails_with(live(intervisie), "There is no microphone.", "Plug one in", "intervisie doctor")
    nothing_began(env)


@LINUX
def test_without_a_loudspeaker_no_session_begins(
    only: Any, intervisie: Any, env: dict[str, str]
) -> None:
    only("capture")

    fails_with(live(intervisie), "There is no loudspeaker.", "Plug one in", "intervisie doctor")
    nothing_began(env)


@LINUX
def test_without_any_sound_device_no_session_begins(
    only: Any, intervisie: Any, env: dict[str, str]
) -> None:
    only()

    fails_with(live(intervisie), "There is no microphone.", "Plug one in")
    nothing_began(env)


@LINUX
def test_a_device_that_is_not_there_is_answered_with_those_that_are(
    only: Any, intervisie: Any
) -> None:
    only("capture", "playback")

    fails_with(live(intervisie, "--microphone", "jabra"), "no microphone 'jabra'", "only_capture")
    fails_with(live(intervisie, "--loudspeaker", "bose"), "no loudspeaker 'bose'", "only_playback")


def test_without_the_sound_library_the_command_that_installs_it_is_named(
    intervisie: Any, tmp_path: Path, env: dict[str, str]
) -> None:
    # What the real module does on a machine without PortAudio.
    library = stand_in(tmp_path, "sounddevice", 'OSError("PortAudio library not found")')

    done = live(lambda *words: intervisie(*words, PYTHONPATH=f"{library}:{env['PYTHONPATH']}"))

    fails_with(done, "PortAudio is missing", "sudo apt install libportaudio2")
    nothing_began(env)


def stand_in(tmp_path: Path, module: str, error: str) -> Path:
    """A folder with a module that only raises."""
    folder = tmp_path / "broken"
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(f"raise {error}\n")
    return folder


# The voice


@pytest.mark.model
def test_a_machine_without_a_voice_says_so_before_anything_begins(
    intervisie: Any, tmp_path: Path, env: dict[str, str]
) -> None:
    # The library of the wheel does not load, and pyttsx3 finds none of the system's.
    stand_in(tmp_path, "espeakng_loader", 'OSError("cannot open shared object file")')
    broken = stand_in(tmp_path, "pyttsx3", 'RuntimeError("eSpeak or eSpeak-ng not installed")')
    out = tmp_path / "out"

    done = intervisie(
        "demo", "--plain", "--out", str(out), PYTHONPATH=f"{broken}:{env['PYTHONPATH']}"
    )

    fails_with(done, "no speech synthesiser on this machine", "sudo apt install")
    with Store(out / "journal.db") as store:
        assert store.sessions() == ()


@pytest.mark.model
def test_a_voice_that_does_not_exist_is_named(intervisie: Any, tmp_path: Path) -> None:
    done = intervisie("demo", "--out", str(tmp_path / "out"), INTERVISIE_VOICE="no-such-voice")

    fails_with(done, "There is no voice 'no-such-voice'", "nl+f2")


# The speech model


def test_a_model_that_is_not_here_names_the_command_that_fetches_it(
    intervisie: Any, env: dict[str, str]
) -> None:
    done = intervisie("run", "seven-steps", "--model", "small")

    fails_with(done, "'small' is not on this computer", "intervisie models fetch small")
    nothing_began(env)


def test_a_model_of_which_the_copy_was_cut_off_is_damaged(
    intervisie: Any, env: dict[str, str], recording: Path
) -> None:
    folder = Path(env["INTERVISIE_DATA"]) / "models" / "mine"
    shutil.copytree(package_folder() / DEMONSTRATION, folder)
    whole = (folder / "model.bin").stat().st_size
    os.truncate(folder / "model.bin", whole // 2)

    for words in (
        ("run", "seven-steps", "--model", "mine"),
        ("transcribe", str(recording), "--method", "seven-steps", "--model", "mine"),
    ):
        fails_with(intervisie(*words), "damaged or not complete", "model.bin")
    nothing_began(env)


def test_a_model_that_does_not_hear_the_language_says_which_it_does(
    intervisie: Any, env: dict[str, str]
) -> None:
    folder = Path(env["INTERVISIE_DATA"]) / "models" / "dutch"
    shutil.copytree(package_folder() / DEMONSTRATION, folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps({**card, "name": "dutch", "languages": ["nl"]}))

    done = intervisie("run", "seven-steps", "--language", "en", "--model", "dutch")

    fails_with(done, "'dutch' does not hear 'en', only nl", "intervisie models list")


# Methods, languages, settings


def test_a_method_that_does_not_exist_is_answered_with_the_nearest(intervisie: Any) -> None:
    for words in (
        ("run", "seven-stepps"),
        ("demo", "--method", "seven-stepps"),
        ("methods", "show", "seven-stepps"),
    ):
        fails_with(intervisie(*words), "no method 'seven-stepps'", "Did you mean 'seven-steps'?")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: mine\nname: {nl: Mijn}\n  steps: [\n", 3),
        ("id: mine\nname: {nl: Mijn}\nabout: {nl: Over}\nsource: ons\nsteps: []\ncolour: red\n", 6),
    ],
)
def test_a_broken_method_file_names_file_and_line(
    text: str, line: int, intervisie: Any, tmp_path: Path, env: dict[str, str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)

    fails_with(intervisie("run", str(path)), f"mine.yaml, line {line}", f"{path}")
    nothing_began(env)


def test_a_broken_file_among_the_methods_of_the_user_is_named_and_the_others_are_there(
    intervisie: Any, env: dict[str, str]
) -> None:
    folder = Path(env["INTERVISIE_METHODS"]) / "methods"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("id: [\n")

    done = intervisie("methods", "list")

    assert "mine.yaml, line" in done.stderr
    assert "seven-steps" in done.stdout


def test_a_language_without_words_is_answered_with_those_there_are(
    intervisie: Any, tmp_path: Path
) -> None:
    for words in (
        ("run", "seven-steps", "--language", "xx"),
        ("demo", "--language", "xx", "--out", str(tmp_path / "out")),
    ):
        fails_with(intervisie(*words), "language 'xx'", "Choose another language: en, nl")


# Recordings


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sentences in two voices, with the pauses of people, as 22 kHz mono WAV."""
    path = tmp_path_factory.mktemp("recording") / "session.wav"
    with closing(Synthesizer(language="nl")) as voice:
        sounds = [voice.render(text, voice=who, rate=150) for who, text in SENTENCES]
    rate = sounds[0].rate
    noise = np.random.default_rng(5)
    pieces = []
    for sound in sounds:
        pieces += [np.zeros(int(1.6 * rate)), sound.samples / np.max(np.abs(sound.samples)) * 0.5]
    whole = np.concatenate([*pieces, np.zeros(3 * rate)])
    whole += noise.standard_normal(len(whole)) * 0.001
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((whole * 32767).astype("<i2").tobytes())
    return path


def transcribe(intervisie: Any, recording: Path, *more: str, **env: str) -> Done:
    words = ("--method", "seven-steps", "--model", DEMONSTRATION, *more)
    done: Done = intervisie("transcribe", str(recording), *words, **env)
    return done


def test_a_recording_that_cannot_be_read_is_one_sentence(
    intervisie: Any, tmp_path: Path, env: dict[str, str]
) -> None:
    text, empty = tmp_path / "text.wav", tmp_path / "empty.wav"
    text.write_text("This is a letter, and no sound.\n" * 50)
    empty.touch()

    fails_with(transcribe(intervisie, text), "text.wav", "WAV, FLAC, MP3 and M4A")
    fails_with(transcribe(intervisie, empty), "empty.wav is empty", "another file")
    fails_with(transcribe(intervisie, tmp_path / "no.wav"), "There is no recording", "the path")
    nothing_began(env)


@pytest.mark.model
def test_a_recording_becomes_a_record_and_reports_without_a_terminal(
    intervisie: Any, recording: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"

    done = transcribe(intervisie, recording, "--names", "Sofie,Bram", "--out", str(out))

    assert (done.returncode, done.stderr) == (0, "")
    names = {"session.json", "report.md", "report.html", "session.vtt"}
    assert {path.name for path in out.iterdir()} == names
    assert all(str(out / name) in done.stdout for name in names)
    record = json.loads((out / "session.json").read_text(encoding="utf-8"))
    heard = [said["text"] for said in record["utterances"]]
    assert heard == [text for _who, text in SENTENCES]
    assert record["utterances"][-1]["command"] == "next"
    assert [step["id"] for step in record["steps"] if step["entered"] is not None][1:2]
    report = (out / "report.md").read_text(encoding="utf-8")
    assert all(text in report for _who, text in SENTENCES[:2])
    assert intervisie("report", "last").stdout == report


# The disk


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A disk of its own in this folder; skips where nothing may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a disk of its own may not be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, left: int) -> None:
    """Leave so many bytes of a disk."""
    disk = os.statvfs(folder)
    with (folder / "filler").open("wb") as file:
        file.write(b"\0" * max(0, disk.f_bavail * disk.f_frsize - left))


def rescued(folder: Path) -> list[str]:
    """What was heard in the one session that was saved in this folder, which must be whole."""
    (saved,) = folder.glob("intervisie-*.jsonl")
    assert saved.stat().st_mode & 0o077 == 0
    entries = [decode_entry(json.loads(line)) for line in saved.read_text("utf-8").splitlines()]
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert fold(entries).finished is not None
    return [entry.event.utterance.text for entry in entries if isinstance(entry.event, Heard)]


def by_the_group(line: str) -> bool:
    """Whether this line of the terminal is what somebody said."""
    return re.match(r"\d\d:\d\d (?!assistent|==|\[)", line) is not None


@LINUX
@pytest.mark.model
def test_a_demonstration_on_a_full_disk_says_so_and_saves_all_of_it_elsewhere(
    start: Any, tmp_path: Path
) -> None:
    out, spare = tmp_path / "small", tmp_path / "spare"
    spare.mkdir()
    with mounted(out, "size=4m"):
        with Store(out / "journal.db"):
            fill(out, left=120_000)
        child = start("demo", "--plain", "--out", str(out), TMPDIR=str(spare))
        child.wait_for(lambda line: line.startswith("! ") and "no room left" in line)
        child.wait_for(by_the_group, times=2)
        child.kill(signal.SIGTERM)

        code = child.end()
    done = subprocess.CompletedProcess((), code, "", child.stderr)
    fails_with(done, "no room left on the disk", "Free some space", str(spare))
    heard = rescued(spare)
    shown = [line for line in child.lines if by_the_group(line)]
    assert len(shown) >= 2
    assert [line for line in shown if not any(f": {text}" in line for text in heard)] == []


@LINUX
@pytest.mark.model
def test_a_recording_on_a_full_disk_is_not_lost_either(
    intervisie: Any, recording: Path, env: dict[str, str], tmp_path: Path
) -> None:
    data, spare = Path(env["INTERVISIE_DATA"]), tmp_path / "spare"
    spare.mkdir()
    with mounted(data, "size=4m"):
        with Store(data / "sessions.db"):
            fill(data, left=60_000)
        done = transcribe(intervisie, recording, TMPDIR=str(spare))

    fails_with(done, "no room left on the disk", "Free some space", str(spare))
    assert rescued(spare) == [text for _who, text in SENTENCES]


@LINUX
def test_a_disk_without_any_room_is_named_before_anything_begins(
    intervisie: Any, recording: Path, env: dict[str, str]
) -> None:
    data = Path(env["INTERVISIE_DATA"])
    with mounted(data, "size=64k"):
        fill(data, left=0)
        done = transcribe(intervisie, recording)

    fails_with(done, "no room left on the disk", "Free some space")


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder nobody may write in; root may everywhere but on a disk that is mounted so."""
    if os.geteuid() == 0:
        with mounted(folder, "size=64k,ro"):
            yield
        return
    folder.mkdir(mode=0o500)
    yield
    folder.chmod(0o700)


@LINUX
def test_a_data_folder_that_may_not_be_written_to_is_one_sentence(
    intervisie: Any, recording: Path, env: dict[str, str], tmp_path: Path
) -> None:
    with read_only(Path(env["INTERVISIE_DATA"])):
        for done in (
            transcribe(intervisie, recording),
            live(intervisie),
            intervisie("sessions", "list"),
            intervisie("demo", "--out", env["INTERVISIE_DATA"]),
        ):
            fails_with(done, "may not be written to", "choose another data folder")


@pytest.mark.parametrize("damage", ["no database", "cut off", "scribbled over"])
def test_a_damaged_session_file_is_one_sentence_and_is_left_as_it_is(
    damage: str, intervisie: Any, env: dict[str, str]
) -> None:
    path = Path(env["INTERVISIE_DATA"]) / "sessions.db"
    with Store(path) as store:
        for number in range(200):
            store.begin(f"2026-11-23-{number:04d}-abc", "2026-11-23T10:30:00+01:00", "m", "nl")
    whole = path.read_bytes()
    damaged = {
        "no database": b"Dear diary, " * 100,
        "cut off": whole[: len(whole) // 2],
        "scribbled over": whole[:4096] + b"\x55" * 4096 + whole[8192:],
    }[damage]
    path.write_bytes(damaged)

    for words in (("sessions", "list"), ("run", "seven-steps", "--model", DEMONSTRATION)):
        fails_with(intervisie(*words), "session file is damaged", "Move the file away")
    assert path.read_bytes() == damaged
