"""The store's lock: who holds it is named, and who takes its file away does not let two in."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coord_core.errors import LockTimeout, NotStored
from coord_core.storage import Act
from coord_core.storage import lock as lock_module
from coord_core.storage.files import STEPS, FileStorage
from coord_core.storage.lock import StoreLock
from tests.torture.children import fork, join, kill, prove_whole, recover

LOCKS = Path("/proc/locks")


def add(storage: FileStorage) -> None:
    storage.transact(Act("add"), lambda tx: tx.edit("counter").update(n=tx.edit("counter").get("n", 0) + 1))


def in_line(path: Path) -> int:
    """Return how many wait for the lock of a file."""
    return sum(" -> " in line and f":{path.stat().st_ino} " in line for line in LOCKS.read_text().splitlines())


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_stopped_holder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(FileStorage(tmp_path))

    def stop(step: str) -> None:
        if step == "read":
            os.kill(os.getpid(), signal.SIGSTOP)

    child = fork(lambda: add(FileStorage(tmp_path, step=stop)))
    try:
        os.waitpid(child, os.WUNTRACED)
        monkeypatch.setattr(StoreLock.held, "__defaults__", (0.1,), raising=False)
        monkeypatch.setattr(lock_module.StoreLock.held.__wrapped__, "__defaults__", (0.1,))
        with pytest.raises(LockTimeout) as caught:
            FileStorage(tmp_path).transact(Act("other"), lambda tx: tx.edit("x").update(n=1))
        assert {"pid": child, "host": socket.gethostname(), "action": "add"}.items() <= caught.value.holder.items()
        assert all(
            str(part) in str(caught.value) for part in (child, socket.gethostname(), "add", "nothing was changed")
        )
        assert FileStorage(tmp_path).read("counter").data == {"n": 1}  # type: ignore[union-attr]  readers never wait
        os.kill(child, signal.SIGCONT)
        assert join(child) == 0
    except BaseException:
        kill(child)
        raise
    monkeypatch.undo()
    add(FileStorage(tmp_path))  # who gave up waiting does not keep the lock once its turn comes
    storage = recover(tmp_path)
    assert prove_whole(storage) == {"counter": {"n": 3}}


@pytest.mark.skipif(not LOCKS.exists(), reason="only Linux tells who waits for a lock")
def test_who_waits_longest_is_next(tmp_path: Path) -> None:
    """Whoever tries now and then, and does not stand in line, starves where many wait."""
    waiters: list[int] = []

    def note(number: int) -> None:
        FileStorage(tmp_path).transact(Act("note"), lambda tx: tx.edit("order").setdefault("came", []).append(number))

    def let_them_come(step: str) -> None:
        if step == "read" and not waiters:
            for number in range(6):
                waiters.append(fork(lambda number=number: note(number)))
                wait_until(lambda: in_line(tmp_path / ".coord") == len(waiters))

    add(FileStorage(tmp_path, step=let_them_come))
    assert [join(pid) for pid in waiters] == [0] * 6
    assert FileStorage(tmp_path).read("order").data == {"came": list(range(6))}  # type: ignore[union-attr]


def test_a_thread_that_waits_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module.StoreLock.held.__wrapped__, "__defaults__", (0.1,))
    inside, leave = threading.Event(), threading.Event()

    def hold(step: str) -> None:
        if step == "read":
            inside.set()
            leave.wait()

    thread = threading.Thread(target=lambda: add(FileStorage(tmp_path, step=hold)))
    thread.start()
    inside.wait()
    try:
        with pytest.raises(LockTimeout) as caught:
            add(FileStorage(tmp_path))
        assert caught.value.holder["pid"] == os.getpid()
    finally:
        leave.set()
        thread.join()
    assert prove_whole(FileStorage(tmp_path)) == {"counter": {"n": 1}}


def test_a_child_forked_inside_does_not_keep_the_lock(tmp_path: Path) -> None:
    pids: list[int] = []

    def leave_a_child(step: str) -> None:
        if step == "read":
            pids.append(fork(lambda: time.sleep(60)))

    try:
        add(FileStorage(tmp_path, step=leave_a_child))
        add(FileStorage(tmp_path))
    finally:
        for pid in pids:
            kill(pid)
            join(pid)
    assert prove_whole(FileStorage(tmp_path)) == {"counter": {"n": 2}}


@pytest.mark.skipif(not LOCKS.exists(), reason="only Linux tells who waits for a lock")
@pytest.mark.parametrize("step", STEPS[:-1])
def test_the_lock_file_taken_away_lets_no_two_in(tmp_path: Path, step: str) -> None:
    """At each step another program unlinks the lock file, and a third one comes: it waits, and nobody is refused."""
    add(FileStorage(tmp_path))
    children: list[int] = []

    def interfere(name: str) -> None:
        if name == step and not children:
            (tmp_path / ".coord" / "lock").unlink()
            children.append(fork(lambda: add(FileStorage(tmp_path))))
            wait_until(lambda: in_line(tmp_path / ".coord") == 1)

    add(FileStorage(tmp_path, step=interfere))
    assert [join(pid) for pid in children] == [0]
    assert prove_whole(recover(tmp_path)) == {"counter": {"n": 3}}


@pytest.mark.parametrize("step", STEPS[: STEPS.index("committed")])
def test_a_store_of_ones_own_taken_away_commits_nothing(tmp_path: Path, step: str) -> None:
    """At each step until the line another program moves `.coord` away, and a third one does a whole transaction."""
    add(FileStorage(tmp_path))
    own, away = tmp_path / ".coord", tmp_path / "away"

    def interfere(name: str) -> None:
        if name == step and not away.exists():
            own.rename(away)
            assert join(fork(lambda: add(FileStorage(tmp_path)))) == 0

    with pytest.raises(NotStored):
        add(FileStorage(tmp_path, step=interfere))
    assert FileStorage(tmp_path).read("counter").data == {"n": 2}  # type: ignore[union-attr]
    assert prove_whole(recover(tmp_path)) == {"counter": {"n": 2}}


@pytest.mark.parametrize("harm", ["written to", "taken away"])
def test_a_journal_changed_since_it_was_looked_at_gets_no_line(tmp_path: Path, harm: str) -> None:
    add(FileStorage(tmp_path))
    (segment,) = (tmp_path / ".coord" / "journal").iterdir()

    def interfere(name: str) -> None:
        if name == "checked" and harm == "written to":
            segment.write_bytes(2 * segment.read_bytes())
        elif name == "checked":
            segment.unlink()

    with pytest.raises(NotStored):
        add(FileStorage(tmp_path, step=interfere))
    assert FileStorage(tmp_path).read("counter").data == {"n": 1}  # type: ignore[union-attr]
    left = [path.name for path in (tmp_path / ".coord").rglob("*.*")]
    assert left == ([segment.name] if harm == "written to" else [])


def test_the_lock_file_taken_away_again_and_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(FileStorage(tmp_path))
    turns, workers = 100, 3

    def work() -> None:
        storage, done = FileStorage(tmp_path), 0
        while done < turns:
            add(storage)
            done += 1

    def take_away() -> None:
        while True:
            (tmp_path / ".coord" / "lock").unlink(missing_ok=True)
            time.sleep(0.01)

    thief = fork(take_away)
    try:
        assert [join(pid) for pid in [fork(work) for _ in range(workers)]] == [0] * workers
    finally:
        kill(thief)
        join(thief)
    storage = recover(tmp_path)
    assert prove_whole(storage)["counter"] == {"n": 1 + turns * workers}
