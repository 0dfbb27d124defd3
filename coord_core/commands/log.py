"""log: the journal's lines, newest last, and those that come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from coord_core import times
from coord_core.commands.call import Call
from coord_core.documents import ABSENT, Change, Edit, Line
from coord_core.scopes import parse
from coord_core.storage.changes import edit_to_json

SHOWN: Final = 4


def log(call: Call) -> None:
    """Print the newest lines; with --follow go on until interrupted, or until nobody reads on."""
    call.require_store()
    asked = call.asked_workspace
    # What comes while these are printed is what --follow begins with.
    last = next((line.seq for line in call.storage.lines_back()), 0)
    back = (line for line in call.storage.lines_back() if concerns(line, asked) and line.seq <= last)
    found = list(islice(back, max(0, call.args.lines)))[::-1]
    _print(call, found)
    if call.args.follow:
        import asyncio

        from coord_core.commands.reader import while_read

        asyncio.run(while_read(_follow(call, last)))


async def _follow(call: Call, last: int) -> None:
    async for batch in call.storage.follow():
        new = [line for line in batch.lines if line.seq > last]
        last = max([last, *(line.seq for line in new)])
        _print(call, [line for line in new if concerns(line, call.asked_workspace)])


def concerns(line: Line, workspace: str | None) -> bool:
    """Say whether a line changed anything in a workspace; without one every line counts."""
    return (
        workspace is None
        or line.actor.get("workspace") == workspace
        or any(parse(scope).workspace == workspace for scope in line.changes)
    )


def _print(call: Call, lines: Iterable[Line]) -> None:
    for line in lines:
        if call.args.json:
            call.emit(_row(line), indent=False)
        else:
            call.say(sentence(line))
    import sys

    sys.stdout.flush()


def sentence(line: Line) -> str:
    """Return a line for people: its number, when, who, what, and which keys it changed."""
    who = line.actor.get("session") or line.actor.get("supervisor") or "somebody"
    # That it was told as well, in the event log and to whom it concerns, goes without saying.
    said = {scope: edits for scope, edits in line.changes.items() if not _tells(scope)}
    changed = [f"{parse(scope).short} {_keys(edits)}".rstrip() for scope, edits in (said or line.changes).items()]
    changed += [f"{line.moved.get('from')} → {line.moved.get('to')}"] if line.moved else []
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    undoes = f"  (takes back {line.undoes})" if line.undoes is not None else ""
    reason = f"  “{line.reason}”" if line.reason else ""
    what = "; ".join(changed[:SHOWN]) + more
    return f"{line.seq}  {times.clock(line.at)}  {who}  {line.action}  {what}{undoes}{reason}"


def _tells(scope: str) -> bool:
    name = parse(scope)
    return name.short == "project:events" or name.kind == "inbox"


def _keys(edits: Sequence[Edit]) -> str:
    if all(isinstance(edit, Change) and edit.new is ABSENT and len(edit.path) == 1 for edit in edits):
        return "-" + ",".join(str(edit.path[0]) for edit in edits)
    return ",".join(dict.fromkeys(_key(edit) for edit in edits))


def _key(edit: Edit) -> str:
    ids = [f"#{step['id']}" for step in edit.path if not isinstance(step, str)]
    last = edit.path[-1]
    return ".".join([*ids, str(last)]) if ids and isinstance(last, str) else "".join(ids) or str(edit.path[0])


def _row(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {
        "seq": line.seq,
        "at": times.utc_iso(line.at),
        "actor": dict(line.actor),
        "action": line.action,
        "reason": line.reason,
        "undoes": line.undoes,
        "changes": {scope: [edit_to_json(edit) for edit in edits] for scope, edits in line.changes.items()},
    }
    return row | ({"moved": dict(line.moved)} if line.moved else {})
