"""The store as the demo's agents see it, and the processes that stand for theirs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coord_core import processes
from coord_core.errors import Refused
from coord_core.storage import Act, Transaction
from coord_core.storage.files import FileStorage

if TYPE_CHECKING:
    # The curtain rises without it.
    from coord_core.actions.agent import Agent

WORKSPACE: Final = "laptop:acme/shop"


class Stage:
    """The store as the demo's agents see it, and their processes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.storage = folder, FileStorage(folder)
        self.agents: dict[str, Agent] = {}
        self.processes: dict[str, int] = {}

    def cast(self, session: str) -> None:
        """Give an agent its part; its session is a document that is there already."""
        from coord_core.actions.agent import Agent

        self.agents[session] = Agent(self.storage, WORKSPACE, session)

    def before(self, short: str, minutes: float, **data: Any) -> None:
        """Write a document as it was left some minutes ago, the way the reference coordinator writes."""
        at = (datetime.now(UTC) - timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()
        times = {"created_at": at, "updated_at": at}
        name = f"{WORKSPACE}:{short}".replace(":", "__").replace("/", "__")
        members = {"data": data, "metadata": dict.fromkeys(data, times)}
        (self.folder / f"{name}.json").write_text(json.dumps(members, indent=2))

    def act(self, session: str, deed: Callable[[Agent], object]) -> None:
        """Let an agent do something; one that is refused, or was signed off or cleaned up, does nothing."""
        with contextlib.suppress(Refused):
            deed(self.agents[session])

    def spawn(self, session: str) -> dict[str, Any]:
        """Start the process that stands for an agent's; return what its session records of it."""
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.closerange(0, 3)
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(0)
        self.processes[session] = pid
        return {
            "host": processes.hostname(),
            "boot_id": processes.place(),
            "pid": pid,
            "pid_started": processes.started(pid),
        }

    def end(self, session: str) -> None:
        """Let an agent die."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError, KeyError):
            os.kill(self.processes[session], signal.SIGKILL)
            os.waitpid(self.processes[session], 0)

    def say(self, session: str, kind: str, message: str, **metadata: Any) -> None:
        """Log an event."""
        self.act(session, lambda agent: agent.log_event(kind, message, metadata))

    def claim(self, session: str, issue: int) -> None:
        """Take an issue as a program does that asks nobody: somebody may have it."""

        def body(tx: Transaction) -> None:
            tx.edit(f"{WORKSPACE}:issue:{issue}")["current_session"] = session
            tx.edit(f"{WORKSPACE}:session:{session}")["current_issue"] = issue

        self.storage.transact(Act("claim_issue", {"workspace": WORKSPACE, "session": session}), body)

    def work(self, session: str) -> None:
        """Finish a task of the queue and take another."""
        queue = self.storage.read(f"{WORKSPACE}:project:queue")
        tasks = queue.data["tasks"] if queue else []
        for task in tasks:
            if task.get("claimed_by") == session and task["status"] == "claimed":
                self.act(session, methodcaller("complete_task", "queue", task["id"]))
        # From the end: what the audience puts back stays there for a while, and can be taken back.
        for task in [each for each in tasks if each["status"] == "pending"][-1:]:
            self.act(session, methodcaller("claim_task", "queue", task["id"]))
