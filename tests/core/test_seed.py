"""The seed document, verbatim: each Python block in a fresh process, against one store, in the document's order.

And where its way is racy: that it loses under contention, and that the atomic operation beside it does not.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import seed

Data = dict[str, Any]
AS_WRITTEN = "167615796ec091a9ff66d816804657e600bb81b3e9e53b82bb232494ddbff572"
WORKERS = 4
ROUNDS = 20


def work_assignment(out: str, data: Data) -> None:
    assert out == "Found 0 issues in progress\nClaimed issue #15\n"
    assert data["session:claude_1"]["current_issue"] == 15
    assert data["issue:15"] == {"claimed_by": "claude_1", "claimed_at": "2025-10-31T14:00:00Z"}
    assert data["instances"] == {"registry": {"claude_1": "taken"}}


def sees_claim(out: str, data: Data) -> None:
    assert out == "session:claude_1 is working on issue #15\n"
    assert data["issue:16"] == {"claimed_by": "claude_2"} and data["session:claude_2"]["current_issue"] == 16
    assert data["issue:15"]["claimed_by"] == "claude_1"


def creates_shared_state(out: str, data: Data) -> None:
    assert [each["status"] for each in data["project:migrations"]["pending"]] == ["pending"] * 3


def updates_shared_state(out: str, data: Data) -> None:
    first, *others = data["project:migrations"]["pending"]
    assert (first["id"], first["status"], first["started_by"]) == ("001", "in_progress", "claude_2")
    assert [each["status"] for each in others] == ["pending"] * 2


def reads_updated_state(out: str, data: Data) -> None:
    assert out == "Migration 001: in_progress\nMigration 002: pending\nMigration 003: pending\n"


def reserves(out: str, data: Data) -> None:
    assert out == "Performing migration...\n" and "locks:database_migration" not in data


def respects_lock(out: str, data: Data) -> None:
    assert out == "", "the lock was free again, so it is taken and nothing is printed"
    lock = {"locked_by": "claude_2", "locked_at": "2025-10-31T14:30:00Z"}
    assert data["locks:database_migration"] == lock


def broadcasts(out: str, data: Data) -> None:
    progress = data["issue:15"]["progress"]
    assert (progress["phase"], progress["percent"], progress["updated_by"]) == ("complete", 100, "claude_1")


def monitors(out: str, data: Data) -> None:
    assert out == "Issue #15: complete (100%) - All tasks complete\n"


def initializes_queue(out: str, data: Data) -> None:
    assert [(each["id"], each["status"]) for each in data["project:queue"]["tasks"]] == [
        (n, "pending") for n in (1, 2, 3, 4)
    ]


def processes_tasks(out: str, data: Data) -> None:
    assert out == "Processing task 1: test adapters.py\n"
    tasks = data["project:queue"]["tasks"]
    assert [(each["status"], each.get("claimed_by")) for each in tasks] == [
        ("completed", "claude_1"), ("claimed", "claude_2"), ("pending", None), ("pending", None)
    ]  # fmt: skip


def prepares_handoff(out: str, data: Data) -> None:
    handoff = data["issue:15"]["handoff"]
    assert handoff["from_session"] == "claude_1" and len(handoff["next_steps"]) == 3
    assert handoff["context"]["branch"] == "feat/15-local-adapter"
    assert data["session:claude_1"]["status"] == "handoff_ready"
    assert data["instances"]["registry"]["claude_1"] == "available"


def picks_up_handoff(out: str, data: Data) -> None:
    assert out.startswith("Picking up handoff from claude_1\nPhase: implementation_complete\nNext steps:\n  - Review")
    assert data["session:claude_2"]["current_issue"] == 15
    assert data["issue:15"]["current_session"] == "claude_2" and "handoff" not in data["issue:15"]


def checks_health(out: str, data: Data) -> None:
    beat = data["session:claude_1"]["last_heartbeat"]
    assert datetime.now() - datetime.fromisoformat(beat) < timedelta(minutes=5)
    assert data["instances"]["registry"]["claude_1"] == "taken"


def logs_events(out: str, data: Data) -> None:
    log = data["project:events"]["log"]
    assert [each["type"] for each in log] == ["issue_started", "file_modified", "tests_added", "issue_completed"]
    assert {each["session"] for each in log} == {"claude_1"} and log[2]["metadata"] == {"count": 10}


def releases(out: str, data: Data) -> None:
    release = data["project:release"]["v1.0.0"]
    assert (release["status"], release["coordinator"]) == ("in_progress", "claude_1")
    assert [(each["assignee"], each["status"]) for each in release["tasks"]] == [
        ("claude_2", "completed"), ("claude_3", "in_progress"), (None, "pending")
    ]  # fmt: skip
    assert data["instances"]["registry"] == dict.fromkeys(("claude_1", "claude_2", "claude_3"), "taken")


def nothing_yet(out: str, data: Data) -> None:
    assert out == ""


STORY: tuple[tuple[str, Callable[[str, Data], None]], ...] = (
    ("Claude Window 1 - Claims Work", work_assignment),
    ("Claude Window 2 - Sees Claim", sees_claim),
    ("Session 1 - Creates Shared State", creates_shared_state),
    ("Session 2 - Updates Shared State", updates_shared_state),
    ("Session 3 - Reads Updated State", reads_updated_state),
    ("Resource Reservation Pattern", reserves),
    ("Session 2 - Respects Lock", respects_lock),
    ("Session 1 - Broadcasts Progress", broadcasts),
    ("Session 2 - Monitors Progress", monitors),
    ("Initialize Queue", initializes_queue),
    ("Worker Pattern - Claim and Process Tasks", processes_tasks),
    ("Session 1 - Prepares Handoff", prepares_handoff),
    ("Session 2 - Picks Up Handoff", picks_up_handoff),
    ("Pattern 7: Session Health Check", checks_health),
    ("Pattern 8: Event Log", logs_events),
    ("Complete Multi-Session Workflow", releases),
    ("Race Conditions", nothing_yet),
    ("Abandoned Sessions", nothing_yet),
)


def test_every_block_runs_and_leaves_what_it_says(tmp_path: Path) -> None:
    store = tmp_path / "state"
    blocks = seed.blocks()
    assert [block.title for block in blocks] == [title for title, _ in STORY]
    for block, (_, left) in zip(blocks, STORY, strict=True):
        out = seed.end(seed.begin(block.program, store))
        left(out, seed.everything(store))


def test_the_document_is_as_its_author_wrote_it() -> None:
    """A formatter once rewrote its code in passing."""
    assert hashlib.sha256(seed.DOCUMENT.read_bytes()).hexdigest() == AS_WRITTEN


def test_the_documents_blocks_are_all_read() -> None:
    assert sum(line.startswith("```python") for line in seed.DOCUMENT.read_text().splitlines()) == len(seed.blocks())
    for block in seed.blocks():
        assert block.code in seed.DOCUMENT.read_text() and block.program.endswith(block.code)


def block(title: str) -> seed.Block:
    return next(each for each in seed.blocks() if each.title == title)


def test_the_seeds_clean_up_clears_an_abandoned_session(tmp_path: Path) -> None:
    store = tmp_path / "state"
    begin = """
sign_on("claude_1")
store_data("session:claude_1", "current_issue", 15)
store_data("issue:15", "claimed_by", "claude_1")
store_data("session:claude_1", "last_heartbeat", "2025-10-31T14:00:00")
sign_on("claude_2")
"""
    seed.end(seed.begin(seed.IMPORT + begin, store))
    code = block("Abandoned Sessions").program + '\nsign_on("claude_2")\ncleanup_abandoned_sessions()\n'
    assert seed.end(seed.begin(code, store)) == "Cleaning up abandoned session: session:claude_1\n"
    data = seed.everything(store)
    assert "session:claude_1" not in data and "issue:15" not in data and "session:claude_2" in data


START = """
import os, sys, time
def slowly(read):
    def retrieve(scope, key):
        value = read(scope, key)
        time.sleep(0.003)  # others come in between on a busy machine too, but not in every run
        return value
    return retrieve
retrieve_data = slowly(retrieve_data)
name = sign_on()["session_id"]
print("ready", flush=True)
sys.stdin.readline()
"""


def contend(store: Path, program: str) -> list[str]:
    """Let several processes run a program at the same instant, each as a session; return the lines they print."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", seed.IMPORT + START + program],
            env=seed.environment(store), cwd=store.parent, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(WORKERS)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    found = [line for worker in workers for line in worker.communicate(timeout=120)[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0] * WORKERS
    return found


def fill(store: Path, tasks: int) -> None:
    queue = [{"id": n, "type": "test", "file": "a.py", "status": "pending"} for n in range(tasks)]
    seed.end(seed.begin(f"{seed.IMPORT}sign_on('filler')\nstore_data('project:queue', 'tasks', {queue})\n", store))


OURS = f"""
from coord_core.actions.agent import Agent
from coord_core.errors import Held
from coord_core.storage import open_storage
agent = Agent(open_storage(os.environ["COORD_STORE"]), {seed.WORKSPACE!r}, name)
"""


def test_the_seeds_queue_gives_tasks_twice_and_ours_does_not(tmp_path: Path) -> None:
    claim = seed.functions(block("Worker Pattern - Claim and Process Tasks").code)["claim_next_task"]
    for number in range(ROUNDS):
        store = tmp_path / f"seeds {number}"
        fill(store, 60)
        taken = contend(store, f"{claim}\nwhile task := claim_next_task(name):\n    print(task['id'])\n")
        if len(set(taken)) < len(taken):
            break
    else:
        pytest.fail("the seed's way never lost")

    store = tmp_path / "ours"
    fill(store, 60)
    taken = contend(store, f"{OURS}\nwhile task := agent.claim_next_task():\n    print(task.id, name)\n")
    tasks = seed.everything(store)["project:queue"]["tasks"]
    assert sorted(taken) == sorted(f"{each['id']} {each['claimed_by']}" for each in tasks) and len(taken) == 60


CRITICAL = """
inside = os.environ["COORD_STORE"] + ".inside"
for _ in range(20):
    if not take():
        continue
    try:
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        print("two")
    else:
        time.sleep(0.003)
        os.unlink(inside)
    print("one")
    give()
"""


def test_the_seeds_reservation_lets_two_in_and_ours_does_not(tmp_path: Path) -> None:
    reserve = seed.functions(block("Resource Reservation Pattern").code)["try_reserve_resource"]
    racy = f"{reserve}\ntake = lambda: try_reserve_resource('db', name)[0]\ngive = lambda: delete_scope('locks:db')\n"
    for number in range(ROUNDS):
        said = contend(tmp_path / f"seeds {number}", racy + CRITICAL)
        if "two" in said:
            break
    else:
        pytest.fail("the seed's way never lost")

    ours = f"""{OURS}
def take():
    try:
        return agent.acquire_lock("db")
    except Held:
        return None
give = lambda: agent.release_lock("db")
"""
    said = contend(tmp_path / "ours", ours + CRITICAL)
    assert "two" not in said and "one" in said


def test_the_seeds_safe_claim_gives_one_issue_to_two_and_ours_does_not(tmp_path: Path) -> None:
    """It never looks at who has the issue, and what it verifies is true until the next one claims."""
    claim = seed.functions(block("Race Conditions").code)["safe_claim"]
    claim += """
for issue in range(4):
    time.sleep(0.15 * int(name[-1]))
    if safe_claim(f"issue:{issue}", name)[0]:
        print(issue)
"""
    taken = contend(tmp_path / "seeds", claim)
    assert len(set(taken)) < len(taken), "the seed's way never lost"

    ours = """
for issue in range(40):
    try:
        print(agent.claim_issue(issue).issue, name)
    except Held:
        pass
"""
    store = tmp_path / "ours"
    taken = contend(store, OURS + ours)
    owners = [f"{issue} {seed.everything(store)[f'issue:{issue}']['claimed_by']}" for issue in range(40)]
    assert sorted(taken) == sorted(owners), "each has one owner, and it was told so"
