"""The view paused, and any moment of the past: which keys go there, what they show, and that nothing there writes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions import supervisor
from coord_core.errors import InvalidArgument
from coord_core.state.board import Board
from coord_core.storage import Act, Storage
from coord_core.storage.files import FileStorage
from coord_tui.whens import When, at
from tests.core.memory_storage import MemoryStorage
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.hostile import CORPUS

NOW = boards.NOW
ISSUE, LOCK, QUEUE = boards.scope("issue:15"), boards.scope("locks:src/orders"), boards.scope("project:queue")
CLAUDE = boards.scope("session:claude_1")
PANELS = ("!", "1", "2", "3", "4", "5", "6")


class Played:
    """A store in which something happened every five minutes, and its board."""

    def __init__(self, *, reason: str = "") -> None:
        self.at = NOW - 3600
        self.storage = MemoryStorage(now=lambda: self.at)
        task = {"id": 7, "type": "test", "status": "pending"}
        progress = {"percent": 75, "message": "Writing tests", "updated_by": "claude_1"}
        kim, why = {"supervisor": "kim@laptop"}, reason or "kim wants it"
        self.seqs = [
            self.do("sign_on", CLAUDE, status="working", last_heartbeat="2026-11-22T13:31:07"),
            self.do("claim_issue", ISSUE, claimed_by="claude_1", status="in_progress"),
            self.do("acquire_lock", LOCK, locked_by="claude_1"),
            self.do("enqueue_task", QUEUE, tasks=[task]),
            self.do("claim_next_task", QUEUE, tasks=[{**task, "status": "claimed", "claimed_by": "claude_1"}]),
            self.do("update_progress", ISSUE, progress=progress),
            self.do("release_issue", ISSUE, reason=why, by=kim, claimed_by="claude_2"),
        ]

    def do(self, action: str, scope: str, *, by: Any = None, reason: str = "", **data: Any) -> int:
        actor = by or {"workspace": boards.SHOP, "session": "claude_1"}
        line = self.storage.transact(Act(action, actor, reason), lambda tx: tx.edit(scope).update(data)).line
        self.at += 300
        assert line is not None
        return line.seq

    @property
    def board(self) -> Board:
        batch = replace(self.storage.load(), lines=tuple(self.storage.lines()))
        return Board(NOW).update(batch, now=NOW)


@asynccontextmanager
async def playing(stage: Staging, played: Played | None = None, **options: Any) -> AsyncIterator[tuple[Stage, Played]]:
    played = played or Played()
    async with stage(played.board, **options) as s:
        s.desk.storage = played.storage
        yield s, played


def holds(s: Stage, scope: str) -> Any:
    document = s.app.scene.board.documents.get(scope)
    return dict(document.data) if document else None


async def test_p_pauses_the_view_and_lets_it_go_on(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("p")
        assert "PAUSED now" in s.text()
        before = s.text()
        played.do("claim_issue", ISSUE, claimed_by="codex_9")
        s.desk.queue.put_nowait(played.board)
        await s.until(lambda: s.desk.queue.empty())
        await s.settle()
        assert s.text() == before
        # Whatever has it drawn anew.
        await s.press("6", "1", "s", "S")
        await s.pilot.resize_terminal(110, 30)
        await s.settle()
        assert "codex_9" not in s.text() and holds(s, ISSUE)["claimed_by"] == "claude_2"
        await s.press("p")
        assert "PAUSED" not in s.text()
        assert holds(s, ISSUE)["claimed_by"] == "codex_9"
        assert "Journal" not in s.text()


async def test_the_badge_says_for_how_long(stage: Staging) -> None:
    async with playing(stage) as (s, _):
        await s.press("p")
        s.now = NOW + 250
        s.app._tick()
        await s.settle()
        assert "PAUSED 4m" in s.text()
        # Nobody grows older in a view that stands still.
        assert s.app.travel.now == NOW


@pytest.mark.parametrize(("size", "read_only"), [((80, 24), False), ((120, 36), True), ((200, 50), False)])
async def test_arrows_step_through_the_journal_on_every_panel(
    stage: Staging, size: tuple[int, int], read_only: bool
) -> None:
    async with playing(stage, size=size, read_only=read_only) as (s, played):
        await s.press("p")
        for panel in PANELS:
            await s.press(panel, "left")
            assert holds(s, ISSUE)["claimed_by"] == "claude_2"
            await s.press("left")
            assert holds(s, ISSUE)["claimed_by"] == "claude_1"
            assert s.app.travel.moment.seq == played.seqs[-2]
            assert "AT 13:56:07" in s.text()
            assert "Journal" in s.text()
            await s.press("left", "left")
            assert holds(s, QUEUE)["tasks"][0]["status"] == "pending"
            await s.press("right", "right", "right", "right")
            assert s.app.travel.moment is None
            await s.press("comma")
            assert s.app.travel.now == NOW - 60
            assert holds(s, ISSUE)["claimed_by"] == "claude_2"
            await s.press("comma", "full_stop", "full_stop")
            assert s.app.travel.moment is None
        assert s.desk.planned == s.desk.applied == []
        await s.press("p")
        assert s.dashboard.active != "journal"


async def test_the_journal_says_whom_a_supervisor_did_something_to(stage: Staging) -> None:
    played = Played()
    board, kim = played.board, {"supervisor": "kim@laptop"}
    for action, arguments in (("send_message", {"text": "Stop"}), ("clean_up_session", {})):
        plan = supervisor.plan(board, action, {"scope": CLAUDE, **arguments})
        supervisor.apply(played.storage, plan, actor=kim, reason="it hangs", now=NOW - 60)
        board = played.board
    async with playing(stage, played, size=(120, 36)) as (s, _):
        await s.press("p", "left")
        assert "kim        Cleaned up claude_1" in s.text()
        assert "kim        To claude_1: Stop" in s.text()


async def test_what_is_older_than_today_has_its_date(stage: Staging) -> None:
    async with playing(stage, size=(120, 36)) as (s, _):
        s.now = NOW + 24 * 3600
        await s.press("p", "left", "left")
        assert " AT 2026-11-22 13:56 " in s.text()
        assert "▸ 2026-11-22 13:56 claude_1   progress #15 75%" in s.text()


async def test_without_a_pause_the_keys_of_time_do_nothing(stage: Staging) -> None:
    async with playing(stage) as (s, _):
        await s.press("left", "right", "comma", "full_stop")
        assert not s.app.travel.paused
        assert s.toasts() == []


async def test_the_past_ends_where_the_journal_begins(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("p", *["left"] * 7)
        assert s.app.travel.moment.first
        assert s.toasts() == []
        assert holds(s, ISSUE) is None
        await s.press("left")
        assert s.toasts() == ["The journal begins here."]
        await s.press("left", "left")
        assert s.toasts() == ["The journal begins here."], "a key that is held down says it once"
        assert s.app.travel.moment.seq == played.seqs[0]
        assert "The journal begins here." in s.text()


@pytest.mark.parametrize("read_only", [False, True])
async def test_nothing_in_the_past_writes(stage: Staging, read_only: bool) -> None:
    async with playing(stage, read_only=read_only) as (s, _):
        await s.press("p", "left", "left")
        bindings = [each for each in s.dashboard._bindings.key_to_bindings.values() for each in each]
        acting = {each.key for each in bindings if (each.id or "").startswith("act.")}
        assert {"x", "X", "a", "m", "H", "z", "Z"} <= acting
        for panel in (*PANELS, "journal"):
            s.dashboard.activate(panel) if panel == "journal" else await s.press(panel)
            for key in sorted(acting):
                s.app.clear_notifications()
                await s.press(key)
                assert s.toasts() == ([] if read_only else ["You look at 13:56:07; p goes back to now."]), (panel, key)
                assert len(s.app.screen_stack) == 1
        assert s.desk.planned == s.desk.applied == []
        assert "all dead" not in s.text()
        assert " undo" not in s.text()


async def test_acting_works_while_the_view_is_only_paused(stage: Staging) -> None:
    async with playing(stage) as (s, _):
        await s.press("p", "3", "x")
        await s.dialog("Confirm")
        assert s.desk.planned == [("release_lock", {"scope": LOCK})]


async def test_without_a_journal_it_says_so(stage: Staging) -> None:
    async with stage() as s:
        await s.press("p")
        assert "PAUSED" in s.text()
        assert s.toasts() == []
        await s.press("left")
        assert len(s.toasts()) == 1
        assert "no journal here" in s.toasts()[0]
        assert s.app.travel.moment is None
        await s.press("p")
        assert "PAUSED" not in s.text()


async def test_what_is_otherwise_now_is_marked_and_told(stage: Staging) -> None:
    async with playing(stage, size=(200, 50)) as (s, _):
        await s.press("p", "left", "2")
        assert "≠#15" not in s.text()
        await s.press("left")
        assert "≠#15" in s.text()
        assert "≠● src/orders" not in s.text()
        assert "≠ now" in s.text()
        assert "claimed_by claude_2" in s.text()
        await s.press("left", "left", "4")
        assert "≠· queue#7" in s.text()
        assert "claimed_by claude_1" in s.text()


async def test_a_mere_sign_of_life_is_no_difference(stage: Staging) -> None:
    played = Played()
    played.do("heartbeat", CLAUDE, last_heartbeat="2026-11-22T14:30:00")
    async with playing(stage, played) as (s, _):
        await s.press("p", "left", "left")
        assert CLAUDE not in s.app.scene.differing
        assert "beat" in s.text()


async def test_liveness_is_judged_at_the_moment(stage: Staging) -> None:
    async with playing(stage) as (s, _):
        assert s.app.scene.verdict(CLAUDE).life.value == "late"
        await s.press("p", "left", "left")
        assert s.app.scene.verdict(CLAUDE).life.value == "live"


async def test_a_line_of_the_journal_is_gone_to(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("p", "left")
        s.dashboard.activate("journal")
        await s.press("j", "j", "enter")
        assert s.app.travel.moment.seq == played.seqs[-3]
        assert s.cursor == f"line:{played.seqs[-3]}"
        await s.press("g", "enter")
        assert s.app.travel.moment is None


async def test_lines_are_filtered_by_session_record_and_action(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("p", "left")
        s.dashboard.activate("journal")
        await s.press("slash", *"action:claim record:issue:15", "enter")
        await s.until(lambda: "with /action:claim" in s.text())
        keys = list(s.dashboard.table.keys)
        assert f"line:{played.seqs[1]}" in keys
        assert f"line:{played.seqs[2]}" not in keys
        await s.press("escape")
        await s.settle()
        assert f"line:{played.seqs[2]}" in s.dashboard.table.keys


async def test_a_line_is_undone_at_now_only(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("p")
        s.dashboard.activate("journal")
        await s.press("g", "z")
        assert s.toasts() == ["Put the cursor on the line that is to be undone."]
        await s.press("j", "j", "z")
        await s.dialog("Confirm")
        assert s.desk.planned == [("undo", {"workspace": boards.SHOP, "seq": played.seqs[-2]})]
        await s.press("escape")
        await s.closed()
        await s.press("left", "z")
        assert len(s.desk.planned) == 1


async def test_new_lines_do_not_move_the_past(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("p", "left", "left")
        before = s.text()
        played.do("claim_issue", ISSUE, claimed_by="codex_9")
        s.desk.queue.put_nowait(played.board)
        await s.until(lambda: s.desk.queue.empty())
        await s.settle()
        assert s.text() == before
        await s.press("left", "right")
        assert s.text() == before


def in_files(tmp_path: Path) -> FileStorage:
    storage = FileStorage(tmp_path)
    for n in range(4):
        storage.transact(Act("claim_issue", {"workspace": boards.SHOP, "session": f"claude_{n}"}),
                         lambda tx, n=n: tx.edit(ISSUE).update(claimed_by=f"claude_{n}"))  # fmt: skip
    return storage


async def looking(stage: Staging, storage: Storage, then: Callable[[Stage], Any]) -> str:
    async with stage(Board(NOW).update(storage.load(), now=NOW)) as s:
        s.desk.storage = storage
        await s.press("p")
        then(s)
        await s.press("left", "left", "left")
        return s.text()


async def test_a_line_that_is_garbage_is_shown_and_passed(stage: Staging, tmp_path: Path) -> None:
    storage = in_files(tmp_path)
    path = next((tmp_path / ".coord" / "journal").iterdir())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:60] + b"\x00\xff]]}\n"
    path.write_bytes(b"".join(lines))
    shown = await looking(stage, storage, lambda s: None)
    assert "cannot be read" in shown
    assert "claude_1" in shown


async def test_what_another_program_wrote_is_told_where_it_shows(stage: Staging, tmp_path: Path) -> None:
    storage = in_files(tmp_path)
    path = next(tmp_path.glob("*.json"))
    members = json.loads(path.read_text())
    members["data"]["claimed_by"] = "stranger"
    path.write_text(json.dumps(members))
    async with stage(Board(NOW).update(storage.load(), now=NOW)) as s:
        s.desk.storage = storage
        await s.press("p", "left")
        assert "Another program wrote issue:15, nobody knows when." in s.text()
        await s.press("left")
        assert "Another program" not in s.text()


async def test_a_journal_that_is_taken_away_meanwhile_ends_the_past(stage: Staging, tmp_path: Path) -> None:
    storage = in_files(tmp_path)

    def take_away(s: Stage) -> None:
        for path in (tmp_path / ".coord" / "journal").iterdir():
            path.unlink()

    assert "Journal" in await looking(stage, storage, take_away)


async def test_hostile_lines_do_no_harm(stage: Staging) -> None:
    played = Played()
    for n, text in enumerate(CORPUS):
        played.at -= 299
        played.do(text, ISSUE, by={"workspace": text, "session": text}, reason=text, note=n)
    async with playing(stage, played, size=(200, 50)) as (s, _):
        await s.press("p", *["left"] * len(CORPUS))
        s.dashboard.activate("journal")
        await s.press(*["j"] * len(CORPUS), *["right"] * len(CORPUS))
        assert not [each for each in s.text() if each != "\n" and not each.isprintable()]


# Where `:at` goes


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("14:02", When(at=NOW - 29 * 60 - 7)),
        ("14:02:30", When(at=NOW - 28 * 60 - 37)),
        ("14:40", When(at=NOW - 24 * 3600 + 8 * 60 + 53)),
        ("yesterday 14:02", When(at=NOW - 24 * 3600 - 29 * 60 - 7)),
        (" -10m ", When(at=NOW - 600)),
        ("2026-11-22T14:02", When(at=NOW - 29 * 60 - 7)),
        ("812", When(seq=812)),
    ],
)
def test_moments_are_written_in_many_ways(text: str, when: When) -> None:
    assert at(text, NOW) == when


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "14:60", "-10", "-m", "2026-11-22T15:00", "tomorrow 14:02", "١٢", "-9d9"]
)
def test_what_is_no_moment_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidArgument, match="write 14:02"):
        at(text, NOW)


async def test_at_goes_to_a_time_or_a_line(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        s.app.travel.go(at("13:50", NOW))
        await s.until(lambda: s.app.travel.away)
        await s.settle()
        assert s.app.travel.moment.seq == played.seqs[3]
        assert "AT 13:50:00" in s.text()
        s.app.travel.go(When(seq=played.seqs[1]))
        await s.settle()
        assert s.app.travel.moment.seq == played.seqs[1]
        s.app.travel.go(When(seq=5))
        await s.settle()
        assert "no line 5 in the journal" in s.toasts()[-1]
        assert s.app.travel.moment.seq == played.seqs[1]
        s.app.travel.go(at("-3h", NOW))
        await s.settle()
        assert s.toasts()[-1] == "The journal begins here."


async def test_at_is_an_order_of_the_palette(stage: Staging) -> None:
    async with playing(stage) as (s, played):
        await s.press("colon", *"at 13:50", "enter")
        await s.until(lambda: s.app.travel.away)
        await s.settle()
        assert s.app.travel.moment.seq == played.seqs[3]
        await s.press("colon", *"at soon", "enter")
        await s.settle()
        assert "is no time: write 14:02" in s.toasts()[-1]
        await s.press("colon", *"release", "enter")
        await s.settle()
        assert s.desk.planned == []
