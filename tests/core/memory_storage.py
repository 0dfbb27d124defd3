"""MemoryStorage: the storage's promises without a disk, for tests and as the second backend of its contract."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, TypeVar

from coord_core import times
from coord_core.documents import Batch, Change, Changes, Document, Edit, Line, Unreadable
from coord_core.errors import NestedTransaction, NotFound, ReadOnlyStore, Refused, StaleView, UnreadableDocument
from coord_core.processes import boot_id
from coord_core.scopes import check
from coord_core.storage import Act, Outcome
from coord_core.storage import format as fmt
from coord_core.storage.changes import apply, same
from coord_core.storage.stretch import Stretch
from coord_core.storage.transaction import compare, pack

T = TypeVar("T")


class MemoryTransaction:
    def __init__(self, storage: MemoryStorage, seq: int, at: float) -> None:
        self.seq, self.at = seq, at
        self._storage = storage
        self.working: dict[str, dict[str, Any]] = {}

    def read(self, scope: str) -> Document | None:
        return self._storage.read(scope)

    def edit(self, scope: str) -> dict[str, Any]:
        if scope not in self.working:
            document = self.read(scope)
            self.working[scope] = deepcopy(dict(document.data)) if document else {}
        return self.working[scope]

    def delete(self, scope: str) -> None:
        self.edit(scope).clear()

    def apply(self, changes: Changes) -> None:
        moved = [
            (scope, edit.path, edit.old if isinstance(edit, Change) else list(edit.removed), found)
            for scope, edits in changes.items()
            for edit, found in apply(self.edit(scope), edits)
        ]
        if moved:
            raise StaleView(moved)


class MemoryStorage:
    url = "memory:"

    def __init__(
        self, data: Mapping[str, Mapping[str, Any]] | None = None, *, now: Callable[[], float] = time.time
    ) -> None:
        self.read_only = False
        self.documents: dict[str, Document] = {}
        self.unreadable: dict[str, Unreadable] = {}
        self.aside: dict[str, Unreadable] = {}
        self.journal: list[Line] = []
        self._now, self._lock, self._inside = now, threading.Lock(), threading.local()
        for scope, each in (data or {}).items():
            self.write(scope, each)

    def write(self, scope: str, data: Mapping[str, Any]) -> None:
        """Store a document as another program would: no line, no revision."""
        stamp, before = times.naive_utc_iso(self._now()), self.documents.get(scope)
        stamps = {key: {"created_at": stamp, "updated_at": stamp} for key in data}
        if before:
            stamps |= {
                key: before.metadata[key] for key in data if key in before.data and same(before.data[key], data[key])
            }
        revision = before.revision if before else None
        self.documents[scope] = Document(
            scope, deepcopy(dict(data)), stamps, revision, revision is not None, self._now(), scope
        )

    def read(self, scope: str) -> Document | None:
        for bad in self.unreadable.values():
            if bad.scope == scope:
                raise UnreadableDocument(bad.source, bad.reason)
        return self.documents.get(check(scope))

    def load(self) -> Batch:
        return Batch(dict(self.documents), dict(self.unreadable), whole=True)

    def looks(self) -> Iterator[Batch]:
        while True:
            yield self.load()

    def transact(self, act: Act, body: Callable[[MemoryTransaction], T]) -> Outcome[T]:
        with self._writing(act):
            for line in self.journal:
                if act.op is not None and line.op == act.op:
                    return Outcome(line.result, line)
            tx = MemoryTransaction(self, self._next(), self._now())
            value = body(tx)
            before = {scope: self.documents.get(scope) for scope in tx.working}
            found = {
                scope: tuple(
                    compare(
                        scope,
                        _packed(document),
                        document.data if document else {},
                        tx.working[scope],
                        restoring=act.undoes is not None,
                    )
                )
                for scope, document in before.items()
            }
            changes = {scope: edits for scope, edits in found.items() if edits}
            if not changes:
                return Outcome(value, None)
            gone = {scope: before[scope] for scope in changes if not tx.working[scope]}
            rest = {scope: {"metadata": doc.metadata, "extra": doc.extra} for scope, doc in gone.items() if doc}
            base = {
                scope: dict(doc.data) if doc else None
                for scope in changes
                for doc in [before[scope]]
                if doc is None or doc.revision is None or doc.edited
            }
            for scope in changes:
                fmt.encode(Document(scope, tx.working[scope]))
            line = self._line(act, tx.seq, tx.at, changes, result=value if act.op else None, rest=rest, base=base)
            for scope, edits in changes.items():
                self._put(scope, tx.working[scope], edits, line)
            self.journal.append(line)
            return Outcome(value, line)

    def lines(self, *, after: int = 0) -> Iterator[Line]:
        return iter([line for line in self.journal if line.seq > after])

    def lines_back(self) -> Iterator[Line]:
        return iter(self.journal[::-1])

    def stretch(self, *, before: int | None = None) -> Stretch:
        return Stretch.of(self.journal, before)

    def quarantine(self, source: str, act: Act) -> Line:
        with self._writing(act):
            if source not in self.unreadable:
                raise NotFound(f"unreadable file {source}")
            line = self._line(act, self._next(), self._now(), {}, moved={"from": source, "to": f"aside/{source}"})
            self.aside[f"aside/{source}"] = self.unreadable.pop(source)
            self.journal.append(line)
            return line

    def restore(self, line: Line, act: Act) -> Line:
        with self._writing(act):
            moved = line.moved or {}
            taken = moved.get("from") in self.unreadable or moved.get("from") in self.documents
            if moved.get("to") in self.aside and taken:
                raise Refused(f"{moved['from']} is there again")
            if moved.get("to") not in self.aside:
                raise NotFound(f"file that line {line.seq} set aside")
            back = self._line(act, self._next(), self._now(), {}, moved={"from": moved["to"], "to": moved["from"]})
            self.unreadable[moved["from"]] = self.aside.pop(moved["to"])
            self.journal.append(back)
            return back

    async def follow(self) -> AsyncIterator[Batch]:
        seen, last = self.load(), self.journal[-1].seq if self.journal else 0
        yield replace(seen, lines=tuple(self.journal))
        while True:
            await asyncio.sleep(0.005)
            new, lines = self.load(), tuple(self.lines(after=last))
            last = lines[-1].seq if lines else last
            batch = Batch(_changed(seen.documents, new.documents), _changed(seen.unreadable, new.unreadable), lines)
            seen = new
            if batch.documents or batch.unreadable or batch.lines:
                yield batch

    def close(self) -> None:
        pass

    def _writing(self, act: Act) -> _Writing:
        if self.read_only:
            raise ReadOnlyStore(act.action)
        return _Writing(self._lock, self._inside, act.action)

    def _next(self) -> int:
        return 1 + (self.journal[-1].seq if self.journal else 1000)

    def _line(self, act: Act, seq: int, at: float, changes: Mapping[str, tuple[Edit, ...]], **more: Any) -> Line:
        return Line(
            seq, at, act.action, deepcopy(dict(changes)), act.actor, act.reason, boot_id(), time.monotonic(),
            op=act.op, undoes=act.undoes, **more,
        )  # fmt: skip

    def _put(self, scope: str, data: dict[str, Any], edits: tuple[Edit, ...], line: Line) -> None:
        if not data:
            self.documents.pop(scope, None)
            return
        undone = next((each for each in self.journal if each.seq == line.undoes), None)
        rest = undone.rest.get(scope, {}) if undone and scope not in self.documents else {}
        before = self.documents.get(scope) or Document(
            scope, {}, rest.get("metadata", {}), extra=rest.get("extra", {}), source=scope
        )
        stamp = times.naive_utc_iso(line.at)
        stamps = {key: dict(before.metadata[key]) for key in data if key in before.metadata}
        for key in {str(edit.path[0]) for edit in edits} & data.keys():
            if not (rest and key in stamps):
                stamps[key] = {"created_at": stamp, **stamps.get(key, {}), "updated_at": stamp}
        self.documents[scope] = replace(
            before, data=deepcopy(data), metadata=stamps, revision=line.seq, edited=False, written_at=line.at
        )


class _Writing:
    """One writer at a time, and none inside another."""

    def __init__(self, lock: threading.Lock, inside: threading.local, action: str) -> None:
        self._lock, self._inside, self._action = lock, inside, action

    def __enter__(self) -> None:
        if getattr(self._inside, "here", False):
            raise NestedTransaction(self._action)
        self._lock.acquire()
        self._inside.here = True

    def __exit__(self, *_: object) -> None:
        self._inside.here = False
        self._lock.release()


def _packed(document: Document | None) -> bytes:
    return pack(document.data if document else {}, bool(document and document.plain))


def _changed(old: Mapping[str, T], new: Mapping[str, T]) -> dict[str, T | None]:
    fresh: dict[str, T | None] = {key: value for key, value in new.items() if old.get(key) is not value}
    return {**fresh, **{key: None for key in old if key not in new}}
