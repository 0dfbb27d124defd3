"""What the record under the cursor is, and which remedies the keys `x` and `a` stand for there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from coord_core.frozen import frozen
from coord_core.scopes import in_workspace, parse
from coord_core.state.insights import Finding, Life, Remedy
from coord_core.state.records import Session, Task
from coord_tui.rows.findings import FindingRows
from coord_tui.rows.scene import Scene
from coord_tui.rows.sessions import task_name
from coord_tui.rows.work import WorkRows
from coord_tui.shared_tree import value_path

WORDS: Final = {
    "release_lock": "release",
    "reassign_issue": "unassign",
    "requeue_task": "put back",
    "clean_up_session": "clean up",
    "clean_up_stale": "clean up",
    "sign_off_session": "sign off",
    "quarantine": "set aside",
    "reassign_session": "give to",
    "reassign_task": "give to",
}
"""What the key line says an action does."""


@frozen
class Target:
    """A record that keys act on.

    key: its key on the board. scope: of the document to look at, None for a file that is none. name: as people say it.
    let_go: what `x` does. give: what `a` does, its `to` still missing; workspace: among whose sessions.
    list: of a task, its list's key. doing: what `x` does, where the action's name does not say it.
    """

    key: str
    kind: str
    name: str
    workspace: str = ""
    scope: str | None = None
    let_go: Remedy | None = None
    give: Remedy | None = None
    owner: str | None = None
    list: str = ""
    finding: Finding | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    doing: str = ""

    @property
    def word(self) -> str:
        """What `x` does, in the key line's words; "" when it does nothing here."""
        if self.doing or self.let_go is None:
            return self.doing
        return WORDS.get(self.let_go.action, self.let_go.action.replace("_", " "))


def find(scene: Scene, key: str | None, work: WorkRows, findings: FindingRows) -> Target | None:
    """Return the target under a key, None for what no key acts on."""
    if key is None:
        return None
    board = scene.board
    if key in findings.findings:
        return _finding(scene, findings.findings[key], work, findings)
    if key in board.sessions:
        return _session(scene, board.sessions[key])
    if key in board.locks:
        lock = board.locks[key]
        return Target(key, "lock", lock.resource, lock.workspace, key, Remedy("release_lock", {"scope": key}),
                      owner=lock.holder)  # fmt: skip
    if key in board.issues:
        issue = board.issues[key]
        owned = Remedy("reassign_issue", {"scope": key, "to": None}) if scene.owners(issue) else None
        give = Remedy("reassign_issue", {"scope": key})
        return Target(key, "issue", f"#{issue.id}", issue.workspace, key, owned, give, issue.owner)
    if key in work.tasks:
        return _task(scene, key, work.tasks[key])
    return _other(scene, key)


def session_of(scene: Scene, target: Target | None) -> Session | None:
    """Return the session that a target is, or that has it; None where nobody does."""
    if target is None:
        return None
    owner = in_workspace(target.workspace, f"session:{target.owner}")
    return scene.board.sessions.get(target.key) or scene.board.sessions.get(owner)


def _session(scene: Scene, session: Session) -> Target:
    scope = session.scope
    has = scene.holdings(scope)
    give = Remedy("reassign_session", {"scope": scope}) if has.issues or has.tasks else None
    return Target(scope, "session", session.id, session.workspace, scope, _end(scene, session), give, session.id)


def _end(scene: Scene, session: Session) -> Remedy | None:
    """Return how a session is let go of: one that is alive and has nothing signs off, all others are cleaned up."""
    life = scene.verdict(session.scope).life
    busy = bool(scene.holdings(session.scope)) or session.issue is not None
    if life is Life.OFF and not busy and not session.exists:
        return None
    idle = life in (Life.LIVE, Life.LATE) and not busy
    return Remedy("sign_off_session" if idle else "clean_up_session", {"scope": session.scope})


def _task(scene: Scene, key: str, task: Task) -> Target:
    found = scene.board.lists[task.list]
    where = {"list": task.list, "task": task.id}
    put_back = Remedy("requeue_task", where) if task.owner or task.status != "pending" else None
    give = Remedy("reassign_task", where)
    return Target(key, "task", task_name(task), found.workspace, found.scope, put_back, give, task.owner, task.list)


def _other(scene: Scene, key: str) -> Target | None:
    bad = scene.board.unreadable.get(key)
    if bad:
        aside = Remedy("quarantine", {"source": key})
        return Target(key, "file", bad.source, parse(bad.scope or "").workspace, None, aside)
    found = scene.board.lists.get(key)
    if found:
        return Target(key, "list", found.name, found.workspace, found.scope)
    if key in scene.board.documents:
        name = parse(key)
        return Target(key, "document", name.short, name.workspace, key)
    scope, path = value_path(key)
    if scope in scene.board.documents:
        name = parse(scope)
        return Target(key, "value", f"{name.short} {path[-1]}", name.workspace, scope, facts={"path": path})
    return None


def _finding(scene: Scene, finding: Finding, work: WorkRows, findings: FindingRows) -> Target:
    """A finding's keys: `x` is its first remedy, `a` its subject's."""
    subject = find(scene, finding.subject, work, findings)
    gives = [remedy for remedy in finding.remedies if "to" not in remedy.arguments and remedy.action in GIVES]
    acts = [remedy for remedy in finding.remedies if remedy not in gives]
    return Target(
        finding.subject,
        subject.kind if subject else "finding",
        subject.name if subject else finding.lead,
        finding.workspace,
        subject.scope if subject else None,
        acts[0] if acts else None,
        subject.give if subject and subject.give else gives[0] if gives else None,
        subject.owner if subject else None,
        subject.list if subject else "",
        finding,
    )


GIVES: Final = frozenset({"reassign_issue", "reassign_task", "reassign_session"})
