"""Where documents live. Storage keeps bytes, locks and durability; it knows no meaning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from coord_core.documents import Batch, Changes, Document, Line
from coord_core.frozen import frozen

if TYPE_CHECKING:
    from coord_core.storage.stretch import Stretch

T = TypeVar("T")


@frozen
class Act:
    """Who does what and why: the head of a journal line.

    action: its name. actor: `{"workspace", "session"}` or `{"supervisor": "kim@laptop"}`. undoes: seq taken back. op:
    the caller's own id of this act; the same one again returns the first answer. durable: synced to disk before it is
    acknowledged (heartbeats and progress may go without).
    """

    action: str
    actor: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    undoes: int | None = None
    op: str | None = None
    durable: bool = True


@frozen
class Outcome(Generic[T]):
    """What a transaction came to: the body's value, and the line that it committed (None: nothing changed)."""

    value: T
    line: Line | None


class Transaction(Protocol):
    """A view of the store in which any number of documents are read and changed, entirely or not at all."""

    @property
    def seq(self) -> int:
        """The number that this transaction's line gets if it commits: a fence."""

    @property
    def at(self) -> float:
        """When it happens, seconds since 1970."""

    def read(self, scope: str) -> Document | None:
        """Return the document as it was before this transaction; raises UnreadableDocument."""

    def edit(self, scope: str) -> dict[str, Any]:
        """Return the document's data to change in place (empty if there is none); emptied, the document goes."""

    def delete(self, scope: str) -> None:
        """Take the document away; without one, nothing."""

    def apply(self, changes: Changes) -> None:
        """Make these changes; raises StaleView if an old value does not hold any more."""


class Storage(Protocol):
    """A store of documents, each under a full scope name."""

    @property
    def url(self) -> str:
        """What opens this store again."""

    @property
    def read_only(self) -> bool:
        """Whether it refuses every change."""

    def read(self, scope: str) -> Document | None:
        """Return one document, None without one; raises UnreadableDocument."""

    def load(self) -> Batch:
        """Return everything there is, without lines; raises StoreMissing, StoreUnreadable."""

    def looks(self) -> Iterator[Batch]:
        """Yield everything there is, and then, as often as it is asked for, what changed since; raises StoreUnreadable.

        A store that is not there yet is empty.
        """

    def transact(self, act: Act, body: Callable[[Transaction], T]) -> Outcome[T]:
        """Run `body` in a transaction and commit what it changed (it may run again if a document moves meanwhile).

        Raises whatever `body` raises, and StorageError or DocumentError: then nothing was changed.
        """

    def lines(self, *, after: int = 0) -> Iterator[Line]:
        """Yield the kept journal's lines with a seq above `after`, oldest first."""

    def lines_back(self) -> Iterator[Line]:
        """Yield the kept journal's lines, newest first."""

    def stretch(self, *, before: int | None = None) -> Stretch:
        """Return the newest run of kept lines with seqs below `before`, empty where the journal begins.

        It stands alone: where a line is the first of the run to change a document, `base` tells what stood there.
        """

    def quarantine(self, source: str, act: Act) -> Line:
        """Move an unreadable file aside, never a readable one; raises NotFound, NotStored."""

    def restore(self, line: Line, act: Act) -> Line:
        """Bring back what the quarantine in `line` moved aside; raises NotFound if its place is taken."""

    def follow(self) -> AsyncIterator[Batch]:
        """Yield what changes, as it does: first everything (`whole`), then differences. It ends only when closed."""

    def close(self) -> None:
        """Let go of what is held open."""


__all__ = ["Act", "Outcome", "Storage", "Transaction", "open_storage"]


def open_storage(url: str, *, read_only: bool = False) -> Storage:
    """Open the store at `url`: a folder, or `file:` and a folder; it need not be there yet.

    Raises StoreUnsupported for a kind of store that is not known.
    """
    from coord_core.errors import StoreUnsupported
    from coord_core.storage.files import FileStorage

    kind, sep, rest = url.partition(":")
    if sep and kind == "file":
        return FileStorage(rest.removeprefix("//"), read_only=read_only)
    if sep and "/" not in kind and rest.startswith("//"):
        raise StoreUnsupported(url, f"no storage is called {kind!r}; a folder's path is what works")
    return FileStorage(url, read_only=read_only)
