"""Several actions as one: one plan, one line of the journal, one undo."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.actions.plan import Plan
from coord_core.errors import ReasonNeeded, Refused, StaleView
from tests.core.actions.shop import Shop, W, busy

DATABASE, ORDERS = f"{W}:locks:database_migration", f"{W}:locks:src/orders"
QUEUE, MIGRATIONS = f"{W}:project:queue#tasks", f"{W}:project:migrations#pending"


def session(name: str) -> dict[str, str]:
    return {"scope": f"{W}:session:{name}"}


def plan(shop: Shop, *actions: tuple[str, dict[str, Any]], **each: Any) -> Plan:
    return shop.plan("several", actions=actions, **each)


def test_all_are_one_line_and_one_undo() -> None:
    shop = busy()
    before = shop.everything()
    lines = len(list(shop.storage.lines()))
    joined = plan(shop, ("release_lock", {"scope": DATABASE}), ("release_lock", {"scope": ORDERS}))
    assert joined.title == "Release these 2, though claude_6 is alive?"
    assert joined.evidence[1].startswith("Take src/orders from claude_6: live: seen 11s ago"), "alive is said once"
    done = shop.apply(joined, "they hang")
    assert len(list(shop.storage.lines())) == lines + 1
    assert shop.data("locks:database_migration") is None
    assert shop.data("locks:src/orders") is None
    assert "Released database_migration of claude_4; Released src/orders of claude_6" in done.text
    shop.undo()
    assert shop.everything() == before
    shop.redo()
    assert shop.data("locks:src/orders") is None


def test_actions_of_several_kinds_build_on_one_another() -> None:
    shop = busy()
    before = shop.everything()
    # The dead one's lock goes with it, so that there is none left for the others to stop waiting for.
    joined = plan(
        shop,
        ("clean_up_session", session("claude_4")),
        ("clean_up_session", session("claude_8")),
        ("sign_off_session", session("claude_9")),
    )
    assert joined.title == "Clean up and sign off these 3, though claude_9 is alive?"
    shop.apply(joined, "over")
    assert shop.data("session:claude_4") is None
    assert shop.data("session:claude_8") is None
    assert shop.data("session:claude_9") is not None
    registry = shop.data("instances")["registry"]
    assert [registry[f"claude_{n}"] for n in (4, 8, 9, 6)] == ["available"] * 3 + ["taken"]
    assert shop.board().index.cleaned.keys() == {f"{W}:session:claude_{n}" for n in (4, 8)}
    shop.undo()
    assert shop.everything() == before


def test_several_given_to_one() -> None:
    shop = busy()
    issues = [("reassign_issue", {"scope": f"{W}:issue:{n}"}) for n in (18, 21)]
    shop.apply(plan(shop, *issues, to="claude_9"), "it is free")
    assert [shop.data(f"issue:{n}")["claimed_by"] for n in (18, 21)] == ["claude_9"] * 2
    # The first of them is what it works on now.
    assert shop.data("session:claude_9")["current_issue"] == 18
    assert "current_issue" not in shop.data("session:claude_6")


def test_tasks_of_several_lists() -> None:
    shop = busy()
    before = shop.everything()
    tasks = [("requeue_task", {"list": QUEUE, "task": "7"}), ("requeue_task", {"list": MIGRATIONS, "task": "001"})]
    shop.apply(plan(shop, *tasks))
    assert [each["status"] for each in shop.data("project:queue")["tasks"]] == ["completed", "pending", "pending"]
    assert shop.data("project:migrations")["pending"][0]["status"] == "pending"
    shop.undo()
    assert shop.everything() == before


def test_one_message_for_several() -> None:
    shop = busy()
    both = [("send_message", session(f"claude_{n}")) for n in (6, 9)]
    shop.apply(plan(shop, *both, text="Stop"))
    assert shop.told("claude_6") == shop.told("claude_9") == ["Stop"]


def test_if_one_moved_nothing_is_changed_and_it_is_named() -> None:
    shop = busy()
    joined = plan(shop, ("release_lock", {"scope": DATABASE}), ("release_lock", {"scope": ORDERS}))
    shop.write("locks:src/orders", {"locked_by": "claude_9", "fence": 900})
    before = shop.everything()
    with pytest.raises(StaleView) as stale:
        shop.apply(joined, "they hang")
    assert {scope for scope, *_ in stale.value.moved} == {ORDERS}
    assert shop.everything() == before


def test_a_live_one_among_them_needs_a_reason() -> None:
    shop = busy()
    joined = plan(shop, ("release_lock", {"scope": DATABASE}), ("release_lock", {"scope": ORDERS}))
    with pytest.raises(ReasonNeeded):
        shop.apply(joined)
    assert shop.data("locks:database_migration") is not None


def test_what_cannot_be_done_is_said_and_the_rest_is_done() -> None:
    shop = busy()
    free = ("requeue_task", {"list": QUEUE, "task": "8"})
    held = ("requeue_task", {"list": QUEUE, "task": "7"})
    joined = plan(shop, free, held, held)
    assert [note for note in joined.notes if note.startswith("Left")] == [
        "Left as it is: queue#8 is pending and nobody has it: there is nothing to put back."
    ]
    shop.apply(joined)
    assert shop.data("project:queue")["tasks"][1]["status"] == "pending"
    with pytest.raises(Refused, match="nobody has it"):
        plan(shop, free)


def test_nothing_reaches_across_workspaces() -> None:
    shop = busy()
    shop.storage.write("laptop:acme/tools:locks:a", {"locked_by": "claude_1"})
    with pytest.raises(Refused, match="several workspaces"):
        plan(shop, ("release_lock", {"scope": DATABASE}), ("release_lock", {"scope": "laptop:acme/tools:locks:a"}))
