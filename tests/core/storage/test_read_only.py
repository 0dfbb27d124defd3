"""Read-only opens nothing for writing and creates nothing, on a folder that it may not write to either."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread  # noqa: F401  the children may not read Python's own files
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles  # noqa: F401

from coord_core.errors import ReadOnlyStore
from coord_core.storage import Act, Storage, open_storage
from tests.core.storage import reference
from tests.torture.children import fork, join

NOBODY = 65534
CHANGING = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
            "os.chown", "os.utime", "os.mkfifo", "shutil.move", "os.putenv"}  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not below pytest's own folder, which another run of pytest shuts for everybody else.
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    folder = root / "state"
    folder.mkdir()
    reference.store(folder / "issue__15.json", "claimed_by", "claude_1")
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(root)


def shut(folder: Path) -> dict[str, tuple[int, int]]:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return state(folder)


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]}


def use(storage: Storage) -> None:
    batch = storage.load()
    assert set(batch.documents) >= {"issue:15"}
    assert storage.read("issue:15").data["claimed_by"] == "claude_1"  # type: ignore[union-attr]
    lines = list(storage.lines()), list(storage.lines_back())
    assert len(lines[0]) == len(lines[1])
    for attempt in (
        lambda: storage.transact(Act("test"), lambda tx: tx.edit("issue:15").update(x=1)),
        lambda: storage.quarantine("issue__15.json", Act("test")),
    ):
        with pytest.raises(ReadOnlyStore):
            attempt()

    async def follow() -> None:
        async for batch in storage.follow():
            assert batch.whole and set(batch.documents) >= {"issue:15"}
            break

    asyncio.run(follow())
    storage.close()


def in_a_child_without_rights(folder: Path) -> int:
    def child() -> None:
        open_storage(str(folder), read_only=True).load()  # what is imported late is imported now
        seen: list[tuple[str, Any]] = []

        def hook(event: str, args: tuple[Any, ...]) -> None:
            writes = event == "open" and isinstance(args[2], int) and args[2] & WRITING
            if (writes or event in CHANGING) and "__pycache__" not in str(args[0]):
                seen.append((event, args))

        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        assert not os.access(folder, os.W_OK)
        sys.addaudithook(hook)
        use(open_storage(str(folder), read_only=True))
        assert not seen, seen

    return join(fork(child))


@pytest.mark.parametrize("journal", [False, True], ids=["of another coordinator", "with a journal"])
def test_nothing_is_written_and_nothing_is_needed(folder: Path, journal: bool) -> None:
    if journal:
        storage = open_storage(str(folder))
        for n in range(3):
            storage.transact(Act("test"), lambda tx, n=n: tx.edit("issue:16").update(n=n))
    before = shut(folder)
    assert in_a_child_without_rights(folder) == 0
    assert state(folder) == before
    assert (folder / ".coord").exists() == journal


def test_a_crash_of_others_is_left_to_others(folder: Path) -> None:
    storage = open_storage(str(folder))
    storage.transact(Act("test"), lambda tx: tx.edit("issue:16").update(n=1))
    (folder / ".coord" / "tmp" / "99.0").write_text("x")
    with next((folder / ".coord" / "journal").iterdir()).open("a") as file:
        file.write('{"seq": 1, "torn')
    before = shut(folder)
    assert in_a_child_without_rights(folder) == 0
    assert state(folder) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can keep a file from itself")
def test_a_journal_that_may_not_be_read_hides_no_document(folder: Path) -> None:
    storage = open_storage(str(folder))
    storage.transact(Act("test"), lambda tx: tx.edit("issue:16").update(n=1))
    before = shut(folder)
    (folder / ".coord" / "journal").chmod(0)

    def child() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        shut_storage = open_storage(str(folder), read_only=True)
        assert set(shut_storage.load().documents) == {"issue:15", "issue:16"}

        async def follow() -> None:
            async for batch in shut_storage.follow():
                assert set(batch.documents) == {"issue:15", "issue:16"}
                break

        asyncio.run(follow())

    assert join(fork(child)) == 0
    assert state(folder).keys() == before.keys()
