"""A journal that cannot be read is said to be so, and hides no document."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coord_core.actions import supervisor
from coord_core.actions.view import take_board
from coord_core.errors import StorageError
from coord_core.storage import Act, open_storage


def a_link(segment: Path) -> None:
    segment.rename(segment.with_name("elsewhere"))
    segment.symlink_to("elsewhere")


def a_folder(segment: Path) -> None:
    segment.unlink()
    segment.mkdir()


def a_journal_that_is_a_link(segment: Path) -> None:
    shutil.rmtree(segment.parent)
    segment.parent.symlink_to(segment.parent)


@pytest.mark.parametrize("spoil", [a_link, a_folder, a_journal_that_is_a_link])
def test_what_is_no_journal_is_an_error_with_its_place(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    storage = open_storage(str(tmp_path))
    storage.transact(Act("test", {"supervisor": "kim"}), lambda tx: tx.edit("issue:1").update(x=1))
    (segment,) = (tmp_path / ".coord" / "journal").iterdir()
    before = (tmp_path / "issue__1.json").read_bytes()
    spoil(segment)
    storage = open_storage(str(tmp_path))
    board = take_board(storage, time.time())
    assert set(board.documents) == {"issue:1"}
    for attempt in (
        lambda: list(storage.lines()),
        lambda: list(storage.lines_back()),
        lambda: supervisor.plan_undo(storage, board, who="kim"),
        lambda: storage.transact(Act("test"), lambda tx: tx.edit("issue:1").update(x=2)),
    ):
        with pytest.raises(StorageError, match="journal"):
            attempt()
    assert (tmp_path / "issue__1.json").read_bytes() == before


def test_a_pipe_for_a_segment_holds_nobody_up(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    storage.transact(Act("test"), lambda tx: tx.edit("issue:1").update(x=1))
    (segment,) = (tmp_path / ".coord" / "journal").iterdir()
    segment.unlink()
    os.mkfifo(segment)
    storage = open_storage(str(tmp_path))
    assert list(storage.lines()) == list(storage.lines_back()) == []
    assert storage.load().documents.keys() == {"issue:1"}
