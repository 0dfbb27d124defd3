"""Tools: who you are. Signing on and off, beating, and leaving words in the event log."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr

from coord_core.actions.answers import Noted, SignedOff, SignedOn
from coord_core.mcp.arguments import Members, OpId
from coord_core.mcp.desk import Desk


def sign_on(
    desk: Desk,
    session_id: Annotated[StrictStr | None, Field(description="A name of your own; normally leave it out.")] = None,
    op_id: OpId = None,
) -> SignedOn:
    """Call this first, once per conversation: you get a name that nobody else has (claude_1, claude_2, ...).

    Returns session_id (who you are now) and has: what already belongs to that name, such as issue:15, and is yours to
    go on with. Called again, you keep your name. Refused if the name you ask for belongs to somebody who may be at
    work: then call it without a name.
    """
    return desk.sign_on(session_id, op_id)


def sign_off(desk: Desk, op_id: OpId = None) -> SignedOff:
    """Call this when you are done: your name becomes free and your locks are released.

    Issues and tasks you have not finished stay yours (keeps): before you leave, call offer_handoff or release_issue
    for issues, and complete_task or fail_task for tasks, so that others need not wait.
    """
    return desk.agent.sign_off(op_id=op_id)


def heartbeat(desk: Desk) -> Noted:
    """Say that you live. You need not call this: it happens by itself as long as your client runs.

    Of use to hear whether somebody has something to tell you (messages) or has signed you off.
    """
    return desk.agent.heartbeat()


def log_event(
    desk: Desk,
    kind: Annotated[str, Field(description="A short type, such as tests_added or deploy_failed.")],
    message: Annotated[str, Field(description="One sentence for people and other agents.")],
    metadata: Annotated[Members | None, Field(description="Details as an object.")] = None,
    op_id: OpId = None,
) -> Noted:
    """Leave one entry in the event log that all agents and the human see. For what matters to others, not for chat."""
    return desk.agent.log_event(kind, message, metadata, op_id=op_id)
