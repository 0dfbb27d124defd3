"""What all calls share: op_id, messages, events, plain data (the design, §4)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions import telling
from coord_core.actions.agent import Agent
from coord_core.actions.telling import tell
from coord_core.errors import DocumentError, Held, InvalidArgument, InvalidScope, NotSignedOn, NotStored, Refused
from coord_core.storage import Act
from coord_core.storage.files import STEPS, FileStorage
from tests.core.actions.crew import Crew, W, texts
from tests.torture.children import fork, join

CALLS: dict[str, Callable[[Agent, str], Any]] = {
    "claim_issue": lambda agent, op: agent.claim_issue(15, op_id=op),
    "complete_issue": lambda agent, op: agent.complete_issue(14, op_id=op),
    "release_issue": lambda agent, op: agent.release_issue(14, op_id=op),
    "offer_handoff": lambda agent, op: agent.offer_handoff(14, "x", op_id=op),
    "accept_handoff": lambda agent, op: agent.accept_handoff(13, op_id=op),
    "acquire_lock": lambda agent, op: agent.acquire_lock("src", op_id=op),
    "release_lock": lambda agent, op: agent.release_lock("db", op_id=op),
    "enqueue_task": lambda agent, op: agent.enqueue_task({"type": "x"}, op_id=op),
    "claim_next_task": lambda agent, op: agent.claim_next_task(op_id=op),
    "claim_task": lambda agent, op: agent.claim_task("v1", 1, op_id=op),
    "complete_task": lambda agent, op: agent.complete_task("queue", 1, op_id=op),
    "fail_task": lambda agent, op: agent.fail_task("queue", 1, op_id=op),
    "log_event": lambda agent, op: agent.log_event("x", "y", op_id=op),
    "plan_release": lambda agent, op: agent.plan_release("v2", ["x"], op_id=op),
    "claim_release_task": lambda agent, op: agent.claim_release_task("v1", 1, op_id=op),
    "store_data": lambda agent, op: agent.store_data("project:x", "a", 1, op_id=op),
    "delete_data": lambda agent, op: agent.delete_data("project:y", "a", op_id=op),
    "delete_scope": lambda agent, op: agent.delete_scope("project:y", op_id=op),
}
"""Each call that may be given an op_id, but for signing on and off, in the situation of `at_work`."""


def at_work(crew: Crew) -> Agent:
    other, agent = crew.agent("claude_2"), crew.agent("claude_1")
    other.claim_issue(13), other.offer_handoff(13)
    agent.claim_issue(14), agent.acquire_lock("db"), agent.plan_release("v1", ["x"])
    agent.store_data("project:y", "a", 1), agent.store_data("project:y", "b", 1)
    for _ in range(3):
        agent.enqueue_task({"type": "test"})
    agent.claim_next_task()
    return agent


def everything(crew: Crew) -> dict[str, Any]:
    return {scope: each.data for scope, each in crew.storage.load().documents.items() if each}


@pytest.mark.parametrize("name", CALLS)
def test_the_same_op_id_gets_the_same_answer_and_does_nothing_twice(crew: Crew, name: str) -> None:
    agent = at_work(crew)
    first = CALLS[name](agent, "op 1")
    after, lines = everything(crew), len(list(crew.storage.lines()))
    for each in (agent, crew.command("claude_1")):
        assert CALLS[name](each, "op 1") == first
    assert everything(crew) == after and len(list(crew.storage.lines())) == lines


def test_signing_on_and_off_may_be_repeated_too(crew: Crew) -> None:
    first = crew.stranger(client_session="window")
    answer = first.sign_on(op_id="start")
    again = crew.stranger(client_session="window")
    assert again.sign_on(op_id="start") == answer
    assert again.heartbeat() and first.heartbeat()
    off = again.sign_off(op_id="end")
    assert crew.command(answer.session_id).sign_off(op_id="end") == off


def test_two_agents_that_sign_on_with_the_same_op_id_are_two(crew: Crew) -> None:
    names = {crew.stranger(client_session=f"window {n}").sign_on(op_id="start").session_id for n in (1, 2)}
    assert names == {"claude_1", "claude_2"}


def test_an_op_id_is_its_sessions_and_its_calls_own(crew: Crew) -> None:
    one, two = crew.agent("claude_1"), crew.agent("claude_2")
    assert one.claim_issue(15, op_id="1").issue == "15" and two.claim_issue(16, op_id="1").issue == "16"
    assert one.acquire_lock("db", op_id="1").resource == "db"


def test_a_refused_call_may_be_repeated_until_it_is_not(crew: Crew) -> None:
    one, two = crew.agent("claude_1"), crew.agent("claude_2")
    one.claim_issue(15)
    with pytest.raises(Held):
        two.claim_issue(15, op_id="1")
    one.release_issue(15)
    assert two.claim_issue(15, op_id="1").issue == "15"


def test_a_waiter_that_asks_again_is_refused_the_same_way(crew: Crew) -> None:
    one, two = crew.agent("claude_1"), crew.agent("claude_2")
    one.acquire_lock("db")
    said = []
    for _ in range(2):
        with pytest.raises(Held) as caught:
            two.acquire_lock("db", wait=True, op_id="1")
        said.append(str(caught.value))
        assert caught.value.waiting
    assert said[0] == said[1]


def kill_at(step: str) -> Callable[[str], None]:
    def reached(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_call_whose_answer_was_lost_to_a_kill_may_be_repeated(tmp_path: Path, step: str) -> None:
    """Whether it had happened or not: afterwards it has, once."""
    setup = Agent(FileStorage(tmp_path), W, facts={})
    setup.sign_on("claude_1")
    for _ in range(3):
        setup.enqueue_task({"type": "test"})
    before = len(list(setup.storage.lines()))

    def call() -> None:
        storage = FileStorage(tmp_path, step=kill_at(step))
        Agent(storage, W, "claude_1").claim_next_task(op_id="the only one")

    assert join(fork(call)) == -signal.SIGKILL
    again = Agent(FileStorage(tmp_path), W, "claude_1")
    taken = again.claim_next_task(op_id="the only one")
    assert taken is not None and taken.id == "1"
    assert len(list(again.storage.lines())) == before + 1
    queue = again.storage.read(f"{W}:project:queue")
    assert queue is not None and [each["status"] for each in queue.data["tasks"]] == ["claimed", "pending", "pending"]


def send(crew: Crew, to: str, text: str) -> None:
    import time

    act = Act("send_message", {"supervisor": "kim@laptop"})
    crew.storage.transact(act, lambda tx: tell(tx, W, to, "kim@laptop", text, time.time()))


def unread(crew: Crew, name: str) -> list[str]:
    return [each["text"] for each in crew.data(f"inbox:{name}")["messages"] if not each["told"]]


def test_a_message_comes_with_the_next_answer_and_counts_as_told_with_the_one_after(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    send(crew, "claude_1", "please stop")
    agent.heartbeat()
    assert [(each.from_, each.text) for each in agent.messages] == [("kim@laptop", "please stop")]
    assert unread(crew, "claude_1") == ["please stop"]
    agent.heartbeat()
    assert agent.messages == () and unread(crew, "claude_1") == []


def test_a_message_comes_with_a_refusal_too(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.agent("claude_2").claim_issue(15)
    send(crew, "claude_1", "please stop")
    with pytest.raises(Held):
        agent.claim_issue(15)
    assert texts(agent) == ["please stop"]
    assert unread(crew, "claude_1") == ["please stop"]
    with pytest.raises(Held):
        agent.claim_issue(15)
    assert agent.messages == () and unread(crew, "claude_1") == [], "it called again, though in vain"


def test_a_message_that_cannot_be_noted_as_told_refuses_nothing_and_comes_again(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = crew.agent("claude_1")
    crew.agent("claude_2").claim_issue(15)
    send(crew, "claude_1", "please stop")
    agent.heartbeat()

    def full(*_: object) -> None:
        raise NotStored("read_messages", "the journal", "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(telling, "mark_told", full)
        with pytest.raises(Held):
            agent.claim_issue(15)
    assert texts(agent) == ["please stop"]


def test_a_message_that_never_arrived_comes_again(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    send(crew, "claude_1", "please stop")
    agent.heartbeat()  # and then it is killed
    again = crew.command("claude_1")
    again.heartbeat()
    assert texts(again) == ["please stop"]


def test_messages_that_come_in_between_are_not_lost(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    told = []
    for n in range(10):
        send(crew, "claude_1", f"message {n}")
        if n % 3 == 0:
            agent.heartbeat()
            told += texts(agent)
    agent.heartbeat()
    assert [*told, *texts(agent)] == [f"message {n}" for n in range(10)]


def test_a_command_acknowledges_what_it_printed(crew: Crew) -> None:
    crew.agent("claude_1")
    send(crew, "claude_1", "please stop")
    command = crew.command("claude_1")
    command.heartbeat()
    command.acknowledge()
    assert unread(crew, "claude_1") == []


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_message_survives_a_kill_anywhere(tmp_path: Path, step: str) -> None:
    agent = Agent(FileStorage(tmp_path), W, facts={})
    agent.sign_on("claude_1")
    agent.storage.transact(Act("send"), lambda tx: tell(tx, W, "claude_1", "kim", "please stop", tx.at))
    reader, writer = os.pipe()

    def call() -> None:
        me = Agent(FileStorage(tmp_path), W, "claude_1")
        me.heartbeat()
        os.write(writer, "\n".join(texts(me)).encode())
        me.storage = FileStorage(tmp_path, step=kill_at(step))
        me.heartbeat()

    assert join(fork(call)) == -signal.SIGKILL
    os.close(writer)
    with open(reader) as pipe:
        assert pipe.read() == "please stop"
    again = Agent(FileStorage(tmp_path), W, "claude_1")
    again.heartbeat()
    committed = STEPS.index(step) >= STEPS.index("committed")
    assert texts(again) == ([] if committed else ["please stop"])


def test_many_messages_are_all_delivered(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    for n in range(120):
        send(crew, "claude_1", f"message {n}")
    agent.heartbeat()
    assert texts(agent) == [f"message {n}" for n in range(120)]
    agent.heartbeat(), send(crew, "claude_1", "the last"), agent.heartbeat()
    assert texts(agent) == ["the last"]
    assert len(crew.data("inbox:claude_1")["messages"]) <= 51


def test_an_inbox_that_nobody_reads_never_stands_in_anybodys_way(crew: Crew) -> None:
    crew.agent("claude_1").sign_off()
    old = [{"seq": n, "at": "", "from": "kim", "text": f"{n} {'x' * 4000}", "told": None} for n in range(250)]
    crew.write("inbox:claude_1", {"messages": old})
    giver = crew.agent("claude_2")
    giver.claim_issue(15), giver.offer_handoff(15, to="claude_1")
    agent = crew.agent("claude_1")
    assert texts(agent)[-1] == "#15 is handed off to you: accept it" and len(texts(agent)) > 100


def test_a_torn_inbox_refuses_nothing_and_is_told(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    send(crew, "claude_1", "please stop")
    agent.heartbeat()
    crew.backend.spoil(f"{W}:inbox:claude_1")
    assert agent.claim_issue(15).issue == "15"
    assert len(texts(agent)) == 1 and "inbox" in texts(agent)[0] and "quarantine" in texts(agent)[0]
    assert agent.heartbeat()


def test_who_was_cleaned_up_still_gets_its_messages(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.supervise("clean_up_session", "gone", scope=f"{W}:session:claude_1")
    send(crew, "claude_1", "I took you for dead")
    with pytest.raises(NotSignedOn):
        agent.heartbeat()
    assert "I took you for dead" in texts(agent)


def test_who_was_cleaned_up_and_goes_on_calling_is_told_and_found(crew: Crew) -> None:
    """All its calls are refused: only that it calls at all shows that it is still there."""
    agent = crew.agent("claude_1")
    agent.claim_issue(15)
    crew.supervise("clean_up_session", "gone", scope=f"{W}:session:claude_1")
    before = crew.data("issue:15")
    for _ in range(2):
        with pytest.raises(NotSignedOn, match="clean up session by"):
            agent.update_progress(15, "testing")
    assert unread(crew, "claude_1") == [] and crew.data("issue:15") == before
    (finding,) = crew.board().findings
    assert finding.kind == "came_back" and "may think it still has #15" in finding.text


def test_events_are_written_in_the_seeds_style(crew: Crew) -> None:
    crew.agent("claude_1").log_event("issue_started", "Started work on issue #15", {"issue": 15})
    (event,) = crew.data("project:events")["log"]
    assert event.keys() == {"timestamp", "session", "type", "message", "metadata"}
    assert event["timestamp"].count(":") == 2 and not event["timestamp"].endswith("Z")
    assert (event["session"], event["metadata"]) == ("claude_1", {"issue": 15})


def test_the_last_thousand_events_stay(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    old = [{"timestamp": "x", "session": "y", "type": "z", "message": str(n), "metadata": {}} for n in range(999)]
    crew.write("project:events", {"log": old})
    for n in range(3):
        agent.log_event("new", str(n))
    log = crew.data("project:events")["log"]
    assert len(log) == 1000 and [each["message"] for each in log[:1] + log[-3:]] == ["2", "0", "1", "2"]


def test_half_a_mebibyte_of_events_stays(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    for n in range(12):
        agent.log_event("big", f"event {n}", {"text": "x" * 60_000})
    log = crew.data("project:events")["log"]
    assert [each["message"] for each in log] == [f"event {n}" for n in range(4, 12)]


def test_one_event_that_is_too_large_is_refused_before_it_costs_the_others(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.log_event("small", "x")
    with pytest.raises(Refused):
        agent.log_event("big", "y", {"text": "x" * 70_000})
    assert [each["type"] for each in crew.data("project:events")["log"]] == ["small"]


def test_a_log_that_is_no_list_is_left_alone(crew: Crew) -> None:
    crew.write("project:events", {"log": "none"})
    with pytest.raises(InvalidArgument, match="no list"):
        crew.agent("claude_1").log_event("x", "y")
    assert crew.data("project:events") == {"log": "none"}


def test_a_torn_log_is_never_overwritten(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    source = crew.backend.spoil(f"{W}:project:events")
    with pytest.raises(InvalidArgument, match="not in the event log"):
        agent.log_event("x", "y")
    assert source in crew.storage.load().unreadable
    assert agent.claim_issue(15)


def test_data_is_stored_and_deleted_under_short_names(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.store_data("issue:15", "branch", "feat/15")
    agent.store_data("issue:15", "files", ["a.py"])
    assert crew.data("issue:15") == {"branch": "feat/15", "files": ["a.py"]}
    assert [agent.delete_data("issue:15", "branch"), agent.delete_data("issue:15", "branch")] == [True, False]
    assert [agent.delete_scope("issue:15"), agent.delete_scope("issue:15")] == [True, False]
    assert crew.data("issue:15") is None


@pytest.mark.parametrize("scope", ["", "../x:y", "a\0b", 7, None, "x" * 2000])
def test_what_is_no_scope_is_refused(crew: Crew, scope: Any) -> None:
    agent = crew.agent("claude_1")
    before = everything(crew)
    with pytest.raises(InvalidScope):
        agent.store_data(scope, "a", 1)
    assert everything(crew) == before


def test_nobody_does_anything_unsigned(crew: Crew) -> None:
    crew.agent("claude_2")
    before = everything(crew)
    for stranger in (crew.stranger(), crew.command("claude_1"), crew.command("../x")):
        for call in CALLS.values():
            with pytest.raises((NotSignedOn, InvalidScope)):
                call(stranger, "")
    assert everything(crew) == before


def test_what_is_of_the_wrong_kind_is_refused_and_changes_nothing(crew: Crew) -> None:
    """Every argument of every call, in words and not as a TypeError."""
    at_work(crew)
    before = everything(crew)
    right: dict[str, Any] = {
        "issue": 14, "phase": "x", "resource": "db", "task": 1, "work_list": "queue", "version": "v1", "kind": "x",
        "message": "y", "scope": "project:y", "key": "a", "value": 1, "tasks": ["x"],
    }  # fmt: skip
    asked = 0
    for name, call in vars(Agent).items():
        arguments = [] if name.startswith("_") or not callable(call) else [*signature(call).parameters][1:]
        for wrong in arguments:
            for junk in (object(), b"x", [object()], {1}, 7j):
                given = {each: right[each] for each in arguments if each in right} | {wrong: junk}
                with pytest.raises((Refused, DocumentError)):
                    getattr(crew.command("claude_1"), name)(**given)
                asked += 1
    assert everything(crew) == before and asked > 300


@pytest.mark.parametrize(("kind", "message"), [("", "x"), ("x", ""), (" ", "x"), ("x", "\n")])
def test_an_event_says_something(crew: Crew, kind: str, message: str) -> None:
    agent = crew.agent("claude_1")
    with pytest.raises(InvalidArgument, match="say something"):
        agent.log_event(kind, message)
    assert crew.data("project:events") is None
