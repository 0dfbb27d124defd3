"""run: a command as an agent, signed on while it runs."""

from __future__ import annotations

import os
import time
from argparse import ArgumentTypeError
from typing import Final

from coord_core.actions.agent import Agent
from coord_core.actions.answers import Grant
from coord_core.actions.surroundings import PID_VARIABLE, surroundings
from coord_core.actions.workspaces import VARIABLE as WORKSPACE_VARIABLE
from coord_core.commands.call import SESSION_VARIABLE, Call, warn
from coord_core.commands.child import BY_SIGNAL, NOT_FOUND, Child
from coord_core.commands.keeper import Keeper
from coord_core.commands.session import anew, new_agent
from coord_core.errors import CoordError, Deadlock, Held, NotSignedOn
from coord_core.storage.places import VARIABLE as STORE_VARIABLE

BETWEEN_TRIES: Final = 0.3
"""Seconds between two tries to get a lock."""


def run(call: Call) -> int:
    """Sign on, take the locks, run the command, sign off; return the command's exit code.

    What the session is told is for the command to read: nothing here does.
    """
    argv = call.args.argv[1:] if call.args.argv[:1] == ["--"] else call.args.argv
    if not argv:
        raise ArgumentTypeError("a command is needed: coordctl run -- CMD ARGS")
    if not _is_there(argv[0]):
        warn(f"{argv[0]}: there is no such command; nobody was signed on")
        return NOT_FOUND
    with Child(argv) as child:
        agent = new_agent(call, facts=surroundings(child.pid))
        agent.sign_on(call.args.session)
        try:
            return _run(call, agent, child)
        finally:
            child.wait()
            _sign_off(agent)


def _run(call: Call, agent: Agent, child: Child) -> int:
    grants = [grant for each in call.args.lock if (grant := _acquire(call, agent, child, each))]
    if child.told:
        return BY_SIGNAL + child.told
    child.start({
        SESSION_VARIABLE: agent.session, WORKSPACE_VARIABLE: agent.workspace, STORE_VARIABLE: agent.storage.url,
        PID_VARIABLE: str(child.pid),
    })  # fmt: skip
    with Keeper(agent, grants, call.args.ttl, child.terminate if call.args.kill_on_loss else None):
        return child.wait()


def _acquire(call: Call, agent: Agent, child: Child, resource: str) -> Grant | None:
    """Take a lock, waiting for it in turn; None if a signal came meanwhile. Raises Held, Deadlock, OnHold."""
    until = time.monotonic() + (call.args.wait or 0)
    while not child.told:
        late = time.monotonic() >= until
        try:
            return anew(agent).acquire_lock(resource, call.args.ttl, wait=not late, reason=call.args.reason)
        except Held as error:
            if late or isinstance(error, Deadlock):
                raise
        time.sleep(BETWEEN_TRIES)
    return None


def _sign_off(agent: Agent) -> None:
    try:
        anew(agent).sign_off()
    except NotSignedOn:
        pass  # the command did so itself, or the keeper has said who did
    except CoordError as error:
        warn(f"{agent.session} stays signed on: {error}")


def _is_there(command: str) -> bool:
    folders = [""] if "/" in command else os.get_exec_path()
    return any(os.path.exists(os.path.join(folder, command)) for folder in folders)
