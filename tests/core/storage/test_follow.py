"""follow(): whatever happens to the folder and to the watcher, within seconds the view is what stands on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coord_core.documents import Batch, Line
from coord_core.storage import Act, Storage, open_storage
from tests.core.storage import reference

PATIENCE_S = 5.0


class Follower:
    """What somebody knows who was told every batch."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.batches: list[Batch] = []
        self.documents: dict[str, Any] = {}
        self.unreadable: set[str] = set()
        self.lines: list[Line] = []
        self.problem = ""
        self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        async for batch in self.storage.follow():
            self.batches.append(batch)
            self.problem = batch.problem
            if batch.problem:
                continue
            if batch.whole:
                self.documents, self.unreadable = {}, set()
            self.documents |= {scope: doc.data for scope, doc in batch.documents.items() if doc}
            for scope in [scope for scope, doc in batch.documents.items() if doc is None]:
                self.documents.pop(scope, None)
            self.unreadable |= {source for source, row in batch.unreadable.items() if row}
            self.unreadable -= {source for source, row in batch.unreadable.items() if row is None}
            known = {line.seq for line in self.lines}
            self.lines += [line for line in batch.lines if line.seq not in known]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if self._task.done():
                self._task.result()
                raise AssertionError(f"the following ended before {what}")
            assert time.monotonic() < deadline, f"{what}: {self.documents}, {self.unreadable}, {self.problem!r}"
            await asyncio.sleep(0.01)

    async def until_it_sees(self, documents: dict[str, Any], unreadable: set[str] | None = None) -> None:
        await self.until(
            lambda: self.documents == documents and self.unreadable == (unreadable or set()),
            f"{documents} and {unreadable} were seen",
        )

    async def until_it_is_right(self) -> None:
        def right() -> bool:
            batch = self.storage.load()
            truth = {scope: doc.data for scope, doc in batch.documents.items() if doc}
            return self.documents == truth and self.unreadable == set(batch.unreadable)

        await self.until(right, "the view is the disk")

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    reference.store(folder / "issue__1.json", "n", 1)
    return folder


@contextlib.asynccontextmanager
async def following(folder: Path) -> AsyncIterator[Follower]:
    before = asyncio.all_tasks()
    follower = Follower(open_storage(str(folder), read_only=True))
    try:
        yield follower
    finally:
        await follower.close()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() <= before, "tasks stay"


ONE = {"issue:1": {"n": 1}}


async def test_first_everything_then_differences(folder: Path) -> None:
    storage = open_storage(str(folder))
    before = storage.transact(Act("before"), lambda tx: tx.edit("issue:2").update(n=2)).line
    async with following(folder) as follower:
        await follower.until_it_sees(ONE | {"issue:2": {"n": 2}})
        first = follower.batches[0]
        assert first.whole and set(first.documents) == {"issue:1", "issue:2"}
        assert before is not None and [line.seq for line in first.lines] == [before.seq]
        after = storage.transact(Act("after"), lambda tx: tx.edit("issue:2").update(n=3)).line
        await follower.until_it_sees(ONE | {"issue:2": {"n": 3}})
        await follower.until(lambda: len(follower.lines) == 2, "the line came")
        assert after is not None and follower.lines[1].seq == after.seq
        assert follower.lines[1].changes == after.changes
        assert not any(batch.whole for batch in follower.batches[1:])
        assert all("issue:1" not in batch.documents for batch in follower.batches[1:]), "only what changed"


async def test_what_others_do_is_seen(folder: Path) -> None:
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        reference.store(folder / "issue__1.json", "n", 2)
        await follower.until_it_sees({"issue:1": {"n": 2}})
        reference.store(folder / "issue__2.json", "n", 1)
        await follower.until_it_sees({"issue:1": {"n": 2}, "issue:2": {"n": 1}})
        (folder / "fresh.tmp").write_text(json.dumps({"data": {"n": 3}}))
        os.replace(folder / "fresh.tmp", folder / "issue__1.json")
        await follower.until_it_sees({"issue:1": {"n": 3}, "issue:2": {"n": 1}})
        (folder / "issue__2.json").unlink()
        await follower.until_it_sees({"issue:1": {"n": 3}})
        os.rename(folder / "issue__1.json", folder / "issue__9.json")
        await follower.until_it_sees({"issue:9": {"n": 3}})


async def test_every_line_comes_once_and_in_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coord_core.storage import journal

    monkeypatch.setattr(journal, "SEGMENT_BYTES", 3000)
    storage = open_storage(str(folder))
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        made = []
        for n in range(60):
            act = Act("add", durable=False)
            outcome = await asyncio.to_thread(storage.transact, act, lambda tx, n=n: tx.edit("issue:2").update(n=n))
            made.append(outcome.line.seq)  # type: ignore[union-attr]
        await follower.until(lambda: len(follower.lines) == len(made), "all lines came")
        assert [line.seq for line in follower.lines] == made
        await follower.until_it_is_right()


async def test_a_torn_file_keeps_its_last_good_view_until_it_is_whole(folder: Path) -> None:
    path = folder / "issue__1.json"
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        path.write_text('{"data": {"n"')
        await follower.until_it_sees(ONE, {path.name})
        path.write_text(json.dumps({"data": {"n": 2}}))
        await follower.until_it_sees({"issue:1": {"n": 2}})
        path.write_text("")
        await follower.until_it_sees({"issue:1": {"n": 2}}, {path.name})
        path.unlink()
        await follower.until_it_sees({})


async def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "later" / "state"
    async with following(folder) as follower:
        await follower.until(lambda: bool(follower.problem), "the problem was told")
        folder.mkdir(parents=True)
        await follower.until(lambda: not follower.problem and bool(follower.batches[-1].whole), "it was found")
        reference.store(folder / "issue__1.json", "n", 1)
        await follower.until_it_sees(ONE)
        assert len([batch for batch in follower.batches if batch.problem]) == 1


@pytest.mark.parametrize("pause_s", [0.0, 0.6])
async def test_a_folder_deleted_and_made_again(folder: Path, pause_s: float) -> None:
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        for n in range(2, 5):
            shutil.rmtree(folder)
            await asyncio.sleep(pause_s)
            folder.mkdir()
            reference.store(folder / "issue__1.json", "n", n)
            await follower.until_it_sees({"issue:1": {"n": n}})
            reference.store(folder / "issue__1.json", "again", n)
            await follower.until_it_sees({"issue:1": {"n": n, "again": n}})


async def test_a_folder_replaced_by_another(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    reference.store(other / "issue__2.json", "n", 2)
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        os.rename(folder, tmp_path / "old")
        os.rename(other, folder)
        await follower.until_it_sees({"issue:2": {"n": 2}})
        reference.store(folder / "issue__2.json", "n", 3)
        await follower.until_it_sees({"issue:2": {"n": 3}})


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_name_that_is_no_text(folder: Path, when: str) -> None:
    odd = Path(os.fsdecode(bytes(folder) + b"/\xff.json"))
    if when == "before":
        odd.write_text('{"data": {"n": 1}}')
    async with following(folder) as follower:
        await follower.until(lambda: bool(follower.documents), "it began")
        odd.write_text('{"data": {"n": 2}}')
        await follower.until_it_sees(ONE, {"\udcff.json"})
        for n in range(2, 5):
            reference.store(folder / "issue__1.json", "n", n)
            await follower.until_it_sees({"issue:1": {"n": n}}, {"\udcff.json"})
            odd.write_text(f"{n}")
        odd.unlink()
        await follower.until_it_sees({"issue:1": {"n": 4}})


def no_awatch(kind: str) -> Callable[..., AsyncIterator[set[tuple[int, str]]]]:
    async def awatch(*_: Any, **__: Any) -> AsyncIterator[set[tuple[int, str]]]:
        if kind == "it loses everything":
            await asyncio.Event().wait()
        if kind == "it fails":
            raise OSError(28, "inotify watch limit reached")
        if kind == "it lies":
            while True:
                await asyncio.sleep(0.05)
                yield {(1, "/elsewhere/nothing.json"), (3, "/elsewhere/issue__7.json")}
        return
        yield set()

    return awatch


@pytest.mark.parametrize("kind", ["it loses everything", "it ends", "it fails", "it lies"])
async def test_a_watcher_that_is_no_help(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles

    monkeypatch.setattr(watchfiles, "awatch", no_awatch(kind))
    storage = open_storage(str(folder))
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        storage.transact(Act("test"), lambda tx: tx.edit("issue:2").update(n=2))
        reference.store(folder / "issue__1.json", "n", 3)
        await follower.until_it_sees({"issue:1": {"n": 3}, "issue:2": {"n": 2}})
        await follower.until(lambda: len(follower.lines) == 1, "the line came")
        (folder / "issue__1.json").unlink()
        await follower.until_it_sees({"issue:2": {"n": 2}})


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder in whose shoes root may be locked out: the file rights are those of uid 65534 meanwhile."""
    if os.geteuid() != 0:
        pytest.skip("only root can keep a file from itself")
    # Not below pytest's own folder, which another run of pytest shuts for everybody else.
    root = Path(tempfile.mkdtemp())
    folder = root / "state"
    folder.mkdir()
    reference.store(folder / "issue__1.json", "n", 1)
    for path in (root, folder, folder / "issue__1.json"):
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(0)
        shutil.rmtree(root)


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111])
async def test_a_folder_that_may_not_be_read_for_a_while(nobody: Path, mode: int) -> None:
    nobody.chmod(mode)
    async with following(nobody) as follower:
        await follower.until(lambda: bool(follower.problem), "the problem was told")
        nobody.chmod(0o755)
        await follower.until_it_sees(ONE)
        nobody.chmod(mode)
        await follower.until(lambda: bool(follower.problem), "the problem was told again")
        nobody.chmod(0o755)
        reference.store(nobody / "issue__1.json", "n", 2)
        await follower.until_it_sees({"issue:1": {"n": 2}})
        os.utime(nobody / "issue__1.json")
        (nobody / "issue__1.json").chmod(0)
        await follower.until_it_sees({"issue:1": {"n": 2}}, {"issue__1.json"})
        (nobody / "issue__1.json").chmod(0o644)
        await follower.until_it_sees({"issue:1": {"n": 2}})


async def test_a_storm_ends_in_the_truth(folder: Path) -> None:
    async with following(folder) as follower:
        await follower.until_it_sees(ONE)
        for n in range(300):
            reference.store(folder / f"issue__{n % 40}.json", "n", n)
            if n % 7 == 0:
                (folder / f"issue__{(n * 5) % 40}.json").unlink(missing_ok=True)
            if n % 10 == 0:
                await asyncio.sleep(0.005)
        await follower.until_it_is_right()


QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


def follow_and_tell(folder: Path, told: Path) -> None:
    """Follow a folder, and keep writing down what is known of it."""

    async def run() -> None:
        follower = Follower(open_storage(str(folder), read_only=True))
        while True:
            told.with_suffix(".new").write_text(json.dumps([follower.documents, sorted(follower.unreadable)]))
            os.replace(told.with_suffix(".new"), told)
            await asyncio.sleep(0.02)

    asyncio.run(run())


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def watches(pid: int) -> bool:
    """Say whether a process has an inotify watch."""
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if "inotify wd" in info.read_text():
                return True
    return False


@pytest.mark.skipif(not QUEUE.exists(), reason="only Linux has inotify")
def test_the_kernels_queue_overflows_while_nobody_reads_it(folder: Path, tmp_path: Path) -> None:
    room = int(QUEUE.read_text())
    if room > 100_000:
        pytest.skip(f"the queue holds {room} events: to fill it takes too long")
    told = tmp_path / "told.json"
    # A process of its own, for stopping this one would give an interactive shell its terminal back.
    process = multiprocessing.get_context("spawn").Process(target=follow_and_tell, args=(folder, told), daemon=True)
    process.start()
    assert process.pid is not None
    try:
        wait_for(lambda: told.exists() and json.loads(told.read_text()) == [ONE, []], 60, "it never began")
        wait_for(lambda: watches(process.pid or 0), 60, "it never watched")
        time.sleep(1.0)  # its first looks, which would hide what it misses, are over
        os.kill(process.pid, signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        for n in range(room // 2 + 1000):
            path = f"{folder}/issue__{n + 10}.json"
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            os.unlink(path)
        reference.store(folder / "issue__1.json", "n", 2)
        reference.store(folder / "issue__2.json", "n", 1)
        (folder / "issue__3.json").write_text("{")
        os.kill(process.pid, signal.SIGCONT)
        view = [{"issue:1": {"n": 2}, "issue:2": {"n": 1}}, ["issue__3.json"]]
        wait_for(lambda: json.loads(told.read_text()) == view, PATIENCE_S, "the view is not the disk")
    finally:
        process.kill()
        process.join()


async def test_closing_in_the_middle_of_anything(folder: Path) -> None:
    for turns in (0, 1, 3, 50):
        before = asyncio.all_tasks()
        following = open_storage(str(folder), read_only=True).follow()
        waiting = asyncio.create_task(anext(following))  # type: ignore[arg-type]
        for _ in range(turns):
            await asyncio.sleep(0.001)
        if turns == 50:
            await waiting
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        await following.aclose()  # type: ignore[attr-defined]
        assert asyncio.all_tasks() <= before


@pytest.mark.parametrize("later", range(4))
async def test_it_can_be_stopped_at_the_very_moment_of_a_hint(folder: Path, later: int) -> None:
    from coord_core.storage.watch import Hints

    hints = Hints(folder)
    hints.take()
    waiting = asyncio.create_task(hints.wait(1.0))
    await asyncio.sleep(0.05)
    hints._look_everywhere()
    for _ in range(later):
        await asyncio.sleep(0)
    asked = waiting.cancel()
    await asyncio.wait([waiting], timeout=PATIENCE_S)
    await hints.close()
    assert waiting.cancelled() or not asked, "the cancellation was swallowed"
