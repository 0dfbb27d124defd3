"""Another program acts between any two steps of a transaction, with and without a crash there.

Whatever it does, nothing is resurrected, repeated, bricked or silently dropped. A cell is kind of transaction ×
document that is struck × step × foreign act × crash; the test prints how many it ran.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coord_core.documents import ABSENT, Change
from coord_core.errors import NotFound, StaleView, UnreadableDocument
from coord_core.storage import Act, Transaction, settling
from coord_core.storage import folder as folder_module
from coord_core.storage.changes import apply, edit_to_json, invert, same
from coord_core.storage.files import STEPS, FileStorage
from coord_core.storage.writing import NOTE
from tests.core.storage import reference

A, B = "issue:15", "locks:db"
FILES = {A: "issue__15.json", B: "locks__db.json"}
START = {
    A: {"claimed_by": "claude_4", "log": ["one"], "tasks": [{"id": 7, "status": "claimed"}]},
    B: {"locked_by": "me"},
}


KEYS = {FILES[A]: ("claimed_by", "claude_4", "claude_5", "claude_8"), FILES[B]: ("locked_by", "me", "us", "them")}
"""By file: a key, what it holds at first, another value of that size, and one of any."""

TORN, NOTHING_HAPPENED = "torn", "nothing happened"
TORN_AT_FIRST = '{"data": {"cl'


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


def undo(tx: Transaction) -> None:
    tx.apply({A: invert([Change((key,), value, ABSENT) for key, value in START[A].items()])})


BODIES: dict[str, Body] = {
    "change": change, "append": append, "task": task, "delete": delete, "several": several, "create": create,
    "not durable": change, "undo": undo,
}  # fmt: skip
KINDS = (*BODIES, "quarantine")
WITHOUT_A = ("create", "undo")


def store(path: Path, key: str, value: Any) -> None:
    """Write a key in place; a file in pieces is written anew."""
    with contextlib.suppress(ValueError):
        return reference.store(path, key, value)
    path.write_text(json.dumps({"data": {key: value}, "metadata": {}}))


def other_key(path: Path) -> None:
    store(path, "theirs", 1)


def same_key(path: Path) -> None:
    key, _, _, other = KEYS[path.name]
    store(path, key, other)


def same_size_same_time(path: Path) -> None:
    """Rewrite within one tick of the clock: size and inode stay, and the time perhaps."""
    info = path.stat() if path.exists() else None
    key, _, other, _ = KEYS[path.name]
    store(path, key, other)
    if info:
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def recreate(path: Path) -> None:
    path.unlink(missing_ok=True)
    key, first, _, _ = KEYS[path.name]
    store(path, key, first)


def replace(path: Path) -> None:
    key, first, _, _ = KEYS[path.name]
    fresh = path.with_suffix(".other")
    fresh.write_text(json.dumps({"data": {key: first, "log": ["two"]}}))
    os.replace(fresh, path)


def tear(path: Path) -> None:
    path.write_text('{"data": {"claimed_')


def touch(path: Path) -> None:
    if path.exists():
        os.utime(path)


FOREIGN = {f.__name__: f for f in (other_key, same_key, same_size_same_time, remove, recreate, replace, tear, touch)}


class Cell(NamedTuple):
    """One case; step: its name, and for the second document's `swap` and `swapped` a 2 behind it."""

    kind: str
    struck: str
    step: str
    act: str
    crash: bool

    def __str__(self) -> str:
        kind, struck, step, act, crash = self
        return f"{kind} × {struck} × {step} × {act} × {'crash' if crash else 'goes on'}"

    @property
    def own_swap(self) -> str:
        """The step at which the document that is struck is swapped."""
        return "swap 2" if self.struck == B else "swap"

    def reached(self, step: str) -> bool:
        """Say whether the foreign act comes at a step or after it."""
        return steps(self.kind).index(self.step) >= steps(self.kind).index(step)


def steps(kind: str) -> list[str]:
    skipped = ("read", "checked") if kind == "quarantine" else ()
    found = [step for step in STEPS[:-1] if step not in skipped]
    if kind == "several":
        found[-1:-1] = ["swap 2", "swapped 2"]
    return found


def cells() -> list[Cell]:
    return [
        Cell(kind, struck, step, act, crash)
        for kind in KINDS
        for struck in ((A, B) if kind == "several" else (A,))
        for step in steps(kind)
        for act in FOREIGN
        for crash in (False, True)
    ]


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in memory: it is about what is done between two steps, thousands of times, not about a disk."""
    return tmp_path_factory.mktemp("matrix")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "PATIENCE_S", 0.0)


def prepare(folder: Path, kind: str) -> None:
    for scope, data in START.items():
        if not (kind == "create" and scope == A):
            for key, value in data.items():
                reference.store(folder / FILES[scope], key, value)
    if kind == "undo":
        FileStorage(folder).transact(Act("before"), delete)
    if kind == "quarantine":
        (folder / FILES[A]).write_text(TORN_AT_FIRST)


def act_once(storage: FileStorage, kind: str) -> bool:
    """Run a transaction of a kind; return whether it was acknowledged."""
    if kind == "quarantine":
        return bool(storage.quarantine(FILES[A], Act(kind)))
    undoes = next(storage.lines()).seq if kind == "undo" else None
    act = Act(kind, undoes=undoes, durable=kind != "not durable")
    return storage.transact(act, BODIES[kind]).line is not None


def run(folder: Path, cell: Cell) -> tuple[Any, bool]:
    """Run one cell; return what the foreign program left (NOTHING_HAPPENED if it never acted), and whether we did."""
    left: list[Any] = []
    passed: Counter[str] = Counter()
    path = folder / FILES[cell.struck]

    def strike() -> None:
        FOREIGN[cell.act](path)
        left.append(text_at(path) if cell.kind == "quarantine" else data_at(path))

    def interfere(name: str) -> None:
        passed[name] += 1
        if cell.step in (name, f"{name} {passed[name]}") and not left:
            if cell.crash:
                raise Crash
            strike()

    acknowledged = False
    try:
        acknowledged = act_once(FileStorage(folder, step=interfere), cell.kind)
    except Crash:
        strike()
    except (UnreadableDocument, StaleView, NotFound, KeyError, IndexError):
        pass  # the foreign program left nothing that this kind could work on
    return (left[0] if left else NOTHING_HAPPENED), acknowledged


def text_at(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def data_at(path: Path) -> Any:
    try:
        return reference.data(path)
    except ValueError:
        return TORN


def stands_already(edit: Change, found: Any) -> bool:
    return found is edit.new or (found is not ABSENT and edit.new is not ABSENT and same(found, edit.new))


def expect(left: Any, edits: Any, *, late: bool, had_a_document: bool, deletes: bool) -> tuple[Any, list[Any]]:
    """Return what the document must be, and the edits that must be noted as not applied, after a committed line.

    late: their act came after ours.
    """
    if late:
        return left, []
    if left == TORN:
        return TORN, list(edits)
    if left is None and had_a_document:
        return None, [] if deletes else list(edits)
    data = left or {}
    failed = [
        edit
        for edit, found in apply(data, list(edits))
        if not (isinstance(edit, Change) and stands_already(edit, found))
    ]
    return data or None, failed


def judge(folder: Path, cell: Cell, left: Any, acknowledged: bool) -> None:
    """Recover, and hold what is there against what must be."""
    storage = FileStorage(folder)
    storage.transact(Act("probe"), lambda tx: tx.edit("project:probe").update(n=tx.seq))  # never bricked
    lines = [line for line in storage.lines() if line.action == cell.kind]
    notes = [entry for line in storage.lines() if line.action == NOTE for entry in line.unapplied]
    assert len(lines) <= 1, "committed twice"
    assert not acknowledged or lines, "acknowledged, but not in the journal"
    assert not os.listdir(folder / ".coord" / "tmp"), "temporaries stay"
    assert left != NOTHING_HAPPENED, "no such step"
    if cell.kind == "quarantine":
        judge_quarantine(folder, cell, left, bool(lines), notes)
        return
    now = data_at(folder / FILES[cell.struck])
    bystander = B if cell.struck == A else A
    alone = data_after(START[bystander], lines[0].changes.get(bystander, ()) if lines else ())
    assert same(data_at(folder / FILES[bystander]), alone), f"{bystander} is not {alone}"
    if not lines:
        assert same(now, left), f"not committed, yet {left} became {now}"
        return
    edits = lines[0].changes.get(cell.struck, ())
    # Up to the check, what they left is what we read.
    had_a_document = cell.kind not in WITHOUT_A if cell.reached("checked") else left is not None
    expected, failed = expect(
        left,
        edits,
        late=cell.reached(cell.own_swap.replace("swap", "swapped")),
        had_a_document=had_a_document,
        deletes=cell.kind == "delete" or cell.struck == B,
    )
    assert same(now, expected), f"{expected} expected, {now} found"
    noted = [edit for note in notes for edit in note["changes"].get(cell.struck, ())]
    assert same(noted, json.loads(json.dumps([edit_to_json(edit) for edit in failed]))), (
        f"{failed} to note, {noted} noted"
    )


def data_after(data: Any, edits: Any) -> Any:
    """Return what a document that nobody else touched holds after these edits, None if it is gone."""
    data = json.loads(json.dumps(data))
    assert not apply(data, list(edits))
    return data or None


def judge_quarantine(folder: Path, cell: Cell, left: str | None, committed: bool, notes: list[Any]) -> None:
    """The file is aside as it was decided on, or in its place as they left it, and then that is noted."""
    aside = [path.read_text() for path in (folder / ".coord" / "quarantine").glob("*")]
    decided = TORN_AT_FIRST if cell.reached("written") else left
    applied = committed and (cell.reached("swapped") or left == decided)
    expected = left if cell.reached("swapped") or not applied else None
    assert text_at(folder / FILES[A]) == expected, f"{expected} expected, {text_at(folder / FILES[A])} found"
    assert aside == ([decided] if applied else []), f"{aside} is aside"
    assert bool(notes) == (committed and not applied), f"{notes} noted"


def wrong_cells(root: Path, most: int | None = None) -> list[tuple[Cell, str]]:
    """Run the matrix; return the cells that went wrong with what was wrong. most: how many are enough."""
    wrong: list[tuple[Cell, str]] = []
    for number, cell in enumerate(cells()):
        if most is not None and len(wrong) >= most:
            break
        folder = root / f"{number}"
        folder.mkdir()
        prepare(folder, cell.kind)
        try:
            left, acknowledged = run(folder, cell)
            judge(folder, cell, left, acknowledged)
        except AssertionError as error:
            wrong.append((cell, f"{cell}: {error}"))
    return wrong


def test_the_matrix(tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = wrong_cells(tmp_path)
    kinds = Counter(cell.kind for cell in cells())
    with capsys.disabled():
        print(f"\nforeign matrix: {kinds.total()} cells, {len(wrong)} wrong; {dict(kinds)}")
    assert not wrong, "\n".join(what for _, what in wrong[:40])


def test_a_blind_rename_fails_the_matrix(tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert len(wrong_cells(tmp_path, most=50)) == 50


def test_a_system_that_cannot_swap_leaves_only_one_window(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_rename_call", lambda: None)
    wrong = wrong_cells(tmp_path)
    other = [what for cell, what in wrong if cell.step != cell.own_swap]
    assert not other, "\n".join(other)
