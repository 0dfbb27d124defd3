"""How fast the storage is, each figure as a ratio against a floor of the same run.

python -m tests.bench.bench_storage
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coord_core.storage import Act
from coord_core.storage.files import FileStorage

ROUND = 25
ACTOR = {"supervisor": "bench@here"}


def median_us(turns: int, *calls: Callable[[int], object]) -> list[float]:
    """Return each call's median in microseconds.

    The calls take turns in rounds, so that the machine's noise falls on all alike, with a sync between: or one's commit
    would write out what another left dirty.
    """
    taken: list[list[float]] = [[] for _ in calls]
    for start in range(0, turns, ROUND):
        for times, call in zip(taken, calls, strict=True):
            os.sync()
            call(-1)
            for turn in range(start, start + ROUND):
                begun = time.perf_counter()
                call(turn)
                times.append(time.perf_counter() - begun)
    return [statistics.median(times) * 1e6 for times in taken]


def store_unsafely(path: Path, key: str, value: object) -> None:
    """Store one key the reference's way: read, change, dump in place."""
    with path.open() as file:
        members = json.load(file)
    members["data"][key] = value
    times = members["metadata"].setdefault(key, {"created_at": "2026-11-22T06:12:11.863314"})
    times["updated_at"] = "2026-11-22T06:12:11.863314"
    with path.open("w") as file:
        json.dump(members, file, indent=2)


def filled(path: Path, size: int) -> None:
    """Write a document of about `size` bytes in the reference's layout."""
    times = {"created_at": "2026-11-22T06:12:11.863314", "updated_at": "2026-11-22T06:12:11.863314"}
    data: dict[str, object] = {"status": "working"}
    while len(json.dumps({"data": data, "metadata": dict.fromkeys(data, times)}, indent=2)) < size:
        for _ in range(max(1, size // 2500)):
            data[f"key_{len(data)}"] = {"message": "implementing the storage adapter " * 2, "percent": 50}
    path.write_text(json.dumps({"data": data, "metadata": dict.fromkeys(data, times)}, indent=2))


def one_key(folder: Path) -> None:
    """A durable transaction of one key against the reference's unsafe way."""
    storage = FileStorage(folder)
    for size, allowed in ((1_000, 2.0), (25_000, 0.8), (250_000, 0.35)):
        filled(folder / f"issue__{size}.json", size)
        filled(folder / "floor.ref", size)

        def ours(turn: int, scope: str = f"issue:{size}") -> None:
            storage.transact(Act("set", ACTOR), lambda tx: tx.edit(scope).update(status=turn))

        floor, mine = median_us(150, lambda turn: store_unsafely(folder / "floor.ref", "status", turn), ours)
        print(f"one key, {size:>7} B: {mine:7.0f} µs, the reference {floor:7.0f}: {mine / floor:.2f} (≤ {allowed})")
    filled(folder / "session__1.json", 1_000)
    filled(folder / "floor.ref", 1_000)

    def beat(turn: int) -> None:
        storage.transact(Act("heartbeat", ACTOR, durable=False), lambda tx: tx.edit("session:1").update(beat=turn))

    floor, mine = median_us(150, lambda turn: store_unsafely(folder / "floor.ref", "beat", turn), beat)
    print(f"heartbeat:            {mine:7.0f} µs, the reference {floor:7.0f}: {mine / floor:.2f} (≤ 1.3)")


def syncs(folder: Path) -> None:
    """What the disk alone takes of a durable transaction: a new file synced, a line appended and synced."""
    fd = os.open(folder / "floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def sync(turn: int) -> None:
        new = os.open(folder / "floor.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(new, b"x" * 1000)
        os.fsync(new)
        os.close(new)
        os.write(fd, b"x" * 400)
        os.fdatasync(fd)
        os.replace(folder / "floor.new", folder / "floor.now")

    storage = FileStorage(folder)
    floor, mine = median_us(
        150, sync, lambda turn: storage.transact(Act("set", ACTOR), lambda tx: tx.edit("issue:s").update(n=turn))
    )
    print(f"the two syncs alone:  {floor:7.0f} µs; a durable transaction {mine:.0f}: {mine / floor:.2f}")


def contend(folder: str, seconds: float, results: multiprocessing.Queue[int]) -> None:
    """Count how many durable transactions this process gets."""
    storage, count, end = FileStorage(folder), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        storage.transact(
            Act("count", ACTOR), lambda tx: tx.edit("project:n").update(n=tx.edit("project:n").get("n", 0) + 1)
        )
        count += 1
    results.put(count)


def contention(folder: Path) -> None:
    """Eight processes on one document."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=contend, args=(str(folder), 4.0, results)) for _ in range(8)]
    for worker in workers:
        worker.start()
    counts = sorted(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    mean = statistics.mean(counts)
    print(
        f"8 processes: {sum(counts) / 4:.0f} transactions/s (≥ 1,000); "
        f"the least had {counts[0] / mean:.2f} of the mean (≥ 0.5)"
    )


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        for bench in (one_key, syncs, contention):
            folder = Path(name, bench.__name__)
            folder.mkdir()
            bench(folder)


if __name__ == "__main__":
    main()
