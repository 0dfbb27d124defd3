"""Claims and locks of many processes under kill -9: nothing is claimed twice, nothing is lost, every history is one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from coord_core.storage.files import FileStorage
from tests.torture.children import fork, join, kill, on_disk, prove_whole
from tests.torture.claimants import LIST_SIZE, Crowd, History, Share, W, disturbed, fill
from tests.torture.linearizability import find_violation

SESSIONS = 8
CLAIMS = int(os.environ.get("COORD_CLAIMS", "10000"))
KEPT = 10_000


@pytest.mark.parametrize("claims", [pytest.param(CLAIMS), pytest.param(100_000, marks=pytest.mark.soak)])
@pytest.mark.first
@pytest.mark.timeout(3600)
def test_nothing_is_claimed_twice_and_nothing_is_lost(
    tmp_path: Path, claims: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, logs = tmp_path / "state", tmp_path / "logs"
    logs.mkdir()
    storage, lists = FileStorage(folder), claims // 2 // LIST_SIZE
    fill(storage, lists)
    begun = time.monotonic()
    crowd = Crowd(folder, logs, SESSIONS, Share(claims // SESSIONS, claims // 2 // SESSIONS, lists))
    history = crowd.run(pause=0.4, kills=claims // 100)
    took = time.monotonic() - begun

    # Of a longer run the journal's beginning is gone.
    documents = prove_whole(storage) if claims <= KEPT else on_disk(storage)
    stored = {
        f"list_{number}#{task['id']}": task.get("claimed_by")
        for number in range(lists)
        for task in documents.get(f"{W}:project:list_{number}", {}).get("tasks", ())
    }
    assert all(len(owners) == 1 for owners in history.owners.values()), "claimed twice"
    assert {task: stored.get(task) for task in history.owners} == {
        task: owner for task, (owner,) in history.owners.items()
    }, "lost"
    nobodys = stored.keys() - history.owners.keys()
    assert len(nobodys) <= crowd.kills and all(stored.values()), "each task was claimed, by a cut call at worst"
    for key, calls in history.calls.items():
        assert find_violation(calls) == [], key
    assert sum(done["lock"] for done in history.done.values()) >= claims
    assert crowd.kills and history.cut
    with capsys.disabled():
        issues = sum(done["issue"] for done in history.done.values())
        print(
            f"\n{SESSIONS} processes, {crowd.kills} kills, {history.cut} calls cut, {took:.0f} s: "
            f"{claims} lock cycles, {issues} issues and {len(stored)} tasks claimed, none twice, none lost"
        )


def test_without_the_stores_lock_a_violation_is_found(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    twice = violated = False
    for number in range(20):
        history = unlocked(tmp_path / str(number), [f"claude_{n}" for n in range(1, 5)])
        twice = twice or any(len(owners) > 1 for owners in history.owners.values())
        violated = violated or any(find_violation(calls) for calls in history.calls.values())
        if twice and violated:
            return
    pytest.fail(f"found: claimed twice {twice}, no order {violated}")


def unlocked(folder: Path, names: list[str]) -> History:
    """Let sessions work for a second at a store without its lock."""
    fill(FileStorage(folder / "state"), 1)
    children = [
        fork(lambda name=name: disturbed(folder / "state", name, folder / name, Share(1000, 1000, 1))) for name in names
    ]
    time.sleep(1.0)
    for child in children:
        kill(child)
        join(child)
    history, now = History(), time.monotonic()
    for name in names:
        history.read(name, folder / name, [now])
    return history
