"""Every system call that writes fails once, below Python: nothing happened and it was said, or it is all there.

strace injects the error into the n-th call of a child that does a few acts; the child writes down what each came to.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.torture.children import recover

pytestmark = pytest.mark.system

ERRORS = ("ENOSPC", "EIO", "EACCES")
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "openat", "rename", "renameat2", "unlink", "ftruncate", "mkdir",
         "link", "linkat", "fchmod", "truncate")  # fmt: skip
WORK = """
import json, os, sys
from coord_core.errors import NotStored, OutcomeUnknown, StorageError
from coord_core.storage import Act
from coord_core.storage.files import FileStorage
folder, report = sys.argv[1], os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
storage = FileStorage(folder)
A, B, C = "issue:15", "locks:db", "project:queue"

def several(tx):
    tx.edit(A)["n"] = 3
    tx.edit(C)["tasks"].append({"id": 2})
    tx.delete(B)

def acts():
    yield "create", lambda: storage.transact(Act("create"), lambda tx: tx.edit(C).update(tasks=[{"id": 1}]))
    yield "update", lambda: storage.transact(Act("update"), lambda tx: tx.edit(A).update(n=2))
    yield "several", lambda: storage.transact(Act("several"), several)
    yield "delete", lambda: storage.transact(Act("delete"), lambda tx: tx.delete(A))
    yield "quarantine", lambda: storage.quarantine("torn.json", Act("quarantine"))

import filelock
for name, act in acts():
    try:
        act()
        result = "done"
    except OutcomeUnknown:
        result = "unknown"
    except NotStored:
        result = "refused"
    except KeyError:
        result = "impossible"  # what it builds on was refused
    os.writev(report, [json.dumps([name, result]).encode() + b"\\n"])
"""


def prepare(folder: Path) -> None:
    from coord_core.storage import Act
    from coord_core.storage.files import FileStorage

    storage = FileStorage(folder)
    storage.transact(Act("start"), lambda tx: (tx.edit("issue:15").update(n=1), tx.edit("locks:db").update(by="me")))
    shutil.rmtree(folder / ".coord")  # so that the child makes its folders itself
    (folder / "torn.json").write_text('{"data": {"half')


def run(folder: Path, *options: str) -> tuple[list[tuple[str, str]], str]:
    """Run the acts in a traced child; return what it reported, and the trace."""
    report, trace = folder.with_suffix(".report"), folder.with_suffix(".trace")
    command = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        str(trace),
        *options,
        sys.executable,
        "-B",
        "-c",
        WORK,
        str(folder),
        str(report),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in report.read_text().splitlines()], trace.read_text(errors="replace")


def expected(reports: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return what may stand now: what was done, done; what was refused, not at all."""
    worlds: list[dict[str, dict[str, Any]]] = [{"issue:15": {"n": 1}, "locks:db": {"by": "me"}}]
    for name, result in reports:
        if name == "quarantine" or result in ("refused", "impossible"):
            continue
        after = [advance(world, name) for world in worlds]
        worlds = after if result == "done" else [*worlds, *after]
    return worlds


def advance(world: dict[str, dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    world = json.loads(json.dumps(world))
    if name == "create":
        world["project:queue"] = {"tasks": [{"id": 1}]}
    elif name == "update":
        world["issue:15"]["n"] = 2
    elif name == "several" and "project:queue" in world:
        world["issue:15"]["n"] = 3
        world["project:queue"]["tasks"].append({"id": 2})
        world.pop("locks:db")
    elif name == "delete":
        world.pop("issue:15")
    return world


def judge(folder: Path, reports: list[tuple[str, str]]) -> None:
    assert [name for name, _ in reports] == ["create", "update", "several", "delete", "quarantine"]
    storage = recover(folder)  # not bricked
    torn, aside = folder / "torn.json", list(folder.glob(".coord/quarantine/*-torn.json"))
    result = dict(reports)["quarantine"]
    assert torn.exists() != bool(aside)
    assert result == "unknown" or torn.exists() == (result != "done")
    torn.unlink(missing_ok=True)
    assert prove_whole_or_foreign(storage) in expected(reports), reports


def prove_whole_or_foreign(storage: Any) -> dict[str, Any]:
    from coord_core.storage.redo import replay
    from tests.torture.children import on_disk

    documents = on_disk(storage)
    said = replay(storage.lines())
    assert {scope: said[scope] for scope in said if said[scope]}.items() <= documents.items()
    return documents


INJECTED = re.compile(r"\(INJECTED\)")


def test_every_write_fails_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    first = tmp_path / "count"
    prepare(first)
    reports, trace = run(first, "-e", "trace=" + ",".join(f"?{call}" for call in CALLS))
    assert {result for _, result in reports} == {"done"}
    begin: Counter[str] = Counter()  # calls before the first one on the store: Python's own
    total: Counter[str] = Counter()
    begun = False
    for line in trace.splitlines():
        if not (match := re.match(r"\d+ +(\w+)\(", line)):
            continue
        begun = begun or ("count/.coord" in line and "O_RDONLY" not in line)
        total[match[1]] += 1
        if not begun:
            begin[match[1]] += 1
    both = ["-e", "inject=ftruncate:error=EIO"]
    for when in range(begin["fdatasync"] + 1, total["fdatasync"] + 1):
        folder = tmp_path / f"both {when}"
        prepare(folder)
        traced = "trace=fdatasync,ftruncate"
        reports, log = run(folder, "-e", traced, "-e", f"inject=fdatasync:error=EIO:when={when}", *both)
        assert len(INJECTED.findall(log)) == 2
        outcomes.update(result for _, result in reports)
        judge(folder, reports)
    assert outcomes["unknown"]
    for call in CALLS:
        for error in ERRORS:
            for when in range(begin[call] + 1, total[call] + 1):
                if call == "openat" and not opens_for_writing(trace, when):
                    continue
                folder = tmp_path / f"{call} {error} {when}"
                prepare(folder)
                cells[call] += 1
                try:
                    reports, log = run(folder, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")
                    hit[call] += bool(INJECTED.search(log))
                    outcomes.update(result for _, result in reports)
                    judge(folder, reports)
                except AssertionError as failure:
                    wrong.append(f"{call} {error} {when}: {failure}")
                for path in (folder, folder.with_suffix(".report"), folder.with_suffix(".trace")):
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    with capsys.disabled():
        print(f"\n{sum(cells.values())} faults ({', '.join(ERRORS)} at each call): {dict(cells)}")
        print(f"hit {sum(hit.values())}; acts {dict(outcomes)}; {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong[:30])
    assert all(
        hit[call] for call in ("write", "pwrite64", "fdatasync", "openat", "rename", "renameat2", "unlink", "mkdir")
    )


def opens_for_writing(trace: str, when: int) -> bool:
    opens = [line for line in trace.splitlines() if re.match(r"\d+ +openat\(", line)]
    return any(flag in opens[when - 1] for flag in ("O_WRONLY", "O_RDWR", "O_CREAT"))
