"""The store's lock: one writer at a time, threads and processes alike."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import orjson

from coord_core.errors import LockTimeout, NestedTransaction

if TYPE_CHECKING:
    from concurrent.futures import Future  # only whoever has to wait needs it

DEADLINE: Final = 5.0
SLICE: Final = 0.1
"""Seconds after which a waiter looks at the clock; a look that comes later than after two of them counts as two."""
_RECORD_BYTES: Final = 512


class StoreLock:
    """The lock of one store: its folder and the file `{pid, host, since, action, seq}`, locked while somebody writes.

    The file alone would let two in where another program unlinks it. The folder cannot go without the journal in it.
    """

    _queues: ClassVar[dict[str, threading.Lock]] = {}
    _inside: ClassVar[threading.local] = threading.local()

    def __init__(self, path: Path) -> None:
        self.path = path
        self._name = str(path)
        self._key = os.path.realpath(path)

    @contextlib.contextmanager
    def held(self, action: str, deadline: float = DEADLINE) -> Iterator[Held]:
        """Hold the lock; raises LockTimeout after `deadline` seconds, NestedTransaction, OSError."""
        inside: set[str] = self._inside.__dict__.setdefault("keys", set())
        if self._key in inside:
            raise NestedTransaction(action)
        begun = time.monotonic()
        queue = self._queues.setdefault(self._key, threading.Lock())
        if not queue.acquire(timeout=deadline):
            raise LockTimeout(time.monotonic() - begun, read_record(self.path))
        inside.add(self._key)
        try:
            with self._taken(str(self.path.parent), os.O_RDONLY | os.O_DIRECTORY, begun, deadline) as folder:
                file_flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
                with self._taken(self._name, file_flags, begun, deadline) as file:
                    yield Held(folder, file, str(self.path.parent), action)
        finally:
            inside.discard(self._key)
            queue.release()

    @contextlib.contextmanager
    def _taken(self, path: str, flags: int, begun: float, deadline: float) -> Iterator[int]:
        fd = self._take(path, flags, begun, deadline)
        try:
            yield fd
        finally:
            _release(fd)

    def _take(self, path: str, flags: int, begun: float, deadline: float) -> int:
        from filelock import lock_descriptor

        while True:
            fd = os.open(path, flags | os.O_CLOEXEC, 0o666)
            try:
                ours = lock_descriptor(fd, blocking=False)
            except BaseException:
                os.close(fd)
                raise
            if not ours and not _wait_in_line(fd, deadline):
                raise LockTimeout(time.monotonic() - begun, read_record(self.path))
            if _leads_to(path, fd):
                return fd
            os.close(fd)


def _wait_in_line(fd: int, deadline: float) -> bool:
    """Wait for a lock in the kernel's queue: first come, first served. Returns False, and closes `fd`, if in vain.

    Trying again and again instead starves whoever runs seldom: on a busy machine that is every process.
    """
    from concurrent.futures import Future

    turn: Future[None] = Future()
    threading.Thread(target=_stand_in_line, args=(fd, turn), daemon=True).start()
    waited, looked = 0.0, time.monotonic()
    try:
        while waited < deadline:
            # In slices, for what a stalled machine took from everybody is nobody's waiting.
            with contextlib.suppress(TimeoutError):
                turn.result(min(SLICE, deadline - waited))
                return True
            waited, looked = waited + min(time.monotonic() - looked, 2 * SLICE), time.monotonic()
    except BaseException:
        if not turn.cancel():
            os.close(fd)
        raise
    return not turn.cancel()


def _stand_in_line(fd: int, turn: Future[None]) -> None:
    """Wait for the lock, however long; nothing but a thread of its own can be left waiting."""
    from concurrent.futures import InvalidStateError

    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    except OSError as error:
        outcome = partial(turn.set_exception, error)
    else:
        outcome = partial(turn.set_result, None)
    try:
        outcome()
    except InvalidStateError:
        _release(fd)  # nobody waits any more


def _release(fd: int) -> None:
    from filelock import unlock_descriptor

    try:
        # A forked child may hold a copy of the descriptor: closing ours alone would not let go.
        unlock_descriptor(fd)
    finally:
        os.close(fd)


def _leads_to(path: str, fd: int) -> bool:
    """Say whether the path still leads to what is locked: another program may have taken it away."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False


def _forget_threads() -> None:
    """In a forked child there are no other threads, and none of its own transactions."""
    StoreLock._queues.clear()
    StoreLock._inside.__dict__.clear()


os.register_at_fork(after_in_child=_forget_threads)


class Held:
    """The lock while it is held. seq: the highest number that its file knows of."""

    def __init__(self, folder: int, file: int, path: str, action: str) -> None:
        import socket

        self._folder, self._file, self._path = folder, file, path
        self._record: dict[str, Any] = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC),
            "action": action[:100],
        }
        seq = _parse(os.pread(file, _RECORD_BYTES, 0)).get("seq")
        self.seq = seq if type(seq) is int and 0 < seq < 1 << 62 else 0
        self.record(self.seq)

    def require(self) -> None:
        """Raise OSError if another program took the folder away, so that somebody else may hold another one."""
        if not _leads_to(self._path, self._folder):
            raise OSError(errno.ESTALE, "another program took the store's own folder away", self._path)

    def record(self, seq: int) -> None:
        """Write down who holds the lock, and `seq` as the highest number so far."""
        self.seq = max(self.seq, seq)
        raw = orjson.dumps({**self._record, "seq": self.seq})
        os.pwrite(self._file, raw[: _RECORD_BYTES - 1].ljust(_RECORD_BYTES - 1) + b"\n", 0)


def read_record(path: Path) -> dict[str, Any]:
    """Return what the lock file says of its holder; empty if it says nothing."""
    try:
        return _parse(path.read_bytes())
    except OSError:
        return {}


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        record = orjson.loads(raw)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
