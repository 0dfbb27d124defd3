"""All that the seed's document asks for, over MCP: four agents in four processes at once, at one store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.mcp import AtClient, Refusal, data, over_stdio

AGENTS = 4
TASKS = 12


async def test_four_processes_go_through_the_eight_patterns_at_once(tmp_path: Path) -> None:
    store = tmp_path / "store"
    barrier = asyncio.Barrier(AGENTS)
    found = await asyncio.gather(*(go_through_the_patterns(store, number, barrier) for number in range(AGENTS)))

    names, issues, tasks = zip(*found, strict=True)
    assert sorted(names) == [f"claude_{number + 1}" for number in range(AGENTS)]
    assert sorted(issues) == ["1", "2", "3", "4"], "1: every issue has one owner"
    assert all(each["started_by"] in names for each in data(store, "project:migrations")["pending"]), "2"
    assert data(store, "project:counter") == {"n": AGENTS * 3}, "3: no update was lost under the lock"
    assert sorted(each for done in tasks for each in done) == sorted(str(n + 1) for n in range(TASKS)), (
        "5: each task once"
    )
    assert {each["status"] for each in data(store, "project:queue")["tasks"]} == {"completed"}
    log = [(each["session"], each["type"]) for each in data(store, "project:events")["log"]]
    assert sorted(log) == sorted((name, "went_through") for name in names), "8"
    assert data(store, "project:release")["v1.0.0"]["status"] == "completed"
    assert set(data(store, "instances")["registry"].values()) == {"available"}


async def go_through_the_patterns(store: Path, number: int, barrier: asyncio.Barrier) -> tuple[str, str, list[str]]:
    async with over_stdio(store) as me:
        name = (await me.call("sign_on"))["session_id"]
        await barrier.wait()
        issue = await assign(me)
        await barrier.wait()
        await share(me, number, barrier)
        await reserve(me)
        await broadcast(me, issue)
        tasks = await work_off(me, number, barrier)
        await barrier.wait()
        await hand_on(me, issue, barrier)
        await look_after(me, name, barrier)
        await me.call("log_event", kind="went_through", message="All patterns", metadata={"issue": issue})
        await barrier.wait()
        await release(me, number, barrier)
        await barrier.wait()
        await me.call("sign_off")
    return name, issue, tasks


async def assign(me: AtClient) -> str:
    """Pattern 1: the first issue that nobody has; whoever lost is told who won."""
    for issue in range(1, AGENTS + 1):
        answer = await me.ask("claim_issue", issue=issue)
        if not answer.refused:
            return str(answer.data["issue"])
        assert f"has issue {issue}" in answer.text and "Take another issue" in answer.text
    raise AssertionError("four issues are enough for four")


async def share(me: AtClient, number: int, barrier: asyncio.Barrier) -> None:
    """Pattern 2: shared state that everybody reads, and takes from."""
    if number == 0:
        pending = [{"id": f"{n:03}", "name": f"step {n}", "status": "pending"} for n in range(AGENTS)]
        pending[0] |= {"started_by": None}
        await me.call("store_data", scope="project:migrations", key="pending", value=pending)
    await barrier.wait()
    assert len((await me.call("retrieve_data", scope="project:migrations", key="pending"))["result"]) == AGENTS
    assert (await me.call("claim_next_task", work_list="migrations"))["task"]["status"] == "in_progress"


async def reserve(me: AtClient) -> None:
    """Pattern 3: one at a time."""
    for _ in range(3):
        while (await me.ask("acquire_lock", resource="counter", wait=True)).refused:
            await asyncio.sleep(0.02)
        count = (await me.call("retrieve_data", scope="project:counter", key="n"))["result"] or 0
        await me.call("store_data", scope="project:counter", key="n", value=count + 1)
        assert (await me.call("release_lock", resource="counter"))["released"]


async def broadcast(me: AtClient, issue: str) -> None:
    """Pattern 4: progress, read by others through the document and the status."""
    for phase, percent in (("analysis", 25), ("testing", 75)):
        await me.call("update_progress", issue=issue, phase=phase, percent=percent, message="on it")
    assert (await me.call("retrieve_data", scope=f"issue:{issue}", key="progress"))["result"]["percent"] == 75
    rows = {each["id"]: each["progress"] for each in (await me.call("status"))["issues"]}
    assert rows[issue] == "testing 75%"


async def work_off(me: AtClient, number: int, barrier: asyncio.Barrier) -> list[str]:
    """Pattern 5: a queue that all work off together."""
    for each in range(TASKS // AGENTS):
        await me.call("enqueue_task", task={"type": "test", "file": f"{number}_{each}.py"})
    await barrier.wait()
    done: list[str] = []
    while (task := await me.call("claim_next_task", where={"type": "test"}))["task"]:
        await me.call("complete_task", work_list="queue", task=task["id"], result="green")
        done.append(task["id"])
    return done


async def hand_on(me: AtClient, issue: str, barrier: asyncio.Barrier) -> None:
    """Pattern 6: everybody's issue goes to somebody else."""
    await me.call("offer_handoff", issue=issue, phase="half", next_steps=["Run the tests"], context={"branch": "b"})
    await barrier.wait()
    wanted = str(int(issue) % AGENTS + 1)
    accepted = await me.call("accept_handoff", issue=wanted)
    assert (
        accepted["handoff"]["next_steps"] == ["Run the tests"]
        and accepted["was"] == accepted["handoff"]["from_session"]
    )
    with pytest.raises(Refusal, match="no handoff"):
        await me.call("accept_handoff", issue=wanted)


async def look_after(me: AtClient, name: str, barrier: asyncio.Barrier) -> None:
    """Pattern 7: who lives."""
    await me.call("heartbeat")
    await barrier.wait()
    assert {each["state"] for each in (await me.call("status"))["sessions"]} == {"live"}
    sessions = (await me.call("list_scopes", pattern="session:*"))["result"]
    assert f"session:{name}" in sessions and len(sessions) == AGENTS
    assert (await me.call("retrieve_data", scope=sessions[0], key="last_heartbeat"))["result"]


async def release(me: AtClient, number: int, barrier: asyncio.Barrier) -> None:
    """The complete workflow: a release, planned by one, done by all."""
    if number == 0:
        await me.call("plan_release", version="v1.0.0", tasks=["Test", "Build", {"name": "Log"}, "Tag"])
    await barrier.wait()
    await me.call("claim_release_task", version="v1.0.0", task=number + 1)
    await me.call("complete_release_task", version="v1.0.0", task=number + 1)
