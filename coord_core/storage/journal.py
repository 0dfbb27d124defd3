"""The append-only journal: commit point, audit, undo, history. One JSON object a line, in segments."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

import orjson

from coord_core.documents import Line
from coord_core.errors import OutcomeUnknown, StoreUnreadable
from coord_core.storage import format as fmt
from coord_core.storage.changes import edit_from_json, edit_to_json
from coord_core.storage.folder import write_all

SEGMENT_BYTES: Final = 8 << 20
SEGMENTS_KEPT: Final = 8
_CHUNK: Final = 1 << 16
_MOST_RECENT: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A journal line with what only storage needs: for each document its file's name and what stood there before.

    files, by scope: `{name, was: [size, crc], gone}`; `was` is missing where nothing stood, `gone` where it stays.
    """

    line: Line
    files: Mapping[str, Mapping[str, Any]]


def to_bytes(line: Line, files: Mapping[str, Mapping[str, Any]], plain: bool = False) -> bytes:
    """Return a line as the journal holds it, newline included."""
    members: dict[str, Any] = {
        "seq": line.seq,
        "at": _iso(line.at),
        "boot": line.boot,
        "mono": line.mono,
        "actor": line.actor,
        "action": line.action,
        "op": line.op,
        "reason": line.reason,
        "undoes": line.undoes,
        "changes": {scope: [edit_to_json(edit) for edit in edits] for scope, edits in line.changes.items()},
        "files": files,
    }
    optional = {
        "result": line.result,
        "moved": line.moved,
        "rest": line.rest,
        "base": line.base,
        "unapplied": line.unapplied,
    }
    members |= {name: value for name, value in optional.items() if value}
    return fmt.dump(members, plain) + b"\n"


def from_bytes(raw: bytes) -> Entry | None:
    """Return the entry that `raw` holds, None if it holds none: a reader skips what it does not understand."""
    try:
        members = _loads(raw)
        changes = {scope: tuple(edit_from_json(edit) for edit in edits) for scope, edits in members["changes"].items()}
        line = Line(
            seq=int(members["seq"]),
            at=datetime.fromisoformat(members["at"]).timestamp(),
            action=str(members["action"]),
            changes=changes,
            actor=dict(members.get("actor") or {}),
            reason=str(members.get("reason") or ""),
            boot=str(members.get("boot") or ""),
            mono=float(members.get("mono") or 0.0),
            op=members.get("op"),
            result=members.get("result"),
            undoes=members.get("undoes"),
            moved=members.get("moved"),
            rest=dict(members.get("rest") or {}),
            base=dict(members.get("base") or {}),
            unapplied=tuple(members.get("unapplied") or ()),
        )
        return Entry(line, dict(members.get("files") or {}))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _loads(raw: bytes) -> Any:
    if fmt.holds_long_number(raw):
        return json.loads(raw)
    try:
        return orjson.loads(raw)
    except ValueError:
        return json.loads(raw)


class Journal:
    """The journal of one store, in its folder. Writing needs the store's lock, reading nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._prefix = os.path.join(folder, "")
        self._names: list[str] = []
        self._end: tuple[str, int] = ("", 0)
        self._last: Entry | None = None

    def segments(self) -> list[str]:
        """Return the segments' file names, oldest first."""
        names: list[str] = []
        with _reading(self.folder), suppress(NotADirectoryError):
            names = os.listdir(self._prefix)
        return sorted(name for name in names if len(name) == 26 and name.endswith(".jsonl") and name[:20].isdigit())

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield what stands in the kept segments with a seq above `after`, oldest first."""
        names = self.segments()
        first = max([i for i, name in enumerate(names) if int(name[:20]) <= after + 1], default=0)
        for name in names[first:]:
            for raw in _whole_lines(self.folder / name):
                entry = from_bytes(raw)
                if entry is not None and entry.line.seq > after:
                    yield entry

    def entries_back(self) -> Iterator[Entry]:
        """Yield what stands in the kept segments, newest first."""
        for name in reversed(self.segments()):
            for raw in _whole_lines_back(self.folder / name):
                entry = from_bytes(raw)
                if entry is not None:
                    yield entry

    def look(self) -> None:
        """Look at where the journal ends; whoever holds the store's lock does so once, before `last` and `append`."""
        self._names = self.segments()
        size = _size(self._prefix + self._names[-1]) if self._names else 0
        if not self._names:
            self._last = None
        elif (self._names[-1], size) != self._end:
            self._last = next(self.entries_back(), None)
        self._end = (self._names[-1], size) if self._names else ("", 0)

    @property
    def last(self) -> Entry | None:
        """The newest entry."""
        return self._last

    @property
    def first_seq(self) -> int:
        """The first seq of the segment that the next line goes to; larger than any if it begins a new one."""
        return fmt.MAX_REVISION if self._full else int(self._names[-1][:20])

    @property
    def _full(self) -> bool:
        return not self._names or self._end[1] >= SEGMENT_BYTES

    def append(self, entry: Entry, *, plain: bool, sync: bool) -> None:
        """Append a line, first cutting a torn one: once this returns, the line is committed.

        Raises OSError with nothing appended, or OutcomeUnknown if even that could not be made good.
        """
        line = entry.line
        raw = to_bytes(line, entry.files, plain)
        names = [*self._names, f"{line.seq:020}.jsonl"] if self._full else self._names
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(self._prefix + names[-1], flags, 0o666)
        try:
            size = _cut_torn_line(fd)
            try:
                write_all(fd, raw)
                if sync:
                    _sync(fd)
            except OSError as error:
                _take_back(fd, size, line, error)
                raise
        finally:
            os.close(fd)
        self._names, self._end, self._last = names, (names[-1], size + len(raw)), entry
        self._drop_old(names)

    def _drop_old(self, names: list[str]) -> None:
        for name in names[:-SEGMENTS_KEPT]:
            # The line is committed: what cannot be cleared away now is cleared away next time.
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)


class Tail:
    """The journal's end as a reader follows it: each call of `lines` returns what came since the last."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._name = ""
        self._offset = 0
        self._seen = 0

    def recent(self, since: float) -> list[Line]:
        """Return the last lines, those after `since` (seconds since 1970), oldest first, and begin behind them."""
        names = self.journal.segments()
        self._name = names[-1] if names else ""
        self._offset = _size_of_whole_lines(self.journal.folder / names[-1]) if names else 0
        lines = takewhile(lambda entry: entry.line.at >= since, self.journal.entries_back())
        recent = [entry.line for entry in islice(lines, _MOST_RECENT)][::-1]
        self._seen = recent[-1].seq if recent else 0
        return recent

    def lines(self) -> Iterator[Line]:
        """Yield the whole lines that came since the last call, oldest first."""
        for name in self.journal.segments():
            if name < self._name:
                continue
            if name != self._name:
                self._name, self._offset = name, 0
            raw = self._read()
            whole = raw[: raw.rfind(b"\n") + 1]
            self._offset += len(whole)
            for piece in whole.splitlines():
                entry = from_bytes(piece)
                if entry is not None and entry.line.seq > self._seen:
                    self._seen = entry.line.seq
                    yield entry.line

    def _read(self) -> bytes:
        path = self.journal.folder / self._name
        with _reading(path), open(path, "rb", opener=_open) as file:
            # A torn line that was cut, and the next one in its place, must not hide a line.
            self._offset = min(self._offset, os.fstat(file.fileno()).st_size)
            file.seek(self._offset)
            return file.read()
        return b""


_sync = getattr(os, "fdatasync", os.fsync)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Go on without what is not there; raise StoreUnreadable for what is there and cannot be read."""
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StoreUnreadable(str(path), error.strerror or str(error)) from error


def _open(path: str, flags: int) -> int:
    """Open without waiting on a pipe, and follow no link."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _take_back(fd: int, size: int, line: Line, error: OSError) -> None:
    """Cut what was written of a line whose commit failed."""
    try:
        os.ftruncate(fd, size)
    except OSError:
        raise OutcomeUnknown(line.action, line.seq, str(error)) from error


def _cut_torn_line(fd: int) -> int:
    """Cut what a crash left behind the last newline; return the size then."""
    size = os.fstat(fd).st_size
    end = _end_of_lines(fd, size)
    if end < size:
        os.ftruncate(fd, end)
    return end


def _end_of_lines(fd: int, end: int) -> int:
    """Return the place behind the last newline before `end`."""
    if end == 0 or os.pread(fd, 1, end - 1) == b"\n":
        return end
    while end > 0:
        start = max(0, end - _CHUNK)
        at = os.pread(fd, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0


def _size_of_whole_lines(path: Path) -> int:
    with _reading(path), open(path, "rb", opener=_open) as file:
        return _end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size)
    return 0


def _size(path: str | Path) -> int:
    with _reading(Path(path)):
        return os.stat(path).st_size
    return 0


def _whole_lines(path: Path) -> Iterator[bytes]:
    with _reading(path), open(path, "rb", opener=_open) as file:
        for raw in file:
            if raw.endswith(b"\n"):
                yield raw


def _whole_lines_back(path: Path) -> Iterator[bytes]:
    """Yield a segment's whole lines from its end, reading no more of it than is asked for."""
    with _reading(path), open(path, "rb", opener=_open) as file:
        fd = file.fileno()
        end, rest = os.fstat(fd).st_size, b""
        torn = True
        while end > 0:
            start = max(0, end - _CHUNK)
            first, *lines = (os.pread(fd, end - start, start) + rest).split(b"\n")
            for raw in reversed(lines):
                if not torn and raw:
                    yield raw
                torn = False
            rest, end = first, start
        if not torn and rest:
            yield rest


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
