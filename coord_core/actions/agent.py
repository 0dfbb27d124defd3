"""Agent: what a coding agent may do, each call one transaction: it happens entirely or not at all (the design, §4).

agent = Agent(open_storage(url), "laptop:acme/shop")
agent.sign_on()
claim = agent.claim_issue(15)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from coord_core.actions import claiming, editing, locking, queueing, signing, telling
from coord_core.actions.answers import Accepted, Claim, Grant, Noted, Released, SignedOff, SignedOn, Taken
from coord_core.actions.arguments import fence_number, flag, issue_id, lock_name, members, plain, said, sentences
from coord_core.actions.caller import Caller
from coord_core.actions.surroundings import surroundings
from coord_core.actions.turn import Turn
from coord_core.actions.view import Glance
from coord_core.errors import Held, InvalidArgument
from coord_core.storage.format import check_value


class Agent(Caller):
    """One agent at a store: its name there, the locks it was given, and what it is told.

    storage: where everything is. workspace: `{machine}:{project}`. session: its name, "" until it signs on. fence: of
    that sign-on, 0 if not known; then the name alone counts. facts: where it runs (see `surroundings`), which sign_on
    records. Calls of several threads come one after the other.

    A call may be given an `op_id`: the same one again returns the first answer, so that a call whose answer was lost
    may be repeated. Those that take none may be repeated as they are. After each call, also a refused one, `messages`
    has what this session was told with it. Calls raise Refused with who has it, for how long and what to do next;
    StorageError, DocumentError: then nothing was changed.
    """

    def sign_on(self, session_id: str | None = None, *, op_id: str | None = None) -> SignedOn:
        """Take a name: the one asked for, else its own, else a free `claude_N`; raises NameTaken, InvalidArgument."""
        facts = surroundings() if self.facts is None else self.facts
        with self._turn:
            body = partial(signing.sign_on, session_id=session_id, facts=facts, glance=Glance(self.storage))
            answer = self.call("sign_on", body, op_id, new=facts)
            if answer["session_id"] != self.session:
                self.fences.clear()
                self.claims.clear()
            self.session, self.fence = answer["session_id"], answer["fence"]
            # What the name before was given is not this one's to have read.
            self._given.clear()
            self._look_into_inbox()
        return SignedOn(**{**answer, "has": tuple(answer["has"])})

    def sign_off(self, *, reason: str = "", op_id: str | None = None) -> SignedOff:
        """Give the name back and let its locks go; what it claimed stays. Raises NotSignedOn."""
        with self._turn:
            body = partial(signing.sign_off, glance=Glance(self.storage))
            answer = self.call("sign_off", body, op_id, reason=said("reason", reason))
            self.session, self.fence = "", 0
            self.fences.clear()
            self.claims.clear()
        return SignedOff(answer["session_id"], tuple(answer["released"]), tuple(answer["keeps"]))

    def heartbeat(self) -> Noted:
        """Say that this session lives; raises NotSignedOn."""
        return Noted(**self.call("heartbeat", signing.heartbeat, None, durable=False))

    def claim_issue(self, issue: str | int, *, op_id: str | None = None) -> Claim:
        """Take an issue; raises Held if somebody has it, OnHold."""
        claim = Claim(**self.call("claim_issue", partial(claiming.claim_issue, issue=plain(issue)), op_id))
        self.claims[claim.issue] = claim.fence
        return claim

    def release_issue(self, issue: str | int, *, op_id: str | None = None) -> Released:
        """Give an issue back: pending, and nobody's; raises NotYours."""
        issue = issue_id(issue)
        body = partial(claiming.release_issue, issue=issue, fence=self.claims.get(issue, 0))
        answer = Released(**self.call("release_issue", body, op_id))
        self.claims.pop(issue, None)
        return answer

    def complete_issue(self, issue: str | int, message: str = "", *, op_id: str | None = None) -> Noted:
        """Finish an issue of this session's; raises NotYours."""
        issue = issue_id(issue)
        body = partial(
            claiming.complete_issue, issue=issue, message=said("message", message), fence=self.claims.get(issue, 0)
        )
        answer = Noted(**self.call("complete_issue", body, op_id))
        self.claims.pop(issue, None)
        return answer

    def update_progress(self, issue: str | int, phase: str, percent: float | None = None, message: str = "") -> Noted:
        """Broadcast how far an issue is, 0 to 100 percent; what is left out stays as it was. Raises NotYours."""
        body = partial(
            claiming.update_progress, issue=plain(issue), phase=said("phase", phase), percent=percent,
            message=said("message", message), fence=self._claimed(issue),
        )  # fmt: skip
        return Noted(**self.call("update_progress", body, None, durable=False))

    def offer_handoff(
        self,
        issue: str | int,
        phase: str = "",
        next_steps: Iterable[str] = (),
        context: Mapping[str, Any] | None = None,
        *,
        to: str | None = None,
        op_id: str | None = None,
    ) -> Noted:
        """Leave an issue for `to`, or for whoever accepts it first; raises NotYours."""
        steps = sentences("next_steps", next_steps)
        body = partial(
            claiming.offer_handoff, issue=plain(issue), phase=said("phase", phase), next_steps=steps,
            context=members("context", context), to=to, fence=self._claimed(issue),
        )  # fmt: skip
        return Noted(**self.call("offer_handoff", body, op_id))

    def accept_handoff(self, issue: str | int, *, op_id: str | None = None) -> Accepted:
        """Take over an issue that was handed off; raises NotFound, Held, OnHold."""
        accepted = Accepted(**self.call("accept_handoff", partial(claiming.accept_handoff, issue=plain(issue)), op_id))
        self.claims[accepted.issue] = accepted.fence
        return accepted

    def acquire_lock(
        self,
        resource: str,
        ttl: float | None = None,
        *,
        wait: bool = False,
        reason: str = "",
        op_id: str | None = None,
    ) -> Grant:
        """Take a lock, for `ttl` seconds or until it is released; raises Held if somebody has it, Deadlock, OnHold.

        wait: if somebody has it, note that this session waits; it is told when the lock is free.
        """
        body = partial(
            locking.acquire_lock, resource=resource, ttl=ttl, wait=flag("wait", wait), reason=said("reason", reason)
        )
        answer = self.call("acquire_lock", body, op_id)
        if "waiting" in answer:
            raise Held(**answer["waiting"], waiting=True)
        return self._granted(answer)

    def renew_lock(self, resource: str, ttl: float | None = None, *, fence: int = 0) -> Grant:
        """Keep a lock for another `ttl` seconds, without one for as long as it was taken; raises LockLost."""
        fence = fence_number(fence) or self.fences.get(lock_name(resource), 0)
        body = partial(locking.renew_lock, resource=resource, fence=fence, ttl=ttl)
        return self._granted(self.call("renew_lock", body, None))

    def release_lock(self, resource: str, *, fence: int = 0, op_id: str | None = None) -> Released:
        """Let a lock go; one that nobody has is let go already. Raises LockLost, NotYours."""
        resource = lock_name(resource)
        fence = fence_number(fence) or self.fences.get(resource, 0)
        body = partial(locking.release_lock, resource=resource, fence=fence)
        answer = Released(**self.call("release_lock", body, op_id))
        self.fences.pop(resource, None)
        return answer

    def enqueue_task(
        self, task: Mapping[str, Any], work_list: str = queueing.QUEUE, *, new: bool = False, op_id: str | None = None
    ) -> Noted:
        """Add a pending task to a work list, with `new` to one that may not be there; raises InvalidArgument, Refused.

        The queue needs no `new`.
        """
        body = partial(queueing.enqueue_task, task=task, list_=work_list, new=flag("new", new))
        return Noted(**self.call("enqueue_task", body, op_id))

    def claim_next_task(
        self, work_list: str = queueing.QUEUE, *, where: Mapping[str, Any] | None = None, op_id: str | None = None
    ) -> Taken | None:
        """Take the first pending task whose members have the values of `where`; None if there is none."""
        body = partial(queueing.claim_next_task, list_=work_list, filter_=members("where", where))
        answer = self.call("claim_next_task", body, op_id)
        return Taken(**answer) if answer else None

    def claim_task(self, work_list: str, task: str | int, *, op_id: str | None = None) -> Taken:
        """Take one task of a work list; raises NotYours if somebody has it, OnHold, NotFound."""
        body = partial(queueing.claim_task, list_=work_list, ident=plain(task))
        return Taken(**self.call("claim_task", body, op_id))

    def complete_task(self, work_list: str, task: str | int, *, result: str = "", op_id: str | None = None) -> Noted:
        """Finish a task of this session's; raises NotYours, NotFound."""
        return self._end(work_list, task, "complete_task", result, op_id)

    def fail_task(self, work_list: str, task: str | int, *, error: str = "", op_id: str | None = None) -> Noted:
        """Give a task up as failed; raises NotYours, NotFound."""
        return self._end(work_list, task, "fail_task", error, op_id)

    def log_event(
        self, kind: str, message: str, metadata: Mapping[str, Any] | None = None, *, op_id: str | None = None
    ) -> Noted:
        """Append to the event log, of which the last 1,000 entries or 512 KiB stay."""
        body = partial(
            _log, kind=said("kind", kind), message=said("message", message), metadata=members("metadata", metadata)
        )
        return Noted(**self.call("log_event", body, op_id))

    def plan_release(self, version: str, tasks: Iterable[Any], *, op_id: str | None = None) -> Noted:
        """Lay out a release as tasks (names, or objects), with this session as its coordinator; raises Refused."""
        planned = [*tasks] if isinstance(tasks, list | tuple) else [tasks]
        return Noted(**self.call("plan_release", partial(queueing.plan_release, version=version, tasks=planned), op_id))

    def claim_release_task(self, version: str, task: str | int, *, op_id: str | None = None) -> Taken:
        """Take one task of a release; raises NotYours if somebody has it, OnHold, NotFound."""
        body = partial(queueing.claim_task, list_=version, ident=plain(task))
        return Taken(**self.call("claim_release_task", body, op_id))

    def complete_release_task(
        self, version: str, task: str | int, *, result: str = "", op_id: str | None = None
    ) -> Noted:
        """Finish a task of a release, and with the last one the release; raises NotYours, NotFound."""
        body = partial(queueing.complete_release_task, version=version, ident=plain(task), note=said("result", result))
        return Noted(**self.call("complete_release_task", body, op_id))

    def store_data(self, scope: str, key: str, value: Any, *, op_id: str | None = None) -> None:
        """Store a value under a key of a document (`issue:15`); raises InvalidScope, InvalidDocument."""
        self.call("store_data", partial(editing.store, scope=scope, key=key, value=value), op_id)

    def retrieve_data(self, scope: str, key: str) -> Any:
        """Return the value under a key of a document, None without one."""
        return self.call("retrieve_data", partial(editing.retrieve, scope=scope, key=key), None)

    def list_keys(self, scope: str) -> list[str]:
        """Return the keys of a document."""
        return self.call("list_keys", partial(editing.keys, scope=scope), None)

    def list_scopes(self, pattern: str | None = None) -> list[str]:
        """Return the documents of this workspace that a pattern such as `session:*` fits, by their short names."""
        return self.call("list_scopes", partial(editing.scopes, pattern=pattern), None)

    def delete_data(self, scope: str, key: str, *, op_id: str | None = None) -> bool:
        """Delete a key of a document; return whether it was there."""
        return bool(self.call("delete_data", partial(editing.remove, scope=scope, key=key), op_id))

    def delete_scope(self, scope: str, *, op_id: str | None = None) -> bool:
        """Delete a document; return whether it was there."""
        return bool(self.call("delete_scope", partial(editing.remove_all, scope=scope), op_id))

    def _end(self, list_: str, task: str | int, action: str, note: str, op_id: str | None) -> Noted:
        failed = action == "fail_task"
        note = said("error" if failed else "result", note)
        body = partial(queueing.end_task, list_=list_, ident=plain(task), failed=failed, note=note)
        return Noted(**self.call(action, body, op_id))

    def _claimed(self, issue: str | int) -> int:
        return self.claims.get(issue_id(issue), 0)

    def _granted(self, answer: dict[str, Any]) -> Grant:
        self.fences[answer["resource"]] = answer["fence"]
        return Grant(**answer)


def _log(turn: Turn, kind: str, message: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    turn.require_signed_on()
    for argument, value in (("kind", kind), ("message", message)):
        if not value.strip():
            raise InvalidArgument(argument, "it is empty: say something")
    check_value("project:events", metadata)
    if telling.size(metadata) > telling.EVENT_BYTES:
        # It would push all others out of the log.
        raise InvalidArgument("metadata", f"{telling.size(metadata)} bytes, {telling.EVENT_BYTES} are allowed")
    problem = telling.append_event(turn.tx, turn.workspace, turn.session, kind, message, metadata, turn.at)
    if problem:
        raise InvalidArgument("project:events", problem)
    return {"where": "project:events", "what": kind}
