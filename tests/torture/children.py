"""Processes that are forked, killed and waited for."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock  # noqa: F401  so that no child spends its life importing it

from coord_core.storage import Act
from coord_core.storage.files import FileStorage
from coord_core.storage.redo import replay


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a child, which ends with it; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)  # a test may have put something else in its place
    finally:
        os._exit(status)


def join(pid: int) -> int:
    """Wait for a child; return its exit status, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def on_disk(storage: FileStorage) -> dict[str, Any]:
    """Return every document's data; nothing may be unreadable."""
    batch = storage.load()
    assert not batch.unreadable, batch.unreadable
    return {scope: doc.data for scope, doc in batch.documents.items() if doc is not None}


def recover(folder: Path) -> FileStorage:
    """Open a store after a crash, let its next transaction recover, and look for leftovers."""
    storage = FileStorage(folder)
    storage.transact(Act("recover"), lambda tx: None)
    assert os.listdir(folder / ".coord" / "tmp") == []
    return storage


def prove_whole(storage: FileStorage) -> dict[str, Any]:
    """The files are what the journal says, and its numbers have no gap that a failed commit does not explain."""
    documents = on_disk(storage)
    assert {scope: data for scope, data in replay(storage.lines()).items() if data} == documents
    seqs = [line.seq for line in storage.lines()]
    assert seqs == sorted(set(seqs))
    return documents
