"""Everything that can go wrong, as one tree.

CoordError
├── StorageError              the store itself
│   ├── StoreMissing          there is no store at that place
│   │   └── StoreGone         … any more
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
    ├── NothingToUndo         no action of yours is left to take back
    ├── InvalidArgument       what was asked for makes no sense
    ├── NotSignedOn           the caller has no name, or not any more
    ├── NameTaken             that name belongs to somebody who may be at work
    ├── Held                  somebody else has it
    │   └── Deadlock          to wait for it would close a circle of waiters
    ├── LockLost              a lock that the caller had was released or taken over
    ├── OnHold                a supervisor holds everybody up
    ├── Finished              it is done: there is nothing left to take or to finish
    └── NotYours              it belongs to somebody else, so the caller cannot finish it
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
        super().__init__(f"no store at {place}: `coordctl sign-on` makes it, or name another one with --store")


class StoreGone(StoreMissing):
    """The store at `place` was there a moment ago and is no longer."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.args = (f"the store at {place} was taken away (moved or deleted); it is shown again when it is back",)


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
    `coord_core.documents.ABSENT`. line: the journal's line that was to be taken back, with what it did, "" for none.
    """

    def __init__(self, moved: list[tuple[str, tuple[Any, ...], Any, Any]], line: str = "") -> None:
        self.moved, self.line = moved, line
        where = ", ".join(sorted({scope for scope, *_ in moved}))
        super().__init__(
            f"{where} changed since line {line}, which can no longer be taken back; nothing was changed. "
            f"`coordctl undo SEQ` takes back another line, `coordctl log` shows them"
            if line
            else f"{where} changed while you were deciding; nothing was changed. Look again, then decide"
        )


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


class NotSignedOn(Refused):
    """`session` is not signed on, or not any more; why: who ended it, when and for what, "" if nobody did.

    Raised at every call of an agent that has no name; the next step is always to sign on (again).
    """

    def __init__(self, session: str, why: str = "") -> None:
        self.session, self.why = session, why
        who = f"{session} is" if session else "you are"
        told = f"{who} not signed on any more: {why}" if why else f"{who} not signed on"
        super().__init__(f"{told}; nothing was changed. Sign on {'again ' if why else ''}first")


class NameTaken(Refused):
    """The name `session` belongs to somebody since `since` (in words); evidence: why that one counts as alive."""

    def __init__(self, session: str, since: str, evidence: str) -> None:
        self.session, self.since, self.evidence = session, since, evidence
        super().__init__(f"{session} is taken since {since} ({evidence}); sign on without a name to get a free one")


class Held(Refused):
    """Somebody else has `what`: `holder`, for `age` (`1h12`, "" if nobody knows), who is `life`.

    evidence: why. advice: what to do instead. waiting: the caller was registered as a waiter.
    """

    def __init__(
        self, what: str, holder: str, age: str, life: str, evidence: str, advice: str, *, waiting: bool = False
    ) -> None:
        self.what, self.holder, self.age, self.life = what, holder, age, life
        self.evidence, self.advice, self.waiting = evidence, advice, waiting
        super().__init__(f"{holder} has {what}{_since(age)} and is {evidence or life}. {advice}")


class Deadlock(Held):
    """To wait for `what` would close a circle of waiters: `cycle` names sessions and locks in turn."""

    def __init__(self, what: str, holder: str, cycle: tuple[str, ...], age: str = "") -> None:
        self.cycle = cycle
        advice = "You would wait for each other for ever: release what you hold first, or do something else"
        super().__init__(what, holder, age, "waiting", f"waiting itself: {' → '.join(cycle)}", advice)


class LockLost(Refused):
    """The lock `resource` is not the caller's any more: `by` took it at `at` (local time of day), for `reason`."""

    def __init__(self, resource: str, by: str, at: str, reason: str) -> None:
        self.resource, self.by, self.at, self.reason = resource, by, at, reason
        why = f" ({reason})" if reason else ""
        super().__init__(
            f"{resource} is not yours any more: {by} at {at}{why}. "
            f"Stop what it protects, look at what has changed, then acquire it again"
        )


class OnHold(Refused):
    """A supervisor holds everybody up: nothing new may be taken. why: in the supervisor's words; by: who; since."""

    def __init__(self, why: str, by: str, since: str) -> None:
        self.why, self.by, self.since = why, by, since
        super().__init__(
            f"{by} put everything on hold{' at ' + since if since else ''}{': ' + why if why else ''}; "
            f"nothing was taken. Finish what you have, then ask again later"
        )


class NotYours(Refused):
    """`what` belongs to `owner` (None: to nobody), for `age` (`1h12`), so the caller can neither finish nor free it."""

    def __init__(self, what: str, owner: str | None, advice: str = "", age: str = "") -> None:
        self.what, self.owner, self.advice, self.age = what, owner, advice, age
        whose = f"{owner} has {what}{_since(age)}" if owner else f"nobody has {what}"
        super().__init__(f"{whose}, so it is not yours; nothing was changed{'. ' + advice if advice else ''}")


class Finished(Refused):
    """`what` is finished: its `status`, by `owner` (None: nobody knows), `age` ago (`1h12`, "" if nobody knows)."""

    def __init__(self, what: str, status: str, owner: str | None, age: str, advice: str) -> None:
        self.what, self.status, self.owner, self.age, self.advice = what, status, owner, age, advice
        ago = "just now" if age == "now" else f"{age} ago" if age else ""
        told = ", ".join(filter(None, (f"by {owner}" if owner else "", ago)))
        super().__init__(f"{what} is {status}{f' ({told})' if told else ''}; nothing was changed. {advice}")


class InvalidArgument(Refused):
    """The argument `name` cannot be taken, for `reason`."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}; nothing was changed")


def _since(age: str) -> str:
    return " since a moment ago" if age == "now" else f" for {age}" if age else ""
