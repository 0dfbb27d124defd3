"""View: what is known of a folder's files, and how it differs from what stands there now."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coord_core.documents import Batch, Document, Unreadable
from coord_core.errors import StoreMissing, StoreUnreadable, UnreadableDocument
from coord_core.scopes import parse as parse_scope
from coord_core.storage import format as fmt
from coord_core.storage.filenames import SUFFIX, encoded_name, scope_of
from coord_core.storage.folder import Found, Signature, look, signature_of
from coord_core.storage.journal import Journal
from coord_core.storage.tail import Tail


@dataclass(slots=True)
class _Difference:
    """What a look at some files found changed.

    silent: those that do not name their scope. again: those to look at again, because another one gave way.
    """

    documents: dict[str, Document | None] = field(default_factory=dict)
    unreadable: dict[str, Unreadable | None] = field(default_factory=dict)
    silent: list[tuple[str, Found, fmt.Contents]] = field(default_factory=list)
    again: set[str] = field(default_factory=set)


class View:
    """What is known of a folder's files, and how it differs from what stands there now."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder, self.tail = folder, Tail(journal)
        self._signatures: dict[str, Signature] = {}
        self._scopes: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        self._unreadable: set[str] = set()
        self._losers: set[str] = set()
        self._closed: set[str] = set()
        self._workspaces: dict[str, str] = {}
        self._fresh: dict[str, bytes | None] = {}
        self._identity: tuple[int, int] | None = None

    def load(self) -> Batch:
        """Return everything there is; raises StoreMissing, StoreUnreadable."""
        self.__init__(self.folder, self.tail.journal)  # type: ignore[misc]
        collecting = gc.isenabled()
        # Thousands of fresh containers and no garbage among them: collecting would only count them again and again.
        gc.disable()
        try:
            with self._reaching():
                names = [entry.name for entry in self._entries()]
            out = self._read(names)
        finally:
            if collecting:
                gc.enable()
        return Batch(out.documents, out.unreadable, whole=True)

    def rescan(self) -> Batch:
        """Return what changed anywhere; `whole` if the folder itself was replaced."""
        with self._reaching():
            info = os.stat(self.folder)
        if (info.st_dev, info.st_ino) != self._identity:
            return self.load()
        found = self._scan()
        changed = {name for name, signature in found.items() if self._signatures.get(name) != signature}
        return self._difference(changed | (self._signatures.keys() - found.keys()) | self._fresh.keys() | self._closed)

    def look_at(self, names: Iterable[str]) -> Batch:
        """Return what changed in these files."""
        return self._difference({name for name in names if _counts(name)} | self._fresh.keys())

    @property
    def restless(self) -> bool:
        """Whether a file was so fresh when it was read that it may change again without a sign."""
        return bool(self._fresh)

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            if self.folder.is_file():
                raise StoreUnreadable(str(self.folder), "it is a file, not a folder") from None
            raise StoreMissing(str(self.folder)) from None
        except OSError as error:
            raise StoreUnreadable(str(self.folder), error.strerror or str(error)) from error

    def _scan(self) -> dict[str, Signature]:
        found = {}
        with self._reaching():
            for entry in self._entries():
                with contextlib.suppress(FileNotFoundError):
                    found[entry.name] = signature_of(entry.stat(follow_symlinks=False))
        return found

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        info = os.stat(self.folder)
        self._identity = info.st_dev, info.st_ino
        with os.scandir(self.folder) as entries:
            yield from (entry for entry in entries if _counts(entry.name))

    def _difference(self, names: set[str]) -> Batch:
        before = set(self._workspaces.values())
        out = self._read(names)
        if set(self._workspaces.values()) != before:
            # A workspace may be the longer prefix of names that were read before.
            return self.load()
        return Batch(out.documents, out.unreadable)

    def _read(self, names: Iterable[str]) -> _Difference:
        """Read files again; files that name their scope first, because their workspaces tell the others'."""
        out = _Difference()
        with self._reaching():
            fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                while names:
                    for name in names:
                        self._open(name, fd, out)
                    workspaces = set(self._workspaces.values())
                    for name, found, contents in out.silent:
                        self._shelve(name, scope_of(name, None, workspaces), found, contents, out)
                    names, out.again, out.silent = out.again, set(), []
            finally:
                os.close(fd)
        return out

    def _open(self, name: str, fd: int, out: _Difference) -> None:
        found = look(name, fd)
        fresh = self._fresh.pop(name, None)
        if found.signature is None:
            self._forget(name, out)
            return
        if found.racy:
            self._fresh[name] = found.raw
        same_as_before = self._signatures.get(name) == found.signature and (fresh is None or fresh == found.raw)
        if (found.raw is None) != (name in self._closed):
            # Rights change without a new signature.
            same_as_before = False
            self._closed ^= {name}
        self._signatures[name] = found.signature
        if same_as_before:
            return
        try:
            _require_text(name)
            if found.raw is None:
                raise UnreadableDocument(name, found.problem)
            contents = fmt.parse(found.raw, name)
        except UnreadableDocument as error:
            if len(self._names.get(self._scopes.get(name, ""), ())) > 1:
                self._release(name, out)
            self._mark(name, error.reason, found, out)
            return
        member = contents.members.get("scope")
        scope = scope_of(name, member, ()) if isinstance(member, str) else None
        self._workspaces.pop(name, None)
        if scope is not None and scope == member:
            if workspace := parse_scope(scope).workspace:
                self._workspaces[name] = workspace
            self._shelve(name, scope, found, contents, out)
        else:
            # It waits until all are read: the bytes of thousands would take more room than all that is made of them.
            out.silent.append((name, Found(None, found.signature), contents))

    def _shelve(self, name: str, scope: str | None, found: Found, contents: fmt.Contents, out: _Difference) -> None:
        """Count a readable file as its scope's document, unless a better file has that scope."""
        if self._scopes.get(name) != scope:
            self._release(name, out)
        if scope is None:
            return self._mark(name, "its name says no scope, and neither does it", found, out)
        rivals = self._names.setdefault(scope, set())
        for rival in rivals & (self._unreadable - self._losers) - {name}:
            rivals.remove(rival)  # torn: its last good view gives way
            del self._scopes[rival]
        rivals.add(name)
        self._scopes[name] = scope
        winner = _winner(scope, rivals)
        if name != winner:
            self._losers.add(name)
            return self._mark(name, f"{winner} holds the same scope, and wins", found, out)
        for rival in rivals - {name} - self._losers:
            self._losers.add(rival)
            self._mark(rival, f"{name} holds the same scope, and wins", look(os.path.join(self.folder, rival)), out)
        self._losers.discard(name)
        if name in self._unreadable:
            self._unreadable.discard(name)
            out.unreadable[name] = None
        written_at = found.signature[0] / 1e9 if found.signature else 0.0
        out.documents[scope] = fmt.document(contents, scope, name, written_at)
        return None

    def _mark(self, name: str, reason: str, found: Found, out: _Difference) -> None:
        """Count a file as unreadable; its scope's last good document stays known to whoever saw it."""
        self._unreadable.add(name)
        mtime, size = found.signature[:2] if found.signature else (0, 0)
        scope = self._scopes.get(name) or _guess(name, set(self._workspaces.values()))
        out.unreadable[name] = Unreadable(name, scope, reason, mtime / 1e9, size)

    def _release(self, name: str, out: _Difference) -> None:
        """Let go of a file's scope; those that lost it to this file are looked at again."""
        scope = self._scopes.pop(name, None)
        if scope is None:
            return
        rivals = self._names[scope]
        rivals.remove(name)
        if name in self._losers:
            self._losers.remove(name)
            return
        out.documents[scope] = None
        for rival in rivals:
            self._signatures.pop(rival, None)
        out.again |= rivals

    def _forget(self, name: str, out: _Difference) -> None:
        self._signatures.pop(name, None)
        self._closed.discard(name)
        self._workspaces.pop(name, None)
        self._release(name, out)
        if name in self._unreadable:
            self._unreadable.discard(name)
            out.unreadable[name] = None


def _counts(name: str) -> bool:
    return name.endswith(SUFFIX) and not name.startswith(".")


def _winner(scope: str, rivals: set[str]) -> str:
    if len(rivals) == 1:
        return next(iter(rivals))
    return encoded_name(scope) if encoded_name(scope) in rivals else min(rivals)


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
