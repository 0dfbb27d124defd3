"""How fast the past opens and moves, through a real pty, over a journal of 100,000 lines.

python -m tests.bench.bench_past
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from coord_core.documents import Change, Document, Line
from coord_core.storage import format as fmt
from coord_core.storage.filenames import encoded_name
from coord_core.storage.journal import SEGMENT_BYTES
from coord_core.storage.lines import to_bytes
from coord_core.times import naive_utc_iso
from tests.bench.bench_console import compiled, console
from tests.terminal import Terminal

LINES: Final = 100_000
SESSIONS: Final = 166
W: Final = "laptop:acme/shop"
AT: Final = re.compile(r"AT (\d\d:\d\d:\d\d)")


def lines(now: float) -> Iterator[tuple[Line, dict[str, Any]]]:
    """Yield lines a second apart, each with its document as it then is."""
    state: dict[str, dict[str, Any]] = {}
    for n in range(LINES):
        number = (n * 7919) % (2 * SESSIONS)
        name, at = f"claude_{number % SESSIONS}", now - 5 - (LINES - n)
        beats = n % 3 == 0
        scope = f"{W}:session:{name}" if beats else f"{W}:issue:{number}"
        before = state.get(scope, {})
        after = (
            {"status": "working", "current_issue": number, "last_heartbeat": naive_utc_iso(at)}
            if beats
            else {"claimed_by": name, "status": "in_progress", "progress": f"{'step ' * 40}{n}"}
        )
        edits = [
            Change((key,), *([before[key]] if key in before else []), new=value)
            for key, value in after.items()
            if before.get(key) != value
        ]
        actor = {"workspace": W, "session": name}
        action = "heartbeat" if beats else "update_progress"
        state[scope] = after
        yield Line(n + 1, at, action, {scope: edits}, actor, base={scope: before or None}), {scope: after}


def fill(folder: Path) -> None:
    """Write a store whose journal has so many lines, in as many segments as they fill."""
    (folder / ".coord" / "journal").mkdir(parents=True)
    (folder / ".coord" / "tmp").mkdir()
    newest: dict[str, Document] = {}
    path, size, told = Path(), SEGMENT_BYTES, set[str]()
    file = None
    for line, documents in lines(time.time()):
        if size >= SEGMENT_BYTES:
            path, size, told = folder / ".coord" / "journal" / f"{line.seq:020}.jsonl", 0, set()
            if file is not None:
                file.close()
            file = path.open("wb")
        [(scope, data)] = documents.items()
        base = {} if scope in told else line.base
        told.add(scope)
        raw = to_bytes(Line(line.seq, line.at, line.action, line.changes, line.actor, base=base), {})
        assert file is not None
        size += file.write(raw)
        newest[scope] = Document(scope, data, {}, line.seq)
    assert file is not None
    file.close()
    for scope, document in newest.items():
        (folder / encoded_name(scope)).write_bytes(fmt.encode(document))


def moment(terminal: Terminal) -> str:
    """Return which moment the screen says it shows, "" for now."""
    found = AT.search(terminal.text)
    return found[1] if found else ""


def press(terminal: Terminal, key: bytes) -> float:
    """Press a key and return the seconds until another moment is shown."""
    before, begun = moment(terminal), time.monotonic()
    terminal.send(key)
    while moment(terminal) == before:
        terminal.pump(0.002)
        if time.monotonic() > begun + 60:
            raise RuntimeError(f"nothing came of {key!r}:\n{terminal.text}")
    return time.monotonic() - begun


def said(name: str, taken: list[float], most: int) -> None:
    """Print the median and the worst."""
    p50, p95 = statistics.median(taken) * 1e3, sorted(taken)[int(len(taken) * 0.95)] * 1e3
    print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {max(taken) * 1e3:.0f} ms (≤ {most})")


def memory(pid: int) -> float:
    """Return a process's resident memory in MiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "store")
        folder.mkdir()
        fill(folder)
        segments = [*(folder / ".coord" / "journal").iterdir()]
        size = sum(each.stat().st_size for each in segments) / 2**20
        print(f"{LINES} lines, {size:.0f} MiB in {len(segments)} segments, {3 * SESSIONS} records")
        opened, back, forth, minutes = [], list[float](), list[float](), list[float]()
        for _ in range(3):
            with Terminal(console(folder), env=compiled(folder)) as terminal:
                terminal.wait(r"claude_\d")
                terminal.settle(1.0)
                before = memory(terminal.pid)
                begun = time.monotonic()
                terminal.send(b"p")
                press(terminal, b"\x1b[D")
                opened.append(time.monotonic() - begun)
                for taken, key, times in ((back, b"\x1b[D", 150), (forth, b"\x1b[C", 100), (minutes, b",", 30)):
                    for _ in range(times):
                        terminal.settle(0.03, 0.15)
                        taken.append(press(terminal, key))
                after = memory(terminal.pid)
        said("opening the past: p and ← to the first picture", opened, 1000)
        said("a step back", back, 50)
        said("a step on", forth, 50)
        said("a minute back", minutes, 50)
        print(f"memory: {before:.0f} MiB before, {after:.0f} MiB after looking back")


if __name__ == "__main__":
    main()
