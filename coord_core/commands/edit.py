"""set, delete: change what a document holds, by hand."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError

from coord_core.actions.editing import delete_key, delete_scope, set_key
from coord_core.commands.call import Call


def set_(call: Call) -> None:
    """Set one key of a document."""
    scope, key = call.scope(call.args.scope), call.args.key
    try:
        value = json.loads(call.args.value)
    except (ValueError, RecursionError) as error:
        raise ArgumentTypeError(f"the value is not JSON ({error}); text needs quotes of its own: '\"text\"'") from error
    if not key:
        raise ArgumentTypeError("the key is empty")
    call.require_store()
    outcome = set_key(call.storage, scope, key, value, actor=call.actor)
    _tell(call, f"Set {key} of {scope}", outcome.line.seq if outcome.line else None)


def delete(call: Call) -> None:
    """Delete one key of a document, or the document."""
    scope, key = call.scope(call.args.scope), call.args.key
    call.require_store()
    if key is None:
        outcome = delete_scope(call.storage, scope, actor=call.actor)
    else:
        outcome = delete_key(call.storage, scope, key, actor=call.actor)
    _tell(call, f"Deleted {key + ' of ' if key else ''}{scope}", outcome.line.seq if outcome.line else None)


def _tell(call: Call, what: str, seq: int | None) -> None:
    if call.args.json:
        call.emit({"seq": seq, "text": what, "changed": seq is not None})
    elif seq is None:
        call.say(f"{what}: it was so already")
    else:
        call.say(f"{what}; undo takes it back")
