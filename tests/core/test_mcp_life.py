"""The MCP server as a process: what it records, when it beats, how it ends, and what it answers to nonsense."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.view import take_board
from coord_core.documents import Line
from coord_core.mcp import wire
from coord_core.state.board import Board
from coord_core.state.insights import Life
from coord_core.storage import open_storage
from tests.mcp import ROOT, W, clean_up, data, held, in_process, over_stdio, parameters


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


async def until(met: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)


async def test_what_comes_between_two_calls_is_told_though_the_server_beats_meanwhile(store: Path) -> None:
    async with over_stdio(store, "--beat", "0.05") as me, in_process(store) as other:
        await me.call("sign_on")
        await other.call("sign_on")
        await other.call("claim_issue", issue=15)
        await other.call("offer_handoff", issue=15, to="claude_1")
        said = newest(store).seq
        await until(lambda: sum(each.action == "heartbeat" for each in open_storage(str(store)).lines(after=said)) >= 3)
        assert [each["text"] for each in (await me.call("status"))["messages"]] == [
            "#15 is handed off to you: accept it"
        ]


async def test_a_server_records_its_client_and_beats_without_doing(store: Path) -> None:
    async with over_stdio(store, "--beat", "0.1") as me:
        await me.call("sign_on")
        session = data(store, "session:claude_1")
        assert session["pid"] == os.getpid() and session["cwd"] == str(store.parent) and session["client"]
        await me.call("claim_issue", issue=15)
        last = data(store, "session:claude_1")["last_heartbeat"]
        await until(lambda: data(store, "session:claude_1")["last_heartbeat"] > last)
        await until(lambda: sum(each.action == "heartbeat" for each in open_storage(str(store)).lines()) >= 3)
        signs = board(store).signs[f"{W}:session:claude_1"]
        assert signs.seen is not None and signs.did is not None and signs.seen > signs.did
        assert signs.what == "claimed #15"
        clean_up(store, "claude_1", "looked stuck")
        cleaned = newest(store).seq
        await asyncio.sleep(0.5)
        assert newest(store).seq == cleaned, "beating does not bring it back"


async def test_two_servers_of_one_program_are_two_agents(store: Path) -> None:
    """The same process started both, so only which server speaks tells them apart."""
    async with over_stdio(store) as one, over_stdio(store) as two:
        await one.call("sign_on", op_id="start")
        refused = await two.ask("sign_on", session_id="claude_1")
        assert refused.refused and "claude_1 is taken since" in refused.text and "without a name" in refused.text
        assert (await two.call("sign_on", op_id="start"))["session_id"] == "claude_2"
        await one.call("heartbeat")
    async with over_stdio(store) as again:
        await again.call("sign_on", session_id="claude_1")
        server = data(store, "session:claude_1")["server"]
        os.kill(server["pid"], signal.SIGKILL)
        async with over_stdio(store) as third:
            assert (await third.call("sign_on", session_id="claude_1"))["resumed"], "its server is gone, its client not"


def newest(store: Path) -> Line:
    return next(open_storage(str(store)).lines_back())


def board(store: Path) -> Board:
    return take_board(open_storage(str(store)), time.time())


CLIENT = """
import asyncio, sys
from pathlib import Path
from tests.mcp import over_stdio
async def main():
    async with over_stdio(Path(sys.argv[1])) as me:
        await me.call("sign_on")
        await me.call("claim_issue", issue=15)
        await me.call("acquire_lock", resource="db")
        print("ready", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_when_its_client_is_killed_the_session_is_signed_off_and_its_state_stays(store: Path) -> None:
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(store)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert client.stdout and client.stdout.readline() == b"ready\n"
    finally:
        client.kill()
        client.communicate()
    await until(lambda: data(store, "instances")["registry"] == {"claude_1": "available"})
    assert (
        data(store, "issue:15")["claimed_by"] == "claude_1" and data(store, "session:claude_1")["current_issue"] == 15
    )
    assert data(store, "locks:db") == {}
    last = newest(store)
    assert (last.action, last.reason) == ("sign_off", "its client went")
    assert board(store).verdicts[f"{W}:session:claude_1"].life is Life.OFF


def begin(store: Path) -> subprocess.Popen[bytes]:
    how = parameters(store)
    return subprocess.Popen(
        [how.command, *how.args], env=how.env, cwd=how.cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def send(server: subprocess.Popen[bytes], message: str) -> dict[str, Any]:
    assert server.stdin and server.stdout
    server.stdin.write(message.encode() + b"\n")
    server.stdin.flush()
    found: dict[str, Any] = json.loads(server.stdout.readline())
    return found


def call(tool: str, arguments: str, ident: str) -> str:
    # The id comes last, as some clients write it.
    return (
        f'{{"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}},"jsonrpc":"2.0","id":{ident}}}'
    )


HELLO = (
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
    '"clientInfo":{"name":"raw","version":"1"}}}'
)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_server_that_is_told_to_end_signs_its_session_off(store: Path, name: str) -> None:
    with begin(store) as server:
        send(server, HELLO)
        assert not send(server, call("sign_on", "{}", "2"))["result"]["isError"]
        server.send_signal(getattr(signal, name))
        assert server.wait(20) == 0
    assert data(store, "instances")["registry"] == {"claude_1": "available"}
    assert newest(store).reason == f"its client ended it ({name})"


def test_what_cannot_be_read_is_answered_and_changes_nothing(store: Path) -> None:
    """The SDK drops such messages, and their client waits for ever."""
    with begin(store) as server:
        send(server, HELLO)
        send(server, call("sign_on", "{}", "2"))
        before = held(store)
        for ident, value in (("3", "[" * 300 + "]" * 300), ('"x4"', '"\\ud800"'), ("5", "[" * 100_000 + "]" * 100_000)):
            answer = send(server, call("store_data", f'{{"scope":"issue:1","key":"id","value":{value}}}', ident))
            assert answer["id"] == json.loads(ident) and "nothing was changed" in answer["error"]["message"]
        assert held(store) == before
        assert not send(server, call("heartbeat", "{}", "6"))["result"]["isError"], "and it goes on"
        assert server.stdin
        server.stdin.close()
        assert server.wait(20) == 0


def test_the_id_of_a_request_is_found_whatever_else_it_holds() -> None:
    assert wire.request_id('{"params":{"id":1,"a":"\\"id\\":2"},"method":"id","id":3}') == 3
    assert wire.request_id('{"id" : "a\\"b"}') == 'a"b'
    assert wire.request_id('{"method":"x"}') is None and wire.request_id("[[{") is None


def test_without_the_extra_the_command_says_what_to_install(store: Path) -> None:
    script = "import sys; sys.modules['mcp'] = None; from coord_core.cli import main; sys.exit(main(['mcp']))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=store.parent, env={"PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert done.returncode == 1 and b"pip install 'coord-tui[mcp]'" in done.stderr
