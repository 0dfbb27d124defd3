"""Keeper: beats for a session while its command runs, renews its locks, and notices when one is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from coord_core.actions.agent import Agent
from coord_core.actions.answers import Grant
from coord_core.commands.call import warn
from coord_core.commands.session import anew
from coord_core.errors import CoordError, LockLost, NotSignedOn
from coord_core.scopes import in_workspace

BEAT: Final = 60.0
LOOK: Final = 2.0
"""Seconds between two beats, and between two looks at the locks."""


class Keeper:
    """Keeps what a session has, in a thread of its own, for the length of a `with`; its messages are the command's.

    ttl: for how long its locks are taken at a time, in seconds. lost: called when a lock is not the session's any more.
    """

    def __init__(
        self, agent: Agent, grants: Iterable[Grant], ttl: float | None, lost: Callable[[], None] | None = None
    ) -> None:
        self._agent, self._grants, self._ttl, self._lost = agent, list(grants), ttl, lost
        self._said: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Keeper:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop, after what is under way."""
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        every = self._ttl / 3 if self._ttl else float("inf")
        beaten = renewed = time.monotonic()
        while not self._over.wait(min(BEAT, every, LOOK if self._grants else BEAT)):
            now = time.monotonic()
            try:
                self._look_at_locks(now - renewed >= every)
                if now - renewed >= every:
                    renewed = now
                if now - beaten >= BEAT:
                    anew(self._agent).heartbeat()
                    beaten = now
            except NotSignedOn as error:
                self._warn(error)
                if self._grants:
                    self._lose()
                return
            except CoordError as error:
                # The next round may go better.
                self._warn(error)

    def _look_at_locks(self, renew: bool) -> None:
        for grant in list(self._grants):
            if renew or not self._stands(grant):
                try:
                    anew(self._agent).renew_lock(grant.resource, self._ttl, fence=grant.fence)
                except LockLost as error:
                    self._grants.remove(grant)
                    self._warn(error)
                    self._lose()

    def _stands(self, grant: Grant) -> bool:
        lock = self._agent.storage.read(in_workspace(self._agent.workspace, f"locks:{grant.resource}"))
        return lock is not None and (lock.data.get("locked_by"), lock.data.get("fence")) == (
            self._agent.session, grant.fence,
        )  # fmt: skip

    def _lose(self) -> None:
        if self._lost is not None:
            warn("the command is ended (--kill-on-loss)")
            self._lost()

    def _warn(self, error: CoordError) -> None:
        if str(error) not in self._said:
            self._said.add(str(error))
            warn(str(error))
