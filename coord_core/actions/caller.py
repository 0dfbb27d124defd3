"""Caller: one session's calls at a store, each a transaction, and what it is told with their answers."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from coord_core import times
from coord_core.actions import telling
from coord_core.actions.answers import Message
from coord_core.actions.arguments import said
from coord_core.actions.turn import Turn, actor
from coord_core.errors import CoordError, DocumentError, NotSignedOn, Refused, UnreadableDocument
from coord_core.scopes import in_workspace
from coord_core.state.inbox import unread
from coord_core.storage import Act, Outcome, Storage, Transaction

T = TypeVar("T")
_PLACE: Final = ("host", "client_session", "pid", "server")
_OWN: Final = frozenset({"facts", "fence", "glance"})
"""What a caller adds to a call by itself: it may be another at the next try."""


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
            self._note_told(set(self._given))

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
        new: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> T:
        """Run one call in a transaction: what it was told last has arrived, for it calls again.

        new: where the agent runs, if this is the call that gives it a name.
        """
        with self._turn:
            self.messages = ()
            if not self.session and new is None:
                raise NotSignedOn("")
            given = set(self._given) if new is None else set()
            caller = actor(self.workspace, self.session)

            def run(tx: Transaction) -> T:
                turn = Turn(tx, self.storage, self.workspace, self.session, self.fence)
                value = body(turn)
                # Who signs on is decided under the store's lock.
                caller["session"] = turn.session
                telling.mark_told(tx, self._inbox, given)
                return value

            act = Act(action, caller, reason=reason, op=self._op(action, op_id, new, body), durable=durable)
            try:
                outcome: Outcome[T] = self.storage.transact(act, run)
                self._given -= given
                return outcome.value
            except (Refused, DocumentError):
                # It called again all the same. If that cannot be noted, it is told once more.
                with suppress(CoordError):
                    self._note_told(given)
                raise
            finally:
                self._look_into_inbox()

    def _note_told(self, given: set[int]) -> None:
        self._given -= given
        if given and self.session:
            act = Act("read_messages", actor(self.workspace, self.session), durable=False)
            self.storage.transact(act, lambda tx: telling.mark_told(tx, self._inbox, given))

    def _look_into_inbox(self) -> None:
        if not self.session:
            return
        try:
            inbox = self.storage.read(self._inbox)
        except UnreadableDocument as error:
            # The call itself is done, or refused for a better reason.
            self.messages = (Message(0, times.utc_iso(int(time.time())), "coord", f"your inbox: {error}"),)
            return
        self.messages = tuple(
            Message(each.seq, times.utc_iso(each.at) if each.at is not None else "", each.by, each.text)
            for each in unread(inbox.data if inbox else {})
            if each.seq not in self._given
        )
        self._given |= {each.seq for each in self.messages}

    @property
    def _inbox(self) -> str:
        return in_workspace(self.workspace, f"inbox:{self.session}")

    def _op(
        self, action: str, op_id: str | None, new: Mapping[str, Any] | None, body: Callable[..., Any]
    ) -> str | None:
        """Return a call's id as the journal has it: two agents, or two different calls, never share one."""
        if not op_id:
            return None
        # Who has no name yet is told from others by where it runs.
        who = self.session if new is None else " ".join(str(new.get(key, "")) for key in _PLACE)
        asked = {key: value for key, value in getattr(body, "keywords", {}).items() if key not in _OWN}
        mark = zlib.crc32(repr(sorted(asked.items())).encode(errors="replace"))
        return f"{self.workspace} {who} {action} {mark:08x} {said('op_id', op_id)}"
