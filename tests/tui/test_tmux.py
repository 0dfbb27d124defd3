"""Going to an agent's pane, with a real tmux."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from coord_core.actions.agent import Agent
from coord_core.errors import Refused
from coord_core.state.records import Session
from coord_core.storage import open_storage
from coord_tui import terminals
from tests.terminal import Terminal

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
IDLE = ("sleep", "1000")


@dataclass
class Tmux:
    """A tmux server of its own."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", *arguments], env=self.environment(), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TMUX", "COORD_"))}
        return kept | {"TMUX_TMPDIR": str(self.folder), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}

    def pane(self, *command: str) -> str:
        """Open something; return its pane."""
        return self(*command, "-P", "-F", "#{pane_id}", *IDLE)

    def shown(self, session: str) -> str:
        """The pane that a session's window shows."""
        return self("display-message", "-p", "-t", f"{session}:", "#{pane_id}")


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tmux]:
    # A socket's path is short, and pytest's folders are deep.
    folder = Path("/tmp") / f"coord-tmux-{os.getpid()}"
    folder.mkdir()
    found = Tmux(folder)
    for name in ("TMUX", "TMUX_PANE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMUX_TMPDIR", str(folder))
    yield found
    subprocess.run(["tmux", "kill-server"], env=found.environment(), capture_output=True, check=False)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def until(happened: Callable[[], bool], patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def agent(pane: str) -> Session:
    return Session("x", "", "claude_1", tmux_pane=pane)


def test_its_window_and_its_pane_are_selected(tmux: Tmux) -> None:
    first = tmux.pane("new-session", "-d", "-s", "one", "-x", "120", "-y", "36")
    other = tmux.pane("new-window", "-d", "-t", "one:")
    beside = tmux.pane("split-window", "-d", "-t", other)
    for pane in (beside, first, other):
        assert terminals.go_to(agent(pane)).startswith("tmux shows claude_1 now, in window one:")
        assert tmux.shown("one") == pane
    tmux("kill-pane", "-t", beside)
    with pytest.raises(Refused, match=f"claude_1's tmux pane {beside} is gone"):
        terminals.go_to(agent(beside))
    assert tmux.shown("one") == other


def test_without_a_server_it_says_so(tmux: Tmux) -> None:
    with pytest.raises(Refused, match="no tmux runs here, so claude_1's pane %0 is gone, or on another socket"):
        terminals.go_to(agent("%0"))


def test_o_in_the_console_goes_to_an_agent_also_in_another_session(tmux: Tmux, tmp_path: Path) -> None:
    near = tmux.pane("new-session", "-d", "-s", "one", "-x", "120", "-y", "36")
    far = tmux.pane("new-session", "-d", "-s", "two", "-x", "120", "-y", "36")
    store = tmp_path / "store"
    for name, pane in (("claude_1", near), ("claude_2", far), ("claude_3", "%999")):
        Agent(open_storage(str(store)), "laptop:acme/shop", facts={"tmux_pane": pane}).sign_on(name)
    console = tmux(
        "new-window", "-t", "one:", "-P", "-F", "#{pane_id}",
        sys.executable, "-m", "coord_tui", "--read-only", "--store", str(store),
    )  # fmt: skip

    def screen() -> str:
        return tmux("capture-pane", "-p", "-t", console)

    def at_sessions(*keys: str) -> None:
        tmux("select-window", "-t", console)
        tmux("send-keys", "-t", console, *keys)

    with Terminal(["tmux", "attach", "-t", "one"], env=tmux.environment()) as seat:
        seat.settle()
        until(lambda: "1 Sessions 3" in screen())
        at_sessions("o")
        until(lambda: tmux.shown("one") == near)
        at_sessions("j", "o")
        until(lambda: tmux("list-clients", "-F", "#{client_session}") == "two")
        tmux("switch-client", "-t", "one:")
        at_sessions("j", "o")
        until(lambda: "claude_3's tmux pane %999 is gone" in screen())
        assert not (store / ".coord" / "quarantine").exists()
        tmux("kill-server")
        seat.settle()
