"""The busy board with all that a detail can have: a handoff, todos in every style, a release plan, shared state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from coord_core.documents import Batch, Document
from coord_core.state.board import Board
from coord_core.times import naive_utc_iso, utc_iso
from tests.core.samples import BUSY_NOW as NOW
from tests.core.samples import SHOP, busy_batch

M = 60
STORED: dict[str, dict[str, Any]] = {
    "session:claude_1": {
        "current_issue": 15, "fence": 701, "status": "working", "cwd": "~/wt/15-local",
        "branch": "feat/15-local-adapter",
        "todos": [
            {"content": "Read the adapter", "status": "completed", "activeForm": "Reading the adapter"},
            {"content": "Write the tests that the reviewers asked for in the thread about concurrent writers",
             "status": "in_progress", "activeForm": "Writing tests"},
            "Ask about Windows", {"task": "Ship it", "done": False}, {"task": "Plan it", "done": True},
        ],
    },
    "inbox:claude_1": {"messages": [
        {"seq": 1, "at": utc_iso(int(NOW - 660)), "from": "kim@laptop", "text": "Mind the API",
         "told": utc_iso(int(NOW - 600))},
        {"seq": 2, "at": utc_iso(int(NOW - 60)), "from": "claude_2", "text": "database_migration is free",
         "told": None},
    ]},
    "issue:15": {
        "claimed_by": "claude_1", "claimed_at": utc_iso(int(NOW - 7200)), "status": "in_progress",
        "progress": {"phase": "testing", "percent": 75, "message": "Writing tests", "updated_by": "claude_1",
                     "updated_at": utc_iso(int(NOW - 21))},
        "handoff": {
            "from_session": "claude_10", "phase": "implementation_complete", "handoff_at": utc_iso(int(NOW - 5400)),
            "next_steps": ["Write tests for the local adapter", "Update the documentation", "Create the pull request"],
            "context": {
                "files": ["src/adapters/local.py", "src/adapters/base.py"],
                "decisions": {"locking": {"kind": "flock", "timeout": 5}, "format": "JSON, indented"},
                "open": [{"question": "Windows?", "who": "claude_1"}, {"question": "NFS?", "who": None}],
                "summary": "The adapter works.\nIt is slow on 10,000 files: measure before you optimise.",
            },
        },
    },
    "project:release": {"v1.0.0": {"status": "in_progress", "coordinator": "claude_8", "tasks": [
        {"id": 1, "name": "Run test suite", "assignee": "claude_8", "status": "in_progress",
         "assigned_at": utc_iso(int(NOW - 4320))},
        {"id": 2, "name": "Write the changelog", "assignee": "claude_1", "status": "completed",
         "completed_at": utc_iso(int(NOW - 600))},
        {"id": 3, "name": "Tag", "assignee": None, "status": "pending"},
    ]}},
    "project:conventions": {
        "style": "ruff, 120 columns",
        "review": {"required": True, "reviewers": ["claude_2", "kim"], "rules": {"tests": "always"}},
        "limits": {"module": 250, "function": 30}, "note": "Write plain sentences.\nSay why, not what.",
    },
    "project:architecture": {"layers": ["storage", "state", "actions", "faces"], "decided": "2026-11-01"},
    "notes:api/v1": {"deprecated": True}, "notes:api/v2": {"routes": [{"path": "/orders", "owner": "claude_6"}]},
    "notes:deploy": {"when": "Friday"},
    "project:hold": {"message": "Finish your step, commit nothing", "by": "kim@laptop", "at": utc_iso(int(NOW - 120))},
}  # fmt: skip


def scope(short: str) -> str:
    """Return a name in the shop."""
    return f"{SHOP}:{short}"


def board(**more: dict[str, Any]) -> Board:
    """Return the board; more: other documents, by short name."""
    batch, processes = busy_batch(NOW)
    found = dict(batch.documents)
    for short, data in {**STORED, **more}.items():
        times = {
            key: {"created_at": naive_utc_iso(NOW - 3 * M), "updated_at": naive_utc_iso(NOW - 3 * M)} for key in data
        }
        source = scope(short).replace(":", "__").replace("/", "__") + ".json"
        found[scope(short)] = Document(scope(short), data, times, source=source, written_at=NOW - 3 * M)
    batch: Batch = replace(batch, documents=found)
    return Board(NOW).update(batch, now=NOW, processes=processes)
