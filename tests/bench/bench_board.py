"""How a board's cost compares with reading the same files: run `python -m tests.bench.bench_board`."""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from coord_core.documents import Batch, Document
from coord_core.state.board import Board
from coord_core.times import local_iso, naive_utc_iso, utc_iso

SHOP = "laptop:acme/shop"
NOW = time.time()


def data_of(number: int) -> tuple[str, dict[str, Any]]:
    """Return the scope and the data of the nth document: sessions, issues and locks in turn."""
    who, kind = f"agent_{number // 3}", number % 3
    if kind == 0:
        todos = [{"task": "Write the tests", "status": "in_progress"}, {"task": "Document it", "status": "pending"}]
        return f"{SHOP}:session:{who}", {
            "current_issue": number // 3, "status": "working", "last_heartbeat": local_iso(NOW - 20), "todos": todos,
            "host": "laptop", "pid": 4000 + number, "branch": f"feat/{number}", "client": "claude",
        }  # fmt: skip
    if kind == 1:
        progress = {"phase": "testing", "percent": 75, "message": "Writing tests for the storage adapter",
                    "updated_at": utc_iso(NOW - 30), "updated_by": who}  # fmt: skip
        claim = {"claimed_by": who, "claimed_at": utc_iso(NOW - 900), "status": "in_progress"}
        return f"{SHOP}:issue:{number // 3}", {**claim, "progress": progress}
    held = {"locked_by": who, "locked_at": utc_iso(NOW - 400), "fence": number, "reason": "refactoring the module"}
    return f"{SHOP}:locks:src/module_{number}", held


def write(folder: Path, count: int) -> list[str]:
    names = []
    for number in range(count):
        scope, data = data_of(number)
        # One transaction stamps all its keys alike, but no two transactions do.
        at = naive_utc_iso(NOW - 25 - number / 1000)
        stamp = {"created_at": at, "updated_at": at}
        members = {"scope": scope, "revision": number, "check": 1, "data": data, "metadata": dict.fromkeys(data, stamp)}
        path = folder / (scope.replace(":", "__").replace("/", "__") + ".json")
        path.write_bytes(orjson.dumps(members, option=orjson.OPT_INDENT_2))
        names.append(str(path))
    return names


def load(names: list[str]) -> list[dict[str, Any]]:
    found = []
    for name in names:
        handle = os.open(name, os.O_RDONLY)
        size = os.fstat(handle).st_size
        found.append(orjson.loads(os.read(handle, size + 1)))
        os.close(handle)
    return found


def documents(parsed: list[dict[str, Any]]) -> dict[str, Document]:
    return {
        m["scope"]: Document(m["scope"], m["data"], m["metadata"], m["revision"], False, NOW - 20, m["scope"])
        for m in parsed
    }


def median(action: Callable[[], Any], rounds: int, *, warm: bool = False) -> float:
    """Return the median time of an action.

    warm: collect garbage only once before. A collection goes through all that there is, and so empties the CPU's
    caches: of a short action next to a large heap, it would be that which is measured.
    """
    times = []
    for number in range(rounds):
        if not warm or not number:
            gc.collect()
        begun = time.perf_counter()
        kept = action()
        times.append(time.perf_counter() - begun)
        del kept
    return statistics.median(times)


def touch(found: dict[str, Document], count: int) -> dict[str, Document]:
    """Return changed versions of some documents."""
    step = max(1, len(found) // count)
    some = list(found.values())[::step][:count]
    return {d.scope: replace(d, data={**d.data, "note": "x"}, written_at=NOW) for d in some}


def main() -> None:
    ticks = {}
    for count in (1_000, 10_000):
        with tempfile.TemporaryDirectory() as place:
            names = write(Path(place), count)
            load(names)
            rounds = 15 if count == 1_000 else 5
            plain = median(lambda names=names: load(names), rounds)  # type: ignore[misc]
            found = documents(load(names))
        whole = Batch(documents=found, whole=True)
        built = median(lambda whole=whole: Board().update(whole, now=NOW), rounds)  # type: ignore[misc]
        board = Board().update(whole, now=NOW)
        change = Batch(documents=touch(found, 10))
        step = lambda board=board, change=change: board.update(change, now=NOW + 1)  # noqa: E731
        update, cold = median(step, 200, warm=True), median(step, 50)
        same = median(lambda board=board, whole=whole: board.update(whole, now=NOW + 1), 5)  # type: ignore[misc]
        tick = median(lambda board=board: board.update(Batch(), now=NOW + 1), 200, warm=True)  # type: ignore[misc]
        ticks[count] = update
        print(f"{count:6} scopes: read and parse {plain * 1e3:7.1f} ms ({plain / count * 1e6:4.1f} µs each)")
        print(f"       board           {built * 1e3:7.1f} ms ({built / count * 1e6:4.1f} µs each)")
        print(f"       together        {(plain + built) / plain:7.2f} x the plain read and parse")
        print(f"       whole, unchanged {same * 1e3:6.1f} ms")
        print(f"       update of 10    {update * 1e6:7.0f} µs (with cold caches {cold * 1e6:.0f} µs)")
        print(f"       tick            {tick * 1e6:7.0f} µs")
    print(f"update of 10 of 10,000 costs {ticks[10_000] / ticks[1_000]:.2f} x that of 10 of 1,000")


if __name__ == "__main__":
    main()
