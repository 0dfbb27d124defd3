from __future__ import annotations

from dataclasses import replace

import pytest

from coord_core.documents import Unreadable
from coord_core.scopes import reference_name
from coord_core.state.board import Board
from coord_core.state.records import Event
from coord_tui.screens.detail import DetailScreen
from tests.core import samples
from tests.tui import boards
from tests.tui.conftest import Staging

SIZES = [(80, 24), (120, 36), (200, 50)]


def reference() -> Board:
    return Board(samples.REFERENCE_NOW).update(samples.reference_batch(), now=samples.REFERENCE_NOW)


def made() -> Board:
    batch, processes = samples.busy_batch()
    return Board(samples.BUSY_NOW).update(batch, now=samples.BUSY_NOW, processes=processes)


@pytest.mark.parametrize("size", SIZES)
async def test_the_busy_store_shows_what_needs_somebody(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(made(), size=size, now=samples.BUSY_NOW) as s:
        shown = s.text()
        lines = shown.splitlines()
        assert len(lines) == size[1]
        assert "! 6 need you" in lines[0]
        assert "claude_4 died 12m ago holding database_migration (2 wait), #18, queue#7" in shown
        assert "#21×" in shown
        assert "gemini-payments-…  now  16s #26" in shown
        assert lines[-1].startswith(" n next")
        assert s.app.title == "6 need you · shop"


@pytest.mark.parametrize("size", SIZES)
async def test_the_quiet_store_says_so(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(reference(), size=size, now=samples.REFERENCE_NOW) as s:
        assert "Nothing needs you. 3 live, 1 lock held, nobody waits." in s.text()
        assert "Frontend UI – skjem" in s.text()
        assert s.app.title == "my-repo"


async def test_two_at_one_issue_show_what_each_says_of_itself(stage: Staging) -> None:
    async with stage() as s:
        rows = {line.split()[1]: line for line in s.text().splitlines()[8:20]}
        assert "#21×   60%" in rows["claude_6"]
        assert "#21×   35%" in rows["codex_1"]
        assert "Order totals rounding" in rows["codex_1"]


async def test_wide_enough_the_detail_always_shows(stage: Staging) -> None:
    async with stage(made(), size=(200, 50), now=samples.BUSY_NOW) as s:
        await s.press("n")
        shown = s.text()
        assert "claude_4  ✗ dead" in shown
        assert "claude_2 (4m) and claude_9 (50s) wait" in shown
        assert "todos 2 of 4" in shown
        await s.press("y")
        assert '"current_issue": 18' in s.text()


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (("j",), "claude_2"), (("down", "k"), "claude_1"), (("G",), "claude_10"), (("end", "home"), "claude_1"),
        (("G", "g"), "claude_1"), (("pagedown",), "claude_10"), (("ctrl+d",), "claude_6"), (("G", "ctrl+u"), "codex_1"),
        (("pagedown", "pageup"), "claude_1"), (("up",), "claude_1"),
    ],
)  # fmt: skip
async def test_keys_that_move(stage: Staging, keys: tuple[str, ...], row: str) -> None:
    async with stage() as s:
        await s.press(*keys)
        if row == "codex_1" or row == "claude_6":
            assert s.cursor not in (boards.scope("session:claude_1"), boards.scope("session:claude_10"))
        else:
            assert s.cursor == boards.scope(f"session:{row}")


@pytest.mark.parametrize("size", SIZES)
async def test_digits_and_tab_go_to_panels(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        for digit, panel in zip(
            "!123456", ("needs", "sessions", "issues", "locks", "work", "events", "shared"), strict=True
        ):
            await s.press(digit)
            assert s.dashboard.active == panel
            assert s.dashboard.table.has_focus
            assert s.dashboard.table.region.height > 0
        await s.press("escape", "1")
        seen = [s.dashboard.active]
        for _ in range(3):
            await s.press("tab")
            seen.append(s.dashboard.active)
        for _ in range(3):
            await s.press("shift+tab")
        assert len(set(seen)) == 4
        assert s.dashboard.active == "sessions"


async def test_the_same_digit_again_zooms_and_escape_leaves_but_never_quits(stage: Staging) -> None:
    async with stage() as s:
        await s.press("4", "4")
        assert s.dashboard.zoomed
        assert "Sessions" not in s.text()
        await s.press("escape")
        assert not s.dashboard.zoomed
        assert "1 Sessions 12" in s.text()
        await s.press("escape", "escape")
        assert s.app.is_running
        await s.press("1", "q")
        assert s.app._exit


async def test_on_a_small_screen_there_is_no_zoom_to_leave(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        before = s.text()
        await s.press("1")
        assert s.text() == before
        assert not s.dashboard.zoomed
        await s.press("3", "3", "q")
        assert not s.app.is_running


async def test_q_leaves_what_can_be_left_and_quits_at_the_top(stage: Staging) -> None:
    async with stage() as s:
        await s.press("4", "4", "q")
        assert not s.app._exit
        assert not s.dashboard.zoomed
        await s.press("q")
        assert s.app._exit


async def test_n_goes_through_what_needs_somebody(stage: Staging) -> None:
    async with stage(size=(200, 50)) as s:
        seen = []
        for _ in range(7):
            await s.press("n")
            seen.append((s.dashboard.active, s.dashboard.target.name))
        assert seen == [
            ("sessions", "claude_4"), ("issues", "#21"), ("sessions", "claude_7"), ("needs", "queue"),
            ("sessions", "claude_8"), ("issues", "#15"), ("sessions", "claude_4"),
        ]  # fmt: skip
        await s.press("N")
        assert s.dashboard.target.name == "#15"


async def test_n_goes_on_from_where_the_cursor_is(stage: Staging) -> None:
    async with stage(size=(200, 50)) as s:

        async def then(key: str) -> str:
            await s.press(key)
            return str(s.dashboard.target.name)

        await s.press("n", "n")
        assert s.dashboard.panels["sessions"].table.select(boards.scope("session:claude_7"))
        await s.press("1")
        assert await then("n") == "queue"
        await s.press("1")
        s.dashboard.table.select(boards.scope("session:claude_7"))
        assert await then("N") == "#21"
        # Where nothing needs anybody it begins anew, at either end.
        await s.press("1")
        s.dashboard.table.select(boards.scope("session:claude_1"))
        assert await then("n") == "claude_4"
        s.dashboard.table.select(boards.scope("session:claude_1"))
        assert await then("N") == "#15"
        # Among the findings themselves, too.
        await s.press("!", "g", "j", "j")
        assert await then("n") == "queue"


async def test_n_passes_through_several_findings_of_one_record(stage: Staging) -> None:
    one, two, three, *_ = boards.busy().findings
    again = replace(three, subject=one.subject)
    async with stage(boards.busy(findings=(one, again, two))) as s:
        places = []
        for _ in range(4):
            await s.press("n")
            places.append(s.dashboard.needy)
        assert places == [0, 1, 2, 0]


async def test_on_a_small_screen_n_turns_the_tab_and_the_foot(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        await s.press("n")
        assert "1 of 6" in s.text()
        await s.press("n")
        assert s.dashboard.active == "issues"
        assert "2 of 6" in s.text()
        assert s.dashboard.target.name == "#21"


async def test_enter_on_a_finding_shows_all_of_it(stage: Staging) -> None:
    async with stage() as s:
        await s.press("!", "enter")
        assert type(s.app.screen).__name__ == "DetailScreen"
        for words in ("claude_4 died 12m ago holding", "since 14:19, 12m ago", "✗ claude_4 dead: pid 811 on laptop",
                      "can be done", "· clean up claude_4", "todos 2 of 4"):  # fmt: skip
            assert words in s.text()
        await s.press("escape")
        assert s.dashboard.active == "needs"


async def test_bang_shows_all_findings(stage: Staging) -> None:
    async with stage() as s:
        assert "3 more  (! shows all)" in s.text()
        await s.press("!")
        assert "#15 handoff from claude_10 waits" in s.text()
        await s.press("1")
        assert "3 more  (! shows all)" in s.text()


async def test_findings_that_come_one_by_one_leave_the_worst_in_sight(stage: Staging) -> None:
    findings = boards.busy().findings
    async with stage(boards.busy(findings=())) as s:
        for count in range(1, len(findings) + 1):
            await s.show(boards.busy(findings=findings[-count:]))
            shown = s.text().splitlines()[2:6]
            assert findings[-count].text in shown[0]
            assert count <= 4 or f"{count - 3} more" in shown[3]
        table = s.dashboard.panels["needs"].table
        await s.press("!", "j", "j")
        assert table.place() == 2
        await s.show(boards.busy(findings=findings[1:]))
        assert table.place() == 1


async def test_a_cursor_that_somebody_put_somewhere_stays_on_its_record(stage: Staging) -> None:
    findings = boards.busy().findings
    async with stage(boards.busy(findings=findings[1:])) as s:
        await s.press("!")
        await s.show(boards.busy())
        assert s.dashboard.table.place() == 1
        await s.press("k", "1")
        await s.show(boards.busy(findings=findings[2:]))
        await s.show(boards.busy())
        assert s.dashboard.panels["needs"].table.place() == 0


async def test_enter_opens_the_detail_and_backspace_leaves_it(stage: Staging) -> None:
    async with stage(made(), now=samples.BUSY_NOW) as s:
        await s.press("n", "enter")
        assert "claude_2 (4m) and claude_9 (50s) wait" in s.text()
        await s.press("y")
        assert '"data": {' in s.text()
        await s.press("G")
        assert '"updated_at": "2026' in s.text()
        await s.press("backspace")
        assert len(s.app.screen_stack) == 1
        await s.press("y")
        assert '"data": {' in s.text()
        await s.press("q")
        assert len(s.app.screen_stack) == 1


async def test_time_may_pass_before_a_detail_is_shown(stage: Staging) -> None:

    async with stage() as s:
        s.app.push_screen(DetailScreen(boards.scope("issue:18")))
        s.app._tick()
        await s.settle()
        assert "#18" in s.text()


async def test_links_lead_from_record_to_record_and_backspace_back(stage: Staging) -> None:
    async with stage() as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        await s.press("enter")
        detail = s.app.screen
        for keys, record in (
            (("down",), "locks:database_migration"),
            (("tab",), "session:claude_2"),
            (("down",), "session:claude_9"),
            (("down",), "issue:18"),
            (("up", "shift+tab"), "session:claude_2"),
        ):
            await s.press(*keys)
            assert detail.query_one("#detail").link == boards.scope(record)
        await s.press("enter")
        assert "claude_2  ● live" in s.text()
        assert detail.query_one("#detail").link is None
        await s.press("tab", "tab", "tab", "enter")
        assert "database_migration  lock" in s.text()
        await s.press("tab", "enter")
        assert "claude_4  ✗ dead" in s.text()
        for name in ("database_migration  lock", "claude_2  ● live", "claude_4  ✗ dead"):
            await s.press("backspace")
            assert name in s.text()
        await s.press("backspace")
        assert len(s.app.screen_stack) == 1


async def test_a_link_stays_picked_when_the_board_changes_and_escape_leaves_at_once(stage: Staging) -> None:
    async with stage() as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        await s.press("enter", "tab", "tab")
        finding = boards.busy().findings[0]
        await s.show(boards.busy(findings=(finding,), changed_at=boards.NOW))
        assert s.app.screen.query_one("#detail").link == boards.scope("session:claude_2")
        await s.press("enter")
        await s.press("escape")
        assert len(s.app.screen_stack) == 1


async def test_a_picked_link_can_be_seen(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        await s.press("enter")
        reader = s.app.screen.query_one("#detail Reader")
        before = [[piece.tone for piece in line] for line in reader.lines]
        await s.press("tab")
        assert before != [[piece.tone for piece in line] for line in reader.lines]
        assert any("tab" in piece.tone for line in reader.lines for piece in line)


async def test_enter_on_an_event_opens_its_session_or_what_it_names(stage: Staging) -> None:
    events = {
        boards.SHOP: [
            Event(boards.SHOP, boards.at(9), "ci-bot", "note", "looks at #21", {}),
            Event(boards.SHOP, boards.at(8), "ci-bot", "note", "held", {"lock": "src/api"}),
            Event(boards.SHOP, boards.at(7), "ci-bot", "note", "hello", {}),
            Event(boards.SHOP, boards.at(6), "claude_4", "note", "#18 hello", {}),
        ]
    }
    async with stage(boards.busy(events=events)) as s:
        await s.press("5")
        for name in ("claude_4  ✗ dead", None, "src/api  lock", "#21  issue"):
            assert ("enter detail" in s.text()) is (name is not None)
            await s.press("enter")
            if name:
                assert name in s.text()
                await s.press("backspace")
            assert len(s.app.screen_stack) == 1
            await s.press("k")


async def test_every_record_has_a_detail(stage: Staging) -> None:
    for board, now in ((made(), samples.BUSY_NOW), (reference(), samples.REFERENCE_NOW)):
        async with stage(board, size=(200, 50), now=now) as s:
            for digit in "123456":
                await s.press(digit)
                for key in list(s.dashboard.table.keys)[:12]:
                    s.dashboard.table.select(key)
                    await s.settle()
                    assert s.dashboard.query_one("#detail").query("Reader").first().lines


async def test_a_filter_narrows_and_its_letters_never_act(stage: Staging) -> None:
    async with stage() as s:
        await s.press("/", *"qxXzan", *["backspace"] * 6, *"dead")
        assert not s.desk.planned
        assert [key.rpartition(":")[2] for key in s.dashboard.table.keys] == ["claude_4"]
        assert "1 of 12 with /dead" in s.text()
        await s.press("enter", "x")
        await s.dialog("Confirm")
        await s.press("n")
        await s.closed()
        await s.press("escape")
        assert len(s.dashboard.table.keys) == 12
        await s.press("/", "z", "ctrl+c")
        assert s.app.is_running
        assert len(s.dashboard.table.keys) == 12


async def test_what_is_pasted_into_a_filter_is_made_safe(stage: Staging) -> None:
    from textual.events import Paste

    async with stage() as s:
        await s.press("/")
        s.app.post_message(Paste("a\x1b]52;c;eA==\x07\u202eb\nc"))
        await s.settle()
        assert s.dashboard.query_one("#filter").value == "a␛]52;c;eA==␇\ufffdb"


async def test_workspaces_take_turns(stage: Staging) -> None:
    two = boards.busy(workspaces=(boards.SHOP, "laptop:acme/tools"))
    async with stage(two, size=(200, 50)) as s:
        assert "2 workspaces" in s.text()
        for row in ("shop/src/api", "shop/queue#", "shop/claude_3", "shop/#"):
            assert row in s.text()
        await s.press("w")
        assert "acme/shop on laptop" in s.text()
        assert "shop/src/api" not in s.text()
        await s.press("w")
        assert "acme/tools on laptop" in s.text()
        assert len(s.dashboard.table.keys) == 0
        await s.press("w")
        assert "2 workspaces" in s.text()


async def test_unreadable_files_can_be_told_apart(stage: Staging) -> None:
    scopes = [boards.scope(f"session:{name}") for name in ("claude_1", "claude_2")]
    bad = [Unreadable(f"{reference_name(each)}.json", each, "line 1: not JSON") for each in scopes]
    async with stage(boards.busy(unreadable={each.source: each for each in bad})) as s:
        await s.press("6")
        shown = [line for line in s.text().splitlines() if "unreadable file" in line]
        assert [line.split()[1].strip("│") for line in shown] == ["session__claude_1.json", "session__claude_2.json"]


async def test_who_is_not_offered_is_told_in_one_sentence(stage: Staging) -> None:
    async with stage() as s:
        await s.press("1", "a")
        await s.dialog("Reassign")
        await s.press(*"_8")
        assert "claude_8      not offered: silent for 1h12" in s.text()


async def test_one_workspace_has_no_next(stage: Staging) -> None:
    async with stage() as s:
        await s.press("w")
        assert s.toasts() == ["There is only one workspace here."]


async def test_look_again_and_redraw(stage: Staging) -> None:
    async with stage() as s:
        await s.press("R")
        assert s.desk.looked == 1
        await s.press("ctrl+l")
        assert "6 need you" in s.text()


async def test_ctrl_q_is_nothing(stage: Staging) -> None:
    async with stage() as s:
        await s.press("ctrl+q")
        assert not s.app._exit
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("ctrl+q")
        assert type(s.app.screen).__name__ == "Confirm"
        assert not s.app._exit


async def test_a_click_selects(stage: Staging) -> None:
    async with stage() as s:
        await s.pilot.click(s.dashboard.panels["sessions"].table, offset=(5, 4))
        await s.settle()
        assert s.cursor == boards.scope("session:claude_4")
        await s.pilot.click(s.dashboard.panels["locks"].table, offset=(5, 1))
        await s.settle()
        assert s.dashboard.active == "locks"
        assert s.cursor == boards.scope("locks:deploy_staging")


async def test_the_wheel_moves_the_cursor_so_that_it_is_never_out_of_sight(stage: Staging) -> None:
    from textual.events import MouseScrollDown, MouseScrollUp

    async with stage() as s:
        table = s.dashboard.panels["sessions"].table
        for kind, row in ((MouseScrollDown, "claude_4"), (MouseScrollUp, "claude_1")):
            await s.pilot._post_mouse_events([kind], table, offset=(5, 5))
            await s.settle()
            assert s.cursor == boards.scope(f"session:{row}")


async def test_a_click_on_a_tab_opens_it(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        await s.pilot.click("#tabs", offset=(34, 0))
        await s.settle()
        assert s.dashboard.active == "locks"


async def test_the_screen_can_change_its_size(stage: Staging) -> None:
    async with stage() as s:
        for size in ((80, 24), (200, 50), (20, 5), (1, 1), (300, 90), (120, 36)):
            await s.pilot.resize_terminal(*size)
            await s.settle()
            await s.press("n", "j", "x")
            if len(s.app.screen_stack) > 1:
                await s.dialog("Confirm")
                await s.press("escape")
                await s.closed()
        assert "6 need you" in s.text()
