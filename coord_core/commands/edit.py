"""set, delete: change what a document holds, by hand."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from typing import Any, Final

from coord_core.actions import supervisor
from coord_core.actions.view import take_board
from coord_core.commands.call import Call
from coord_core.commands.session import hear
from coord_core.commands.supervise import do
from coord_core.errors import StaleView
from coord_core.scopes import in_workspace

TRIES: Final = 5
"""How often at most it is planned anew: who sets a key means whatever it was before."""


def set_(call: Call) -> None:
    """Set one key of a document."""
    scope, key = call.scope(call.args.scope), call.args.key
    try:
        value = json.loads(call.args.value)
    except (ValueError, RecursionError) as error:
        raise ArgumentTypeError(f"the value is not JSON ({error}); text needs quotes of its own: '\"text\"'") from error
    if not key:
        raise ArgumentTypeError("the key is empty")
    _do(call, "set_data", {"scope": scope, "key": key, "value": value})


def delete(call: Call) -> None:
    """Delete one key of a document, or the document."""
    scope, key = call.scope(call.args.scope), call.args.key
    if key is None:
        _do(call, "delete_scope", {"scope": scope})
    else:
        _do(call, "delete_data", {"scope": scope, "key": key})


def _do(call: Call, action: str, arguments: dict[str, Any]) -> None:
    by = in_workspace(call.workspace, f"session:{call.session}") if call.session else ""
    call.require_store()
    # Short of its full name a document is found by its file's: `locks:src__orders` is `locks:src/orders`.
    found = call.storage.read(arguments["scope"])
    arguments |= {"by": by, "scope": found.scope if found else arguments["scope"]}
    for turn in range(1, TRIES + 1):
        plan = supervisor.plan(take_board(call.storage, time.time()), action, arguments)
        if not plan.changes:
            return _so_already(call, plan.title.rstrip("?"))
        try:
            do(call, plan)
            return hear(call)
        except StaleView:
            if turn == TRIES:
                raise
    return None


def _so_already(call: Call, what: str) -> None:
    if call.args.json:
        call.emit({"seq": None, "text": f"{what}: it was so already", "warnings": [], "plan": None})
    else:
        call.say(f"{what}: it was so already")
