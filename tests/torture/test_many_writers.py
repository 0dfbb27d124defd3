"""Many processes and threads on the same documents: no update is lost, no number used twice or left out."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from coord_core.storage import Act, Transaction
from coord_core.storage.files import FileStorage
from tests.torture.children import fork, join, prove_whole

ACCOUNTS = [f"account:{n}" for n in range(6)]


def add(tx: Transaction) -> None:
    doc = tx.edit("counter")
    doc["n"] = doc.get("n", 0) + 1


def move(tx: Transaction) -> None:
    """Two documents, one sum; an account that is emptied goes."""
    source, target = random.sample(ACCOUNTS, 2)
    have = tx.edit(source).get("coins", 0)
    some = random.randint(0, have)
    for scope, coins in ((source, have - some), (target, tx.edit(target).get("coins", 0) + some)):
        if coins:
            tx.edit(scope)["coins"] = coins
        else:
            tx.delete(scope)
    add(tx)


def work(folder: Path, turns: int, seed: int) -> None:
    storage, chance = FileStorage(folder), random.Random(seed)
    for _ in range(turns):
        storage.transact(Act("add"), add) if chance.random() < 0.5 else storage.transact(Act("move"), move)


def work_in_threads(folder: Path, threads: int, turns: int, seed: int) -> None:
    errors: list[BaseException] = []

    def one(n: int) -> None:
        try:
            work(folder, turns, seed * 100 + n)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=one, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.parametrize(("processes", "threads", "turns"), [(8, 1, 500), (3, 4, 60), (1, 8, 60)])
def test_nothing_is_lost(
    tmp_path: Path, processes: int, threads: int, turns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = FileStorage(tmp_path)
    storage.transact(Act("start"), lambda tx: [tx.edit(scope).update(coins=100) for scope in ACCOUNTS])
    children = [
        fork(lambda n=n: work(tmp_path, turns, n) if threads == 1 else work_in_threads(tmp_path, threads, turns, n))
        for n in range(processes)
    ]  # fmt: skip
    assert [join(pid) for pid in children] == [0] * processes

    documents = prove_whole(storage)
    count = processes * threads * turns
    assert documents.pop("counter") == {"n": count}
    assert sum(data["coins"] for data in documents.values()) == 100 * len(ACCOUNTS)
    seqs = [line.seq for line in storage.lines()]
    assert seqs == list(range(seqs[0], seqs[0] + count + 1))
    with capsys.disabled():
        print(f"\n{processes} processes × {threads} threads × {turns}: {count} transactions, none lost, no gap")
