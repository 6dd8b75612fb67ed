"""In: the path of a SQLite file. Out: the sessions in it: begun, found, read, resumed, deleted.

Write-ahead log, synchronous FULL, one transaction per entry (see journal.py). The file and its
-wal and -shm are for the owner's eyes only (0600): the file is made so before SQLite opens it, and
SQLite gives its own two the bits of the main one. Used from one thread. No message holds what was
said.
"""

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.core.errors import JournalError, SessionError
from assistant.core.record.codec import Entry, decode_entry
from assistant.outputs.journal import SessionJournal, readable_errors, transaction, trouble

__all__ = ["MIGRATIONS", "SessionJournal", "SessionRow", "Store", "new_session_id"]

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
"""Without what is easily mistaken: 0 o 1 l i u."""


def m001_initial(db: sqlite3.Connection) -> None:
    """Sessions and their entries."""
    db.execute(
        "CREATE TABLE session (id TEXT NOT NULL UNIQUE, created TEXT NOT NULL,"
        " method TEXT NOT NULL, language TEXT NOT NULL, finished TEXT)"
    )
    db.execute(
        "CREATE TABLE entry (session TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE,"
        " seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (session, seq)) WITHOUT ROWID"
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_initial,)
"""In order; the file's user_version is how many of them it has had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session in a list."""

    id: str
    created: str
    """ISO 8601 local time with offset."""
    method: str
    language: str
    status: str
    """'open' or 'finished'."""
    reason: str | None
    """Why it finished; None while open."""
    entries: int


def new_session_id(wall: str) -> str:
    """A readable name that sorts by time: '2026-11-23-1030-k3f'.

    Args:
        wall: ISO 8601 local time.

    Raises:
        ValueError: `wall` is no such time.
    """
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(3))
    return f"{datetime.fromisoformat(wall):%Y-%m-%d-%H%M}-{tail}"


class Store:
    """All sessions of a user in one file.

    Args:
        path: the file; it and its folder are made when missing (0600, 0700).

    Raises:
        JournalError: it cannot be made or opened, is damaged, or comes from a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with readable_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            for kept in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                if kept.exists():
                    kept.chmod(0o600)
            self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        with readable_errors():
            for pragma in ("foreign_keys=ON", "secure_delete=ON", "fullfsync=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            # Damage that shows only halfway through a session is worse than a slower start.
            if self._db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise trouble(sqlite3.SQLITE_CORRUPT)
        self._migrate()

    def _migrate(self) -> None:
        with readable_errors():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise JournalError(
                "The session file was written by a newer version of the assistant.",
                "Install that version, or choose another data folder.",
            )
        if version == len(MIGRATIONS):
            return
        with transaction(self._db):
            # Asked again inside: another program may have done it between the two questions.
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            for migrate in MIGRATIONS[version:]:
                migrate(self._db)
            self._db.execute(f"PRAGMA user_version={len(MIGRATIONS)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; safe to call twice. Journals of this store can write no more."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def begin(
        self, session_id: str, created_wall: str, method: str, language: str
    ) -> SessionJournal:
        """A new session, durable when it returns.

        Raises:
            SessionError: there is one of that id.
            JournalError: it cannot be written.
        """
        row = (session_id, created_wall, method, language)
        with transaction(self._db):
            done = self._db.execute(
                "INSERT INTO session (id, created, method, language) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                row,
            )
        if done.rowcount != 1:
            raise SessionError(f"There is already a session {session_id}.", "Choose another id.")
        return SessionJournal(self._db, session_id, 0)

    def resume(self, session_id: str) -> SessionJournal:
        """The journal of an open session, to be continued after its last entry.

        Raises:
            SessionError: no such session, or it is finished.
        """
        row = self.find(session_id)
        if row.status == "finished":
            raise SessionError(
                f"Session {row.id} is finished and cannot be continued.",
                "Make its report, or begin a new session.",
            )
        with readable_errors():
            query = "SELECT coalesce(max(seq), 0) FROM entry WHERE session = ?"
            seq = self._db.execute(query, (row.id,)).fetchone()[0]
        return SessionJournal(self._db, row.id, seq)

    def sessions(self) -> tuple[SessionRow, ...]:
        """All sessions, latest first."""
        query = (
            "SELECT id, created, method, language, finished,"
            " (SELECT count(*) FROM entry WHERE entry.session = session.id)"
            " FROM session ORDER BY rowid DESC"
        )
        with readable_errors():
            rows = self._db.execute(query).fetchall()
        return tuple(
            SessionRow(
                id=name,
                created=created,
                method=method,
                language=language,
                status="open" if reason is None else "finished",
                reason=reason,
                entries=entries,
            )
            for name, created, method, language, reason, entries in rows
        )

    def find(self, name: str) -> SessionRow:
        """The session with that id, that beginning of an id, or 'last'.

        Raises:
            SessionError: none, or several that begin so.
        """
        rows = self.sessions()
        if not rows:
            raise SessionError("There are no sessions yet.", "Begin one first.")
        if name == "last":
            return rows[0]
        fits = [row for row in rows if row.id == name] or [
            row for row in rows if name and row.id.startswith(name)
        ]
        if len(fits) == 1:
            return fits[0]
        ids = ", ".join(row.id for row in (fits or rows)[:5])
        if fits:
            raise SessionError(f"Several sessions begin with '{name}'.", f"Choose one of: {ids}.")
        raise SessionError(f"There is no session '{name}'.", f"The latest are: {ids}.")

    def entries(self, session_id: str, tolerant: bool = True) -> Iterator[Entry]:
        """The entries of a session in order, one by one from the file.

        Args:
            session_id: as `find` takes it.
            tolerant: leave out entries that cannot be understood, and stop quietly where the file
                is damaged; holes show in `seq`. False: raise at the first.

        Raises:
            SessionError: no such session.
            JournalError: not tolerant, and an entry cannot be read.
        """
        row = self.find(session_id)
        query = "SELECT body FROM entry WHERE session = ? ORDER BY seq"
        try:
            with readable_errors():
                for (body,) in self._db.execute(query, (row.id,)):
                    entry = _read(body, tolerant)
                    if entry is not None:
                        yield entry
        except JournalError:
            if not tolerant:
                raise

    def close_session(self, session_id: str, reason: str) -> None:
        """Mark a session finished; the first reason stays.

        Raises:
            SessionError: no such session.
            JournalError: it cannot be written.
        """
        row = self.find(session_id)
        with transaction(self._db):
            self._db.execute(
                "UPDATE session SET finished = coalesce(finished, ?) WHERE id = ?", (reason, row.id)
            )

    def delete(self, session_id: str) -> None:
        """Remove a session, by its whole id; its bytes are overwritten, in the log too.

        Raises:
            SessionError: no such session.
            JournalError: it cannot be written.
        """
        with transaction(self._db):
            done = self._db.execute("DELETE FROM session WHERE id = ?", (session_id,))
        if done.rowcount != 1:
            raise SessionError(f"There is no session '{session_id}'.", "Give its whole id.")
        with readable_errors():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _read(body: str, tolerant: bool) -> Entry | None:
    try:
        return decode_entry(json.loads(body))
    except JournalError:
        if not tolerant:
            raise
    except ValueError as error:
        if not tolerant:
            raise trouble(sqlite3.SQLITE_CORRUPT) from error
    return None
