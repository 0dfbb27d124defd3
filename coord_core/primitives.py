"""The seed's functions, by the seed's names: `from coord_core.primitives import *`.

One agent per process. The store is found as by the commands (COORD_STORE, else the nearest), the workspace as the
reference names it (COORD_WORKSPACE, else `{machine}:{owner/repo}`). What the session is told goes to the error output.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from coord_core.actions.agent import Agent
from coord_core.actions.arguments import TEXT_MAX
from coord_core.actions.workspaces import agents_workspace
from coord_core.errors import NotSignedOn, StoreMissing
from coord_core.storage import open_storage
from coord_core.storage.places import find_store
from coord_core.text import line

T = TypeVar("T")

__all__ = [
    "current_session",
    "delete_data",
    "delete_scope",
    "list_keys",
    "list_scopes",
    "retrieve_data",
    "sign_off",
    "sign_on",
    "store_data",
]

current_session: dict[str, str] = {}
"""Who this process is: machine, project, session_id, full_scope_prefix; empty when signed off."""


def sign_on(session_id: str | None = None) -> dict[str, str]:
    """Take a name: the one asked for, else its own, else the first free `claude_N`; raises NameTaken."""
    answer = _ask(lambda me: me.sign_on(session_id))
    machine, _, project = answer.workspace.partition(":")
    current_session.clear()
    current_session.update(
        machine=machine, project=project, session_id=answer.session_id, full_scope_prefix=answer.workspace
    )
    return current_session


def sign_off() -> dict[str, Any]:
    """Give the name back; its locks are released, its state stays."""
    if not current_session:
        return {"status": "no active session"}
    session = dict(current_session)
    try:
        _ask(Agent.sign_off)
    except NotSignedOn:
        # Somebody else ended it: who is told so is signed off all the same.
        current_session.clear()
        raise
    current_session.clear()
    return {"status": "signed off", "session": session}


def store_data(scope: str, key: str, value: Any) -> None:
    """Store a JSON value under a key of a scope, such as `issue:15`."""
    _ask(lambda me: me.store_data(scope, key, value))


def retrieve_data(scope: str, key: str) -> Any:
    """Return the value under a key of a scope, None without one."""
    return _ask(lambda me: me.retrieve_data(scope, key))


def delete_data(scope: str, key: str) -> bool:
    """Delete a key of a scope; return whether it was there."""
    return _ask(lambda me: me.delete_data(scope, key))


def list_keys(scope: str) -> list[str]:
    """Return the keys of a scope."""
    return _ask(lambda me: me.list_keys(scope))


def list_scopes(pattern: str | None = None) -> list[str]:
    """Return the scopes of this workspace that a pattern such as `session:*` fits, all without one, by short names."""
    return _ask(lambda me: me.list_scopes(pattern))


def delete_scope(scope: str) -> bool:
    """Delete a scope and all its keys; return whether it was there."""
    return _ask(lambda me: me.delete_scope(scope))


def _ask(deed: Callable[[Agent], T]) -> T:
    """Make a call, and say what the session is told with its answer or refusal."""
    agent = _agent()
    try:
        return deed(agent)
    finally:
        for each in agent.messages:
            print(line(f"coord: {each.from_}: {each.text}", 2 * TEXT_MAX), file=sys.stderr)


@cache
def _agent() -> Agent:
    storage = open_storage(find_store())
    try:
        scopes = list(storage.load().documents)
    except StoreMissing:
        # The first agent of a repository makes its store.
        scopes = []
    return Agent(storage, agents_workspace(scopes))
