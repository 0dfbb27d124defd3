"""How fast the agents' actions are; one-process figures as ratios against a floor of the same run.

python -m tests.bench.bench_agents [FOLDER]
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from coord_core.actions.agent import Agent
from coord_core.storage import Act
from coord_core.storage.files import FileStorage
from tests.bench.bench_storage import ACTOR, median_us

W = "laptop:acme/shop"
WORKERS = 8
SECONDS = 4.0


def fill_queue(storage: FileStorage, tasks: int) -> None:
    """Write a queue in which nothing is claimed yet."""
    queue = [{"id": n, "type": "test", "file": f"tests/test_{n}.py", "status": "pending"} for n in range(1, tasks + 1)]
    storage.transact(Act("fill", ACTOR), lambda tx: tx.edit(f"{W}:project:queue").update(tasks=queue))


def fill_log(storage: FileStorage) -> None:
    """Write a full event log."""
    event = {"timestamp": "2026-11-22T06:12:11.852786", "session": "claude_1", "type": "progress", "metadata": {}}
    log = [{**event, "message": f"#{n} implementation 50%"} for n in range(1000)]
    storage.transact(Act("fill", ACTOR), lambda tx: tx.edit(f"{W}:project:events").update(log=log))


def agent(folder: Path, name: str = "claude_1") -> Agent:
    """Return an agent that is signed on."""
    found = Agent(FileStorage(folder), W, facts={"host": "laptop"})
    found.sign_on(name)
    return found


def journal_bytes(folder: Path) -> int:
    """Return how long the journal is."""
    return sum(each.stat().st_size for each in (folder / ".coord" / "journal").iterdir())


def next_task(folder: Path) -> None:
    """claim_next_task on a queue of 1,000 against a plain transaction of one key in the same file."""
    me = agent(folder)
    fill_queue(me.storage, 1000)

    def plain(turn: int) -> None:
        me.storage.transact(Act("set", ACTOR), lambda tx: tx.edit(f"{W}:project:queue").update(n=turn))

    floor, mine = median_us(200, plain, lambda turn: me.claim_next_task())
    print(f"claim_next_task of 1,000: {mine:6.0f} µs, one key of that file {floor:6.0f}: {mine / floor:.2f} (≤ 2.5)")
    before = journal_bytes(folder)
    for _ in range(200):
        me.claim_next_task()
    print(f"journal: {(journal_bytes(folder) - before) / 200:.0f} B a claim (< 1,000)")


def log_event(folder: Path) -> None:
    """log_event on a full log."""
    me = agent(folder)
    fill_log(me.storage)
    (mine,) = median_us(100, lambda turn: me.log_event("progress", f"#{turn} testing 75%", {"issue": turn}))
    print(f"log_event on 1,000:       {mine:6.0f} µs (≤ 3,000)")


def others(folder: Path) -> None:
    """The other actions, in a store of nearly nothing."""
    me = agent(folder)
    calls: dict[str, Callable[[int], object]] = {
        "claim_issue": me.claim_issue,
        "acquire_lock": lambda turn: me.acquire_lock(f"src/{turn}"),
        "release_lock": lambda turn: me.release_lock(f"src/{turn}"),
        "update_progress": lambda turn: me.update_progress(1, "testing", 50),
        "heartbeat": lambda turn: me.heartbeat(),
        "sign_on": lambda turn: me.sign_on("claude_1"),
    }
    found = median_us(50, *calls.values())
    print("also: " + ", ".join(f"{name} {took:.0f} µs" for name, took in zip(calls, found, strict=True)))


def work(folder: str, worker: int, call: str, results: multiprocessing.Queue[int]) -> None:
    """Count how often one process gets through."""
    me, count = agent(Path(folder), f"claude_{worker}"), 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        me.claim_issue(f"{worker}-{count % 50}-{count}") if call == "claim_issue" else me.claim_next_task()
        count += 1
    results.put(count)


def contend(folder: Path, call: str, allowed: int) -> None:
    """Eight processes that all claim."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=work, args=(str(folder), n, call, results)) for n in range(1, WORKERS + 1)]
    for worker in workers:
        worker.start()
    counts = sorted(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    least = counts[0] / statistics.mean(counts)
    print(
        f"{WORKERS} processes: {sum(counts) / SECONDS:.0f} {call}/s (≥ {allowed:,}); "
        f"the least had {least:.2f} of the mean (≥ 0.5)"
    )


def contended_issues(folder: Path) -> None:
    """claim_issue of eight processes."""
    contend(folder, "claim_issue", 1000)


def contended_tasks(folder: Path) -> None:
    """claim_next_task of eight processes on a queue of 1,000."""
    fill_queue(FileStorage(folder), 1000)
    contend(folder, "claim_next_task", 250)


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        for bench in (next_task, log_event, others, contended_issues, contended_tasks):
            folder = Path(name, bench.__name__)
            folder.mkdir()
            bench(folder)


if __name__ == "__main__":
    main()
