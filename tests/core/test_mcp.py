"""The MCP tools, driven by the official client at a server in this process: answers, refusals, messages."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp.types import TextContent, TextResourceContents

from coord_core.actions.agent import Agent
from coord_core.actions.answers import Message
from coord_core.actions.surroundings import surroundings
from coord_core.actions.view import take_board
from coord_core.mcp.answering import offer
from coord_core.mcp.desk import Desk
from coord_core.mcp.reading import context
from coord_core.storage import open_storage
from tests.mcp import AtClient, W, clean_up, data, held, in_process


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


async def test_every_action_of_an_agent_is_a_tool_with_words_for_a_model(store: Path) -> None:
    actions = {name for name, value in vars(Agent).items() if callable(value) and not name.startswith("_")}
    async with in_process(store) as me:
        tools = {each.name: each for each in (await me.client.list_tools()).tools}
    assert set(tools) == actions | {"status"}
    for tool in tools.values():
        assert tool.description and len(tool.description) > 40
        assert tool.output_schema and "messages" in tool.output_schema["properties"]
        assert all(each.get("description") for each in tool.input_schema["properties"].values()), tool.name


async def test_the_references_tools_take_what_they_took(store: Path) -> None:
    async with in_process(store) as me:
        takes = {each.name: list(each.input_schema["properties"]) for each in (await me.client.list_tools()).tools}
    assert takes["sign_on"][0] == "session_id"
    assert takes["store_data"] == ["scope", "key", "value"]
    assert takes["retrieve_data"] == takes["delete_data"] == ["scope", "key"]
    assert takes["list_keys"] == takes["delete_scope"] == ["scope"]
    assert takes["list_scopes"] == ["pattern"]


@pytest.mark.parametrize(
    "value", ["[1]", "15", "null", "true", '{"a": 1}', '"q"', "", [1], 15, None, True, 1.5, {"a": []}]
)
async def test_a_value_stays_what_it_was_sent_as(store: Path, value: Any) -> None:
    async with in_process(store) as me:
        await me.call("sign_on")
        await me.call("store_data", scope="project:notes", key="k", value=value)
        found = (await me.call("retrieve_data", scope="project:notes", key="k"))["result"]
    assert found == value and type(found) is type(value)


async def test_what_another_writer_left_reaches_the_model_whatever_it_is(store: Path) -> None:
    """Half characters, NaN and long numbers, which break the wire, and depth, which breaks the reader."""
    async with in_process(store) as me:
        await me.call("sign_on")
        name = "__".join(["laptop", "acme", "shop", "issue", "7"])
        odd = (
            '{"half": "\\ud800", "nan": NaN, "long": 123456789012345678901234567890, "deep": '
            + "[" * 190
            + "]" * 190
            + "}"
        )
        (store / f"{name}.json").write_text('{"data": ' + odd + "}")
        assert (await me.call("retrieve_data", scope="issue:7", key="half"))["result"] == "?"
        assert not (await me.ask("retrieve_data", scope="issue:7", key="nan")).refused
        assert not (await me.ask("retrieve_data", scope="issue:7", key="long")).refused
        deep = await me.ask("retrieve_data", scope="issue:7", key="deep")
        assert deep.refused and "no client reads" in deep.text
        (store / f"{name}.json").write_text("{")
        torn = await me.ask("retrieve_data", scope="issue:7", key="half")
        assert torn.refused and "cannot read" in torn.text


async def read(me: AtClient, uri: str) -> dict[str, Any]:
    (found,) = (await me.client.read_resource(uri)).contents
    assert isinstance(found, TextResourceContents)
    return dict(json.loads(found.text))


async def prompted(me: AtClient, name: str) -> str:
    (found,) = (await me.client.get_prompt(name)).messages
    assert isinstance(found.content, TextContent)
    return found.content.text


async def test_resources_and_prompts_are_the_references(store: Path) -> None:
    async with in_process(store) as me:
        before = await read(me, "session://context")
        assert before["current_session"] is None and before["first_available"] == "claude_1"
        await me.call("sign_on")
        await me.call(
            "store_data", scope="session:claude_1", key="todos", value=[{"task": "Write", "status": "pending"}]
        )
        context = await read(me, "session://context")
        assert context["current_session"]["full_scope_prefix"] == W
        assert context["active_sessions"] == [
            {"instance": "claude_1", "status": "taken", "current_issue": None, "todo_count": 1}
        ]
        state = await read(me, "session://state/claude_1")
        assert state["todos"] and state["instance"] == "claude_1"
        with pytest.raises(Exception, match="no session nobody"):
            await me.client.read_resource("session://state/nobody")
        assert [each.name for each in (await me.client.list_prompts()).prompts] == ["startup", "sign_off"]
        assert "sign_on" in await prompted(me, "startup")
        assert "- Write" in await prompted(me, "sign_off")


async def test_the_first_available_name_is_the_one_that_signing_on_gives(store: Path) -> None:
    storage = open_storage(str(store))
    async with in_process(store) as me:
        Agent(storage, W).sign_on("claude_1")
        assert (await read(me, "session://context"))["first_available"] == "claude_2", "nobody has it, nobody had"
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            facts = surroundings(gone.pid)
        Agent(storage, W, facts=facts).sign_on("claude_2")
        gone.wait()
        found = (await read(me, "session://context"))["first_available"]
        assert found == (await me.call("sign_on"))["session_id"] == "claude_2", "who had it is dead"
        assert (await read(me, "session://context"))["first_available"] == "claude_3"
    named = Desk(storage, W, name="builder")
    assert json.loads(context(named))["first_available"] == named.sign_on(None, None).session_id == "builder"


def test_a_server_that_somebody_else_s_name_was_set_for_gets_a_free_one(store: Path) -> None:
    """Its agent would be told to ask without a name, which it did."""
    storage = open_storage(str(store))
    Agent(storage, W, facts={"host": "desktop"}).sign_on("builder")
    desk = Desk(storage, W, name="builder")
    assert desk.sign_on(None, None).session_id == "claude_1"
    assert desk.sign_on(None, None).session_id == "claude_1"


@pytest.mark.parametrize("cleaned", [False, True])
def test_the_end_of_a_server_is_no_call_of_its_agent_s(store: Path, cleaned: bool) -> None:
    """What the last answer brought may not have arrived, and whoever was cleaned up has not come back."""
    storage = open_storage(str(store))
    desk, other = Desk(storage, W), Agent(storage, W, facts={"client_session": "another window"})
    desk.sign_on(None, None), other.sign_on()
    other.claim_issue(15), other.offer_handoff(15, to="claude_1")
    desk.agent.heartbeat()
    if cleaned:
        clean_up(store, "claude_1", "its window is closed")
    desk.leave("its client went")
    assert data(store, "instances")["registry"]["claude_1"] == "available"
    assert data(store, "inbox:claude_1")["messages"][0]["told"] is None
    assert "came_back" not in [each.kind for each in take_board(storage, time.time()).findings]


async def test_nothing_but_looking_works_before_signing_on(store: Path) -> None:
    valid = {"task": {"type": "x"}, "tasks": ["x"], "value": 1, "kind": "x", "percent": 5}
    async with in_process(store) as me:
        for tool in (await me.client.list_tools()).tools:
            needed = {each: valid.get(each, "15") for each in tool.input_schema.get("required", ())}
            if tool.name.endswith("_task") and tool.name != "enqueue_task" and "task" in needed:
                needed["task"] = 1
            if tool.name not in ("sign_on", "status"):
                answer = await me.ask(tool.name, **needed)
                assert answer.refused and "Sign on first" in answer.text, tool.name
    assert not any("session" in name for name in held(store))


WRONG = {
    "boolean": True, "number": 1.5, "array": [True], "object": {"x": 1}, "string": "x" * (2 << 20), "null": None,
}  # fmt: skip


async def test_bad_arguments_are_refused_in_words_and_change_nothing(store: Path) -> None:
    async with in_process(store) as me:
        await me.call("sign_on")
        await me.call("claim_issue", issue=15)
        await me.call("enqueue_task", task={"type": "x"})
        before = held(store)
        for tool in (await me.client.list_tools()).tools:
            names = tool.input_schema["properties"]
            right = {each: RIGHT[each] for each in tool.input_schema.get("required", ())}
            for name, schema in names.items():
                for kind, value in WRONG.items():
                    takes = {each.get("type") for each in schema.get("anyOf", [schema])}
                    if name != "value" and (kind not in takes or kind == "string"):
                        await refused(me, tool.name, right | {name: value}, store, before)
            for name in right:
                await refused(me, tool.name, {key: right[key] for key in right if key != name}, store, before)
            await refused(me, tool.name, right | {"surely_unknown": 1}, store, before)
        await refused(me, "no_such_tool", {}, store, before)


RIGHT: dict[str, Any] = {
    "issue": 15, "resource": "db", "task": {"type": "x"}, "work_list": "queue", "version": "v1", "tasks": ["x"],
    "scope": "project:notes", "key": "k", "value": 1, "kind": "x", "message": "x", "phase": "x",
}  # fmt: skip


async def refused(me: AtClient, tool: str, arguments: dict[str, Any], store: Path, before: dict[str, bytes]) -> None:
    answer = await me.ask(tool, **arguments)
    what = f"{tool} {str(arguments)[:80]}: {answer.text[:200]}"
    assert answer.refused, what
    assert 10 < len(answer.text) <= 8000 and "Error executing" not in answer.text and "pydantic" not in answer.text, (
        what
    )
    assert held(store) == before, what


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("store_data", {"scope": "issue:15", "key": "k", "value": "x" * (2 << 20)}, "1048576 are allowed"),
        ("store_data", {"scope": "../../etc/x:1", "key": "k", "value": 1}, "cannot name a document"),
        ("store_data", {"scope": "what is this:1", "key": "k", "value": 1}, "begins with a kind"),
        ("store_data", {"scope": "issue:15", "key": "", "value": 1}, "key: a name is needed"),
        ("claim_next_task", {"work_list": "nonsense"}, "no work list nonsense"),
        ("claim_release_task", {"version": "v9", "task": 1}, "no work list v9"),
        ("complete_task", {"work_list": "queue", "task": 99}, "no task queue#99"),
        ("complete_task", {"work_list": "queue", "task": 1}, "Claim it first"),
        ("update_progress", {"issue": 15, "phase": "x", "percent": 101}, "0 to 100"),
        ("acquire_lock", {"resource": "db", "ttl": -1}, "seconds above 0"),
        ("renew_lock", {"resource": "db"}, "Acquire it first"),
        ("accept_handoff", {"issue": 15}, "no handoff on issue 15"),
        ("sign_on", {"session_id": "claude_2"}, "you are claude_1 already"),
        ("plan_release", {"version": "v1", "tasks": []}, "at least one"),
    ],
)  # fmt: skip
async def test_a_refusal_says_why(store: Path, tool: str, arguments: dict[str, Any], says: str) -> None:
    async with in_process(store) as me:
        await me.call("sign_on")
        await me.call("enqueue_task", task={"type": "x"})
        before = held(store)
        answer = await me.ask(tool, **arguments)
        assert answer.refused and says in answer.text and held(store) == before


async def test_what_somebody_has_is_refused_and_a_message_comes_when_it_is_free(store: Path) -> None:
    async with in_process(store) as one, in_process(store) as two:
        await one.call("sign_on")
        await two.call("sign_on", session_id="builder")
        await one.call("acquire_lock", resource="db")
        answer = await two.ask("acquire_lock", resource="db", wait=True)
        assert answer.refused and "claude_1 has db since a moment ago" in answer.text and "you wait" in answer.text
        assert "messages" not in await two.call("list_keys", scope="locks:db"), "there only if there are any"
        await one.call("release_lock", resource="db")
        assert (await two.call("status"))["messages"][0]["text"] == "db is free: acquire it if you still need it"
        assert "messages" not in await two.call("acquire_lock", resource="db"), "it is told once it has arrived"


def test_a_call_brings_its_messages_though_another_comes_meanwhile(store: Path) -> None:
    """Clients call several tools at once, each on a thread of its own."""
    desk = Desk(open_storage(str(store)), W)
    begun, other = threading.Event(), threading.Event()

    def slow(desk: Desk) -> bool:
        desk.agent.messages = (Message(1, "2026-11-22T06:12:11Z", "kim@laptop", "stop"),)
        begun.set()
        return other.wait(0.3)

    def quick(desk: Desk) -> bool:
        other.set()
        return True

    with ThreadPoolExecutor() as threads:
        first = threads.submit(offer(desk, slow).fn)
        begun.wait()
        second = threads.submit(offer(desk, quick).fn)
    assert [each["text"] for each in first.result().structured_content["messages"]] == ["stop"]
    assert second.result().structured_content == {"result": True}


async def test_a_repeated_call_with_its_op_id_gets_the_first_answer(store: Path) -> None:
    async with in_process(store) as me:
        await me.call("sign_on")
        first = await me.call("enqueue_task", task={"type": "x"}, op_id="a")
        assert await me.call("enqueue_task", task={"type": "x"}, op_id="a") == first
        assert len(data(store, "project:queue")["tasks"]) == 1


async def test_who_was_cleaned_up_is_told_by_whom_and_why_and_signs_on_again(store: Path) -> None:
    async with in_process(store) as me:
        await me.call("sign_on")
        await me.call("claim_issue", issue=15)
        clean_up(store, "claude_1", "looked stuck")
        answer = await me.ask("update_progress", issue=15, phase="x")
        assert answer.refused
        for said in (
            "claude_1 is not signed on any more",
            "clean up session by kim@laptop at",
            "looked stuck",
            "Sign on again",
        ):
            assert said in answer.text, answer.text
        assert (await me.call("sign_on"))["session_id"] == "claude_1"
