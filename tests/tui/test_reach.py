"""Reaching agents: a message, a hold on everybody, the terminal of one."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Input

from coord_core.documents import Document
from coord_core.errors import Refused
from coord_core.processes import hostname
from coord_core.state.board import Board
from coord_core.state.records import Session
from coord_tui import terminals
from coord_tui.screens.reach import HOLDING
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.desks import FakeDesk
from tests.tui.hostile import CORPUS

CLAUDE_1, CLAUDE_4 = boards.scope("session:claude_1"), boards.scope("session:claude_4")


def stored(board: Board, short: str, data: dict[str, Any]) -> Board:
    document = Document(boards.scope(short), data, source=short, written_at=boards.NOW)
    return replace(board, documents={**board.documents, document.scope: document})


def held(**data: Any) -> Board:
    return stored(boards.busy(), "project:hold", {"message": "Commit nothing", "by": "kim@laptop", **data})


def living(board: Board, **facts: Any) -> Board:
    sessions = {**board.sessions, CLAUDE_1: replace(board.sessions[CLAUDE_1], **facts)}
    return replace(board, sessions=sessions)


# Messages


async def test_a_message_is_typed_and_sent_by_y_outside_the_line(stage: Staging) -> None:
    async with stage() as s:
        await s.press("m")
        dialog = await s.dialog("Tell")
        assert dialog.focused.id == "reason"
        await s.press(*"say y", "enter")
        assert not s.desk.applied
        assert dialog.focused.id == "accept"
        await s.press("y")
        await s.closed()
        plan, reason = s.desk.applied[0]
        assert (plan.action, plan.arguments) == ("send_message", {"scope": CLAUDE_1, "text": "say y"})
        assert reason == ""
        assert s.toasts() == ["Did send_message."]


async def test_enter_and_enter_say_what_was_typed(stage: Staging) -> None:
    async with stage() as s:
        await s.press("m")
        await s.dialog("Tell")
        await s.press(*"stop", "enter", "enter")
        await s.closed()
        assert s.desk.applied[0][0].arguments == {"scope": CLAUDE_1, "text": "stop"}


async def test_words_that_were_typed_and_not_said_are_told_of(stage: Staging) -> None:
    async with stage() as s:
        await s.press("m")
        await s.dialog("Tell")
        await s.press(*"stop", "escape")
        await s.closed()
        assert not s.desk.applied
        assert "Nothing was said: cancelled." in s.text()


async def test_an_empty_message_is_refused(stage: Staging) -> None:
    async with stage() as s:
        await s.press("m")
        await s.dialog("Tell")
        for words in ((), (" ", " ")):
            await s.press(*words, "enter", "y")
            assert isinstance(s.app.screen.focused, Input)
            assert "required: say something" in s.text()
        await s.press("escape")
        await s.closed()
        assert not s.desk.applied


async def test_a_message_goes_to_whoever_has_what_is_under_the_cursor(stage: Staging) -> None:
    async with stage() as s:
        for panel, key, whom in (
            ("3", boards.scope("locks:database_migration"), CLAUDE_4),
            ("2", boards.scope("issue:15"), CLAUDE_1),
            ("!", None, CLAUDE_4),
        ):
            await s.press(panel)
            assert key is None or s.dashboard.table.select(key)
            await s.press("m")
            await s.dialog("Tell")
            assert s.desk.planned[-1] == ("send_message", {"scope": whom, "text": "…"})
            await s.press("escape")
            await s.closed()
        await s.press("2")
        s.dashboard.table.select(boards.scope("issue:27"))
        await s.press("m")
        assert s.toasts() == ["A message goes to a session: put the cursor on one, or on what one has."]


async def test_a_message_that_nobody_would_read_opens_no_dialog(
    stage: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> object:
        raise Refused("claude_4 is dead: nobody would read it")

    monkeypatch.setattr(FakeDesk, "plan", refuse)
    async with stage() as s:
        await s.press("m")
        await s.until(s.toasts)
        assert s.toasts() == ["claude_4 is dead: nobody would read it"]
        assert len(s.app.screen_stack) == 1


async def test_what_a_session_was_told_is_in_its_detail(stage: Staging) -> None:
    told = {"seq": 1, "at": "2026-11-22T14:20:00", "from": "kim@laptop", "text": "Stop", "told": "2026-11-22T14:21:00"}
    waiting = {"seq": 2, "at": "2026-11-22T14:30:00", "from": "claude_2", "text": "db is free", "told": None}
    inbox = stored(boards.busy(), "inbox:claude_1", {"messages": [told, waiting]})
    board = stored(inbox, "session:claude_1", {"fence": 7})
    async with stage(board) as s:
        await s.press("enter")
        assert "messages  1 not told yet" in s.text()
        assert "· 14:30 claude_2: db is free  not told yet" in s.text()
        assert "✓ 14:20 kim: Stop  told 14:21" in s.text()
        await s.show(stored(board, "session:claude_1", {}))
        assert "1 not told yet: it only reads files and will not notice" in s.text()


async def test_where_a_session_is_to_be_found_is_in_its_detail(stage: Staging) -> None:
    facts = {"tty": "/dev/pts/4", "tmux_pane": "%7", "pid": 801, "host": "laptop", "cwd": "~/wt/15", "client": "claude"}
    async with stage(living(boards.busy(), **facts)) as s:
        await s.press("enter")
        for words in ("in ~/wt/15  branch feat/15", "client claude  pid 801 on laptop",
                      "terminal /dev/pts/4  tmux pane %7", "#15 handoff from", "▸ Writing tests"):  # fmt: skip
            assert words in s.text()


# Holding


async def test_everybody_is_held_up_with_a_message(stage: Staging) -> None:
    async with stage() as s:
        await s.press("H")
        dialog = await s.dialog("Tell")
        assert dialog.focused.id == "cancel"
        assert f"Message  {HOLDING}" in s.text()
        await s.press("shift+tab", *" Now.", "enter", "y")
        await s.closed()
        plan, _ = s.desk.applied[0]
        assert plan.action == "hold"
        assert plan.arguments == {"workspace": boards.SHOP, "text": f"{HOLDING} Now."}
        assert s.toasts() == ["Did hold. z takes it back."]


async def test_a_hold_needs_no_words(stage: Staging) -> None:
    async with stage() as s:
        await s.press("H")
        await s.dialog("Tell")
        await s.press("shift+tab", "ctrl+u", "enter", "y")
        await s.closed()
        assert s.desk.applied[0][0].arguments["text"] == ""


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_a_hold_has_a_badge_and_is_lifted(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(held(), size=size) as s:
        head = s.text().splitlines()[0]
        assert " HELD: Commit nothing " in head
        assert "6 need you" in head and "●8" in head.replace(" ", "").replace("8live", "8")
        await s.press("H")
        await s.dialog("Confirm")
        assert s.desk.planned == [("lift_hold", {"workspace": boards.SHOP})]
        await s.press("y")
        await s.closed()
        await s.show(boards.busy())
        assert "HELD" not in s.text()


@pytest.mark.parametrize("words", CORPUS)
async def test_a_hostile_hold_is_one_badge(stage: Staging, words: str) -> None:
    async with stage(held(message=words)) as s:
        head = s.text().splitlines()[0]
        assert " HELD" in head and "6 need you" in head and "14:31:07" in head
        assert "\x1b" not in s.text()


async def test_which_workspace_is_held_must_be_plain(stage: Staging) -> None:
    board = replace(boards.busy(), workspaces=("laptop:acme/other", boards.SHOP))
    async with stage(board) as s:
        await s.press("5", "H")
        assert s.toasts() == ["Several workspaces are shown: choose one with w first."]
        await s.press("1", "H")
        await s.dialog("Tell")
        assert s.desk.planned[-1][1]["workspace"] == boards.SHOP, "that of what is under the cursor"


async def test_read_only_neither_tells_nor_holds(stage: Staging) -> None:
    async with stage(held(), read_only=True, size=(200, 50)) as s:
        for key in ("m", "H"):
            await s.press(key)
        assert not s.desk.planned and not s.toasts()
        keys = s.text().splitlines()[-1]
        assert "message" not in keys and "lift" not in keys
        assert "HELD" in s.text()
        await s.press("?")
        assert "message to" not in s.text() and "the hold" not in s.text() and "hold everybody" not in s.text()


# Terminals


@pytest.fixture
def no_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is started at all."""

    def started(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess, "run", started)


async def said(s: Stage) -> str:
    await s.press("o")
    await s.until(s.toasts)
    return s.toasts()[-1]


@pytest.mark.usefixtures("no_tmux")
async def test_a_session_without_a_pane(stage: Staging) -> None:
    async with stage(read_only=True) as s:
        assert await said(s) == "claude_1 recorded no tmux pane. Start it inside tmux to go there with o"
        assert "o terminal" not in s.text()
    async with stage(living(boards.busy(), tty="/dev/pts/4")) as s:
        assert "; its terminal is /dev/pts/4." in await said(s)
    async with stage() as s:
        await s.press("5", "o")
        assert s.toasts() == ["Only a session has a terminal: put the cursor on one, or on what one has."]


@pytest.mark.usefixtures("no_tmux")
@pytest.mark.parametrize(
    "pane", ["7", "%", "%7;kill-server", "%7\n", "-t%7", "%٣", "%" + "1" * 10, *filter(None, CORPUS)]
)
def test_only_a_pane_s_number_ever_reaches_tmux(pane: str) -> None:
    with pytest.raises(Refused, match="and that is none: nothing was done"):
        terminals.go_to(Session("x", "", "claude_1", tmux_pane=pane))


@pytest.mark.usefixtures("no_tmux")
def test_a_pane_of_another_machine_is_out_of_reach() -> None:
    with pytest.raises(Refused, match="claude_1 runs on elsewhere, not here: its pane %7 is out of reach"):
        terminals.go_to(Session("x", "", "claude_1", tmux_pane="%7", host="elsewhere"))


async def test_without_tmux_it_says_so(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    async with stage(living(boards.busy(), tmux_pane="%7", host=hostname())) as s:
        assert "o terminal" in s.text()
        assert await said(s) == "tmux is not installed here, so nobody can go to claude_1's pane"


def test_a_tmux_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("tmux", 5)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(Refused, match="tmux did not answer"):
        terminals.go_to(Session("x", "", "claude_1", tmux_pane="%7"))
