"""In: a demonstration in full swing. Out: what is left of it when it is killed, stopped or hung up on.

The demonstration is the real loop (real sound, real decoding, real journal) without a sound card.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from assistant.app import library, write_all
from assistant.core.actions import Say
from assistant.core.events import Began, Heard, Resumed
from assistant.core.record.codec import Entry
from assistant.core.record.record import Record, fold
from assistant.core.session.session import Session
from assistant.loop import replay
from assistant.outputs.render import clean, stamp
from assistant.outputs.store import SessionRow, Store
from assistant.settings import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.skipif(sys.platform == "win32", reason="these signals are POSIX"),
]

ROOT = Path(__file__).resolve().parents[2]
REPORTS = {"session.json", "report.md", "report.html", "session.vtt"}
LINE = re.compile(r"(\d\d+:\d\d) ([^:=\[\]]+): (.*?)(?:  \[[^\]]*\])?$")
"""A line of the transcript: when, who, what, and perhaps what it was kept as."""
KILLS = [(number, random.Random(f"kill {number}").randint(1, 16)) for number in range(5)]
"""Five moments: after so many utterances; the same at every run, so that a failure comes back."""


def heard_in(line: str) -> tuple[str, str] | None:
    """(when, what) of a line that somebody in the group said; None for any other line."""
    found = LINE.match(line)
    if found is None or found[2].startswith("assistent"):
        return None
    return found[1], found[3]


def is_heard(line: str) -> bool:
    return heard_in(line) is not None


def printed(lines: list[str]) -> list[tuple[str, str]]:
    return [said for line in lines if (said := heard_in(line)) is not None]


def kept(path: Path) -> tuple[SessionRow, list[Entry], Record]:
    """The only session of a journal, its entries, and their record."""
    with Store(path) as store:
        (row,) = store.sessions()
        entries = list(store.entries(row.id, tolerant=False))
    return row, entries, fold(entries)


def all_printed_is_kept(lines: list[str], entries: list[Entry]) -> None:
    said = printed(lines)
    events = [entry.event for entry in entries]
    spoken = [event.utterance for event in events if isinstance(event, Heard)]
    in_journal = {(stamp(one.start), clean(one.text)) for one in spoken}

    assert said, "nothing was said before the end; the test proves nothing"
    assert [one for one in said if one not in in_journal] == []
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize("moment", KILLS, ids=str)
def test_a_session_killed_at_any_moment_has_all_that_was_heard_and_can_go_on(
    moment: tuple[int, int], start: Any, intervisie: Any, env: dict[str, str], tmp_path: Path
) -> None:
    (number, lines), out = moment, tmp_path / "out"
    child = start("demo", "--plain", "--out", str(out))
    child.wait_for(is_heard, times=lines)
    # And not always just after a line: a little later, in the midst of whatever comes next.
    threading.Event().wait(random.Random(f"later {number}").random() * 0.4)
    child.kill(signal.SIGKILL)

    assert child.end() == -signal.SIGKILL
    row, entries, record = kept(out / "journal.db")
    all_printed_is_kept(child.lines, entries)
    assert (row.status, row.reason, record.finished) == ("open", None, None)
    assert len(printed(child.lines)) >= lines
    reports_can_be_made(record, tmp_path / "reports")
    it_can_go_on(out / "journal.db", row.id, entries)
    it_can_be_closed(out / "journal.db", row, intervisie, Path(env["INTERVISIE_DATA"]))


def reports_can_be_made(record: Record, folder: Path) -> None:
    words = library(load({})).table("nl", "report")
    files = write_all(folder, record, words)

    assert {path.name for path in files} == REPORTS
    whole = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    assert len(whole["utterances"]) == len(record.utterances)
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert all(one.text in report for one in record.utterances)


def it_can_go_on(journal: Path, session_id: str, entries: list[Entry]) -> None:
    """A new process would do this: relive the journal, say where it was, and write on."""
    events = [entry.event for entry in entries]
    phrases = library(load({})).phrases("nl")
    session = Session(phrases)
    replay(session, events)
    wall = "2026-11-23T11:00:00+01:00"
    resumed = Resumed(at=events[-1].at, wall=wall)
    actions = session.handle(resumed)

    said = [action.text for action in actions if isinstance(action, Say)]
    opening = {sentence.split("{")[0] for sentence in phrases.spoken["resumed_session"]}
    assert any(text.startswith(tuple(opening)) for text in said), said
    with Store(journal) as store:
        store.resume(session_id).append(resumed, actions)
        record = fold(store.entries(session_id, tolerant=False))
    assert [one.wall for one in record.resumed] == [wall]


def it_can_be_closed(journal: Path, row: SessionRow, intervisie: Any, data: Path) -> None:
    data.mkdir(mode=0o700)
    for path in journal.parent.glob("journal.db*"):
        shutil.copy(path, data / path.name.replace("journal.db", "sessions.db"))

    done = intervisie("sessions", "close", row.id)

    assert (done.returncode, done.stderr) == (0, "")
    with Store(data / "sessions.db") as store:
        (closed,) = store.sessions()
    assert (closed.status, closed.reason) == ("finished", "closed")
    assert closed.entries == row.entries + 1  # and the one of going on
    assert intervisie("report", "last").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_a_session_in_good_order(
    number: signal.Signals, start: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    child = start("demo", "--plain", "--out", str(out))
    child.wait_for(is_heard, times=3)
    child.kill(number)

    assert (child.end(), child.stderr) == (0, "")
    row, entries, record = kept(out / "journal.db")
    all_printed_is_kept(child.lines, entries)
    assert (row.status, row.reason, record.finished) == ("finished", "stopped", "stopped")
    assert {path.name for path in out.iterdir()} == REPORTS | {"demo.json", "journal.db"}
    assert str(out / "report.md") in "\n".join(child.lines)
    figures = json.loads((out / "demo.json").read_text(encoding="utf-8"))
    assert figures["language"] == "nl"
    assert figures["words"] < 100  # of what was said until then, and not of the whole script


def test_ctrl_c_twice_ends_at_once_and_what_was_recorded_is_kept(
    start: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    child = start("demo", "--plain", "--out", str(out))
    child.wait_for(is_heard, times=3)
    # An impatient person: two in the same instant would count as one, so until it has ended.
    while child.process.poll() is None:
        child.kill(signal.SIGINT)
        threading.Event().wait(0.02)

    assert child.end() == 130
    assert child.stderr.strip() == "intervisie: stopped at once; what was recorded is kept."
    _row, entries, _record = kept(out / "journal.db")
    all_printed_is_kept(child.lines, entries)


def test_a_demonstration_whose_terminal_is_closed_keeps_its_record(
    env: dict[str, str], tmp_path: Path
) -> None:
    out, errors = tmp_path / "out", tmp_path / "stderr"
    # A terminal of its own, as a window has; closing our end of it is closing the window.
    ours, theirs = os.openpty()
    program = (
        "import fcntl, runpy, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        "sys.argv[0] = 'intervisie'; runpy.run_module('assistant', run_name='__main__')"
    )
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "demo", "--plain", "--out", str(out)],
            cwd=ROOT,
            env={**env, "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=stream,
            start_new_session=True,
        )
    try:
        os.close(theirs)
        shown = until_heard(ours, times=3)
        os.close(ours)
        process.wait(60)
    finally:
        process.kill()
        process.wait()

    assert "Traceback" not in errors.read_text(encoding="utf-8")
    row, entries, record = kept(out / "journal.db")
    all_printed_is_kept(shown, entries)
    assert (row.status, row.reason, record.finished) == ("finished", "stopped", "stopped")
    assert isinstance(entries[0].event, Began)
    assert {path.name for path in out.iterdir()} >= REPORTS


def until_heard(terminal: int, times: int) -> list[str]:
    """What a terminal shows, as whole lines, until so many of them were said by the group."""
    shown = b""
    while True:
        lines = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode("utf-8", "ignore")
        whole = lines.replace("\r\n", "\n").split("\n")[:-1]
        if len(printed(whole)) >= times:
            return whole
        try:
            more = os.read(terminal, 4096)
        except OSError:  # nobody has the other end any more
            more = b""
        assert more, f"it ended by itself: {whole[-5:]}"
        shown += more
