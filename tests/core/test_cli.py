"""coordctl: what the user sees, and the exit code."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from coord_core import text, times
from coord_core.actions.agent import Agent
from coord_core.cli import VERBS, main
from coord_core.commands.guide import EXAMPLES, GROUPS
from coord_core.commands.refusal import refusal_json
from coord_core.documents import ABSENT
from coord_core.errors import StaleView
from coord_core.processes import hostname, place
from coord_core.storage import Act, open_storage
from tests.core.samples import REFERENCE, REFERENCE_SHOP
from tests.ctl import ROOT, Ctl, within

W = REFERENCE_SHOP


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COORD_STORE", "COORD_WORKSPACE", "COORD_SESSION", "CLAUDE_SESSION_COORDINATOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOGNAME", "kim")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE, tmp_path / "store"))


@pytest.fixture
def ctl(store: Path, capsys: pytest.CaptureFixture[str]) -> Ctl:
    return within(store, capsys)


def beat(store: Path, session: str) -> None:
    """A sign of life, so that the session is alive."""
    import time

    value = times.local_iso(time.time())
    act = Act("heartbeat", {"workspace": W, "session": session})
    open_storage(str(store)).transact(act, lambda tx: tx.edit(f"{W}:session:{session}").update(last_heartbeat=value))


def write(store: Path, short: str, data: Any) -> Path:
    path = store / (f"{W}:{short}".replace(":", "__").replace("/", "__") + ".json")
    path.write_text(data if isinstance(data, str) else json.dumps({"data": data, "metadata": {}}))
    return path


# Looking


def test_get(ctl: Ctl) -> None:
    assert ctl("get", "issue:15", "claimed_by") == (0, "claude_1\n", "")
    assert ctl("get", "issue:15", "claimed_by", "--json") == (0, '"claude_1"\n', "")
    assert ctl("get", f"{W}:session:claude_1").json["current_issue"] == 15
    assert ctl("--workspace", W, "get", "session:claude_1", "current_issue").out == "15\n"


def test_get_what_is_not_there(ctl: Ctl) -> None:
    found = ctl("get", "issue:99")
    assert (found.code, found.out) == (1, "")
    assert "issue:99; there are" in found.err
    assert f"{W}:issue:15" in found.err
    found = ctl("get", "issue:15", "nope")
    assert (found.code, found.out) == (1, "")
    assert "keys: claimed_by, claimed_at" in found.err


def test_scopes(ctl: Ctl) -> None:
    assert ctl("scopes", "issue:*").out.split() == [f"{W}:issue:{n}" for n in (15, 16, 17)]
    assert ctl("--workspace", W, "scopes", "session:*").out.split() == [f"session:claude_{n}" for n in (1, 2, 3)]
    assert ctl("scopes", "locks:*", "--json").json[0]["keys"] == ["locked_by", "locked_at"]
    assert ctl("scopes", "nothing*") == (0, "", "")


def test_status_has_the_shape_that_is_promised(ctl: Ctl) -> None:
    found = ctl("status", "--json").json
    assert list(found) == ["store", "workspaces", "sessions", "issues", "locks", "tasks", "events", "findings"]
    keys = {name: set(found[name][0]) for name in list(found)[2:]}
    place = {"workspace", "scope"}
    assert keys == {
        "sessions": {"id", "state", "evidence", "seen_age", "did_age", "issue", "locks", "tasks"} | place,
        "issues": {"id", "claimed_by", "status", "progress", "handoff"} | place,
        "locks": {"resource", "locked_by", "held_for", "state"} | place,
        "tasks": {"queue", "id", "status", "claimed_by", "summary"} | place,
        "events": {"timestamp", "session", "type", "message", "metadata"} | place,
        "findings": {"kind", "severity", "subject", "text", "remedies", "since"} | place,
    }
    assert found["sessions"][0]["state"] == "stale"
    assert found["locks"][0]["state"] == "held"
    assert found["events"][0]["timestamp"].endswith("Z")
    assert {each["queue"] for each in found["tasks"]} == {"queue", "migrations"}


def test_status_for_people(ctl: Ctl) -> None:
    found = ctl("status")
    assert found.code == 0
    assert found.out.startswith("BANCS-Norway/my-repo on laptop   ! 4 need you   ○ 3 stale\n")
    assert "coordctl clean-up claude_1" in found.out
    assert ctl("status", "--line").out == "my-repo ! 4  ○ 3\n"


def test_status_has_a_heading_for_what_is_there_and_none_for_what_is_not(ctl: Ctl, store: Path) -> None:
    blocks = [each.splitlines() for each in ctl("status").out.split("\n\n")]
    headings = [block[0].split() for block in blocks[1:]]
    assert [each[0] for each in headings] == ["NEEDS", "SESSIONS", "LOCKS", "WORK", "ISSUES", "EVENTS"]
    assert headings[2] == ["LOCKS", "HOLDER", "FOR"], "nobody waits, and nothing has expired"
    for heading, *rows in blocks[2:]:
        second = heading.index(heading.split()[1])
        assert all(row[second - 1] == " " and row[second] != " " for row in rows), heading
    (store / "empty").mkdir()
    assert ctl("--store", str(store / "empty"), "status").out == "no workspace   nothing needs you\n"


def lines_at_80_columns(store: Path) -> list[str]:
    """What status prints to a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "coord_core.cli", "--store", str(store), "status"]
    printed = bytearray()
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=theirs) as process:
        os.close(theirs)
        with suppress(OSError):  # how Linux says that nobody writes any more
            while some := os.read(ours, 65536):
                printed += some
    os.close(ours)
    assert process.returncode == 0
    return printed.decode().splitlines()


def test_status_is_cut_to_the_terminal_and_whole_in_a_pipe(ctl: Ctl, store: Path) -> None:
    far = "/".join(["deep"] * 30)
    write(store, "locks:long", {"locked_by": "claude_1", "locked_at": "2026-11-22T06:12:11Z", "reason": "x"})
    write(store, f"locks:{far}", {"locked_by": "claude_1", "locked_at": "2026-11-22T06:12:11Z"})
    write(store, "project:events", {"log": [{"session": "claude_1", "type": "note", "message": "w" * 300}]})
    lines = lines_at_80_columns(store)
    assert lines[0].startswith("BANCS-Norway/my-repo on laptop")
    assert max(map(text.width, (line for line in lines if "coordctl" not in line))) == 80
    (lock,) = [line for line in lines if line.startswith(" deep") and "claude_1" in line]
    assert "…" in lock, "it is cut where it is long, and who has it stays"
    whole = ctl("status").out
    assert "w" * 300 in whole and far.replace("/", "__") in whole.replace("/", "__")


def test_a_status_bar_gets_one_short_line_that_commands_nothing(ctl: Ctl, store: Path) -> None:
    for workspace in ("pc:a/shop", "vm:b/shop", "vm:b/#[fg=red]\x1b[31m\n" + "x" * 90):
        Agent(open_storage(str(store)), workspace).sign_on()
    line, *rest = ctl("status", "--line").out.splitlines()
    assert rest == []
    assert line.startswith("my-repo ! 4  ○ 3 | pc:a/shop  ● 1 | # [fg=red]␛[31m␊xxx")
    assert line.endswith("…  ● 1 | vm:b/shop  ● 1")
    assert len(line) < 110
    assert ctl("--workspace", "pc:a/shop", "status", "--line").out == "shop  ● 1\n"
    assert ctl("--workspace", "pc:a/shop", "--session", "claude_1", "sign-off").code == 0
    assert ctl("--workspace", "pc:a/shop", "status", "--line").out == "shop  nobody\n"


def test_an_empty_store_has_a_status_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["--store", str(tmp_path / "empty"), "status"]) == 0
    assert "nothing needs you" in capsys.readouterr().out


def test_findings_name_the_commands_that_mend(ctl: Ctl) -> None:
    found = ctl("findings")
    assert re.search(r"^ medium  +\w+ +claude_1 silent for", found.out, re.MULTILINE)
    assert "coordctl reassign claude_1 SESSION" in found.out or "coordctl reassign claude_1 --nobody" in found.out
    assert {each["kind"] for each in ctl("findings", "--json").json} == {"stale_session", "tasks_waiting"}


def test_a_command_that_takes_from_the_living_asks_for_its_reason(ctl: Ctl, store: Path) -> None:
    beat(store, "claude_2")
    write(store, "issue:15", {"claimed_by": "claude_2", "current_session": "claude_1", "status": "in_progress"})
    lines = [line.strip() for line in ctl("findings").out.splitlines() if "coordctl" in line]
    asking = [line for line in lines if line.endswith(' --reason "..."')]
    assert asking and len(asking) < len(lines)
    for line in lines:
        if "SESSION" not in line:
            found = ctl(*shlex.split(line)[1:])
            assert (found.code == 1 and "give a reason" in found.err) == (line in asking), line
            ctl("undo")
    filled = (
        next(line for line in asking if "SESSION" in line).replace("...", "it asked").replace("SESSION", "claude_3")
    )
    assert ctl(*shlex.split(filled)[1:]).code == 0


def test_the_log_shows_who_did_what(ctl: Ctl) -> None:
    assert ctl("log") == (0, "", "")
    ctl("release", "database_migration", "--reason", "it\x1b[31m hangs")
    (line,) = ctl("log").out.splitlines()
    assert "release_lock  locks:database_migration -locked_by,locked_at  “it␛[31m hangs”" in line
    row = ctl("log", "--json").json
    assert (row["action"], row["reason"]) == ("release_lock", "it\x1b[31m hangs")
    assert row["actor"]["supervisor"].startswith("kim@")
    assert ctl("--workspace", "other:place", "log").out == ""


# Editing


def test_set_and_delete(ctl: Ctl, store: Path) -> None:
    assert ctl("set", "issue:99", "status", '"pending"').code == 0
    assert ctl("get", "issue:99").json == {"status": "pending"}
    assert "it was so already" in ctl("set", "issue:99", "status", '"pending"').out
    assert ctl("undo").code == 0
    assert ctl("get", "issue:99").code == 1
    assert ctl("redo").code == 0
    assert ctl("delete", "issue:99", "status").code == 0
    assert ctl("get", "issue:99").code == 1
    found = ctl("delete", "issue:99")
    assert (found.code, found.out) == (1, "")
    assert ctl("delete", "issue:15", "nope").err.startswith("coordctl: no key nope in")
    assert ctl("delete", "issue:15").code == 0
    assert not list(store.glob("*issue__15*"))


def test_an_undo_says_what_it_undid(ctl: Ctl) -> None:
    for command, said in (
        (("set", "issue:15", "claimed_by", '"claude_3"'), "Set claimed_by of issue:15"),
        (("delete", "issue:15", "claimed_by"), "Deleted claimed_by of issue:15"),
        (("delete", "issue:15"), "Deleted issue:15"),
    ):
        assert ctl(*command).code == 0
        assert ctl("undo", "--dry-run").out.startswith(f"Undo: {said}?\n")
        assert ctl("undo").out == f"Undid: {said}; redo does it again\n"
        assert ctl("redo").out == f"Did again: {said}; undo takes it back\n"
        assert ctl("undo").code == 0
    seq = ctl("--session", "claude_1", "set", "issue:15", "status", '"done"', "--json").json["seq"]
    assert ctl("undo", str(seq), "--reason", "it is not").out.startswith("Undid: claude_1 set status of issue:15; ")


def test_a_session_may_be_who_does_it(ctl: Ctl) -> None:
    assert ctl("--session", "claude_1", "set", "issue:15", "status", '"x"').code == 0
    assert ctl("log", "--json").json["actor"] == {"workspace": W, "session": "claude_1"}
    assert ctl("undo") == (1, "", "coordctl: no action of yours is left to take back\n")


@pytest.mark.parametrize("value", ["", "text", "{", "[1,]", "'x'", "[" * 5000])
def test_a_value_that_is_not_json_is_bad_usage(ctl: Ctl, value: str) -> None:
    found = ctl("set", "issue:15", "status", value)
    assert (found.code, found.out) == (2, "")
    assert "text needs quotes" in found.err
    assert ctl("get", "issue:15", "status").out == "in_progress\n"


@pytest.mark.parametrize("value", ["NaN", "[Infinity]", '"\\ud800"'])
def test_a_value_that_json_should_not_hold_is_refused(ctl: Ctl, value: str) -> None:
    found = ctl("set", "issue:15", "status", value)
    assert (found.code, found.out) == (1, "")
    assert "nothing was changed" in found.err


@pytest.mark.parametrize(
    "scope", ["../settings", "", " ", "issue:1\0", "..", "/etc/passwd", "a" * 2000, "\udcff", "a\nb"]
)
def test_a_name_that_is_none_is_refused(ctl: Ctl, store: Path, tmp_path: Path, scope: str) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if ".coord" not in path.parts)
    found = ctl("set", scope, "x", "1")
    assert (found.code, found.out) == (1, "")
    assert "cannot name a document" in found.err
    assert sorted(path for path in tmp_path.rglob("*") if ".coord" not in path.parts) == before
    for verb in (("get", scope), ("delete", scope), ("release", scope)):
        found = ctl(*verb)
        assert (found.code, found.out) == (1, ""), verb


def test_a_long_name_is_a_name(ctl: Ctl) -> None:
    scope = "issue:" + "å" * 150
    assert ctl("set", scope, "status", '"x"').code == 0
    assert ctl("get", scope, "status").out == "x\n"


def test_a_file_that_cannot_be_read_is_not_overwritten(ctl: Ctl, store: Path) -> None:
    path = write(store, "issue:15", '{"data": {')
    found = ctl("set", "issue:15", "status", '"x"')
    assert found.code == 1
    assert "it was left alone" in found.err
    assert path.read_text() == '{"data": {'


JUNK: list[Any] = [None, True, 3, "text", [], {}, {"a": {"b": 1}}, [1, "x", None], 10**30, "\x1b]0;x\x07\u202e"]
KEYS = {
    "session:claude_1": ["current_issue", "status", "last_heartbeat", "todos", "started_at", "pid", "host", "progress"],
    "instances": ["registry"],
    "issue:15": ["claimed_by", "claimed_at", "current_session", "status", "progress", "handoff"],
    "locks:database_migration": ["locked_by", "locked_at", "fence", "expires_at", "waiters"],
    "project:queue": ["tasks"],
    "project:release": ["v1.0.0"],
    "project:events": ["log"],
}


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: ascii(junk)[:20])
def test_values_of_the_wrong_type_break_nothing(ctl: Ctl, junk: Any) -> None:
    for scope, keys in KEYS.items():
        for key in keys:
            assert ctl("set", scope, key, json.dumps(junk)).code == 0
    for verb in ("status", "findings", "log", "scopes"):
        found = ctl(verb)
        assert (found.code, found.err) == (0, ""), verb
        assert not set(found.out) & set("\x1b\x07\u202e"), verb
    assert ctl("status", "--json").json["sessions"]
    for verbs in (("release", "database_migration"), ("clean-up", "claude_1"), ("reassign", "issue:15", "claude_2")):
        found = ctl(*verbs, "--reason", "test")
        assert found.code in (0, 1), verbs
        assert bool(found.out) == (found.code == 0), verbs


# Supervising


def test_a_slip_in_the_workspace_does_not_read_as_calm(ctl: Ctl) -> None:
    found = ctl("--workspace", "nope", "status", "--line")
    assert (found.code, found.out) == (1, "")
    assert found.err == f"coordctl: no workspace nope; there are {W}\n"


def test_a_key_has_a_name(ctl: Ctl) -> None:
    assert ctl("set", "issue:15", "", "1").code == 2


def test_a_dry_run_shows_the_plan_and_changes_nothing(ctl: Ctl, store: Path) -> None:
    before = {path.name: path.read_bytes() for path in store.glob("*.json")}
    found = ctl("clean-up", "claude_2", "--dry-run")
    assert found.code == 0
    lines = [" ".join(line.split()) for line in found.out.splitlines()]
    assert lines[0] == "Clean up claude_2?"
    assert lines[3:9] == [
        "issue:16 claimed_by claude_2 → nobody",
        "issue:16 status in_progress → pending",
        "project:queue task 2 claimed → pending",
        "project:migrations task 001 in_progress → pending",
        "instances claude_2 taken → available",
        "session:claude_2 deleted",
    ]
    plan = ctl("clean-up", "claude_2", "--dry-run", "--json").json["plan"]
    assert plan["changes"][f"{W}:project:queue"][0]["path"] == ["tasks", {"id": 2}, "status"]
    assert {path.name: path.read_bytes() for path in store.glob("*.json")} == before


def test_release_undo_redo(ctl: Ctl) -> None:
    found = ctl("release", "database_migration")
    assert found == (0, "Released database_migration of claude_1; undo takes it back\n", "")
    assert ctl("get", "locks:database_migration").code == 1
    assert ctl("undo").out == "Undid: Released database_migration of claude_1; redo does it again\n"
    assert ctl("get", "locks:database_migration", "locked_by").out == "claude_1\n"
    assert ctl("redo").code == 0
    assert ctl("redo") == (1, "", "coordctl: nothing that you took back is left to do again\n")
    seq = ctl("log", "-n", "1", "--json").json["undoes"]
    found = ctl("undo", str(seq))
    assert (found.code, found.out) == (1, "")
    assert "takes back" in found.err or "taken back" in found.err or "undo" in found.err


def test_a_lock_that_nobody_holds(ctl: Ctl) -> None:
    assert ctl("release", "nope") == (1, "", "coordctl: no lock nope; held: database_migration\n")
    assert ctl("release", "locks:database_migration").code == 0


def test_taking_from_the_living_needs_a_reason(ctl: Ctl, store: Path) -> None:
    beat(store, "claude_1")
    found = ctl("release", "database_migration")
    assert found == (1, "", found.err)
    assert "--reason" in found.err
    assert "needs --reason" in ctl("release", "database_migration", "--dry-run").out
    assert ctl("release", "database_migration", "--reason", "it asked").code == 0


def test_what_moved_is_told_as_json_without_what_is_absent() -> None:
    error = StaleView([(f"{W}:issue:15", ("tasks", {"id": 7}, "status"), ABSENT, "claimed")])
    assert refusal_json(error)["moved"] == [
        {"scope": f"{W}:issue:15", "path": ["tasks", {"id": 7}, "status"], "found": "claimed"}
    ]


def test_reassign_an_issue_a_task_or_a_session(ctl: Ctl) -> None:
    assert ctl("reassign", "issue:15", "claude_2").out == "Gave #15 of claude_1 to claude_2; undo takes it back\n"
    assert ctl("reassign", "queue#2", "claude_3").code == 0
    assert ctl("reassign", "migrations#001", "--nobody").code == 0
    assert ctl("reassign", "claude_2", "claude_3", "--json").json["text"].startswith("Gave #15 and #16 of claude_2")
    assert ctl("get", "issue:15", "claimed_by").out == "claude_3\n"
    assert ctl("reassign", "issue:15", "nobody_knows").err == (
        "coordctl: no session nobody_knows; known: claude_1, claude_2, claude_3\n"
    )
    assert ctl("reassign", "nobody_knows", "claude_1").code == 1
    assert ctl("reassign", "issue:99", "claude_1").err.startswith("coordctl: no issue 99; known: 15, 16, 17")


def test_giving_to_the_stale_warns_and_to_those_who_are_gone_is_refused(ctl: Ctl, store: Path) -> None:
    found = ctl("reassign", "issue:15", "claude_2")
    assert found.code == 0
    assert found.err.startswith("coordctl: claude_2 is stale: ")
    assert found.err.count("\n") == 1
    found = ctl("reassign", "issue:15", "claude_3", "--json")
    assert found.err == ""
    assert [each.partition(": ")[0] for each in found.json["warnings"]] == ["claude_3 is stale"]
    assert "claude_1 is stale: " in ctl("reassign", "issue:15", "claude_1", "--dry-run").out
    assert ctl("release", "database_migration", "--dry-run", "--json").json["warnings"] == []
    assert ctl("sign-off", "claude_2").code == 0
    found = ctl("reassign", "issue:15", "claude_2")
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("coordctl: claude_2 is signed off (")
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    write(store, "session:claude_3", {"host": hostname(), "boot_id": place(), "pid": gone.pid})
    found = ctl("reassign", "queue#2", "claude_3")
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("coordctl: claude_3 is dead (")
    beat(store, "claude_1")
    assert ctl("reassign", "issue:16", "claude_1").err == ""


def test_a_list_by_its_version_its_name_or_its_path(ctl: Ctl, store: Path) -> None:
    tasks = [{"id": 1, "name": "Run tests", "assignee": "claude_1", "status": "in_progress"}]
    write(store, "project:release", {"v1.0.0": {"status": "in_progress", "tasks": tasks}})
    for name in ("v1.0.0#1", "release.v1.0.0.tasks#1", f"{W}:project:release#v1.0.0.tasks#1"):
        found = ctl("requeue", name, "--dry-run")
        assert found.code == 0, found.err
    assert ctl("requeue", "v1.0.0#1").code == 0
    assert ctl("get", "project:release").json["v1.0.0"]["tasks"][0]["assignee"] is None


def test_a_task_that_cannot_be_told(ctl: Ctl, store: Path) -> None:
    tasks = [
        {"id": 7, "type": "a", "status": "claimed", "claimed_by": "x"},
        {"id": "7", "type": "b", "status": "pending"},
    ]
    write(store, "project:queue", {"tasks": tasks})
    found = ctl("requeue", "queue#7")
    assert (found.code, found.out) == (1, "")
    assert "queue#7 names 2 tasks: place 1 (a), place 2 (b)" in found.err
    assert ctl("requeue", "queue#8").err == "coordctl: no task 8 in queue; known: 7, 7\n"
    assert ctl("requeue", "nope#1").err == "coordctl: no work list nope; known: migrations, queue\n"
    assert "a task is named LIST#TASK" in ctl("requeue", "queue").err


def test_sign_off_and_clean_up(ctl: Ctl) -> None:
    assert ctl("sign-off", "claude_1").code == 0
    assert ctl("get", "instances", "registry").json["claude_1"] == "available"
    assert ctl("clean-up", "claude_1").code == 0
    assert ctl("get", "session:claude_1").code == 1
    assert ctl("get", "issue:15", "handoff").json["from_session"] == "claude_1"
    assert ctl("clean-up", "--stale").out == "Cleaned up claude_2 and claude_3; undo takes it back\n"
    assert ctl("clean-up", "--stale") == (0, "No session is dead or stale: nothing to clean up\n", "")
    assert ctl("undo").code == 0
    assert ctl("get", "session:claude_3", "current_issue").out == "17\n"


def test_a_message(ctl: Ctl) -> None:
    assert ctl("message", "claude_1", "Stop at the tests").out == "To claude_1: Stop at the tests\n"
    (letter,) = ctl("get", "inbox:claude_1", "messages").json
    assert (letter["text"], letter["told"]) == ("Stop at the tests", None)
    assert "claude_1 only reads files: it will not notice." in ctl("message", "claude_1", "x", "--dry-run").out
    assert ctl("message", "claude_1", " ").err == "coordctl: text: it is empty: say something; nothing was changed\n"
    assert ctl("message", "claude_7", "Hello").err.startswith("coordctl: no session claude_7; known: ")
    assert ctl("message", "claude_1").code == 2
    assert ctl("undo").err == "coordctl: no action of yours is left to take back\n"


def test_holding_and_lifting(ctl: Ctl) -> None:
    assert ctl("hold", "Commit nothing").out == "Put everything on hold: Commit nothing; undo takes it back\n"
    assert ctl("get", "project:hold", "by").out.startswith("kim@")
    assert "   HELD: Commit nothing   " in ctl("status").out
    assert ctl("status", "--line").out == "my-repo HELD ! 4  ○ 3\n"
    assert "on hold already" in ctl("hold").err
    assert ctl("lift").out == "Lifted the hold; undo takes it back\n"
    assert ctl("lift").err == "coordctl: no hold in BANCS-Norway/my-repo\n"
    assert ctl("undo").code == 0
    plan = ctl("lift", "--dry-run", "--json").json["plan"]
    assert plan["action"] == "lift_hold"
    assert plan["tells"] == [f"{W}:session:claude_{n}" for n in (1, 2, 3)]


def test_quarantine(ctl: Ctl, store: Path) -> None:
    path = write(store, "issue:15", "")
    assert "it is empty" in ctl("findings").out
    assert ctl("quarantine", path.name).code == 0
    assert not path.exists()
    assert ctl("undo").code == 0
    assert path.read_text() == ""
    assert ctl("quarantine", "nope.json").err.startswith(
        f"coordctl: no unreadable file nope.json; unreadable: {path.name}"
    )


# Places


def test_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in (["status"], ["get", "issue:1"], ["set", "issue:1", "x", "1"], ["release", "x"], ["undo"], ["log"]):
        assert main(["--store", str(tmp_path / "none"), *verb]) == 1, verb
        assert "no store at" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_short_name_among_several_workspaces(ctl: Ctl, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(
        store / f"{W.replace(':', '__').replace('/', '__')}__issue__15.json", store / "pc__a__b__issue__15.json"
    )
    found = ctl("get", "issue:15")
    assert (found.code, found.out) == (1, "")
    assert f"name one with --workspace: {W}, pc:a/b" in found.err
    assert ctl("--workspace", "pc:a/b", "get", "issue:15").code == 0
    assert ctl("get", "pc:a/b:issue:15").code == 0
    monkeypatch.setenv("COORD_WORKSPACE", "pc:a/b")
    assert ctl("get", "issue:15").code == 0
    monkeypatch.delenv("COORD_WORKSPACE")
    Path(".git").mkdir()
    Path(".git/config").write_text('[remote "origin"]\n\turl = git@github.com:a/b.git\n')
    assert ctl("get", "issue:15").code == 0


# From the shell


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_command_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert f"usage: coordctl {verb}" in out and out.endswith(f"example:\n  {EXAMPLES[verb]}\n")


def test_the_help_groups_all_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(each.name for each in VERBS) == sorted(EXAMPLES)
    headings = [out.index(f"\n{group}:\n") for group in GROUPS]
    assert headings == sorted(headings) and "COMMAND ..." in out and "with --json as JSON" in out
    for verb in VERBS:
        assert out.count(f"\n  {verb.name} ") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["frob"], ["get"], ["clean-up"], ["reassign", "issue:1"], ["undo", "x"], ["reassign", "issue:15", ""],
        ["--store", "", "status"], ["--workspace", "", "status"], ["--session", "", "set", "issue:15", "status", "1"],
    ],
)  # fmt: skip
def test_bad_usage(ctl: Ctl, arguments: list[str]) -> None:
    found = ctl(*arguments)
    assert (found.code, found.out) == (2, "")
    assert "usage: coordctl" in found.err


def test_the_version(ctl: Ctl) -> None:
    found = ctl("--version")
    assert (found.code, found.err) == (0, "")
    assert re.fullmatch(r"coordctl \d+\.\d+\.\d+\S*\n", found.out)


def spawn(store: Path, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "coord_core.cli", "--store", str(store), *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def test_help_of_status_lists_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["status", "--help"])
    out = capsys.readouterr().out
    assert all(word in out for word in ("dead_session", "high", "unknown", "expired", "pending"))


def test_the_exit_code_and_the_streams_are_the_process_s(store: Path) -> None:
    process = spawn(store, "get", "issue:15", "claimed_by")
    assert (*process.communicate(), process.returncode) == ("claude_1\n", "", 0)
    process = spawn(store, "get", "issue:99")
    out, err = process.communicate()
    assert (out, process.returncode) == ("", 1)
    assert err.startswith("coordctl: no document")


def test_get_imports_nothing_heavy(store: Path) -> None:
    code = (
        "import sys; from coord_core.cli import main; "
        f"main(['--store', {str(store)!r}, 'get', 'issue:15', 'claimed_by']); "
        "print(sorted({'textual', 'rich', 'watchfiles', 'asyncio', 'filelock', 'socket'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert found.stdout == "claude_1\n[]\n"


def test_a_reader_that_has_had_enough_is_no_error(store: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "coord_core.cli", "--store", str(store), "status"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(command, env=env, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_terminal_without_unicode_is_no_error(store: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "coord_core.cli", "--store", str(store), "status"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (0, b"")
    assert b"\\u25cb 3 stale" in process.stdout


def test_following_the_log(store: Path) -> None:
    assert main(["--store", str(store), "release", "database_migration"]) == 0
    with spawn(store, "log", "--follow") as process:
        assert process.stdout is not None
        assert "release_lock" in process.stdout.readline()
        assert main(["--store", str(store), "undo"]) == 0
        assert "undo" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (130, "")


def test_following_ends_when_the_reader_has_had_enough(store: Path) -> None:
    assert main(["--store", str(store), "release", "database_migration"]) == 0
    with spawn(store, "log", "--follow") as process:
        assert process.stdout is not None and process.stderr is not None
        assert "release_lock" in process.stdout.readline()
        process.stdout.close()
        try:
            assert process.wait(timeout=30) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
