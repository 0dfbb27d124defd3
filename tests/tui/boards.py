"""Boards to show: the busy one of screens/busy-*, made by hand from records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coord_core.documents import Document, Unreadable
from coord_core.state.board import Board
from coord_core.state.insights import Finding, Holdings, Life, Remedy, Severity, Signs, Verdict
from coord_core.state.records import (  # fmt: skip
    Event,
    Handoff,
    Issue,
    Lock,
    Moment,
    Progress,
    Session,
    Task,
    TaskState,
    Todo,
    Waiter,
    WorkList,
)

NOW = datetime(2026, 11, 22, 14, 31, 7).timestamp()
SHOP = "laptop:acme/shop"
M, H = 60, 3600
LOW, MID, TOP = "▁", "▄", "▇"
BARS = "▁▂▃▄▅▆▇█"


def at(seconds_ago: float) -> Moment:
    return Moment(NOW - seconds_ago, "stated")


def scope(short: str) -> str:
    return f"{SHOP}:{short}"


# id, life, seen, did, issue, todo, branch, client, buckets
SESSIONS: list[tuple[Any, ...]] = [
    ("claude_1", Life.LIVE, 2, 21, "15", "Writing tests", "feat/15-local-adapter", "claude", "▂▃▁▅▇▃▂▅▆▇▅▇"),
    ("claude_2", Life.LIVE, 3, 3 * M, "16", "Frontend UI – skjemaer æøå", "feat/16-forms", "claude", "▃▃▂▁▁▂▅▇▃▂▁▁"),
    ("claude_3", Life.LATE, 7 * M, 7 * M, "17", "", "docs/17", "claude", "▁▁▂▂▁▁▃▁▁▁▁▁"),
    ("claude_4", Life.DEAD, 12 * M, 12 * M, "18", "Add retry to webhook sender", "fix/18-webhook-retry", "claude", "▅▇▇▅▃▂▁▁▁▁▁▁"),
    ("claude_5", Life.LIVE, 1, 4, "19", "Reading src/billing/invoice.py", "feat/19-invoices", "claude", "▁▁▁▁▁▁▁▁▂▅▇▇"),
    ("claude_6", Life.LIVE, 10, 35, "21", "Split OrderService", "refactor/21-orders", "claude", "▂▂▃▃▅▅▃▅▅▇▅▃"),
    ("claude_7", Life.LIVE, 5, 34 * M, "23", "Fix flaky test_checkout", "fix/23-flaky", "claude", "▇▅▃▁▁▁▁▁▁▁▁▁"),
    ("claude_8", Life.STALE, 72 * M, 72 * M, "24", "Addressing review comments", "feat/24-export", "claude", "▁▁▁▁▁▁▁▁▁▁▁▁"),
    ("claude_9", Life.LIVE, 4, 50, None, "Bump pydantic", "chore/deps", "claude", "▁▂▁▂▁▁▂▁▁▂▁▁"),
    ("codex_1", Life.LIVE, 10, 65, "21", "Order totals rounding", "fix/21-rounding", "codex", "▁▁▁▂▃▅▅▃▂▃▃▅"),
    ("gemini-payments-worker", Life.LIVE, 6, 16, "26", "Wire Stripe webhooks to the new queue consumer", "feat/26-stripe", "gemini", "▁▁▁▁▁▁▁▁▁▂▅▅"),
    ("claude_10", Life.OFF, 90 * M, 90 * M, "15", "", "feat/15-local-adapter", "claude", "▁▁▁▁▁▁▁▁▁▁▁▁"),
]  # fmt: skip
# issue, claimed_by, percent, phase
ISSUES: list[tuple[Any, ...]] = [
    ("15", "claude_1", 75, "testing"), ("16", "claude_2", 50, "implementation"), ("17", "claude_3", None, "docs"),
    ("18", "claude_4", 20, "implementation"), ("19", "claude_5", 25, "analysis"), ("21", "claude_6", 60, "implementation"),
    ("23", "claude_7", 40, "testing"), ("24", "claude_8", 90, "review"), ("26", "gemini-payments-worker", 10, "implementation"),
    ("27", None, None, ""),
]  # fmt: skip
EVENTS = [
    (725, "claude_4", "progress", "#18 implementation 20%"),
    (627, "claude_10", "handoff", "#15 handed off: implementation_complete"),
    (416, "claude_6", "lock_acquired", "src/orders"),
    (277, "codex_1", "issue_started", "Started work on issue #21"),
    (229, "claude_2", "task_claimed", "queue#2 test server.py"),
    (132, "claude_5", "session_started", "claude_5 signed on"),
    *[(87 + 30 * n, "claude_7", "note", "Retrying test_checkout") for n in range(13, -1, -1)],
    (65, "gemini-payments-worker", "task_claimed", "queue#9 lint stripe.py"),
    (50, "claude_9", "lock_refused", "database_migration held by claude_4"),
    (26, "claude_1", "progress", "#15 testing 75% Writing tests"),
    (21, "claude_1", "file_modified", "src/adapters/local.py"),
    (4, "claude_5", "progress", "#19 analysis 25% Reading src/billing/invoice.py"),
]


def _sessions() -> dict[str, Session]:
    found = {}
    for name, life, seen, _, issue, todo, branch, client, _ in SESSIONS:
        todos = (Todo(todo, False),) if todo else ()
        if name == "claude_4":
            todos = (
                Todo("Find the sender", True),
                Todo("Write failing test", True),
                *todos,
                Todo("Document the setting", None),
            )
        key = scope(f"session:{name}")
        found[key] = Session(
            key, SHOP, name, life is not Life.OFF, issue, "working", at(seen), at(2 * H), "taken", todos,
            progress=Progress("implementation", 35, "Order totals rounding", at(63), name) if name == "codex_1" else None,
            branch=branch, client=client, cwd=f"~/wt/{branch.partition('/')[2]}", host="laptop", pid=811,
        )  # fmt: skip
    return found


def _issues() -> dict[str, Issue]:
    found = {}
    for number, who, percent, phase in ISSUES:
        progress = Progress(phase, percent, "", at(60), who) if phase else None
        handoff = Handoff("claude_10", "implementation_complete", ("Test it", "Document it", "Ship it"), {}, at(90 * M))
        key = scope(f"issue:{number}")
        status = "in_progress" if who else "pending"
        found[key] = Issue(key, SHOP, number, who, None, at(2 * H) if who else None, status, progress,
                           handoff if number == "15" else None)  # fmt: skip
    return found


def _locks() -> dict[str, Lock]:
    waits = (Waiter("claude_2", at(4 * M)), Waiter("claude_9", at(50)))
    locks = [
        ("database_migration", "claude_4", 72 * M, 812, None, waits),
        ("deploy_staging", "claude_8", 85 * M, 790, at(25 * M), ()),
        ("src/orders", "claude_6", 6 * M, 809, None, (Waiter("codex_1", at(4 * M)),)),
        ("src/api", "claude_5", 22, 815, at(-9 * M - 30), ()),
    ]
    return {
        scope(f"locks:{name}"): Lock(scope(f"locks:{name}"), SHOP, name, who, at(since), fence, expires, "", waiters)
        for name, who, since, fence, expires, waiters in locks
    }


def work(
    name: str, document: str, rows: list[tuple[Any, ...]], path: tuple[str, ...], owner_key: str = "claimed_by"
) -> WorkList:
    key = f"{scope(document)}#{'.'.join(path)}"
    tasks = tuple(
        Task(key, f"{name}#{id_}", str(id_), id_, place, state.value, state, who, owner_key, at(since), summary, {"id": id_, "status": state.value})
        for place, (id_, state, who, since, summary) in enumerate(rows)
    )  # fmt: skip
    return WorkList(key, scope(document), SHOP, name, path, tasks, owner_key)


def _lists() -> dict[str, WorkList]:
    run, wait = TaskState.RUNNING, TaskState.PENDING
    names = [
        "lint config.py",
        "test detection.py",
        "test cart.py",
        "lint forms.py",
        "test export.py",
        "test invoice.py",
    ]
    queue = work("queue", "project:queue", [
        (2, run, "claude_2", 3 * M, "test server.py"), (7, run, "claude_4", 25 * M, "test webhook.py"),
        (9, run, "gemini-payments-worker", 65, "lint stripe.py"),
        *((10 + n, wait, None, 22 * M, name) for n, name in enumerate(names)),
    ], ("tasks",))  # fmt: skip
    release = work(
        "v1.0.0",
        "project:release",
        [(1, run, "claude_8", 72 * M, "Run test suite"), (2, wait, None, 72 * M, "Tag")],
        ("v1.0.0", "tasks"),
        "assignee",
    )
    migrations = work("migrations", "project:migrations", [
        ("001", run, "claude_4", 72 * M, "add_users_table"), ("002", wait, None, 72 * M, "add_sessions_table"),
        ("003", wait, None, 72 * M, "add_indexes"),
    ], ("pending",), "started_by")  # fmt: skip
    return {each.key: each for each in (queue, release, migrations)}


def _findings() -> tuple[Finding, ...]:
    clean_up = Remedy("clean_up_session", {"scope": scope("session:claude_4")})
    rows: list[tuple[Any, ...]] = [
        ("dead_session", Severity.HIGH, "session:claude_4", "claude_4", " died 12m ago holding database_migration (2 wait), #18, queue#7, migrations 001", 12 * M, (clean_up,)),
        ("two_owners", Severity.HIGH, "issue:21", "#21", " has two: claude_6 60% since 14:02, codex_1 35% since 14:26", 5 * M, (Remedy("reassign_issue", {"scope": scope("issue:21"), "to": "claude_6"}),)),
        ("idle", Severity.MEDIUM, "session:claude_7", "claude_7", " beats but did nothing for 34m: #23 stands at 40%, one event 14 times", 34 * M, (Remedy("clean_up_session", {"scope": scope("session:claude_7")}),)),
        ("queue_waits", Severity.MEDIUM, "project:queue#tasks", "queue", " 6 tasks wait, none taken for 22m: queue#7 is held by claude_4 (dead)", 22 * M, (Remedy("requeue_task", {"list": scope("project:queue#tasks"), "task": "7"}),)),
        ("stale_session", Severity.MEDIUM, "session:claude_8", "claude_8", " silent for 1h12 holding deploy_staging (expired), #24, v1.0.0 task 1", 72 * M, (Remedy("clean_up_session", {"scope": scope("session:claude_8")}),)),
        ("handoff", Severity.LOW, "issue:15", "#15", " handoff from claude_10 waits: 3 next steps, nobody picked it up", 90 * M, ()),
    ]  # fmt: skip
    return tuple(
        Finding(kind, severity, scope(subject), SHOP, lead, lead + text, NOW - since, remedies)
        for kind, severity, subject, lead, text, since, remedies in rows
    )


def _evidence(name: str, life: Life) -> Verdict:
    said = {Life.DEAD: "dead: pid 811 on laptop is gone (checked 1s ago)", Life.STALE: "stale: silent for 1h12"}
    return Verdict(life, said.get(life, f"{life.value}: {name} gave a sign"), NOW - 12 * M)


def _holdings(locks: dict[str, Lock], issues: dict[str, Issue], lists: dict[str, WorkList]) -> dict[str, Holdings]:
    found = {}
    for name, *_ in SESSIONS:
        tasks = tuple(task for each in lists.values() for task in each.tasks if task.owner == name)
        found[scope(f"session:{name}")] = Holdings(
            tuple(lock for lock in locks.values() if lock.holder == name),
            tuple(issue for issue in issues.values() if issue.owner == name),
            tuple(sorted(tasks, key=lambda task: task.label != "queue#7")),
            tuple(lock for lock in locks.values() if name in [waiter.session for waiter in lock.waiters]),
        )
    return found


def busy(**changes: Any) -> Board:
    sessions, issues, locks, lists = _sessions(), _issues(), _locks(), _lists()
    documents = {
        key: Document(key, {"current_issue": 18, "status": "working"}, {}, 812, source=key.replace(":", "__") + ".json", written_at=NOW - 60)
        for key in [*sessions, *issues, *locks, *(each.scope for each in lists.values()), scope("project:conventions")]
    }  # fmt: skip
    whole: dict[str, Any] = {
        "now": NOW, "documents": documents, "sessions": sessions, "issues": issues, "locks": locks, "lists": lists,
        "events": {SHOP: [Event(SHOP, at(ago), who, kind, message, {}) for ago, who, kind, message in EVENTS]},
        "shared": (scope("project:conventions"),),
        "verdicts": {scope(f"session:{row[0]}"): _evidence(row[0], row[1]) for row in SESSIONS},
        "holdings": _holdings(locks, issues, lists),
        "signs": {scope(f"session:{r[0]}"): Signs(NOW - r[2], NOW - r[3], f"progress #{r[4]}", tuple(BARS.index(c) for c in r[8])) for r in SESSIONS},
        "findings": _findings(), "workspaces": (SHOP,), "changed_at": NOW - 1, "journaled": True,
    }  # fmt: skip
    return Board(**{**whole, **changes})


BAD = Unreadable(
    "laptop__acme__shop__issue__99.json", scope("issue:99"), "it is no JSON: line 1 column 1", NOW - 30, 12
)
