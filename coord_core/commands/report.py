"""The board as `coordctl status --json` prints it (the design, §5): seconds in *_age and *_for, else ISO 8601 UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from coord_core import times
from coord_core.moments import Moment
from coord_core.scopes import in_workspace, parse
from coord_core.state.board import Board
from coord_core.state.insights import Finding, Holdings, Life
from coord_core.state.listing import in_view, lock_state
from coord_core.state.records import Handoff, Issue, Lock, Progress, Session, Task, WorkList

EVENTS: Final = 50


Row = dict[str, Any]


def report(board: Board, workspace: str | None, store: str) -> Row:
    """Return everything at once, of one workspace or of all."""
    lists = in_view(board.lists, workspace)
    return {
        "store": store,
        "workspaces": [each for each in board.workspaces if workspace in (None, each)],
        "sessions": [_session(board, each) for _, each in in_view(board.sessions, workspace)],
        "issues": [_issue(each) for _, each in in_view(board.issues, workspace)],
        "locks": [_lock(board, each) for _, each in in_view(board.locks, workspace)],
        "tasks": [_task(each, task) for _, each in lists for task in each.tasks],
        "events": _events(board, workspace),
        "findings": [_finding(each) for each in board.findings if workspace in (None, each.workspace)],
    }


def _session(board: Board, session: Session) -> Row:
    verdict, signs = board.verdicts.get(session.scope), board.signs.get(session.scope)
    holdings = board.holdings.get(session.scope, Holdings())
    return {
        "id": session.id,
        "workspace": session.workspace,
        "scope": session.scope,
        "state": (verdict.life if verdict else Life.UNKNOWN).value,
        "evidence": verdict.evidence if verdict else "",
        "seen_age": _age(board, signs.seen if signs else None),
        "did_age": _age(board, signs.did if signs else None),
        "issue": session.issue,
        "locks": [lock.resource for lock in holdings.locks],
        "tasks": [task.label for task in holdings.tasks],
    }


def _issue(issue: Issue) -> Row:
    return {
        "id": issue.id,
        "workspace": issue.workspace,
        "scope": issue.scope,
        "claimed_by": issue.owner,
        "status": issue.status,
        "progress": _progress(issue.progress) if issue.progress else None,
        "handoff": _handoff(issue.handoff) if issue.handoff else None,
    }


def _progress(progress: Progress) -> Row:
    return {
        "phase": progress.phase,
        "percent": progress.percent,
        "message": progress.message,
        "updated_at": _iso(progress.updated),
        "updated_by": progress.updated_by,
    }


def _handoff(handoff: Handoff) -> Row:
    return {
        "from_session": handoff.from_session,
        "phase": handoff.phase,
        "next_steps": list(handoff.next_steps),
        "context": dict(handoff.context),
        "handoff_at": _iso(handoff.at),
    }


def _lock(board: Board, lock: Lock) -> Row:
    return {
        "resource": lock.resource,
        "workspace": lock.workspace,
        "scope": lock.scope,
        "locked_by": lock.holder,
        "held_for": _age(board, lock.since.at if lock.since else None),
        "state": lock_state(lock, board.now),
    }


def _task(work_list: WorkList, task: Task) -> Row:
    return {
        "queue": work_list.name,
        "id": task.id,
        "workspace": work_list.workspace,
        "scope": work_list.scope,
        "status": task.state.value,
        "claimed_by": task.owner,
        "summary": task.summary,
    }


def _events(board: Board, workspace: str | None) -> list[Row]:
    logs: Iterable[tuple[str, Any]] = board.events.items()
    found = [each for name, log in logs if workspace in (None, name) for each in log[-EVENTS:]]
    if workspace is None and len(board.events) > 1:
        found.sort(key=lambda each: each.time.at if each.time and each.time.at is not None else 0.0)
    return [
        {
            "timestamp": _iso(each.time),
            "workspace": each.workspace,
            "scope": in_workspace(each.workspace, "project:events"),
            "session": each.session,
            "type": each.type,
            "message": each.message,
            "metadata": dict(each.metadata),
        }
        for each in found[-EVENTS:]
    ]


def _finding(finding: Finding) -> Row:
    subject = finding.subject.partition("#")[0]
    return {
        "kind": finding.kind,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "workspace": finding.workspace,
        "scope": subject if parse(subject).workspace else None,
        "text": finding.text,
        "since": times.utc_iso(finding.since) if finding.since is not None else None,
        "remedies": [{"action": each.action, "arguments": dict(each.arguments)} for each in finding.remedies],
    }


def _age(board: Board, at: float | None) -> float | None:
    return None if at is None else round(max(0.0, board.now - at), 3)


def _iso(moment: Moment | None) -> str | None:
    return times.utc_iso(moment.at) if moment is not None and moment.at is not None else None
