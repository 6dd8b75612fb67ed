"""In: command lines, typed for real. Out: what is printed, where, and the exit code."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assistant
from assistant.app import DemoResult, LiveResult
from assistant.cli.doctor import LOOKS, Check
from assistant.cli.main import main
from assistant.cli.session import people
from assistant.core.errors import SettingsError
from assistant.core.events import Began, Heard
from assistant.core.method import Method, Step, Who
from assistant.core.speech import Utterance
from assistant.outputs.store import Store
from assistant.settings import Settings, load

COMMANDS = (
    *("demo", "run", "transcribe", "report", "doctor", "acts"),
    *("methods list", "methods show"),
    *("sessions list", "sessions show", "sessions close", "sessions delete", "sessions schema"),
    *("models list", "models path", "models fetch", "models import"),
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="these signals are POSIX")

METHOD = Method(
    id="tiny",
    name={"nl": "Klein"},
    about={"nl": "Om te proberen."},
    source="made for a test",
    steps=(
        Step(
            id="talk",
            name={"nl": "Praten"},
            minutes=5,
            speaks=Who.EVERYONE,
            allowed=(),
            explain={"nl": ("Vertel.",)},
            questions={"nl": ()},
        ),
    ),
)
SECRET = "Mijn leidinggevende luistert niet."


@pytest.fixture
def session() -> str:
    """A session that was cut off, in the data folder of this test."""
    wall = "2026-11-23T10:30:00+01:00"
    name = "2026-11-23-1030-k3f"
    with Store(Path(os.environ["INTERVISIE_DATA"]) / "sessions.db") as store:
        journal = store.begin(name, wall, METHOD.id, "nl")
        began = Began(at=0.0, wall=wall, session=name, method=METHOD, language="nl")
        heard = Heard(at=9.0, utterance=Utterance(id=1, start=5.0, end=8.0, text=SECRET))
        journal.append(began, ())
        journal.append(heard, ())
    return name


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example_that_names_it(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), "--help"]) == 0

    assert f"Example: intervisie {command}" in capsys.readouterr().out


def test_the_list_of_commands_above_is_all_there_are() -> None:
    import typer.main

    from assistant.cli.main import app

    def walk(group: object, before: str = "") -> Iterator[str]:
        for name, command in getattr(group, "commands", {}).items():
            inner = list(walk(command, f"{before}{name} "))
            yield from inner or [before + name]

    assert sorted(walk(typer.main.get_command(app))) == sorted(COMMANDS)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"intervisie {assistant.__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["run"],
        ["run", "x", "--wings", "2"],
        ["run", "x", "--minutes", "soon"],
        ["report", "last", "--format", "docx"],
    ],
)
def test_a_command_line_that_makes_no_sense_ends_with_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Usage: intervisie" in shown.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "last"], "There are no sessions yet."),
        (["sessions", "close", "last"], "There are no sessions yet."),
        (["run", "x", "--cues", "loud"], "flag --cues is 'loud'"),
        (["run", "x", "--cues", "ear"], "no earpiece is set"),
        (["run", "x", "--names", "Noor,noor"], "twice"),
        (["run", "x", "--names", "Noor", "--presenter", "Bram"], "'Bram' is not among"),
        (["methods", "list", "--language", "Dutch"], "flag --language is 'Dutch'"),
    ],
)
def test_what_the_user_can_solve_is_one_line_and_a_hint_on_standard_error(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1

    shown = capsys.readouterr()
    message, hint = shown.err.splitlines()
    assert message.startswith("intervisie: ")
    assert said in message
    assert hint.startswith("  ")
    assert shown.out == ""


def test_a_setting_that_makes_no_sense_stops_every_command(
    settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings_file.write_text("rate = 5\n")

    assert main(["sessions", "list"]) == 1
    assert str(settings_file) in capsys.readouterr().err


def test_names_are_cleaned_and_the_presenter_is_spelled_as_among_them() -> None:
    assert people(" Noor ,, Jan  Willem,", "jan willem") == (("Noor", "Jan Willem"), "Jan Willem")
    assert people("", "Bram") == ((), "Bram")
    assert people("Noor", None) == (("Noor",), None)
    with pytest.raises(SettingsError):
        people("Noor,Bram", "Sanne")


def test_sessions_are_listed_for_people_and_for_programs(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "list"]) == 0
    assert session in capsys.readouterr().out

    assert main(["sessions", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["method"], row["status"], row["entries"]) == (session, "tiny", "open", 2)


def test_without_sessions_the_list_says_so_and_stays_valid_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sessions", "list"]) == 0
    assert capsys.readouterr().out == "There are no sessions yet.\n"

    assert main(["sessions", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_session_that_was_cut_off_can_be_closed_and_keeps_everything(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "close", session[:12]]) == 0

    capsys.readouterr()
    assert main(["sessions", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["status"], row["entries"]) == ("finished", 2)


def test_deleting_asks_first_and_nobody_there_is_no_yes(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "delete", session]) == 1
    assert "--yes" in capsys.readouterr().err

    assert main(["sessions", "delete", session, "--yes"]) == 0
    assert main(["sessions", "list"]) == 0
    assert "no sessions" in capsys.readouterr().out


def test_what_was_said_is_gone_from_the_disk_after_deleting(session: str) -> None:
    folder = Path(os.environ["INTERVISIE_DATA"])
    held = b"leidinggevende"
    assert any(held in path.read_bytes() for path in folder.iterdir())

    main(["sessions", "delete", session, "--yes"])

    assert not any(held in path.read_bytes() for path in folder.iterdir())


def test_showing_a_session_shows_nothing_that_was_said(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sessions", "show", "last"]) == 0

    shown = capsys.readouterr().out
    assert f"id: {session}" in shown
    assert SECRET not in shown


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"]


@pytest.mark.parametrize("form", ["md", "html", "vtt"])
def test_a_report_holds_what_was_said_and_is_printed_or_written_for_its_owner_only(
    session: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "last", "--format", form]) == 0
    printed = capsys.readouterr().out
    assert "leidinggevende" in printed

    out = tmp_path / f"report.{form}"
    assert main(["report", session, "--format", form, "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").rstrip("\n") == printed.rstrip("\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_json_report_obeys_the_schema(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    main(["sessions", "schema"])
    schema = json.loads(capsys.readouterr().out)
    assert main(["report", session, "--format", "json"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), schema)


def test_a_place_where_nothing_can_be_written_is_named(
    session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    assert main(["report", session, "--out", str(tmp_path / "file" / "report.md")]) == 1
    assert "report.md" in capsys.readouterr().err


def test_an_unexpected_error_of_the_system_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_settings: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/somewhere")

    monkeypatch.setattr("assistant.app.store", full)

    assert main(["sessions", "list"]) == 1
    assert "No space left on device (/somewhere)" in capsys.readouterr().err


# Models and the doctor


def looked(name: str, **flags: object) -> list[Check]:
    return list(LOOKS[name](load(flags)))


def test_models_are_listed_with_what_is_here_and_what_can_be_fetched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["models", "list", "--json"]) == 0

    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["demonstration"]["languages"] == "nl en de"
    assert rows["demonstration"]["where"] == "comes with intervisie"
    assert rows["small"]["where"] == "not here: intervisie models fetch small"


def test_a_damaged_model_is_listed_as_damaged(capsys: pytest.CaptureFixture[str]) -> None:
    (load({}).data_dir / "models" / "mine").mkdir(parents=True)

    assert main(["models", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert "damaged or not complete: model.bin" in rows["mine"]["where"]

    assert main(["models", "path", "mine"]) == 1


def test_the_path_of_a_model_is_printed_for_use_in_other_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["models", "path", "demonstration"]) == 0
    assert (Path(capsys.readouterr().out.rstrip("\n")) / "model.bin").is_file()


def test_a_model_that_is_not_here_names_the_command_that_fetches_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["models", "path", "small"]) == 1
    assert "intervisie models fetch small" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.model
def test_an_imported_model_is_found_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    main(["models", "path", "demonstration"])
    source = capsys.readouterr().out.strip()

    assert main(["models", "import", source, "--name", "mine"]) == 0
    capsys.readouterr()
    assert main(["models", "path", "mine"]) == 0
    assert str(load({}).data_dir) in capsys.readouterr().out


def test_importing_what_is_no_model_leaves_nothing_behind(tmp_path: Path) -> None:
    assert main(["models", "import", str(tmp_path), "--name", "mine"]) == 1
    assert not (load({}).data_dir / "models" / "mine").exists()


@pytest.mark.slow
@pytest.mark.model
def test_the_doctor_loads_the_model_and_says_what_it_hears() -> None:
    first, second = looked("model", model="demonstration")

    assert (first.ok, first.message) == (True, "demonstration hears 'nl'")
    assert (second.ok, second.message) == (
        None,
        "demonstration hears synthetic espeak-ng voices, not people",
    )


@pytest.mark.slow
@pytest.mark.model
def test_the_doctor_says_when_the_model_does_not_hear_the_language() -> None:
    assert looked("model", model="demonstration", language="fr")[0].ok is False


@pytest.mark.slow
def test_the_doctor_makes_the_voice_of_the_language_speak() -> None:
    voices = looked("voice")

    assert (voices[0].name, voices[0].ok) == ("voice nl", True)


@pytest.mark.slow
def test_a_voice_that_does_not_exist_is_something_the_doctor_finds() -> None:
    (check, *_others) = looked("voice", voice="no-such-voice")

    assert check.ok is False
    assert "no-such-voice" in check.message


def test_the_doctor_warns_of_a_data_folder_that_others_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)

    (check,) = looked("data folder", data_dir=folder)

    assert check.ok is None
    assert check.hint == f"Close it: chmod 700 {folder}"


def test_the_doctor_finds_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    (check,) = looked("data folder", data_dir=tmp_path / "file" / "data")

    assert check.ok is False
    assert str(tmp_path) in check.message


def test_the_doctor_counts_sessions_that_were_cut_off_and_makes_no_file_to_look(
    session: str, tmp_path: Path
) -> None:
    (check,) = looked("sessions")
    assert (check.ok, check.message) == (None, "1 kept, 1 of them not closed")

    assert looked("sessions", data_dir=tmp_path / "empty") == []
    assert not (tmp_path / "empty").exists()


def test_a_full_disk_is_something_the_doctor_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("usage", (), {"free": 5_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)

    assert looked("disk")[0].ok is False


def test_cues_to_the_ear_need_an_earpiece() -> None:
    assert looked("earpiece", cues="ear")[0].ok is False
    assert looked("earpiece", cues="room")[0].ok is None


@pytest.mark.slow
def test_the_doctor_ends_with_1_and_a_hint_when_something_needed_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {name: LOOKS[name] for name in ("python", "microphone", "model", "disk")}
    monkeypatch.setattr("assistant.cli.doctor.LOOKS", wanted)

    assert main(["doctor", "--model", "small"]) == 1

    shown = capsys.readouterr()
    assert "ok  python: 3." in shown.out
    assert "NO  model: The speech model 'small' is not on this computer." in shown.out
    assert "      Fetch it once" in shown.out
    assert shown.err == ""


def test_a_doctor_who_finds_nothing_ends_with_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("assistant.cli.doctor.LOOKS", {"python": LOOKS["python"]})

    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["ok"] is True


# What the session commands hand over, and what they print of what comes back


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    labels = {"wer": "Fout gehoorde woorden", "saved_in": "Bewaard", "flags_caught": "Gezien"}
    monkeypatch.setattr("assistant.app.labels", lambda _settings: labels)
    return labels


def test_the_demo_prints_what_was_measured_and_where_it_wrote(
    words: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: dict[str, object] = {}

    def held(settings: Settings, **more: object) -> DemoResult:
        asked.update(more, settings=settings.language)
        figures = {"words": 812, "wer": 0.1834, "flags_scripted": 2, "flags_caught": 1}
        files = (tmp_path / "demo.json",)
        return DemoResult(figures={**figures, "flags_missed": None}, files=files, note="Synthetic.")

    monkeypatch.setattr("assistant.app.demo", held)

    assert main(["demo", "--out", str(tmp_path), "--language", "en", "--plain"]) == 0

    assert asked.pop("screen")
    assert asked == {
        "settings": "en",
        "language": "en",
        "method": "seven-steps",
        "out": tmp_path,
    }
    shown = [
        "Fout gehoorde woorden: 18.3% (812)",
        "Gezien: 1/2",
        "model_note: Synthetic.",
        "Bewaard:",
    ]
    assert capsys.readouterr().out.splitlines() == [*shown, f"  {tmp_path / 'demo.json'}"]


def test_a_live_session_gets_its_people_and_says_how_to_make_the_report(
    words: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, object] = {}

    def held(settings: Settings, **more: object) -> LiveResult:
        asked.update(more, loudspeaker=settings.loudspeaker)
        return LiveResult(session_id="2026-11-23-1030-k3f", finished="completed", files=())

    monkeypatch.setattr("assistant.app.live", held)
    line = ["run", "seven-steps", "--names", "Noor, Bram", "--presenter", "bram"]

    assert main([*line, "--minutes", "30", "--loudspeaker", "usb"]) == 0

    assert asked.pop("screen")
    assert asked == {
        "method": "seven-steps",
        "names": ("Noor", "Bram"),
        "presenter": "Bram",
        "resume": None,
        "scale_minutes": 30.0,
        "loudspeaker": "usb",
    }
    assert "intervisie report 2026-11-23-1030-k3f" in capsys.readouterr().out


def test_a_recording_shows_its_progress_on_standard_error_only(
    words: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def held(_settings: Settings, **more: Any) -> LiveResult:
        for done, whole in ((1.0, None), (30.0, 60.0), (60.0, 60.0)):
            more["progress"](done, whole)
        files = (more["recording"].with_suffix(".md"),)
        return LiveResult(session_id="s", finished="source_ended", files=files)

    monkeypatch.setattr("assistant.app.transcribe", held)

    assert main(["transcribe", str(tmp_path / "a.m4a"), "--method", "seven-steps"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "s: source_ended",
        "Bewaard:",
        f"  {tmp_path / 'a.md'}",
    ]


# The process itself: pipes, signals, the terminal


CHILD = """
import sys, threading
from assistant.cli import main as door
from assistant.inputs.keyboard import Interrupts
over = threading.Event()
def ready():
    print("on", flush=True)
    over.wait(30)
def hold(_words):
    {body}
    return 0
door._run = hold
sys.exit(door.main([]))
"""
SESSION = """with Interrupts(lambda event: print(event.reason, flush=True), lambda: 0.0):
        ready()"""


def child(body: str) -> "subprocess.Popen[str]":
    one = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(body=body)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert one.stdout is not None
    assert one.stdout.readline() == "on\n"
    return one


@posix
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_outside_a_session_a_signal_ends_at_once_without_a_traceback(number: int) -> None:
    with child("ready()") as one:
        one.send_signal(number)
        _, errors = one.communicate(timeout=10)

    assert one.returncode == 128 + number
    assert errors.strip() == "intervisie: stopped at once; what was recorded is kept."


@posix
@pytest.mark.slow
def test_in_a_session_the_first_ctrl_c_is_an_event_and_the_second_ends_at_once_with_130() -> None:
    with child(SESSION) as one:
        assert one.stdout is not None
        one.send_signal(signal.SIGINT)
        assert one.stdout.readline() == "interrupted\n"
        assert one.poll() is None
        one.send_signal(signal.SIGINT)
        _, errors = one.communicate(timeout=10)

    assert one.returncode == 130
    assert errors.strip() == "intervisie: stopped at once; what was recorded is kept."


@posix
@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error_to_complain_about() -> None:
    words = [sys.executable, "-m", "assistant", "sessions", "schema"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as one:
        assert one.stdout is not None
        assert one.stderr is not None
        one.stdout.close()
        assert one.stderr.read() == b""


@posix
@pytest.mark.slow
def test_a_terminal_that_knows_only_ascii_gets_question_marks_and_no_traceback(
    session: str,
) -> None:
    words = [sys.executable, "-m", "assistant", "report", session]
    done = subprocess.run(
        words,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"leidinggevende" in done.stdout
