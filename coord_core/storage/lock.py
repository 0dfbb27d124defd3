"""The store's lock: one writer at a time, threads and processes alike."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import orjson

from coord_core.errors import LockTimeout, NestedTransaction

DEADLINE: Final = 5.0
_RECORD_BYTES: Final = 512


class StoreLock:
    """The lock file of one store: `{pid, host, since, action, seq}`, never unlinked, locked while somebody writes."""

    _queues: ClassVar[dict[str, threading.Lock]] = {}
    _inside: ClassVar[threading.local] = threading.local()

    def __init__(self, path: Path) -> None:
        self.path = path
        self._name = str(path)
        self._key = os.path.realpath(path)
        self._queue = self._queues.setdefault(self._key, threading.Lock())

    @contextlib.contextmanager
    def held(self, action: str, deadline: float = DEADLINE) -> Iterator[Held]:
        """Hold the lock; raises LockTimeout after `deadline` seconds, NestedTransaction, OSError."""
        inside: set[str] = self._inside.__dict__.setdefault("keys", set())
        if self._key in inside:
            raise NestedTransaction(action)
        begun = time.monotonic()
        if not self._queue.acquire(timeout=deadline):
            raise LockTimeout(time.monotonic() - begun, read_record(self.path))
        inside.add(self._key)
        try:
            fd = self._take(begun, deadline)
            try:
                yield Held(fd, action)
            finally:
                self._let_go(fd)
        finally:
            inside.discard(self._key)
            self._queue.release()

    def _take(self, begun: float, deadline: float) -> int:
        import random

        from filelock import lock_descriptor

        while True:
            fd = os.open(self._name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            try:
                while not lock_descriptor(fd, blocking=False):
                    waited = time.monotonic() - begun
                    if waited > deadline:
                        raise LockTimeout(waited, read_record(self.path))
                    # Never backing off: whoever backs off starves.
                    time.sleep(random.uniform(0.0005, 0.001))
                if self._is_ours(fd):
                    return fd
            except BaseException:
                os.close(fd)
                raise
            os.close(fd)

    def _is_ours(self, fd: int) -> bool:
        """Say whether the path still leads to the locked file: another program may have unlinked it."""
        try:
            return os.path.samestat(os.fstat(fd), os.stat(self._name))
        except FileNotFoundError:
            return False

    def _let_go(self, fd: int) -> None:
        from filelock import unlock_descriptor

        try:
            # A forked child may hold a copy of the descriptor: closing ours alone would not let go.
            unlock_descriptor(fd)
        finally:
            os.close(fd)


class Held:
    """The lock while it is held. seq: the highest number that its file knows of."""

    def __init__(self, fd: int, action: str) -> None:
        import socket

        self._fd = fd
        self._record: dict[str, Any] = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC),
            "action": action[:100],
        }
        seq = _parse(os.pread(fd, _RECORD_BYTES, 0)).get("seq")
        self.seq = seq if type(seq) is int and 0 < seq < 1 << 62 else 0
        self.record(self.seq)

    def record(self, seq: int) -> None:
        """Write down who holds the lock, and `seq` as the highest number so far."""
        self.seq = max(self.seq, seq)
        raw = orjson.dumps({**self._record, "seq": self.seq})
        os.pwrite(self._fd, raw[: _RECORD_BYTES - 1].ljust(_RECORD_BYTES - 1) + b"\n", 0)


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
