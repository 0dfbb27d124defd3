"""issue:{id} and locks:{resource}: documents -> records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coord_core.documents import Document
from coord_core.moments import Moment, deadline, moment, stated
from coord_core.state.leases import lease_end
from coord_core.state.reading import (
    Context,
    Mention,
    Part,
    clamp,
    items,
    mapping,
    odd,
    session_scope,
    sign,
    text,
    words,
)
from coord_core.state.records import Handoff, Issue, Lock, Progress, Waiter
from coord_core.state.waiters import waiters
from coord_core.times import written

OWNER_KEYS: Final = ("claimed_by", "current_session", "claimed_at", "fence")
"""What an owner leaves on an issue."""


def read_issue(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read an issue, and what it says of the sessions that claim it, report on it or left it."""
    data = document.data
    claimed = moment(data["claimed_at"], written(document.metadata, "claimed_at")) if "claimed_at" in data else None
    progress = read_progress(document) if "progress" in data else None
    handoff = _handoff(document) if "handoff" in data else None
    issue = Issue(
        document.scope,
        workspace,
        name,
        text(data.get("claimed_by")),
        text(data.get("current_session")),
        claimed,
        text(data.get("status")),
        progress,
        handoff,
    )
    said = odd(
        context,
        ("claimed_at", claimed),
        ("progress", progress.updated if progress is not None else None),
        ("handoff", handoff.at if handoff is not None else None),
    )
    return Part(document, workspace, "issue", name, issue, _of_issue(document, issue, context), said)


def read_progress(document: Document) -> Progress | None:
    """Read the broadcast progress of an issue or a session, None if there is none."""
    value = document.data.get("progress")
    if not isinstance(value, dict) or not value:
        return None
    get = value.get
    percent, phase, message = get("percent"), get("phase"), get("message")
    number = (type(percent) is int or type(percent) is float) and 0 <= percent <= 100
    return Progress(
        phase if type(phase) is str else words(phase),
        percent if number else None,
        message if type(message) is str else words(message),
        moment(get("updated_at"), written(document.metadata, "progress")),
        text(get("updated_by")),
    )


def _handoff(document: Document) -> Handoff | None:
    value = document.data.get("handoff")
    if not isinstance(value, dict) or not value:
        return None
    wrote = written(document.metadata, "handoff")
    steps = value.get("next_steps")
    return Handoff(
        from_session=words(value.get("from_session")),
        phase=words(value.get("phase")),
        next_steps=(steps,) if type(steps) is str and steps else tuple([words(s) for s in items(steps) if words(s)]),
        context=mapping(value.get("context")),
        at=moment(value.get("handoff_at", wrote), wrote),
    )


def _of_issue(document: Document, issue: Issue, context: Context) -> Mapping[str, Mention]:
    signs: dict[str, list[tuple[float, str]]] = {}
    for who, key, what in _names(issue):
        found = signs.setdefault(who, [])
        at = sign(document, context, key)
        if at is not None:
            found.append((at, what))
    mentions, owner = {}, issue.owner
    for who, found in signs.items():
        did, what = max(found) if found else (None, "")
        times = tuple([at for at, _ in found])
        owned = (issue,) if who == owner else ()
        mentions[session_scope(issue.workspace, who)] = Mention(did, did, what, times, (), owned)
    return mentions


def _names(issue: Issue) -> list[tuple[str, str, str]]:
    """Return who is named by which key of an issue, and what that one did."""
    ident, progress, handoff = issue.id, issue.progress, issue.handoff
    names = []
    if issue.claimed_by is not None:
        names.append((issue.claimed_by, "claimed_by", f"claimed #{ident}"))
    if issue.current_session is not None:
        names.append((issue.current_session, "current_session", f"took over #{ident}"))
    if progress is not None and progress.updated_by is not None:
        percent = progress.percent
        so_far = "" if percent is None else f" {percent}%" if type(percent) is int else f" {percent:g}%"
        names.append((progress.updated_by, "progress", f"progress #{ident}{so_far}"))
    if handoff is not None and handoff.from_session:
        names.append((handoff.from_session, "handoff", f"handed off #{ident}"))
    return names


def read_lock(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read a lock, its holder and who waits for it."""
    data, metadata = document.data, document.metadata
    fence = data.get("fence")
    wrote = written(metadata, "locked_by")
    since = moment(data.get("locked_at"), written(metadata, "locked_at"))
    expires = deadline(data["expires_at"], written(metadata, "expires_at")) if "expires_at" in data else None
    if "lease" in data:
        expires = _leased(data, context) or expires
    wrote_waiters = written(metadata, "waiters")
    wait = tuple(
        [Waiter(who, moment(at, wrote_waiters)) for who, at in waiters(data).items()] if "waiters" in data else ()
    )
    lock = Lock(
        document.scope,
        workspace,
        name,
        text(data.get("locked_by")),
        since if since is not None or wrote is None else moment(wrote, wrote),
        fence if type(fence) is int else None,
        expires,
        words(data.get("reason")),
        wait,
    )
    said = odd(context, ("locked_at", since), *[(f"waiters {w.session}", w.since) for w in wait])
    if expires is not None and not expires.readable:
        said += (("expires_at", expires),)
    return Part(document, workspace, "locks", name, lock, _of_lock(document, lock, context), said)


def _leased(data: Mapping[str, Any], context: Context) -> Moment | None:
    """Return when a lease is over, as the wall clock stands now; None where nobody can reckon it."""
    boot, offset = context.clock
    end = lease_end(data, boot)
    return Moment(end + offset, stated(data.get("expires_at"))) if end is not None and offset is not None else None


def _of_lock(document: Document, lock: Lock, context: Context) -> Mapping[str, Mention]:
    mentions = {}
    for waiter in lock.waiters:
        at = waiter.since.at if waiter.since and waiter.since.trusted else None
        at = clamp(at, document) if at is not None else None
        times = () if at is None else (at,)
        mentions[session_scope(lock.workspace, waiter.session)] = Mention(
            at, at, f"asked for {lock.resource}", times, wants=() if waiter.session == lock.holder else (lock,)
        )
    if lock.holder is not None:
        at = sign(document, context, "locked_by")
        times = () if at is None else (at,)
        holder = session_scope(lock.workspace, lock.holder)
        mentions[holder] = Mention(at, at, f"acquired {lock.resource}", times, (lock,))
    return mentions


def stored_id(issue: str) -> int | str:
    """Return an issue's id as the seed stores it: a number where it is one, and reads the same again."""
    return (
        int(issue) if issue.isascii() and issue.isdecimal() and len(issue) < 16 and str(int(issue)) == issue else issue
    )
