"""Plans that change a document by hand: any key of any document, whatever it means.

What comes of it is nobody's promise. So a plan says whose it is, and which action would keep things in step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from coord_core.actions import words
from coord_core.actions.editing import check_new
from coord_core.actions.plan import Effect, Plan
from coord_core.actions.touching import touched
from coord_core.documents import ABSENT, Change, Edit
from coord_core.errors import NotFound, StaleView
from coord_core.scopes import check, natural, parse
from coord_core.state import edits as said
from coord_core.state.board import Board
from coord_core.storage.changes import apply, diff

BETTER: Final[Mapping[str, str]] = {
    "session": "clean-up, sign-off", "issue": "reassign", "locks": "release", "inbox": "message",
    "instances": "sign-off", "list": "reassign, requeue", "project:hold": "hold, lift",
}  # fmt: skip
"""The actions that there are for a kind of document."""
NAMED: Final = 3
SHOWN: Final = 40
"""So many effects are shown; more are counted."""


def edit_document(board: Board, *, scope: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Plan:
    """Plan to make what somebody saw in a document into what they wrote.

    before, after: all its keys, or some of them. What others changed elsewhere in it meanwhile stays. Raises
    InvalidScope, and StaleView if they changed the same keys.
    """
    _check(board, scope)
    changes = tuple(diff(before, after))
    _unmoved(board, scope, changes)
    keys = list(dict.fromkeys(str(edit.path[0]) for edit in changes))
    some = ", ".join(keys[:NAMED]) + (f" and {len(keys) - NAMED} more keys" if len(keys) > NAMED else "")
    what = f"Edited {some} of {parse(scope).short}"
    arguments = {"scope": scope, "before": before, "after": after}
    return _plan(board, "edit_document", scope, changes, what, arguments, verb="Save", logged=True)


def set_data(board: Board, *, scope: str, key: str, value: Any, by: str = "") -> Plan:
    """Plan to set one key of a document, which comes into being if it is not there; raises InvalidScope.

    by: the session that does it, by full scope, "" for a human. A plan without changes: it is so already.
    """
    _check(board, scope)
    changes = tuple(diff(_at(board, scope, key), {key: value}))
    arguments = {"scope": scope, "key": key, "value": value, "by": by}
    return _plan(board, "set_data", scope, changes, f"Set {key} of {parse(scope).short}", arguments, verb="Set")


def delete_data(board: Board, *, scope: str, key: str, by: str = "") -> Plan:
    """Plan to delete one key of a document, and the document with its last; raises NotFound."""
    before = _at(board, check(scope), key)
    if not before:
        known = sorted(board.documents[scope].data) if scope in board.documents else []
        raise NotFound(f"key {key} in {scope}", f"keys: {', '.join(known)}" if known else "no such document")
    arguments = {"scope": scope, "key": key, "by": by}
    what = f"Deleted {key} of {parse(scope).short}"
    return _plan(board, "delete_data", scope, tuple(diff(before, {})), what, arguments, verb="Delete")


def delete_scope(board: Board, *, scope: str, by: str = "") -> Plan:
    """Plan to delete a document; raises NotFound."""
    document = board.documents.get(check(scope))
    if document is None:
        raise NotFound(f"document {scope}", "`coordctl scopes` lists them")
    what = f"Deleted {parse(scope).short}"
    changes = tuple(diff(document.data, {}))
    return _plan(board, "delete_scope", scope, changes, what, {"scope": scope, "by": by}, verb="Delete", whole=True)


def _unmoved(board: Board, scope: str, changes: Sequence[Edit]) -> None:
    """Raise StaleView where a document is not what it was."""
    document = board.documents.get(scope)
    failed = apply(deepcopy(dict(document.data)) if document else {}, list(changes))
    if failed:
        raise StaleView([(scope, edit.path, _expected(edit), found) for edit, found in failed])


def _expected(edit: Edit) -> Any:
    return edit.old if isinstance(edit, Change) else list(edit.removed)


def _check(board: Board, scope: str) -> None:
    check(scope)
    if scope not in board.documents:
        check_new(scope)


def _at(board: Board, scope: str, key: str) -> Mapping[str, Any]:
    document = board.documents.get(scope)
    found = document.data.get(key, ABSENT) if document else ABSENT
    return {} if found is ABSENT else {key: found}


def _plan(
    board: Board,
    action: str,
    scope: str,
    changes: Sequence[Edit],
    what: str,
    arguments: Mapping[str, Any],
    *,
    verb: str,
    logged: bool = False,
    whole: bool = False,
) -> Plan:
    by = str(arguments.get("by", ""))
    owners = [board.sessions[one] for one in sorted(touched(board, {scope: changes}), key=natural)
              if one in board.sessions and one != by]  # fmt: skip
    alive = [session for session in owners if words.alive(board, session)]
    names = words.join([session.id for session in alive])
    better = () if by else _better(board, scope)
    of = f", which {'is' if len(alive) == 1 else 'are'} {names}'s" if alive else ""
    # Edits are no acts that all have to hear of, unless somebody loses by them.
    told = (logged or bool(alive)) and parse(scope).short != "project:events"
    return Plan(
        action=action,
        subject=scope,
        workspace=parse(scope).workspace,
        title=f"{_question(what, verb)}{of}?",
        verb=verb,
        changes={scope: changes} if changes else {},
        effects=_effects(board, scope, changes, whole),
        evidence=(*(line for session in alive for line in words.evidence(board, session)), *better),
        takes_from=names or None,
        event=("document_edited", what, {"scope": parse(scope).short}) if told else None,
        arguments=arguments,
        deletes=frozenset({scope}) if whole else frozenset(),
    )


def _question(what: str, verb: str) -> str:
    return f"Edit{what.removeprefix('Edited')}" if verb == "Save" else f"{verb} {what.partition(' ')[2]}"


def _better(board: Board, scope: str) -> tuple[str, ...]:
    name = parse(scope)
    kind = "list" if any(each.scope == scope for each in board.lists.values()) else name.kind
    actions = BETTER.get(name.short) or BETTER.get(kind)
    if actions is None:
        return ()
    return (f"There are actions for this ({actions}): they keep documents in step, an edit by hand does not.",)


def _effects(board: Board, scope: str, changes: Sequence[Edit], whole: bool) -> tuple[Effect, ...]:
    where = parse(scope).short
    if whole:
        return (Effect(where, "deleted", f"had {said.brief(dict(board.documents[scope].data), 200)}"),)
    rows = [*_rows(where, changes[:SHOWN])]
    more = len(changes) - SHOWN
    return (*rows, Effect(where, "…", f"and {more} more changes")) if more > 0 else tuple(rows)


def _rows(where: str, changes: Iterable[Edit]) -> Iterable[Effect]:
    for edit in changes:
        yield Effect(where, said.place(edit), said.becomes(edit))
