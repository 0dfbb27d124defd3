"""The seed document's Python, as a process of its own runs it: unchanged."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coord_core.scopes import parse
from coord_core.storage.files import FileStorage

ROOT = Path(__file__).parents[1]
DOCUMENT = Path(__file__).parent / "data" / "seed-multi-session-coordination.md"
WORKSPACE = "laptop:acme/shop"
_PARTS = re.compile(r"^#{2,3} ([^\n]+)$|^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IMPORT = "from coord_core.primitives import *\n"


@dataclass(frozen=True)
class Block:
    """A Python block. title: the headings that it stands under. given: the functions of the blocks before it."""

    title: str
    code: str
    given: str

    @property
    def program(self) -> str:
        """What a process runs."""
        return f"{IMPORT}{self.given}\n{self.code}"


def blocks() -> list[Block]:
    """Return every Python block of the seed, in order."""
    found: list[Block] = []
    heading, given = "", ""
    for part in re.finditer(
        r"^#{2,3} ([^\n]+)$|^```python\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL
    ):
        if part[1]:
            heading = part[1]
            continue
        found.append(Block(heading, part[2], given))
        given += "".join(f"{each}\n" for each in functions(part[2]).values())
    return found


def functions(code: str) -> dict[str, str]:
    """Return the sources of a block's functions, by name."""
    return {
        node.name: ast.get_source_segment(code, node) or ""
        for node in ast.parse(code).body
        if isinstance(node, ast.FunctionDef)
    }


def environment(store: Path) -> dict[str, str]:
    """Return an environment that leads to a store, and says nothing else of who runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COORD_", "CLAUDE", "CODEX"))}
    return kept | {"PYTHONPATH": str(ROOT), "COORD_STORE": str(store), "COORD_WORKSPACE": WORKSPACE}


def begin(program: str, store: Path) -> subprocess.Popen[str]:
    """Start a program on a store."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        env=environment(store), cwd=store.parent, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> str:
    """Wait for a program that must not fail; return what it printed."""
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, ""), err
    return out


def everything(store: Path) -> dict[str, Any]:
    """Return all documents of a store by their short names."""
    batch = FileStorage(store).load()
    assert not batch.unreadable
    return {parse(scope).short: dict(each.data) for scope, each in batch.documents.items() if each}
