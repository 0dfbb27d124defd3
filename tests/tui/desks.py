"""A desk without a store: boards are handed to it, plans are made up, and it remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from coord_core.actions.plan import Done, Effect, Plan
from coord_core.actions.replay import Replay
from coord_core.documents import Line
from coord_core.errors import CoordError, NothingToUndo
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.storage import Storage
from tests.core.memory_storage import MemoryStorage


class FakeDesk:
    def __init__(self, *boards: Board, read_only: bool = False) -> None:
        self.place = "/repo/.claude/session-state"
        self.read_only = read_only
        self.queue: asyncio.Queue[Board] = asyncio.Queue()
        self.first = boards
        self.board = boards[-1] if boards else None
        self.planned: list[tuple[str, dict[str, Any]]] = []
        self.applied: list[tuple[Plan, str]] = []
        self.refusal: CoordError | None = None
        self.takes_from: str | None = None
        self.looked = 0
        self.lines: Sequence[Line] = ()
        self.storage: Storage = MemoryStorage()

    def watch_only(self) -> None:
        self.read_only = True

    async def boards(self) -> AsyncIterator[Board]:
        for board in self.first:
            yield board
        while True:
            self.board = await self.queue.get()
            yield self.board

    def look_again(self) -> None:
        self.looked += 1

    def plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
        self.planned.append((action, dict(arguments)))
        return self._plan(action, arguments)

    def _plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
        subject = str(arguments.get("scope") or arguments.get("source") or arguments.get("scopes") or arguments)
        name = parse(subject).short
        title = action.replace("_", " ") + (": " if action in ("undo", "redo") else " ") + name + "?"
        to = arguments.get("to")
        effects = (
            Effect(name, "claimed_by", f"claude_4 → {to or 'nobody'}"),
            Effect("project:queue", "task 7", "claimed → pending"),
        )
        return Plan(
            action, subject, "laptop:acme/shop", title, "Do it", {}, effects,
            ("dead: pid 811 on laptop is gone (checked 1s ago).", "Last seen 14:18:56."),
            ("Not touched: its files in ~/wt/18-retry and its branch.",), self.takes_from, arguments=arguments,
        )  # fmt: skip

    def apply(self, plan: Plan, reason: str) -> Done:
        self.applied.append((plan, reason))
        if self.refusal:
            raise self.refusal
        ending = {"send_message": "", "undo": "; redo does it again"}.get(plan.action, "; undo takes it back")
        return Done(812, f"Did {plan.action}{ending}", plan)

    def undo_plan(self, workspace: str | None, seq: int | None = None) -> Plan:
        if seq is not None:
            self.planned.append(("undo", {"workspace": workspace, "seq": seq}))
            return self._plan("undo", {"seq": seq})
        self.planned.append(("undo", {"workspace": workspace}))
        if not self.applied:
            raise NothingToUndo()
        return self._plan("undo", {"scope": self.applied[-1][0].subject})

    def redo_plan(self, workspace: str | None) -> Plan:
        self.planned.append(("redo", {"workspace": workspace}))
        return self._plan("redo", {"scope": "issue:1"})

    def history(self, scope: str) -> Sequence[Line]:
        return self.lines

    def replay(self) -> Replay:
        return Replay(self.storage)
