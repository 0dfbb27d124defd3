"""The storages that the contract is run through: to add one, add a `Backend`."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coord_core.documents import Unreadable
from coord_core.scopes import reference_name
from coord_core.storage import Storage, open_storage
from tests.core.memory_storage import MemoryStorage
from tests.core.storage import reference


@dataclass(frozen=True)
class Backend:
    """open: the store again, `read_only` or not. write, delete: as another program does. spoil: make it unreadable."""

    open: Callable[..., Storage]
    write: Callable[[str, Mapping[str, Any]], None]
    delete: Callable[[str], None]
    spoil: Callable[[str], str]


def file_backend(folder: Path) -> Backend:
    def path(scope: str) -> Path:
        folder.mkdir(exist_ok=True)
        return folder / f"{reference_name(scope)}.json"

    def write(scope: str, data: Mapping[str, Any]) -> None:
        for key, value in data.items():
            reference.store(path(scope), key, value)

    def spoil(scope: str) -> str:
        path(scope).write_text('{"data": {"half')
        return path(scope).name

    def delete(scope: str) -> None:
        path(scope).unlink()

    def reopen(*, read_only: bool = False) -> Storage:
        return open_storage(str(folder), read_only=read_only)

    return Backend(reopen, write, delete, spoil)


def memory_backend(folder: Path) -> Backend:
    storage = MemoryStorage(now=lambda: time.time())

    def reopen(*, read_only: bool = False) -> Storage:
        again = copy.copy(storage)
        again.read_only = read_only
        return again

    def write(scope: str, data: Mapping[str, Any]) -> None:
        before = storage.documents.get(scope)
        storage.write(scope, {**(before.data if before else {}), **data})

    def spoil(scope: str) -> str:
        storage.documents.pop(scope, None)
        storage.unreadable[scope] = Unreadable(scope, scope, "it is torn")
        return scope

    def delete(scope: str) -> None:
        del storage.documents[scope]

    return Backend(reopen, write, delete, spoil)


BACKENDS: dict[str, Callable[[Path], Backend]] = {"file": file_backend, "memory": memory_backend}
