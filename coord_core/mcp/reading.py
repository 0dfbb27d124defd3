"""The reference's resources and prompts: what a client may show, or read, without a tool."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from coord_core.actions.signing import first_free
from coord_core.actions.turn import named
from coord_core.actions.view import take_board
from coord_core.errors import StoreMissing
from coord_core.mcp.desk import Desk
from coord_core.state.board import Board
from coord_core.state.reading import items

NAMES: Final = ("claude_1", "claude_2", "claude_3", "claude_4")
STATE: Final = ("current_issue", "status", "todos", "last_heartbeat", "last_updated")


def context(desk: Desk) -> str:
    """Who you are, which names are taken, and who works on what."""
    machine, _, project = desk.workspace.partition(":")
    names = registry(desk)
    return _json({
        "machine": machine, "project": project, "current_session": identity(desk), "instances": names,
        "active_sessions": [_active(desk, name) for name, state in names.items() if state == "taken"],
        "first_available": _first_free(desk),
        "instructions": {
            "if_not_signed_on": "Call sign_on to get a name",
            "if_signed_on": "Call status, then claim_issue or claim_next_task before you work on anything",
            "when_done": "Call sign_off to give your name back",
        },
    })  # fmt: skip


def state(desk: Desk, instance_id: str) -> str | None:
    """What another session works on; None if there is no such session."""
    data = _data(desk, f"session:{instance_id}")
    return _json({"instance": instance_id} | {key: data.get(key) for key in STATE}) if data else None


def startup(desk: Desk) -> str:
    """What to do when a session starts."""
    names = registry(desk)
    taken = [name for name, state in names.items() if state == "taken"]
    return f"""# Starting a session in {desk.workspace}

Other agents work in this repository too. Taken names: {", ".join(taken) or "none"}.

1. Call sign_on (without a name) to get yours. What it returns under `has` is yours to go on with.
2. Call status to see who works on what, which locks are held, what is offered and what waits.
3. Claim before you work: claim_issue, claim_next_task or accept_handoff; acquire_lock before what only one may touch.
4. Say how it goes with update_progress. Read `messages` in every answer: a human or another agent tells you something.
5. When done, offer_handoff or release_issue for what is unfinished, then sign_off.
"""


def sign_off(desk: Desk) -> str:
    """What to do before a session ends."""
    name = desk.agent.session
    if not name:
        return "You are not signed on: there is nothing to sign off from."
    data = _data(desk, f"session:{name}")
    todos = [each for each in items(data.get("todos")) if isinstance(each, dict) and each.get("status") != "completed"]
    left = "".join(f"\n- {each.get('task') or each.get('content') or 'a task'}" for each in todos)
    issue = data.get("current_issue")
    finished = "Finished? complete_issue. If not: offer_handoff."
    return f"""# Before {name} signs off

{f"Todos that are not completed:{left}" if todos else "No todos are left."}
{f"Your issue: {issue}. {finished}" if issue else "You have no current issue."}

1. Store what the next one needs (store_data, or context in offer_handoff), and commit your work.
2. Complete or fail your tasks; release your locks.
3. Call sign_off.
"""


def identity(desk: Desk) -> dict[str, str] | None:
    """Return who the session is, as the reference says it, None before it signs on."""
    machine, _, project = desk.workspace.partition(":")
    name, prefix = desk.agent.session, desk.workspace
    return {"machine": machine, "project": project, "session_id": name, "full_scope_prefix": prefix} if name else None


def registry(desk: Desk) -> Mapping[str, Any]:
    """Return who has which name."""
    found = _data(desk, "instances").get("registry")
    return found if isinstance(found, dict) and found else dict.fromkeys(NAMES, "available")


def _first_free(desk: Desk) -> str:
    """Return the name that an agent gets that signs on without one: this one, if it has not signed on."""
    if desk.name and not desk.agent.session:
        return desk.name
    known = _data(desk, "instances").get("registry")
    names = known if isinstance(known, dict) else {}
    try:
        board = take_board(desk.storage, time.time())
    except StoreMissing:
        board = Board()
    return first_free(board, desk.workspace, names.get)


def _active(desk: Desk, name: str) -> dict[str, Any]:
    data = _data(desk, f"session:{name}")
    issue, todos = data.get("current_issue"), [*items(data.get("todos"))]
    return {"instance": name, "status": "taken", "current_issue": issue, "todo_count": len(todos)}


def _data(desk: Desk, short: str) -> Mapping[str, Any]:
    document = desk.storage.read(named(desk.workspace, short))
    return document.data if document else {}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2)
