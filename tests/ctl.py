"""`coordctl` as a process: its exit code, its words, and never a traceback or a byte that commands a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coord_core import text
from coord_core.cli import main

ROOT = Path(__file__).parents[1]
Ctl = Callable[..., "Answer"]
PLAIN = ("-m", "coord_core.cli")


class Answer(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which nothing but `--store` says where the store is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COORD_", "CLAUDE_"))}
    return kept | {"PYTHONPATH": str(ROOT), "HOME": str(home), "LOGNAME": "kim"}


def begin(store: Path, *arguments: str | bytes, how: Sequence[str] = PLAIN, **more: Any) -> subprocess.Popen[bytes]:
    """Start a command on a store."""
    return subprocess.Popen(
        [sys.executable, *how, "--store", str(store), *arguments],
        env=environment(store.parent), cwd=store.parent,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # fmt: skip


def end(process: subprocess.Popen[bytes]) -> Answer:
    """Wait for a command, and hold it to what holds for all of them."""
    out, err = process.communicate(timeout=60)
    return _held(process.returncode, out, err)


def _held(code: int, raw_out: bytes, raw_err: bytes) -> Answer:
    out, err = raw_out.decode(), raw_err.decode()  # strict: what goes out is UTF-8
    assert "Traceback" not in err, err
    for line in (out + err).splitlines():
        assert text.line(line, 1 << 22) == line, ascii(line)
    assert code in (0, 1, 2), (code, err)
    assert bool(err) == bool(code), "what goes wrong is said, and nothing else is"
    return Answer(code, out, err)


def within(store: Path, capsys: pytest.CaptureFixture[str]) -> Ctl:
    """Return what runs a command on a store in this very process: the quickest way, which holds nothing apart."""

    def run(*arguments: str) -> Answer:
        try:
            code = main(["--store", str(store), *arguments])
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Answer(code, out, err)

    return run


def spawn(store: Path, *arguments: str | bytes) -> Answer:
    """Run a command on a store as a shell does: everything from the start."""
    return end(begin(store, *arguments))


def ctl(store: Path, *arguments: str, first: Callable[[], None] = lambda: None) -> Answer:
    """Run a command on a store in a child of this process, which need not import everything anew.

    first: what the child does before.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            os._exit(_child(store, arguments, out.fileno(), err.fileno(), first))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return _held(code, os.pread(out.fileno(), 1 << 24, 0), os.pread(err.fileno(), 1 << 24, 0))


def each(store: Path, *commands: Sequence[str], first: Callable[[], None] = lambda: None) -> list[Answer]:
    """Run commands one after the other."""
    return [ctl(store, *command, first=first) for command in commands]


def _child(store: Path, arguments: Sequence[str], out: int, err: int, first: Callable[[], None]) -> int:
    code = 70
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        os.environ.update(environment(store.parent))
        os.chdir(store.parent)
        first()
        code = main(["--store", str(store), *arguments])
    except SystemExit as left:
        code = int(left.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return code
