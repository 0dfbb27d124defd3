"""Storing, deleting and looking up what one document holds, as agents do it by the seed's names."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from coord_core.actions.arguments import name
from coord_core.actions.turn import Turn
from coord_core.documents import ABSENT
from coord_core.errors import InvalidScope
from coord_core.scopes import parse
from coord_core.storage import Transaction


def put(tx: Transaction, scope: str, key: str, value: Any) -> None:
    """Set one key in a transaction; raises InvalidScope for what is no name of a new document."""
    if tx.read(scope) is None:
        check_new(scope)
    tx.edit(scope)[key] = value


def store(turn: Turn, scope: str, key: str, value: Any) -> None:
    """Set one key of a document in the caller's workspace; raises InvalidScope, InvalidArgument."""
    turn.require_signed_on()
    put(turn.tx, turn.named(scope), name("key", key), value)


def remove(turn: Turn, scope: str, key: str) -> bool:
    """Delete one key of a document, and the document with its last; return whether it was there."""
    turn.require_signed_on()
    return turn.tx.edit(turn.named(scope)).pop(name("key", key), ABSENT) is not ABSENT


def remove_all(turn: Turn, scope: str) -> bool:
    """Delete a document; return whether it was there."""
    turn.require_signed_on()
    there = turn.tx.read(turn.named(scope)) is not None
    turn.tx.delete(turn.named(scope))
    return there


def retrieve(turn: Turn, scope: str, key: str) -> Any:
    """Return the value under a key of a document, None without one."""
    turn.require_signed_on()
    return _data(turn, scope).get(name("key", key))


def keys(turn: Turn, scope: str) -> list[str]:
    """Return the keys of a document."""
    turn.require_signed_on()
    return list(_data(turn, scope))


def scopes(turn: Turn, pattern: str | None) -> list[str]:
    """Return the documents of the caller's workspace that a pattern fits, all without one, by short names."""
    turn.require_signed_on()
    wanted = "*" if pattern in (None, "") else name("pattern", pattern)
    found = (parse(scope) for scope in turn.storage.load().documents)
    shorts = sorted(each.short for each in found if each.workspace == turn.workspace)
    return [short for short in shorts if fnmatchcase(short, wanted)]


def _data(turn: Turn, scope: str) -> Mapping[str, Any]:
    document = turn.tx.read(turn.named(scope))
    return document.data if document else {}


def check_new(scope: str) -> None:
    """Refuse names that are no names for a new document, though one of another writer may have them.

    Raises InvalidScope.
    """
    kind = parse(scope).kind
    if not all(char.isalnum() or char in "_-." for char in kind) or not kind.strip("."):
        raise InvalidScope(scope, f"a name begins with a kind, such as `issue:` or `project:`, and {kind!r} is none")
    if not scope.isprintable():
        raise InvalidScope(scope, "it holds characters that cannot be shown")
