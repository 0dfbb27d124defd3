"""Telling: the event log, and the inbox of each session (`inbox:{id}`: what it is to be told at its next call)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from coord_core import times
from coord_core.errors import InvalidScope, UnreadableDocument
from coord_core.scopes import in_workspace
from coord_core.state.reading import items
from coord_core.storage import Transaction

EVENTS_KEPT: Final = 1000
EVENTS_BYTES: Final = 512 << 10
EVENT_BYTES: Final = 64 << 10
INBOX_KEPT: Final = 50
INBOX_BYTES: Final = 512 << 10
TEXT_KEPT: Final = 8000


def append_event(
    tx: Transaction, workspace: str, session: str, kind: str, message: str, metadata: Mapping[str, Any], at: float
) -> str:
    """Append an event to a workspace's log; return why that was not possible, "" if it was."""
    try:
        data = tx.edit(in_workspace(workspace, "project:events"))
    except UnreadableDocument as error:
        # A torn log must not keep anybody from the rest.
        return f"not in the event log: {error.reason}"
    log = data.get("log", [])
    if not isinstance(log, list):
        return "not in the event log: its `log` is no list"
    event = {
        "timestamp": times.local_iso(at), "session": session, "type": kind, "message": message, "metadata": metadata,
    }  # fmt: skip
    log = [*log, storable(event)]
    data["log"] = log[_surplus(log) :]
    return ""


def tell(tx: Transaction, workspace: str, session: str, from_: str, text: str, at: float) -> str:
    """Put a message into a session's inbox; return why that was not possible, "" if it was."""
    try:
        data = tx.edit(in_workspace(workspace, f"inbox:{session}"))
    except (UnreadableDocument, InvalidScope) as error:
        # Another program's odd name, or a torn inbox: neither may keep anybody from the rest.
        return f"{session} is not told: {error.reason}"
    messages = data.setdefault("messages", [])
    if not isinstance(messages, list):
        return f"{session} is not told: its inbox holds no list"
    text = text if len(text) <= TEXT_KEPT else text[: TEXT_KEPT - 1] + "…"
    entry = {"seq": tx.seq, "at": times.utc_iso(int(at)), "from": from_, "text": text, "told": None}
    messages.append(storable(entry))
    messages[:] = _worth_keeping(messages)
    return ""


def forget_untold(tx: Transaction, inbox: str) -> None:
    """Take out of an inbox what its session was never told; one that is torn is left alone."""
    try:
        data = tx.edit(inbox)
    except UnreadableDocument:
        return
    if isinstance(messages := data.get("messages"), list):
        messages[:] = [each for each in messages if not (isinstance(each, dict) and not each.get("told"))]


def mark_told(tx: Transaction, inbox: str, seqs: Iterable[int]) -> None:
    """Note in an inbox that these messages have reached its session; one that is torn meanwhile is left alone."""
    told = set(seqs)
    if not told:
        return
    try:
        messages = items(tx.edit(inbox).get("messages"))
    except UnreadableDocument:
        return
    for each in messages:
        if isinstance(each, dict) and not each.get("told") and each.get("seq") in told:
            each["told"] = times.utc_iso(int(tx.at))


def storable(value: Any) -> Any:
    """Return a value that may be stored anew: `?` for half characters, words for NaN and Infinity.

    Other writers' documents and the names of files may hold what documents of ours may not.
    """
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def size(entry: Any) -> int:
    """Return about how many bytes a value has as it is stored."""
    try:
        return len(orjson.dumps(entry))
    except TypeError:
        # Huge integers and lone surrogates of other writers.
        return len(repr(entry))


def _worth_keeping(messages: list[Any]) -> list[Any]:
    """Return the messages that still matter: all that were not told as far as there is room, and the last others."""
    if len(messages) <= INBOX_KEPT:
        return messages
    old = {id(each) for each in messages[:-INBOX_KEPT] if not isinstance(each, dict) or each.get("told")}
    left = [each for each in messages if id(each) not in old]
    return left[_surplus(left, len(left), INBOX_BYTES) :]


def _surplus(log: list[Any], most: int = EVENTS_KEPT, room: int = EVENTS_BYTES) -> int:
    """Return how many of the oldest entries have to go, so that at most so many, in so many bytes, stay."""
    newest = log[-most:]
    if size(newest) <= room:
        return len(log) - len(newest)
    kept = 0
    for entry in reversed(newest):
        room -= size(entry)
        if room < 0 and kept:
            break
        kept += 1
    return len(log) - kept
