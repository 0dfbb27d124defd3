"""A crew of agents at one store, on either backend, with a clock that the test moves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from coord_core import processes, times
from coord_core.actions import supervisor
from coord_core.actions.agent import Agent
from coord_core.actions.plan import Done
from coord_core.actions.view import take_board
from coord_core.state.board import Board
from coord_core.storage import Storage
from tests.core.storage.backends import Backend

W = "laptop:acme/shop"
WHO = "kim@laptop"
LONG_AGO = 10 * times.DAY
"""How far behind the machine's clock the crew's begins: files are never written before the times that they state."""


class Clock:
    """The wall clock and the one that never jumps, both moved by hand; between moves they go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        wall, mono = time.time, time.monotonic
        self.passed, self.jumped = 0.0, -LONG_AGO
        monkeypatch.setattr(time, "time", lambda: wall() + self.passed + self.jumped)
        monkeypatch.setattr(time, "monotonic", lambda: mono() + self.passed)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock, as a person or NTP does: no time passes."""
        self.jumped += seconds


class Crew:
    """Agents at one store, each by default with a client session of its own, in short names."""

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self.backend, self.clock = backend, clock
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def storage(self) -> Storage:
        """The store, opened anew: nothing is remembered between two uses."""
        return self.backend.open()

    def agent(self, name: str | None = None, **facts: Any) -> Agent:
        """Return an agent that is signed on; facts: where it runs."""
        agent = self.stranger(**{"client_session": f"window of {name}", **facts})
        agent.sign_on(name)
        return agent

    def stranger(self, **facts: Any) -> Agent:
        """Return an agent that is not signed on."""
        return Agent(self.storage, W, facts={"host": processes.hostname(), **facts})

    def command(self, name: str) -> Agent:
        """Return what a command of the shell is: an agent by name only, which knows no fence."""
        return Agent(self.storage, W, name)

    def process(self) -> tuple[dict[str, Any], Callable[[], None]]:
        """Start a process; return what a session records of it, and what ends it."""
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        self._started.append(child)

        def end() -> None:
            child.kill()
            child.wait()

        start = processes.started(child.pid)
        return {"boot_id": processes.place(), "pid": child.pid, "pid_started": start}, end

    def dead(self, name: str) -> Agent:
        """Return an agent whose process is provably gone."""
        facts, end = self.process()
        agent = self.agent(name, **facts)
        end()
        return agent

    def write(self, short: str, data: Mapping[str, Any]) -> None:
        """Store keys as another program would."""
        self.backend.write(f"{W}:{short}", data)

    def delete(self, short: str) -> None:
        """Delete a document as another program would."""
        self.backend.delete(f"{W}:{short}")

    def data(self, short: str) -> Any:
        """Return a document's data, None without one."""
        document = self.storage.read(f"{W}:{short}")
        return None if document is None else dict(document.data)

    def tasks(self) -> list[Any]:
        """Return the queue's items."""
        return list(self.data("project:queue")["tasks"])

    def events(self) -> list[tuple[str, str]]:
        """Return who logged what, oldest first."""
        return [(each["session"], each["type"]) for each in (self.data("project:events") or {"log": []})["log"]]

    def board(self) -> Board:
        """Return everything as it is."""
        return take_board(self.storage, time.time())

    def supervise(self, action: str, reason: str = "", **arguments: Any) -> Done:
        """Let kim@laptop do something."""
        plan = supervisor.plan(self.board(), action, arguments)
        if plan.takes_from and not reason:
            reason = "it must be"
        return supervisor.apply(self.storage, plan, actor={"supervisor": WHO}, reason=reason, now=time.time())

    def close(self) -> None:
        """End every process that was started."""
        for child in self._started:
            with suppress(ProcessLookupError):
                child.kill()
            child.wait()


def texts(agent: Agent) -> list[str]:
    """Return what an agent was told with its last call."""
    return [each.text for each in agent.messages]
