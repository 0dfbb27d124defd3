"""Every action of the supervisor, by its keys, on the files of the existing coordinator: done, undone, done again."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from coord_core.state.liveness import Limits
from coord_core.storage import open_storage
from coord_tui.app import CoordApp
from coord_tui.store_desk import StoreDesk
from tests.core import samples
from tests.core.storage import reference
from tests.terminal import Terminal
from tests.tui.conftest import Stage
from tests.tui.test_store import FOREVER

REPO = "laptop:BANCS-Norway/my-repo"
Folder = Callable[[str], Any]


def file_name(short: str) -> str:
    return f"{REPO}:{short}.json".replace(":", "__").replace("/", "__")


TORN = file_name("issue:99")


def look(folder: Path) -> Folder:
    """Return how a document's data is looked up by its short name; None for none, TORN for what is no document."""

    def data(short: str) -> Any:
        try:
            return json.loads((folder / file_name(short)).read_text())["data"]
        except FileNotFoundError:
            return None
        except ValueError:
            return TORN

    return data


def add_idle_session(folder: Path) -> None:
    """Sign claude_4 on as the reference does: alive, and nothing is its own."""
    reference.store(folder / file_name("session:claude_4"), "status", "idle")
    path = folder / file_name("instances")
    reference.store(path, "registry", {**reference.data(path)["registry"], "claude_4": "taken"})


def add_torn_file(folder: Path) -> None:
    (folder / TORN).write_text('{"data": {"claimed_by": "cl')
    os.utime(folder / TORN, (1, 1))


def task(data: Folder, number: int) -> Any:
    return next(each for each in data("project:queue")["tasks"] if each["id"] == number)


def owner(data: Folder, issue: int) -> str | None:
    found = data(f"issue:{issue}")
    return found.get("current_session") or found.get("claimed_by")


# panel, record, key, what is typed into the filter, whether it is done
ACTIONS: dict[str, tuple[str, str, str, str, Callable[[Folder], bool]]] = {
    "release": ("3", "locks:database_migration", "x", "", lambda data: data("locks:database_migration") is None),
    "unassign": ("2", "issue:15", "x", "", lambda data: owner(data, 15) is None),
    "reassign": ("2", "issue:15", "a", "claude_3", lambda data: owner(data, 15) == "claude_3"),
    "put back": ("2", "issue:16", "a", "nobody", lambda data: owner(data, 16) is None),
    "give": ("4", "project:queue#tasks#3", "a", "claude_1", lambda data: task(data, 3).get("claimed_by") == "claude_1"),
    "requeue": ("4", "project:queue#tasks#2", "x", "", lambda data: task(data, 2)["status"] == "pending"),
    "reassign session": (
        "1", "session:claude_2", "a", "claude_3",
        lambda data: owner(data, 16) == "claude_3" and task(data, 2)["claimed_by"] == "claude_3",
    ),
    "clean up": (
        "1", "session:claude_2", "x", "",
        lambda data: data("session:claude_2") is None and data("instances")["registry"]["claude_2"] == "available",
    ),
    "sign off": (
        "1", "session:claude_4", "x", "",
        lambda data: data("session:claude_4") is not None
        and data("instances")["registry"].get("claude_4") == "available",
    ),
    "quarantine": ("6", TORN, "x", "", lambda data: data("issue:99") is None),
}  # fmt: skip


@asynccontextmanager
async def console(folder: Path, limits: Limits) -> AsyncIterator[Stage]:
    shutil.copytree(samples.REFERENCE, folder)
    desk = StoreDesk(open_storage(str(folder)), limits)
    app = CoordApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        stage = Stage(app, desk, pilot, 0.0)  # type: ignore[arg-type]
        await stage.until(lambda: "1 Sessions 3" in stage.text())
        yield stage
        app.exit()


async def confirm(stage: Stage, name: str, happened: Callable[[], bool]) -> None:
    """Give a reason and press the button, as taking from the living demands; wait until the screen knows of it."""
    await stage.dialog(name)
    before = stage.app.board
    assert before is not None
    reason = stage.app.screen.query_one("#reason")
    await stage.press(*(() if reason.has_focus else ("shift+tab",)), *"stuck", "enter", "enter")
    await stage.until(happened)
    await stage.closed()
    await stage.until(lambda: stage.app.board is not None and stage.app.board.changed_at != before.changed_at)


@pytest.mark.parametrize("name", ACTIONS)
async def test_done_undone_and_done_again(tmp_path: Path, name: str) -> None:
    panel, record, key, typed, done = ACTIONS[name]
    folder = tmp_path / "session-state"
    data = look(folder)
    async with console(folder, FOREVER) as stage:
        add_idle_session(folder)
        add_torn_file(folder)
        await stage.until(lambda: "1 Sessions 4" in stage.text() and TORN in stage.app.board.unreadable)  # type: ignore[union-attr]
        assert not done(data)
        if panel != "1":
            await stage.press(panel)
        assert stage.dashboard.table.select(record if record == TORN else f"{REPO}:{record}")
        await stage.press(key)
        if key == "a":
            await stage.dialog("Reassign")
            await stage.press(*typed, "enter")
        await confirm(stage, "Reassign" if key == "a" else "Confirm", lambda: done(data))
        assert stage.toasts()[-1].endswith(". z takes it back.")
        await stage.press("z")
        await confirm(stage, "Confirm", lambda: not done(data))
        assert stage.toasts()[-1].endswith(". Z does it again.")
        await stage.press("Z")
        await confirm(stage, "Confirm", lambda: done(data))
        assert stage.toasts()[-1].endswith(". z takes it back.")
        assert not [each for each in stage.toasts() if "undo" in each]


async def test_all_dead_and_stale_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "session-state"
    data = look(folder)
    sessions = [f"session:claude_{number}" for number in (1, 2, 3)]
    async with console(folder, Limits(late=1, stale=2)) as stage:
        await stage.press("X")
        dialog = await stage.dialog("CleanUp")
        assert not dialog.ticks.ticked  # they are stale, not dead
        await stage.press("space", "down", "space")
        await confirm(stage, "CleanUp", lambda: data(sessions[0]) is None and data(sessions[1]) is None)
        assert data(sessions[2]) is not None
        assert data("locks:database_migration") is None
        await stage.press("z")
        await confirm(stage, "Confirm", lambda: all(data(each) for each in sessions))
        await stage.press("Z")
        await confirm(stage, "Confirm", lambda: data(sessions[0]) is None)


async def test_all_that_are_marked_are_one_line_and_one_undo(tmp_path: Path) -> None:
    folder = tmp_path / "session-state"
    data = look(folder)
    async with console(folder, FOREVER) as stage:
        await stage.press("space", "j", "space", "x")
        await confirm(stage, "Confirm", lambda: data("session:claude_1") is None and data("session:claude_3") is None)
        assert data("session:claude_2") is not None
        assert not stage.dashboard.table.marks
        lines = len(list(stage.desk.storage.lines()))  # type: ignore[attr-defined]
        assert lines == 1
        await stage.press("z")
        await confirm(stage, "Confirm", lambda: bool(data("session:claude_1") and data("session:claude_3")))
        await stage.press("Z")
        await confirm(stage, "Confirm", lambda: data("session:claude_1") is None and data("session:claude_3") is None)


async def test_a_message_and_a_hold(tmp_path: Path) -> None:
    folder = tmp_path / "session-state"
    data = look(folder)
    async with console(folder, FOREVER) as stage:
        await stage.press("m")
        await stage.dialog("Tell")
        await stage.press(*"Stop", "enter", "y")
        await stage.until(lambda: data("inbox:claude_1"))
        assert [each["text"] for each in data("inbox:claude_1")["messages"]] == ["Stop"]
        await stage.closed()
        assert stage.toasts()[-1] == "To claude_1: Stop."
        await stage.press("H")
        await stage.dialog("Tell")
        await stage.press("y")
        await stage.until(lambda: "HELD: Finish your" in stage.text() and not stage.app.acting)
        for key in ("z", "Z", "H"):
            before = data("project:hold") is None
            await stage.press(key)
            await confirm(stage, "Confirm", lambda before=before: (data("project:hold") is None) is not before)
        await stage.until(lambda: "HELD" not in stage.text())
        texts = [each["text"].partition(":")[0].partition(" (")[0] for each in data("inbox:claude_1")["messages"]]
        assert texts == ["Stop", "Put everything on hold", "Undid", "Did again", "Lifted the hold"]


async def test_what_others_write_appears_without_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "session-state"
    async with console(folder, FOREVER) as stage:
        assert "2 Issues 3" in stage.text()
        write(folder)
        await stage.until(lambda: "2 Issues 4" in stage.text())
        assert "#77" in stage.text()


def write(folder: Path) -> None:
    """Write an issue as the reference does: in place."""
    path = folder / file_name("issue:77")
    path.write_text(json.dumps({"data": {"claimed_by": "claude_3", "status": "in_progress"}, "metadata": {}}))


class Keyboard:
    """A person at a terminal with the console on a folder, who types as fast as nobody can: many keys in one write."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def opened(self, shown: str = r"\[ Cancel \]") -> None:
        self.terminal.wait(shown)
        self.terminal.settle()

    def confirm(self, happened: Callable[[], bool]) -> None:
        """Give a reason, press the button, and wait until it is done."""
        self.opened()
        asked = "say why" in self.terminal.text  # then the line for it has the keys
        self.terminal.press("stuck" if asked else "\x1b[Zstuck")
        self.terminal.wait(r"(Reason|Note)\s+stuck")
        self.terminal.press("\r\r")
        end = time.monotonic() + 60
        while not happened() and time.monotonic() < end:
            self.terminal.pump(0.05)
        assert happened(), self.terminal.text
        self.terminal.settle()

    def done_and_undone(self, done: Callable[[], bool], *, twice: bool = False) -> None:
        """Confirm what was begun, then take it back; twice: do it again, and take it back."""
        self.confirm(done)
        for key, happened in (("z", lambda: not done()), ("Z", done), ("z", lambda: not done()))[: 3 if twice else 1]:
            self.terminal.press(key)
            self.confirm(happened)


@contextmanager
def keyboard(folder: Path, *options: str) -> Iterator[Keyboard]:
    shutil.copytree(samples.REFERENCE, folder)
    command = [sys.executable, "-m", "coord_tui", "--store", str(folder), *options]
    with Terminal(command) as terminal:
        terminal.wait("1 Sessions 3")
        terminal.settle()
        yield Keyboard(terminal)
        terminal.send("q")
        assert terminal.join() == 0


@pytest.mark.first
@pytest.mark.parametrize("again", ["release", pytest.param("", marks=pytest.mark.soak)], ids=["one again", "all again"])
def test_every_action_in_a_terminal(tmp_path: Path, again: str) -> None:
    """Each is done again without a terminal, above: here it is about keys, which are the same for all."""
    folder = tmp_path / "session-state"
    data = look(folder)
    with keyboard(folder, "--stale-after", "999999d", "--late-after", "999998d") as keys:
        add_idle_session(folder)
        add_torn_file(folder)
        keys.terminal.wait("issue:99 cannot be read.*1 Sessions 4")
        for name, below in (
            ("release", 0), ("unassign", 0), ("reassign", 0), ("give", 2), ("requeue", 0), ("reassign session", 1),
            ("clean up", 1), ("sign off", 3), ("quarantine", 0),
        ):  # fmt: skip
            panel, _, key, typed, done = ACTIONS[name]
            keys.terminal.press(f"!{panel}g{'j' * below}{key}")
            if key == "a":
                keys.opened("type to filter")
                keys.terminal.press(f"{typed}\r")
                # What nobody has seen yet is not done either.
                keys.terminal.wait(f"→ {typed}")
            keys.done_and_undone(lambda done=done: done(data), twice=again in (name, ""))
        keys.terminal.press("q")  # leave the panel that stands alone
        write(folder)
        keys.terminal.wait("2 Issues 4")
    assert os.path.exists(folder / ".coord")


def test_all_stale_at_once_in_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "session-state"
    data = look(folder)
    with keyboard(folder) as keys:
        keys.terminal.press("X")
        keys.opened()
        keys.terminal.press(" \x1b[B ")
        keys.done_and_undone(lambda: data("session:claude_1") is None and data("session:claude_2") is None)
        assert data("session:claude_3") is not None
