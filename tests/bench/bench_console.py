"""How fast the console is, through a real pty, each figure against a floor of the same run.

python -m tests.bench.bench_console
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.terminal import Terminal

BARE = """
from textual.app import App
from textual.widgets import DataTable, Footer, Header
class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Header(); yield DataTable(); yield Footer()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("session", "issue")
        for n in range(50):
            table.add_row(f"claude_{n}", str(n))
Bare().run()
"""
TIMES = {"created_at": "2026-11-22T06:12:11.863314", "updated_at": "2026-11-22T06:12:11.863314"}


def fill(folder: Path, scopes: int) -> None:
    """Write a store of so many scopes, in the reference's layout."""
    for n in range(scopes):
        if n % 3 == 0:
            name, data = f"session__claude_{n}", {"current_issue": n + 1, "status": "working", "last_heartbeat": "x"}
        else:
            name, data = (
                f"issue__{n}",
                {"claimed_by": f"claude_{n - n % 3}", "status": "in_progress", "notes": "y" * 200},
            )
        members = {"data": data, "metadata": dict.fromkeys(data, TIMES)}
        (folder / f"laptop__acme__shop__{name}.json").write_text(json.dumps(members, indent=2))


def medians(turns: int, *calls: Callable[[], float]) -> list[float]:
    """Return each call's median, the calls taking turns."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(turns):
        for times, call in zip(taken, calls, strict=True):
            times.append(call())
    return [statistics.median(times) for times in taken]


def compiled(folder: Path) -> dict[str, str]:
    """Return the environment in which everything is compiled once, as what pip installed is."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.with_name("compiled"))}


def console(folder: Path) -> list[str]:
    """Return the command that shows a store."""
    return [sys.executable, "-m", "coord_tui", "--store", str(folder)]


def first_content(folder: Path) -> None:
    """From spawn to the first record on the screen, 1,000 scopes, against a bare Textual app."""
    fill(folder, 1000)

    def ours() -> float:
        with Terminal(console(folder), env=compiled(folder)) as terminal:
            return terminal.wait(r"claude_\d")

    def bare() -> float:
        with Terminal([sys.executable, "-c", BARE], env=compiled(folder)) as terminal:
            return terminal.wait(r"claude_\d")

    ours(), bare()
    mine, floor = medians(9, ours, bare)
    print(f"first content, 1,000 scopes: {mine * 1e3:.0f} ms, a bare app {floor * 1e3:.0f}: {mine / floor:.2f} (≤ 1.3)")


def freshness(folder: Path) -> None:
    """From another program's write to changed terminal output."""
    fill(folder, 100)
    path = folder / "laptop__acme__shop__issue__1.json"
    members = json.loads(path.read_text())
    taken = []
    with Terminal(console(folder)) as terminal:
        terminal.wait(r"claude_0")
        terminal.settle(1.0)
        for turn in range(200):
            time.sleep(random.uniform(0.02, 0.06))
            terminal.settle(0.03, 0.2)
            word = f"step{turn:04}"
            members["data"]["progress"] = {"message": word, "updated_by": "claude_0"}
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(members, indent=2))
            begun = time.monotonic()
            os.replace(fresh, path)
            while word not in terminal.text:
                terminal.pump(0.005)
                if time.monotonic() > begun + 5:
                    raise RuntimeError(f"{word} never came")
            taken.append(time.monotonic() - begun)
    taken.sort()
    p50, p99 = taken[len(taken) // 2] * 1e3, taken[int(len(taken) * 0.99)] * 1e3
    print(f"outside write to terminal: p50 {p50:.0f} ms (≤ 60), p99 {p99:.0f} ms (≤ 150)")


def get(folder: Path) -> None:
    """`coordctl get` from spawn to exit, against Python doing nothing."""
    fill(folder, 100)
    command = [
        sys.executable,
        "-m",
        "coord_core.cli",
        "--store",
        str(folder),
        "get",
        "laptop:acme/shop:issue:1",
        "status",
    ]
    script = Path(sys.executable).with_name("coordctl")
    if script.exists():
        command[:3] = [str(script)]

    def run(words: list[str]) -> float:
        begun = time.monotonic()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=os.environ | compiled(folder))
        return time.monotonic() - begun

    run(command)
    mine, floor = medians(15, lambda: run(command), lambda: run([sys.executable, "-c", "pass"]))
    print(f"coordctl get: {mine * 1e3:.0f} ms (≤ 100), python -c pass {floor * 1e3:.0f}: {mine / floor:.1f}")


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as name:
        for bench in (first_content, freshness, get):
            folder = Path(name, bench.__name__)
            folder.mkdir()
            bench(folder)


if __name__ == "__main__":
    main()
