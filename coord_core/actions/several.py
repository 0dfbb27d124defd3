"""Several actions as one plan: each is worked out over what those before it would leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from coord_core.actions import words
from coord_core.actions.plan import Plan
from coord_core.documents import Batch, Change, Document, Edit
from coord_core.errors import CoordError, Refused
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.storage.changes import apply, diff

NAME: Final = "several"
"""What the journal calls actions of different kinds that were done at once."""
TOLD: Final = 3
"""Of more actions than this the event says only how many more there were."""
TAKING: Final = "Take it"
"""What a button says that takes from somebody alive."""

Planner = Callable[..., Plan]


def several(
    board: Board,
    planner: Callable[[str], Planner],
    each: Mapping[str, Any],
    *,
    actions: Sequence[Any],
    left: Sequence[str] = (),
) -> Plan:
    """Plan several actions as one, so that all of them are done or none, and one undo takes all of them back.

    planner: finds the planner of a name. each: arguments that all of them take. actions: (name, arguments) pairs. left:
    sentences on what is not among them. What cannot be done is said in the plan's notes; raises Refused if nothing can.
    """
    parts, refused = _parts(board, planner, actions, each)
    left = (*left, *refused)
    if not parts:
        raise Refused("; ".join(each.removesuffix(".") for each in left) or "there is nothing to do")
    if len({part.workspace for part in parts}) > 1:
        raise Refused("these are in several workspaces: take one workspace after the other")
    if len(parts) == 1:
        return replace(parts[0], notes=(*left, *parts[0].notes))
    return _joined(board, parts, left)


def _parts(
    board: Board, planner: Callable[[str], Planner], actions: Sequence[Any], each: Mapping[str, Any]
) -> tuple[list[Plan], tuple[str, ...]]:
    """Return the plans that can be made, and why others cannot."""
    parts: list[Plan] = []
    left: list[str] = []
    alone = len(actions) == 1
    for place, (name, arguments) in enumerate(actions):
        if (name, arguments) in actions[:place]:
            continue
        try:
            part = planner(name)(board, **arguments, **each)
            if part.source is not None and not alone:
                raise Refused(f"{part.source} is set aside by itself")
        except CoordError as error:
            left.append(f"Left as it is: {error}.")
            continue
        parts.append(part)
        board = _after(board, part)
    return parts, tuple(dict.fromkeys(left))


def _after(board: Board, part: Plan) -> Board:
    """Return the board as a plan would leave it."""
    documents: dict[str, Document | None] = {}
    for scope, edits in part.changes.items():
        before = board.documents.get(scope) or Document(scope, {})
        data = deepcopy(dict(before.data))
        apply(data, edits)
        documents[scope] = None if scope in part.deletes else replace(before, data=data)
    return board.update(Batch(documents), now=board.now) if documents else board


def _joined(board: Board, parts: Sequence[Plan], left: tuple[str, ...]) -> Plan:
    names = _unique(part.action for part in parts)
    action = names[0] if len(names) == 1 else NAME
    living = _unique(part.takes_from for part in parts if part.takes_from)
    alive = words.join(living) or None
    verbs = _verbs(parts)
    who = alive if len(living) <= TOLD else f"{len(living)} of them"
    doubt = f", though {who} {words.be(alive)} alive" if alive else ""
    final = board
    for part in parts:
        final = _after(final, part)
    return Plan(
        action=action,
        subject=parts[0].subject,
        workspace=parts[0].workspace,
        title=f"{_title(parts, words.join(verbs))}{doubt}?",
        verb=verbs[0] if len(verbs) == 1 else "Do all",
        changes=_changes(board, final, parts),
        effects=tuple(effect for part in parts for effect in part.effects),
        evidence=tuple(_why(part) for part in parts),
        notes=(*left, *_unique(note for part in parts for note in part.notes)),
        takes_from=alive,
        event=_event(parts),
        arguments={"actions": [[part.action, dict(part.arguments)] for part in parts]},
        deletes=frozenset(scope for part in parts for scope in part.deletes if scope not in final.documents),
        holds=_holds(parts),
        warnings=tuple(_unique(warning for part in parts for warning in part.warnings)),
        tells={scope: said for part in parts for scope, said in part.tells.items()},
    )


def _title(parts: Sequence[Plan], verb: str) -> str:
    if all(part.action == "send_message" for part in parts):
        names = [parse(part.subject).id for part in parts]
        return f"Message to {words.join(names) if len(names) <= TOLD else f'{len(names)} sessions'}"
    return f"{verb} these {len(parts)}"


def _verbs(parts: Sequence[Plan]) -> list[str]:
    """Return what is done; that it takes from somebody alive is said elsewhere."""
    found = _unique(part.verb for part in parts if part.verb != TAKING) or [TAKING.removesuffix(" it")]
    return [found[0], *(verb.lower() for verb in found[1:])]


def _changes(board: Board, final: Board, parts: Sequence[Plan]) -> dict[str, Sequence[Edit]]:
    found: dict[str, Sequence[Edit]] = {}
    for scope in _unique(scope for part in parts for scope in part.changes):
        before, after = (each.documents.get(scope) for each in (board, final))
        edits = tuple(diff(before.data if before else {}, after.data if after else {}))
        if edits:
            found[scope] = edits
    return found


def _holds(parts: Sequence[Plan]) -> Mapping[str, Sequence[Change]]:
    found: dict[str, list[Change]] = {}
    for part in parts:
        for scope, changes in part.holds.items():
            found.setdefault(scope, []).extend(change for change in changes if change not in found[scope])
    return found


def _why(part: Plan) -> str:
    what = part.title.removesuffix("?")
    what = what.removesuffix(f", which {words.be(part.takes_from or '')} alive")
    return f"{what}: {part.evidence[0]}" if part.evidence else f"{what}."


def _event(parts: Sequence[Plan]) -> tuple[str, str, Mapping[str, Any]]:
    """Return the one event that tells of all; the tasks of all are told together, for an undo looks there."""
    told = [part.event for part in parts if part.event is not None]
    kinds = _unique(kind for kind, _, _ in told)
    messages = [message for _, message, _ in told]
    more = f"; and {len(messages) - TOLD} more" if len(messages) > TOLD else ""
    tasks = [task for _, _, metadata in told for task in metadata.get("tasks", ())]
    each = [{key: value for key, value in metadata.items() if key != "tasks"} for _, _, metadata in told]
    metadata = {"each": each, **({"tasks": tasks} if tasks else {})}
    return kinds[0] if len(kinds) == 1 else "several_done", "; ".join(messages[:TOLD]) + more, metadata


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
