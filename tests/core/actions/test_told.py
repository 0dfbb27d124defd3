"""What a supervisor does reaches the agents that it concerns: planned, applied, and told at their calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coord_core import times
from coord_core.actions import supervisor
from coord_core.actions.agent import Agent
from coord_core.actions.plan import Done, Plan
from coord_core.actions.view import take_board
from coord_core.errors import (
    Held,
    InvalidArgument,
    LockLost,
    NotFound,
    NothingToUndo,
    NotSignedOn,
    OnHold,
    Refused,
    StaleView,
)  # fmt: skip
from coord_core.state.board import Board
from coord_core.storage import Storage
from tests.core.storage.backends import BACKENDS, Backend

W = "laptop:acme/shop"
WHO = "kim@laptop"


@dataclass
class Floor:
    """Agents at work in a store, and a supervisor."""

    backend: Backend
    storage: Storage

    def agent(self, name: str) -> Agent:
        agent = Agent(self.backend.open(), W, facts={})
        agent.sign_on(name)
        return agent

    @property
    def board(self) -> Board:
        return take_board(self.storage, time.time())

    def plan(self, action: str, **arguments: Any) -> Plan:
        return supervisor.plan(self.board, action, arguments)

    def do(self, action: str, reason: str = "because", **arguments: Any) -> Done:
        return self.apply(self.plan(action, **arguments), reason)

    def apply(self, plan: Plan, reason: str = "because") -> Done:
        return supervisor.apply(self.storage, plan, actor={"supervisor": WHO}, reason=reason, now=time.time())

    def undo(self) -> Done:
        return self.apply(supervisor.plan_undo(self.storage, self.board, who=WHO, workspace=W))

    def redo(self) -> Done:
        return self.apply(supervisor.plan_redo(self.storage, self.board, who=WHO, workspace=W))

    def data(self, short: str) -> Any:
        document = self.storage.read(f"{W}:{short}")
        return dict(document.data) if document else None


@pytest.fixture(params=BACKENDS)
def floor(request: pytest.FixtureRequest, tmp_path: Path) -> Floor:
    backend = BACKENDS[request.param](tmp_path / "store")
    return Floor(backend, backend.open())


def heard(agent: Agent) -> list[str]:
    """What an agent is told at a call."""
    agent.heartbeat()
    return [each.text for each in agent.messages]


def scope(name: str) -> str:
    return f"{W}:session:{name}"


def test_who_loses_a_lock_is_told_and_so_is_who_waits_for_it(floor: Floor) -> None:
    a, b = floor.agent("a"), floor.agent("b")
    a.acquire_lock("db")
    with pytest.raises(Held):
        b.acquire_lock("db", wait=True)
    plan = floor.plan("release_lock", scope=f"{W}:locks:db")
    assert plan.notes == ("b waits for the lock and will be told.", "a is told at its next call.")
    floor.apply(plan, "it hangs")
    assert heard(a) == ["Released db of a (it hangs)"]
    assert [each.from_ for each in a.messages] == [WHO]
    assert heard(b) == ["db is free: acquire it if you still need it (it hangs)"]
    with pytest.raises(LockLost, match=r"kim@laptop.*it hangs"):
        a.renew_lock("db")


def test_it_is_told_until_the_next_call_and_the_board_knows(floor: Floor) -> None:
    a = floor.agent("a")
    floor.do("send_message", "", scope=scope("a"), text=" Stop at the tests ")
    (letter,) = floor.board.inbox(scope("a"))
    assert (letter.by, letter.text, letter.told) == (WHO, "Stop at the tests", False)
    assert heard(a) == ["Stop at the tests"]
    assert not floor.board.inbox(scope("a"))[0].told, "its answer may have been lost"
    again = Agent(floor.backend.open(), W, "a", fence=a.fence)
    assert heard(again) == ["Stop at the tests"], "another process of the same session"
    assert heard(a) == []
    letter = floor.board.inbox(scope("a"))[0]
    assert letter.told and letter.told_at is not None


def test_who_gives_and_who_gets_are_told(floor: Floor) -> None:
    a, b, c = floor.agent("a"), floor.agent("b"), floor.agent("c")
    a.claim_issue(15)
    a.enqueue_task({"file": "x.py"})
    a.claim_next_task()
    floor.do("reassign_session", "a is slow", scope=scope("a"), to="b")
    told = ["Gave #15 and queue#1 of a to b (a is slow)"]
    assert (heard(a), heard(b), heard(c)) == (told, told, [])


def test_a_session_signed_off_or_cleaned_up_is_refused_with_who_when_and_why(floor: Floor) -> None:
    a = floor.agent("a")
    a.claim_issue(15)
    for action, said in (("sign_off_session", "Signed off a"), ("clean_up_session", "Cleaned up a")):
        floor.do(action, "wrong window", scope=scope("a"))
        with pytest.raises(NotSignedOn, match=rf"{action.replace('_', ' ')} by kim@laptop at \d\d:\d\d \(wrong win"):
            a.claim_issue(16)
        assert [each.text for each in a.messages] == [f"{said} (wrong window)"]
        floor.undo()
        assert heard(a) == [f"Undid: {said} (because)"]
    assert floor.data("issue:15")["claimed_by"] == "a"


def test_a_foreign_writer_that_was_cleaned_up_and_writes_again_is_a_finding(floor: Floor) -> None:
    a, b = floor.agent("a"), floor.agent("b")
    a.claim_issue(15)
    floor.do("clean_up_session", scope=scope("a"))
    with pytest.raises(NotSignedOn):
        a.update_progress(15, "testing", 50)
    assert "came_back" not in [each.kind for each in floor.board.findings], "we let it write nothing"
    floor.backend.write(f"{W}:issue:15", {"progress": {"phase": "testing", "percent": 50, "updated_by": "a"}})
    (finding,) = [each for each in floor.board.findings if each.kind == "came_back"]
    assert finding.text.startswith("a came back: it was cleaned up at ") and "#15" in finding.text
    floor.backend.write(scope("a"), {"status": "working", "last_heartbeat": times.local_iso(time.time())})
    (finding,) = [each for each in floor.board.findings if each.kind == "came_back"]
    assert [each.action for each in finding.remedies] == ["clean_up_session"]
    floor.do("clean_up_session", scope=scope("a"))
    assert "came_back" not in [each.kind for each in floor.board.findings]
    assert heard(b) == []


def test_undo_takes_back_the_act_but_not_what_was_told(floor: Floor) -> None:
    a = floor.agent("a")
    a.acquire_lock("db")
    floor.do("release_lock", scope=f"{W}:locks:db")
    told = floor.data("inbox:a")["messages"]
    floor.undo()
    floor.redo()
    told += floor.data("inbox:a")["messages"][1:]
    assert [each["text"] for each in told] == [
        "Released db of a (because)",
        "Undid: Released db of a (because)",
        "Did again: Released db of a (because)",
    ]
    assert floor.data("locks:db") is None


def test_clean_up_spares_the_inbox(floor: Floor) -> None:
    floor.agent("a")
    floor.do("send_message", scope=scope("a"), text="Hello")
    floor.do("clean_up_session", scope=scope("a"))
    assert floor.data("session:a") is None
    assert [each["text"] for each in floor.data("inbox:a")["messages"]] == ["Hello (because)", "Cleaned up a (because)"]


def test_a_message_is_no_act_to_take_back(floor: Floor) -> None:
    floor.agent("a")
    done = floor.do("send_message", "", scope=scope("a"), text="Hello")
    assert done.text == "To a: Hello"
    with pytest.raises(NothingToUndo):
        floor.undo()
    (event,) = floor.data("project:events")["log"]
    assert (event["session"], event["type"], event["message"]) == (WHO, "message_sent", "To a: Hello")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001, 7, None])
def test_what_is_no_message_is_refused(floor: Floor, text: Any) -> None:
    floor.agent("a")
    with pytest.raises(InvalidArgument, match="text"):
        floor.do("send_message", scope=scope("a"), text=text)
    assert floor.data("inbox:a") is None


def test_nobody_writes_to_those_who_are_gone(floor: Floor) -> None:
    floor.agent("a").sign_off()
    with pytest.raises(Refused, match="a is signed off: nobody would read it"):
        floor.plan("send_message", scope=scope("a"), text="Hello")
    with pytest.raises(NotFound, match="session b; known: a"):
        floor.plan("send_message", scope=scope("b"), text="Hello")


def test_who_only_reads_files_will_not_notice(floor: Floor) -> None:
    floor.backend.write(scope("old"), {"last_heartbeat": "2026-11-22T14:31:07", "status": "working"})
    floor.backend.write(f"{W}:locks:db", {"locked_by": "old", "waiters": ["older", "a"]})
    floor.agent("a")
    assert floor.plan("send_message", scope=scope("old"), text="Hello").notes == (
        "old only reads files: it will not notice.",
    )
    assert floor.plan("release_lock", scope=f"{W}:locks:db").notes == (
        "a waits for the lock and will be told.", "old only reads files: it will not notice.",
    )  # fmt: skip


def test_a_name_that_nobody_bears_gets_no_inbox(floor: Floor) -> None:
    floor.backend.write(f"{W}:locks:db", {"locked_by": "ghost", "waiters": ["ghoul", "../x", ""]})
    floor.do("release_lock", scope=f"{W}:locks:db")
    assert not [each for each in floor.storage.load().documents if ":inbox:" in each]


def test_an_inbox_that_cannot_be_read_stops_no_act_but_a_message(floor: Floor) -> None:
    a = floor.agent("a")
    a.acquire_lock("db")
    floor.backend.spoil(f"{W}:inbox:a")
    with pytest.raises(Refused, match=r"a is not told: .*nothing was changed"):
        floor.do("send_message", scope=scope("a"), text="Hello")
    assert floor.data("project:events") is None
    assert "(a is not told: " in floor.do("release_lock", scope=f"{W}:locks:db").text
    assert floor.data("locks:db") is None
    (told,) = heard(a)
    assert told.startswith("your inbox: cannot read"), "and the agent goes on"
    assert heard(a) == [told]


def test_an_inbox_torn_after_it_was_read_stops_nobody(floor: Floor) -> None:
    a = floor.agent("a")
    floor.do("send_message", "", scope=scope("a"), text="Hello")
    assert heard(a) == ["Hello"]
    floor.backend.spoil(f"{W}:inbox:a")
    a.claim_issue(15)
    a.acknowledge()
    assert floor.data("issue:15")["claimed_by"] == "a"


REFUSED_ON_HOLD: dict[str, Callable[[Agent], object]] = {
    "claim_issue": lambda a: a.claim_issue(16),
    "acquire_lock": lambda a: a.acquire_lock("new"),
    "claim_next_task": lambda a: a.claim_next_task(),
    "accept_handoff": lambda a: a.accept_handoff(17),
    "claim_release_task": lambda a: a.claim_release_task("v1", 1),
}


def test_a_hold_refuses_what_is_new_and_takes_nothing_away(floor: Floor) -> None:
    a, b = floor.agent("a"), floor.agent("b")
    b.offer_handoff(b.claim_issue(17).issue)
    a.claim_issue(15)
    a.acquire_lock("db")
    a.enqueue_task({"file": "x.py"})
    a.plan_release("v1", ["Build"])
    done = floor.do("hold", "", workspace=W, text="Commit nothing")
    assert done.text == "Put everything on hold: Commit nothing; undo takes it back"
    assert floor.data("project:hold")["message"] == "Commit nothing"
    hold = floor.board.hold(W)
    assert hold is not None and hold.at is not None and hold.by == supervisor.this_user()
    for name, call in REFUSED_ON_HOLD.items():
        with pytest.raises(OnHold, match=r"put everything on hold at \d\d:\d\d: Commit nothing"):
            call(a)
        assert floor.data("locks:new") is None, name
    a.update_progress(15, "testing", 50)
    a.renew_lock("db")
    assert a.release_lock("db").released
    assert heard(b) == ["Put everything on hold: Commit nothing"]
    floor.do("lift_hold", "", workspace=W)
    assert floor.board.hold(W) is None
    assert heard(b) == ["Lifted the hold"]
    assert a.claim_issue(16).issue == "16"


def test_a_hold_is_taken_back_and_put_back(floor: Floor) -> None:
    a = floor.agent("a")
    floor.do("hold", workspace=W)
    floor.undo()
    a.claim_issue(15)
    floor.redo()
    with pytest.raises(OnHold):
        a.claim_issue(16)
    floor.do("lift_hold", workspace=W)
    floor.undo()
    assert floor.board.hold(W) is not None
    assert [each.text.partition(" (")[0] for each in floor.board.inbox(scope("a"))] == [
        "Put everything on hold",
        "Undid: Put everything on hold",
        "Did again: Put everything on hold",
        "Lifted the hold",
        "Undid: Lifted the hold",
    ]


def test_the_living_are_told_of_a_hold_not_those_who_left(floor: Floor) -> None:
    for name in "abcd":
        floor.agent(name)
    floor.agent("off").sign_off()
    plan = floor.plan("hold", workspace=W)
    assert plan.title == "Hold everyone in acme/shop?"
    assert plan.notes == ("4 sessions are told at their next call.",)
    floor.apply(plan, "")
    assert floor.data("inbox:off") is None


def test_what_cannot_be_held_or_lifted(floor: Floor) -> None:
    floor.agent("a")
    with pytest.raises(NotFound, match="no hold in acme/shop"):
        floor.plan("lift_hold", workspace=W)
    with pytest.raises(NotFound, match="no workspace laptop:acme/shpo"):
        floor.plan("hold", workspace="laptop:acme/shpo")
    floor.do("hold", workspace=W, text="Wait")
    with pytest.raises(Refused, match=r"on hold already, by .*: Wait; lift that first"):
        floor.plan("hold", workspace=W)


@pytest.mark.parametrize("junk", [{"x": 1}, {"message": [1], "by": {}, "at": "soon"}, {"at": 1e99}])
def test_a_hold_of_any_shape_holds_and_is_lifted(floor: Floor, junk: dict[str, Any]) -> None:
    a = floor.agent("a")
    floor.backend.write(f"{W}:project:hold", junk)
    with pytest.raises(OnHold, match="a supervisor put everything on hold"):
        a.claim_issue(1)
    floor.do("lift_hold", workspace=W)
    a.claim_issue(1)


@pytest.mark.parametrize("junk", [None, 7, "x", [7, None, "x"], [{}], [{"told": True}, {"at": [], "text": {}}]])
def test_an_inbox_of_any_shape_is_read(floor: Floor, junk: Any) -> None:
    a = floor.agent("a")
    floor.backend.write(f"{W}:inbox:a", {"messages": junk})
    a.heartbeat()
    assert all(isinstance(each.text, str) for each in floor.board.inbox(scope("a")))


def test_who_comes_while_everything_is_on_hold_is_told_at_once(floor: Floor) -> None:
    floor.agent("a")
    floor.do("hold", workspace=W, text="release at noon", by=WHO)
    newcomer = floor.agent("b")
    assert [each.text for each in newcomer.messages] == [
        "Everything is on hold: release at noon. No claim, lock or task is granted until it is lifted"
    ]
    assert newcomer.messages[0].from_ == WHO


def test_an_agent_that_supervises_is_not_told_of_its_own_act_and_may_take_it_back_by_number(floor: Floor) -> None:
    a, b = floor.agent("a"), floor.agent("b")
    a.acquire_lock("db")
    b.claim_issue(7)
    me = {"workspace": W, "session": "b"}
    plan = floor.plan("reassign_issue", scope=f"{W}:issue:7", to=None)
    done = supervisor.apply(floor.storage, plan, actor=me, reason="not mine", now=time.time())
    assert done.text.endswith(f"undo {done.seq} takes it back")
    assert heard(b) == []
    with pytest.raises(NothingToUndo):
        supervisor.plan_undo(floor.storage, floor.board, who="", workspace=W, session="b")
    back = supervisor.plan_undo(floor.storage, floor.board, done.seq, who="", session="b")
    assert back.takes_from is None, "what it did itself takes nothing from it"
    supervisor.apply(floor.storage, back, actor=me, now=time.time())
    assert floor.data("issue:7")["claimed_by"] == "b"


def test_undo_says_which_words_stay_said(floor: Floor) -> None:
    a = floor.agent("a")
    a.acquire_lock("db")
    floor.do("release_lock", scope=f"{W}:locks:db")
    floor.do("send_message", scope=scope("a"), text="sorry")
    plan = supervisor.plan_undo(floor.storage, floor.board, who=WHO, workspace=W)
    assert "Stays, for it has been said: To a: sorry." in plan.notes
    assert plan.effects[0].where == "locks:db"


def test_an_undo_that_something_moved_under_names_its_line_and_the_way_past_it(floor: Floor) -> None:
    a, b = floor.agent("a"), floor.agent("b")
    a.claim_issue(7)
    a.acquire_lock("db")
    first = floor.do("reassign_issue", scope=f"{W}:issue:7", to=None)
    second = floor.do("release_lock", scope=f"{W}:locks:db")
    b.acquire_lock("db")
    with pytest.raises(StaleView) as caught:
        floor.undo()
    assert f"since line {second.seq} (" in str(caught.value) and "undo SEQ" in str(caught.value)
    floor.apply(supervisor.plan_undo(floor.storage, floor.board, first.seq, who=WHO))
    assert floor.data("issue:7")["claimed_by"] == "a"
