"""Tools: documents, key by key, by the reference's names: for notes and shared state, claims have their own tools."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictStr

from coord_core.actions.answers import Noted
from coord_core.mcp.arguments import Key, Scope, Value
from coord_core.mcp.desk import Desk


def store_data(desk: Desk, scope: Scope, key: Key, value: Value) -> Noted:
    """Store a JSON value under a key of a document, for all agents to read: notes, todos, shared state.

    It overwrites what is there, whoever wrote it. To claim issues, locks or tasks use claim_issue, acquire_lock and
    claim_next_task instead: writing claimed_by or locked_by yourself can make two owners.
    """
    desk.agent.store_data(scope, key, value)
    return Noted(scope, key)


def retrieve_data(desk: Desk, scope: Scope, key: Key) -> Any:
    """Return the value under a key of a document (as result), null if there is none."""
    return desk.agent.retrieve_data(scope, key)


def delete_data(desk: Desk, scope: Scope, key: Key) -> bool:
    """Delete a key of a document; returns whether it was there."""
    return desk.agent.delete_data(scope, key)


def list_keys(desk: Desk, scope: Scope) -> list[str]:
    """Return the keys of a document; none if there is no such document."""
    return desk.agent.list_keys(scope)


def list_scopes(
    desk: Desk,
    pattern: Annotated[
        StrictStr | None, Field(description="Such as session:* or issue:*; leave it out for all.")
    ] = None,
) -> list[str]:
    """Return the names of the documents in this project, for retrieve_data and list_keys."""
    return desk.agent.list_scopes(pattern)


def delete_scope(desk: Desk, scope: Scope) -> bool:
    """Delete a document with all its keys, for every agent; returns whether it was there. Only what you made."""
    return desk.agent.delete_scope(scope)
