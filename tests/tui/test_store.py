from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coord_core.errors import NothingToUndo
from coord_core.state.liveness import Limits
from coord_core.storage import Act, open_storage
from coord_tui.app import CoordApp
from coord_tui.store_desk import StoreDesk
from tests.core import samples
from tests.tui.conftest import Stage

FOREVER = Limits(
    late=10**10, stale=10**11, idle=10**11, queue_wait=10**11, task=10**11, lock_wait=10**11, handoff=10**11
)


def fill(folder: Path) -> None:
    shutil.copytree(samples.REFERENCE, folder)


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[tuple[Stage, Path]]:
    folder = tmp_path / "repo" / ".claude" / "session-state"
    desk = StoreDesk(open_storage(str(folder)), FOREVER)
    app = CoordApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        yield Stage(app, desk, pilot, 0.0), folder  # type: ignore[arg-type]
        app.exit()


async def test_it_waits_for_its_folder_lives_through_its_loss_and_goes_on(live: tuple[Stage, Path]) -> None:
    stage, folder = live
    await stage.until(lambda: "comes alive by itself" in stage.text())
    assert "No store at" in stage.text()
    # Time passes: what is wrong stays said.
    first = stage.app.board
    await stage.until(lambda: stage.app.board is not first)
    assert "No store at" in stage.text()
    folder.mkdir(parents=True)
    await stage.until(lambda: "Nobody has signed on yet." in stage.text())
    folder.rmdir()
    # Where the line wraps hangs on how long the folder's name is.
    await stage.until(lambda: "was taken away" in " ".join(stage.text().split()))
    fill(folder)
    await stage.until(lambda: "1 Sessions 3" in stage.text())
    away = folder.with_name("away")
    folder.rename(away)
    await stage.until(lambda: "NOT UPDATING since" in stage.text())
    assert "database_migration" in stage.text()
    assert (stage.app.board.problem if stage.app.board else "").endswith(
        "was taken away (moved or deleted); it is shown again when it is back"
    )
    away.rename(folder)
    await stage.until(lambda: "NOT UPDATING" not in stage.text())
    await stage.pilot.press("R")
    await stage.until(lambda: "Everything was read again." in stage.toasts())


async def test_release_undo_redo_on_files(live: tuple[Stage, Path]) -> None:
    stage, folder = live
    fill(folder)
    lock = folder / "laptop__BANCS-Norway__my-repo__locks__database_migration.json"
    await stage.until(lambda: "1 Sessions 3" in stage.text())
    await stage.press("3", "x")
    dialog = await stage.dialog("Confirm")
    assert "locks:database_migration  deleted" in stage.text()
    if dialog.plan.takes_from:
        await stage.press("shift+tab", *"stuck", "enter", "enter")
    else:
        await stage.press("y")
    await stage.until(lambda: not lock.exists())
    await stage.closed()
    assert stage.toasts()[-1].endswith(". z takes it back.")
    assert "undo" not in stage.toasts()[-1]
    await stage.until(lambda: "No lock is held." in stage.text())
    await stage.press("z")
    await stage.dialog("Confirm")
    await stage.press("y")
    await stage.until(lock.exists)
    await stage.closed()
    assert json.loads(lock.read_text())["data"]["locked_by"] == "claude_1"
    await stage.press("Z")
    await stage.dialog("Confirm")
    await stage.press("shift+tab", *"again", "enter", "enter")
    await stage.until(lambda: not lock.exists())
    await stage.closed()


async def test_undo_takes_back_what_was_done_in_the_workspace_that_is_asked_for(tmp_path: Path) -> None:
    desk = StoreDesk(open_storage(str(tmp_path)))
    shop, tools = "laptop:acme/shop", "laptop:acme/tools"
    for workspace in (shop, tools):
        scope = f"{workspace}:locks:a"
        desk.storage.transact(Act("lock", {}), lambda tx, scope=scope: tx.edit(scope).update(locked_by="x"))
    await anext(desk.boards())
    for workspace in (shop, tools):
        desk.apply(desk.plan("release_lock", {"scope": f"{workspace}:locks:a"}), "")
    assert [desk.undo_plan(each).workspace for each in (shop, tools, None)] == [shop, tools, tools]
    desk.apply(desk.undo_plan(shop), "")
    assert desk.redo_plan(shop).workspace == shop
    with pytest.raises(NothingToUndo, match="in laptop:acme/tools"):
        desk.redo_plan(tools)


async def test_a_torn_file_is_one_row_and_can_be_set_aside(live: tuple[Stage, Path]) -> None:
    stage, folder = live
    fill(folder)
    torn = folder / "laptop__BANCS-Norway__my-repo__issue__99.json"
    torn.write_text('{"data": {"claimed_by": "cl')
    os.utime(torn, (1, 1))
    await stage.until(lambda: "1 Sessions 3" in stage.text())
    await stage.press("6")
    await stage.until(lambda: "unreadable file" in stage.text())
    assert stage.dashboard.target.kind == "file"
    await stage.press("x")
    await stage.dialog("Confirm")
    await stage.press("y")
    await stage.until(lambda: not torn.exists())
    await stage.closed()


async def test_somebody_else_is_first(live: tuple[Stage, Path]) -> None:
    stage, folder = live
    fill(folder)
    lock = folder / "laptop__BANCS-Norway__my-repo__locks__database_migration.json"
    await stage.until(lambda: "1 Sessions 3" in stage.text())
    await stage.press("3", "x")
    dialog = await stage.dialog("Confirm")
    text = lock.read_text().replace('"claude_1"', '"claude_3"')
    lock.write_text(text)
    if dialog.plan.takes_from:
        await stage.press("shift+tab", *"stuck", "enter", "enter")
    else:
        await stage.press("y")
    await stage.dialog("Moved")
    assert "You saw   claude_1" in stage.text()
    assert "Now       claude_3" in stage.text()
    assert lock.read_text() == text
    await stage.press("escape")
    await stage.closed()


async def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("")
    desk = StoreDesk(open_storage(str(tmp_path / "notes")), FOREVER)
    async with CoordApp(desk).run_test(size=(160, 36)) as pilot:
        stage = Stage(pilot.app, desk, pilot, 0.0)  # type: ignore[arg-type]
        await stage.until(lambda: "it is a file, not a folder" in stage.text())
        pilot.app.exit()
