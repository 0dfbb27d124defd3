"""The session at the shell: who it is, its calls with their answers, and what it is told with them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final, TypeVar, cast

from coord_core import text
from coord_core.actions.agent import Agent
from coord_core.actions.answers import Message
from coord_core.actions.arguments import TEXT_MAX
from coord_core.actions.turn import INSTANCES
from coord_core.actions.workspaces import agents_workspace
from coord_core.commands.call import Call, warn
from coord_core.errors import CoordError, Refused, StoreMissing
from coord_core.scopes import in_workspace, parse

T = TypeVar("T")

NOBODY: Final = (
    "nobody is signed on here; nothing was changed. Sign on first: export COORD_SESSION=$(coordctl sign-on), "
    "or name your session with --session"
)


def ask(call: Call, deed: Callable[[Agent], T], words: Callable[[T], str], *, agent: Agent | None = None) -> T:
    """Make a call of the session's, print its answer and what the session is told with it, and note that it was told.

    agent: who calls, if not the session of COORD_SESSION. A refusal is said with the messages and ends the run.
    """
    agent = agent or this_agent(call)
    try:
        answer = deed(agent)
    except CoordError as error:
        if not call.args.json:
            tell(agent.messages)
        call.refuse(error, messages=_messages(agent))
        _acknowledge(agent)
        raise SystemExit(1) from error
    if call.args.json:
        call.emit({**asdict(cast(Any, answer)), "messages": _messages(agent)})
    else:
        call.say(words(answer))
        tell(agent.messages)
    sys.stdout.flush()
    _acknowledge(agent)
    return answer


def hear(call: Call) -> None:
    """Print what the session is told, if this is one, after what it did was no call of an agent's."""
    if call.session and not call.args.dry_run:
        agent = this_agent(call)
        agent.listen()
        tell(agent.messages)
        _acknowledge(agent)


def this_agent(call: Call) -> Agent:
    """Return the session that this is; raises Refused without one, StoreMissing."""
    session = call.session
    if not session:
        raise Refused(NOBODY)
    workspace = _workspace(call, session)
    if call.storage.read(in_workspace(workspace, INSTANCES)) is None:
        # To be refused must not make a store.
        call.require_store()
    return Agent(call.storage, workspace, session)


def new_agent(call: Call, facts: Mapping[str, Any] | None = None) -> Agent:
    """Return an agent that is not signed on yet; the first one of a repository makes its store.

    facts: where it runs, if not here.
    """
    try:
        scopes: Iterable[str] = () if call.asked_workspace else call.batch.documents
    except StoreMissing:
        scopes = ()
    return Agent(call.storage, agents_workspace(scopes, call.asked_workspace), facts=facts)


def anew(agent: Agent) -> Agent:
    """Return the same session as an agent that was told nothing yet: what it is told stays for others to read."""
    return Agent(agent.storage, agent.workspace, agent.session, fence=agent.fence)


def _workspace(call: Call, session: str) -> str:
    """Return where a session is: where an agent here would be, else the only place where one of that name is."""
    if call.asked_workspace:
        return agents_workspace((), call.asked_workspace)
    scopes = call.batch.documents
    usual = agents_workspace(scopes)
    names = map(parse, scopes)
    homes = {each.workspace for each in names if (each.kind, each.id) == ("session", session)}
    # A folder deeper in, or elsewhere, is another project to the reference.
    return usual if usual in homes or len(homes) != 1 else homes.pop()


def tell(messages: Iterable[Message]) -> None:
    """Print what a session is told."""
    for each in messages:
        print(text.line(f"coord: {each.from_}: {each.text}", 2 * TEXT_MAX), file=sys.stderr, flush=True)


def _messages(agent: Agent) -> list[dict[str, Any]]:
    return [{"seq": each.seq, "at": each.at, "from": each.from_, "text": each.text} for each in agent.messages]


def _acknowledge(agent: Agent) -> None:
    try:
        agent.acknowledge()
    except CoordError as error:
        # What was asked for is done or refused all the same.
        warn(f"you will be told again: {error}")
