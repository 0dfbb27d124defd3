"""Work lists: the queue, lists by name, the seed's migrations, release plans (the design, §3 and §4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coord_core.errors import InvalidArgument, InvalidDocument, NotFound, NotYours, Refused
from tests.core.actions.crew import Crew

REFERENCE = Path(__file__).parents[2] / "data" / "three-active"
SEEDS_QUEUE = [
    {"id": 1, "type": "test", "file": "adapters.py", "status": "pending"},
    {"id": 2, "type": "test", "file": "server.py", "status": "pending"},
    {"id": 3, "type": "lint", "file": "config.py", "status": "pending"},
    {"id": 4, "type": "test", "file": "detection.py", "status": "pending"},
]
SEEDS_MIGRATIONS = [
    {"id": "001", "name": "add_users_table", "status": "in_progress", "started_by": "claude_9", "started_at": "x"},
    {"id": "002", "name": "add_sessions_table", "status": "pending"},
    {"id": "003", "name": "add_indexes", "status": "pending"},
]


def test_tasks_are_taken_in_order_and_written_as_the_reference_writes_them(crew: Crew) -> None:
    agent = crew.agent("claude_2")
    crew.write("project:queue", {"tasks": SEEDS_QUEUE})
    taken = [agent.claim_next_task() for _ in range(4)]
    assert [each.id for each in taken if each] == ["1", "2", "3", "4"]
    assert agent.claim_next_task() is None
    agent.complete_task("queue", 1)
    reference = REFERENCE / "laptop__BANCS-Norway__my-repo__project__queue.json"
    done, claimed, *_ = json.loads(reference.read_text())["data"]["tasks"]
    assert [each.keys() for each in crew.tasks()[:2]] == [done.keys(), claimed.keys()]
    assert [each["status"] for each in crew.tasks()[:2]] == ["completed", "claimed"]
    assert crew.tasks()[0]["claimed_at"].endswith("Z") and crew.tasks()[0]["completed_at"].endswith("Z")


def test_two_agents_never_get_the_same_task(crew: Crew) -> None:
    agents = [crew.agent(f"claude_{n}") for n in (1, 2)]
    crew.write("project:queue", {"tasks": SEEDS_QUEUE})
    taken = [agent.claim_next_task() for agent in agents * 2]
    assert sorted(each.id for each in taken if each) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({"type": "lint"}, ["3"]),
        ({"type": "test", "file": "server.py"}, ["2"]),
        ({"id": 4}, ["4"]),
        ({"type": "deploy"}, []),
        ({"id": "4"}, []),
        ({"id": 1.0}, []),
        ({"id": True}, []),
        ({}, ["1", "2", "3", "4"]),
    ],
)
def test_a_filter_is_exact(crew: Crew, where: dict[str, Any], ids: list[str]) -> None:
    agent = crew.agent("claude_1")
    crew.write("project:queue", {"tasks": SEEDS_QUEUE})
    taken = [agent.claim_next_task(where=where) for _ in range(5)]
    assert [each.id for each in taken if each] == ids


def test_only_what_is_pending_and_nobodys_is_taken(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    states = ["completed", "failed", "claimed", "in_progress", "running", "cancelled"]
    tasks: list[Any] = [{"id": n, "status": status} for n, status in enumerate(states)]
    tasks += [{"id": "a", "status": "pending", "claimed_by": "claude_9"}, {"id": "b", "status": "todo"}]
    crew.write("project:queue", {"tasks": tasks})
    taken = agent.claim_next_task()
    assert taken is not None and taken.id == "b" and agent.claim_next_task() is None


def test_junk_of_other_programs_is_stepped_over_and_left_alone(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    junk: list[Any] = ["x", 7, None, [], {"no": "status"}, {"id": None, "status": 5}, {"id": {"a": 1}, "status": []}]
    crew.write("project:queue", {"tasks": [*junk, {"id": 7, "status": "pending"}], "owner": "ops"})
    taken = agent.claim_next_task(where={"id": 7})
    assert taken is not None and taken.id == "7"
    agent.complete_task("queue", 7)
    assert crew.tasks()[: len(junk)] == junk and crew.data("project:queue")["owner"] == "ops"


def test_a_task_without_an_id_gets_one_when_it_is_taken(crew: Crew) -> None:
    """Or nobody could ever say which one is done."""
    agent = crew.agent("claude_1")
    crew.write("project:queue", {"tasks": [{"id": 4, "status": "completed"}, {"type": "lint", "status": "pending"}]})
    taken = agent.claim_next_task()
    assert taken is not None and (taken.id, taken.task["type"]) == ("5", "lint")
    agent.complete_task("queue", taken.id)
    assert crew.tasks()[1]["id"] == 5 and crew.tasks()[1]["status"] == "completed"


def test_tasks_that_share_an_id_are_refused_and_not_handed_out(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    tasks = [{"id": 7, "status": "pending"}, {"id": "7", "status": "pending"}, {"id": 8, "status": "pending"}]
    crew.write("project:queue", {"tasks": tasks})
    with pytest.raises(Refused, match="2 tasks with the id 7"):
        agent.complete_task("queue", 7)
    taken = agent.claim_next_task()
    assert taken is not None and taken.id == "8"
    assert agent.claim_next_task() is None


@pytest.mark.parametrize("ident", [7, "7", "a b", "ü", -1, "1.0", 0, 2**70])
def test_an_id_may_be_of_any_kind(crew: Crew, ident: Any) -> None:
    agent = crew.agent("claude_1")
    assert agent.enqueue_task({"id": ident, "type": "x"}).where == f"queue#{ident}"
    taken = agent.claim_next_task()
    assert taken is not None and taken.id == str(ident) and taken.task["id"] == ident
    agent.fail_task("queue", ident, error="it does not build")
    (task,) = crew.tasks()
    assert (task["status"], task["error"]) == ("failed", "it does not build") and "failed_at" in task


def test_tasks_are_added_with_the_next_free_id(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    said = [
        agent.enqueue_task({"type": "test"}),
        agent.enqueue_task({"id": 10, "type": "x"}),
        agent.enqueue_task({"a": 1}),
    ]
    assert [each.where for each in said] == ["queue#1", "queue#10", "queue#11"]
    with pytest.raises(Refused, match="queue#10 is there already"):
        agent.enqueue_task({"id": "10"})
    assert [each["status"] for each in crew.tasks()] == ["pending"] * 3


def test_a_task_is_added_as_nobodys(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.enqueue_task({"type": "test", "status": "completed"})
    assert agent.claim_next_task()


@pytest.mark.parametrize("task", [{}, [], "x", None, {"id": None}, {"id": [1]}, {"id": True}])
def test_what_is_no_task_is_refused(crew: Crew, task: Any) -> None:
    with pytest.raises(InvalidArgument):
        crew.agent("claude_1").enqueue_task(task)
    assert crew.data("project:queue") is None


def test_the_seeds_migrations_are_a_work_list_in_their_own_words(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.write("project:migrations", {"pending": SEEDS_MIGRATIONS})
    taken = agent.claim_next_task("migrations")
    assert taken is not None and (taken.list, taken.id) == ("migrations", "002")
    second = crew.data("project:migrations")["pending"][1]
    assert (second["status"], second["started_by"]) == ("in_progress", "claude_1") and "started_at" in second
    assert "claimed_by" not in second
    agent.complete_task("migrations", "002")
    assert crew.data("project:migrations")["pending"][1]["status"] == "completed"
    with pytest.raises(NotYours, match="claude_9 has migrations#001"):
        agent.complete_task("migrations", "001")


def test_a_document_with_several_lists_names_them_by_key(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    one, two = ({"id": n, "status": "pending"} for n in (1, 2))
    crew.write("project:chores", {"a": [one], "b": [two]})
    with pytest.raises(NotFound, match="work list chores"):
        agent.claim_next_task("chores")
    taken = agent.claim_next_task("chores.b")
    assert taken is not None and taken.id == "2"


def test_a_list_that_is_not_there_is_not_found(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    for call in (agent.claim_next_task, lambda name: agent.complete_task(name, 1)):
        for name in ("queue", "nothing", "v9"):
            with pytest.raises(NotFound, match=f"work list {name}"):
                call(name)
    agent.enqueue_task({"type": "x"})
    with pytest.raises(NotFound, match="task queue#9"):
        agent.complete_task("queue", 9)


def test_a_queue_that_is_no_list_is_left_alone(crew: Crew) -> None:
    crew.write("project:queue", {"tasks": "none"})
    with pytest.raises(Refused, match="mend it by hand"):
        crew.agent("claude_1").enqueue_task({"type": "x"})
    assert crew.data("project:queue") == {"tasks": "none"}


def test_a_task_of_another_is_not_finished(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.enqueue_task({"type": "x"})
    agent.claim_next_task()
    for call in (other.complete_task, other.fail_task):
        with pytest.raises(NotYours, match="claude_1 has queue#1"):
            call("queue", 1)
    assert agent.complete_task("queue", 1) == agent.complete_task("queue", 1)
    crew.supervise("requeue_task", list="laptop:acme/shop:project:queue#tasks", task="1")
    with pytest.raises(NotYours, match="nobody has queue#1"):
        agent.complete_task("queue", 1)


def test_a_claim_of_a_task_put_back_is_clean(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    tasks = [{"id": 1, "status": "pending", "claimed_by": None, "completed_at": "x", "failed_at": "y", "taken_at": "z"}]
    crew.write("project:queue", {"tasks": tasks})
    agent.claim_next_task()
    assert crew.tasks()[0].keys() == {"id", "status", "claimed_by", "claimed_at"}


def test_a_release_is_planned_claimed_and_completed_in_the_seeds_style(crew: Crew) -> None:
    manager, tester = crew.agent("claude_1"), crew.agent("claude_2")
    manager.plan_release("v1.0.0", ["Run test suite", {"name": "Build packages", "needs": [1]}])
    plan = crew.data("project:release")["v1.0.0"]
    assert plan == {
        "status": "in_progress",
        "coordinator": "claude_1",
        "tasks": [
            {"id": 1, "name": "Run test suite", "assignee": None, "status": "pending"},
            {"id": 2, "name": "Build packages", "needs": [1], "assignee": None, "status": "pending"},
        ],
    }
    assert tester.claim_release_task("v1.0.0", 1).task["assignee"] == "claude_2"
    assert tester.claim_release_task("v1.0.0", 1).id == "1"
    with pytest.raises(NotYours, match=r"claude_2 has v1\.0\.0#1"):
        manager.claim_release_task("v1.0.0", 1)
    assert crew.data("project:release")["v1.0.0"]["tasks"][0]["status"] == "in_progress"
    tester.complete_release_task("v1.0.0", 1, result="all green")
    assert crew.data("project:release")["v1.0.0"]["status"] == "in_progress"
    with pytest.raises(Refused, match=r"v1\.0\.0#1 is completed"):
        manager.claim_release_task("v1.0.0", 1)
    assert manager.claim_next_task("v1.0.0").id == "2"  # type: ignore[union-attr]
    manager.complete_release_task("v1.0.0", 2)
    assert crew.data("project:release")["v1.0.0"]["status"] == "completed"


def test_a_release_is_planned_once(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.plan_release("v1", ["Build"])
    with pytest.raises(Refused, match="release v1 is planned already"):
        agent.plan_release("v1", ["Test"])
    agent.plan_release("v2", ["Test"])
    assert list(crew.data("project:release")) == ["v1", "v2"]


@pytest.mark.parametrize(("version", "tasks"), [("", ["x"]), ("v1", []), ("v1", [7]), ("v1", [{}]), ("v1", [""])])
def test_what_is_no_release_is_refused(crew: Crew, version: str, tasks: list[Any]) -> None:
    with pytest.raises(InvalidArgument):
        crew.agent("claude_1").plan_release(version, tasks)
    assert crew.data("project:release") is None


def test_a_queue_never_outgrows_what_can_be_read(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.enqueue_task({"text": "x" * 900_000})
    with pytest.raises(InvalidDocument, match="1048576 are allowed; nothing was changed"):
        agent.enqueue_task({"text": "x" * 200_000})
    assert len(crew.tasks()) == 1


def test_a_new_work_list_is_made_only_where_that_is_meant(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    with pytest.raises(NotFound, match="--new"):
        agent.enqueue_task({"name": "x"}, "migrations")
    assert crew.data("project:migrations") is None
    assert agent.enqueue_task({"name": "x"}, "migrations", new=True).where == "migrations#1"
    assert agent.enqueue_task({"name": "y"}, "migrations").where == "migrations#2"
    taken = agent.claim_next_task("migrations")
    assert taken is not None and taken.task["name"] == "x"


@pytest.mark.parametrize("name", ["events", "hold", "release", "notes", "a.b"])
def test_no_work_list_is_made_where_something_else_is(crew: Crew, name: str) -> None:
    agent = crew.agent("claude_1")
    crew.write("project:notes", {"text": "mine"})
    before = crew.data(f"project:{name}")
    with pytest.raises(Refused):
        agent.enqueue_task({"name": "x"}, name, new=True)
    assert crew.data(f"project:{name}") == before
