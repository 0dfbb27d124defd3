from __future__ import annotations

import pytest
from textual.widgets import Input

from coord_core.actions.plan import Done, Plan
from coord_core.documents import ABSENT, Change
from coord_core.errors import LockTimeout, StaleView
from coord_tui.acting import said
from coord_tui.screens.moved_words import sides
from tests.tui import boards
from tests.tui.conftest import Staging
from tests.tui.desks import FakeDesk

CLAUDE_4, CLAUDE_9 = boards.scope("session:claude_4"), boards.scope("session:claude_9")
CODEX_1 = boards.scope("session:codex_1")
QUEUE = boards.scope("project:queue#tasks")


@pytest.mark.parametrize(
    ("panel", "key", "action", "arguments"),
    [
        ("1", CLAUDE_4, "clean_up_session", {"scope": CLAUDE_4}),
        # It is alive and has nothing; the next one is too, but says that it works on an issue.
        ("1", CLAUDE_9, "sign_off_session", {"scope": CLAUDE_9}),
        ("1", CODEX_1, "clean_up_session", {"scope": CODEX_1}),
        ("2", boards.scope("issue:18"), "reassign_issue", {"scope": boards.scope("issue:18"), "to": None}),
        ("3", boards.scope("locks:src/orders"), "release_lock", {"scope": boards.scope("locks:src/orders")}),
        ("4", f"{QUEUE}#7", "requeue_task", {"list": QUEUE, "task": "7"}),
        ("6", boards.BAD.source, "quarantine", {"source": boards.BAD.source}),
    ],
)
async def test_x_lets_go_of_what_is_under_the_cursor(
    stage: Staging, panel: str, key: str, action: str, arguments: dict[str, object]
) -> None:
    async with stage(boards.busy(unreadable={boards.BAD.source: boards.BAD})) as s:
        if panel != "1":
            await s.press(panel)
        assert s.dashboard.table.select(key)
        await s.press("x")
        await s.dialog("Confirm")
        assert s.desk.planned == [(action, arguments)]
        assert not s.desk.applied
        await s.press("y")
        await s.until(lambda: s.desk.applied)
        assert s.desk.applied[0][0].action == action
        assert s.desk.applied[0][1] == ""
        await s.closed()
        assert s.toasts() == [f"Did {action}. z takes it back."]
        await s.press("X")
        await s.dialog("CleanUp")
        assert not s.toasts(), "it has had its time, and would stand in the way"


@pytest.mark.parametrize(
    ("action", "text", "told"),
    [
        ("clean_up_session", "Cleaned up claude_4; undo takes it back", "Cleaned up claude_4. z takes it back."),
        ("undo", "Undid: Cleaned up claude_4; redo does it again", "Undid: Cleaned up claude_4. Z does it again."),
        ("redo", "Did again: Released a; undo takes it back", "Did again: Released a. z takes it back."),
        (
            "quarantine",
            "Set aside a; undo takes it back; undo takes it back (not in the event log: torn)",
            "Set aside a; undo takes it back (not in the event log: torn). z takes it back.",
        ),
    ],
)
def test_how_it_is_taken_back_is_said_once_and_as_a_key(action: str, text: str, told: str) -> None:
    assert said(Done(812, text, Plan(action, "", "", "", "", {}))) == told


async def test_every_dialog_opens_on_cancel_and_enter_there_does_nothing(stage: Staging) -> None:
    async with stage() as s:
        for keys, name in (("x", "Confirm"), ("X", "CleanUp")):
            await s.press(keys)
            dialog = await s.dialog(name)
            assert dialog.focused.id == "cancel"
            await s.press("enter")
            await s.closed()
        assert not s.desk.applied


@pytest.mark.parametrize("key", ["escape", "n", "q", "ctrl+c"])
async def test_what_cancels_a_dialog(stage: Staging, key: str) -> None:
    async with stage() as s:
        await s.press("x")
        await s.dialog("Confirm")
        await s.press(key)
        await s.closed()
        assert not s.desk.applied
        assert s.app.is_running


async def test_keys_that_move_in_a_dialog_reach_the_button(stage: Staging) -> None:
    async with stage() as s:
        for keys in (("right", "enter"), ("tab", "enter"), ("left", "enter"), ("up", "up", "enter")):
            await s.press("x")
            await s.dialog("Confirm")
            done = len(s.desk.applied)
            await s.press(*keys)
            await s.until(lambda done=done: len(s.desk.applied) > done)
            await s.closed()


async def test_a_reason_is_typed_and_goes_with_the_act(stage: Staging) -> None:
    async with stage() as s:
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("shift+tab", "enter")
        assert s.app.screen.focused is not None and s.app.screen.focused.id == "cancel"
        await s.press("shift+tab", *"yes n")
        assert "enter y [ Do it ]" in s.text()
        await s.press("enter")
        assert not s.desk.applied
        assert s.app.screen.focused is not None and s.app.screen.focused.id == "accept"
        assert "enter y" not in s.text()
        await s.press("y")
        await s.until(lambda: s.desk.applied)
        assert s.desk.applied[0][1] == "yes n"
        await s.closed()


async def test_taking_from_the_living_needs_a_reason_and_the_button(stage: Staging) -> None:
    async with stage() as s:
        s.desk.takes_from = "claude_1"
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("tab", "enter")
        assert not s.desk.applied
        assert isinstance(s.app.screen.focused, Input)
        await s.press("escape")
        await s.closed()
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("y")
        assert isinstance(s.app.screen.focused, Input)
        assert "required: claude_1 is alive; say why" in s.text()
        await s.press(*"hangs", "enter", "y")
        assert not s.desk.applied
        assert s.app.screen.focused.id == "accept"
        await s.press("enter")
        await s.until(lambda: s.desk.applied)
        assert s.desk.applied[0][1] == "hangs"
        await s.closed()


async def test_a_finding_is_mended_by_its_first_remedy(stage: Staging) -> None:
    async with stage() as s:
        await s.press("!", "j", "x")
        await s.dialog("Confirm")
        assert s.desk.planned == [("reassign_issue", {"scope": boards.scope("issue:21"), "to": "claude_6"})]


async def test_a_gives_to_a_session_found_by_typing(stage: Staging) -> None:
    async with stage() as s:
        await s.press("n", "a")
        dialog = await s.dialog("Reassign")
        assert dialog.focused.id == "who"
        assert s.desk.planned[-1] == ("reassign_session", {"scope": CLAUDE_4, "to": "claude_9"})
        await s.press(*"_5")
        assert s.desk.planned[-1] == ("reassign_session", {"scope": CLAUDE_4, "to": "claude_5"})
        assert not s.desk.applied
        await s.press("enter", "y")
        await s.until(lambda: s.desk.applied)
        assert s.desk.applied[0][0].arguments["to"] == "claude_5"
        await s.closed()


async def test_enter_in_the_filter_goes_on_to_the_note_that_is_needed_and_then_to_what_gives(stage: Staging) -> None:
    async with stage() as s:
        s.desk.takes_from = "claude_4"
        await s.press("4")
        s.dashboard.table.select(f"{QUEUE}#7")
        await s.press("a")
        dialog = await s.dialog("Reassign")
        assert "enter y" not in s.text()
        await s.press(*"nobody", "enter")
        assert dialog.focused.id == "reason" and "say why" in s.text()
        await s.press(*"it hangs", "enter")
        assert dialog.focused.id == "accept" and not s.desk.applied
        await s.press("enter")
        await s.until(lambda: s.desk.applied)
        assert s.desk.applied[0][1] == "it hangs"


async def test_a_gives_to_nobody_but_never_to_those_who_will_not_notice(stage: Staging) -> None:
    async with stage() as s:
        await s.press("4")
        s.dashboard.table.select(f"{QUEUE}#7")
        await s.press("a")
        await s.dialog("Reassign")
        await s.press(*"nobody")
        assert s.desk.planned[-1] == ("reassign_task", {"list": QUEUE, "task": "7", "to": None})
        await s.press(*["backspace"] * 6, *"claude_8")
        assert "not offered" in s.text()
        planned = len(s.desk.planned)
        await s.press("enter", "y", "tab", "enter")
        assert not s.desk.applied
        assert len(s.desk.planned) == planned
        await s.press("escape")
        await s.closed()


async def test_a_lock_is_released_never_given(stage: Staging) -> None:
    async with stage() as s:
        await s.press("3", "a")
        assert s.toasts() == ["A lock is released (x), not given."]


async def test_clean_up_ticks_the_dead_and_leaves_the_stale(stage: Staging) -> None:
    async with stage() as s:
        await s.press("X")
        await s.dialog("CleanUp")
        assert s.desk.planned[-1] == ("clean_up_stale", {"scopes": [CLAUDE_4]})
        await s.press("down", "space")
        both = [CLAUDE_4, boards.scope("session:claude_8")]
        assert s.desk.planned[-1] == ("clean_up_stale", {"scopes": both})
        await s.press("y")
        await s.until(lambda: s.desk.applied)
        await s.closed()


async def test_nothing_ticked_is_nothing_to_do(stage: Staging) -> None:
    async with stage() as s:
        await s.press("X")
        await s.dialog("CleanUp")
        await s.press("space", "y")
        assert not s.desk.applied
        assert "Nothing is chosen" in s.text()


async def test_undo_and_redo(stage: Staging) -> None:
    async with stage() as s:
        await s.press("z")
        assert s.toasts() == ["no action of yours is left to take back"]
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("y")
        await s.closed()
        for key, action in (("z", "undo"), ("Z", "redo")):
            await s.press(key)
            await s.dialog("Confirm")
            await s.press("y")
            await s.closed()
            assert s.desk.applied[-1][0].action == action


async def test_undo_is_of_the_workspace_shown_and_says_so_where_several_are(stage: Staging) -> None:
    two = boards.busy(workspaces=(boards.SHOP, "laptop:acme/tools"))
    async with stage(two) as s:
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("y")
        await s.closed()
        for title, workspace in (
            ("undo, newest of all workspaces (acme/shop): ", None),
            ("undo: ", boards.SHOP),
            ("undo: ", "laptop:acme/tools"),
        ):
            await s.press("z")
            await s.dialog("Confirm")
            assert s.desk.planned[-1] == ("undo", {"workspace": workspace})
            assert title in s.text()
            await s.press("n", "Z")
            await s.dialog("Confirm")
            assert s.desk.planned[-1] == ("redo", {"workspace": workspace})
            await s.press("n", "w")
    async with stage() as s:
        await s.press("z")
        await s.until(lambda: s.desk.planned)
        assert s.desk.planned[-1] == ("undo", {"workspace": boards.SHOP})


async def test_a_plan_that_time_overtook_changes_nothing_and_says_what_moved(stage: Staging) -> None:
    async with stage() as s:
        lock = boards.scope("locks:database_migration")
        s.desk.refusal = StaleView(
            [(lock, ("locked_by",), "claude_4", "claude_9"), (lock, ("note",), ABSENT, "x\x1b[2J")]
        )
        await s.press("3", "x")
        await s.dialog("Confirm")
        await s.press("y")
        await s.dialog("Moved")
        shown = s.text()
        assert "Nothing was changed" in shown
        assert "You saw   claude_4" in shown
        assert "Now       claude_9   ● live" in shown
        await s.press("tab", "enter")
        await s.closed()
        assert s.cursor == lock


def test_what_moved_is_a_sentence_for_each_side() -> None:
    lock, issue, queue = boards.scope("locks:a"), boards.scope("issue:18"), boards.scope("project:queue")
    before, after = "2026-11-22T13:19:02", "2026-11-22T14:31:04"
    changes = {
        lock: [Change(("locked_by",), "claude_4"), Change(("locked_at",), before), Change(("fence",), 812)],
        issue: [Change(("claimed_by",), "claude_4")],
    }
    error = StaleView(
        [
            (lock, ("locked_by",), "claude_4", "claude_9"),
            (lock, ("locked_at",), before, after),
            (lock, ("fence",), 812, 840),
            (issue, ("claimed_by",), "claude_4", ABSENT),
            (queue, ("tasks", {"id": 7}, "status"), "claimed", "completed"),
        ]
    )
    found = sides(error, Plan("", "", "", "", "", changes))
    assert [each[1:] for each in found] == [
        ("claude_4 since 13:19:02, fence 812", "claude_9 since 14:31:04, fence 840", "claude_9"),
        ("claude_4", "nobody", None),
        ("task 7 status claimed", "task 7 status completed", None),
    ]


async def test_what_is_given_is_named(stage: Staging) -> None:
    async with stage() as s:
        await s.press("n", "a")
        await s.dialog("Reassign")
        assert "Give #18, queue#7 and migrations#001 of claude_4 to" in s.text()


async def test_a_store_that_is_locked_is_a_toast(stage: Staging) -> None:
    async with stage() as s:
        s.desk.refusal = LockTimeout(5.0, {"pid": 7, "host": "h"})
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("y")
        await s.closed()
        assert "nothing was changed" in s.toasts()[0]


async def test_read_only_has_a_badge_and_no_way_to_change_anything(stage: Staging) -> None:
    async with stage(read_only=True) as s:
        assert "READ-ONLY" in s.text()
        for key in ("x", "X", "a", "z", "Z"):
            await s.press("n", key)
            assert len(s.app.screen_stack) == 1
        assert not s.desk.planned
        assert "clean up" not in s.text().splitlines()[-1]
        await s.press("?")
        assert "undo" not in s.text()


async def test_what_was_typed_before_the_dialog_was_painted_is_dropped(stage: Staging) -> None:
    async with stage() as s:
        for key in ("x", "y", "y", "enter", "tab", "enter"):
            s.app.post_message(_key(key))
        dialog = await s.dialog("Confirm")
        assert not s.desk.applied
        assert dialog.focused.id == "cancel"
        assert len(s.app.screen_stack) == 2


@pytest.mark.parametrize(
    ("keys", "name", "subject"),
    [
        ("3x", "Confirm", "locks:database_migration"),
        ("3jx", "Confirm", "locks:deploy_staging"),
        ("!jjx", "Confirm", "session:claude_7"),
        ("nnx", "Confirm", "issue:21"),
        ("/codex\rx", "Confirm", "session:codex_1"),
        ("1" + "j" * 30 + "kx", "Confirm", "session:claude_12"),
    ],
)
async def test_each_key_of_a_burst_acts_on_what_the_one_before_it_made(
    stage: Staging, keys: str, name: str, subject: str
) -> None:
    async with stage() as s:
        table = s.dashboard.panels["sessions"].table
        for key in keys:
            s.app.post_message(_key("enter" if key == "\r" else key))
        await s.dialog(name)
        found = s.desk.planned[-1][1].get("scope")
        assert found == (table.keys[-2] if subject == "session:claude_12" else boards.scope(subject))


async def test_a_filter_typed_and_pasted_at_once_acts_on_nothing(stage: Staging) -> None:
    from textual.events import Paste

    async with stage() as s:
        for event in (_key("/"), _key("x"), Paste("aX"), _key("z")):
            s.app.post_message(event)
        await s.until(lambda: s.dashboard.query_one("#filter").value == "xaXz")
        assert not s.desk.planned
        assert len(s.app.screen_stack) == 1


async def test_a_burst_in_a_dialog_ends_with_the_dialog(stage: Staging) -> None:
    async with stage() as s:
        await s.press("x")
        await s.dialog("Confirm")
        for key in ("enter", "y"):
            s.app.post_message(_key(key))
        # What does it in the dialog shows the document outside.
        await s.until(lambda: type(s.app.screen).__name__ == "DetailScreen")
        assert not s.desk.applied


async def test_keys_wait_for_a_plan_that_takes_its_time(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    async with stage() as s:
        slow = threading.Event()
        plan = FakeDesk.plan

        def waiting(desk: FakeDesk, action: str, arguments: dict[str, object]) -> object:
            slow.wait()
            return plan(desk, action, arguments)

        monkeypatch.setattr(FakeDesk, "plan", waiting)
        await s.press("x", "y", "j", "y")
        assert len(s.app.screen_stack) == 1
        slow.set()
        await s.dialog("Confirm")
        assert not s.desk.applied
        assert s.cursor == boards.scope("session:claude_1")


def _key(name: str) -> object:
    from textual.events import Key
    from textual.keys import _character_to_key

    return Key(_character_to_key(name) if len(name) == 1 else name, name if len(name) == 1 else None)
