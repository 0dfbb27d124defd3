"""Which record a name means: found, or refused with the names that would have been right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coord_core.errors import NotFound, Refused
from coord_core.scopes import in_workspace, parse
from coord_core.state.board import Board
from coord_core.state.insights import Life
from coord_core.state.records import Issue, Lock, Session, Task, WorkList

SHOWN: Final = 8
"""How many right names a refusal lists."""


def session(board: Board, scope: str) -> Session:
    """Return the session with this full scope; raises NotFound."""
    if scope in board.sessions:
        return board.sessions[scope]
    wanted = parse(scope)
    known = [each.id for each in board.sessions.values() if each.workspace == wanted.workspace]
    raise NotFound(f"session {wanted.id or wanted.short}", _known("known", known))


def session_named(board: Board, workspace: str, name: str) -> Session:
    """Return the session with this id, short or full scope; raises NotFound."""
    if name in board.sessions:
        return board.sessions[name]
    short = name if name.startswith("session:") else f"session:{name}"
    return session(board, in_workspace(workspace, short))


def receiver(board: Board, workspace: str, name: str) -> Session:
    """Return the session that is to be given something; raises NotFound, and Refused if it will never notice."""
    found = session_named(board, workspace, name)
    if found.workspace != workspace:
        raise Refused(f"{found.id} is in {found.workspace or 'no workspace'}; nothing is given across workspaces")
    verdict = board.verdicts.get(found.scope)
    if verdict and verdict.life in (Life.DEAD, Life.OFF):
        state = "dead" if verdict.life is Life.DEAD else "signed off"
        raise Refused(f"{found.id} is {state} ({verdict.evidence}): it would never notice; give it to another session")
    return found


def lock(board: Board, scope: str) -> Lock:
    """Return the lock with this full scope; raises NotFound."""
    if scope in board.locks:
        return board.locks[scope]
    wanted = parse(scope)
    held = [each.resource for each in board.locks.values() if each.workspace == wanted.workspace]
    raise NotFound(f"lock {wanted.id or wanted.short}", _known("held", held))


def issue(board: Board, scope: str) -> Issue:
    """Return the issue with this full scope; raises NotFound."""
    if scope in board.issues:
        return board.issues[scope]
    wanted = parse(scope)
    known = [each.id for each in board.issues.values() if each.workspace == wanted.workspace]
    raise NotFound(f"issue {wanted.id or wanted.short}", _known("known", known))


def work_list(board: Board, workspace: str, name: str) -> WorkList:
    """Return the list with this key or name; raises NotFound, and Refused if several have the name."""
    if name in board.lists:
        return board.lists[name]
    here = [each for each in board.lists.values() if each.workspace == workspace]
    hits = [each for each in here if name in (each.name, long_name(each))]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise Refused(f"{name} names {len(hits)} lists: say {_join(long_name(each) for each in hits)}")
    raise NotFound(f"work list {name}", _known("known", (each.name for each in here)))


def task(found: WorkList, id_: str) -> Task:
    """Return the task of a list with this id, compared as text; raises NotFound, and Refused if several have it."""
    hits = [each for each in found.tasks if each.id == str(id_)]
    if len(hits) == 1:
        return hits[0]
    if hits:
        places = _join(f"place {each.index + 1} ({each.summary or each.status})" for each in hits)
        raise Refused(f"{found.name}#{id_} names {len(hits)} tasks: {places}; give them ids of their own first")
    raise NotFound(f"task {id_} in {found.name}", _known("known", (each.id for each in found.tasks)))


def long_name(found: WorkList) -> str:
    """Return a list's name with its document's and its whole path (`release.v1.0.0.tasks`)."""
    return ".".join((parse(found.scope).id or parse(found.scope).short, *found.path))


def _known(word: str, names: Iterable[str]) -> str:
    listed = sorted(names)
    return f"{word}: {_join(listed)}" if listed else ""


def _join(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more


def file_workspace(board: Board, scope: str | None) -> str | None:
    """Return the workspace that a file is in, by the scope it would have; None where that cannot be told."""
    known = [each for each in board.workspaces if each]
    said = parse(scope).workspace if scope else ""
    if said in known:
        return said
    return known[0] if len(known) == 1 else None
