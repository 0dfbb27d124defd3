"""FileStorage: one JSON file per scope in a folder, and under `.coord` the lock, the journal and what is not settled.

The protocol of a transaction is in the design, §2; its steps by name are STEPS.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from coord_core.documents import Batch, Document, Line
from coord_core.errors import NotFound, NotStored, ReadOnlyStore, Refused, StoreUnsupported
from coord_core.processes import boot_id
from coord_core.storage import Act, Outcome, Transaction, redo
from coord_core.storage import format as fmt
from coord_core.storage.changes import edit_to_json
from coord_core.storage.folder import Found, advice, look, network_file_system, unchanged, write_new
from coord_core.storage.journal import Entry, Journal
from coord_core.storage.lock import Held, StoreLock
from coord_core.storage.settling import Settled, Settler
from coord_core.storage.shelf import Shelf
from coord_core.storage.transaction import FileTransaction, Write

T = TypeVar("T")

STEPS: Final = ("locked", "recovered", "read", "written", "checked", "committed", "swap", "swapped", "settled", "noted")
"""The steps between which another program, or the end of this one, may come; `swap` and `swapped` once a document."""

NOTE: Final = "note"
NOBODY: Final[Mapping[str, Found]] = {}
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
        self._journal = Journal(self.own / "journal")
        self._lock = StoreLock(self.own / "lock")
        self._settler = Settler(self.folder, self._temporaries, self._aside, step)
        self._ready = False

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

    def follow(self) -> AsyncIterator[Batch]:
        """Yield what changes, as it does: first everything (`whole`), then differences."""
        from coord_core.storage.watch import follow

        return follow(self.folder, self._journal)

    def lines(self, *, after: int = 0) -> Iterator[Line]:
        """Yield the kept journal's lines with a seq above `after`, oldest first."""
        return (entry.line for entry in self._journal.entries(after))

    def lines_back(self) -> Iterator[Line]:
        """Yield the kept journal's lines, newest first."""
        return (entry.line for entry in self._journal.entries_back())

    def close(self) -> None:
        """Nothing stays open between calls."""

    def transact(self, act: Act, body: Callable[[Transaction], T]) -> Outcome[T]:
        """Run `body` in a transaction and commit what it changed (it may run again if a document moves meanwhile).

        Raises whatever `body` raises, and StorageError or DocumentError: then nothing was changed.
        """
        with self._writing(act.action) as held:
            undone = self._line(act.undoes) if act.undoes else None
            floor = self._next_seq(held)
            for _ in range(_TRIES):
                tx = FileTransaction(self._shelf, floor, time.time(), undone)
                value = body(tx)
                self._step("read")
                if tx.highest_revision >= floor:
                    floor = tx.highest_revision + 1
                    continue
                writes = tx.writes()
                if not writes:
                    return Outcome(value, None)
                if line := self._attempt(act, tx, writes, held):
                    return Outcome(value, line)
            raise NotStored(act.action, "reading", "another program keeps rewriting the same documents")

    def _attempt(self, act: Act, tx: FileTransaction, writes: list[Write], held: Held) -> Line | None:
        """Write, check, commit, settle; None if a document that was read has changed meanwhile."""
        entry = self._entry(act, tx, writes)
        plain = any(write.before.plain or (write.after and write.after.plain) for write in writes)
        raws = [fmt.encode(write.after) if write.after else b"" for write in writes]
        try:
            for n, (write, raw) in enumerate(zip(writes, raws, strict=True)):
                path = f"{self._settler.temporaries}/{tx.seq}.{n}"
                os.close(write_new(path, raw, mode=write.before.found.mode or None))
            self._step("written")
            if not all(unchanged(stored.path, stored.found) for stored in tx.read_set):
                held.require()
                self._settler.sweep()
                return None
            self._step("checked")
            held.require()
            self._commit(entry, held, plain=plain, sync=act.durable)
        except OSError as error:
            self._abandon(act.action, error, held)
        self._settle(entry, held, {write.scope: write.before.found for write in writes})
        return entry.line

    def _entry(self, act: Act, tx: FileTransaction, writes: list[Write]) -> Entry:
        base, rest, files = {}, {}, {}
        segment = self._journal.first_seq
        for write in writes:
            before = write.document
            files[write.scope] = _file(write.before.name, write.before.found.digest, gone=write.after is None)
            if before is None or before.revision is None or before.edited or before.revision < segment:
                base[write.scope] = write.before.fresh().get("data")
            if before and not write.after:
                rest[write.scope] = {"metadata": before.metadata, "extra": before.extra}
        changes = {write.scope: write.edits for write in writes}
        return Entry(self._head(act, tx.seq, tx.at, changes, base=base, rest=rest), files)

    def _head(self, act: Act, seq: int, at: float, changes: Mapping[str, Any], **more: Any) -> Line:
        return Line(
            seq,
            at,
            act.action,
            changes,
            act.actor,
            act.reason,
            boot_id(),
            time.monotonic(),
            act.op,
            undoes=act.undoes,
            **more,
        )

    def _commit(self, entry: Entry, held: Held, *, plain: bool, sync: bool) -> None:
        """Append the line: after this the action has happened. Its number is used up even if that fails."""
        try:
            self._journal.append(entry, plain=plain, sync=sync)
        finally:
            with contextlib.suppress(OSError):  # the journal and the documents know the number too
                held.record(entry.line.seq)
        self._step("committed")

    def _abandon(self, action: str, error: OSError, held: Held) -> None:
        """Leave nothing behind of a transaction that the disk refused."""
        try:
            held.require()  # else they may be somebody else's
            self._settler.sweep()
        except OSError as again:
            error.add_note(f"and the temporaries stay until the next transaction: {again}")
        raise NotStored(action, "writing", _reason(error), advice(error)) from error

    def _settle(self, entry: Entry, held: Held, expected: Mapping[str, Found] = NOBODY) -> None:
        """Settle a committed line. What the disk refuses twice is left to the next transaction's recovery."""
        for last in (False, True):
            try:
                settled = self._settler.settle(entry, expected)
                self._step("settled")
                if settled:
                    self._note(entry, settled, held)
                return
            except OSError:
                if last:
                    return

    def _note(self, entry: Entry, settled: Settled, held: Held) -> None:
        """Write down, in a line of its own, where another program wrote in between."""
        line = entry.line
        note = {"seq": line.seq, "changes": {s: list(map(edit_to_json, e)) for s, e in settled.failed.items()}}
        if settled.kept:
            note["kept"] = settled.kept
        seq = max(self._next_seq(held), line.seq + 1)
        act = Act(NOTE, line.actor)
        noted = self._head(act, seq, time.time(), {}, base=settled.merged, unapplied=[note])
        self._commit(Entry(noted, {}), held, plain=True, sync=True)
        self._step("noted")
        self._settler.sweep()

    def _recover(self, held: Held) -> None:
        """Finish what a crash left: the last line's documents; everything else in `tmp` was never committed."""
        last = self._journal.last
        rebooted = last is not None and last.line.boot != boot_id()
        left = self._settler.leftovers()
        if last is not None and left and self._settler.pending(last.line.seq):
            if rebooted:
                self._make_good(below=last.line.seq)
                self._settler.empty_torn()
            if settled := self._settler.settle(last, NOBODY):
                self._note(last, settled, held)
        if left:
            self._settler.sweep()
        if rebooted:
            self._make_good()

    def _make_good(self, *, below: int = fmt.MAX_REVISION) -> None:
        """Bring back what power loss kept from the disk, as of the lines with a seq under `below`."""
        last = redo.in_danger((line for line in self.lines_back() if line.seq < below), boot_id())
        if last:
            redo.make_good(self._shelf, self._aside, last, (line for line in self.lines() if line.seq < below))

    def _next_seq(self, held: Held) -> int:
        last = self._journal.last
        known = max(last.line.seq if last else 0, held.seq)
        return known + 1 if last else max(known + 1, time.time_ns() // 1_000_000)

    def _line(self, seq: int) -> Line | None:
        for line in self.lines_back():
            if line.seq <= seq:
                return line if line.seq == seq else None
        return None

    def quarantine(self, source: str, act: Act) -> Line:
        """Move an unreadable file aside, never a readable one; raises NotFound, NotStored."""
        with self._writing(act.action) as held:
            if source not in self.load().unreadable:
                raise NotFound(f"unreadable file {source}", "`coordctl findings` lists what cannot be read")
            seq = self._next_seq(held)
            name = os.fsdecode(os.fsencode(f"{seq}-{source}")[:_NAME_BYTES])
            return self._move(act, held, seq, source, f"{self._aside.relative_to(self.folder)}/{name}")

    def restore(self, line: Line, act: Act) -> Line:
        """Bring back what the quarantine in `line` moved aside; raises NotFound, Refused if its place is taken."""
        moved = line.moved or {}
        with self._writing(act.action) as held:
            if not moved or not look(os.path.join(self.folder, moved["to"])).there:
                raise NotFound(f"file set aside by line {line.seq}")
            if look(os.path.join(self.folder, moved["from"])).there:
                raise Refused(f"{moved['from']} is there again: nothing was changed. Move it away first")
            return self._move(act, held, self._next_seq(held), moved["to"], moved["from"])

    def _move(self, act: Act, held: Held, seq: int, source: str, target: str) -> Line:
        """Move a file within the store as a transaction of its own."""
        was = look(os.path.join(self.folder, source)).digest
        line = self._head(act, seq, time.time(), {}, moved={"from": source, "to": target})
        entry = Entry(line, {source: _file(source, was, gone=False)})
        try:
            self._aside.mkdir(exist_ok=True)
            os.close(write_new(f"{self._settler.temporaries}/{seq}.0", b""))
            self._step("written")
            self._commit(entry, held, plain=True, sync=True)
        except OSError as error:
            self._abandon(act.action, error, held)
        self._settle(entry, held)
        return line

    @contextlib.contextmanager
    def _writing(self, action: str) -> Iterator[Held]:
        """Make the store ready, lock it and recover what a crash left, for the length of a `with`."""
        if self.read_only:
            raise ReadOnlyStore(action)
        with contextlib.ExitStack() as stack:
            try:
                self._prepare()
                held = stack.enter_context(self._lock.held(action))
            except OSError as error:
                raise NotStored(action, "locking the store", _reason(error), advice(error)) from error
            self._step("locked")
            self._journal.look()
            try:
                self._recover(held)
            except OSError as error:
                raise NotStored(action, "finishing an earlier action", _reason(error), advice(error)) from error
            self._step("recovered")
            yield held

    def _prepare(self) -> None:
        """Make the folders that writing needs; refuse a file system whose locks do not exclude."""
        if not (self._ready and os.path.isdir(self._settler.temporaries) and os.path.isdir(self._journal.folder)):
            if kind := network_file_system(self.folder):
                reason = f"it lies on {kind}, where the locks of two machines do not exclude each other"
                raise StoreUnsupported(self.url, reason)
            for folder in (self._temporaries, self._journal.folder):
                folder.mkdir(parents=True, exist_ok=True)
            self._ready = True


def _file(name: str, was: list[int] | None, *, gone: bool) -> dict[str, Any]:
    return {"name": name, **({"was": was} if was else {}), **({"gone": True} if gone else {})}


def _reason(error: OSError) -> str:
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
