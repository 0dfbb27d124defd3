"""Tools: issues and locks. What you work on, and what nobody else may touch meanwhile."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr

from coord_core.actions.answers import Accepted, Claim, Grant, Noted, Released
from coord_core.mcp.arguments import Fence, Flag, Issue, Members, Number, OpId, Resource, Ttl
from coord_core.mcp.desk import Desk


def claim_issue(desk: Desk, issue: Issue, op_id: OpId = None) -> Claim:
    """Take an issue before you work on it, so that nobody else does. Exactly one agent gets it.

    Refused if somebody who may be at work has it: the answer says who, for how long, and whether they live. Then take
    another issue (status shows what there is); do not work on it anyway. handoff has what was left with it, if any.
    """
    return desk.agent.claim_issue(issue, op_id=op_id)


def release_issue(desk: Desk, issue: Issue, op_id: OpId = None) -> Released:
    """Give an issue of yours back, unfinished, for anybody to claim. With words for the next one: offer_handoff."""
    return desk.agent.release_issue(issue, op_id=op_id)


def complete_issue(
    desk: Desk,
    issue: Issue,
    message: Annotated[str, Field(description="What came out of it, in a sentence.")] = "",
    op_id: OpId = None,
) -> Noted:
    """Finish an issue of yours: status completed, progress 100 %, and it is nobody's any more. Refused if not yours."""
    return desk.agent.complete_issue(issue, message, op_id=op_id)


def update_progress(
    desk: Desk,
    issue: Issue,
    phase: Annotated[str, Field(description="One word or two, such as analysis, implementation, testing, complete.")],
    percent: Annotated[Number | None, Field(description="How far it is, 0 to 100.")] = None,
    message: Annotated[str, Field(description="What you are doing, in a sentence.")] = "",
) -> Noted:
    """Tell everybody how far an issue of yours is. Call it whenever a phase ends, so that you do not look stuck.

    When it is finished, call complete_issue instead.
    """
    return desk.agent.update_progress(issue, phase, percent, message)


def offer_handoff(
    desk: Desk,
    issue: Issue,
    phase: Annotated[str, Field(description="Where the work stands, such as implementation_complete.")] = "",
    next_steps: Annotated[
        list[StrictStr] | StrictStr, Field(description="What is left to do, one step each, in order.")
    ] = [],  # noqa: B006 (it is never changed, and the schema shows it)
    context: Annotated[
        Members | None, Field(description="What the next one needs: branch, files_modified, decisions, ...")
    ] = None,
    to: Annotated[StrictStr | None, Field(description="Whom it is for; leave it out for whoever takes it.")] = None,
    op_id: OpId = None,
) -> Noted:
    """Leave an issue of yours, with words, to another agent, who calls accept_handoff. It stays yours till then."""
    return desk.agent.offer_handoff(issue, phase, next_steps, context, to=to, op_id=op_id)


def accept_handoff(desk: Desk, issue: Issue, op_id: OpId = None) -> Accepted:
    """Take over an issue that was handed off (status shows which): it is yours, and handoff has what was left for you.

    Refused if there is none, or it is meant for somebody else.
    """
    return desk.agent.accept_handoff(issue, op_id=op_id)


def acquire_lock(
    desk: Desk,
    resource: Resource,
    ttl: Ttl = None,
    wait: Annotated[Flag, Field(description="If somebody has it, be told (messages) when it is free.")] = False,
    reason: Annotated[str, Field(description="What you need it for, for others to read.")] = "",
    op_id: OpId = None,
) -> Grant:
    """Take a lock before you touch what only one may touch at a time (a migration, a deployment, a shared file).

    Refused if somebody has it: do not go on with what it protects; do something else and ask again, or pass wait=true
    and ask again when a message says that it is free. Returns fence, the number of this grant. Release it soon.
    """
    return desk.agent.acquire_lock(resource, ttl, wait=wait, reason=reason, op_id=op_id)


def renew_lock(desk: Desk, resource: Resource, ttl: Ttl = None, fence: Fence = 0) -> Grant:
    """Keep a lock that has a time limit for longer. Call it before the limit.

    Refused if it is not yours any more: then stop at once, look at what has changed, and acquire it again.
    """
    return desk.agent.renew_lock(resource, ttl, fence=fence)


def release_lock(desk: Desk, resource: Resource, fence: Fence = 0, op_id: OpId = None) -> Released:
    """Let a lock of yours go, as soon as you are done with what it protects; who waits for it is told."""
    return desk.agent.release_lock(resource, fence=fence, op_id=op_id)
