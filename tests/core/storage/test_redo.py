"""After power loss: what the disk had not written out comes back from the journal, and nothing else changes."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from coord_core.storage import Act, settling, writing
from coord_core.storage.files import FileStorage
from tests.core.storage import reference

A, B, C = "issue:1", "issue:2", "issue:3"


def path_of(folder: Path, scope: str) -> Path:
    return folder / f"{scope.replace(':', '__')}.json"


def write(storage: FileStorage, scope: str, **data: object) -> None:
    storage.transact(Act("set"), lambda tx: tx.edit(scope).update(data))


@pytest.fixture
def reboot(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From here on this is another boot of the machine."""

    def again() -> None:
        monkeypatch.setattr(writing, "boot_id", lambda: "another boot")

    return again


def test_documents_in_pieces_come_back(tmp_path: Path, reboot: Callable[[], None]) -> None:
    storage = FileStorage(tmp_path)
    for n in range(3):
        write(storage, A, n=n, notes=["kept", n])
        write(storage, B, n=n)
    old = path_of(tmp_path, B).read_bytes()
    write(storage, B, n=3)
    write(storage, C, n=1)
    path_of(tmp_path, A).write_bytes(b"")
    path_of(tmp_path, B).write_bytes(old)
    reboot()
    write(FileStorage(tmp_path), "project:probe", n=1)
    assert reference.data(path_of(tmp_path, A)) == {"n": 2, "notes": ["kept", 2]}
    assert reference.data(path_of(tmp_path, B)) == {"n": 3}
    assert reference.data(path_of(tmp_path, C)) == {"n": 1}
    assert len(os.listdir(tmp_path / ".coord" / "quarantine")) == 1, "what was in pieces is kept"


def test_a_deletion_that_was_lost_is_done_again(tmp_path: Path, reboot: Callable[[], None]) -> None:
    storage = FileStorage(tmp_path)
    write(storage, A, n=1)
    old = path_of(tmp_path, A).read_bytes()
    storage.transact(Act("delete"), lambda tx: tx.delete(A))
    path_of(tmp_path, A).write_bytes(old)
    reboot()
    write(FileStorage(tmp_path), "project:probe", n=1)
    assert not path_of(tmp_path, A).exists()


@pytest.mark.parametrize("torn", ["temporary", "document", "both"])
def test_an_unsettled_line_is_finished_whatever_is_in_pieces(
    tmp_path: Path, reboot: Callable[[], None], torn: str
) -> None:
    class Stop(BaseException):
        pass

    def stop(step: str) -> None:
        if step == "committed":
            raise Stop

    storage = FileStorage(tmp_path)
    write(storage, A, log=["one"])
    write(storage, A, log=["one", "two"])
    with pytest.raises(Stop):
        write(FileStorage(tmp_path, step=stop), A, log=["one", "two", "three"])
    (temporary,) = (tmp_path / ".coord" / "tmp").iterdir()
    if torn != "document":
        temporary.write_bytes(b'{"scope": "iss')
    if torn != "temporary":
        path_of(tmp_path, A).write_bytes(b"")
    reboot()
    write(FileStorage(tmp_path), "project:probe", n=1)
    assert reference.data(path_of(tmp_path, A)) == {"log": ["one", "two", "three"]}
    assert not os.listdir(tmp_path / ".coord" / "tmp")


def test_what_another_program_wrote_since_stays(tmp_path: Path, reboot: Callable[[], None]) -> None:
    storage = FileStorage(tmp_path)
    for scope in (A, B, C):
        write(storage, scope, n=1)
        write(storage, scope, n=2)
    reference.store(path_of(tmp_path, A), "theirs", 1)
    path_of(tmp_path, B).write_text(json.dumps({"data": {"n": "theirs"}, "metadata": {}}))
    path_of(tmp_path, C).unlink()
    reboot()
    write(FileStorage(tmp_path), "project:probe", n=1)
    assert reference.data(path_of(tmp_path, A)) == {"n": 2, "theirs": 1}
    assert reference.data(path_of(tmp_path, B)) == {"n": "theirs"}
    assert not path_of(tmp_path, C).exists()


def test_without_a_reboot_a_torn_document_is_left_alone(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    write(storage, A, n=1)
    path_of(tmp_path, A).write_bytes(b"")
    write(FileStorage(tmp_path), "project:probe", n=1)
    assert path_of(tmp_path, A).read_bytes() == b""


def test_what_the_system_forbids_for_good_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's file in a sticky folder, say: the action is acknowledged, then the rename is refused for ever."""
    storage = FileStorage(tmp_path)
    write(storage, A, n=1)
    write(storage, B, n=1)
    exchange = settling.exchange

    def refuse(temporary: str, path: str) -> None:
        if path.endswith("issue__1.json"):
            raise PermissionError(errno.EPERM, "Operation not permitted", path)
        exchange(temporary, path)

    monkeypatch.setattr(settling, "exchange", refuse)
    write(storage, A, n=2)
    for n in (2, 3):
        write(FileStorage(tmp_path), B, n=n)
    assert (reference.data(path_of(tmp_path, A)), reference.data(path_of(tmp_path, B))) == ({"n": 1}, {"n": 3})
    notes = [note for line in storage.lines() for note in line.unapplied]
    assert [list(note["changes"]) for note in notes] == [[A]]
