"""issue:{id} and locks:{resource}: documents -> records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coord_core.documents import Document
from coord_core.moments import deadline, moment
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
from coord_core.times import written


def read_issue(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read an issue, and what it says of the sessions that claim it, report on it or left it."""
    data = document.data
    claimed = moment(data["claimed_at"], written(document.metadata, "claimed_at")) if "claimed_at" in data else None
    issue = Issue(
        scope=document.scope,
        workspace=workspace,
        id=name,
        claimed_by=text(data.get("claimed_by")),
        current_session=text(data.get("current_session")),
        claimed=claimed,
        status=text(data.get("status")),
        progress=read_progress(document) if "progress" in data else None,
        handoff=_handoff(document) if "handoff" in data else None,
    )
    said = odd(
        context,
        ("claimed_at", claimed),
        ("progress", issue.progress.updated if issue.progress else None),
        ("handoff", issue.handoff.at if issue.handoff else None),
    )
    return Part(document, workspace, "issue", name, issue, mentions=_of_issue(document, issue, context), stamps=said)


def read_progress(document: Document) -> Progress | None:
    """Read the broadcast progress of an issue or a session, None if there is none."""
    value = document.data.get("progress")
    if not isinstance(value, dict) or not value:
        return None
    get = value.get
    percent, phase, message = get("percent"), get("phase"), get("message")
    number = isinstance(percent, int | float) and not isinstance(percent, bool) and 0 <= percent <= 100
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
        if who is not None:
            at = sign(document, context, key)
            found = signs.setdefault(who, [])
            if at is not None:
                found.append((at, what))
    mentions = {}
    for who, found in signs.items():
        did, what = max(found) if found else (None, "")
        times = tuple([at for at, _ in found])
        owned = (issue,) if who == issue.owner else ()
        mentions[session_scope(issue.workspace, who)] = Mention(did, did, what, times, (), owned)
    return mentions


def _names(issue: Issue) -> Iterator[tuple[str | None, str, str]]:
    """Yield who is named by which key of an issue, and what that one did."""
    ident, progress, handoff = issue.id, issue.progress, issue.handoff
    yield issue.claimed_by, "claimed_by", f"claimed #{ident}"
    if issue.current_session is not None:
        yield issue.current_session, "current_session", f"took over #{ident}"
    if progress is not None:
        percent = f" {progress.percent:g}%" if progress.percent is not None else ""
        yield progress.updated_by, "progress", f"progress #{ident}{percent}"
    if handoff is not None:
        yield handoff.from_session or None, "handoff", f"handed off #{ident}"


def read_lock(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read a lock, its holder and who waits for it."""
    data, metadata = document.data, document.metadata
    fence = data.get("fence")
    wrote = written(metadata, "locked_by")
    since = moment(data.get("locked_at"), written(metadata, "locked_at"))
    expires = deadline(data["expires_at"], written(metadata, "expires_at")) if "expires_at" in data else None
    lock = Lock(
        scope=document.scope,
        workspace=workspace,
        resource=name,
        holder=text(data.get("locked_by")),
        since=since if since is not None or wrote is None else moment(wrote, wrote),
        fence=fence if type(fence) is int else None,
        expires=expires,
        reason=words(data.get("reason")),
        waiters=_waiters(document) if "waiters" in data else (),
    )
    said = odd(context, ("locked_at", since), *[(f"waiters {w.session}", w.since) for w in lock.waiters])
    if expires is not None and not expires.readable:
        said += (("expires_at", expires),)
    return Part(document, workspace, "locks", name, lock, mentions=_of_lock(document, lock, context), stamps=said)


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
        mentions[session_scope(lock.workspace, lock.holder)] = Mention(
            at, at, f"acquired {lock.resource}", times, locks=(lock,)
        )
    return mentions


def _waiters(document: Document) -> tuple[Waiter, ...]:
    """Read the waiters: a list of sessions or of {session, since}, or an object of them."""
    value, wrote = document.data.get("waiters"), written(document.metadata, "waiters")
    if isinstance(value, dict):
        value = [{"session": who, "since": at} for who, at in value.items()]
    found: dict[str, Waiter] = {}
    for item in items(value):
        entry: Mapping[str, Any] = item if isinstance(item, dict) else {"session": item}
        who = text(entry.get("session")) or text(entry.get("session_id"))
        if who is not None:
            found.setdefault(who, Waiter(who, moment(_first(entry, "since", "at", "waiting_since"), wrote)))
    return tuple(found.values())


def _first(entry: Mapping[str, Any], *keys: str) -> Any:
    return next((entry[key] for key in keys if entry.get(key) is not None), None)
