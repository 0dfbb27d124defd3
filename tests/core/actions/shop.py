"""A shop with a dead, a live, a stale and an idle session: that of screens/dialogs.txt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from coord_core import times
from coord_core.actions import supervisor
from coord_core.actions.plan import Done, Plan
from coord_core.state.board import Board
from coord_core.storage import Storage
from tests.core.memory_storage import MemoryStorage

W = "laptop:acme/shop"
NOW = datetime(2026, 11, 22, 14, 31, 7).timestamp()
WHO = "kim@laptop"
ACTOR = {"supervisor": WHO}
GONE = {f"{W}:session:claude_4": "pid 811 on laptop is gone"}


def at(clock: str) -> float:
    return datetime.fromisoformat(f"2026-11-22T{clock}").timestamp()


def iso(clock: str) -> str:
    return times.utc_iso(at(clock))


class Shop:
    """A memory storage with a clock of its own, and short names."""

    def __init__(self, data: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.now = NOW
        self.storage = MemoryStorage(now=lambda: self.now)
        for short, each in (data or {}).items():
            self.write(short, each)

    def write(self, short: str, data: Mapping[str, Any], clock: str = "") -> None:
        self.now = at(clock) if clock else NOW
        self.storage.write(f"{W}:{short}", data)
        self.now = NOW

    def data(self, short: str) -> Any:
        document = self.storage.read(f"{W}:{short}")
        return None if document is None else dict(document.data)

    def board(self, gone: Mapping[str, str] = GONE) -> Board:
        return board(self.storage, self.now, gone)

    def plan(self, action: str, **arguments: Any) -> Plan:
        return supervisor.plan(self.board(), action, arguments)

    def do(self, action: str, reason: str = "", **arguments: Any) -> Done:
        return self.apply(self.plan(action, **arguments), reason)

    def apply(self, plan: Plan, reason: str = "", who: str = WHO) -> Done:
        return supervisor.apply(self.storage, plan, actor={"supervisor": who}, reason=reason, now=self.now)

    def undo(self, seq: int | None = None, who: str = WHO, reason: str = "it was wrong") -> Done:
        plan = supervisor.plan_undo(self.storage, self.board(), seq, who=who, workspace=W)
        return self.apply(plan, reason, who=who)

    def redo(self, who: str = WHO, reason: str = "it was right") -> Done:
        plan = supervisor.plan_redo(self.storage, self.board(), who=who, workspace=W)
        return self.apply(plan, reason, who=who)

    def everything(self) -> dict[str, Any]:
        """What all documents hold, but for what was told, and fences, which a lock that comes back has anew."""
        return {
            scope: {key: value for key, value in each.data.items() if (key, "locks:" in scope) != ("fence", True)}
            for scope, each in self.storage.documents.items()
            if "project:events" not in scope and ":inbox:" not in scope
        }

    def told(self, session: str) -> list[str]:
        """What a session was told, or is to be told."""
        return [each["text"] for each in (self.data(f"inbox:{session}") or {}).get("messages", [])]


def board(storage: Storage, now: float, gone: Mapping[str, str] = GONE) -> Board:
    batch = replace(storage.load(), lines=tuple(storage.lines()))
    return Board(now).update(batch, now=now, processes=gone)


def busy() -> Shop:
    shop = Shop()
    ours = {"fence": 700}
    """What a session has that signed on through us, so that it is told things."""
    todo = [{"task": "Find the sender", "status": "completed"}, {"task": "Add retry", "status": "in_progress"}]
    beat = {"last_heartbeat": times.local_iso(at("14:18:56"))}
    shop.write("session:claude_4", {**ours, "current_issue": 18, "todos": todo, "cwd": "~/wt/18-retry"}, "13:02:00")
    shop.write(
        "session:claude_4",
        {**ours, "current_issue": 18, "todos": todo, "cwd": "~/wt/18-retry", **beat},
        "14:18:56",
    )
    shop.write("session:claude_9", {**ours, "last_heartbeat": times.local_iso(at("14:30:17"))}, "14:30:17")
    shop.write("session:claude_6", {**ours, "current_issue": 21}, "14:30:32")
    shop.write(
        "session:claude_6",
        {**ours, "current_issue": 21, "last_heartbeat": times.local_iso(at("14:30:56"))},
        "14:30:56",
    )
    shop.write("session:claude_8", {**ours, "last_heartbeat": times.local_iso(at("13:19:00"))}, "13:19:00")
    shop.write("session:claude_2", {**ours, "last_heartbeat": times.local_iso(at("14:31:00"))}, "14:31:00")
    names = ("claude_2", "claude_4", "claude_6", "claude_8", "claude_9")
    shop.write("instances", {"registry": dict.fromkeys(names, "taken")}, "10:00:00")
    waiters = [{"session": "claude_2", "since": iso("14:27:07")}, {"session": "claude_9", "since": iso("14:30:17")}]
    lock = {"locked_by": "claude_4", "locked_at": iso("13:19:02"), "fence": 812}
    shop.write("locks:database_migration", {**lock, "waiters": waiters}, "13:19:02")
    waiters = [{"session": "codex_1", "since": iso("14:27:07")}]
    lock = {"locked_by": "claude_6", "locked_at": iso("14:25:07"), "fence": 809, "waiters": waiters}
    shop.write("locks:src/orders", lock, "14:25:07")
    progress = {"phase": "implementation", "percent": 20, "updated_at": iso("14:18:54"), "updated_by": "claude_4"}
    claim = {"claimed_by": "claude_4", "claimed_at": iso("13:02:00"), "status": "in_progress"}
    shop.write("issue:18", {**claim, "progress": progress}, "14:18:54")
    shop.write(
        "issue:21", {"claimed_by": "claude_6", "claimed_at": iso("14:02:00"), "status": "in_progress"}, "14:02:00"
    )
    done = {"id": 6, "type": "test", "file": "a.py", "status": "completed", "claimed_by": "claude_4"}
    held = {"id": 7, "type": "test", "file": "webhook.py", "status": "claimed", "claimed_by": "claude_4"}
    free = {"id": 8, "type": "lint", "file": "config.py", "status": "pending"}
    held["claimed_at"] = iso("14:06:00")
    shop.write("project:queue", {"tasks": [done, held, free]}, "14:06:00")
    running = {"id": "001", "name": "add_users", "status": "in_progress", "started_by": "claude_4"}
    shop.write("project:migrations", {"pending": [running]}, "13:19:05")
    return shop
