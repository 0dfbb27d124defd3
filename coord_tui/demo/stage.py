"""The store as the demo's agents see it, and the processes that stand for theirs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

WORKSPACE: Final = "laptop:acme/shop"


class Stage:
    """The store as the demo's agents see it, and their processes."""

    def __init__(self, folder: Path) -> None:
        from coord_core.storage.files import FileStorage

        self.folder = folder
        self.storage = FileStorage(folder)
        self.processes: dict[str, int] = {}

    def before(self, short: str, minutes: float, **data: Any) -> None:
        """Write a document as it was left some minutes ago, the way the reference coordinator writes."""
        at = (datetime.now(UTC) - timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()
        times = {"created_at": at, "updated_at": at}
        name = f"{WORKSPACE}:{short}".replace(":", "__").replace("/", "__")
        members = {"data": data, "metadata": dict.fromkeys(data, times)}
        (self.folder / f"{name}.json").write_text(json.dumps(members, indent=2))

    def act(self, session: str, action: str, short: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change one document as an agent does; an agent that was cleaned up does nothing any more."""
        from coord_core.storage import Act

        mine = f"{WORKSPACE}:session:{session}"

        def body(tx: Any) -> None:
            document = tx.read(mine)
            if document is not None and document.data.get("status") != "signed_off":
                change(tx.edit(f"{WORKSPACE}:{short}"))

        actor = {"workspace": WORKSPACE, "session": session}
        self.storage.transact(Act(action, actor, durable=action not in ("heartbeat", "update_progress")), body)

    def spawn(self, session: str) -> dict[str, Any]:
        """Start the process that stands for an agent's; return what its session records of it."""
        from coord_core import processes

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

    # What agents do.

    def beat(self, session: str) -> None:
        """Show a sign of life."""
        now = datetime.now().isoformat()
        self.act(session, "heartbeat", f"session:{session}", lambda data: data.update(last_heartbeat=now))

    def say(self, session: str, kind: str, message: str, **metadata: Any) -> None:
        """Log an event."""
        event = {"timestamp": datetime.now().isoformat(), "session": session, "type": kind, "message": message}
        self.act(
            session, "log_event", "project:events",
            lambda data: data.setdefault("log", []).append({**event, "metadata": metadata}),
        )  # fmt: skip

    def progress(self, session: str, issue: int, phase: str, percent: int, message: str) -> None:
        """Broadcast progress on an issue."""
        progress = {
            "phase": phase,
            "percent": percent,
            "message": message,
            "updated_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "updated_by": session,
        }
        self.act(session, "update_progress", f"issue:{issue}", lambda data: data.update(progress=progress))

    def claim(self, session: str, issue: int) -> None:
        """Take an issue."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        self.act(
            session, "claim_issue", f"issue:{issue}", lambda data: data.update(current_session=session, claimed_at=now)
        )
        self.act(session, "claim_issue", f"session:{session}", lambda data: data.update(current_issue=issue))

    def wait_for(self, session: str, lock: str) -> None:
        """Ask for a lock that somebody holds."""
        waiter = {"session": session, "since": datetime.now(UTC).isoformat().replace("+00:00", "Z")}

        def change(data: dict[str, Any]) -> None:
            if data.get("locked_by") and all(one["session"] != session for one in data.get("waiters", [])):
                data.setdefault("waiters", []).append(waiter)

        self.act(session, "acquire_lock", f"locks:{lock}", change)

    def work(self, session: str) -> None:
        """Finish a task of the queue and take the next."""

        def change(data: dict[str, Any]) -> None:
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            tasks = data.get("tasks", [])
            for task in tasks:
                if task.get("claimed_by") == session and task["status"] == "claimed":
                    task |= {"status": "completed", "completed_at": now}
            # From the end: what the audience puts back stays there for a while, and can be taken back.
            for task in reversed(tasks):
                if task["status"] == "pending":
                    task |= {"status": "claimed", "claimed_by": session, "claimed_at": now}
                    break

        self.act(session, "claim_next_task", "project:queue", change)
