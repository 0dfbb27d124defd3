"""kill -9 at random points: what was acknowledged is there, everything else whole or not at all."""

from __future__ import annotations

import os
import random
import struct
import time
from collections import Counter
from pathlib import Path

import pytest

from coord_core.storage import Act, Transaction
from coord_core.storage.changes import apply
from coord_core.storage.files import FileStorage
from tests.torture.children import fork, join, kill, on_disk

KILLS = int(os.environ.get("COORD_KILLS", "200"))
_ACK = struct.Struct("<QI")
PAIR = ("pair:left", "pair:right")


def turn(worker: int, n: int, tx: Transaction) -> int:
    """One number into two documents, a third that comes and goes, a list that grows; all or nothing of it."""
    for scope in PAIR:
        tx.edit(scope)[f"w{worker}"] = n
    total = tx.edit(PAIR[0]).get("total", 0) + 1
    tx.edit(PAIR[0])["total"] = total
    if total % 2:
        tx.edit("comes:and/goes")["total"] = total
    else:
        tx.delete("comes:and/goes")
    log = tx.edit("log").setdefault("log", [])
    log.append({"seq": tx.seq, "worker": worker, "n": n, "text": "x" * (n % 50)})
    del log[:-30]
    return tx.seq


def loop(folder: Path, worker: int, pipe: int) -> None:
    storage = FileStorage(folder)
    for n in range(1, 1 << 30):
        seq = storage.transact(
            Act("turn", {"session": str(worker)}, durable=n % 4 > 0), lambda tx, n=n: turn(worker, n, tx)
        ).value
        os.write(pipe, _ACK.pack(seq, n))


def run_and_kill(folder: Path, worker: int, chance: random.Random) -> list[tuple[int, int]]:
    """Let a child work for a moment and kill it; return what it acknowledged: (seq, n)."""
    reader, writer = os.pipe()
    child = fork(lambda: loop(folder, worker, writer))
    os.close(writer)
    with open(reader, "rb") as pipe:
        acks = pipe.read(_ACK.size)  # it has begun
        time.sleep(chance.random() * 0.012)
        kill(child)
        acks += pipe.read()
    assert join(child) == -9
    return [_ACK.unpack_from(acks, at) for at in range(0, len(acks) - _ACK.size + 1, _ACK.size)]


@pytest.mark.parametrize("kills", [pytest.param(KILLS), pytest.param(10_000, marks=pytest.mark.soak)])
@pytest.mark.first
@pytest.mark.timeout(3600)
def test_a_kill_anywhere(tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("COORD_SEED", time.time_ns()))
    chance, storage = random.Random(seed), FileStorage(tmp_path)
    state: dict[str, dict[str, object]] = {}
    seen, acknowledged, found = 0, 0, Counter[str]()
    for worker in range(kills):
        acks = run_and_kill(tmp_path, worker % 5, chance)
        acknowledged += len(acks)
        found["temporaries left"] += bool(os.listdir(tmp_path / ".coord" / "tmp"))
        on_disk(storage)  # before recovery too, no file is unreadable
        storage.transact(Act("recover"), lambda tx: None)
        assert os.listdir(tmp_path / ".coord" / "tmp") == [], f"seed {seed}"

        lines = list(storage.lines(after=seen))
        assert [line.seq for line in lines] == list(range(lines[0].seq, lines[0].seq + len(lines)))
        assert not seen or lines[0].seq == seen + 1
        assert {seq for seq, _ in acks} <= {line.seq for line in lines}, f"lost; seed {seed}"
        found["committed, not acknowledged"] += len(lines) - len(acks)
        assert len(lines) - len(acks) in (0, 1)
        for line in lines:
            for scope, edits in line.changes.items():
                assert not apply(state.setdefault(scope, {}), list(edits)), f"seed {seed}"
        seen = lines[-1].seq
        documents = on_disk(storage)
        assert documents == {scope: data for scope, data in state.items() if data}, f"seed {seed}"
        left, right = (documents[scope] for scope in PAIR)
        assert {**left, "total": 0} == {**right, "total": 0}, f"half a transaction; seed {seed}"
    with capsys.disabled():
        print(f"\n{kills} kills (seed {seed}): {acknowledged} transactions acknowledged, none lost; {dict(found)}")
    assert found["temporaries left"], "no kill hit the protocol"
