"""Signing on and off, and beating: who there is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Any, Final

from coord_core import processes, times
from coord_core.actions.arguments import name
from coord_core.actions.giving import held_issues, held_tasks
from coord_core.actions.locking import free, stop_waiting
from coord_core.actions.telling import append_event, forget_untold, tell
from coord_core.actions.turn import INSTANCES, Turn
from coord_core.actions.view import Glance
from coord_core.actions.words import join
from coord_core.errors import InvalidArgument, NameTaken
from coord_core.scopes import in_workspace
from coord_core.state.board import Board
from coord_core.state.holds import HOLD, read_hold
from coord_core.state.insights import GONE, Holdings, Life, Verdict
from coord_core.state.reading import text
from coord_core.state.records import Session

PREFIX: Final = "claude_"
ACTIVE: Final = "active"
FACTS: Final = (
    "host", "boot_id", "pid", "pid_started", "client", "client_session", "cwd", "branch", "tmux_pane", "tty", "server",
)  # fmt: skip


def sign_on(turn: Turn, session_id: str | None, facts: Mapping[str, Any], glance: Glance) -> dict[str, Any]:
    """Take a name: the one asked for, or the first free `claude_N`; raises NameTaken, InvalidArgument.

    Who has a name and asks for none keeps it. facts: where the agent runs (see `surroundings`).
    """
    board = glance.board(turn.at)
    # Without a fence only the caller says that it bears the name.
    had = turn.session if turn.fence and turn.is_signed_on() else ""
    free = had or first_free(board, turn.workspace, turn.registered)
    wanted = free if session_id is None else _checked(session_id)
    scope = turn.scope(f"session:{wanted}")
    before = board.sessions.get(scope)
    lives = board.index.processes.get(scope) == ""
    mine = before is None or wanted == had
    if before is not None and not mine and not _is_served(turn, before, facts):
        mine = _is_mine(before, _client_session(turn, wanted), facts, lives)
    verdict = turn.verdict(wanted)
    if before is not None and not mine:
        _require_free(turn, verdict, before, facts, lives)
    registry = _registry(turn)
    was_taken = registry.get(wanted) == "taken"
    registry[wanted], turn.session = "taken", wanted
    data = turn.edit(f"session:{wanted}")
    taken_over = _describe(verdict, before) if before is not None and before.exists and was_taken and not mine else ""
    for key in FACTS:
        data.pop(key, None)
    data |= facts
    data["fence"] = turn.tx.seq
    data["started_at"] = data["last_heartbeat"] = times.local_iso(turn.at)
    data["status"] = data.get("status", ACTIVE) if was_taken and mine else ACTIVE
    if not mine:
        _stop_waiting(turn, board, scope)
    if session_id is None and not had and (before is None or not mine):
        # Whoever bore the name before was meant.
        forget_untold(turn.tx, turn.scope(f"inbox:{wanted}"))
    freed: list[str] = []
    if taken_over:
        # Who asked for the name goes on with its work; whoever just came knows nothing of what the locks are for.
        if session_id is None:
            freed = _free_locks(turn, board, scope)
        else:
            _renew_locks(turn, board, scope)
        data["taken_over"] = {"from": taken_over, "at": turn.stamp}
        told = {"session": wanted, "from": taken_over, **({"released": freed} if freed else {})}
        said = f"Took over {wanted}{f'; released {join(freed)}' if freed else ''}"
        append_event(turn.tx, turn.workspace, wanted, "session_taken_over", said, told, turn.at)
    if hold := read_hold(turn.read(HOLD)):
        why = f": {hold.message}" if hold.message else ""
        said = f"Everything is on hold{why}. No claim, lock or task is granted until it is lifted"
        tell(turn.tx, turn.workspace, wanted, hold.by or "a supervisor", said, turn.at)
    return {
        "session_id": wanted, "workspace": turn.workspace, "fence": turn.tx.seq, "resumed": was_taken and mine,
        "taken_over": taken_over, "has": _belongings(board, scope, without=freed),
    }  # fmt: skip


def sign_off(turn: Turn, glance: Glance) -> dict[str, Any]:
    """Give the name back: it is available, its locks are released, everything else stays."""
    turn.require_signed_on()
    board = glance.board(turn.at)
    scope = turn.scope(f"session:{turn.session}")
    released = _free_locks(turn, board, scope)
    _stop_waiting(turn, board, scope)
    _registry(turn)[turn.session] = "available"
    keeps = _belongings(board, scope, without=released)
    return {"session_id": turn.session, "released": released, "keeps": keeps}


def heartbeat(turn: Turn) -> dict[str, Any]:
    """Say that the session lives."""
    turn.require_signed_on()
    now = times.local_iso(turn.at)
    turn.edit(f"session:{turn.session}")["last_heartbeat"] = now
    return {"where": f"session:{turn.session}", "what": now}


def _checked(session_id: str) -> str:
    found = name("session_id", session_id)
    if ":" in found:
        raise InvalidArgument("session_id", "a session's name holds no colon")
    return found


def first_free(board: Board, workspace: str, registered: Callable[[str], object]) -> str:
    """Return the name that an agent gets that asks for none. registered: what the registry says of a name."""
    for number in count(1):
        wanted = f"{PREFIX}{number}"
        verdict = board.verdicts.get(in_workspace(workspace, f"session:{wanted}"))
        if registered(wanted) != "taken" and (verdict is None or verdict.life in GONE):
            return wanted
        if verdict is not None and verdict.life is Life.DEAD:
            return wanted
    raise AssertionError("numbers do not end")


def _registry(turn: Turn) -> dict[str, Any]:
    registry = turn.edit(INSTANCES).setdefault("registry", {})
    if not isinstance(registry, dict):
        raise InvalidArgument("registry", f"{turn.scope(INSTANCES)} holds no registry of names: mend it by hand")
    return registry


def _client_session(turn: Turn, name: str) -> str:
    return text(turn.read(f"session:{name}").get("client_session")) or ""


def _is_served(turn: Turn, session: Session, facts: Mapping[str, Any]) -> bool:
    """Say whether another server provably speaks for a session: one program may start a server for each of its agents.

    The server is recorded as {pid, pid_started}.
    """
    server = turn.read(f"session:{session.id}").get("server")
    if not isinstance(server, dict) or server == facts.get("server"):
        return False
    pid, start = server.get("pid"), server.get("pid_started")
    start = start if isinstance(start, int | float) else None
    return processes.gone(host=session.host, boot=session.boot_id, pid=pid, start=start) == ""


def _is_mine(session: Session, client_session: str, facts: Mapping[str, Any], lives: bool) -> bool:
    """Say whether the agent that signs on is the one that signed on before, as far as anybody can tell.

    lives: its recorded process provably does; then only that process, or its own client's word, is proof.
    """
    if session.pid is not None and (session.pid, session.pid_started) == (facts.get("pid"), facts.get("pid_started")):
        return session.host == facts.get("host")
    same_host = not session.host or session.host == facts.get("host")
    return same_host and client_session == facts.get("client_session", "") and bool(client_session or not lives)


def _require_free(turn: Turn, verdict: Verdict, before: Session, facts: Mapping[str, Any], lives: bool) -> None:
    """Raise NameTaken if the session that bears the name provably lives, or beat elsewhere a short while ago."""
    if verdict.life in GONE or turn.registered(before.id) == "available":
        return
    elsewhere = bool(before.host) and before.host != facts.get("host")
    elsewhere = elsewhere or _client_session(turn, before.id) != facts.get("client_session", "")
    # Without a document nothing says where it was.
    elsewhere = elsewhere and before.exists
    if not lives and not (elsewhere and verdict.life is Life.LIVE):
        return
    begun = before.started.at if before.started is not None else None
    where = f" on {before.host}" if elsewhere and before.host else ""
    since = times.day_clock(begun, turn.at) if begun is not None else "some time ago"
    raise NameTaken(before.id, since + where, verdict.evidence)


def _describe(verdict: Verdict, before: Session) -> str:
    where = [f"pid {before.pid}" if before.pid is not None else "", f"on {before.host}" if before.host else ""]
    whom = " ".join(each for each in where if each) or "somebody"
    return f"{whom} ({verdict.evidence})"


def _renew_locks(turn: Turn, board: Board, scope: str) -> None:
    """Give the locks of a name that was taken over new fences: whoever carries the old ones is refused."""
    for lock in board.holdings.get(scope, Holdings()).locks:
        turn.tx.edit(lock.scope)["fence"] = turn.tx.seq


def _free_locks(turn: Turn, board: Board, scope: str) -> list[str]:
    """Release a session's locks; return their names."""
    freed = [each for each in board.holdings.get(scope, Holdings()).locks if each.workspace == turn.workspace]
    for lock in freed:
        free(turn, lock.resource, turn.edit(f"locks:{lock.resource}"))
    return [lock.resource for lock in freed]


def _stop_waiting(turn: Turn, board: Board, scope: str) -> None:
    """Let a name wait for nothing any more: its next bearer never asked for it."""
    for lock in board.holdings.get(scope, Holdings()).wants:
        stop_waiting(turn.tx.edit(lock.scope), turn.session)


def _belongings(board: Board, scope: str, *, without: Collection[str]) -> list[str]:
    """Return what a session has, as people write it. without: locks that were just released."""
    session = board.sessions.get(scope)
    if session is None:
        return []
    held = board.holdings.get(scope, Holdings()).locks
    locks = [f"locks:{each.resource}" for each in held if each.resource not in without]
    issues = [f"issue:{each.id}" for each in held_issues(board, session)]
    return [*locks, *issues, *(each.label for each in held_tasks(board, session))]
