"""The append-only journal: commit point, audit, undo, history. One JSON object a line, in segments."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from coord_core.documents import Line
from coord_core.errors import OutcomeUnknown
from coord_core.storage import format as fmt
from coord_core.storage import lines
from coord_core.storage.folder import write_all
from coord_core.storage.lines import Entry
from coord_core.storage.stretch import Stretch

SEGMENT_BYTES: Final = 8 << 20
SEGMENTS_KEPT: Final = 8


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
        with lines.reading(self.folder), suppress(NotADirectoryError):
            names = os.listdir(self._prefix)
        return sorted(name for name in names if len(name) == 26 and name.endswith(".jsonl") and name[:20].isdigit())

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield what stands in the kept segments with a seq above `after`, oldest first."""
        names = self.segments()
        first = max([i for i, name in enumerate(names) if int(name[:20]) <= after + 1], default=0)
        for name in names[first:]:
            for raw in lines.forwards(self.folder / name):
                entry = lines.from_bytes(raw)
                if entry is not None and entry.line.seq > after:
                    yield entry

    def entries_back(self) -> Iterator[Entry]:
        """Yield what stands in the kept segments, newest first."""
        return self._back(self.segments())

    def _back(self, names: list[str]) -> Iterator[Entry]:
        for name in reversed(names):
            for raw in lines.backwards(self._prefix + name):
                entry = lines.from_bytes(raw)
                if entry is not None:
                    yield entry

    def stretch(self, before: int | None = None) -> Stretch:
        """Return the lines of the newest kept segment that has any with a seq below `before`; none if none has."""
        for name in reversed(self.segments()):
            if before is None or int(name[:20]) < before:
                found = Stretch(lines.forwards(self.folder / name), before)
                if len(found):
                    return found
        return Stretch()

    def newest_seq(self) -> int:
        """Return the number of the newest line, 0 without one."""
        newest = next(self.entries_back(), None)
        return newest.line.seq if newest is not None else 0

    def find_op(self, op: str, after: int = 0) -> Entry | None:
        """Return the entry of the act that a caller gave this id, if its number is above `after`."""
        needle = b'"op":' + fmt.dump(op)
        for name in reversed(self.segments()):
            if after or needle in lines.whole(self.folder / name):
                for entry in filter(None, map(lines.from_bytes, lines.backwards(self.folder / name))):
                    if entry.line.seq <= after:
                        return None
                    if entry.line.op == op:
                        return entry
        return None

    def look(self) -> None:
        """Look at where the journal ends; whoever holds the store's lock does so once, before `last` and `append`."""
        self._names = self.segments()
        size = _size(self._prefix + self._names[-1]) if self._names else 0
        if not self._names:
            self._last = None
        elif (self._names[-1], size) != self._end:
            self._last = next(self._back(self._names), None)
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

    def append(self, entry: Entry, *, plain: bool, sync: bool, require: Callable[[], None] = lambda: None) -> None:
        """Append a line, first cutting a torn one: once this returns, the line is committed.

        require: raises OSError where the store's lock is no longer held; asked last, so that next to nothing can come
        in between. Raises OSError with nothing appended, or OutcomeUnknown if even that could not be made good.
        """
        line = entry.line
        raw = lines.to_bytes(line, entry.files, plain)
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        names = self._names
        if self._full:
            names, flags = [*names, f"{line.seq:020}.jsonl"], flags | os.O_CREAT
        fd = os.open(self._prefix + names[-1], flags, 0o666)
        try:
            _require_size(fd, self._end[1] if names[-1] == self._end[0] else 0)
            size = _cut_torn_line(fd)
            require()
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


_sync = getattr(os, "fdatasync", os.fsync)


def _take_back(fd: int, size: int, line: Line, error: OSError) -> None:
    """Cut what was written of a line whose commit failed."""
    try:
        os.ftruncate(fd, size)
    except OSError:
        raise OutcomeUnknown(line.action, line.seq, str(error)) from error


def _require_size(fd: int, expected: int) -> None:
    """Raise OSError where the journal is no longer as long as it was: then somebody else wrote to it."""
    if os.fstat(fd).st_size != expected:
        raise OSError(errno.ESTALE, "somebody else wrote to the journal meanwhile")


def _cut_torn_line(fd: int) -> int:
    """Cut what a crash left behind the last newline; return the size then."""
    size = os.fstat(fd).st_size
    end = lines.end_of_lines(fd, size)
    if end < size:
        os.ftruncate(fd, end)
    return end


def _size(path: str) -> int:
    with lines.reading(path):
        return os.stat(path).st_size
    return 0
