"""Undo and redo as random sequences among other writers, against a model, on every storage.

The model knows documents as flat cells, (scope, key) or, in work lists, (scope, what the task is, key). An action's
cells are what it changed. Undo must put exactly these back if each of them still is what the action made it, and must
otherwise refuse and change nothing: then no newer change of anybody is ever lost, and no other task is ever touched.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from coord_core.actions import supervisor
from coord_core.actions.plan import Done, Plan
from coord_core.documents import ABSENT
from coord_core.errors import NothingToUndo, Refused, StaleView
from coord_core.state.board import Board
from coord_core.storage import Act, Storage
from coord_core.storage.files import FileStorage
from tests.core.memory_storage import MemoryStorage

W = "laptop:acme/shop"
SESSIONS = ("a", "b", "c")
WHO = ("kim@laptop", "lee@laptop")
QUEUE = f"{W}:project:queue"
CHORES = f"{W}:project:chores"
"""A work list whose tasks have no ids."""
LISTS = (QUEUE, CHORES)
FENCE = (f"{W}:locks:x", "fence")
EVENTS = f"{W}:project:events"
Cells = dict[tuple[str, ...], Any]


@dataclass
class Act_:
    """What somebody did: which cells, from what to what."""

    seq: int
    old: Cells
    new: Cells
    blurred: bool = False


@dataclass
class Stacks:
    undo: list[Act_] = field(default_factory=list)
    redo: list[tuple[Act_, Act_]] = field(default_factory=list)


def flat(storage: Storage) -> Cells:
    cells: Cells = {}
    for scope, document in storage.load().documents.items():
        assert document is not None
        if scope == EVENTS or ":inbox:" in scope:
            continue
        for key, value in document.data.items():
            if scope in LISTS and key == "tasks":
                cells |= {(scope, task["file"], name): each for task in value for name, each in task.items()}
            elif key == "registry":
                cells |= {(scope, key, name): each for name, each in value.items()}
            else:
                cells[scope, key] = value
    return cells


class UndoMachine(RuleBasedStateMachine):
    """On MemoryStorage; the one on files below differs in how another program writes."""

    def __init__(self) -> None:
        super().__init__()
        self.storage: Storage = self.open()
        self.stacks = {who: Stacks() for who in WHO}
        self.fresh = 0
        self.told = 0
        self.fences: list[int] = []
        for id_ in SESSIONS:
            self.write(f"{W}:session:{id_}", {"status": "working"})
        self.write(f"{W}:instances", {"registry": dict.fromkeys(SESSIONS, "taken")})
        self.write(f"{W}:session:a", {"current_issue": 1, "status": "working", "notes": "n"})
        self.write(f"{W}:issue:1", {"claimed_by": "a", "status": "in_progress"})
        self.write(f"{W}:issue:2", {"claimed_by": "b", "claimed_at": "2026-11-22T06:00:00Z"})
        self.write(f"{W}:locks:x", {"locked_by": "a", "fence": 5})
        self.write(QUEUE, {"tasks": [self.task(1, "a"), self.task(2, "b"), self.task(3, None)]})
        self.write(CHORES, {"tasks": [self.task(None, "a"), self.task(None, None)]})

    def open(self) -> Storage:
        return MemoryStorage()

    def write(self, scope: str, data: dict[str, Any]) -> None:
        """Write as another program does: no lock, no line."""
        assert isinstance(self.storage, MemoryStorage)
        if data:
            self.storage.write(scope, data)
        else:
            self.storage.documents.pop(scope, None)

    def task(self, id_: int | None, owner: str | None) -> dict[str, Any]:
        self.fresh += 1
        named = {"id": id_} if id_ is not None else {}
        owned = {"status": "claimed", "claimed_by": owner} if owner else {"status": "pending"}
        return {**named, "file": f"f{self.fresh}", **owned}

    def board(self) -> Board:
        batch = replace(self.storage.load(), lines=tuple(self.storage.lines()))
        return Board(time.time()).update(batch, now=time.time())

    def apply(self, plan: Plan, who: str) -> Done:
        return supervisor.apply(self.storage, plan, actor={"supervisor": who}, reason="because", now=time.time())

    def act(self, who: str, action: str, **arguments: Any) -> None:
        before = flat(self.storage)
        try:
            done = self.apply(supervisor.plan(self.board(), action, arguments), who)
        except Refused:
            assert flat(self.storage) == before
            return
        made = self.changed(before, done.seq)
        self.stacks[who].redo.clear()
        if made.old or made.new:
            self.stacks[who].undo.append(made)

    def changed(self, before: Cells, seq: int) -> Act_:
        after = flat(self.storage)
        keys = [key for key in {**before, **after} if before.get(key, ABSENT) != after.get(key, ABSENT)]
        self.told += 1
        made = Act_(seq, {key: before.get(key, ABSENT) for key in keys}, {key: after.get(key, ABSENT) for key in keys})
        # Where ids stand twice, the line holds places or the whole list, and any change of the list is in its way.
        return replace(made, blurred=self.blurred(made))

    whos = st.sampled_from((WHO[0], *WHO))
    sessions = st.sampled_from(SESSIONS)
    targets = st.none() | sessions

    @rule(who=whos)
    def release(self, who: str) -> None:
        self.act(who, "release_lock", scope=f"{W}:locks:x")

    @rule(who=whos, issue=st.sampled_from("12"), to=targets)
    def reassign_issue(self, who: str, issue: str, to: str | None) -> None:
        self.act(who, "reassign_issue", scope=f"{W}:issue:{issue}", to=to)

    @rule(who=whos, scope=st.sampled_from(LISTS), task=st.sampled_from("1234"), to=targets)
    def reassign_task(self, who: str, scope: str, task: str, to: str | None) -> None:
        self.act(who, "reassign_task", list=f"{scope}#tasks", task=task, to=to)

    @rule(who=whos, session=sessions, to=targets)
    def reassign_session(self, who: str, session: str, to: str | None) -> None:
        self.act(who, "reassign_session", scope=f"{W}:session:{session}", to=to)

    @rule(who=whos, session=sessions)
    def clean_up(self, who: str, session: str) -> None:
        self.act(who, "clean_up_session", scope=f"{W}:session:{session}")

    @rule(who=whos, session=sessions)
    def sign_off(self, who: str, session: str) -> None:
        self.act(who, "sign_off_session", scope=f"{W}:session:{session}")

    @rule(who=whos)
    def undo(self, who: str) -> None:
        stack = self.stacks[who]
        plan = lambda: supervisor.plan_undo(self.storage, self.board(), who=who, workspace=W)  # noqa: E731
        made = self.take_back(plan, who, stack.undo[-1] if stack.undo else None)
        if made is not None:
            stack.redo.append((stack.undo.pop(), made))

    @rule(who=whos)
    def redo(self, who: str) -> None:
        stack = self.stacks[who]
        plan = lambda: supervisor.plan_redo(self.storage, self.board(), who=who, workspace=W)  # noqa: E731
        made = self.take_back(plan, who, stack.redo[-1][1] if stack.redo else None)
        if made is not None:
            stack.undo.append(stack.redo.pop()[0])

    def take_back(self, plan: Any, who: str, expected: Act_ | None) -> Act_ | None:
        """Invert what is expected to be inverted: exactly its cells go back, or nothing happens at all."""
        before = flat(self.storage)
        if expected is None:
            with pytest.raises(NothingToUndo):
                plan()
            return None
        untouched = all(before.get(key, ABSENT) == value for key, value in expected.new.items())
        try:
            done = self.apply(plan(), who)
        except StaleView:
            assert not untouched or expected.blurred or self.blurred(expected), "refused though nobody had changed it"
            assert flat(self.storage) == before
            return None
        assert untouched, "somebody's newer change was lost"
        after = {key: value for key, value in {**before, **expected.old}.items() if value is not ABSENT}
        if expected.old.get(FENCE, ABSENT) is not ABSENT:
            # A lock that comes back is a new lock to whoever still carries its old fence.
            after[FENCE] = done.seq
            self.fences.append(done.seq)
        assert flat(self.storage) == after
        return self.changed(before, done.seq)

    def blurred(self, expected: Act_) -> bool:
        """Say whether a task cannot be told from others any more: then refusing is right as well."""
        for scope in LISTS:
            document = self.storage.read(scope)
            ids = [task.get("id") for task in document.data["tasks"]] if document else []
            if any(key[0] == scope for key in expected.old) and (None in ids or len(set(ids)) < len(ids)):
                return True
        return False

    @rule(scope=st.sampled_from([f"{W}:issue:1", f"{W}:issue:2", f"{W}:session:a", f"{W}:session:b", f"{W}:locks:x"]),
          key=st.sampled_from(["claimed_by", "status", "current_issue", "locked_by", "last_heartbeat", "other"]),
          value=st.sampled_from(["a", "b", "pending", 1, None]) | st.just(ABSENT), journaled=st.booleans())  # fmt: skip
    def somebody_writes(self, scope: str, key: str, value: Any, journaled: bool) -> None:
        document = self.storage.read(scope)
        data = dict(document.data) if document else {}
        data = {k: v for k, v in {**data, key: value}.items() if v is not ABSENT}
        self.store(scope, data, journaled)

    hows = st.sampled_from(["add", "remove", "turn", "replace", "claim", "twin", "first"])

    @rule(how=hows, scope=st.sampled_from(LISTS), at=st.integers(0, 5), who=sessions, journaled=st.booleans())
    def somebody_changes_a_list(self, how: str, scope: str, at: int, who: str, journaled: bool) -> None:
        document = self.storage.read(scope)
        tasks = [dict(task) for task in document.data["tasks"]] if document else []
        at = min(at, len(tasks) - 1)
        if how == "add" or not tasks:
            tasks.append(self.task(None if scope == CHORES else self.unused(tasks), None))
        elif how == "first":
            tasks.insert(0, self.task(None if scope == CHORES else self.unused(tasks), who))
        elif how == "remove":
            del tasks[at]
        elif how == "turn":
            tasks.reverse()
        elif how == "replace":
            tasks[at] = {**tasks[at], "file": self.task(None, None)["file"]}
        elif how == "claim":
            tasks[at] |= {"status": "claimed", "claimed_by": who}
        elif how == "twin":
            tasks.append({**tasks[at], "file": self.task(None, None)["file"]})
        self.store(scope, {"tasks": tasks}, journaled)

    def unused(self, tasks: list[dict[str, Any]]) -> int:
        return max([task.get("id") or 0 for task in tasks], default=0) + 1

    @precondition(lambda self: any(stacks.undo for stacks in self.stacks.values()))
    @rule(journaled=st.booleans())
    def somebody_makes_the_queue_anew(self, journaled: bool) -> None:
        """The same ids and states, other tasks."""
        document = self.storage.read(QUEUE)
        tasks = document.data["tasks"] if document else []
        fresh = [{**task, "file": self.task(None, None)["file"]} for task in tasks]
        self.store(QUEUE, {"tasks": fresh}, journaled)

    @rule(who=whos, task=st.sampled_from("123"), to=targets, again=st.booleans())
    def the_queue_is_made_anew_before_undo(self, who: str, task: str, to: str | None, again: bool) -> None:
        self.reassign_task(who, QUEUE, task, to)
        if again:
            self.undo(who)
        self.somebody_makes_the_queue_anew(True)
        self.redo(who) if again else self.undo(who)

    def store(self, scope: str, data: dict[str, Any], journaled: bool) -> None:
        if not journaled:
            return self.write(scope, data)

        def body(tx: Any) -> None:
            current = tx.edit(scope)
            current.clear()
            current.update(data)

        self.storage.transact(Act("store_data", {"workspace": W, "session": "c"}), body)
        return None

    @precondition(lambda self: self.storage.read(EVENTS) is not None)
    @invariant()
    def every_action_was_told_and_stays_told(self) -> None:
        document = self.storage.read(EVENTS)
        assert document is not None
        assert len(document.data["log"]) == self.told

    @invariant()
    def fences_only_grow(self) -> None:
        assert self.fences == sorted(self.fences)


class UndoMachineOnFiles(UndoMachine):
    def open(self) -> Storage:
        self.folder = Path(tempfile.mkdtemp())
        return FileStorage(self.folder)

    def write(self, scope: str, data: dict[str, Any]) -> None:
        name = scope.replace(":", "__").replace("/", "__") + ".json"
        if data:
            # In place and without a lock, as the reference does; what it does not know it keeps.
            path = self.folder / name
            members = json.loads(path.read_text()) if path.exists() else {"metadata": {}}
            path.write_text(json.dumps({**members, "data": data}, indent=2))
        else:
            (self.folder / name).unlink(missing_ok=True)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


@pytest.mark.parametrize("machine", [UndoMachine, UndoMachineOnFiles])
def test_undo_among_other_writers(machine: type[UndoMachine]) -> None:
    examples, steps = (100, 40) if machine is UndoMachine else (25, 30)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
