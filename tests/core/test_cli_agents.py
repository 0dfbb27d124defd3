"""coordctl for agents: every verb, what it refuses, what it tells, and what it makes of nonsense."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.agent import Agent
from coord_core.actions.telling import tell
from coord_core.cli import main
from coord_core.errors import NotSignedOn
from coord_core.storage import Act, open_storage
from tests.ctl import ROOT, Ctl, within
from tests.mcp import clean_up

W = "laptop:acme/shop"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("COORD_", "CLAUDE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOGNAME", "kim")
    monkeypatch.setenv("COORD_WORKSPACE", W)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def ctl(store: Path, capsys: pytest.CaptureFixture[str]) -> Ctl:
    return within(store, capsys)


@pytest.fixture
def me(ctl: Ctl, monkeypatch: pytest.MonkeyPatch) -> Ctl:
    """The shell of claude_1."""
    monkeypatch.setenv("COORD_SESSION", ctl("sign-on").out.strip())
    return ctl


def message(store: Path, session: str, text: str) -> None:
    act = Act("send_message", {"supervisor": "kim@laptop"})
    open_storage(str(store)).transact(act, lambda tx: tell(tx, W, session, "kim@laptop", text, tx.at))


def untold(store: Path, session: str) -> int:
    inbox = open_storage(str(store)).read(f"{W}:inbox:{session}")
    return sum(not each["told"] for each in inbox.data["messages"]) if inbox else 0


def state(store: Path) -> dict[str, bytes]:
    """Every document, and the journal."""
    kept = [path for path in store.rglob("*") if path.is_file() and path.suffix in (".json", ".jsonl")]
    return {str(path): path.read_bytes() for path in kept}


# Every verb


def test_a_day_in_the_life_of_an_agent(ctl: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ctl("sign-on", "claude_7").out == "claude_7\n"
    assert ctl("sign-on") == (0, "claude_1\n", "")
    monkeypatch.setenv("COORD_SESSION", "claude_1")
    assert ctl("beat").out == "claude_1: heartbeat noted\n"
    assert ctl("claim", "issue:15").out == "#15 is yours\n"
    assert ctl("claim", "16").out == "#16 is yours\n"
    assert ctl("unclaim", "issue:16").out == "#16 is free\n"
    assert ctl("unclaim", "issue:16").out == "#16 was free already\n"
    assert ctl("lock", "src/orders", "--ttl", "10m", "--reason", "moving it").out.startswith(
        "src/orders is yours until"
    )
    assert ctl("unlock", "src/orders").out == "src/orders is free\n"
    assert ctl("add-task", '{"type": "test", "file": "a.py"}').out == "queue#1 is pending\n"
    first, _, task = ctl("next-task").out.partition("\n")
    assert (first, json.loads(task)["file"]) == ("queue#1", "a.py")
    assert ctl("done", "queue#1", "--result", "green").out == "queue#1 is completed\n"
    assert ctl("progress", "issue:15", "--phase", "testing", "--percent", "40", "Halfway").out == "#15: testing 40%\n"
    assert ctl("get", "issue:15", "progress").json["message"] == "Halfway"
    assert ctl("handoff", "issue:15", "--next", "Review", "--next", "Merge", "--context", '{"a": 1}').out == (
        "#15 is offered to whoever accepts it first\n"
    )
    first, _, handoff = ctl("accept", "issue:15").out.partition("\n")
    assert (first, json.loads(handoff)["next_steps"]) == ("#15 is yours", ["Review", "Merge"])
    assert ctl("done", "15").out == "#15 is completed\n"
    assert ctl("claim", "17").code == ctl("handoff", "17", "--next", "Test").code == 0
    assert ctl("sign-off").code == 0
    first, _, handoff = ctl("--session", "claude_7", "claim", "17").out.partition("\n")
    assert first == "#17 is yours, taken over from claude_1" and json.loads(handoff)["next_steps"] == ["Test"]
    assert ctl("sign-on", "claude_1").code == ctl("claim", "18").code == 0
    assert ctl("progress", "18", "--percent", "40").out == "#18: 40%\n"
    assert ctl("event", "note", "Hello", "--metadata", '{"a": 1}').out == "note is logged\n"
    assert ctl("plan-release", "v1.0.0", "Build", '{"name": "Test", "os": "mac"}').out == "v1.0.0 is planned: 2 tasks\n"
    assert ctl("claim", "v1.0.0#1").out.startswith("v1.0.0#1\n")
    assert ctl("done", "v1.0.0#1").code == 0
    assert ctl("claim", "v1.0.0#2").code == 0
    assert ctl("done", "v1.0.0#2").code == 0
    assert ctl("get", "project:release").json["v1.0.0"]["status"] == "completed"
    assert ctl("lock", "db").code == 0
    assert ctl("sign-off").out == "claude_1 is signed off; db is free; issue:18 is still claude_1's\n"
    assert ctl("get", "instances", "registry").json == {"claude_1": "available", "claude_7": "taken"}


def test_the_same_as_json(ctl: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = ctl(*arguments, "--json").json
        assert found.pop("messages") == []
        return found

    on = told("sign-on")
    assert (on["session_id"], on["workspace"], on["has"]) == ("claude_1", W, [])
    assert on["fence"] > 0
    monkeypatch.setenv("COORD_SESSION", "claude_1")
    assert told("beat")["where"] == "session:claude_1"
    assert told("claim", "issue:15").keys() == {"issue", "fence", "claimed_at", "was", "handoff"}
    assert told("lock", "db", "--ttl", "1h").keys() == {"resource", "fence", "locked_at", "expires_at", "was"}
    assert told("unlock", "db") == {"what": "locks:db", "released": True}
    assert told("add-task", '{"type": "test"}') == {"where": "queue#1", "what": "pending"}
    assert told("next-task")["task"]["claimed_by"] == "claude_1"
    assert told("fail", "queue#1", "--error", "red") == {"where": "queue#1", "what": "failed"}
    assert told("progress", "issue:15", "--percent", "0.5")["where"] == "issue:15"
    assert told("handoff", "issue:15", "--phase", "done") == {"where": "issue:15", "what": "handoff"}
    assert told("accept", "issue:15")["handoff"]["phase"] == "done"
    assert told("unclaim", "issue:15")["released"] is True
    assert told("event", "note", "Hello")["what"] == "note"
    assert told("plan-release", "v1.0.0", "Build")["what"] == "v1.0.0: 1 tasks"
    assert told("claim", "v1.0.0#1")["list"] == "v1.0.0"
    assert told("done", "v1.0.0#1")["what"] == "completed"
    assert told("sign-off") == {"session_id": "claude_1", "released": [], "keeps": []}


def test_a_lock_is_renewed_by_name_or_by_fence(me: Ctl) -> None:
    fence = me("lock", "db", "--ttl", "1m", "--json").json["fence"]
    assert me("lock", "db", "--ttl", "1h", "--json").json["fence"] == fence
    assert me("lock", "db", "--fence", str(fence)).code == 0
    found = me("lock", "db", "--fence", str(fence - 1))
    assert (found.code, found.out) == (1, "")
    assert "db is not yours any more" in found.err
    assert me("unlock", "db", "--fence", str(fence - 1)).code == 1
    assert me("unlock", "db", "--fence", str(fence)).code == 0


@pytest.mark.parametrize("time", ["-5m", "-1", "-0s", "5 minutes"])
def test_a_time_that_is_none_is_named(me: Ctl, time: str) -> None:
    found = me("lock", "db", "--ttl", time)
    assert (found.code, found.out) == (2, "")
    assert f"argument --ttl: {time!r} is no length of time: write 90s, 60m, 2h or 1d" in found.err


def test_tasks_are_chosen_by_their_members(me: Ctl) -> None:
    for task in (
        '{"type": "lint", "priority": 1}',
        '{"type": "test", "priority": "1"}',
        '{"type": "test", "priority": 1}',
    ):
        assert me("add-task", "queue", task).code == 0
    assert me("next-task", "queue", "--where", "type=test", "--where", "priority=1").out.startswith("queue#3\n")
    assert me("next-task", "--where", 'priority="1"').out.startswith("queue#2\n")
    found = me("next-task", "--where", "type=docs")
    assert found == (
        1,
        "",
        "coordctl: no pending task in queue with type=docs; ask again later (coordctl status shows who has what)\n",
    )
    assert me("next-task", "--where", "type").code == 2


def test_a_task_of_any_list_by_its_name(me: Ctl) -> None:
    assert (
        me("set", "project:migrations", "pending", '[{"id": "001", "status": "pending", "started_by": null}]').code == 0
    )
    assert me("claim", "migrations#001").out.startswith("migrations#001\n")
    assert me("done", "migrations#001").code == 0
    assert me("set", "project:a#b", "todo", '[{"id": "c#d", "status": "pending"}]').code == 0
    assert me("claim", "a#b#c#d").out.startswith("a#b#c#d\n")
    assert me("done", "a#b#c#d").code == 0


def test_json_may_come_from_standard_input(me: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"type": "test"}')))
    assert me("add-task", "-").out == "queue#1 is pending\n"


def test_a_retry_with_the_same_op_id_gets_the_first_answer(me: Ctl) -> None:
    once = [me("add-task", '{"type": "test"}', "--op-id", "a", "--json").json for _ in range(2)]
    assert once[0] == once[1]
    assert len(me("get", "project:queue", "tasks").json) == 1


# Who it is


def test_nobody_is_told_how_to_become_somebody(ctl: Ctl, store: Path) -> None:
    found = ctl("claim", "issue:15")
    assert (found.code, found.out) == (1, "")
    assert "export COORD_SESSION=$(coordctl sign-on)" in found.err
    found = ctl("--session", "claude_1", "claim", "issue:15")
    assert "no store at" in found.err and "`coordctl sign-on` makes it" in found.err
    assert not store.exists()
    assert ctl("sign-on").code == 0 and ctl("--session", "claude_1", "claim", "issue:15").code == 0


def test_the_session_may_be_named_before_or_after_the_verb(me: Ctl) -> None:
    assert me("sign-on").out == "claude_2\n"
    assert me("--session", "claude_2", "claim", "issue:1").code == 0
    assert me("claim", "issue:2", "--session", "claude_2").code == 0
    assert {me("get", f"issue:{n}", "claimed_by").out for n in (1, 2)} == {"claude_2\n"}


def test_what_an_agent_edits_is_its_own_doing(me: Ctl) -> None:
    me("set", "issue:99", "status", '"pending"')
    assert me("log", "-n", "1", "--json").json["actor"] == {"workspace": W, "session": "claude_1"}


def test_an_agent_is_found_from_a_folder_further_in(me: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COORD_WORKSPACE")
    Path("deep/down").mkdir(parents=True)
    monkeypatch.chdir("deep/down")
    assert me("claim", "issue:15").code == 0
    assert me("--workspace", W, "get", "issue:15", "claimed_by").out == "claude_1\n"


def test_a_pid_is_recorded_only_if_it_is_said(ctl: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    ctl("sign-on")
    assert "pid" not in ctl("get", "session:claude_1").json
    monkeypatch.setenv("COORD_AGENT_PID", str(os.getpid()))
    ctl("sign-on")
    assert ctl("get", "session:claude_2", "pid").out == f"{os.getpid()}\n"


def test_whoever_comes_back_is_told_what_is_still_theirs(me: Ctl) -> None:
    me("claim", "issue:15")
    assert me("sign-on", "claude_1") == (0, "claude_1\n", "coord: claude_1 still has issue:15\n")


def test_after_signing_off_nobody_else_is_blamed(me: Ctl, store: Path) -> None:
    me("sign-off")
    assert me("beat").err == "coordctl: claude_1 is not signed on; nothing was changed. Sign on first\n"
    me("sign-on", "claude_1")
    clean_up(store, "claude_1", "lunch")
    assert "clean up session by kim@laptop" in me("beat").err


def test_a_supervisor_may_sign_off_somebody_else(me: Ctl) -> None:
    me("sign-on")
    assert "claude_2" in me("sign-off", "claude_2", "--reason", "done").out
    assert me("beat").code == 0
    found = me("--session", "claude_2", "beat")
    assert "not signed on any more: sign off session by" in found.err
    assert "(done)" in found.err


# Refusals


def test_a_name_that_was_just_taken_elsewhere_is_taken(ctl: Ctl, store: Path) -> None:
    Agent(open_storage(str(store)), W, facts={"host": "elsewhere"}).sign_on("claude_1")
    found = ctl("sign-on", "claude_1")
    assert (found.code, found.out) == (1, "")
    assert "claude_1 is taken since" in found.err
    assert "on elsewhere (live" in found.err
    assert "sign on without a name" in found.err


def test_whose_name_was_taken_over_is_told(ctl: Ctl, store: Path) -> None:
    agent = Agent(open_storage(str(store)), W)
    agent.sign_on("claude_1")
    assert ctl("sign-on", "claude_1").code == 0
    with pytest.raises(NotSignedOn, match="not signed on any more: another agent took the name over at"):
        agent.heartbeat()


def test_a_refusal_names_the_holder_the_age_and_the_next_step(me: Ctl) -> None:
    other = ("--session", me("sign-on").out.strip())
    me("claim", "issue:15")
    me("lock", "db")
    me("add-task", '{"type": "test"}')
    me("next-task")
    me("add-task", '{"type": "lint"}'), me("claim", "queue#2"), me("fail", "queue#2")
    me("claim", "17"), me("done", "17")
    me("plan-release", "v1.0.0", "Build")
    me("claim", "v1.0.0#1")
    me("sign-on", "claude_9")
    me("handoff", "issue:15", "--to", "claude_9")
    held = "claude_1 has {} since a moment ago and is live: a sign within 5m. "
    refused = {
        ("claim", "issue:15"): held.format("issue 15") + "Take another issue",
        ("lock", "db"): held.format("db") + "Do something else and ask again later",
        ("lock", "db", "--wait"): held.format("db") + "It is noted that you wait",
        (
            "unlock",
            "db",
        ): "claude_1 has the lock db since a moment ago, so it is not yours; nothing was changed. Only who has it",
        ("unclaim", "issue:15"): "claude_1 has issue 15 since a moment ago, so it is not yours",
        ("progress", "issue:15", "x"): "Claim it, or report on one of yours",
        ("handoff", "issue:15"): "Only who has an issue can hand it off",
        ("accept", "issue:15"): "claude_9 has the handoff of issue 15",
        ("accept", "issue:16"): "no handoff on issue 16; `coordctl status` shows",
        ("done", "queue#1"): "claude_1 has queue#1 since a moment ago, so it is not yours; nothing was changed. Take",
        ("fail", "queue#1"): "claude_1 has queue#1 since a moment ago, so it is not yours; nothing was changed. Take",
        ("done", "15"): "claude_1 has issue 15 since a moment ago, so it is not yours",
        ("fail", "issue:15"): "an issue is handed off, or given back",
        ("claim", "issue:17"): "issue 17 is completed (by claude_1, just now); nothing was changed. Take another issue",
        ("done", "issue:17"): "issue 17 is completed (by claude_1, just now); nothing was changed. Take another issue",
        ("claim", "queue#2"): "queue#2 is failed (by claude_1, just now); nothing was changed. Take another one",
        ("handoff", "issue:16"): "nobody has issue 16, so it is not yours; nothing was changed. Claim it first",
        ("claim", "v1.0.0#1"): "claude_1 has v1.0.0#1, so it is not yours; nothing was changed. Take another one",
        ("next-task",): "no pending task in queue; ask again later",
        ("next-task", "nope"): "no work list nope; `coordctl status` shows",
        ("claim", "v9#1"): "`coordctl plan-release` one for a release",
        (
            "plan-release",
            "v1.0.0",
            "x",
        ): "is planned already; nothing was changed. `coordctl get project:release v1.0.0`",
    }
    for arguments, words in refused.items():
        found = me(*other, *arguments)
        assert (found.code, found.out) == (1, ""), arguments
        assert words in found.err, arguments
    assert me("lock", "db", "--json").code == 0  # whoever has it renews it
    assert me(*other, "lock", "cache").code == 0
    circle = me("lock", "cache", "--wait")
    assert circle.code == 1
    assert "claude_2 has cache since a moment ago and is waiting itself" in circle.err
    assert "claude_1 → cache → claude_2 → db → claude_1" in circle.err


def test_with_json_a_refusal_is_json_too_with_all_it_knows(me: Ctl) -> None:
    other = ("--session", me("sign-on").out.strip())
    me("lock", "db")
    me("hold", "Commit\x1b[31m nothing")
    held = me(*other, "claim", "issue:1", "--json")
    assert (held.code, held.out, held.err.count("\n")) == (1, "", 1)
    assert "\x1b" not in held.err
    refusal = json.loads(held.err)
    assert (refusal["error"], refusal["why"], refusal["messages"][0]["from"]) == (
        "OnHold", "Commit\x1b[31m nothing", refusal["by"],
    )  # fmt: skip
    assert "put everything on hold" in refusal["message"]
    me("lift")
    me(*other, "beat")
    refusal = json.loads(me(*other, "lock", "db", "--json").err)
    assert refusal.pop("message").startswith("claude_1 has db since a moment ago")
    assert refusal.pop("advice") and refusal.pop("evidence").startswith("live")
    assert refusal == {
        "error": "Held", "what": "db", "holder": "claude_1", "age": "now", "life": "live", "waiting": False,
        "messages": [],
    }  # fmt: skip
    assert json.loads(me("release", "db", "--json").err)["session"] == "claude_1"
    assert me("release", "--json").err.startswith("usage: ")


# What it is told


def test_a_message_comes_once_and_is_noted_after_it_was_printed(me: Ctl, store: Path) -> None:
    message(store, "claude_1", "stop\x1b[31m it")
    assert untold(store, "claude_1") == 1
    assert me("beat").err == "coord: kim@laptop: stop␛[31m it\n"
    assert untold(store, "claude_1") == 0
    assert me("beat").err == ""


def test_a_message_to_oneself_comes_too(me: Ctl, store: Path) -> None:
    assert "To claude_1: look again" in me("message", "claude_1", "look again").out
    assert me("beat").err == "coord: claude_1: look again\n"


def test_as_json_it_comes_with_the_answer(me: Ctl, store: Path) -> None:
    message(store, "claude_1", "look")
    found = me("claim", "issue:15", "--json")
    (told,) = found.json["messages"]
    assert (told["from"], told["text"], found.err) == ("kim@laptop", "look", "")
    assert told["seq"] > 0
    assert untold(store, "claude_1") == 0


def test_a_refused_call_brings_messages_too(me: Ctl, store: Path) -> None:
    message(store, "claude_1", "look")
    found = me("next-task", "nope")
    assert found.code == 1
    assert found.err.startswith("coord: kim@laptop: look\ncoordctl: ")
    assert untold(store, "claude_1") == 0
    message(store, "claude_1", "look again")
    refusal = json.loads(me("next-task", "nope", "--json").err)
    assert [each["text"] for each in refusal["messages"]] == ["look again"]
    assert untold(store, "claude_1") == 0


def test_an_edit_brings_messages_too(me: Ctl, store: Path) -> None:
    message(store, "claude_1", "look")
    assert me("set", "issue:1", "k", "1").err == "coord: kim@laptop: look\n"
    assert untold(store, "claude_1") == 0
    clean_up(store, "claude_1", "lunch")
    assert "Cleaned up claude_1 (lunch)" in me("delete", "issue:1").err, "else it would go on as if nothing had been"


def test_a_long_message_comes_whole(me: Ctl, store: Path) -> None:
    message(store, "claude_1", "x" * 3900 + "end")
    assert me("beat").err.endswith("end\n")


def test_what_could_not_be_printed_comes_again(me: Ctl, store: Path) -> None:
    message(store, "claude_1", "look")
    for stream in ("stdout", "stderr"):
        reader, writer = os.pipe()
        os.close(reader)
        command = [
            sys.executable,
            "-m",
            "coord_core.cli",
            "--store",
            str(store),
            "beat",
            "--json"[: 6 * (stream == "stdout")],
        ]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        streams: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: writer}
        subprocess.run([each for each in command if each], env=env, check=False, **streams)
        os.close(writer)
        assert untold(store, "claude_1") == 1, stream


# Nonsense

HUGE = "x" * (2 << 20)
DEEP = "[" * 300 + "]" * 300
NAMES = ["", " ", "\x1b[31m", "a\nb", "\udcff", "\0", "\u202e", HUGE]
JSONS = {"text": 2, "{": 2, "": 2, "[]": 1, "3": 1, "null": 1, '{"a": NaN}': 1, f'{{"a": {DEEP}}}': 1}
JSONS |= {f'{{"a": "{HUGE}"}}': 1, '{"a": "\\ud800"}': 1, "[" * 100_000: 2, "{}": 1, '{"id": []}': 1, '{"id": true}': 1}


def nonsense() -> Iterator[tuple[str, ...]]:
    for name in NAMES:
        yield from (("claim", f"issue:{name}"), ("unclaim", name), ("lock", name), ("unlock", name), ("accept", name))
        yield from (("progress", name), ("handoff", name), ("next-task", f"a{name}"), ("done", f"queue#{name}"))
        yield from (("fail", f"{name}#1"), ("claim", f"v1#{name}"), ("plan-release", name, "Build"))
        yield from (("sign-on", f"a:{name}"), ("done", name), ("add-task", f"b{name}", '{"a": 1}'))
    for value in JSONS:
        yield ("add-task", value)
    for value in ("text", "[]", "3", f'{{"a": {DEEP}}}', '{"a": NaN}', f'{{"a": "{HUGE}"}}'):
        yield from (("handoff", "issue:1", "--context", value), ("event", "a", "b", "--metadata", value))
    yield from (("progress", "issue:1", "--percent", each) for each in ("nan", "inf", "-1", "101", "x", "1e400"))
    yield from (("lock", "db", "--ttl", each) for each in ("0s", "x", "-1m", "31d", "1", "", "9" * 400))
    yield from (("lock", "db", "--fence", each) for each in ("x", "1"))
    yield from (
        ("event", HUGE, "b"),
        ("event", "a", HUGE),
        ("progress", "issue:1", HUGE),
        ("handoff", "issue:1", "--next", HUGE),
    )
    yield from (
        ("lock", "db", "--reason", HUGE),
        ("plan-release", "v2", "{"),
        ("plan-release", "v2", "{}"),
        ("plan-release", "v2"),
    )
    yield from (("next-task", "--where", "x"), ("next-task", "--where", "=x"), ("claim",), ("beat", "x"), ("run",))


def test_nonsense_is_refused_and_the_store_stays_as_it_was(me: Ctl, store: Path) -> None:
    me("add-task", '{"type": "test"}'), me("claim", "issue:1")
    before = state(store)
    for arguments in nonsense():
        found = me(*arguments)
        shown = [each[:30] for each in arguments]
        assert found.code in (1, 2), shown
        assert found.out == "", shown
        assert found.err.startswith(("coordctl: ", "usage: ")), shown
        assert not set(found.err) & set("\x1b\u202e\0"), shown
        assert state(store) == before, shown
    for value, code in JSONS.items():
        assert me("add-task", value).code == code, value[:30]


@pytest.mark.parametrize("session", ["claude_9", "a:b", " ", "\x1b", "\udcff", "../..", "x" * 5000])
def test_whoever_is_not_signed_on_changes_nothing(me: Ctl, store: Path, session: str) -> None:
    me("add-task", '{"type": "test"}')
    before = state(store)
    for verb in (
        ("beat",), ("claim", "issue:1"), ("unclaim", "issue:1"), ("lock", "db"), ("unlock", "db"), ("next-task",),
        ("done", "queue#1"), ("fail", "queue#1"), ("add-task", '{"a": 1}'), ("progress", "issue:1"),
        ("accept", "issue:1"), ("handoff", "issue:1"), ("event", "a", "b"), ("plan-release", "v1", "x"),
        ("claim", "queue#1"), ("sign-off",),
    ):  # fmt: skip
        found = me("--session", session, *verb)
        assert (found.code, found.out) == (1, ""), verb
        assert "not signed on" in found.err or "session" in found.err, verb
        assert state(store) == before, verb


@pytest.mark.parametrize("session", [" ", "\x1b", "\udcff", "x" * 5000])
def test_nobody_edits_under_a_name_that_is_none(me: Ctl, store: Path, session: str) -> None:
    before = state(store)
    for verb in (("set", "issue:1", "x", "1"), ("delete", "instances"), ("sign-off", "claude_1"), ("undo",)):
        found = me("--session", session, *verb)
        assert (found.code, found.out) == (1, ""), verb
        assert found.err.startswith("coordctl: session: "), verb
        assert state(store) == before, verb


@pytest.mark.parametrize("workspace", ["x", "a:b:c", "issue:x", "a\nb:c", ":"])
def test_a_workspace_that_would_not_be_found_again_is_refused(ctl: Ctl, store: Path, workspace: str) -> None:
    found = ctl("--workspace", workspace, "sign-on")
    assert (found.code, found.out) == (1, "")
    assert "such as laptop:acme/shop" in found.err
    assert not store.exists()


def test_an_agent_s_verb_imports_nothing_heavy(store: Path) -> None:
    main(["--store", str(store), "sign-on"])
    code = (
        "import sys; from coord_core.cli import main; "
        f"main(['--store', {str(store)!r}, '--session', 'claude_1', 'beat']); "
        "print(sorted({'textual', 'rich', 'watchfiles', 'asyncio', 'mcp', 'subprocess'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[1:] == ["[]"]


def test_a_human_who_edits_what_is_a_living_sessions_says_why_and_it_is_told(ctl: Ctl) -> None:
    name = ctl("sign-on").out.strip()
    scope = f"session:{name}"
    for verb in (("set", scope, "status", '"x"'), ("delete", scope, "fence"), ("delete", scope)):
        shown = ctl(*verb, "--dry-run")
        assert (shown.code, shown.out.count(f"{name} is alive: this needs --reason.")) == (0, 1)
        found = ctl(*verb)
        assert (found.code, found.out) == (1, "")
        assert "give a reason (--reason); nothing was changed" in found.err
    assert ctl("set", scope, "status", '"x"', "--reason", "a typo").code == 0
    assert f"Set status of {scope} (a typo)" in ctl("--session", name, "beat").err
    assert ctl("--session", name, "set", scope, "status", '"y"').code == 0
