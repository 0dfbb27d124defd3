"""Processes that claim issues and tasks and cycle locks as one session each, are killed, and come back.

Each writes down every call before it is made and every answer after it came, in a file that outlives it.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coord_core.actions.agent import Agent
from coord_core.errors import CoordError, Held, LockLost, NotYours
from coord_core.storage import Act
from coord_core.storage.files import FileStorage
from tests.torture.children import fork, join, kill
from tests.torture.linearizability import Action, Call, Result

W = "laptop:acme/shop"
LOCKS = [f"src/{n}" for n in range(10)]
ISSUES = [str(n) for n in range(1, 13)]
LIST_SIZE = 100
LOCK, ISSUE, TASK = "lock", "issue", "task"


@dataclass(frozen=True)
class Share:
    """How much one session has to get done. lists: work lists that all of them empty together."""

    locks: int
    issues: int
    lists: int


def fill(storage: FileStorage, lists: int) -> None:
    """Lay out the tasks."""
    tasks = [{"id": n, "file": f"tests/test_{n}.py", "status": "pending"} for n in range(LIST_SIZE)]
    for number in range(lists):
        storage.transact(Act("fill"), lambda tx, n=number: tx.edit(f"{W}:project:list_{n}").update(tasks=tasks))


class Claimant:
    """A session at work. log: where it writes down what it does. step: see FileStorage."""

    def __init__(self, folder: Path, name: str, log: Path, step: Callable[[str], None] = lambda step: None) -> None:
        self.agent = Agent(FileStorage(folder, step=step), W, facts={"host": "laptop", "client_session": name})
        self.name, self.chance = name, random.Random()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        self.has = self.agent.sign_on(name).has

    def work(self, done: Counter[str], share: Share) -> None:
        """Do what is left of a share."""
        for what in self.has:
            kind, _, rest = what.partition(":")
            if kind in ("locks", "issue"):
                self._let_go(LOCK if kind == "locks" else ISSUE, rest)
        left = {LOCK: share.locks - done[LOCK], ISSUE: share.issues - done[ISSUE], TASK: share.lists}
        lists = list(range(share.lists))
        while any(count > 0 for count in left.values()):
            kind = self.chance.choice([kind for kind, count in left.items() if count > 0])
            if kind == TASK:
                number = self.chance.choice(lists)
                if self._next_task(f"list_{number}") is None:
                    lists.remove(number)
                    left[TASK] -= 1
                continue
            name = self.chance.choice(LOCKS if kind == LOCK else ISSUES)
            if self._take(kind, name):
                self._let_go(kind, name)
                left[kind] -= 1

    def _take(self, kind: str, name: str) -> bool:
        self._begin(kind, name, Action.TAKE)
        try:
            fence = (self.agent.acquire_lock(name) if kind == LOCK else self.agent.claim_issue(name)).fence
        except Held as error:
            self._end(Result.HELD, holder=error.holder)
            return False
        self._end(Result.DONE, fence=fence)
        return True

    def _let_go(self, kind: str, name: str) -> None:
        self._begin(kind, name, Action.LET_GO)
        try:
            released = (self.agent.release_lock if kind == LOCK else self.agent.release_issue)(name).released
        except (LockLost, NotYours):
            self._end(Result.LOST)
            return
        self._end(Result.DONE if released else Result.IDLE)

    def _next_task(self, name: str) -> str | None:
        self._begin(TASK, name, Action.TAKE)
        taken = self.agent.claim_next_task(name)
        self._end(Result.DONE if taken else Result.IDLE, task=taken.id if taken else None)
        return taken.id if taken else None

    def _begin(self, kind: str, name: str, action: Action) -> None:
        self._write({"kind": kind, "name": name, "action": action.value, "begun": time.monotonic()})

    def _end(self, result: Result, **more: Any) -> None:
        self._write({"ended": time.monotonic(), "result": result.value, **more})

    def _write(self, entry: dict[str, Any]) -> None:
        os.write(self._log, json.dumps(entry).encode() + b"\n")


class History:
    """What the logs of all sessions tell. owners: by task, who says that it got it; cut: calls that nobody answered."""

    def __init__(self) -> None:
        self.calls: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
        self.owners: defaultdict[str, list[str]] = defaultdict(list)
        self.done: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.cut = 0
        self._read: Counter[str] = Counter()

    def read(self, who: str, log: Path, deaths: list[float]) -> None:
        """Take in what is new in a session's log. deaths: when its processes ended, by the monotonic clock."""
        call: dict[str, Any] | None = None
        for entry in self._entries(who, log):
            if "begun" in entry:
                if call is not None:
                    self._cut(who, call, deaths)
                call = entry
            elif call is not None:
                self._note(who, call, entry)
                call = None
        if call is not None:
            self._cut(who, call, deaths)

    def _cut(self, who: str, call: dict[str, Any], deaths: list[float]) -> None:
        self.cut += 1
        self._note(who, call, {"ended": min(at for at in deaths if at >= call["begun"]), "result": Result.CUT.value})

    def _note(self, who: str, call: dict[str, Any], answer: dict[str, Any]) -> None:
        kind, name, result = call["kind"], call["name"], Result(answer["result"])
        if kind == TASK:
            if answer.get("task") is not None:
                self.owners[f"{name}#{answer['task']}"].append(who)
                self.done[who][TASK] += 1
            return
        action = Action(call["action"])
        if result is Result.DONE and action is Action.LET_GO:
            self.done[who][kind] += 1
        told = answer.get("fence", 0), answer.get("holder", "")
        self.calls[kind, name].append(Call(who, action, result, call["begun"], answer["ended"], *told))

    def _entries(self, who: str, log: Path) -> Iterator[dict[str, Any]]:
        if log.exists():
            with log.open("rb") as file:
                file.seek(self._read[who])
                yield from map(json.loads, file)
                self._read[who] = file.tell()


class Crowd:
    """Sessions that work at one store until their shares are done; now and then one is killed and comes back."""

    def __init__(self, folder: Path, logs: Path, sessions: int, share: Share) -> None:
        self.folder, self.logs, self.share = folder, logs, share
        self.names = [f"claude_{n}" for n in range(1, sessions + 1)]
        self.deaths: defaultdict[str, list[float]] = defaultdict(list)
        self._running: dict[int, str] = {}
        self._history = History()
        self.kills = 0

    def run(self, pause: float, kills: int) -> History:
        """Work, and kill one about every `pause` seconds, `kills` at most; return what happened.

        Without an end to it a slow machine would not do more than sign the killed ones on again.
        """
        for name in self.names:
            self._start(name)
        while self._running:
            time.sleep(random.uniform(0.5, 1.5) * pause)
            self._reap()
            if self._running and self.kills < kills:
                self._kill(random.choice(list(self._running)))
        for name in self.names:
            self._read(name)
        return self._history

    def _read(self, name: str) -> None:
        """Take in what a session's process did that is no more."""
        self._history.read(name, self.logs / name, self.deaths[name])

    def _start(self, name: str) -> None:
        self._read(name)

        def work() -> None:
            Claimant(self.folder, name, self.logs / name).work(self._history.done[name], self.share)

        self._running[fork(work)] = name

    def _kill(self, pid: int) -> None:
        name = self._running.pop(pid)
        kill(pid)
        if join(pid) == -9:
            self.kills += 1
            self.deaths[name].append(time.monotonic())
            self._start(name)

    def _reap(self) -> None:
        for pid in list(self._running):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                assert os.waitstatus_to_exitcode(status) == 0, f"{self._running[pid]} failed"
                del self._running[pid]


def disturbed(folder: Path, name: str, log: Path, share: Share) -> None:
    """Work at a store without a lock, giving way between reading and writing; what fails is a call that was cut."""
    import filelock

    filelock.lock_descriptor = lambda fd, *, blocking: True  # type: ignore[assignment]
    filelock.unlock_descriptor = lambda fd: None  # type: ignore[assignment]

    def give_way(step: str) -> None:
        if step == "checked":
            time.sleep(0.002)

    while True:
        try:
            return Claimant(folder, name, log, give_way).work(Counter(), share)
        except (CoordError, OSError, ValueError):
            continue
