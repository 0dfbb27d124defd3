"""`coordctl init` and `coordctl doctor`: what they write, what they leave alone, and what they find."""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coord_core.actions.agent import Agent
from coord_core.cli import VERBS, main
from coord_core.commands import briefing
from coord_core.mcp.wording import TOOLS
from coord_core.storage.places import project
from tests import repositories
from tests.ctl import ROOT

OURS = {"command": "coordctl", "args": ["mcp"]}


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Ctl = Callable[..., Answer]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("COORD_STORE", "COORD_WORKSPACE", "CLAUDE_SESSION_COORDINATOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "coordctl").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "coordctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    repositories.init(tmp_path / "shop")
    (tmp_path / "shop" / "src").mkdir()
    monkeypatch.chdir(tmp_path / "shop" / "src")
    return tmp_path / "shop"


@pytest.fixture
def ctl(capsys: pytest.CaptureFixture[str]) -> Ctl:
    def run(*arguments: str) -> Answer:
        code = main(arguments)
        return Answer(code, *capsys.readouterr())

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file() and ".git/" not in str(each)}


def servers(repo: Path) -> Any:
    return json.loads((repo / ".mcp.json").read_text())["mcpServers"]


def test_init_sets_a_repository_up_once(repo: Path, ctl: Ctl) -> None:
    done = ctl("init")
    assert done.code == 0 and ".mcp.json: the server coord (coordctl mcp)" in done.out and "sign_on" in done.out
    assert servers(repo) == {"coord": OURS}
    assert (repo / ".gitignore").read_text() == ".claude/session-state/\n"
    before = files(repo)
    assert "already" in ctl("init").out and files(repo) == before


def test_init_adds_to_what_is_there_and_keeps_the_rest_as_it_is(repo: Path, ctl: Ctl) -> None:
    there = '{\n    "mcpServers": {"db": {"command": "x", "env": {"é": "1"}}},\n    "other": [1.0, null]\n}'
    (repo / ".mcp.json").write_text(there)
    (repo / ".mcp.json").chmod(0o640)
    (repo / ".gitignore").write_bytes(b"*.pyc\nodd \xff")
    assert "beside 1 other" in ctl("init").out
    found = (repo / ".mcp.json").read_text()
    assert json.loads(found) == json.loads(there) | {"mcpServers": json.loads(there)["mcpServers"] | {"coord": OURS}}
    assert '\n    "other": [' in found and '"é"' in found and (repo / ".mcp.json").stat().st_mode & 0o777 == 0o640
    assert (repo / ".gitignore").read_bytes() == b"*.pyc\nodd \xff\n.claude/session-state/\n"


def test_init_leaves_our_server_as_somebody_set_it(repo: Path, ctl: Ctl) -> None:
    mine = {"mcpServers": {"team": {"command": "/opt/coordctl", "args": ["--workspace", "a:shop", "mcp"]}}}
    (repo / ".mcp.json").write_text(json.dumps(mine))
    assert "as team (/opt/coordctl --workspace a:shop mcp)" in ctl("init").out
    assert json.loads((repo / ".mcp.json").read_text()) == mine


def test_init_names_a_store_in_full_for_agents_start_elsewhere(repo: Path, ctl: Ctl) -> None:
    ctl("--store", "state", "init")
    assert servers(repo)["coord"]["args"] == ["--store", str(repo / "src" / "state"), "mcp"]


@pytest.mark.parametrize(
    "there", ["{ // no\n}", "[]", '{"mcpServers": []}', '{"mcpServers": {"coord": {"command": "x"}}}', "\xff"]
)
def test_init_never_overwrites_what_it_cannot_read_or_what_is_not_ours(repo: Path, ctl: Ctl, there: str) -> None:
    (repo / ".mcp.json").write_bytes(there.encode("latin-1"))
    before = files(repo)
    done = ctl("init")
    assert done.code == 1 and "it was left alone" in done.err and files(repo) == before
    assert "Nothing else was written either, such as .claude/session-state/ into .gitignore" in done.err


def test_init_names_the_stranger_that_has_our_name_and_so_does_doctor(repo: Path, ctl: Ctl) -> None:
    there = {"mcpServers": {"coord": {"command": "npx", "args": ["coordinates"]}}}
    (repo / ".mcp.json").write_text(json.dumps(there))
    assert "another server called coord (npx coordinates)" in ctl("init").err
    assert "another server called coord (npx coordinates), and not ours" in doctor(ctl)["mcp.json"][0]


def test_init_reads_over_the_mark_that_some_editors_begin_a_file_with(repo: Path, ctl: Ctl) -> None:
    (repo / ".mcp.json").write_bytes(b'\xef\xbb\xbf{"mcpServers": {"db": {"command": "x"}}}')
    (repo / ".gitignore").write_bytes(b"\xef\xbb\xbf.claude/\n")
    done = ctl("init")
    assert done.code == 0 and "beside 1 other" in done.out
    found = (repo / ".mcp.json").read_bytes()
    assert found.startswith(b"\xef\xbb\xbf{") and json.loads(found.decode("utf-8-sig"))["mcpServers"]["coord"] == OURS
    assert (repo / ".gitignore").read_bytes() == b"\xef\xbb\xbf.claude/\n"
    assert doctor(ctl) == {} and "already" in ctl("init").out


@pytest.mark.parametrize("before", [[], ["-m", "coord_core.cli"]])
def test_init_says_when_our_server_cannot_start_and_mends_it_when_asked(
    repo: Path, ctl: Ctl, before: list[str]
) -> None:
    program = "/no/python" if before else "/no/coordctl"
    team = {"command": program, "args": [*before, "--workspace", "a:shop", "mcp"], "env": {"A": "1"}}
    (repo / ".mcp.json").write_text(json.dumps({"mcpServers": {"team": team}, "x": 1}))
    assert "but that is not found: `coordctl init --mend`" in ctl("init").out
    assert servers(repo) == {"team": team}
    assert ctl("init", "--mend").code == 0
    assert servers(repo) == {
        "team": {"command": "coordctl", "args": ["--workspace", "a:shop", "mcp"], "env": {"A": "1"}}
    }
    assert doctor(ctl) == {}


def test_without_git_init_and_doctor_say_so(
    tmp_path: Path, ctl: Ctl, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    done = ctl("init")
    assert done.code == 0 and "there is no git repository here" in done.out
    assert [each.name for each in (tmp_path / "plain").iterdir()] == [".mcp.json"]
    assert "there is no git repository at" in ctl("doctor").out and doctor(ctl) == {}


def test_init_prints_how_agents_are_told_and_writes_it_once_where_asked(repo: Path, ctl: Ctl) -> None:
    for dry in ((), ("--print",)):
        shown = ctl("init", *dry).out
        assert "coordctl init --tell CLAUDE.md" in shown and "    1. Sign on first" in shown
    assert json.loads(ctl("init", "--print", "--json").out)["briefing"] == briefing.TEXT
    assert not (repo / "CLAUDE.md").exists()
    (repo / "CLAUDE.md").write_bytes(b"# Shop\n\nodd \xff")
    ctl("init", "--tell", "CLAUDE.md", "--tell", "AGENTS.md")
    told = f"<!-- coordctl -->\n{briefing.TEXT}<!-- /coordctl -->\n".encode()
    assert (repo / "CLAUDE.md").read_bytes() == b"# Shop\n\nodd \xff\n\n" + told
    assert (repo / "AGENTS.md").read_bytes() == told
    (repo / "CLAUDE.md").write_text("<!-- coordctl -->\nours alone\n<!-- /coordctl -->\n")
    before = files(repo)
    again = ctl("init", "--tell", "CLAUDE.md").out
    assert "already" in again and "Sign on first" not in again and files(repo) == before
    assert "Sign on first" not in ctl("init").out


@pytest.mark.parametrize("name", ["src", "none/CLAUDE.md"])
def test_init_tells_nobody_where_no_file_can_be(repo: Path, ctl: Ctl, name: str) -> None:
    before = files(repo)
    done = ctl("init", "--tell", name)
    assert done.code == 1 and "no file that can be written" in done.err and files(repo) == before


def test_what_agents_are_told_names_tools_and_verbs_that_there_are() -> None:
    verbs = {each.name for each in VERBS}
    named = set(re.findall(r"`([a-z_]+)`", briefing.TEXT)) - verbs - {"coord", "coordctl"}
    assert named and named <= {*TOOLS.values(), *vars(Agent)}
    assert set(re.findall(r"coordctl ([a-z-]+)", briefing.TEXT)) <= verbs
    readme = (ROOT / "README.md").read_text()
    assert textwrap.indent(briefing.TEXT, "    ", lambda line: bool(line.strip())) in readme


def test_init_reads_no_pipe_and_follows_a_link(repo: Path, ctl: Ctl) -> None:
    os.mkfifo(repo / ".mcp.json")
    assert ctl("init").code == 1
    (repo / ".mcp.json").unlink()
    (repo / "shared.json").write_text("{}")
    (repo / ".mcp.json").symlink_to("shared.json")
    assert ctl("init").code == 0
    assert (repo / ".mcp.json").is_symlink() and servers(repo) == {"coord": OURS}


def test_init_print_shows_it_and_writes_nothing(repo: Path, ctl: Ctl) -> None:
    before = files(repo)
    done = ctl("init", "--print")
    assert '"command": "coordctl"' in done.out and ".claude/session-state/" in done.out and "Would write" in done.out
    told = json.loads(ctl("init", "--print", "--json").out)
    assert json.loads(told["contents"][str(repo / ".mcp.json")])["mcpServers"] == {"coord": OURS}
    assert files(repo) == before


def doctor(ctl: Ctl) -> dict[str, list[str]]:
    """Return what is not well, by its name."""
    done = ctl("doctor", "--json")
    told = json.loads(done.out)
    assert told["ok"] == (done.code == 0) and bool(done.err) == bool(done.code)
    assert all(each["next"] for each in told["checks"] if not each["ok"])
    found: dict[str, list[str]] = {}
    for each in told["checks"]:
        if not each["ok"]:
            found.setdefault(each["name"], []).append(each["text"])
    return found


def test_doctor_is_content_after_init_and_says_what_is_missing_before(repo: Path, ctl: Ctl) -> None:
    assert set(doctor(ctl)) == {"mcp.json", "gitignore"}
    ctl("init")
    assert doctor(ctl) == {}
    lines = ctl("doctor").out.splitlines()
    assert all(line.startswith("ok") for line in lines) and str(repo / ".claude" / "session-state") in lines[0]


def test_doctor_sees_a_command_that_is_not_there_and_a_file_it_cannot_read(repo: Path, ctl: Ctl) -> None:
    ctl("init")
    (repo / ".mcp.json").write_text(json.dumps({"mcpServers": {"coord": {"command": "/no/coordctl", "args": ["mcp"]}}}))
    assert doctor(ctl)["mcp.json"][0].endswith("starts /no/coordctl, which is not found")
    (repo / ".mcp.json").write_text("{")
    assert "cannot be read as JSON" in doctor(ctl)["mcp.json"][0]


def test_doctor_sees_files_that_cannot_be_read_and_a_store_that_is_none(repo: Path, ctl: Ctl) -> None:
    ctl("init")
    (repo / ".claude" / "session-state").mkdir(parents=True)
    (repo / ".claude" / "session-state" / "issue__15.json").write_text("{")
    assert doctor(ctl)["store"] == ["1 file cannot be read"]
    (repo / "flat").write_text("")
    assert "store" in json.loads(ctl("--store", str(repo / "flat"), "doctor", "--json").out)["checks"][0]["name"]
    assert not json.loads(ctl("--store", str(repo / "flat"), "doctor", "--json").out)["ok"]


def test_doctor_says_when_agents_would_write_to_different_folders(
    repo: Path, ctl: Ctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctl("init")
    repositories.link(repo, tmp_path / "linked")
    assert doctor(ctl) == {}
    for folder in (tmp_path / "linked", repo / "src"):
        (folder / ".claude" / "session-state").mkdir(parents=True)
        (folder / ".claude" / "session-state" / "issue__1.json").write_text('{"data": {}}')
    monkeypatch.chdir(repo)
    apart = " ".join(doctor(ctl)["one store"])
    assert str(tmp_path / "linked" / ".claude") in apart and str(repo / "src" / ".claude") in apart

    monkeypatch.setenv("COORD_STORE", str(tmp_path / "elsewhere"))
    apart = " ".join(doctor(ctl)["one store"])
    assert "COORD_STORE is set in this shell" in apart and str(repo / ".claude" / "session-state") in apart


def test_doctor_says_when_agents_would_be_in_different_workspaces(
    repo: Path, ctl: Ctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctl("init")
    monkeypatch.setenv("COORD_WORKSPACE", f"laptop:{project(repo)}")
    assert doctor(ctl) == {}, "also of another machine: a container and its host meet"
    monkeypatch.setenv("COORD_WORKSPACE", "laptop:acme/other")
    (apart,) = doctor(ctl)["one store"]
    assert apart.startswith("COORD_WORKSPACE in this shell puts agents into the workspace laptop:acme/other")
    monkeypatch.delenv("COORD_WORKSPACE")
    server = OURS | {"args": ["--workspace", "laptop:acme/other", "mcp"]}
    (repo / ".mcp.json").write_text(json.dumps({"mcpServers": {"coord": server}}))
    assert doctor(ctl)["one store"][0].startswith(".mcp.json puts agents into the workspace laptop:acme/other")


def test_doctor_says_when_mcp_json_sends_agents_elsewhere(repo: Path, ctl: Ctl, tmp_path: Path) -> None:
    ctl("init")
    server = OURS | {"env": {"COORD_STORE": str(tmp_path / "elsewhere")}}
    (repo / ".mcp.json").write_text(json.dumps({"mcpServers": {"coord": server}}))
    assert doctor(ctl)["one store"] == [f".mcp.json sends agents to {tmp_path / 'elsewhere'}"]
    assert not json.loads(ctl("--store", str(tmp_path / "third"), "doctor", "--json").out)["ok"]


def test_doctor_follows_the_references_configuration_and_says_when_it_makes_no_sense(repo: Path, ctl: Ctl) -> None:
    ctl("init")
    config = repo / ".claude" / "session-coordinator-config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"storage": {"adapter": "local", "config": {"base_path": "state"}}}))
    assert doctor(ctl) == {"gitignore": ["git does not ignore the store"]}
    (repo / ".claude" / "session-state").mkdir()
    (repo / ".claude" / "session-state" / "issue__1.json").write_text('{"data": {}}')
    assert "is a store of its own" in doctor(ctl)["one store"][0]
    config.write_text("{")
    assert "configuration cannot be read" in doctor(ctl)["store"][0]
