"""Turn: one call of an agent inside a transaction: who calls, what stands there, who else is alive."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from coord_core import processes, times
from coord_core.actions.view import age_of, lines_back
from coord_core.actions.words import stamp
from coord_core.documents import Batch, Document, Line
from coord_core.errors import Held, InvalidScope, NotSignedOn, OnHold
from coord_core.scopes import check, in_workspace
from coord_core.state.board import Board
from coord_core.state.holds import HOLD, read_hold
from coord_core.state.insights import GONE, Life, Verdict
from coord_core.state.leases import lease_end
from coord_core.state.reading import text
from coord_core.storage import Storage, Transaction

INSTANCES: Final = "instances"


class Turn:
    """One call of a session, in a transaction.

    session: who calls, fence: of its sign-on (0: not known). Scopes are short names in `workspace`.
    """

    def __init__(self, tx: Transaction, storage: Storage, workspace: str, session: str, fence: int = 0) -> None:
        self.tx, self.storage = tx, storage
        self.workspace, self.session, self.fence = workspace, session, fence
        self._verdicts: dict[str, Verdict] = {}

    @property
    def at(self) -> float:
        """When it happens, seconds since 1970."""
        return self.tx.at

    @property
    def stamp(self) -> str:
        """When it happens, in the style of the seed's claims (`2025-10-31T14:00:00Z`)."""
        return stamp(self.tx.at)

    def scope(self, short: str) -> str:
        """Return the full name of a short one."""
        return in_workspace(self.workspace, short)

    def named(self, short: str) -> str:
        """Return the full name of a short one that a caller gave; raises InvalidScope."""
        return named(self.workspace, short)

    def read(self, short: str) -> Mapping[str, Any]:
        """Return a document's data, empty without one; not to be changed."""
        document = self.tx.read(self.scope(short))
        return document.data if document else {}

    def edit(self, short: str) -> dict[str, Any]:
        """Return a document's data to change in place."""
        return self.tx.edit(self.named(short))

    def require_signed_on(self) -> None:
        """Raise NotSignedOn unless the caller bears its name, and nobody took it over since."""
        if not self.session:
            raise NotSignedOn("")
        if not self.is_signed_on():
            raise NotSignedOn(
                self.session, self.why(f"session:{self.session}", after=self.fence, registry=self.session)
            )

    def is_signed_on(self) -> bool:
        """Say whether the caller bears its name, and nobody took it over since."""
        mine = self.read(f"session:{self.session}") if self.session else {}
        taken = bool(mine) and self.registered(self.session) == "taken"
        return taken and self.fence in (0, mine.get("fence"))

    def require_no_hold(self) -> None:
        """Raise OnHold if a supervisor holds everybody up."""
        hold = read_hold(self.read(HOLD))
        if hold:
            since = times.clock(hold.at, seconds=False) if hold.at is not None else ""
            raise OnHold(hold.message, hold.by or "a supervisor", since)

    def registered(self, name: str) -> str | None:
        """Return what the registry says of a name: taken, available, or nothing."""
        registry = self.read(INSTANCES).get("registry")
        return text(registry.get(name)) if isinstance(registry, dict) else None

    def verdict(self, name: str) -> Verdict:
        """Return whether another session lives, as far as its document, the registry and its last line tell."""
        if name not in self._verdicts:
            self._verdicts[name] = self._judge(name)
        return self._verdicts[name]

    def _judge(self, name: str) -> Verdict:
        if self.registered(name) == "available":
            return Verdict(Life.OFF, "signed off")
        scope = self.scope(f"session:{name}")
        found = {each: self.tx.read(each) for each in (scope, self.scope(INSTANCES))}
        documents: dict[str, Document | None] = {each: document for each, document in found.items() if document}
        board = Board().update(Batch(documents, whole=True), now=self.at)
        session = board.sessions.get(scope)
        if session is None:
            return Verdict(Life.UNKNOWN, "unknown: no session has that name")
        gone = processes.gone(host=session.host, boot=session.boot_id, pid=session.pid, start=session.pid_started)
        board = board.update(Batch(), now=self.at, processes={scope: gone})
        if board.verdicts[scope].life in (*GONE, Life.LIVE):
            return board.verdicts[scope]
        # The clock may have jumped since, or it did something without a word in its own document.
        who = actor(self.workspace, name)
        last = next((line for line in lines_back(self.storage, self.at) if line.actor == who), None)
        batch = Batch(documents, lines=(last,) if last else (), whole=True)
        board = Board().update(batch, now=self.at, mono=time.monotonic(), boot=processes.boot_id())
        return board.update(Batch(), now=self.at, processes={scope: gone}).verdicts[scope]

    def age(self, stated: object) -> str:
        """Return how long ago a time that a document states is (`1h12`), "" if it states none."""
        since = times.instant(stated)
        return times.age(self.at - since) if since is not None else ""

    def refuse(self, what: str, holder: str, since: object, advice: str) -> Held:
        """Return the error that says who has something, for how long (`since` as it is stored) and if they live."""
        verdict = self.verdict(holder)
        return Held(what, holder, self.age(since), verdict.life.value, verdict.evidence, advice)

    def why(self, short: str, *, after: int = 0, registry: str = "") -> str:
        """Return who else changed a document last, when and for what reason, "" if nobody did.

        after: only lines above this number. registry: a name whose entry in the registry counts as well, and if it
        was the caller that changed that, nobody else did.
        """
        scope, instances = self.scope(short), self.scope(INSTANCES)

        def fits(line: Line) -> bool:
            entries = line.changes.get(instances, ()) if registry else ()
            named = any(edit.path[-1:] == (registry,) for edit in entries)
            others = line.actor != self.actor or line.action == "sign_on"
            return named or (others and scope in line.changes)

        line = self.last_line(fits, after=after)
        if line is None:
            return ""
        if line.actor == self.actor:
            # After ours, a sign-on under our name is another agent's.
            taken = after and line.action == "sign_on"
            return f"another agent took the name over at {times.clock(line.at, seconds=False)}" if taken else ""
        reason = f" ({line.reason})" if line.reason else ""
        return f"{line.action.replace('_', ' ')} by {who(line)} at {times.clock(line.at, seconds=False)}{reason}"

    def last_line(self, fits: Callable[[Line], bool], *, after: int = 0) -> Line | None:
        """Return the newest line of the last day that fits; after: only above this number."""
        for line in self.storage.lines_back():
            if line.seq <= after or age_of(line, self.at) > times.DAY:
                return None
            if fits(line):
                return line
        return None

    @property
    def actor(self) -> dict[str, str]:
        """Who calls, as the journal has it."""
        return actor(self.workspace, self.session)


def named(workspace: str, short: object) -> str:
    """Return the full name of a document that a caller named in its workspace; raises InvalidScope."""
    if not isinstance(short, str) or "\0" in short:
        raise InvalidScope(repr(short)[:60], "a name such as `issue:15` is needed")
    return check(in_workspace(workspace, check(short)))


def actor(workspace: str, session: str) -> dict[str, str]:
    """Return a session as the journal's actor."""
    return {"workspace": workspace, "session": session}


def who(line: Line) -> str:
    """Return who wrote a line: a session's name, or the supervisor's."""
    return str(line.actor.get("supervisor") or line.actor.get("session") or "somebody")


def expired(lock: Mapping[str, Any], at: float, mono: float | None = None) -> bool:
    """Say whether a lock's time is over: by the clock that never jumps where it was taken on this boot.

    at: seconds since 1970. mono: monotonic seconds, now.
    """
    end = lease_end(lock, processes.boot_id())
    if end is not None:
        return (time.monotonic() if mono is None else mono) >= end
    until = times.instant(lock.get("expires_at"))
    return until is not None and until <= at
