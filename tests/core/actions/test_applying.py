"""Applying a plan: all of it or nothing, told in the event log."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core import times
from coord_core.documents import ABSENT, Unreadable
from coord_core.errors import ReasonNeeded, Refused, StaleView
from tests.core.actions.shop import ACTOR, NOW, Shop, W, busy

LOCK = f"{W}:locks:database_migration"


def events(shop: Shop) -> list[dict[str, Any]]:
    return list(shop.data("project:events")["log"])


def test_it_is_told_in_one_sentence_and_in_the_log() -> None:
    shop = busy()
    done = shop.do("release_lock", "it hangs", scope=LOCK)
    assert done.text == "Released database_migration of claude_4; undo takes it back"
    (event,) = events(shop)
    assert event == {
        "timestamp": times.local_iso(NOW),
        "session": "kim@laptop",
        "type": "lock_released",
        "message": "Released database_migration of claude_4",
        "metadata": {
            "resource": "database_migration",
            "was": "claude_4",
            "fence": 812,
            "reason": "it hangs",
            "seq": done.seq,
        },
    }
    (line,) = shop.storage.lines()
    assert (line.action, line.actor, line.reason) == ("release_lock", ACTOR, "it hangs")


def test_what_moved_stops_everything() -> None:
    shop = busy()
    plan = shop.plan("clean_up_session", scope=f"{W}:session:claude_4")
    shop.write("issue:18", {**shop.data("issue:18"), "claimed_by": "claude_9"})
    before = shop.everything()
    with pytest.raises(StaleView) as caught:
        shop.apply(plan)
    assert caught.value.moved == [(f"{W}:issue:18", ("claimed_by",), "claude_4", "claude_9")]
    assert shop.everything() == before
    assert shop.data("project:events") is None


def test_what_came_into_a_document_that_is_to_go_stops_everything() -> None:
    shop = busy()
    plan = shop.plan("release_lock", scope=LOCK)
    shop.write("locks:database_migration", {**shop.data("locks:database_migration"), "expires_at": "soon"})
    with pytest.raises(StaleView) as caught:
        shop.apply(plan)
    assert caught.value.moved == [(LOCK, ("expires_at",), ABSENT, "soon")]
    assert shop.data("locks:database_migration")["locked_by"] == "claude_4"


def test_taking_from_the_living_needs_a_reason() -> None:
    shop = busy()
    plan = shop.plan("release_lock", scope=f"{W}:locks:src/orders")
    with pytest.raises(ReasonNeeded, match="claude_6"):
        shop.apply(plan, "  ")
    shop.apply(plan, "it asked me to")
    assert shop.data("locks:src/orders") is None


@pytest.mark.parametrize("reason", ["x" * 2001, "half \ud800"])
def test_a_reason_that_cannot_be_kept_is_refused(reason: str) -> None:
    shop = busy()
    with pytest.raises(Refused, match="reason"):
        shop.do("release_lock", reason, scope=LOCK)
    assert shop.data("locks:database_migration") is not None


def test_a_second_time_changes_nothing() -> None:
    shop = busy()
    plan = shop.plan("release_lock", scope=LOCK)
    shop.apply(plan)
    with pytest.raises(StaleView):
        shop.apply(plan)
    assert len(events(shop)) == 1


def test_the_log_keeps_its_newest_thousand() -> None:
    shop = busy()
    shop.write("project:events", {"log": [{"n": n} for n in range(1200)]})
    shop.do("release_lock", scope=LOCK)
    assert [each.get("n") for each in events(shop)] == [*range(201, 1200), None]


def test_the_log_keeps_half_a_mebibyte() -> None:
    shop = busy()
    shop.write("project:events", {"log": [{"text": "x" * 10_000} for _ in range(100)]})
    shop.do("release_lock", scope=LOCK)
    assert 50 <= len(events(shop)) <= 53


def test_a_torn_log_keeps_nobody_from_acting() -> None:
    shop = busy()
    shop.storage.unreadable["events.json"] = Unreadable("events.json", f"{W}:project:events", "it is empty")
    done = shop.do("release_lock", scope=LOCK)
    assert shop.data("locks:database_migration") is None
    assert done.text.endswith("(not in the event log: it is empty)")


def test_a_log_that_is_no_list_is_left_alone() -> None:
    shop = busy()
    shop.write("project:events", {"log": "nonsense"})
    done = shop.do("release_lock", scope=LOCK)
    assert shop.data("project:events") == {"log": "nonsense"}
    assert "not in the event log" in done.text


def test_an_unreadable_file_is_set_aside_and_brought_back() -> None:
    shop = busy()
    bad = Unreadable("laptop__acme__shop__issue__9.json", f"{W}:issue:9", "it is empty", size=0)
    shop.storage.unreadable[bad.source] = bad
    plan = shop.plan("quarantine", source=bad.source)
    assert plan.title == f"Set aside {bad.source}?"
    assert plan.evidence == ("It cannot be read: it is empty.",)
    shop.apply(plan)
    assert not shop.storage.unreadable
    assert events(shop)[-1]["type"] == "file_quarantined"
    for _ in range(2):
        shop.undo()
        assert shop.storage.unreadable == {bad.source: bad}
        shop.redo()
        assert not shop.storage.unreadable
    shop.undo()
    assert shop.storage.unreadable == {bad.source: bad}
    assert events(shop)[-1]["message"] == f"Undid: Set aside {bad.source}"
