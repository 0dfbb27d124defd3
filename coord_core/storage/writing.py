"""The protocol of a transaction from its writes on: write, check, commit, settle; and recovery (the design, §2)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from coord_core.documents import Line
from coord_core.errors import NotStored
from coord_core.processes import boot_id
from coord_core.storage import Act, redo
from coord_core.storage import format as fmt
from coord_core.storage.changes import edit_to_json
from coord_core.storage.folder import Found, advice, look, unchanged, write_new
from coord_core.storage.journal import Journal
from coord_core.storage.lines import Entry
from coord_core.storage.lock import Held
from coord_core.storage.settler import Settler
from coord_core.storage.settling import Settled
from coord_core.storage.shelf import Shelf
from coord_core.storage.transaction import FileTransaction, Write

NOTE: Final = "note"
NOBODY: Final[Mapping[str, Found]] = {}


class Writer:
    """Who holds the store's lock, and what is done while it is held. Files lie in `shelf`, odd ones go `aside`."""

    def __init__(
        self, shelf: Shelf, journal: Journal, settler: Settler, aside: Path, step: Callable[[str], None], held: Held
    ) -> None:
        self.shelf, self.journal, self.settler = shelf, journal, settler
        self.aside, self.step, self.held = aside, step, held

    def store(self, act: Act, tx: FileTransaction, writes: list[Write], result: Any) -> Line | None:
        """Write, check, commit, settle; None if a document that was read has changed meanwhile."""
        entry = self._entry(act, tx, writes, result)
        plain = any(write.before.plain or (write.after and write.after.plain) for write in writes)
        raws = [fmt.encode(write.after) if write.after else b"" for write in writes]
        try:
            for n, (write, raw) in enumerate(zip(writes, raws, strict=True)):
                path = f"{self.settler.temporaries}/{tx.seq}.{n}"
                os.close(write_new(path, raw, mode=write.before.found.mode or None))
            self.step("written")
            if not all(unchanged(stored.path, stored.found) for stored in tx.read_set):
                self.held.require()
                self.settler.sweep()
                return None
            self.step("checked")
            self._commit(entry, plain=plain, sync=act.durable, require=self.held.require)
        except OSError as error:
            self._abandon(act.action, error)
        self._settle(entry, {write.scope: write.before.found for write in writes})
        return entry.line

    def _entry(self, act: Act, tx: FileTransaction, writes: list[Write], result: Any) -> Entry:
        base, rest, files = {}, {}, {}
        segment = self.journal.first_seq
        for write in writes:
            before = write.document
            files[write.scope] = _file(write.before.name, write.before.found.digest, gone=write.after is None)
            if before is None or before.revision is None or before.edited or before.revision < segment:
                base[write.scope] = write.before.fresh() or None
            if before and not write.after:
                rest[write.scope] = {"metadata": before.metadata, "extra": before.extra}
        changes = {write.scope: write.edits for write in writes}
        return Entry(self._head(act, tx.seq, tx.at, changes, base=base, rest=rest, result=result), files)

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

    def _commit(self, entry: Entry, *, plain: bool, sync: bool, require: Callable[[], None] = lambda: None) -> None:
        """Append the line: after this the action has happened. Its number is used up even if that fails."""
        try:
            self.journal.append(entry, plain=plain, sync=sync, require=require)
        finally:
            with contextlib.suppress(OSError):  # the journal and the documents know the number too
                self.held.record(entry.line.seq)
        self.step("committed")

    def _abandon(self, action: str, error: OSError) -> None:
        """Leave nothing behind of a transaction that the disk refused."""
        try:
            self.held.require()  # else they may be somebody else's
            self.settler.sweep()
        except OSError as again:
            error.add_note(f"and the temporaries stay until the next transaction: {again}")
        raise NotStored(action, "writing", reason_of(error), advice(error)) from error

    def _settle(self, entry: Entry, expected: Mapping[str, Found] = NOBODY) -> None:
        """Settle a committed line. What the disk refuses twice is left to the next transaction's recovery."""
        for last in (False, True):
            try:
                settled = self.settler.settle(entry, expected)
                self.step("settled")
                if settled:
                    self._note(entry, settled)
                return
            except OSError:
                if last:
                    return

    def _note(self, entry: Entry, settled: Settled) -> None:
        """Write down, in a line of its own, where another program wrote in between."""
        line = entry.line
        note = {"seq": line.seq, "changes": {s: list(map(edit_to_json, e)) for s, e in settled.failed.items()}}
        if settled.kept:
            note["kept"] = settled.kept
        seq = max(self.next_seq(), line.seq + 1)
        act = Act(NOTE, line.actor)
        noted = self._head(act, seq, time.time(), {}, base=settled.merged, unapplied=[note])
        self._commit(Entry(noted, {}), plain=True, sync=True)
        self.step("noted")
        self.settler.sweep()

    def recover(self) -> None:
        """Finish what a crash left: the last line's documents; everything else in `tmp` was never committed."""
        last = self.journal.last
        rebooted = last is not None and last.line.boot != boot_id()
        left = self.settler.leftovers()
        if last is not None and left and self.settler.pending(last.line.seq):
            if rebooted:
                self._make_good(below=last.line.seq)
                self.settler.empty_torn()
            if settled := self._settle_at_last(last):
                self._note(last, settled)
        if left:
            self.settler.sweep()
        if rebooted:
            self._make_good()

    def _settle_at_last(self, last: Entry) -> Settled:
        """Settle what an earlier transaction could not; what it still may not do it never will."""
        try:
            return self.settler.settle(last, NOBODY)
        except OSError:
            return self.settler.settle(last, NOBODY, give_up=True)

    def _make_good(self, *, below: int = fmt.MAX_REVISION) -> None:
        """Bring back what power loss kept from the disk, as of the lines with a seq under `below`."""
        newest_first = (entry.line for entry in self.journal.entries_back() if entry.line.seq < below)
        if last := redo.in_danger(newest_first, boot_id()):
            oldest_first = (entry.line for entry in self.journal.entries() if entry.line.seq < below)
            redo.make_good(self.shelf, self.aside, last, oldest_first)

    def next_seq(self) -> int:
        """Return one more than every number so far; without a journal at least the microseconds since 1970.

        Not milliseconds: numbers that outran the clock would come again where journal, lock file and document are lost.
        """
        last = self.journal.last
        known = max(last.line.seq if last else 0, self.held.seq)
        return known + 1 if last else max(known + 1, time.time_ns() // 1000)

    def move(self, act: Act, seq: int, source: str, target: str) -> Line:
        """Move a file within the store as a transaction of its own."""
        was = look(os.path.join(self.shelf.folder, source)).digest
        line = self._head(act, seq, time.time(), {}, moved={"from": source, "to": target})
        entry = Entry(line, {source: _file(source, was, gone=False)})
        try:
            self.aside.mkdir(exist_ok=True)
            os.close(write_new(f"{self.settler.temporaries}/{seq}.0", b""))
            self.step("written")
            self._commit(entry, plain=True, sync=True, require=self.held.require)
        except OSError as error:
            self._abandon(act.action, error)
        self._settle(entry)
        return line


def _file(name: str, was: list[int] | None, *, gone: bool) -> dict[str, Any]:
    return {"name": name, **({"was": was} if was else {}), **({"gone": True} if gone else {})}


def reason_of(error: OSError) -> str:
    """Return what the system says of an error, and of which file."""
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
