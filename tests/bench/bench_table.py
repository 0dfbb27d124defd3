"""How fast the table is with thousands of rows, and what the console costs, through a real pty.

python -m tests.bench.bench_table [seconds of the flood, 60]
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.bench.bench_console import compiled, console
from tests.terminal import SYNC_QUERY, Terminal

PAINTED = b"\x1b[?2026l"
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = 40
QUARTERS = 4


def fill(folder: Path, sessions: int, issues: int) -> None:
    """Write a store of so many sessions and issues, as the reference does, all seen a moment ago."""
    for n in range(sessions):
        write(folder, f"session__claude_{n}", session(n, f"Step {n}"))
    for n in range(issues):
        progress = {"phase": "testing", "percent": n % 101, "message": f"Issue {n}", "updated_by": f"claude_{n}"}
        write(folder, f"issue__{n}", {"claimed_by": f"claude_{n}", "status": "in_progress", "progress": progress})


def session(n: int, message: str) -> dict[str, object]:
    todos = [{"task": message, "status": "in_progress"}]
    return {"current_issue": n, "status": "working", "last_heartbeat": datetime.now().isoformat(), "todos": todos}


def write(folder: Path, name: str, data: dict[str, object]) -> None:
    now = datetime.now().isoformat()
    members = {"data": data, "metadata": {key: {"created_at": now, "updated_at": now} for key in data}}
    path = folder / f"laptop__acme__shop__{name}.json"
    path.with_suffix(".new").write_text(json.dumps(members, indent=2))
    os.replace(path.with_suffix(".new"), path)


@contextmanager
def opened(folder: Path, wait: str = r"claude_1", columns: int = 120, rows: int = 36) -> Iterator[Terminal]:
    with Terminal(console(folder), columns, rows, env=compiled(folder)) as terminal:
        terminal.wait(wait)
        terminal.settle(2.0, 20.0)
        yield terminal


def answer(terminal: Terminal, key: str) -> float:
    """Press a key; return the seconds until the frame that answers it is out."""
    drain(terminal)
    begun = time.perf_counter()
    terminal.send(key)
    seen = b""
    while PAINTED not in seen:
        seen += os.read(terminal.fd, 1 << 16)
        if SYNC_QUERY in seen:
            os.write(terminal.fd, b"\x1b[?2026;2$y")
            seen = seen.replace(SYNC_QUERY, b"")
    return time.perf_counter() - begun


def drain(terminal: Terminal, seconds: float = 0.05) -> None:
    """Take in what comes for so long, without drawing it."""
    import select

    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([terminal.fd], [], [], left)[0]:
        os.read(terminal.fd, 1 << 16)


def cpu(terminal: Terminal) -> float:
    """Return the processor time that the console has taken, in seconds."""
    fields = Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def share(terminal: Terminal, seconds: float) -> float:
    """Return how much of a core the console takes over so many seconds."""
    before, begun = cpu(terminal), time.monotonic()
    while time.monotonic() < begun + seconds:
        drain(terminal, 0.2)
    return (cpu(terminal) - before) / (time.monotonic() - begun)


def memory(terminal: Terminal, field: str = "VmRSS") -> float:
    """Return the memory that the console has, in MiB."""
    status = Path(f"/proc/{terminal.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(field))) / 1024


def told(times: list[float]) -> str:
    times = sorted(times)
    median, p90, worst = (each * 1e3 for each in (statistics.median(times), times[int(len(times) * 0.9)], times[-1]))
    return f"median {median:.1f} ms, p90 {p90:.1f}, worst {worst:.0f}"


def many_rows(folder: Path, sessions: int, issues: int) -> None:
    """Keys on thousands of rows."""
    fill(folder, sessions, issues)
    with opened(folder) as terminal:
        print(f"{sessions:,} sessions and {issues:,} issues: {memory(terminal):.0f} MiB (≤ 120)", end="")
        print(f", at its most {memory(terminal, 'VmHWM'):.0f}")
        moves = [answer(terminal, key) for key in ("j", "j", "j", "k", "\x04", "\x15", "G", "g") * (ROUNDS // 8)]
        print(f"  cursor move: {told(moves)} (≤ 20)")
        answer(terminal, "s")
        sorts = [answer(terminal, key) for key in ("s", "S") * (ROUNDS // 4)]
        print(f"  sort: {told(sorts)} (≤ 150)")
        answer(terminal, "/")
        typed = [answer(terminal, key) for key in "claude_12\x7f\x7f\x7f\x7f state:live !33" + "\x7f" * 12]
        print(f"  filter keystroke: {told(typed)} (≤ 50), the first {typed[0] * 1e3:.0f}")
        print(f"  afterwards {memory(terminal):.0f} MiB", flush=True)


class Flood(threading.Thread):
    """Rows of a store that change: `each` at a time, `times` a second."""

    def __init__(self, folder: Path, rows: int, each: int, times: float) -> None:
        super().__init__(daemon=True)
        self.folder, self.rows, self.each, self.pause = folder, rows, each, 1 / times
        self.over = threading.Event()
        self.dice = random.Random(7)
        self.turn = 0

    def run(self) -> None:
        due = time.monotonic()
        while not self.over.is_set():
            for n in self.dice.sample(range(self.rows), self.each):
                self.turn += 1
                write(self.folder, f"session__claude_{n}", session(n, f"Turn {self.turn}"))
            due += self.pause
            self.over.wait(max(0.0, due - time.monotonic()))


@contextmanager
def flooded(folder: Path, rows: int, each: int, times: float) -> Iterator[None]:
    flood = Flood(folder, rows, each, times)
    flood.start()
    try:
        yield
    finally:
        flood.over.set()
        flood.join()


def idle(folder: Path) -> None:
    """What the console costs while nobody does anything, and while ten rows change ten times a second."""
    fill(folder, 250, 250)
    with opened(folder) as terminal:
        print(f"500 records, ages tick: {share(terminal, 20) * 100:.2f} % of a core (≤ 1.5)", flush=True)
        with flooded(folder, 250, 10, 10):
            share(terminal, 3)
            print(f"500 records, ten change ten times a second: {share(terminal, 20) * 100:.1f} % of a core (≤ 8)")


def flood(folder: Path, seconds: float) -> None:
    """Seventy rows change a second; every key is answered, and memory does not grow."""
    fill(folder, 250, 250)
    with opened(folder) as terminal, flooded(folder, 250, 7, 10):
        share(terminal, 5)
        begun, taken, memories = time.monotonic(), [], [memory(terminal)]
        # Each of them changes the screen, so that it is its own frame that is waited for.
        keys = ("G", "g", "\x04", "\x15", "j", "k", "s", "S", "*", "*", "2", "G", "g", "1", "/", "a", "\x7f", "\r")
        while (spent := time.monotonic() - begun) < seconds:
            if spent > seconds * len(memories) / QUARTERS:
                memories.append(memory(terminal))
            terminal.send("g")  # not measured: it may change nothing
            drain(terminal, 0.1)
            for key in keys:
                taken.append(answer(terminal, key))
                time.sleep(0.02)
        print(f"seventy rows change a second for {seconds:.0f} s, {len(taken)} keys: {told(taken)} (≤ 100)")
        print(
            f"  memory, MiB, each quarter: {' '.join(f'{each:.1f}' for each in [*memories, memory(terminal)])}",
            flush=True,
        )


def main() -> None:
    """Print every figure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as name:
        for place, (sessions, issues) in enumerate(((3334, 6666), (10_000, 0))):
            folder = Path(name, f"many{place}")
            folder.mkdir()
            many_rows(folder, sessions, issues)
        for turn in (lambda at: idle(at), lambda at: flood(at, seconds)):
            folder = Path(tempfile.mkdtemp(dir=name))
            turn(folder)


if __name__ == "__main__":
    main()
