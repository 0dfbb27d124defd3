"""What other writers store and nobody may store anew (NaN, Infinity, half characters) goes and comes back unharmed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.supervisor import apply, plan, plan_redo, plan_undo
from coord_core.actions.view import take_board
from coord_core.storage import Storage, open_storage

W = "laptop:acme/shop"
KIM = "kim@laptop"
ODD = [float("nan"), float("-inf"), "\ud800 half", 10**30, {"deep": [float("nan"), "\udc00"]}]


def write(folder: Path, short: str, **data: Any) -> None:
    name = f"{W}:{short}".replace(":", "__").replace("/", "__")
    stamps = {"created_at": "2026-11-22T06:12:11.863314", "updated_at": "2026-11-22T06:12:11.863314"}
    text = json.dumps({"data": data, "metadata": dict.fromkeys(data, stamps)}, indent=2)
    (folder / f"{name}.json").write_text(text)


def everything(folder: Path) -> dict[str, str]:
    """Return each document's data as text: NaN is not even equal to itself."""
    found = {path.name: json.loads(path.read_text())["data"] for path in folder.glob("*.json")}
    told = ("project__events", "inbox__")
    return {name: json.dumps(data) for name, data in found.items() if not any(each in name for each in told)}


@pytest.fixture(params=ODD, ids=repr)
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    odd = request.param
    write(tmp_path, "session:claude_2", current_issue=16, status="working", load=odd, todos=[{"task": "a", "w": odd}])
    write(tmp_path, "issue:16", claimed_by="claude_2", claimed_at=odd, status="in_progress", size=odd)
    write(tmp_path, "locks:db", locked_by="claude_2", locked_at="2026-11-22T06:12:11Z", weight=odd)
    write(
        tmp_path, "project:queue", tasks=[{"id": 1, "status": "claimed", "claimed_by": "claude_2", "claimed_at": odd}]
    )
    return tmp_path


def act(storage: Storage, action: str, **arguments: Any) -> None:
    now = time.time()
    planned = plan(take_board(storage, now), action, arguments)
    apply(storage, planned, actor={"supervisor": KIM}, reason="it hangs", now=now)


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("clean_up_session", {"scope": f"{W}:session:claude_2"}),
        ("release_lock", {"scope": f"{W}:locks:db"}),
        ("reassign_issue", {"scope": f"{W}:issue:16", "to": None}),
        ("requeue_task", {"list": f"{W}:project:queue#tasks", "task": "1"}),
    ],
)
def test_every_action_is_done_undone_and_done_again(folder: Path, action: str, arguments: dict[str, Any]) -> None:
    storage = open_storage(str(folder))
    before = everything(folder)
    act(storage, action, **arguments)
    after = everything(folder)
    assert after != before
    for planner, expected in ((plan_undo, before), (plan_redo, after), (plan_undo, before)):
        now = time.time()
        taken_back = planner(storage, take_board(storage, now), who=KIM, workspace=W)
        apply(storage, taken_back, actor={"supervisor": KIM}, reason="no", now=now)
        assert {name: _sorted(text) for name, text in everything(folder).items()} == {
            name: _sorted(text) for name, text in expected.items()
        }


def _sorted(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)
