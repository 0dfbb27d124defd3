"""follow(): changed documents and journal lines, as they come.

What the system tells of a folder is a hint, never the truth: it loses events in silence, dies of names it cannot
decode and goes blind when the folder is replaced. So each hint means "look at that file again", and every few seconds
the whole folder is compared with what is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coord_core.documents import Batch, Document, Unreadable
from coord_core.errors import StorageError, StoreMissing, StoreUnreadable, UnreadableDocument
from coord_core.scopes import parse as parse_scope
from coord_core.storage import format as fmt
from coord_core.storage.filenames import SUFFIX, encoded_name, scope_of
from coord_core.storage.folder import Found, Signature, look, signature_of
from coord_core.storage.journal import Journal, Tail

RESCAN_S: Final = 2.0
POLL_S: Final = 0.25
RECENT_S: Final = 1800.0
RACY_S: Final = 0.05


@dataclass(slots=True)
class _Difference:
    """What a look at some files found changed; silent are those that do not name their scope."""

    documents: dict[str, Document | None] = field(default_factory=dict)
    unreadable: dict[str, Unreadable | None] = field(default_factory=dict)
    silent: list[tuple[str, Found, dict[str, object], bool]] = field(default_factory=list)


class View:
    """What is known of a folder's files, and how it differs from what stands there now."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder, self.tail = folder, Tail(journal)
        self._signatures: dict[str, Signature] = {}
        self._scopes: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        self._unreadable: set[str] = set()
        self._workspaces: set[str] = set()
        self._fresh: dict[str, bytes | None] = {}
        self._identity: tuple[int, int] | None = None

    def load(self) -> Batch:
        """Return everything there is; raises StoreMissing, StoreUnreadable."""
        self.__init__(self.folder, self.tail.journal)  # type: ignore[misc]
        collecting = gc.isenabled()
        # Thousands of fresh containers and no garbage among them: collecting would only count them again and again.
        gc.disable()
        try:
            found = self._scan()
            out = self._read(found)
        finally:
            if collecting:
                gc.enable()
        return Batch(out.documents, out.unreadable, whole=True)

    def rescan(self) -> Batch:
        """Return what changed anywhere; `whole` if the folder itself was replaced."""
        info = self._stat()
        if (info.st_dev, info.st_ino) != self._identity:
            return self.load()
        found = self._scan()
        changed = {name for name, signature in found.items() if self._signatures.get(name) != signature}
        return self._difference(changed | (self._signatures.keys() - found.keys()) | self._fresh.keys())

    def look_at(self, names: Iterable[str]) -> Batch:
        """Return what changed in these files."""
        return self._difference({name for name in names if _counts(name)} | self._fresh.keys())

    @property
    def restless(self) -> bool:
        """Whether a file was so fresh when it was read that it may change again without a sign."""
        return bool(self._fresh)

    def _stat(self) -> os.stat_result:
        try:
            return os.stat(self.folder)
        except (FileNotFoundError, NotADirectoryError):
            raise StoreMissing(str(self.folder)) from None
        except OSError as error:
            raise StoreUnreadable(str(self.folder), error.strerror or str(error)) from error

    def _scan(self) -> dict[str, Signature]:
        info = self._stat()
        self._identity = info.st_dev, info.st_ino
        found = {}
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if _counts(entry.name):
                        with contextlib.suppress(FileNotFoundError):
                            found[entry.name] = signature_of(entry.stat(follow_symlinks=False))
        except (FileNotFoundError, NotADirectoryError):
            raise StoreMissing(str(self.folder)) from None
        except OSError as error:
            raise StoreUnreadable(str(self.folder), error.strerror or str(error)) from error
        return found

    def _difference(self, names: set[str]) -> Batch:
        before = len(self._workspaces)
        out = self._read(names)
        if len(self._workspaces) != before and before:
            # A new workspace may be the longer prefix of names that were read before.
            return self.load()
        return Batch(out.documents, out.unreadable)

    def _read(self, names: Iterable[str]) -> _Difference:
        """Read files again; files that name their scope first, because their workspaces tell the others'."""
        out = _Difference()
        fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in names:
                self._open(name, fd, out)
        finally:
            os.close(fd)
        for name, found, members, plain in out.silent:
            self._shelve(name, scope_of(name, None, self._workspaces), found, members, plain, out)
        return out

    def _open(
        self,
        name: str,
        fd: int,
        out: _Difference,
    ) -> None:
        found = look(name, fd)
        if not found.there or found.signature is None:
            self._forget(name, out)
            return
        fresh = self._fresh.pop(name, None)
        if found.racy:
            self._fresh[name] = found.raw
        same_as_before = self._signatures.get(name) == found.signature and (fresh is None or fresh == found.raw)
        self._signatures[name] = found.signature
        if same_as_before:
            return
        try:
            _require_text(name)
            if found.raw is None:
                raise UnreadableDocument(name, found.problem)
            members, plain = fmt.parse(found.raw, name)
        except UnreadableDocument as error:
            self._mark(name, error.reason, found, out)
            return
        member = members.get("scope")
        scope = scope_of(name, member, ()) if isinstance(member, str) else None
        if scope is not None and scope == member:
            if workspace := parse_scope(scope).workspace:
                self._workspaces.add(workspace)
            self._shelve(name, scope, found, members, plain, out)
        else:
            out.silent.append((name, found, members, plain))

    def _shelve(
        self,
        name: str,
        scope: str | None,
        found: Found,
        members: dict[str, object],
        plain: bool,
        out: _Difference,
    ) -> None:
        """Count a readable file as its scope's document, unless a better file has that scope."""
        if scope is None:
            return self._mark(name, "its name says no scope, and neither does it", found, out)
        rivals = self._names.setdefault(scope, set()) | {name}
        winner = encoded_name(scope) if encoded_name(scope) in rivals else min(rivals)
        if name != winner:
            return self._mark(name, f"{winner} holds the same scope, and wins", found, out)
        for rival in rivals - {name}:
            stood = look(os.path.join(self.folder, rival))
            self._mark(rival, f"{name} holds the same scope, and wins", stood, out)
        old = self._scopes.get(name)
        if old is not None and old != scope:
            out.documents[old] = None
        self._scopes[name] = scope
        self._names[scope] = {name}
        if name in self._unreadable:
            self._unreadable.discard(name)
            out.unreadable[name] = None
        written_at = found.signature[0] / 1e9 if found.signature else 0.0
        out.documents[scope] = fmt.document(members, scope, name, written_at, plain)
        return None

    def _mark(
        self,
        name: str,
        reason: str,
        found: Found,
        out: _Difference,
    ) -> None:
        """Count a file as unreadable; its scope's last good document stays known to whoever saw it."""
        self._unreadable.add(name)
        mtime, size = found.signature[:2] if found.signature else (0, 0)
        scope = self._scopes.get(name) or _guess(name, self._workspaces)
        out.unreadable[name] = Unreadable(name, scope, reason, mtime / 1e9, size)

    def _forget(self, name: str, out: _Difference) -> None:
        self._signatures.pop(name, None)
        self._fresh.pop(name, None)
        scope = self._scopes.pop(name, None)
        if scope is not None and self._names.pop(scope, set()):
            out.documents.setdefault(scope, None)
        if name in self._unreadable:
            self._unreadable.discard(name)
            out.unreadable[name] = None
            # Whoever lost to this file may take its place now.
            self._fresh |= {other: None for other in self._unreadable if self._signatures.pop(other, None)}


def _counts(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.startswith(".")


def _require_text(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UnreadableDocument(name, "its name is not valid text") from None


def _guess(name: str, workspaces: set[str]) -> str | None:
    try:
        return scope_of(name, None, workspaces)
    except UnicodeEncodeError:
        return None


async def follow(folder: Path, journal: Journal) -> AsyncIterator[Batch]:
    """Yield what changes in a folder, first everything; a folder that is missing or unreadable is waited for."""
    view, hints = View(folder, journal), Hints(folder)
    problem: str | None = None
    whole = True
    try:
        while True:
            try:
                names = hints.take()
                batch = await asyncio.to_thread(_next_batch, view, None if whole or names is None else names, whole)
            except StorageError as error:
                if problem != str(error):
                    problem = str(error)
                    yield Batch(problem=problem)
                whole = True
                await asyncio.sleep(POLL_S)
                continue
            if whole or problem or batch.documents or batch.unreadable or batch.lines or batch.whole:
                yield batch
            if batch.whole and not whole:
                hints.restart()
            whole, problem = False, None
            await hints.wait(RACY_S if view.restless else RESCAN_S)
    finally:
        await hints.close()


def _next_batch(view: View, names: set[str] | None, whole: bool) -> Batch:
    """Look again; lines are read after the documents, so that no line is missed that a document shows."""
    batch = view.load() if whole else view.rescan() if names is None else view.look_at(names)
    lines = view.tail.recent(time.time() - RECENT_S) if batch.whole else list(view.tail.lines())
    return Batch(batch.documents, batch.unreadable, lines, batch.whole)


class Hints:
    """File names that the system says have changed, as they come; it may say too little or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self._event = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._scanned = 0.0

    def take(self) -> set[str] | None:
        """Return the names since the last call, None when it is time to look at everything."""
        names, self._names = self._names, set()
        self._event.clear()
        if time.monotonic() - self._scanned >= RESCAN_S or not (self._task and not self._task.done()):
            self._scanned = time.monotonic()
            return None
        return names

    async def wait(self, seconds: float) -> None:
        """Wait for a hint, at most so many seconds; without a watcher, only as long as polling does."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
            await asyncio.sleep(0)
        left = self._scanned + RESCAN_S - time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), max(0.0, min(seconds, left)))

    def restart(self) -> None:
        """Watch anew: the folder is another one now."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        from watchfiles import awatch

        try:
            async for changes in awatch(
                self._folder, watch_filter=None, step=10, debounce=50, recursive=False, rust_timeout=5000
            ):
                self._names |= {os.path.basename(path) for _, path in changes}
                self._event.set()
        except Exception:
            # It dies of undecodable names and of a spent system limit; rescans go on at the poll's pace.
            await asyncio.sleep(POLL_S)
            self._scanned = 0.0
            self._event.set()
