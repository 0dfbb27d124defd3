"""Locks as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.scopes import natural
from coord_core.state.insights import Life
from coord_core.state.records import Lock
from coord_tui.ages import age, since
from coord_tui.columns import Column
from coord_tui.display import Cell, Words, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.rows.source import Fields
from coord_tui.rows.values import at, elapsed, ranked

COLUMNS: Final = (
    Column("", 1, by="state"),
    Column("LOCK", 10, share=0.45, by="lock"),
    Column("HOLDER", 10, share=0.2, by="owner"),
    Column("HELD", 4, right=True, by="held", quiet=True),
    Column("WAITING", 8, share=0.35, by="waiting"),
)
_WORST: Final = (Life.DEAD, Life.STALE, Life.OFF, None, Life.UNKNOWN, Life.LATE, Life.LIVE)


class LockRows:
    """The locks of a scene, those with a dead holder first."""

    ages = True

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.columns = scene.widened(COLUMNS, 1)
        held = [lock for lock in scene.board.locks.values() if scene.here(lock.workspace)]
        self.keys = [lock.scope for lock in sorted(held, key=self._order)]

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        return {
            "lock": lambda key: self._at(key).resource,
            "name": lambda key: self._at(key).resource,
            "owner": lambda key: self._at(key).holder,
            "holder": lambda key: self._at(key).holder,
            "state": lambda key: ranked(scene.life(self._at(key).workspace, self._at(key).holder)),
            "held": lambda key: elapsed(scene, at(self._at(key).since)),
            "waiting": lambda key: float(len(self._at(key).waiters)) or None,
            "waiter": lambda key: " ".join(waiter.session for waiter in self._at(key).waiters),
            "reason": lambda key: self._at(key).reason,
            "workspace": lambda key: self._at(key).workspace,
        }

    def _at(self, key: str) -> Lock:
        return self.scene.board.locks[key]

    def _order(self, lock: Lock) -> tuple[object, ...]:
        life = self.scene.life(lock.workspace, lock.holder)
        return _WORST.index(life), -len(lock.waiters), natural(lock.resource)

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        lock = self.scene.board.locks[key]
        return " ".join([lock.resource, lock.holder or "", lock.reason, *(waiter.session for waiter in lock.waiters)])

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one lock's cells."""
        lock = self.scene.board.locks[key]
        life = self.scene.life(lock.workspace, lock.holder)
        return (
            say(SHAPES[life]) if life else say(("?", "dim")),
            self.scene.where(lock.workspace) + say((lock.resource, "name")),
            self.scene.who(lock.workspace, lock.holder),
            say((since(lock.since.at if lock.since else None, now), "dim")),
            _note(lock, now),
        )


def _note(lock: Lock, now: float) -> Words:
    if lock.expires and lock.expires.at is not None and lock.expires.at <= now:
        return say((f"expired {age(now - lock.expires.at)}", "stale"))
    if lock.waiters:
        return say((f"{len(lock.waiters)} wait", "wait"))
    if lock.expires and lock.expires.at is not None:
        return say((f"ttl {age(lock.expires.at - now)}", "dim"))
    return say((lock.reason, "dim"))
