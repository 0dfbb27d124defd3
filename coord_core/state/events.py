"""project:events: the log -> events, and what they say of the sessions that wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coord_core.documents import Document
from coord_core.moments import Era, era, item_moment
from coord_core.state.reading import Context, Mention, Part, clamp, items, mapping, odd, session_scope, words
from coord_core.state.records import Event

WINDOW = 1800.0


def read_events(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read the event log; entries that were there before keep their records."""
    raw: list[Mapping[str, Any]] = [item for item in items(document.data.get("log")) if isinstance(item, dict)]
    when = era(_newest(raw), document.metadata, "log")
    events = _reuse(raw, when, workspace, context.before)
    said = odd(context, *[("time of an event", event.time) for event in events if event.time])
    return Part(
        document,
        workspace,
        "project",
        name,
        events=events,
        mentions=_mentions(document, workspace, events),
        stamps=said,
    )


def _newest(raw: list[Mapping[str, Any]]) -> object:
    return next((item["timestamp"] for item in reversed(raw) if item.get("timestamp") is not None), None)


def _reuse(raw: list[Mapping[str, Any]], when: Era, workspace: str, before: Part | None) -> tuple[Event, ...]:
    """Return the log's events; a log grows at its end and loses its beginning, so most of them are known."""
    known = before.events if before is not None and before.events and before.events[0].era == when else ()
    if not known or not raw:
        return tuple([_event(item, when, workspace) for item in raw])
    shift = next((place for place, event in enumerate(known) if event.item == raw[0]), len(known))
    events = []
    for place, item in enumerate(raw, shift):
        same = place < len(known) and known[place].item == item
        events.append(known[place] if same else _event(item, when, workspace))
    return tuple(events)


def _event(item: Mapping[str, Any], when: Era, workspace: str) -> Event:
    get = item.get
    return Event(
        workspace=workspace,
        time=item_moment(get("timestamp"), when),
        session=words(get("session")),
        type=words(get("type")),
        message=words(get("message")),
        metadata=mapping(get("metadata")),
        item=item,
        era=when,
    )


def _mentions(document: Document, workspace: str, events: tuple[Event, ...]) -> Mapping[str, Mention]:
    """Return the sessions' signs; an event that says again what its session said last is a sign of life, no deed."""
    by: dict[str, list[Event]] = {}
    for event in events:
        if event.session:
            by.setdefault(event.session, []).append(event)
    return {session_scope(workspace, who): _mention(document, said) for who, said in by.items()}


def _mention(document: Document, said: list[Event]) -> Mention:
    seen = did = since = None
    what, last, repeats, times = "", None, 0, []
    for event in said:
        at = event.time.at if event.time is not None else None
        if at is not None:
            at = clamp(at, document)
            seen = at if seen is None or at > seen else seen
            times.append(at)
        if (event.type, event.message) == last:
            repeats += 1
            continue
        last, repeats, since = (event.type, event.message), 1, at
        if at is not None:
            did, what = at, event.message or event.type
    recent = tuple([at for at in times if seen is not None and at > seen - WINDOW])
    return Mention(
        seen, did, what, recent, weight=1, repeats=repeats, repeated=last[1] or last[0] if last else "", since=since
    )
