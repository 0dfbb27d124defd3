"""The busy store, to the field, against screens/busy-200x50.txt."""

from __future__ import annotations

import pytest

from coord_core.state.board import Board
from coord_core.state.insights import Life, Severity
from coord_core.state.records import TaskState
from coord_core.times import age
from tests.core.samples import BUSY_BOOT, BUSY_MONO, BUSY_NOW, SESSIONS, SHOP, busy_batch

LIVE, LATE, STALE, DEAD, OFF = Life.LIVE, Life.LATE, Life.STALE, Life.DEAD, Life.OFF
PICTURE = """
● claude_1    now  21s  #15 75% testing        Writing tests
● claude_2    now  3m   #16 50% implementation Frontend UI – skjemaer æøå
◐ claude_3    7m   7m   #17 –   docs           –
✗ claude_4    12m  12m  #18 20% implementation Add retry to webhook sender
● claude_5    now  now  #19 25% analysis       Reading src/billing/invoice.py
● claude_6    10s  35s  #21 60% implementation Split OrderService
● claude_7    now  34m  #23 40% testing        Fix flaky test_checkout
○ claude_8    1h12 1h12 #24 90% review         Addressing review comments
● claude_9    now  50s  –   –   –              –
– claude_10   1h30 1h30 #15 –   –              –
● codex_1     10s  1m   #21 35% implementation Order totals rounding
● gemini-payments-worker now 16s #26 10% implementation Wire Stripe webhooks to the new queue consumer
"""
SHAPES = {LIVE: "●", LATE: "◐", STALE: "○", DEAD: "✗", OFF: "–"}


@pytest.fixture(scope="module")
def board() -> Board:
    batch, processes = busy_batch()
    return Board().update(batch, now=BUSY_NOW, processes=processes, mono=BUSY_MONO, boot=BUSY_BOOT)


def name(short: str) -> str:
    return f"{SHOP}:{short}"


def row(board: Board, scope: str) -> str:
    session, signs, progress = board.sessions[scope], board.signs[scope], board.progress(scope)
    assert signs.seen is not None and signs.did is not None
    percent = f"{progress.percent:g}%" if progress and progress.percent is not None else "–"
    return " ".join(
        [SHAPES[board.verdicts[scope].life], session.id, age(board.now - signs.seen), age(board.now - signs.did),
         f"#{session.issue}" if session.issue else "–", percent,
         (progress.phase if progress else "") or "–", (progress.message if progress else "") or "–"]
    )  # fmt: skip


def test_the_sessions_are_those_of_the_picture(board: Board) -> None:
    expected = [" ".join(line.split()) for line in PICTURE.strip().splitlines()]
    # The picture calls four seconds "4s"; the rule for ages says that anything under ten is "now".
    assert [row(board, scope) for scope in board.sessions] == sorted(
        expected, key=lambda line: [s[0] for s in SESSIONS].index(line.split()[1])
    )
    assert [board.signs[name(f"session:{s[0]}")].buckets for s in SESSIONS] == [s[7] for s in SESSIONS]
    assert {s.client for s in board.sessions.values()} == {"claude", "codex", "gemini"}
    assert board.sessions[name("session:claude_4")].branch == "fix/18-webhook-retry"


def test_the_evidence(board: Board) -> None:
    evidence = {scope.rpartition(":")[2]: verdict.evidence for scope, verdict in board.verdicts.items()}
    assert evidence["claude_4"] == "dead: pid 811 on laptop is gone"
    assert evidence["claude_3"] == "late: no sign since 14:23:47"
    assert evidence["claude_8"] == "stale: no sign since 13:18:57"
    assert evidence["claude_1"] == "live: pid 801 on laptop runs"
    assert evidence["claude_10"] == "signed off"


def test_who_holds_what(board: Board) -> None:
    def held(session: str) -> list[str]:
        has = board.holdings[name(f"session:{session}")]
        wants = [f"wants {lock.resource}" for lock in has.wants]
        return [lock.resource for lock in has.locks] + [task.label for task in has.tasks] + wants

    assert held("claude_4") == ["database_migration", "queue#7", "migrations#001"]
    assert held("claude_2") == ["queue#2", "wants database_migration"]
    assert held("claude_8") == ["deploy_staging", "v1.0.0#1"]
    assert held("claude_9") == ["wants database_migration"]
    assert held("gemini-payments-worker") == ["queue#9"]
    assert held("claude_10") == []


def test_the_findings(board: Board) -> None:
    assert [(f.severity, f.kind, f.text, age(board.now - (f.since or 0))) for f in board.findings] == [
        (Severity.HIGH, "dead_session",
         "claude_4 died 12m ago holding database_migration (2 wait), #18, queue#7, migrations#001", "12m"),
        (Severity.HIGH, "two_on_issue", "#21 has two: claude_6 60% since 14:02, codex_1 35% since 14:26", "5m"),
        (Severity.MEDIUM, "idle_session",
         "claude_7 beats but did nothing for 34m: #23 stands at 40%, one event 14 times", "34m"),
        (Severity.MEDIUM, "tasks_waiting", "queue 6 tasks wait for 22m: queue#7 is held by claude_4 (dead)", "22m"),
        (Severity.MEDIUM, "stale_session",
         "claude_8 silent for 1h12 holding deploy_staging (expired), #24, v1.0.0#1", "1h12"),
        (Severity.LOW, "handoff_waiting",
         "#15 handoff from claude_10 waits: 3 next steps, nobody picked it up", "1h30"),
    ]  # fmt: skip
    assert all(finding.text.startswith(finding.lead) and finding.remedies for finding in board.findings)


def test_locks_work_issues_and_events(board: Board) -> None:
    locks = {lock.resource: lock for lock in board.locks.values()}
    migration, staging = locks["database_migration"], locks["deploy_staging"]
    assert migration.since and age(board.now - (migration.since.at or 0)) == "1h12" and migration.fence == 812
    assert [w.session for w in migration.waiters] == ["claude_2", "claude_9"]
    assert staging.expires and age(board.now - (staging.expires.at or 0)) == "25m"
    expires = locks["src/api"].expires
    assert expires and age((expires.at or 0) - board.now) == "9m"
    tasks = [task for work in board.lists.values() for task in work.tasks]
    states = [task.state for task in tasks]
    assert [states.count(s) for s in (TaskState.PENDING, TaskState.RUNNING, TaskState.DONE)] == [9, 5, 0]
    ages = {t.label: age(board.now - (t.since.at or 0)) for t in tasks if t.since}
    assert ages["queue#7"] == "25m" and ages["queue#10"] == "22m" and ages["v1.0.0#1"] == "1h12"
    assert len(board.issues) == 10 and board.issues[name("issue:27")].owner is None
    events = board.events[SHOP]
    assert [e.message for e in events[-2:]] == [
        "src/adapters/local.py", "#19 analysis 25% Reading src/billing/invoice.py"]  # fmt: skip
    assert board.shared == (name("project:conventions"),) and board.journaled


def test_history_tells_what_a_session_did(board: Board) -> None:
    assert board.history(name("session:claude_4"))[-1].what == "progress #18 20%"
    assert board.history(name("session:nobody")) == ()


def test_a_clock_that_jumps_kills_nobody(board: Board) -> None:
    """Lines of this boot are aged by its monotonic clock."""
    from coord_core.documents import Batch

    hours = 3 * 3600.0
    after = board.update(Batch(), now=BUSY_NOW + hours, mono=BUSY_MONO + 1, boot=BUSY_BOOT)
    assert after.verdicts[name("session:claude_1")].life is LIVE
    assert after.verdicts[name("session:claude_2")].life is LIVE
    lives = [after.verdicts[scope].life for scope in board.sessions]
    assert lives == [board.verdicts[scope].life for scope in board.sessions]
