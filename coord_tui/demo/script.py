"""Who plays, what happened before, and what happens when."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from typing import Any, Final

from coord_tui.demo.stage import Stage

AGENTS: Final = {
    # session: (issue, percent, phase, doing, branch, client)
    "claude_1": (15, 55, "testing", "Writing tests", "feat/15-local-adapter", "claude"),
    "claude_2": (16, 50, "implementation", "Frontend UI – skjemaer æøå", "feat/16-forms", "claude"),
    "claude_3": (17, 5, "docs", "Reading the old guide", "docs/17", "claude"),
    "claude_4": (18, 20, "implementation", "Add retry to webhook sender", "fix/18-webhook-retry", "claude"),
    "claude_5": (19, 25, "analysis", "Reading src/billing/invoice.py", "feat/19-invoices", "claude"),
    "claude_6": (21, 60, "implementation", "Split OrderService", "refactor/21-orders", "claude"),
    "claude_7": (23, 40, "testing", "Fix flaky test_checkout", "fix/23-flaky", "claude"),
    "claude_8": (24, 90, "review", "Addressing review comments", "feat/24-export", "claude"),
    "claude_9": (None, 0, "idle", "Bump pydantic", "chore/deps", "claude"),
    "claude_10": (None, 0, "", "handed off #25", "feat/25-search", "claude"),
    "codex_1": (None, 0, "idle", "Looking for work", "fix/21-rounding", "codex"),
    "gemini-payments-eu": (26, 10, "implementation", "Wire Stripe webhooks", "feat/26-stripe", "gemini"),
}
SILENT: Final = {"claude_8": 72.0, "claude_10": 90.0}
BUSY: Final = ("claude_1", "claude_2", "claude_5", "claude_6", "gemini-payments-eu")
WORKERS: Final = ("claude_2", "claude_5", "gemini-payments-eu")
FILES: Final = ("webhook.py", "server.py", "stripe.py", "config.py", "detection.py", "cart.py", "forms.py", "export.py")


def set_the_scene(stage: Stage) -> None:
    """Write what happened before the curtain rises."""
    stage.folder.mkdir(parents=True)
    for session, (issue, percent, phase, doing, branch, client) in AGENTS.items():
        minutes = SILENT.get(session, 0.2)
        then = (datetime.now() - timedelta(minutes=minutes)).isoformat()
        process = {} if session in SILENT else stage.spawn(session)
        stage.before(
            f"session:{session}", minutes,
            status="working" if session != "claude_10" else "handoff_ready",
            **({"current_issue": issue} if issue else {"progress": {"phase": phase, "message": doing}}),
            last_heartbeat=then, branch=branch, client=client,
            cwd=f"/home/kim/wt/{branch.rpartition('/')[2]}", **process,
            **({} if session in SILENT else {"fence": 800 + len(stage.processes)}),
            **({"todos": TODOS} if session == "claude_4" else {}),
        )  # fmt: skip
        if issue:
            progress = {"phase": phase, "percent": percent, "message": doing, "updated_by": session}
            stage.before(f"issue:{issue}", minutes, claimed_by=session, status="in_progress", progress=progress)
    registry = {session: "available" if session == "claude_10" else "taken" for session in AGENTS}
    stage.before("instances", 0.2, registry=registry)
    stage.before("issue:25", 40, status="pending", handoff=HANDOFF)
    for resource, minutes, holder, fence in LOCKS:
        stage.before(f"locks:{resource}", minutes, locked_by=holder, locked_at=ago(minutes), fence=fence)
    stage.before(
        "project:environments",
        55,
        staging={"url": "https://staging.acme.test", "free": True},
        production={"url": "https://acme.test", "free": False, "frozen_until": "the release"},
    )
    tasks: list[dict[str, Any]] = [
        {"id": n, "type": "lint" if n % 3 == 0 else "test", "file": file, "status": "pending"}
        for n, file in enumerate(FILES * 2, 2)
    ]
    tasks[0] |= {"status": "claimed", "claimed_by": "claude_4"}
    stage.before("project:queue", 2, tasks=tasks)
    stage.before("project:migrations", 30, pending=MIGRATIONS)
    stage.before(
        "project:release", 60, **{"v1.0.0": {"status": "in_progress", "coordinator": "claude_1", "tasks": RELEASE}}
    )


def ago(minutes: float) -> str:
    """Return the stamp of some minutes ago, as agents write it."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


LOCKS: Final = (
    ("database_migration", 30, "claude_4", 812), ("deploy_staging", 80, "claude_8", 640),
    ("src/orders", 6, "claude_6", 809),
)  # fmt: skip
TODOS: Final = [
    {"task": "Find the sender", "status": "completed"},
    {"task": "Write failing test", "status": "completed"},
    {"task": "Add retry with backoff", "status": "in_progress"},
    {"task": "Document the setting", "status": "pending"},
]
HANDOFF: Final = {
    "from_session": "claude_10",
    "phase": "implementation_complete",
    "next_steps": ["Review src/search/index.py", "Run the test suite", "Update the documentation"],
    "context": {"branch": "feat/25-search"},
}
MIGRATIONS: Final = [
    {"id": "001", "name": "add_users_table", "status": "in_progress", "started_by": "claude_4"},
    {"id": "002", "name": "add_sessions_table", "status": "pending"},
    {"id": "003", "name": "add_indexes", "status": "pending"},
]
RELEASE: Final = [
    {"id": 1, "name": "Run test suite", "assignee": "claude_8", "status": "in_progress"},
    {"id": 2, "name": "Build packages", "assignee": None, "status": "pending"},
    {"id": 3, "name": "Update changelog", "assignee": None, "status": "pending"},
]


def play(stage: Stage) -> None:
    """Play on until the audience leaves."""
    for session in AGENTS:
        stage.cast(session)
    events: dict[int, Callable[[], None]] = {
        3: lambda: stage.say("claude_4", "migration_started", "Migration 001 add_users_table", migration="001"),
        5: lambda: stage.act("claude_9", lambda agent: agent.acquire_lock("database_migration", wait=True)),
        6: lambda: stage.say("claude_9", "lock_refused", "database_migration held by claude_4"),
        7: lambda: stage.act("claude_2", lambda agent: agent.acquire_lock("database_migration", wait=True)),
        8: lambda: stage.claim("codex_1", 21),
        9: lambda: stage.say("codex_1", "issue_started", "Started work on issue #21", issue=21),
        10: lambda: report(stage, "codex_1", 21, "implementation", 35, "Order totals rounding"),
        12: lambda: stage.end("claude_4"),
    }
    percent = {session: AGENTS[session][1] for session in BUSY}
    for second in range(sys.maxsize):
        if act := events.get(second):
            act()
        for place, session in enumerate(AGENTS):
            alive = session not in SILENT and (session != "claude_4" or second < 12)
            if alive and (second + place) % 5 == 0:
                stage.act(session, methodcaller("heartbeat"))
        if second >= 4:
            stage.say("claude_7", "test_failed", "Retrying test_checkout", issue=23)
        session = BUSY[second % len(BUSY)]
        issue, _, phase, doing, *_ = AGENTS[session]
        if second % 2 and issue:
            percent[session] = percent[session] % 96 + 2
            report(stage, session, issue, phase, percent[session], doing)
        if second % 7 == 6:
            stage.work(WORKERS[second // 7 % len(WORKERS)])
        if second % 9 == 8:
            stage.say("claude_1", "file_modified", f"src/adapters/{FILES[second // 9 % len(FILES)]}", issue=15)
        if select.select([sys.stdin], [], [], 1)[0]:
            return


def report(stage: Stage, session: str, issue: int, phase: str, percent: int, doing: str) -> None:
    """Let an agent say how far an issue is."""
    stage.act(session, lambda agent: agent.update_progress(issue, phase, percent, doing))
