"""In: events and what they led to. Out: entries of one session in the file, whole or not at all.

When `append` returns, the entry survives a kill, a crash and a power cut. What cannot be written
stays in memory and goes along with the next entry that can. No message here holds what was said.
"""

import contextlib
import errno
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.core.actions import Action
from assistant.core.errors import JournalError
from assistant.core.events import Event
from assistant.core.record.codec import Entry, encode_entry
from assistant.outputs.export import save

_TROUBLES = {
    sqlite3.SQLITE_FULL: (
        "There is no room left on the disk for the session.",
        "Free some space: what is heard meanwhile is kept in memory and written as soon as it can.",
    ),
    sqlite3.SQLITE_READONLY: (
        "The folder or file of the sessions may not be written to.",
        "Give yourself the right to write there, or choose another data folder.",
    ),
    sqlite3.SQLITE_BUSY: (
        "Another program holds the session file.",
        "Close it; what is heard meanwhile is kept in memory and written as soon as it can.",
    ),
    sqlite3.SQLITE_CONSTRAINT: (
        "Another program is writing in this same session.",
        "Close that program, or begin a new session.",
    ),
    **dict.fromkeys(
        (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
        (
            "The session file is damaged.",
            "Move the file away to begin anew; its last whole copy may be in a backup.",
        ),
    ),
}
_CODES = {
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.ENOSPC: sqlite3.SQLITE_FULL,
}
"""What the system says before SQLite is there -> what SQLite would have said."""
_OTHERWISE = (
    "The session file cannot be read or written.",
    "Check the disk, and that the data folder exists and is yours.",
)


def trouble(code: int = sqlite3.SQLITE_IOERR) -> JournalError:
    """What a primary result code of SQLite means to the user, to be raised."""
    return JournalError(*_TROUBLES.get(code, _OTHERWISE))


@contextlib.contextmanager
def readable_errors() -> Iterator[None]:
    """Turns what SQLite and the system say into one sentence and a hint."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the family: SQLITE_READONLY_DIRECTORY is a SQLITE_READONLY.
        raise trouble(getattr(error, "sqlite_errorcode", 0) & 0xFF) from error
    except OSError as error:
        raise trouble(_CODES.get(error.errno or 0, sqlite3.SQLITE_IOERR)) from error


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and durable at the end.

    Raises:
        JournalError: it could not be done; nothing of it was.
    """
    with readable_errors():
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            # A full disk has already undone it; the rollback may then fail for the same reason.
            if db.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise


class SessionJournal:
    """The journal of one session (see core/ports.py); get one from `begin` or `resume`."""

    def __init__(self, db: sqlite3.Connection, session_id: str, seq: int) -> None:
        self.id = session_id
        self._db = db
        self._seq = seq
        self._bodies: dict[int, str] = {}
        """Every entry of this run: it outlives a disk that goes away; some 1 MB an hour."""
        self._pending: dict[int, Entry] = {}

    @property
    def pending(self) -> tuple[Entry, ...]:
        """Entries that are not in the file yet."""
        return tuple(self._pending.values())

    def append(self, event: Event, actions: Sequence[Action]) -> None:
        """Write an entry, and before it those that are pending; durable when it returns.

        Raises:
            JournalError: it could not be written; it is pending now.
        """
        entry = Entry(seq=self._seq + 1, event=event, actions=tuple(actions))
        self._seq = entry.seq
        self._bodies[entry.seq] = json.dumps(encode_entry(entry), separators=(",", ":"))
        self._pending[entry.seq] = entry
        self.flush()

    def flush(self) -> None:
        """Write what is pending.

        Raises:
            JournalError: it could not be written.
        """
        # Each on its own: where a disk has room for some, those are safe.
        for seq in tuple(self._pending):
            self._write(seq)
            del self._pending[seq]

    def _write(self, seq: int) -> None:
        # A commit that failed halfway may have been kept after all: the same entry again is fine,
        # another one under its number means that somebody else writes here.
        with transaction(self._db):
            done = self._db.execute(
                "INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
                " SET body = excluded.body WHERE body = excluded.body",
                (self.id, seq, self._bodies[seq]),
            )
            if done.rowcount != 1:
                raise trouble(sqlite3.SQLITE_CONSTRAINT)

    def rescue(self, path: Path) -> int:
        """Write all of this session that the file still gives and memory holds, as JSON lines.

        Returns:
            Number of entries written.

        Raises:
            JournalError: that path cannot be written either.
        """
        bodies = dict(self._bodies)
        with contextlib.suppress(sqlite3.Error):
            query = "SELECT seq, body FROM entry WHERE session = ? ORDER BY seq"
            for seq, body in self._db.execute(query, (self.id,)):
                bodies.setdefault(seq, body)
        save("".join(bodies[seq] + "\n" for seq in sorted(bodies)), path)
        return len(bodies)
