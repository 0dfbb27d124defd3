"""Bad input in the console: what the user sees, that `x` sets a bad file aside, and that nothing else suffers."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coord_core.storage import Act, open_storage
from coord_core.storage.files import FileStorage
from coord_core.storage.lock import StoreLock
from coord_tui.app import CoordApp
from coord_tui.store_desk import StoreDesk
from tests.core.storage.test_file_format import BAD
from tests.core.test_bad_input import PREFIX, W, good, shut, spoil, state
from tests.terminal import Terminal
from tests.torture.children import fork, join, kill
from tests.tui.conftest import Stage
from tests.tui.test_store import FOREVER

ODD = {"\udcff.json": "its name is not valid text", "x\x1b[31my.json": "it is empty", "[red]b.json": "it is empty"}

ASIDE = ("torn", "too large", "pipe", "link", "folder")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return good(tmp_path / "store")


@asynccontextmanager
async def console(store: Path, size: tuple[int, int] = (160, 50)) -> AsyncIterator[Stage]:
    desk = StoreDesk(open_storage(str(store)), FOREVER)
    app = CoordApp(desk)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, desk, pilot, 0.0)  # type: ignore[arg-type]
        await stage.until(lambda: app.board is not None and app.board.documents)
        await stage.settle()
        yield stage
        app.exit()


async def confirm(stage: Stage, key: str) -> None:
    await stage.press(key)
    dialog = await stage.dialog("Confirm")
    if dialog.plan.takes_from:
        await stage.press("shift+tab", *"stuck", "enter", "enter")
    else:
        await stage.press("y")


async def test_every_bad_file_is_a_row_and_a_finding_and_x_sets_it_aside(store: Path) -> None:
    for n, (make, _) in enumerate(BAD.values()):
        make(store / f"{PREFIX}issue__{n + 50}.json")
        (store / "elsewhere.txt").unlink(missing_ok=True)
    for name in ODD:
        (store / name).touch()
    reasons = {f"{PREFIX}issue__{n + 50}.json": reason for n, (_, reason) in enumerate(BAD.values())} | ODD
    before = state(store)
    async with console(store) as stage:
        await stage.until(lambda: len(stage.app.board.unreadable) == len(reasons))  # type: ignore[union-attr]
        await stage.until(lambda: len(stage.app.scene.findings) >= len(reasons))
        told = [each.text for each in stage.app.scene.findings if each.kind == "unreadable_file"]
        assert len(told) == len(reasons)
        assert all("cannot be read: it" in each for each in told)
        await stage.press("6", "6")
        for name, reason in reasons.items():
            row = rf"{re.escape(name.strip(chr(0xDCFF))[-12:])} +unreadable file: [^\n]*{reason}"
            assert re.search(row, stage.text()) or "\x1b" in name, (row, stage.text())
        assert not set(stage.text()) & {"\x1b", "\x07", "\udcff"}
        waiting = {*ODD, *(f"{PREFIX}issue__{[*BAD].index(kind) + 50}.json" for kind in ASIDE)}
        gone = {os.fsencode(name) for name in waiting}
        await stage.press("g")
        while waiting:
            while stage.cursor not in waiting:
                await stage.press("j")
            name = str(stage.cursor)
            waiting.remove(name)
            assert stage.dashboard.target.kind == "file"
            await confirm(stage, "x")
            await stage.until(lambda name=name: not os.path.lexists(store / name))
            await stage.closed()
            assert stage.toasts()[-1].startswith("Set aside ")
            assert stage.toasts()[-1].endswith(". z takes it back.")
            await stage.until(lambda name=name: name not in stage.app.board.unreadable)  # type: ignore[union-attr]
        await stage.press("z")
        await stage.dialog("Confirm")
        await stage.press("y")
        await stage.until(lambda: os.path.lexists(store / name))
        await stage.closed()
    gone.remove(os.fsencode(name))
    assert state(store) == {each: file for each, file in before.items() if each not in gone}


async def test_values_of_the_wrong_type_and_times_of_every_style_are_only_shown(store: Path) -> None:
    places = spoil(store)
    before = state(store)
    async with console(store) as stage:
        for panel in "123456":
            for key in (panel, "enter", "y", "backspace", "G"):
                await stage.press(key)
                assert not set(stage.text()) & {"\x1b", "\x07"}
            await stage.press("escape", "escape")
        assert {each.workspace for each in stage.app.scene.sessions} >= set(places)
    assert state(store) == before


async def test_a_stopped_process_that_holds_the_lock_is_a_refusal(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoreLock.held.__wrapped__, "__defaults__", (0.3,))  # type: ignore[attr-defined]

    def stop(step: str) -> None:
        if step == "read":
            os.kill(os.getpid(), signal.SIGSTOP)

    def claim() -> None:
        FileStorage(store, step=stop).transact(Act("claim"), lambda tx: tx.edit(f"{W}:issue:15").update(n=1))

    child = fork(claim)
    try:
        os.waitpid(child, os.WUNTRACED)
        before = state(store)
        async with console(store) as stage:
            await stage.press("3")
            await confirm(stage, "x")
            await stage.until(stage.toasts)
            await stage.closed()
            assert re.search(rf"held for .*s by pid {child} on .* \(doing claim since", stage.toasts()[-1])
            assert state(store) == before
            os.kill(child, signal.SIGCONT)
            assert join(child) == 0
            await confirm(stage, "x")
            await stage.until(lambda: not (store / f"{PREFIX}locks__db.json").exists())
            await stage.closed()
    except BaseException:
        kill(child)
        raise


async def test_a_full_disk_is_a_refusal(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, raw: bytes, **more: object) -> int:
        raise OSError(28, os.strerror(28), path)

    before = state(store)
    async with console(store) as stage:
        with monkeypatch.context() as patch:
            patch.setattr("coord_core.storage.writing.write_new", full)
            await stage.press("3")
            await confirm(stage, "x")
            await stage.until(stage.toasts)
            await stage.closed()
        assert "not stored, writing failed (No space left on device" in stage.toasts()[-1]
        assert stage.toasts()[-1].endswith("nothing was changed. Make room on that disk and try again")
        assert state(store) == before


async def test_two_workspaces_are_both_shown_and_w_goes_from_one_to_the_next(store: Path) -> None:
    (store / "pc__a__b__locks__other.json").write_text('{"data": {"locked_by": "codex_1"}}')
    (store / "pc__a__b__issue__9.json").write_text("{")
    before = state(store)
    async with console(store) as stage:
        seen = []
        for _ in range(4):
            await stage.press("3")
            locks = {each.rpartition(":")[2] for each in stage.dashboard.sources.locks.keys}
            files = [each.subject for each in stage.app.scene.findings if each.kind == "unreadable_file"]
            seen.append((stage.app.workspace, locks, len(files)))
            await stage.press("w")
        both = (None, {"db", "other"}, 1)
        assert seen == [both, ("laptop:acme/shop", {"db"}, 0), ("pc:a/b", {"other"}, 1), both]
    assert state(store) == before


# As nobody, in a real terminal


@pytest.fixture
def shown() -> Iterator[Path]:
    with shut() as store:
        yield store


HOMELESS = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}


def as_nobody(store: Path, *options: str, env: Mapping[str, str] = HOMELESS) -> Terminal:
    command = [sys.executable, "-m", "tests.unprivileged", "coord-tui", "--store", str(store), *options]
    return Terminal(command, env={**env, "LOGNAME": "kim"})


def test_a_folder_that_may_not_be_read(shown: Path) -> None:
    shown.chmod(0)
    with as_nobody(shown) as terminal:
        terminal.wait(r"Cannot read\s.*Permission denied; nothing was changed", 30)
        assert "This view comes alive by itself" in terminal.text
        shown.chmod(0o555)
        terminal.wait("1 Sessions 1")
        shown.chmod(0)
        terminal.wait("NOT UPDATING since")
        terminal.press("q")
        assert terminal.join() == 0
        assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("options", [(), ("--read-only",)], ids=["writing", "read-only"])
def test_a_folder_that_may_not_be_written(shown: Path, options: tuple[str, ...]) -> None:
    before = state(shown)
    with as_nobody(shown, *options) as terminal:
        terminal.wait("1 Sessions 1", 60)
        terminal.settle()
        terminal.press("3", "x")
        assert "config.toml" not in terminal.text
        if options:
            assert "READ-ONLY" in terminal.text and "Cancel" not in terminal.text
        else:
            terminal.wait("Cancel")
            terminal.press("y")
            terminal.wait("not stored.*You may not write there")
        terminal.press("q")
        assert terminal.join() == 0
        assert b"Traceback" not in terminal.raw
    assert state(shown) == before
    assert not (shown / ".coord").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_settings_that_may_not_be_looked_at_are_told_and_stop_nothing(shown: Path) -> None:
    home = shown.with_name("roots")
    home.mkdir(mode=0o700)
    with as_nobody(shown, env={"XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home)}) as terminal:
        terminal.wait("1 Sessions 1")
        terminal.wait(r"config\.toml: cannot be read \(Permission denied\)")
        terminal.press("\x1b", "q")
        assert terminal.join() == 0
        assert b"Traceback" not in terminal.raw
