"""What the README shows of the agents' side runs as it stands there."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from coord_core.actions.agent import Agent
from coord_core.storage import open_storage
from tests.ctl import ROOT, environment
from tests.mcp import W, data, in_process

README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)


def blocks(heading: str) -> list[str]:
    """Return the code of the README's section of this name."""
    section = re.split(r"^#+ ", README.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return [textwrap.dedent(each).strip() + "\n" for each in BLOCK.findall(section)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a `coordctl` of these sources on its PATH."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "coordctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m coord_core.cli "$@"\n')
    program.chmod(0o755)
    return tmp_path


def run(place: Path, *command: str) -> str:
    env = environment(place) | {
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "COORD_WORKSPACE": W,
        "COORD_STORE": str(place / ".claude" / "session-state"),
    }  # fmt: skip
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_the_functions_of_the_conventions(place: Path) -> None:
    first, _ = blocks("From Python")
    assert run(place, sys.executable, "-c", first) == "frozen ['project:notes']\n"


def test_the_agent_from_python(place: Path) -> None:
    _, second = blocks("From Python")
    out = run(place, sys.executable, "-c", second).splitlines()
    assert out[0] == "[]" and "claude_1 signed off" in out[1] and "#15" in out[1]
    store = place / ".claude" / "session-state"
    assert data(store, "project:queue")["tasks"][0]["status"] == "completed"


async def test_an_agent_s_day_over_mcp(tmp_path: Path) -> None:
    day = next(each for each in blocks("Over MCP") if each.startswith("sign_on()"))
    async with in_process(tmp_path / "store") as me:
        for statement in ast.parse(day).body:
            assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            call = statement.value
            arguments = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
            await me.call(ast.unparse(call.func), **arguments)
    assert data(tmp_path / "store", "issue:15")["status"] == "completed"


def test_an_agent_s_day_at_the_shell(place: Path) -> None:
    day, *_ = blocks("At the shell")
    store = place / ".claude" / "session-state"
    before = Agent(open_storage(str(store)), W)
    before.sign_on("claude_2")
    for _ in range(6):
        before.enqueue_task({"type": "lint"})
    out = run(place, "bash", "-euc", day).splitlines()
    assert "queue#7" in out and out[-1].startswith("claude_1 is signed off")
    assert data(store, "project:release")["v1.0.0"]["tasks"][0]["status"] == "pending"
    assert data(store, "issue:15")["handoff"]["to_session"] == "claude_2"


def test_a_refusal_as_it_is_shown(place: Path) -> None:
    (shown,) = [each for each in blocks("From the shell") if each.startswith("{")]
    assert json.loads(shown.replace(",…", "")).keys() < {
        "error", "message", "what", "holder", "age", "life", "evidence", "advice", "waiting", "messages",
    }  # fmt: skip
