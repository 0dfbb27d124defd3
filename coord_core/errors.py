"""Everything that can go wrong, as one tree.

CoordError
├── StorageError              the store itself
│   ├── StoreMissing          there is no store at that place
│   ├── StoreUnreadable       the store is there, but may not be read
│   ├── StoreUnsupported      a kind of store or file system that cannot keep the promises
│   ├── ReadOnlyStore         a change was asked of a store opened read-only
│   ├── LockTimeout           somebody held the store's lock past the deadline
│   ├── NestedTransaction     a transaction was begun inside a transaction
│   ├── NotStored             the change could not be stored; nothing was changed
│   └── OutcomeUnknown        the disk failed so badly that nobody can say whether it was stored
├── DocumentError             one document
│   ├── UnreadableDocument    it cannot be read, so it will not be overwritten
│   ├── InvalidDocument       what was to be stored breaks a rule
│   └── InvalidScope          that is not the name of a document
└── Refused                   the state of things forbids the action
    ├── StaleView             something changed since it was looked at
    ├── NotFound              there is no such record
    ├── ReasonNeeded          it takes from a session that is alive, and no reason was given
    └── NothingToUndo         no action of yours is left to take back
"""

from __future__ import annotations

from typing import Any


class CoordError(Exception):
    """Any error of this project."""


class StorageError(CoordError):
    """The store failed as a whole."""


class StoreMissing(StorageError):
    """There is no store at that place (`place`)."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(f"no store at {place}: start an agent there, or name another one with --store")


class StoreUnreadable(StorageError):
    """The store at `place` may not be read, for `reason`."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"cannot read {place}: {reason}; nothing was changed. `ls -ld` shows what it is and whose")


class StoreUnsupported(StorageError):
    """The store at `place` is of a kind that cannot keep the promises, for `reason`."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"cannot use {place}: {reason}")


class ReadOnlyStore(StorageError):
    """`action` would change a store that was opened read-only."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(f"{action}: this store was opened read-only, nothing was changed; open it without --read-only")


class LockTimeout(StorageError):
    """The store's lock stayed taken for `waited` seconds; `holder` is what its file says of who has it."""

    def __init__(self, waited: float, holder: dict[str, Any]) -> None:
        self.waited, self.holder = waited, holder
        pid, host = holder.get("pid", "?"), holder.get("host", "?")
        super().__init__(
            f"the store's lock was held for {waited:.1f}s by pid {pid} on {host} "
            f"(doing {holder.get('action') or 'something'} since {holder.get('since', '?')}); nothing was changed. "
            f"If that process is stopped, continue or end it, then try again"
        )


class NestedTransaction(StorageError):
    """`action` began a transaction inside a transaction of the same thread."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(f"{action}: a transaction is already open in this thread; finish it first")


class NotStored(StorageError):
    """The disk refused a step of `action`; nothing was changed. advice: what to do about it."""

    def __init__(self, action: str, step: str, reason: str, advice: str = "Try again") -> None:
        self.action, self.step, self.reason = action, step, reason
        super().__init__(f"{action}: not stored, {step} failed ({reason}); nothing was changed. {advice}")


class OutcomeUnknown(StorageError):
    """The journal could neither be written nor mended: line `seq` may or may not stand."""

    def __init__(self, action: str, seq: int, reason: str) -> None:
        self.action, self.seq, self.reason = action, seq, reason
        super().__init__(
            f"{action}: the disk failed while line {seq} was written ({reason}) and again while it was taken back; "
            f"look at the journal before you repeat it"
        )


class DocumentError(CoordError):
    """One document is at fault."""


class UnreadableDocument(DocumentError):
    """The document stored as `source` cannot be read, for `reason`; it is never overwritten."""

    def __init__(self, source: str, reason: str) -> None:
        self.source, self.reason = source, reason
        super().__init__(f"cannot read {source}: {reason}; it was left alone. `coordctl quarantine` sets it aside")


class InvalidDocument(DocumentError):
    """What was to be stored in `scope` breaks a rule, for `reason`."""

    def __init__(self, scope: str, reason: str) -> None:
        self.scope, self.reason = scope, reason
        super().__init__(f"{scope}: {reason}; nothing was changed")


class InvalidScope(DocumentError):
    """`scope` cannot be the name of a document, for `reason`."""

    def __init__(self, scope: str, reason: str) -> None:
        self.scope, self.reason = scope, reason
        super().__init__(f"{scope!r} cannot name a document: {reason}")


class Refused(CoordError):
    """The state of things forbids the action; nothing was changed."""


class StaleView(Refused):
    """Something changed since it was looked at.

    `moved` holds one (scope, path, expected, found) for each value that is not what it was; an absent value is
    `coord_core.documents.ABSENT`.
    """

    def __init__(self, moved: list[tuple[str, tuple[Any, ...], Any, Any]]) -> None:
        self.moved = moved
        where = ", ".join(sorted({scope for scope, *_ in moved}))
        super().__init__(f"{where} changed while you were deciding; nothing was changed. Look again, then decide")


class NotFound(Refused):
    """There is no `what`."""

    def __init__(self, what: str, hint: str = "") -> None:
        self.what, self.hint = what, hint
        super().__init__(f"no {what}{'; ' + hint if hint else ''}")


class ReasonNeeded(Refused):
    """The action takes something from `session`, which is alive, and no reason was given."""

    def __init__(self, session: str) -> None:
        self.session = session
        super().__init__(f"this takes from {session}, which is alive: give a reason (--reason); nothing was changed")


class NothingToUndo(Refused):
    """No action of this user is left to take back or to do again."""

    def __init__(self, why: str = "no action of yours is left to take back") -> None:
        self.why = why
        super().__init__(why)
