"""FileStorage: one JSON file per scope in a folder, and under `.coord` the lock, the journal and what is not settled.

The protocol of a transaction is in the design, §2; its steps by name are STEPS.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from coord_core.documents import Batch, Document, Line
from coord_core.errors import NotFound, NotStored, ReadOnlyStore, Refused, StoreMissing, StoreUnsupported
from coord_core.storage import Act, Outcome, Transaction
from coord_core.storage import format as fmt
from coord_core.storage.folder import advice, look, network_file_system
from coord_core.storage.shelf import Shelf, Stored

if TYPE_CHECKING:
    # A command that only reads one document must start fast: what writes is imported by whoever writes.
    from coord_core.storage.journal import Journal
    from coord_core.storage.lock import StoreLock
    from coord_core.storage.settler import Settler
    from coord_core.storage.stretch import Stretch
    from coord_core.storage.writing import Writer

T = TypeVar("T")

STEPS: Final = ("locked", "recovered", "read", "written", "checked", "committed", "swap", "swapped", "settled", "noted")
"""The steps between which another program, or the end of this one, may come; `swap` and `swapped` once a document."""

_TRIES: Final = 200
_NAME_BYTES: Final = 255


class FileStorage:
    """A store in a folder. step: called with each name of STEPS as it is reached, for tests."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        read_only: bool = False,
        step: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.folder = Path(os.path.abspath(folder))
        self.read_only = read_only
        self.own = self.folder / ".coord"
        self._temporaries, self._aside = self.own / "tmp", self.own / "quarantine"
        self._step = step
        self._shelf = Shelf(self.folder)
        self._known: dict[str, Stored] = {}
        self._ready = False
        self._was_there = self.folder.is_dir()

    @cached_property
    def _journal(self) -> Journal:
        from coord_core.storage.journal import Journal

        return Journal(self.own / "journal")

    @cached_property
    def _lock(self) -> StoreLock:
        from coord_core.storage.lock import StoreLock

        return StoreLock(self.own / "lock")

    @cached_property
    def _settler(self) -> Settler:
        from coord_core.storage.settler import Settler

        return Settler(self.folder, self._temporaries, self._aside, self._step)

    @property
    def url(self) -> str:
        """What opens this store again: its folder."""
        return str(self.folder)

    def read(self, scope: str) -> Document | None:
        """Return one document, None without one; raises UnreadableDocument."""
        return self._shelf.find(scope).document()

    def load(self) -> Batch:
        """Return everything there is, without lines; raises StoreMissing, StoreUnreadable."""
        from coord_core.storage.view import View

        return View(self.folder, self._journal).load()

    def looks(self) -> Iterator[Batch]:
        """Yield everything there is, and then, as often as it is asked for, what changed since."""
        from coord_core.storage.view import View

        view = View(self.folder, self._journal)
        while True:
            try:
                yield view.rescan()
            except StoreMissing:
                yield Batch(whole=True)

    def follow(self) -> AsyncIterator[Batch]:
        """Yield what changes, as it does: first everything (`whole`), then differences."""
        return self._follow()

    async def _follow(self) -> AsyncIterator[Batch]:
        from coord_core.storage.watch import follow

        async with contextlib.aclosing(follow(self.folder, self._journal)) as batches:
            async for batch in batches:
                self._was_there = self._was_there or batch.whole
                yield batch

    def lines(self, *, after: int = 0) -> Iterator[Line]:
        """Yield the kept journal's lines with a seq above `after`, oldest first."""
        return (entry.line for entry in self._journal.entries(after))

    def lines_back(self) -> Iterator[Line]:
        """Yield the kept journal's lines, newest first."""
        return (entry.line for entry in self._journal.entries_back())

    def stretch(self, *, before: int | None = None) -> Stretch:
        """Return the newest run of kept lines with seqs below `before`: those of one segment."""
        return self._journal.stretch(before)

    def close(self) -> None:
        """Nothing stays open between calls."""

    def transact(self, act: Act, body: Callable[[Transaction], T]) -> Outcome[T]:
        """Run `body` in a transaction and commit what it changed (it may run again if a document moves meanwhile).

        Raises whatever `body` raises, and StorageError or DocumentError: then nothing was changed.
        """
        from coord_core.storage.transaction import FileTransaction

        # Before the lock is taken, for all others would wait while the whole journal is read.
        known = self._journal.newest_seq() if act.op is not None else 0
        done = self._journal.find_op(act.op) if act.op is not None else None
        with self._writing(act.action) as writer:
            if act.op is not None and (done := done or self._journal.find_op(act.op, after=known)):
                return Outcome(done.line.result, done.line)
            undone = self._line(act.undoes) if act.undoes else None
            floor = writer.next_seq()
            for _ in range(_TRIES):
                tx = FileTransaction(self._shelf, floor, time.time(), undone, self._known)
                value = body(tx)
                self._known = tx.left_alone
                self._step("read")
                if tx.highest_revision >= floor:
                    floor = tx.highest_revision + 1
                    continue
                writes = tx.writes()
                if not writes:
                    return Outcome(value, None)
                if act.op is not None:
                    fmt.check_value(act.action, value)
                if line := writer.store(act, tx, writes, result=value if act.op is not None else None):
                    return Outcome(value, line)
            raise NotStored(act.action, "reading", "another program keeps rewriting the same documents")

    def _line(self, seq: int) -> Line | None:
        for line in self.lines_back():
            if line.seq <= seq:
                return line if line.seq == seq else None
        return None

    def quarantine(self, source: str, act: Act) -> Line:
        """Move an unreadable file aside, never a readable one; raises NotFound, NotStored."""
        with self._writing(act.action) as writer:
            if source not in self.load().unreadable:
                raise NotFound(f"unreadable file {source}", "`coordctl findings` lists what cannot be read")
            seq = writer.next_seq()
            name = os.fsdecode(os.fsencode(f"{seq}-{source}")[:_NAME_BYTES])
            return writer.move(act, seq, source, f"{self._aside.relative_to(self.folder)}/{name}")

    def restore(self, line: Line, act: Act) -> Line:
        """Bring back what the quarantine in `line` moved aside; raises NotFound, Refused if its place is taken."""
        moved = line.moved or {}
        with self._writing(act.action) as writer:
            if not moved or not look(os.path.join(self.folder, moved["to"])).there:
                raise NotFound(f"file set aside by line {line.seq}")
            if look(os.path.join(self.folder, moved["from"])).there:
                raise Refused(f"{moved['from']} is there again: nothing was changed. Move it away first")
            return writer.move(act, writer.next_seq(), moved["to"], moved["from"])

    @contextlib.contextmanager
    def _writing(self, action: str) -> Iterator[Writer]:
        """Make the store ready, lock it and recover what a crash left, for the length of a `with`."""
        from coord_core.storage.writing import Writer, reason_of

        if self.read_only:
            raise ReadOnlyStore(action)
        with contextlib.ExitStack() as stack:
            try:
                self._prepare()
                held = stack.enter_context(self._lock.held(action))
            except OSError as error:
                raise NotStored(action, "locking the store", reason_of(error), advice(error)) from error
            self._step("locked")
            writer = Writer(self._shelf, self._journal, self._settler, self._aside, self._step, held)
            self._journal.look()
            try:
                writer.recover()
            except OSError as error:
                raise NotStored(action, "finishing an earlier action", reason_of(error), advice(error)) from error
            self._step("recovered")
            yield writer

    def _prepare(self) -> None:
        """Make the folders that writing needs; refuse a file system whose locks do not exclude."""
        if not (self._ready and os.path.isdir(self._settler.temporaries) and os.path.isdir(self._journal.folder)):
            if kind := network_file_system(self.folder):
                reason = f"it lies on {kind}, where the locks of two machines do not exclude each other"
                raise StoreUnsupported(self.url, reason)
            if self._was_there and not self.folder.is_dir():
                raise StoreMissing(self.url)  # taken away: whoever did that wants no new one
            for folder in (self._temporaries, self._journal.folder):
                folder.mkdir(parents=True, exist_ok=True)
            self._ready = self._was_there = True
