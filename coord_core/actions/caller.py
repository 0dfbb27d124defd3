"""Caller: one session's calls at a store, each a transaction, and what it is told with their answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from coord_core.actions import telling
from coord_core.actions.answers import Message
from coord_core.actions.turn import Turn, actor, said
from coord_core.errors import NotSignedOn
from coord_core.scopes import in_workspace
from coord_core.storage import Act, Outcome, Storage, Transaction

T = TypeVar("T")


class Caller:
    """One session's calls: in the name of a session, one after the other, and never with a message lost.

    A message is marked as told by the call after the one that brought it: only then is it certain to have arrived.
    """

    def __init__(
        self,
        storage: Storage,
        workspace: str,
        session: str = "",
        *,
        fence: int = 0,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.storage, self.workspace, self.session, self.fence = storage, workspace, session, fence
        self.messages: tuple[Message, ...] = ()
        self.fences: dict[str, int] = {}
        self.claims: dict[str, int] = {}
        self.facts = facts
        self._given: set[int] = set()
        self._turn = threading.RLock()

    def acknowledge(self) -> None:
        """Note that the messages of the last call have reached the agent; its next call does so by itself."""
        with self._turn:
            given, self._given = self._given, set()
            if given and self.session:
                scope = in_workspace(self.workspace, f"inbox:{self.session}")
                act = Act("read_messages", actor(self.workspace, self.session), durable=False)
                self.storage.transact(act, lambda tx: telling.mark_told(tx.edit(scope), given, tx.at))

    def listen(self) -> None:
        """Look what this session is to be told, without a call: what the last one brought has arrived."""
        with self._turn:
            self.acknowledge()
            self._look_into_inbox()

    def call(
        self,
        action: str,
        body: Callable[[Turn], T],
        op_id: str | None,
        *,
        durable: bool = True,
        new: bool = False,
        reason: str = "",
    ) -> T:
        """Run one call in a transaction: what it was told last has arrived, for it calls again."""
        with self._turn:
            self.messages = ()
            if not (self.session or new):
                raise NotSignedOn("")
            given, inbox = set(self._given), in_workspace(self.workspace, f"inbox:{self.session}")
            who = actor(self.workspace, self.session)

            def run(tx: Transaction) -> T:
                turn = Turn(tx, self.storage, self.workspace, self.session, self.fence)
                value = body(turn)
                who["session"] = turn.session  # whoever signs on has a name only now
                if given and not new:
                    telling.mark_told(tx.edit(inbox), given, tx.at)
                return value

            act = Act(action, who, reason=reason, op=self._op(action, op_id), durable=durable)
            try:
                outcome: Outcome[T] = self.storage.transact(act, run)
                self._given -= given
                return outcome.value
            finally:
                self._look_into_inbox()

    def _look_into_inbox(self) -> None:
        if not self.session:
            return
        inbox = self.storage.read(in_workspace(self.workspace, f"inbox:{self.session}"))
        self.messages = tuple(
            each for each in telling.unread(inbox.data if inbox else {}) if each.seq not in self._given
        )
        self._given |= {each.seq for each in self.messages}

    def _op(self, action: str, op_id: str | None) -> str | None:
        """Return a call's id as the journal has it: two agents, or two kinds of calls, never share one."""
        return f"{self.workspace} {self.session} {action} {said('op_id', op_id)}" if op_id else None
