"""Desk: the one session that a server speaks for: its calls, its heartbeats, and its end."""

from __future__ import annotations

import os
import sys
import threading

from coord_core import processes, text
from coord_core.actions.agent import Agent
from coord_core.actions.answers import SignedOn
from coord_core.actions.arguments import LONGEST
from coord_core.actions.surroundings import PID_VARIABLE, surroundings
from coord_core.actions.turn import Turn
from coord_core.errors import CoordError, InvalidArgument, NameTaken, NotSignedOn
from coord_core.storage import Storage


class Desk:
    """One agent at a store, for as long as its client lives.

    name: the name that signing on without one asks for, if any. client: what the client calls itself. The agent's
    process is the one that started the server, unless COORD_AGENT_PID names another.
    """

    def __init__(self, storage: Storage, workspace: str, *, name: str | None = None) -> None:
        self.storage, self.workspace = storage, workspace
        self.agent = Agent(storage, workspace)
        self.client = ""
        self.name = name
        self._pid = None if os.environ.get(PID_VARIABLE) else os.getppid()
        self._process = surroundings(self._pid)
        # A client's calls come on several threads: what one was told must not go out with another's answer.
        self.calls = threading.Lock()

    def sign_on(self, session_id: str | None, op_id: str | None) -> SignedOn:
        """Take a name; who has one keeps it. Raises NameTaken, InvalidArgument."""
        mine = self.agent.session if self._signed_on() else ""
        if mine and session_id not in (None, mine):
            raise InvalidArgument("session_id", f"you are {mine} already; sign off first to be {session_id}")
        known = {"client": self.client[:LONGEST]} if self.client else {}
        us = {"pid": os.getpid(), "pid_started": processes.started(os.getpid())}
        self.agent.facts = known | surroundings(self._pid) | {"server": us}
        try:
            return self.agent.sign_on(session_id or mine or self.name, op_id=op_id)
        except NameTaken:
            if session_id or mine:
                raise
            # It did not ask for that name itself, and could not do without one.
            return self.agent.sign_on(op_id=op_id)

    def beat(self) -> bool:
        """Say that the session lives; return False once its agent's process is proven gone."""
        if self._agent_gone():
            return False
        try:
            if self.agent.session:
                self._twin().heartbeat()
        except NotSignedOn:
            pass  # Its next call is told by whom and why.
        except CoordError as error:
            warn(f"no heartbeat: {error}")
        return True

    def leave(self, reason: str) -> None:
        """Sign the session off, if it is still on: what it claimed and noted stays."""
        try:
            if self.agent.session:
                # The agent did not call: what its last answer brought may not have arrived.
                self._twin().sign_off(reason=reason)
        except NotSignedOn:
            pass  # Somebody else ended it.
        except CoordError as error:
            warn(f"{self.agent.session} was not signed off: {error}")

    def _signed_on(self) -> bool:
        try:
            self._twin().call("sign_on", Turn.require_signed_on, None)
        except NotSignedOn:
            return False
        return True

    def _twin(self) -> Agent:
        """Return another agent of the same name: what that one is told, nobody hears, so it is told again."""
        return Agent(self.storage, self.workspace, self.agent.session, fence=self.agent.fence)

    def _agent_gone(self) -> bool:
        its = self._process
        host, boot, pid = its.get("host", ""), its.get("boot_id", ""), its.get("pid")
        return bool(processes.gone(host=host, boot=boot, pid=pid, start=its.get("pid_started")))


def warn(message: str) -> None:
    """Tell whoever reads the error output: the standard output is the wire."""
    print(text.line(f"coordctl mcp: {message}"), file=sys.stderr, flush=True)
