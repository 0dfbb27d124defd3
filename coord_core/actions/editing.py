"""Setting and deleting what one document holds, as people and agents do it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coord_core.documents import ABSENT
from coord_core.errors import InvalidScope, NotFound
from coord_core.scopes import check, parse
from coord_core.storage import Act, Outcome, Storage, Transaction

LONGEST_KEY: Final = 1024


def set_key(storage: Storage, scope: str, key: str, value: Any, *, actor: Mapping[str, Any]) -> Outcome[None]:
    """Set one key of a document, which comes into being if it is not there; raises InvalidScope, DocumentError."""
    check(scope)

    def body(tx: Transaction) -> None:
        if tx.read(scope) is None:
            check_new(scope)
        tx.edit(scope)[key] = value

    return storage.transact(Act("set_data", actor), body)


def delete_key(storage: Storage, scope: str, key: str, *, actor: Mapping[str, Any]) -> Outcome[None]:
    """Delete one key of a document, and the document with its last; raises NotFound."""
    check(scope)

    def body(tx: Transaction) -> None:
        data = tx.edit(scope)
        if data.pop(key, ABSENT) is ABSENT:
            raise NotFound(f"key {key} in {scope}", f"keys: {', '.join(sorted(data))}" if data else "no such document")

    return storage.transact(Act("delete_data", actor), body)


def delete_scope(storage: Storage, scope: str, *, actor: Mapping[str, Any]) -> Outcome[None]:
    """Delete a document; raises NotFound."""
    check(scope)

    def body(tx: Transaction) -> None:
        if tx.read(scope) is None:
            raise NotFound(f"document {scope}", "`coordctl scopes` lists them")
        tx.delete(scope)

    return storage.transact(Act("delete_scope", actor), body)


def check_new(scope: str) -> None:
    """Refuse names that are no names for a new document, though one of another writer may have them.

    Raises InvalidScope.
    """
    kind = parse(scope).kind
    if not all(char.isalnum() or char in "_-." for char in kind) or not kind.strip("."):
        raise InvalidScope(scope, f"a name begins with a kind, such as `issue:` or `project:`, and {kind!r} is none")
    if not scope.isprintable():
        raise InvalidScope(scope, "it holds characters that cannot be shown")
