"""Another program acts between any two steps of a transaction, with and without a crash there.

Whatever it does, nothing is resurrected, repeated, bricked or silently dropped. A cell is kind of transaction × step ×
foreign act × crash; the test prints how many it ran.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coord_core.documents import ABSENT, Change
from coord_core.errors import UnreadableDocument
from coord_core.storage import Act, Transaction, settling
from coord_core.storage import folder as folder_module
from coord_core.storage.changes import apply, edit_to_json, same
from coord_core.storage.files import STEPS, FileStorage
from coord_core.storage.writing import NOTE
from tests.core.storage import reference

A, B = "issue:15", "locks:db"
FILES = {A: "issue__15.json", B: "locks__db.json"}
START = {
    A: {"claimed_by": "claude_4", "log": ["one"], "tasks": [{"id": 7, "status": "claimed"}]},
    B: {"locked_by": "me"},
}


TORN, NOTHING_HAPPENED = "torn", "nothing happened"


class Crash(BaseException):
    """The process ends here."""


Body = Callable[[Transaction], None]


def change(tx: Transaction) -> None:
    tx.edit(A)["claimed_by"] = "claude_9"


def append(tx: Transaction) -> None:
    tx.edit(A)["log"].append("ours")


def task(tx: Transaction) -> None:
    tx.edit(A)["tasks"][0]["status"] = "pending"


def delete(tx: Transaction) -> None:
    tx.delete(A)


def several(tx: Transaction) -> None:
    tx.edit(A)["claimed_by"] = "claude_9"
    tx.delete(B)


def create(tx: Transaction) -> None:
    tx.edit(A)["ours"] = 1


KINDS: dict[str, Body] = {
    "change": change, "append": append, "task": task, "delete": delete, "several": several, "create": create,
}  # fmt: skip


def other_key(path: Path) -> None:
    reference.store(path, "theirs", 1)


def same_key(path: Path) -> None:
    reference.store(path, "claimed_by", "claude_8")


def same_size_same_time(path: Path) -> None:
    """Rewrite within one tick of the clock: size and inode stay, and the time perhaps."""
    info = path.stat() if path.exists() else None
    reference.store(path, "claimed_by", "claude_5")
    if info:
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def recreate(path: Path) -> None:
    path.unlink(missing_ok=True)
    reference.store(path, "claimed_by", "claude_4")


def replace(path: Path) -> None:
    fresh = path.with_suffix(".other")
    fresh.write_text(json.dumps({"data": {"claimed_by": "claude_4", "log": ["two"]}}))
    os.replace(fresh, path)


def tear(path: Path) -> None:
    path.write_text('{"data": {"claimed_')


def touch(path: Path) -> None:
    if path.exists():
        os.utime(path)


FOREIGN = {f.__name__: f for f in (other_key, same_key, same_size_same_time, remove, recreate, replace, tear, touch)}


def cells() -> list[tuple[str, str, str, bool]]:
    return [
        (kind, step, act, crash)
        for kind in KINDS
        for step in STEPS[:-1]
        for act in FOREIGN
        for crash in (False, True)
    ]  # fmt: skip


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "PATIENCE_S", 0.0)


def prepare(folder: Path, kind: str) -> None:
    for scope, data in START.items():
        if not (kind == "create" and scope == A):
            for key, value in data.items():
                reference.store(folder / FILES[scope], key, value)


def run(folder: Path, kind: str, step: str, act: str, crash: bool) -> tuple[Any, bool]:
    """Run one cell; return what the foreign program left (NOTHING_HAPPENED if it never acted), and whether we did."""
    left: list[Any] = []

    def strike() -> None:
        FOREIGN[act](folder / FILES[A])
        left.append(data_at(folder / FILES[A]))

    def interfere(name: str) -> None:
        if name == step and not left:
            if crash:
                raise Crash
            strike()

    acknowledged = False
    try:
        acknowledged = FileStorage(folder, step=interfere).transact(Act(kind), KINDS[kind]).line is not None
    except Crash:
        strike()
    except (UnreadableDocument, KeyError, IndexError):
        pass  # the foreign program left nothing that this kind could work on
    return (left[0] if left else NOTHING_HAPPENED), acknowledged


def data_at(path: Path) -> Any:
    try:
        return reference.data(path)
    except ValueError:
        return TORN


def stands_already(edit: Change, found: Any) -> bool:
    return found is edit.new or (found is not ABSENT and edit.new is not ABSENT and same(found, edit.new))


def expect(left: Any, edits: Any, step: str, *, had_a_document: bool, deletes: bool) -> tuple[Any, list[Any]]:
    """Return what the document must be, and the edits that must be noted as not applied, after a committed line."""
    if STEPS.index(step) >= STEPS.index("swapped"):
        return left, []  # their act came after ours
    if left == TORN:
        return TORN, list(edits)
    if left is None and had_a_document:
        return None, [] if deletes else list(edits)
    data = left or {}
    failed = [
        edit
        for edit, found in apply(data, list(edits))
        if not (
            isinstance(edit, Change)
            and (found is edit.new or (ABSENT not in (found, edit.new) and same(found, edit.new)))
        )
    ]
    return data or None, failed


def judge(folder: Path, kind: str, step: str, act: str, left: Any, acknowledged: bool) -> None:
    """Recover, and hold what is there against what must be."""
    storage = FileStorage(folder)
    storage.transact(Act("probe"), lambda tx: tx.edit("project:probe").update(n=tx.seq))  # never bricked
    now = data_at(folder / FILES[A])
    lines = [line for line in storage.lines() if line.action == kind]
    notes = [entry for line in storage.lines() if line.action == NOTE for entry in line.unapplied]
    assert len(lines) <= 1, "committed twice"
    assert not acknowledged or lines, "acknowledged, but not in the journal"
    assert not os.listdir(folder / ".coord" / "tmp"), "temporaries stay"
    if left == NOTHING_HAPPENED:
        assert lines
        return
    if not lines:
        assert same(now, left), f"not committed, yet {left} became {now}"
        return
    edits = lines[0].changes.get(A, ())
    # Up to the check, what they left is what we read.
    had_a_document = left is not None if STEPS.index(step) < STEPS.index("checked") else kind != "create"
    expected, failed = expect(left, edits, step, had_a_document=had_a_document, deletes=kind == "delete")
    assert same(now, expected), f"{expected} expected, {now} found"
    noted = [edit for note in notes for edit in note["changes"].get(A, ())]
    assert same(noted, json.loads(json.dumps([edit_to_json(edit) for edit in failed]))), (
        f"{failed} to note, {noted} noted"
    )


def wrong_cells(root: Path) -> tuple[int, list[tuple[str, str]]]:
    """Run the matrix; return how many cells it has, and of each that went wrong its step and what was wrong."""
    wrong = []
    for number, (kind, step, act, crash) in enumerate(cells()):
        folder = root / f"{number}"
        folder.mkdir()
        prepare(folder, kind)
        try:
            left, acknowledged = run(folder, kind, step, act, crash)
            judge(folder, kind, step, act, left, acknowledged)
        except AssertionError as error:
            wrong.append((step, f"{kind} × {step} × {act} × {'crash' if crash else 'goes on'}: {error}"))
    return len(cells()), wrong


def test_the_matrix(tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    ran, wrong = wrong_cells(tmp_path)
    with capsys.disabled():
        size = f"{len(KINDS)} kinds × {len(STEPS) - 1} steps × {len(FOREIGN)} acts × crash or not"
        print(f"\nforeign matrix: {ran} cells ({size}), {len(wrong)} wrong")
    assert not wrong, "\n".join(what for _, what in wrong[:40])


def test_a_blind_rename_fails_the_matrix(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mutant: what everybody writes first."""

    def rename_blindly(self: settling.Part, *_: object) -> bool:
        with contextlib.suppress(FileNotFoundError):
            self.step("swap")
            os.unlink(self.path) if self.goes else None
            os.unlink(self.temporary) if self.goes else os.replace(self.temporary, self.path)
            self.step("swapped")
        return True

    monkeypatch.setattr(settling.Part, "settle", rename_blindly)
    monkeypatch.setattr(settling.Part, "settle_quickly", rename_blindly)
    ran, wrong = wrong_cells(tmp_path)
    with capsys.disabled():
        print(f"\nthe same with blind renames: {len(wrong)} of {ran} cells wrong")
    assert len(wrong) > 50


def test_a_system_that_cannot_swap_leaves_only_one_window(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_rename_call", lambda: None)
    _, wrong = wrong_cells(tmp_path)
    assert {step for step, _ in wrong} <= {"swap"}, "\n".join(what for step, what in wrong if step != "swap")
