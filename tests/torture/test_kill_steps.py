"""A kill at every named step, at each of its occurrences, of every kind of transaction; and again in the recovery."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from coord_core.storage import Act, Transaction
from coord_core.storage.files import STEPS, FileStorage
from tests.core.storage import reference
from tests.torture.children import fork, join, kill, on_disk, prove_whole, recover

A, B, C = "issue:15", "locks:db", "project:queue"
START: dict[str, dict[str, Any]] = {A: {"claimed_by": "claude_4", "log": ["one"]}, B: {"locked_by": "me"}}
TORN = '{"data": {"claimed_'
STRUCK = "checked"
"""The step at which another program writes."""
Work = Callable[[FileStorage], object]


def transact(body: Callable[[Transaction], object], *, durable: bool = True) -> Work:
    return lambda storage: storage.transact(Act("work", durable=durable), body)


def several(tx: Transaction) -> None:
    tx.edit(A)["claimed_by"] = "claude_9"
    tx.edit(A)["log"].append("two")
    tx.delete(B)
    tx.edit(C)["tasks"] = [{"id": 1}]


def several_deleted(tx: Transaction) -> None:
    tx.delete(A)
    tx.delete(B)


WORKS: dict[str, Work] = {
    "change": transact(lambda tx: tx.edit(A).update(claimed_by="claude_9")),
    "create": transact(lambda tx: tx.edit(C).update(tasks=[])),
    "delete": transact(lambda tx: tx.delete(A)),
    "several": transact(several),
    "several deleted": transact(several_deleted),
    "not durable": transact(several, durable=False),
    "quarantine": lambda storage: storage.quarantine("torn.json", Act("work")),
    "restore": lambda storage: storage.restore(next(storage.lines_back()), Act("work")),
}


def prepare(folder: Path, kind: str) -> None:
    storage = FileStorage(folder)
    storage.transact(Act("start"), lambda tx: [tx.edit(scope).update(data) for scope, data in START.items()])
    if kind in ("quarantine", "restore"):
        (folder / "torn.json").write_text(TORN)
    if kind == "restore":
        storage.quarantine("torn.json", Act("before"))


def snapshot(folder: Path) -> dict[str, str]:
    """Return what stands in the store and in quarantine: data of documents, text of others."""
    found = {}
    for path in [*folder.glob("*.json"), *folder.glob(".coord/quarantine/*")]:
        text = path.read_text()
        name = "aside" if path.parent != folder else path.name
        found[name] = text if text == TORN else json.dumps(json.loads(text)["data"])
    return found


def strike(folder: Path) -> None:
    """Write as another program does."""
    reference.store(folder / "issue__15.json", "theirs", 1)


def struck(before: dict[str, str]) -> dict[str, str]:
    """Return what stands when the other program alone has written."""
    theirs = json.loads(before["issue__15.json"]) | {"theirs": 1}
    return before | {"issue__15.json": json.dumps(theirs)}


def run(folder: Path, work: Work, step: str, occurrence: int, foreign: bool) -> bool:
    """Run `work` in a child that ends at an occurrence of a step; return whether it came that far."""

    def child() -> None:
        passed: Counter[str] = Counter()

        def hook(name: str) -> None:
            passed[name] += 1
            if foreign and name == STRUCK:
                strike(folder)
            if name == step and passed[name] == occurrence:
                kill(os.getpid())

        work(FileStorage(folder, step=hook))

    status = join(fork(child))
    assert status in (0, -9)
    return status == -9


def outcomes(root: Path, kind: str, foreign: bool) -> list[dict[str, str]]:
    """Return what stands before the work and after it, when nobody is killed."""
    folder = root / f"{kind} {foreign} undisturbed"
    prepare(folder, kind)
    before = snapshot(folder)
    run(folder, WORKS[kind], "", 0, foreign)
    return [before, snapshot(folder)]


def judge(folder: Path, step: str, before: dict[str, str], after: dict[str, str], *, foreign: bool) -> str:
    """Recover from a kill at a step, and hold what is there against what must be."""
    left = {path: path.read_bytes() for path in folder.glob("*.json")}
    storage = recover(folder)
    committed = any(line.action == "work" for line in storage.lines())
    found = snapshot(folder)
    if committed:
        assert found == after, "committed, but not whole"
    else:
        expected = struck(before) if foreign and step == STRUCK else before
        assert found == expected, "not committed, but something happened"
        assert {path: path.read_bytes() for path in folder.glob("*.json")} == left, "not committed, but rewritten"
    if "torn.json" not in found and not foreign:
        prove_whole(storage)
    storage.transact(Act("next"), lambda tx: tx.edit("project:next").update(n=tx.seq))
    if "torn.json" not in found:
        on_disk(storage)
    return "whole" if committed else "not at all"


@pytest.mark.parametrize("foreign", [False, True], ids=["alone", "with a foreign edit"])
def test_a_kill_at_every_step(tmp_path: Path, foreign: bool, capsys: pytest.CaptureFixture[str]) -> None:
    kills: Counter[str] = Counter()
    outcome: Counter[str] = Counter()
    for kind, work in WORKS.items():
        before, after = outcomes(tmp_path, kind, foreign)
        for step in STEPS:
            for occurrence in range(1, 6):
                folder = tmp_path / f"{kind} {step} {occurrence} {foreign}"
                prepare(folder, kind)
                if not run(folder, work, step, occurrence, foreign):
                    break
                kills[step] += 1
                outcome[judge(folder, step, before, after, foreign=foreign)] += 1
    with capsys.disabled():
        print(f"\nkills per step ({'with' if foreign else 'without'} a foreign edit): {dict(kills)}; {dict(outcome)}")
    missing = {step for step in STEPS if not kills[step]}
    assert missing == (set() if foreign else {"noted"})


FIRST, SECOND = ("committed", "swap", "swapped", "settled", "noted"), ("swap", "swapped", "noted", "recovered")


def recoveries(whole: bool) -> Iterator[tuple[str, bool, str, str]]:
    """Yield kind, whether there is a foreign edit, and the steps of the two kills."""
    for (kind, number), foreign, (place, first), (other, second) in product(
        zip(WORKS, range(len(WORKS)), strict=True), (False, True), enumerate(FIRST), enumerate(SECOND)
    ):
        # Kind and both steps always meet; the foreign edit meets each pair of them.
        if whole or (number + place + other) % 2 == foreign:
            yield kind, foreign, first, second


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["pairs", "whole"])
def test_a_kill_in_the_recovery_too(tmp_path: Path, whole: bool, capsys: pytest.CaptureFixture[str]) -> None:
    kills: Counter[str] = Counter()
    ends = {(kind, foreign): outcomes(tmp_path, kind, foreign) for kind in WORKS for foreign in (False, True)}
    never: set[tuple[str, bool, str]] = set()
    for kind, foreign, first, second in recoveries(whole):
        if (kind, foreign, first) in never:
            continue
        folder = tmp_path / f"{kind} {first} {second} {foreign}"
        prepare(folder, kind)
        if not run(folder, WORKS[kind], first, 1, foreign):
            never.add((kind, foreign, first))
            continue
        if run(folder, lambda storage: storage.transact(Act("recover"), lambda tx: None), second, 1, False):
            kills[second] += 1
        judge(folder, first, *ends[kind, foreign], foreign=foreign)
    with capsys.disabled():
        print(f"\nkills in the recovery, per step: {dict(kills)}")
    assert all(kills[step] for step in ("swap", "swapped", "noted", "recovered"))
