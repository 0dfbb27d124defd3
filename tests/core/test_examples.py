"""The example in each verb's help runs as it stands there, in a repository where others are at work."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coord_core.actions.agent import Agent
from coord_core.cli import VERBS
from coord_core.commands.guide import EXAMPLES
from coord_core.storage import open_storage
from tests import repositories
from tests.ctl import Answer, ctl

W = "laptop:acme/shop"
BEFORE = {
    "done": ["claim queue#1"],
    "fail": ["claim queue#1"],
    "requeue": ["claim queue#1"],
    "lift": ["hold"],
    "undo": ["hold"],
    "redo": ["hold", "undo"],
    "doctor": ["init"],
}
"""What has to be done before."""
HUMAN = {"lift", "undo", "redo"}
"""What only makes sense to one who is no session."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which claude_1 has issue 15 and src/orders, and claude_2 offers issue 17."""
    root = tmp_path_factory.mktemp("examples") / "shop"
    repositories.init(root)
    store = root / ".claude" / "session-state"
    me, other = (Agent(open_storage(str(store)), W) for _ in range(2))
    me.sign_on("claude_1")
    me.claim_issue(15)
    me.update_progress(15, "analysis", 10, "Reading")
    me.acquire_lock("src/orders")
    me.enqueue_task({"type": "test", "file": "a.py"})
    other.sign_on("claude_2")
    other.claim_issue(17)
    other.offer_handoff(17, "review", ["Merge it"])
    (store / "laptop__acme__shop__issue__9.json").write_text("{")
    return root


@pytest.fixture
def here(shop: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(shop, tmp_path / "shop", symlinks=True))


def run(here: Path, verb: str, line: str) -> Answer:
    """Run a line as claude_1, or as the human whose verb it is, without the shell's words around it."""
    words = shlex.split(line.removeprefix("export COORD_SESSION=$(").removesuffix(")"))

    def at_home() -> None:
        os.chdir(here)
        if verb != "doctor":  # it warns of agents that would go by another workspace's name
            os.environ["COORD_WORKSPACE"] = W
        os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        if verb not in HUMAN:
            os.environ["COORD_SESSION"] = "claude_1"
        sys.stdin = open(os.devnull)  # noqa: SIM115
        os.dup2(sys.stdin.fileno(), 0)

    store = here / "played" if verb == "simulate" else here / ".claude" / "session-state"
    return ctl(store, *words[words[0] == "coordctl" :], first=at_home)


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_the_example_runs(here: Path, verb: str) -> None:
    for line in BEFORE.get(verb, ()):
        before = run(here, verb, EXAMPLES.get(line, line).replace(" --dry-run", ""))
        assert before.code == 0, before.err
    if verb in ("doctor", "init"):
        (here / ".claude" / "session-state" / "laptop__acme__shop__issue__9.json").unlink()
    done = run(here, verb, EXAMPLES[verb])
    assert (done.code, done.err) == (0, "")
