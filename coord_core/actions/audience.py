"""Audience: whom a supervisor's plan concerns, what each of them is told at its next call, and who will not notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from coord_core.actions import words
from coord_core.actions.plan import Plan
from coord_core.actions.touching import touched
from coord_core.documents import ABSENT, Change, Edit
from coord_core.scopes import in_workspace, natural, parse
from coord_core.state.board import Board
from coord_core.state.deeds import concerned
from coord_core.state.holds import HOLD
from coord_core.state.insights import GONE
from coord_core.state.reading import session_scope
from coord_core.state.waiters import waiters

NAMED: Final = 3
"""Of more sessions than this only the number is said."""


def announced(plan: Plan, board: Board) -> Plan:
    """Return a plan that tells everybody whom it concerns, and whose notes say so."""
    freed = _freed(plan, board)
    wait = {scope for _, names in freed for scope in names}
    news = {scope: _free(lock for lock, names in freed if scope in names) for scope in sorted(wait, key=natural)}
    tells = plan.tells or {scope: "" for scope in _concerned(plan, board)} | news
    by_hand = plan.action == "hold"
    return replace(plan, tells=tells, notes=(*_notes(board, tells, freed, by_hand), *plan.notes))


def _concerned(plan: Plan, board: Board) -> list[str]:
    """Return the sessions that lose or get something; a name that no session bears cannot be told anything."""
    found = concerned(plan.changes) | touched(board, plan.changes)
    found.discard(str(plan.arguments.get("by")))
    if in_workspace(plan.workspace, HOLD) in plan.changes:
        here = (scope for scope, each in board.sessions.items() if each.workspace == plan.workspace)
        found |= {scope for scope in here if words.life(board, scope) not in GONE}
    return sorted((scope for scope in found if scope in board.sessions or scope in plan.changes), key=natural)


def _freed(plan: Plan, board: Board) -> list[tuple[str, list[str]]]:
    """Return the locks that nobody has afterwards, each with the sessions that wait for it."""
    found = []
    for scope, edits in plan.changes.items():
        lock = parse(scope)
        gone = [each for each in edits if isinstance(each, Change) and each.new is ABSENT]
        if lock.kind == "locks" and any(each.path == ("locked_by",) for each in gone):
            names = [session_scope(lock.workspace, name) for name in _waiters(gone)]
            found.append((lock.id, [name for name in names if name in board.sessions and name not in plan.changes]))
    return found


def _waiters(gone: Iterable[Edit]) -> list[str]:
    old = next((each.old for each in gone if isinstance(each, Change) and each.path == ("waiters",)), None)
    return list(waiters({"waiters": old}))


def _free(locks: Iterable[str]) -> str:
    names = list(locks)
    free, them = ("is free", "it") if len(names) == 1 else ("are free", "them")
    return f"{words.join(names)} {free}: acquire {them} if you still need {them}"


def _notes(board: Board, tells: Iterable[str], freed: Sequence[tuple[str, list[str]]], by_hand: bool) -> list[str]:
    there = [scope for scope in tells if words.life(board, scope) not in GONE]
    deaf = [scope for scope in there if not board.listens(scope)]
    wait = [(lock, names) for lock, names in freed if names]
    waiting = {scope for _, names in wait for scope in names if not set(names) & set(deaf)}
    told = [scope for scope in there if scope not in deaf and scope not in waiting]
    lines = [
        f"{_names(names)} {_verb(names, 'wait')} for {lock if len(freed) > 1 else 'the lock'}"
        f"{' and will be told' if waiting.issuperset(names) else ''}."
        for lock, names in wait
    ]
    lines += [f"{_names(told)} {'is' if len(told) == 1 else 'are'} told at {_its(told)} next call."] if told else []
    they, them = ("it", "it") if len(deaf) == 1 else ("they", "them")
    stop = f" Stop {them} by hand (o)." if by_hand else ""
    lines += [f"{_names(deaf)} only {_verb(deaf, 'read')} files: {they} will not notice.{stop}"] if deaf else []
    return lines


def _names(scopes: Sequence[str]) -> str:
    return words.join([parse(each).id for each in scopes]) if len(scopes) <= NAMED else f"{len(scopes)} sessions"


def _verb(scopes: Sequence[str], verb: str) -> str:
    return f"{verb}s" if len(scopes) == 1 else verb


def _its(scopes: Sequence[str]) -> str:
    return "its" if len(scopes) == 1 else "their"
