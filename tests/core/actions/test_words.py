"""The dialogs' words (screens/dialogs.txt), as plans say them."""

from __future__ import annotations

from coord_core.actions.plan import Plan
from tests.core.actions.shop import W, busy


def rows(plan: Plan) -> list[tuple[str, str, str]]:
    return [(each.where, each.key, each.becomes) for each in plan.effects]


def test_cleaning_up_a_dead_session() -> None:
    plan = busy().plan("clean_up_session", scope=f"{W}:session:claude_4")
    assert (plan.title, plan.verb, plan.takes_from) == ("Clean up claude_4?", "Clean up", None)
    assert plan.evidence == (
        "dead: pid 811 on laptop is gone.",
        "Last seen 14:18:56. Last change: progress #18 20% at 14:18:54.",
    )
    assert rows(plan) == [
        ("locks:database_migration", "deleted", "was claude_4, 1h12"),
        ("issue:18", "claimed_by", "claude_4 → nobody"),
        ("issue:18", "status", "in_progress → pending"),
        ("project:queue", "task 7", "claimed → pending"),
        ("project:migrations", "task 001", "in_progress → pending"),
        ("instances", "claude_4", "taken → available"),
        ("session:claude_4", "deleted", "todos go to a handoff on #18"),
    ]
    assert plan.notes == (
        "claude_2 and claude_9 wait for the lock and will be told.",
        "Not touched: its files in ~/wt/18-retry and its branch.",
    )


def test_taking_a_lock_from_a_live_session() -> None:
    plan = busy().plan("release_lock", scope=f"{W}:locks:src/orders")
    assert (plan.title, plan.verb) == ("Take src/orders from claude_6, which is alive?", "Take it")
    assert plan.takes_from == "claude_6"
    assert plan.evidence == (
        "live: seen 11s ago, did something 35s ago. It believes it holds this lock and may be writing now.",
        "codex_1 has waited 4m.",
    )
    assert rows(plan) == [("locks:src/orders", "deleted", "was claude_6, fence 809")]
    assert plan.notes == ("claude_6 is told at its next call.",)


def test_giving_a_session_s_work() -> None:
    plan = busy().plan("reassign_session", scope=f"{W}:session:claude_4", to="claude_9")
    assert plan.title == "Give #18, queue#7 and migrations#001 of claude_4 to claude_9?"
    assert plan.verb == "Give"
    assert rows(plan) == [
        ("issue:18", "claimed_by", "claude_4 → claude_9"),
        ("session:claude_9", "current_issue", "nothing → 18"),
        ("session:claude_4", "current_issue", "18 → nothing"),
        ("project:queue", "task 7", "claude_4 → claude_9"),
        ("project:migrations", "task 001", "claude_4 → claude_9"),
    ]
    assert plan.notes == (
        "claude_9 is told at its next call.",
        "Stays: lock database_migration. A lock is released (x), not given.",
    )


def test_giving_to_nobody_puts_back() -> None:
    plan = busy().plan("reassign_session", scope=f"{W}:session:claude_4")
    assert (plan.title, plan.verb) == ("Put back #18, queue#7 and migrations#001 of claude_4?", "Put back")


def test_signing_off() -> None:
    plan = busy().plan("sign_off_session", scope=f"{W}:session:claude_4")
    assert plan.title == "Sign off claude_4?"
    assert rows(plan) == [
        ("locks:database_migration", "deleted", "was claude_4, 1h12"),
        ("instances", "claude_4", "taken → available"),
    ]
    assert plan.notes == (
        "claude_2 and claude_9 wait for the lock and will be told.",
        "Stays: #18, queue#7 and migrations#001, and what claude_4 wrote.",
    )


def test_two_that_are_alive_are_two() -> None:
    plan = busy().plan("clean_up_stale", scopes=[f"{W}:session:claude_6", f"{W}:session:claude_9"])
    assert plan.title == "Clean up claude_6 and claude_9, which are alive?"


def test_several_at_once() -> None:
    plan = busy().plan("clean_up_stale", scopes=[f"{W}:session:claude_4", f"{W}:session:claude_8"])
    assert plan.title == "Clean up claude_4 and claude_8?"
    assert [line.split(":")[0] for line in plan.evidence] == ["claude_4 is dead", "claude_8 is stale"]
