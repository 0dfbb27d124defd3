from __future__ import annotations

from dataclasses import replace

import pytest

from coord_core.state.board import Board
from coord_tui.columns import fit
from coord_tui.display import lay, plain
from coord_tui.rows.workspaces import short_names
from tests.core import samples
from tests.tui import boards
from tests.tui.conftest import Staging

OURS, THEIRS = "laptop:BANCS-Norway/my-repo", "laptop:acme/shop"


def twice() -> Board:
    """The reference's store, and all of it once more for another project, long after everybody fell silent."""
    batch = samples.reference_batch()
    documents = {scope.replace(OURS, THEIRS): replace(each, scope=scope.replace(OURS, THEIRS))
                 for scope, each in batch.documents.items() if each}  # fmt: skip
    now = samples.REFERENCE_NOW + 7200
    return Board(now).update(replace(batch, documents={**batch.documents, **documents}), now=now)


async def test_two_workspaces_with_the_same_names_can_be_told_apart(stage: Staging) -> None:
    board = twice()
    async with stage(board, size=(120, 44), now=board.now) as s:
        scene = s.dashboard.sources.scene
        assert scene.short == {"laptop:acme/shop": "shop", "laptop:BANCS-Norway/my-repo": "my-repo"}
        for panel in ("needs", "sessions", "issues", "locks", "work", "events"):
            source = s.dashboard.sources.of(panel)
            widths = fit(source.columns, 60)
            shown = [str([plain(lay(c, w)) for c, w in zip(source.cells(k, s.now), widths, strict=True)])
                     for k in source.keys]  # fmt: skip
            assert len(set(shown)) == len(shown) >= 2, panel
        await s.press("X")
        await s.dialog("CleanUp")
        assert "shop/claude_1" in s.text()
        assert "my-repo/claude_1" in s.text()


async def test_dialogs_say_where_while_several_workspaces_are_shown(stage: Staging) -> None:
    two = boards.busy(workspaces=(boards.SHOP, "laptop:acme/tools"))
    async with stage(two) as s:
        for key, dialog, title in (("x", "Confirm", "shop: "), ("a", "Reassign", "shop: Give ")):
            await s.press("n", key)
            await s.dialog(dialog)
            assert title in s.text()
            await s.press("escape")
            await s.closed()
        await s.press("w", "n", "x")
        await s.dialog("Confirm")
        assert "shop: " not in s.text()


async def test_documents_without_a_workspace_make_no_second_one(stage: Staging) -> None:
    async with stage(boards.busy(workspaces=("", boards.SHOP))) as s:
        assert "acme/shop on laptop" in s.text()
        assert "shop/" not in s.text().replace("acme/shop", "")
        await s.press("w")
        assert s.toasts() == ["There is only one workspace here."]


@pytest.mark.parametrize(
    ("workspaces", "short"),
    [
        (["laptop:acme/shop", "laptop:b/my-repo"], ["shop", "my-repo"]),
        (["laptop:acme/shop", "laptop:beta/shop"], ["acme/sh…", "beta/sh…"]),
        (["a:acme/shop", "b:acme/shop"], ["a:acme/…", "b:acme/…"]),
        (["m:x/customer-portal", "m:x/customer-api"], ["cus…rtal", "cus…-api"]),
        (["m:x/customer-1-portal", "m:x/customer-2-portal"], ["customer-1-portal", "customer-2-portal"]),
        (["m:x/\x1b[2J", "m:y/z"], ["␛[2J", "z"]),
    ],
)
def test_short_names_keep_workspaces_apart(workspaces: list[str], short: list[str]) -> None:
    assert list(short_names(workspaces).values()) == short
