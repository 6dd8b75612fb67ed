"""In: a real SQLite file, kills, cuts and full disks. Out: every whole entry, and honest errors."""

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.actions import Cue, Say
from assistant.core.errors import JournalError, SessionError
from assistant.core.events import Ticked
from assistant.core.record.codec import Entry, decode_entry
from assistant.outputs.store import MIGRATIONS, SessionJournal, Store, new_session_id

WALL = "2026-11-23T10:30:00+01:00"
SECRET = "mijn leidinggevende weet dit niet"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


def begin(store: Store, name: str = "2026-11-23-1030-aaa") -> SessionJournal:
    return store.begin(name, WALL, "short", "nl")


def say(journal: SessionJournal, number: int, text: str = SECRET) -> Entry:
    event, action = Ticked(at=float(number)), Say(line=number, text=text, cue=Cue.ANSWER)
    journal.append(event, [action])
    return Entry(seq=number, event=event, actions=(action,))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_entries_come_back_in_order_as_they_went_in(store: Store) -> None:
    journal = begin(store)
    written = [say(journal, number) for number in range(1, 6)]

    assert list(store.entries(journal.id)) == written
    assert journal.pending == ()


def test_an_entry_is_in_the_file_for_others_as_soon_as_append_returns(
    store: Store, path: Path
) -> None:
    written = say(begin(store), 1)

    with Store(path) as other:
        assert list(other.entries("last")) == [written]


def test_folder_file_and_its_two_companions_are_for_the_owner_only(path: Path) -> None:
    umask = os.umask(0)
    try:
        with Store(path) as store:
            say(begin(store), 1)
            found = sorted(path.parent.iterdir())

            assert [one.name for one in found] == [
                "sessions.db",
                "sessions.db-shm",
                "sessions.db-wal",
            ]
            assert {mode(one) for one in found} == {0o600}
            assert mode(path.parent) == 0o700
    finally:
        os.umask(umask)


def test_a_file_that_others_could_read_no_longer_can(path: Path) -> None:
    Store(path).close()
    path.chmod(0o644)

    Store(path).close()

    assert mode(path) == 0o600


def test_the_log_is_ahead_and_every_commit_reaches_the_disk(store: Store) -> None:
    assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert store._db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)


CHILD = """
import sys
from pathlib import Path
from assistant.core.actions import Cue, Say
from assistant.core.events import Ticked
from assistant.outputs.store import Store
store = Store(Path(sys.argv[1]))
journal = store.begin("killed", "2026-11-23T10:30:00+01:00", "short", "nl")
for seq in range(1, 1_000_000):
    journal.append(Ticked(at=float(seq)), [Say(line=seq, text="x" * 400, cue=Cue.ANSWER)])
    print(seq, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("after", [1, 7, 60])
def test_a_killed_program_loses_nothing_that_append_returned_from(path: Path, after: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        printed = [int(child.stdout.readline()) for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        printed += [int(line) for line in child.stdout.read().split("\n") if line]
    assert child.returncode == -signal.SIGKILL

    with Store(path) as store:
        kept = [entry.seq for entry in store.entries("killed")]
        again = store.resume("killed")
        say(again, len(kept) + 1)

        assert kept == list(range(1, len(kept) + 1))
        assert set(printed) <= set(kept)
        assert len(kept) <= len(printed) + 1
        assert store.find("killed").entries == len(kept) + 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Entry]]:
    """A closed file of some pages, with what is in it."""
    path = tmp_path_factory.mktemp("whole") / "sessions.db"
    with Store(path) as store:
        journal = begin(store)
        written = [say(journal, number, SECRET * 8) for number in range(1, 81)]
    return path, written


def opened(path: Path) -> list[Entry] | None:
    """What a damaged file gives; None when it says that it is damaged."""
    try:
        with Store(path) as store:
            return list(store.entries("last", tolerant=False)) if store.sessions() else []
    except JournalError as error:
        told = error.message + error.hint
    assert told
    assert SECRET not in told
    return None


@pytest.mark.slow
def test_a_file_cut_anywhere_gives_a_whole_prefix_or_an_error(
    whole: tuple[Path, list[Entry]], tmp_path: Path
) -> None:
    source, written = whole
    size, refused = source.stat().st_size, 0
    cuts = {*range(0, size, 997), *range(0, size, 4096), 1, 15, 16, 99, 100, 101, size - 1}

    for cut in sorted(cuts):
        path = tmp_path / f"{cut}.db"
        path.write_bytes(source.read_bytes()[:cut])
        found = opened(path)
        refused += found is None
        assert found is None or found == written[: len(found)]
        # Only an empty file may pass for a new one; SQLite takes one byte for none.
        assert found is None or cut <= 1

    assert refused == len(cuts) - 2
    assert opened(source) == written


@pytest.mark.slow
def test_a_log_cut_anywhere_keeps_every_whole_entry_before_the_cut(tmp_path: Path) -> None:
    live = tmp_path / "live.db"
    with Store(live) as store:
        journal = begin(store)
        written = [say(journal, number) for number in range(1, 21)]
        log = Path(f"{live}-wal").read_bytes()
        main = live.read_bytes()
    counts = []

    for cut in (*range(0, len(log), 1511), len(log)):
        path = tmp_path / "cut" / "sessions.db"
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        path.write_bytes(main)
        Path(f"{path}-wal").write_bytes(log[:cut])
        found = opened(path)
        assert found is not None
        assert found == written[: len(found)]
        counts.append(len(found))

    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 20)


def test_a_file_with_a_page_of_rubbish_is_refused(
    whole: tuple[Path, list[Entry]], tmp_path: Path
) -> None:
    body = bytearray(whole[0].read_bytes())
    body[4096 * 3 : 4096 * 4] = os.urandom(4096)
    path = tmp_path / "sessions.db"
    path.write_bytes(body)

    assert opened(path) is None


def test_a_file_that_is_something_else_is_refused_and_left_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Beste lezer, " * 999)

    with pytest.raises(JournalError, match="damaged"):
        Store(path)

    assert path.read_text() == "Beste lezer, " * 999


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    Store(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()

    with pytest.raises(JournalError, match="newer"):
        Store(path)


def fill_up(store: Store) -> None:
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count={pages}")


def make_room(store: Store) -> None:
    store._db.execute("PRAGMA max_page_count=1000000")


def test_on_a_full_disk_entries_wait_in_memory_and_are_written_when_there_is_room(
    store: Store, tmp_path: Path
) -> None:
    journal = begin(store)
    written = [say(journal, 1)]
    fill_up(store)
    for number in range(2, 5):
        with pytest.raises(JournalError, match="no room") as caught:
            say(journal, number, SECRET * 400)
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert SECRET not in caught.value.message + caught.value.hint

    assert [entry.seq for entry in journal.pending] == [2, 3, 4]
    assert list(store.entries(journal.id)) == written

    pending = journal.pending
    make_room(store)
    last = say(journal, 5)

    assert journal.pending == ()
    assert list(store.entries(journal.id)) == [*written, *pending, last]


def test_what_cannot_be_written_can_be_rescued_to_another_place(
    store: Store, path: Path, tmp_path: Path
) -> None:
    say(begin(store), 1)
    journal = store.resume("last")
    fill_up(store)
    with pytest.raises(JournalError):
        say(journal, 2, SECRET * 400)
    rescued = tmp_path / "elsewhere" / "rescued.jsonl"

    assert journal.rescue(rescued) == 2

    lines = rescued.read_text(encoding="utf-8").splitlines()
    assert [decode_entry(json.loads(line)).seq for line in lines] == [1, 2]
    assert mode(rescued) == 0o600


def test_memory_alone_rescues_a_session_whose_file_is_gone(store: Store, tmp_path: Path) -> None:
    journal = begin(store)
    say(journal, 1)
    store.close()
    with pytest.raises(JournalError):
        say(journal, 2)

    assert journal.rescue(tmp_path / "rescued.jsonl") == 2


def test_a_file_that_may_not_be_written_says_so_and_keeps_the_entry(store: Store) -> None:
    journal = begin(store)
    store._db.execute("PRAGMA query_only=ON")

    with pytest.raises(JournalError, match="may not be written"):
        say(journal, 1)

    assert len(journal.pending) == 1


def test_a_folder_that_cannot_be_made_is_a_journal_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalError) as caught:
        Store(tmp_path / "file" / "sessions.db")

    assert caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="no such users there")
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_a_journal_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(JournalError, match="may not be written"):
        Store(tmp_path / "sessions.db")


def test_two_programs_in_one_session_do_not_overwrite_each_other(store: Store) -> None:
    begin(store)
    first, second = store.resume("last"), store.resume("last")
    written = say(first, 1, "first")

    with pytest.raises(JournalError, match="same session"):
        say(second, 1, "second")

    assert list(store.entries("last")) == [written]


def test_a_commit_that_was_kept_after_all_may_be_written_again(store: Store) -> None:
    journal = begin(store)
    written = say(journal, 1)
    journal._pending[1] = written

    journal.flush()

    assert list(store.entries("last")) == [written]


def test_a_locked_file_says_that_another_program_holds_it(store: Store, path: Path) -> None:
    journal = begin(store)
    store._db.execute("PRAGMA busy_timeout=0")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalError, match="Another program"):
        say(journal, 1)
    other.execute("ROLLBACK")
    other.close()
    say(journal, 2)

    assert [entry.seq for entry in store.entries("last")] == [1, 2]


def test_an_entry_that_cannot_be_understood_is_left_out_or_an_error(store: Store) -> None:
    journal = begin(store)
    written = [say(journal, number) for number in range(1, 4)]
    for body in ("{", '{"format": 1, "seq": 2, "event": {"kind": "Dreamt"}, "actions": []}'):
        store._db.execute("UPDATE entry SET body = ? WHERE seq = 2", (body,))

        assert list(store.entries("last")) == [written[0], written[2]]
        with pytest.raises(JournalError):
            list(store.entries("last", tolerant=False))


def test_sessions_are_listed_latest_first_with_their_state(store: Store) -> None:
    say(begin(store, "2026-11-23-1030-aaa"), 1)
    begin(store, "2026-11-24-0900-bbb")
    store.close_session("2026-11-23-1030-aaa", "completed")
    store.close_session("2026-11-23-1030-aaa", "stopped")

    assert [(row.id, row.status, row.reason, row.entries) for row in store.sessions()] == [
        ("2026-11-24-0900-bbb", "open", None, 0),
        ("2026-11-23-1030-aaa", "finished", "completed", 1),
    ]


def test_a_session_is_found_by_last_its_id_or_the_beginning_of_it(store: Store) -> None:
    with pytest.raises(SessionError, match="no sessions"):
        store.find("last")
    for name in ("2026-11-23-1030-aaa", "2026-11-23-1030-aaab", "2026-11-24-0900-bbb"):
        begin(store, name)

    assert store.find("last").id == "2026-11-24-0900-bbb"
    assert store.find("2026-11-23-1030-aaa").id == "2026-11-23-1030-aaa"
    assert store.find("2026-11-24").id == "2026-11-24-0900-bbb"
    for wrong in ("2025", "2026-11-23", "", "%"):
        with pytest.raises(SessionError) as caught:
            store.find(wrong)
        assert "2026-11-23-1030-aaa" in caught.value.hint


def test_a_finished_session_cannot_be_resumed_nor_an_id_used_twice(store: Store) -> None:
    begin(store)
    with pytest.raises(SessionError, match="already"):
        begin(store)
    store.close_session("last", "completed")

    with pytest.raises(SessionError, match="finished"):
        store.resume("last")


def test_a_deleted_session_leaves_no_word_in_the_files(store: Store, path: Path) -> None:
    journal = begin(store)
    for number in range(1, 30):
        say(journal, number)
    other = begin(store, "other")
    say(other, 1, "blijft")

    def bytes_kept() -> bytes:
        return b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert SECRET.encode() in bytes_kept()
    store.delete(journal.id)

    assert SECRET.encode() not in bytes_kept()
    assert [row.id for row in store.sessions()] == ["other"]
    with pytest.raises(SessionError):
        store.delete("oth")


def test_an_id_is_readable_sorts_by_time_and_does_not_repeat() -> None:
    ids = {new_session_id(WALL) for _ in range(20)}

    assert all(one.startswith("2026-11-23-1030-") and len(one) == 19 for one in ids)
    assert len(ids) > 15
    assert new_session_id("2026-11-23T09:05:00+01:00") < min(ids)
