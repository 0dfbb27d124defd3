"""coordctl run: a command as an agent, from sign-on to sign-off, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.agent import Agent
from coord_core.actions.telling import tell
from coord_core.actions.view import take_board
from coord_core.state.insights import Life
from coord_core.storage import Act, Storage, open_storage
from tests.ctl import ctl, environment

PATIENCE_S = 10.0

W = "laptop:acme/shop"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def storage(store: Path) -> Storage:
    return open_storage(str(store))


@pytest.fixture
def started(store: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """What was started, and has to be gone at the end."""
    children: list[subprocess.Popen[str]] = []
    yield children
    for each in children:
        each.kill()
        each.communicate()


def begin(store: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "coord_core.cli", "--store", str(store), "--workspace", W, "run", *arguments],
        env=environment(store.parent), cwd=store.parent, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def up(store: Path, started: list[subprocess.Popen[str]], *arguments: str) -> subprocess.Popen[str]:
    """Start a command that says `up` when it is."""
    process = begin(store, *arguments)
    started.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def run(store: Path, *arguments: str) -> tuple[int, str, str]:
    process = begin(store, *arguments)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out, err


def data(storage: Storage, short: str) -> Any:
    document = storage.read(f"{W}:{short}")
    return document.data if document else None


def signed_on(storage: Storage) -> list[str]:
    return [
        name for name, entry in (data(storage, "instances") or {"registry": {}})["registry"].items() if entry == "taken"
    ]


def actions(storage: Storage) -> list[str]:
    return [line.action for line in storage.lines()]


# From sign-on to sign-off


def test_the_command_is_the_agent(store: Path, storage: Storage) -> None:
    said = "echo $COORD_SESSION $COORD_WORKSPACE $COORD_STORE $COORD_AGENT_PID $$"
    code, out, err = run(store, "--", "sh", "-c", said)
    name, workspace, place, pid, own = out.split()
    assert (code, name, workspace, place, err) == (0, "claude_1", W, str(store), "")
    assert pid == own == str(data(storage, "session:claude_1")["pid"])
    assert signed_on(storage) == []
    assert actions(storage) == ["sign_on", "sign_off"]


def test_it_acts_without_a_word_about_who_it_is(store: Path, storage: Storage) -> None:
    command = f"{sys.executable} -m coord_core.cli claim issue:15"
    assert run(store, "--session", "codex_1", "--", "sh", "-c", command) == (0, "#15 is yours\n", "")
    assert data(storage, "issue:15")["claimed_by"] == "codex_1"


@pytest.mark.parametrize(
    ("command", "code"),
    [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143), ("yes | head -n 1 >/dev/null", 0)],
)
def test_the_exit_code_is_the_command_s(store: Path, storage: Storage, command: str, code: int) -> None:
    assert run(store, "sh", "-c", command) == (code, "", "")
    assert signed_on(storage) == []


def test_options_after_the_command_are_the_command_s(store: Path) -> None:
    assert run(store, "--", "echo", "--lock", "--", "x")[1] == "--lock -- x\n"
    assert run(store, "echo", "--json", "-n")[1] == "--json -n\n"


def test_a_command_that_is_not_there(store: Path, storage: Storage) -> None:
    code, out, err = run(store, "--", "no-such-command", "x")
    assert (code, out) == (127, "")
    assert "no-such-command: there is no such command" in err
    assert not store.exists()


def test_a_command_that_cannot_be_run(store: Path, storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a program")
    assert run(store, "--", "./notes") == (126, "", "coordctl: ./notes cannot be run: Permission denied\n")
    (tmp_path / "script").write_text("#!/no/such/shell\n")
    (tmp_path / "script").chmod(0o755)
    assert run(store, "--", "./script")[0] == 127
    assert signed_on(storage) == []


def test_a_name_that_is_taken_starts_nothing(store: Path, storage: Storage, tmp_path: Path) -> None:
    Agent(storage, W, facts={"host": "elsewhere"}).sign_on("claude_1")
    code, out, err = run(store, "--session", "claude_1", "--", "touch", "ran")
    assert (code, out) == (1, "")
    assert "claude_1 is taken since" in err
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_passed_on_and_it_signs_off(
    store: Path, storage: Storage, number: signal.Signals, started: list[subprocess.Popen[str]]
) -> None:
    handled = f"signal.signal({number:d}, lambda *_: sys.exit(9))"
    script = f"import signal, sys, time; {handled}; print('up', flush=True); time.sleep(60)"
    process = up(store, started, "--", sys.executable, "-c", script)
    assert signed_on(storage) == ["claude_1"]
    process.send_signal(number)
    assert (process.wait(30), signed_on(storage)) == (9, [])


def test_one_that_a_signal_ends_has_its_code(
    store: Path, storage: Storage, started: list[subprocess.Popen[str]]
) -> None:
    process = up(store, started, "--", "sh", "-c", "echo up; exec sleep 60")
    process.send_signal(signal.SIGTERM)
    assert (process.wait(30), signed_on(storage)) == (143, [])


def test_when_both_are_killed_the_death_is_proven(
    store: Path, storage: Storage, started: list[subprocess.Popen[str]]
) -> None:
    process = up(store, started, "--", "sh", "-c", "echo up; exec sleep 60")
    process.kill()
    process.wait()
    verdict = take_board(storage, time.time()).verdicts[f"{W}:session:claude_1"]
    assert verdict.life is Life.LIVE, "the command itself goes on"
    os.kill(data(storage, "session:claude_1")["pid"], signal.SIGKILL)
    process.communicate()
    # Its files are closed a moment before it is gone.
    deadline = time.monotonic() + PATIENCE_S
    while take_board(storage, time.time()).verdicts[f"{W}:session:claude_1"].life is not Life.DEAD:
        assert time.monotonic() < deadline
        time.sleep(0.01)


# While it runs


def quickly(store: Path, arguments: Sequence[str], beat: float, look: float) -> Any:
    """Run with beats and looks at the locks this often."""

    def first() -> None:
        from coord_core.commands import keeper

        keeper.BEAT, keeper.LOOK = beat, look  # type: ignore[misc]
        os.environ["COORD_WORKSPACE"] = W

    return ctl(store, "run", *arguments, first=first)


def test_it_beats_and_leaves_the_messages_to_the_command(store: Path, storage: Storage) -> None:
    tell_act = Act("send_message", {"supervisor": "kim@laptop"})
    storage.transact(tell_act, lambda tx: tell(tx, W, "claude_1", "kim@laptop", "look", tx.at))
    beaten = "until [ $(grep -c heartbeat store/.coord/journal/*.jsonl) -ge 3 ]; do sleep 0.05; done"
    assert quickly(store, ["--session", "claude_1", "--", "sh", "-c", beaten], 0.05, 0.05).code == 0
    assert data(storage, "inbox:claude_1")["messages"][0]["told"] is None
    beaten = f"{sys.executable} -m coord_core.cli beat 2>&1 >/dev/null"
    assert quickly(store, ["--session", "claude_1", "--", "sh", "-c", beaten], 60, 2).out == "coord: kim@laptop: look\n"
    assert data(storage, "inbox:claude_1")["messages"][0]["told"]


def test_a_lock_is_held_meanwhile(store: Path, storage: Storage) -> None:
    shown = f"{sys.executable} -m coord_core.cli get locks:"
    code, out, err = run(
        store, "--lock", "db", "--lock", "src/a", "--reason", "moving", "--", "sh", "-c", f"{shown}db; {shown}src/a"
    )
    assert (code, err, out.count('"locked_by": "claude_1"'), out.count('"reason": "moving"')) == (0, "", 2, 2)
    assert data(storage, "locks:db") is None
    assert data(storage, "locks:src/a") is None


def test_a_lock_for_a_time_is_renewed(store: Path, storage: Storage) -> None:
    other = Agent(storage, W, facts={"host": "elsewhere"})
    other.sign_on("claude_9")
    renewed = "until [ $(grep -c renew_lock store/.coord/journal/*.jsonl) -ge 3 ]; do sleep 0.05; done"
    assert run(store, "--lock", "db", "--ttl", "1s", "--", "sh", "-c", renewed) == (0, "", "")


def test_a_held_lock_starts_nothing(store: Path, storage: Storage, tmp_path: Path) -> None:
    Agent(storage, W, facts={"host": "elsewhere"}).sign_on("claude_9")
    Agent(storage, W, "claude_9").acquire_lock("db")
    for waiting in ([], ["--wait", "1s"]):
        code, out, err = run(store, "--lock", "free", "--lock", "db", *waiting, "--", "touch", "ran")
        assert (code, out) == (1, "")
        assert "claude_9 has db" in err
        assert "ask again later" in err
    assert not (tmp_path / "ran").exists()
    assert signed_on(storage) == ["claude_9"]
    assert data(storage, "locks:free") is None


def test_it_waits_in_turn(store: Path, storage: Storage, started: list[subprocess.Popen[str]]) -> None:
    holder = Agent(storage, W, facts={"host": "elsewhere"})
    holder.sign_on("claude_9")
    holder.acquire_lock("db")
    process = begin(store, "--lock", "db", "--wait", "60s", "--", "echo", "mine")
    started.append(process)
    while not data(storage, "locks:db").get("waiters"):
        assert process.poll() is None
        time.sleep(0.02)
    holder.release_lock("db")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "mine\n")
    assert err == ""
    holder.acquire_lock("db")


def test_a_signal_ends_the_waiting(
    store: Path, storage: Storage, started: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    holder = Agent(storage, W, facts={"host": "elsewhere"})
    holder.sign_on("claude_9")
    holder.acquire_lock("db")
    process = begin(store, "--lock", "db", "--wait", "10m", "--", "touch", "ran")
    started.append(process)
    while not data(storage, "locks:db").get("waiters"):
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert signed_on(storage) == ["claude_9"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kill", [False, True])
def test_a_lost_lock_is_said_loudly(
    store: Path, storage: Storage, started: list[subprocess.Popen[str]], tmp_path: Path, kill: bool
) -> None:
    wait = "echo up; until [ -e go ]; do sleep 0.05; done; exit 5"
    process = begin(store, "--lock", "db", *["--kill-on-loss"] * kill, "--", "sh", "-c", wait)
    started.append(process)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "up\n"
    assert ctl(store, "release", "db", "--reason", "urgent").code == 0
    said = process.stderr.readline()
    assert said.startswith("coordctl: db is not yours any more: kim@")
    assert "(urgent). Stop what it protects" in said
    if kill:
        assert "--kill-on-loss" in process.stderr.readline()
    else:
        (tmp_path / "go").touch()
    assert process.wait(30) == (143 if kill else 5)
    assert signed_on(storage) == []


def test_a_session_that_was_cleaned_up_is_told_once(
    store: Path, storage: Storage, started: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = begin(store, "--lock", "db", "--", "sh", "-c", "echo up; until [ -e go ]; do sleep 0.05; done")
    started.append(process)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "up\n"
    assert ctl(store, "clean-up", "claude_1", "--reason", "gone home").code == 0
    assert "claude_1 is not signed on any more: clean up session by" in process.stderr.readline()
    (tmp_path / "go").touch()
    assert (process.wait(30), process.stderr.read()) == (0, "")
