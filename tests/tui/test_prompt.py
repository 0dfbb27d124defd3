"""`:` and ctrl+p find every action, order and record; `?` shows the keys that work here and now."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from textual.events import Key

from coord_tui import orders
from coord_tui.commands import ALWAYS, COMMANDS, Here, keys
from coord_tui.finder import Entry, Finder, marked
from coord_tui.keymap import show
from coord_tui.orders import Order
from coord_tui.rows.scene import Scene
from coord_tui.screens.dashboard import Dashboard
from coord_tui.screens.detail import DetailScreen
from coord_tui.screens.prompt import Prompt
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.hostile import CORPUS

SIZES = [(60, 15), (80, 24), (120, 36), (200, 50)]
PANELS = "!123456"


async def ask(s: Stage, words: str, key: str = ":") -> list[str]:
    """Open the prompt, type, and return the names found."""
    await s.press(key, *words)
    assert isinstance(s.app.screen, Prompt)
    return [entry.name for entry in s.app.screen.table.source.entries.values()]  # type: ignore[union-attr]


# Finding


def found(typed: str, *names: str, recent: tuple[str, ...] = ()) -> list[str]:
    entries = [Entry(name, "record", name) for name in names]
    return [entry.name for entry in Finder(entries, recent).find(typed)[1]]


def test_whole_words_come_before_parts_and_parts_before_letters() -> None:
    names = ("release it", "a lease", "lea", "prelease", "l-e-a", "leap")
    assert found("lea", *names) == ["lea", "leap", "a lease", "release it", "prelease", "l-e-a"]
    assert found("it rel", *names) == ["release it"]
    assert found("zzz", *names) == []


def test_what_does_nothing_here_and_now_comes_last() -> None:
    entries = [Entry("a", "order", "workspace NAME", idle="there is only one"), Entry("b", "key", "to Work")]
    assert [entry.name for entry in Finder(entries).find("work")[1]] == ["to Work", "workspace NAME"]


def test_what_was_taken_last_comes_first_among_equals() -> None:
    assert found("", "a", "b", "c", recent=("c", "b")) == ["c", "b", "a"]
    assert found("x", "x1", "x2", "xylophone x2", recent=("x2",))[0] == "x2"


def test_letters_of_the_name_count_before_those_beside_it() -> None:
    entries = [Entry("a", "record", "#18", more="issue claude_4"), Entry("b", "record", "claude_4", more="session")]
    assert [entry.name for entry in Finder(entries).find("cl4")[1]] == ["claude_4", "#18"]
    assert [entry.name for entry in Finder(entries).find("claude_4")[1]] == ["claude_4", "#18"]


def test_what_was_typed_is_marked_in_what_was_found() -> None:
    assert marked("claude_4", "CL4") == [("cl", True), ("aude_", False), ("4", True)]
    assert marked("İstanbul", "i") == [("İstanbul", False)], "lower case of another length marks nothing"


def test_odd_words_take_no_time() -> None:
    """Letters in their order are looked for without going back: each of these would take for ever else."""
    entries = [Entry(str(n), "record", "a" * 300, more="a" * 300) for n in range(2000)]
    before = time.process_time()
    for typed in ("a" * 79 + "b", "ab" * 40, "[.*+?^$]\\", "\0" * 500):
        Finder(entries).find(typed)
    assert time.process_time() - before < 30


# The table of commands


def test_every_key_of_a_screen_has_its_words() -> None:
    """A key that is new needs a line in coord_tui/commands.py, or `?` and `:` do not know what it does."""
    known = {command.id for command in COMMANDS}
    for screen in (Dashboard, DetailScreen):
        ours = (base for base in screen.__mro__ if base.__module__.startswith("coord_tui"))
        bound = {binding.id for base in ours for binding in base.__dict__.get("BINDINGS", ())}
        assert bound - known == set(), screen
    assert len(known) == len(COMMANDS)


def test_keys_are_spelt_as_people_write_them() -> None:
    names = ("question_mark", "slash", "colon", "ctrl+p", "pagedown", "up", "exclamation_mark")
    assert [show(name) for name in names] == ["?", "/", ":", "ctrl+p", "pgdn", "↑", "!"]


async def test_overridden_keys_are_told_as_they_are(stage: Staging) -> None:
    async with stage() as s:
        s.app.set_keymap({"act.let_go": "f5", "look.keys": "question_mark,ctrl+k"})
        told = {key.command.id: key.keys for key in keys(s.dashboard, s.dashboard.here)}
        assert told["act.let_go"] == ("f5",)
        assert told["look.keys"] == ("?", "ctrl+k")


# The prompt


@pytest.mark.parametrize("size", SIZES)
async def test_it_opens_on_every_panel_at_every_size(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        for place, panel in enumerate(PANELS):
            key = (":", "ctrl+p")[place % 2]
            await s.press(panel)
            assert await ask(s, "", key)
            lines = s.text().splitlines()
            assert len(lines) == size[1] and any("What, or where?" in line for line in lines)
            await s.press("escape")
            assert len(s.app.screen_stack) == 1


async def test_letters_typed_never_act(stage: Staging) -> None:
    async with stage() as s:
        await ask(s, "xXazZHqny")
        assert isinstance(s.app.screen, Prompt)
        assert s.app.screen.query_one("#wanted").value == "xXazZHqny"  # type: ignore[attr-defined]
        assert not s.desk.planned
        await s.press("enter")
        assert isinstance(s.app.screen, Prompt), "nothing is called that: enter does nothing"
        await s.press("escape")
        assert not s.desk.planned and s.app.is_running


async def test_typed_all_at_once_it_does_the_same(stage: Staging) -> None:
    async with stage() as s:
        await s.pilot.press(":", *"to locks", "enter")
        await s.settle()
        assert s.dashboard.active == "locks"
        # A terminal hands on all that was typed at once, before anything of the line is painted.
        for key, letter in (("colon", ":"), *((each, each) for each in "towork"), ("enter", None)):
            s.app.post_message(Key(key, letter))
        await s.until(lambda: s.dashboard.active == "work")


async def test_an_action_is_found_and_done(stage: Staging) -> None:
    async with stage() as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        assert (await ask(s, "clean up cl"))[0] == "clean up claude_4"
        await s.press("enter")
        await s.dialog("Confirm")
        assert s.desk.planned[-1] == ("clean_up_session", {"scope": boards.scope("session:claude_4")})
        await s.press("escape")
        await s.closed()
        assert (await ask(s, ""))[0] == "clean up claude_4", "what was taken last is on top"


@pytest.mark.parametrize("size", SIZES)
async def test_every_kind_of_record_is_found_and_gone_to(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        for typed, key, panel in (
            ("claude_7", "session:claude_7", "sessions"),
            ("#27", "issue:27", "issues"),
            ("src/api", "locks:src/api", "locks"),
            ("queue#13", "project:queue#tasks#13", "work"),
            ("task export", "project:queue#tasks#14", "work"),
            ("list v1", "project:release#v1.0.0.tasks#1", "work"),
            ("conventions", "project:conventions", "shared"),
        ):
            await ask(s, typed)
            await s.press("enter")
            assert (s.dashboard.active, s.cursor) == (panel, boards.scope(key))
            assert s.dashboard.table.has_focus


async def test_a_record_that_a_filter_hides_is_gone_to(stage: Staging) -> None:
    async with stage() as s:
        await s.press("/", *"codex", "enter", "3")
        await ask(s, "claude_7")
        await s.press("enter")
        assert s.cursor == boards.scope("session:claude_7")


async def test_in_a_detail_a_record_is_gone_to_and_back(stage: Staging) -> None:
    async with stage() as s:
        await s.press("enter")
        await ask(s, "claude_7")
        await s.press("enter")
        assert s.app.screen.key == boards.scope("session:claude_7")  # type: ignore[attr-defined]
        await s.press("backspace")
        assert s.app.screen.key == boards.scope("session:claude_1")  # type: ignore[attr-defined]


async def test_what_does_nothing_here_says_why(stage: Staging) -> None:
    async with stage() as s:
        await s.press("3")
        await ask(s, "give to another")
        assert "a lock is let go of, not given" in s.text()
        await s.press("enter")
        assert s.toasts() == ["give to another session: a lock is let go of, not given."]


async def test_in_read_only_there_is_only_what_works_there(stage: Staging) -> None:
    async with stage(read_only=True) as s:
        for panel in PANELS:
            await s.press(panel)
            names = await ask(s, "")
            changing = {command.words for command in COMMANDS if command.changes}
            assert not changing & set(names)
            for typed in ("clean", "undo", "hold", "message", "give"):
                await s.press("ctrl+u", *typed)
                assert isinstance(s.app.screen, Prompt)
                source = s.app.screen.table.source
                assert not [e for e in source.entries.values() if e.kind == "action" and e.note == "act"]  # type: ignore[union-attr]
            await s.press("escape")
        assert not s.desk.planned


async def test_orders_are_completed_and_take_arguments(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    at = Order("jump", "the board as it was then", lambda _, time: said.append(time), "HH:MM")
    idle = Order("forward", "to now", lambda _, __: None, idle=lambda _: "the view is live")
    gone = Order("hidden", "never there", lambda _, __: None, idle=lambda _: None)
    monkeypatch.setattr(orders, "ORDERS", (*orders.ORDERS, at, idle, gone))
    async with stage() as s:
        await ask(s, "jump")
        assert "jump HH:MM" in s.text()
        await s.press("enter")
        assert isinstance(s.app.screen, Prompt), "it waits for its argument"
        await s.press(*"14:02", "enter")
        assert said == ["14:02"]
        await ask(s, "forward")
        assert "the view is live" in s.text()
        await s.press("enter")
        assert s.toasts() == ["forward: the view is live."]
        assert "hidden" not in await ask(s, "hidden")
        await s.press("ctrl+u", *"them", "tab")
        assert s.app.screen.query_one("#wanted").value == "theme "  # type: ignore[attr-defined]


async def test_a_panel_is_sorted_by_a_column(stage: Staging) -> None:
    async with stage() as s:
        await s.press("3")
        assert "sort owner" in await ask(s, "sort ow")
        await s.press("enter")
        assert s.dashboard.panels["locks"].order.by == "owner"
        await ask(s, "sort nonsense")
        await s.press("enter")
        assert s.toasts()[-1].startswith("There is no column nonsense here to sort by. There are state, lock, owner")


async def test_read_only_from_now_on(stage: Staging) -> None:
    async with stage() as s:
        await ask(s, "read-only")
        await s.press("enter")
        assert s.app.desk.read_only
        await ask(s, "read-only")
        assert "it is read-only already" in s.text()


async def test_q_quits(stage: Staging) -> None:
    async with stage() as s:
        assert (await ask(s, "q"))[0] == "q"
        await s.press("enter")
        assert s.app._exit


async def test_a_workspace_is_chosen_by_name(stage: Staging) -> None:
    board = replace(boards.busy(), workspaces=("laptop:acme/other", boards.SHOP))
    async with stage(board) as s:
        await ask(s, "workspace acme/shop")
        await s.press("enter")
        assert s.app.workspace == boards.SHOP
        await ask(s, "workspace nowhere")
        await s.press("enter")
        assert s.toasts() == ["No workspace is called nowhere."]
        await ask(s, "workspace all")
        await s.press("enter")
        assert s.app.workspace is None


async def test_the_mouse_takes_what_it_clicks(stage: Staging) -> None:
    async with stage() as s:
        await ask(s, "to issues")
        y = next(y for y, line in enumerate(s.text().splitlines()) if "to Issues" in line)
        await s.pilot.click(offset=(50, y))
        await s.settle()
        assert s.dashboard.active == "issues"


async def test_hostile_names_are_only_names(stage: Staging) -> None:
    key = boards.scope("session:evil")
    async with stage() as s:
        for words in CORPUS:
            session = replace(next(iter(boards.busy().sessions.values())), scope=key, id=f"evil{words}")
            await s.show(replace(boards.busy(), sessions={**boards.busy().sessions, key: session}))
            await s.press("home")
            assert s.cursor != key
            await ask(s, "evil")
            assert not set(s.text()) & {"\x1b", "\x07", "\x9b", "\u202e", "\u200b"}
            await s.press("enter")
            assert s.cursor == key


async def test_ten_thousand_records_are_looked_through(stage: Staging) -> None:
    one = next(iter(boards.busy().sessions.values()))
    many = {scope: replace(one, scope=scope, id=f"agent_{n}") for n in range(10_000) if (scope := f"x:y:session:{n}")}
    async with stage(replace(boards.busy(), sessions=many, workspaces=("x:y",))) as s:
        assert (await ask(s, "agent_9999"))[0] == "agent_9999"
        await s.press("enter")
        assert s.cursor == "x:y:session:9999"


# The keys that work here and now


@pytest.mark.parametrize("size", SIZES)
async def test_help_is_of_here_and_now(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        await s.press("?")
        dialog = await s.dialog("Help")
        seen = dict(row[1:][::1] for row in dialog.rows)
        assert seen["x"] == "clean up claude_4"
        assert seen["m"] == "message to claude_4"
        assert seen["n N"] == "next, previous that needs you"
        assert "w" not in seen, "there is only one workspace"
        assert "o" not in seen, "it has no terminal"
        assert "Keys for session claude_4" in s.text()


async def test_help_says_when_there_is_more(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        await s.press("?")
        await s.dialog("Help")
        assert "more below: pgdn" in s.text() and "cancels a dialog" not in s.text()
        await s.press("pagedown")
        assert "more below" not in s.text() and "cancels a dialog" in s.text()
        await s.press("q")
        assert len(s.app.screen_stack) == 1
    async with stage(size=(200, 50)) as s:
        await s.press("?")
        await s.dialog("Help")
        assert "more below" not in s.text() and "cancels a dialog" in s.text()
        assert any("move" in line and "look" in line for line in s.text().splitlines()), "two columns"


async def test_help_in_read_only_shows_nothing_that_changes(stage: Staging) -> None:
    async with stage(read_only=True) as s:
        for panel in PANELS:
            await s.press(panel, "?")
            dialog = await s.dialog("Help")
            assert not [row for row in dialog.rows if row[0] == "act"]
            assert "read-only" in s.text()
            await s.press("escape")


async def test_help_of_a_detail(stage: Staging) -> None:
    async with stage() as s:
        await s.press("enter", "?")
        dialog = await s.dialog("Help")
        seen = {row[2] for row in dialog.rows}
        assert "to the record of the picked link" in seen and "clean up claude_1" in seen
        assert "next, previous panel" not in seen


def test_before_there_is_anything_to_see_little_works(stage: Staging) -> None:
    screen = Dashboard()
    here = Here(Scene(replace(boards.busy(), sessions={}, findings=()), None), blank=True)

    class App:
        _keymap: dict[str, str] = {}  # noqa: RUF012

    screen.__class__ = type("Dashboard", (Dashboard,), {"app": App()})
    working = {key.command.id for key in keys(screen, here) if not key.idle}
    assert working == ALWAYS
