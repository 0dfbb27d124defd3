"""A transaction's view of a folder: what it read, what it changed, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from coord_core.documents import ABSENT, Change, Changes, Document, Edit, Line
from coord_core.errors import InvalidDocument, StaleView
from coord_core.frozen import frozen
from coord_core.storage import format as fmt
from coord_core.storage.changes import apply, diff_values, fingerprint, from_fingerprint
from coord_core.storage.shelf import Shelf, Stored
from coord_core.times import naive_utc_iso

_PLAIN: Final = b"\0"
"""What packed data begins with where orjson is no help."""

NOTHING_KNOWN: Final[Mapping[str, Stored]] = {}


@frozen
class Write:
    """One document's part of a transaction. document: as it was, but for its data; after: None if it goes."""

    before: Stored
    document: Document | None
    edits: tuple[Edit, ...]
    after: Document | None

    @property
    def scope(self) -> str:
        """The document's full name."""
        return self.before.scope


class FileTransaction:
    """Reads lazily, hands out working copies, and compares them with what was read.

    known: what the transaction before looked at and left as it was: who reads the same documents again and again need
    not parse them each time, while all others wait.
    """

    def __init__(
        self,
        shelf: Shelf,
        seq: int,
        at: float,
        undone: Line | None = None,
        known: Mapping[str, Stored] = NOTHING_KNOWN,
    ) -> None:
        self.seq, self.at = seq, at
        self._shelf, self._undone, self._known = shelf, undone, known
        self._stored: dict[str, Stored] = {}
        self._documents: dict[str, Document | None] = {}
        self._working: dict[str, tuple[dict[str, Any], bytes]] = {}

    def read(self, scope: str) -> Document | None:
        """Return the document as it was before this transaction; raises UnreadableDocument."""
        if scope in self._working:
            return self._find(scope).again()
        if scope not in self._documents:
            self._documents[scope] = self._find(scope).document()
        return self._documents[scope]

    def edit(self, scope: str) -> dict[str, Any]:
        """Return the document's data to change in place (empty if there is none); emptied, the document goes."""
        if scope not in self._working:
            stored = self._find(scope)
            shared = scope in self._documents or scope in self._known
            document = self.read(scope)
            # What was handed out must not change.
            data: dict[str, Any] = stored.fresh() if shared else dict(document.data) if document else {}
            packed = stored.contents.packed if stored.contents else b""
            self._working[scope] = data, packed or pack(data, stored.plain)
        return self._working[scope][0]

    def delete(self, scope: str) -> None:
        """Take the document away; without one, nothing."""
        self.edit(scope).clear()

    def apply(self, changes: Changes) -> None:
        """Make these changes; raises StaleView if an old value does not hold any more."""
        moved = []
        for scope, edits in changes.items():
            for edit, found in apply(self.edit(scope), list(edits)):
                expected = edit.old if isinstance(edit, Change) else list(edit.removed)
                moved.append((scope, edit.path, expected, found))
        if moved:
            raise StaleView(moved)

    def _find(self, scope: str) -> Stored:
        if scope not in self._stored:
            self._stored[scope] = self._shelf.find(scope, self._known.get(scope))
        return self._stored[scope]

    @property
    def left_alone(self) -> dict[str, Stored]:
        """The documents that were read and not edited, by scope, where their signature will tell if they change."""
        return {
            scope: stored
            for scope, stored in self._stored.items()
            if stored.contents and not stored.found.racy and scope not in self._working
        }

    @property
    def read_set(self) -> Iterable[Stored]:
        """Everything that was looked at."""
        return self._stored.values()

    @property
    def highest_revision(self) -> int:
        """The highest revision among the documents that were read."""
        return max((doc.revision or 0 for doc in self._documents.values() if doc), default=0)

    def writes(self) -> list[Write]:
        """Return what changed, a document each; raises InvalidDocument for what may not be stored."""
        writes = []
        for scope, (data, packed) in self._working.items():
            document = self._documents[scope]
            old = document.data if document else {}
            edits = tuple(compare(scope, packed, old, data, restoring=self._undone is not None))
            if edits:
                after = self._after(scope, data, edits)
                writes.append(Write(self._find(scope), self._documents[scope], edits, after))
        return writes

    def _after(self, scope: str, data: dict[str, Any], edits: tuple[Edit, ...]) -> Document | None:
        if not data:
            return None
        before = self._documents[scope]
        if before is None:
            rest = (self._undone.rest.get(scope) if self._undone else None) or {}
            before = Document(scope, {}, rest.get("metadata", {}), extra=rest.get("extra", {}))
            after = revise(before, data, edits, self.seq, self.at, keep_times=bool(rest))
        else:
            after = revise(before, data, edits, self.seq, self.at)
        # To orjson, a NaN that comes back would be null.
        return replace(after, plain=True) if self._undone is not None and fmt.holds_nan(data) else after


def pack(data: Mapping[str, Any], plain: bool = False) -> bytes:
    """Return bytes that are equal for equal data; raises ValueError for what is no data.

    plain: it holds what orjson changes (NaN, huge integers, lone surrogates).
    """
    if not plain:
        try:
            return orjson.dumps(data)  # five times as fast as a fingerprint
        except TypeError:
            pass
    return _PLAIN + fingerprint(data)


def unpack(packed: bytes) -> Any:
    """Return the data that was packed."""
    return from_fingerprint(packed[1:]) if packed.startswith(_PLAIN) else orjson.loads(packed)


def compare(
    scope: str, packed: bytes, old: Mapping[str, Any], data: dict[str, Any], *, restoring: bool = False
) -> Iterable[Edit]:
    """Yield what changed, by key; raises InvalidDocument for what may not be stored.

    packed: the data as it was. old: the same, unless something in it was changed in place through `data`. restoring:
    what comes back may hold what other writers once put there and nobody may put there anew, such as NaN.
    """
    if _changed_in_place(packed, old):
        old = unpack(packed)
    for key in [*old, *(key for key in data if key not in old)]:
        before, new = old.get(key, ABSENT), data.get(key, ABSENT)
        if new is before:
            continue
        for edit in _diff(scope, key, before, new):
            for name in edit.path:
                if not isinstance(name, Mapping):
                    fmt.check_name(scope, name)
            for value in [edit.new] if isinstance(edit, Change) else edit.inserted:
                if value is not ABSENT and not restoring:
                    fmt.check_value(scope, value, 2 + len(edit.path))
            yield edit


def _changed_in_place(packed: bytes, old: Mapping[str, Any]) -> bool:
    try:
        # To orjson, NaN is null.
        return pack(old, packed.startswith(_PLAIN)) != packed or b"null" in packed
    except ValueError:
        return True  # by something that is no data at all: check_value says what is wrong with it


def _diff(scope: str, key: str, before: Any, new: Any) -> list[Edit]:
    try:
        return list(diff_values((key,), before, new))
    except ValueError:
        fmt.check_value(scope, new)
        raise InvalidDocument(scope, "it holds what JSON cannot") from None


def revise(
    before: Document, data: dict[str, Any], edits: Iterable[Edit], seq: int, at: float, *, keep_times: bool = False
) -> Document:
    """Return the document with new data, stamped as the reference stamps it: times by key, naive and in UTC.

    keep_times: keys that have times keep them (a document that comes back).
    """
    now = naive_utc_iso(at)
    metadata = dict(before.metadata)
    for key in dict.fromkeys(str(edit.path[0]) for edit in edits):
        times = metadata.get(key)
        if key not in data:
            metadata.pop(key, None)
            continue
        if keep_times and times is not None:
            continue
        metadata[key] = {"created_at": now, **(times if isinstance(times, dict) else {}), "updated_at": now}
    return replace(before, data=data, metadata=metadata, revision=seq)
