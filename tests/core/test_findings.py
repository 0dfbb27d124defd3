"""What needs a human: every kind, one finding per cause, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.documents import ABSENT, Batch, Change, Document, Line, Splice, Step
from coord_core.state.board import Board
from coord_core.state.findings import KINDS
from coord_core.state.findings.view import cells, cut, listed
from coord_core.times import naive_utc_iso, utc_iso

NOW = 1795327974.0
W = "laptop:acme/shop"
LINES = iter(range(1, 10**6))


def name(short: str) -> str:
    return f"{W}:{short}"


def document(short: str, data: dict[str, Any], ago: float = 30.0, **ages: float) -> Document:
    metadata = {key: {"created_at": naive_utc_iso(NOW - 90000), "updated_at": naive_utc_iso(NOW - ages.get(key, ago))}
                for key in data}  # fmt: skip
    return Document(name(short), data, metadata, written_at=NOW - min([ago, *ages.values()]), source=short)


def session(who: str, ago: float = 30.0, did: float | None = None, **data: Any) -> Document:
    beat = {"last_heartbeat": utc_iso(NOW - ago), "status": "working", **data}
    return document(f"session:{who}", beat, did if did is not None else ago, last_heartbeat=ago)


def stamp(ago: float) -> str:
    return utc_iso(NOW - ago)


def found(
    *documents: Document, dead: str = "", off: str = "", lines: tuple[Line, ...] = (), at: float = NOW
) -> list[str]:
    return [f.text for f in look(*documents, dead=dead, off=off, lines=lines, at=at).findings]


def look(*documents: Document, dead: str = "", off: str = "", lines: tuple[Line, ...] = (), at: float = NOW) -> Board:
    everything = {d.scope: d for d in documents}
    if off:
        registry = document("instances", {"registry": {off: "available"}})
        everything[registry.scope] = registry
    processes = {name(f"session:{dead}"): "pid 811 on laptop is gone"} if dead else {}
    return Board().update(Batch(documents=everything, lines=lines, whole=True), now=at, processes=processes)


def lock(resource: str, by: str | None, ago: float = 400.0, **data: Any) -> Document:
    return document(f"locks:{resource}", {"locked_by": by, "locked_at": stamp(ago), **data}, ago)


def task(number: int, status: str = "pending", **data: Any) -> dict[str, Any]:
    return {"id": number, "type": "test", "file": f"{number}.py", "status": status, **data}


def test_a_dead_session_and_all_that_it_holds_is_one_line() -> None:
    store = [
        session("a", 720), session("b"), lock("db", "a", 4000, waiters=[{"session": "b", "since": stamp(900)}]),
        document("issue:5", {"claimed_by": "a"}, 4000),
        document("project:queue", {"tasks": [task(1, "claimed", claimed_by="a", claimed_at=stamp(8000))]}, 8000),
    ]  # fmt: skip
    board = look(*store, dead="a")
    (finding,) = board.findings
    assert finding.text == "a died 12m ago holding db (1 waits), #5, queue#1"
    assert finding.since == NOW - 720 and finding.subject == name("session:a")
    assert [r.action for r in finding.remedies] == ["clean_up_session", "reassign_session"]
    assert board.update(Batch(), now=NOW + 60).findings[0].text.startswith("a died 13m ago")


def test_who_has_nothing_left_is_no_finding() -> None:
    assert not found(session("a", 720), dead="a")
    assert not found(session("a", 4000))
    assert not found(session("a", 720), document("issue:5", {"claimed_by": "a", "status": "completed"}), dead="a")
    handed = {"from_session": "a", "handoff_at": stamp(60)}
    assert not found(session("a"), document("issue:5", {"claimed_by": "a", "handoff": handed}), off="a")


def test_late_is_never_a_finding() -> None:
    assert not found(session("a", 600), lock("db", "a", 700))


def test_a_silent_session() -> None:
    assert found(session("a", 4320), lock("db", "a", 5000, expires_at=stamp(60))) == [
        "a silent for 1h12 holding db (expired)"]  # fmt: skip


def test_a_signed_off_session() -> None:
    assert found(session("a", 700), lock("db", "a", 800), off="a") == ["a signed off 11m ago but still has db"]


def test_an_owner_that_nobody_knows() -> None:
    board = look(lock("db", "ghost", 800), document("issue:5", {"claimed_by": "ghost"}, 100))
    (finding,) = board.findings
    assert finding.text == "ghost has db, #5, but no session has that name"
    assert [r.action for r in finding.remedies] == ["release_lock", "reassign_issue"]
    assert dict(finding.remedies[1].arguments) == {"scope": name("issue:5"), "to": None}
    assert not board.update(Batch(documents={name("session:ghost"): session("ghost")}), now=NOW).findings


def test_an_idle_session_beats_but_does_nothing() -> None:
    progress = {"percent": 40, "phase": "x", "updated_by": "a"}
    issue = document("issue:5", {"claimed_by": "a", "progress": progress}, 2040)
    assert found(session("a", 5, 2040), issue) == ["a beats but did nothing for 34m: #5 stands at 40%"]
    assert not found(session("a", 5, 1100), document("issue:5", {"claimed_by": "a"}, 1100))
    assert not found(session("a", 5, 2040)), "it owns nothing"
    later = look(session("a", 5, 1100), document("issue:5", {"claimed_by": "a"}, 1100))
    beat = Batch(documents={name("session:a"): session("a", -200, 1100)})
    assert [f.kind for f in later.update(beat, now=NOW + 201).findings] == ["idle_session"]


def test_one_event_again_and_again() -> None:
    log = [{"timestamp": stamp(600 - n * 40), "session": "a", "type": "t", "message": "Retrying"} for n in range(14)]
    store = [session("a", 5, 700), document("issue:5", {"claimed_by": "a"}, 700)]
    assert found(*store, document("project:events", {"log": log}, 20)) == ["a logged one event 14 times: Retrying"]
    assert not found(*store, document("project:events", {"log": log[:9]}, 20))
    moved_on = [*log, {"timestamp": stamp(10), "session": "a", "type": "t", "message": "Fixed"}]
    assert not found(*store, document("project:events", {"log": moved_on}, 10))
    acted = Line(3, NOW - 10, "update_progress", {name("issue:5"): [Change(("progress",), new={"percent": 9})]},
                 {"workspace": W, "session": "a"})  # fmt: skip
    assert not found(*store, document("project:events", {"log": log}, 20), lines=(acted,))


def test_two_on_one_issue() -> None:
    a, b = session("a", current_issue=5), session("b", current_issue=5)
    issue = document("issue:5", {"claimed_by": "a", "claimed_at": stamp(900)}, 900)
    (text,) = found(a, b, issue)
    assert text.startswith("#5 has two: a since ") and ", b since " in text
    assert not found(a, issue)
    taken_over = document("issue:5", {"claimed_by": "a", "current_session": "b"}, 900)
    assert not found(session("a"), b, taken_over), "the seed leaves claimed_by behind"
    assert [f.kind for f in look(a, b, issue, dead="b").findings] == []
    # Owning a second issue is no disagreement.
    assert not found(session("a", current_issue=4), issue)


def test_an_issue_that_nobody_claims() -> None:
    issue = document("issue:5", {"status": "open"}, 900)
    a = document("session:a", {"current_issue": 5, "last_heartbeat": stamp(5)}, 300, last_heartbeat=5)
    board = look(a, issue)
    assert [f.text for f in board.findings] == ["#5 is claimed by nobody, but a works on it"]
    assert dict(board.findings[0].remedies[0].arguments) == {"scope": name("issue:5"), "to": "a"}
    assert not found(session("a", 5, current_issue=5), issue), "it may be about to claim it"
    assert not found(a, document("issue:5", {"status": "done"}, 900))


def test_locks() -> None:
    waiting = lock("db", "a", 1300, waiters=[{"session": "b", "since": stamp(700)}])
    assert found(session("a"), session("b"), waiting) == ["db b waited 11m: a (live) has it for 21m"]
    assert not found(session("a"), session("b"), waiting, dead="b"), "who waits is gone"
    assert not found(session("a"), session("b"), lock("db", "a", 1300, waiters=[{"session": "b", "since": stamp(500)}]))
    assert found(session("a"), lock("db", "a", 1300, expires_at=stamp(700))) == [
        "db expired 11m ago, still held by a (live)"]  # fmt: skip
    ticking = look(session("a"), lock("db", "a", 1300, expires_at=stamp(-100)))
    assert not ticking.findings
    assert [f.kind for f in ticking.update(Batch(), now=NOW + 101).findings] == ["lock_expired"]


def test_tasks_that_wait() -> None:
    old = [task(n, created_at=stamp(1320)) for n in (1, 2)]
    live = [session("a"), session("b")]
    assert found(*live, document("project:queue", {"tasks": old}, 1320)) == [
        "queue 2 tasks wait, none taken for 22m: 2 live sessions have nothing to do"]  # fmt: skip
    assert found(document("project:queue", {"tasks": old[:1]}, 1320)) == [
        "queue 1 task waits, none taken for 22m: no session is live"]  # fmt: skip
    busy = [document("issue:5", {"claimed_by": "a"}), document("issue:6", {"claimed_by": "b"})]
    assert found(*live, *busy, document("project:queue", {"tasks": old}, 1320)) == [
        "queue 2 tasks wait, none taken for 22m: 2 live sessions are busy"]  # fmt: skip
    hold = document("project:hold", {"message": "wait"})
    assert found(*live, hold, document("project:queue", {"tasks": old}, 1320)) == [
        "queue 2 tasks wait, none taken for 22m: everybody is on hold"]  # fmt: skip
    moving = [*old, task(3, "completed", claimed_by="a", completed_at=stamp(100))]
    assert not found(*live, document("project:queue", {"tasks": moving}, 100))
    stuck = [*moving, task(4, "claimed", claimed_by="c", claimed_at=stamp(1500))]
    assert "queue 2 tasks wait for 22m: queue#4 is held by c (dead)" in found(
        *live, session("c", 700), document("project:queue", {"tasks": stuck}, 100), dead="c"
    )


def test_tasks_that_do_not_say_since_when_wait_since_the_list_was_written() -> None:
    board = look(session("a"), document("project:queue", {"tasks": [task(1)]}, 800))
    assert not board.findings
    beat = Batch(documents={name("session:a"): session("a", -100)})
    (finding,) = board.update(beat, now=NOW + 101).findings
    assert finding.text == "queue 1 task waits, none taken for 15m: a has nothing to do"
    assert [(r.action, dict(r.arguments)) for r in finding.remedies] == [
        ("reassign_task", {"list": name("project:queue#tasks"), "task": "1"})]  # fmt: skip


def test_why_tasks_wait_is_told_anew_when_somebody_comes_or_goes() -> None:
    board = look(session("a"), document("project:queue", {"tasks": [task(1, created_at=stamp(1320))]}, 1320))
    whys = []
    for change in ({"issue:5": document("issue:5", {"claimed_by": "a"})}, {"session:b": session("b")},
                   {"session:a": None, "session:b": None, "issue:5": None},
                   {"project:hold": document("project:hold", {"message": "x"})}):  # fmt: skip
        board = board.update(Batch(documents={name(short): d for short, d in change.items()}), now=NOW)
        whys += [f.text.rpartition(": ")[2] for f in board.findings if f.kind == "tasks_waiting"]
    assert whys == ["1 live session is busy", "b has nothing to do", "no session is live", "everybody is on hold"]


def test_a_plan_whose_tasks_follow_each_other_does_not_wait() -> None:
    plan = [{"id": 1, "assignee": None, "status": "pending"}]
    assert not found(session("a"), document("project:release", {"v1": {"tasks": plan}}, 9000))


def test_a_task_taken_long_ago() -> None:
    tasks = [task(7, "claimed", claimed_by="a", claimed_at=stamp(4320))]
    board = look(session("a"), document("project:queue", {"tasks": tasks}, 4320))
    (finding,) = board.findings
    assert finding.text == "queue#7 was taken 1h12 ago by a: test 7.py"
    assert finding.subject == f"{name('project:queue#tasks')}#7"


def test_a_task_that_failed() -> None:
    tasks = [task(7, "failed", claimed_by="a", failed_at=stamp(300), error="it hangs"), task(8, "completed")]
    board = look(session("a"), document("project:queue", {"tasks": tasks}, 300))
    (finding,) = board.findings
    assert finding.text == "queue#7 failed 5m ago (a): it hangs"
    assert (finding.kind, finding.severity.value) == ("failed_tasks", "medium")
    assert finding.subject == f"{name('project:queue#tasks')}#7" and finding.since == pytest.approx(NOW - 300, abs=1)
    assert [(r.action, r.arguments["task"]) for r in finding.remedies] == [("requeue_task", "7")]
    assert board.update(Batch(), now=NOW + 60).findings[0].text.startswith("queue#7 failed 6m ago")
    again = document("project:queue", {"tasks": [task(7), task(8, "completed")]}, 1)
    assert not board.update(Batch(documents={again.scope: again}), now=NOW + 1).findings


def test_failed_tasks_of_one_list_are_one_line() -> None:
    tasks = [task(n, "failed", claimed_by="a", failed_at=stamp(900 - n)) for n in range(30)]
    plan = [{"id": 1, "name": "Tag", "assignee": "a", "status": "failed"}]
    board = look(session("a"), document("project:queue", {"tasks": tasks}, 300),
                 document("project:release", {"v1": {"tasks": plan}}, 300))  # fmt: skip
    assert [finding.text for finding in board.findings] == [
        "queue 30 tasks failed, queue#29 last 14m ago (a): test 29.py", "v1#1 failed (a): Tag"]  # fmt: skip
    first = board.findings[0]
    assert first.subject == name("project:queue#tasks")
    assert [r.arguments["task"] for r in first.remedies] == [str(n) for n in range(29, 9, -1)]


def test_a_handoff_that_nobody_picked_up() -> None:
    def handed(ago: float, **data: Any) -> Document:
        steps = {"from_session": "a", "next_steps": ["x"], "handoff_at": stamp(ago)}
        return document("issue:5", {"handoff": steps, **data}, ago)

    assert found(handed(1900)) == ["#5 handoff from a waits: 1 next step, nobody picked it up"]
    assert not found(handed(1700))
    assert not found(session("b"), handed(1900, current_session="b"))


def test_a_session_that_came_back_after_its_clean_up() -> None:
    cleaned = Line(
        5, NOW - 600, "clean_up_session",
        {name("session:a"): [Change(("status",), "working")], name("locks:db"): [Change(("locked_by",), "a")],
         name("issue:5"): [Change(("claimed_by",), "a")]},
        {"supervisor": "kim@laptop"},
    )  # fmt: skip
    act = Line(
        6, NOW - 60, "store_data", {name("project:x"): [Change(("y",), ABSENT, 1)]}, {"workspace": W, "session": "a"}
    )
    assert not found(lines=(cleaned,))
    (text,) = found(lines=(cleaned, act))
    assert text.startswith("a came back: it was cleaned up at ") and text.endswith(" and may think it still has db, #5")
    signed = Line(
        6, NOW - 60, "sign_on", {name("session:a"): [Change(("x",), ABSENT, 1)]}, {"workspace": W, "session": "a"}
    )
    assert not found(lines=(cleaned, signed)), "a name may be given to somebody new"
    undone = Line(7, NOW - 50, "undo", {}, {"supervisor": "kim@laptop"}, undoes=5)
    assert not found(lines=(cleaned, act, undone))
    (text,) = found(session("a", 30), lines=(cleaned,))
    assert text.startswith("a came back"), "also when only its document tells"
    progress = {"phase": "x", "percent": 9, "updated_by": "a"}
    (text,) = found(document("issue:5", {"progress": progress}, 30), lines=(cleaned,))
    assert text.startswith("a came back"), "also when only somebody else's document tells"
    assert not found(document("issue:5", {"progress": progress}, 700), lines=(cleaned,))


def waits(who: str, ago: float) -> dict[str, str]:
    return {"session": who, "since": stamp(ago)}


def ring(*names: str, **more: Any) -> list[Document]:
    """Locks of which each one's holder waits for the next."""
    return [
        lock(f"r{place}", who, 900, waiters=[waits(names[place - 1], 700 - place)], **more)
        for place, who in enumerate(names)
    ]


def test_a_circle_of_waiters_is_told_once() -> None:
    store = [session(who) for who in "abc"]
    board = look(*store, *ring("a", "b", "c"))
    (finding,) = board.findings
    assert finding.text == "r0 is waited for in a circle: c → r0 → a → r1 → b → r2 → c"
    assert (finding.kind, finding.severity.value, finding.subject) == ("waiting_circle", "high", name("locks:r0"))
    assert [(each.action, each.arguments["scope"]) for each in finding.remedies] == [
        ("release_lock", name(f"locks:r{n}")) for n in range(3)
    ]
    assert finding.since == pytest.approx(NOW - 698, abs=1)
    broken = board.update(Batch({name("locks:r2"): None}), now=NOW + 1)
    assert [each.kind for each in broken.findings] == ["lock_waited_for", "lock_waited_for"]


def test_what_is_no_circle() -> None:
    store = [session(who) for who in "abc"]
    assert "waiting_circle" not in kinds(look(*store, *ring("a", "b", "c")[:2]))
    assert "waiting_circle" not in kinds(look(*store, lock("db", "a", waiters=["a"])))
    for gone in ({"dead": "b"}, {"off": "b"}):
        assert "waiting_circle" not in kinds(look(*store, *ring("a", "b", "c"), **gone)), "its lock may be taken"
    ending = look(*store, *ring("a", "b", "c", expires_at=stamp(-60)))
    assert "waiting_circle" in kinds(ending)
    assert "waiting_circle" not in kinds(ending.update(Batch(), now=NOW + 61))


def test_a_lease_holds_by_the_clock_that_never_jumps() -> None:
    lease = {"ttl": 300, "boot": "b", "mono": 1000.0}
    held = lock("db", "a", 30, lease=lease, expires_at=stamp(-270))
    store = Batch({each.scope: each for each in (session("a"), held)}, whole=True)
    board = Board().update(store, now=NOW, mono=1030.0, boot="b")
    for jump in (3600.0, -3600.0, 86400.0, -86400.0):
        there = board.update(Batch(), now=NOW + 1 + jump, mono=1031.0)
        assert there.locks[held.scope].expires.at == pytest.approx(NOW + 270 + jump)
        assert "lock_expired" not in kinds(there), jump
        over = there.update(Batch(), now=NOW + 271 + jump, mono=1301.0)
        assert ("lock_expired" in kinds(over)) or over.verdicts[name("session:a")].life.value != "live", jump
    assert kinds(board.update(Batch(), now=NOW + 271, mono=1301.0)) == ["lock_expired"]
    elsewhere = Board().update(store, now=NOW + 280, mono=50.0, boot="another")
    assert kinds(elsewhere) == ["lock_expired"], "of another boot only the wall clock tells"


@pytest.mark.parametrize("junk", [None, 7, [], {}, {"ttl": "x", "mono": 1}, {"ttl": float("nan"), "mono": 1}])
def test_a_lease_of_any_shape(junk: Any) -> None:
    lease = {"boot": "b", **junk} if isinstance(junk, dict) else junk
    held = lock("db", "a", 30, lease=lease, expires_at=stamp(10))
    store = Batch({each.scope: each for each in (session("a"), held)}, whole=True)
    assert kinds(Board().update(store, now=NOW, mono=1030.0, boot="b")) == ["lock_expired"]


def test_times_that_cannot_be() -> None:
    assert found(session("a"), document("locks:db", {"locked_by": "a", "locked_at": "yesterday"})) == [
        "lock db: locked_at is no time: yesterday"]  # fmt: skip
    assert found(session("a"), document("issue:5", {"claimed_by": "a", "claimed_at": stamp(-7200)})) == [
        f"#5: claimed_at lies in the future, {stamp(-7200)}: a clock or zone is wrong"]  # fmt: skip
    assert not found(session("a"), document("issue:5", {"claimed_by": "a", "claimed_at": stamp(-60)}))
    assert not found(session("a"), document("issue:5", {"claimed_by": "a", "claimed_at": "2025-10-31T14:00:00Z"}))


def edited(short: str, data: dict[str, Any], *, revision: int, ago: float = 10, **ages: float) -> Document:
    d = document(short, data, ago, **ages)
    return Document(d.scope, d.data, d.metadata, revision, edited=True, written_at=NOW - ago, source=short)


def wrote(seq: int, short: str, *edits: Change | Splice, ago: float = 60, **more: Any) -> Line:
    return Line(seq, NOW - ago, "claim", {name(short): list(edits)}, {"workspace": W, "session": "a"}, **more)


TASK_2: tuple[Step, ...] = ("tasks", {"id": 2})


def test_a_claim_that_another_program_wrote_over() -> None:
    """The seed's writers store the whole list as they read it before our claim."""
    claim = wrote(8, "project:queue", Change((*TASK_2, "claimed_by"), ABSENT, "a"),
                  Change((*TASK_2, "status"), "pending", "claimed"))  # fmt: skip
    stale = edited("project:queue", {"tasks": [task(1, "completed"), task(2)]}, revision=8)
    board = look(stale, lines=(claim,))
    (finding,) = board.findings
    assert (finding.kind, finding.subject) == ("overwritten", name("project:queue"))
    assert finding.text.startswith("queue#2 lost what a wrote (claimed_by): another program overwrote it at ")
    lagging = edited("project:queue", {"tasks": [task(2)]}, revision=7, ago=70)
    assert "overwritten" not in kinds(look(lagging, lines=(claim,))), "read before our line was stored"
    kept = edited("project:queue", {"tasks": [task(2, "claimed", claimed_by="a"), task(3)]}, revision=8)
    assert not [f for f in look(kept, lines=(claim,)).findings if f.kind == "overwritten"]
    assert look(stale, lines=(claim,)).update(Batch(), now=NOW + 4000).findings != board.findings
    assert "overwritten" not in [f.kind for f in board.update(Batch(), now=NOW + 4000).findings]


def test_what_another_program_meant_to_do_is_not_lost() -> None:
    claim = wrote(8, "issue:5", Change(("claimed_by",), ABSENT, "a"))
    unclaimed = edited("issue:5", {"status": "open"}, revision=8, status=900)
    assert not found(unclaimed, lines=(claim,)), "it deleted the key: that is how the seed releases"
    taken = edited("issue:5", {"claimed_by": "b"}, revision=8)
    assert "overwritten" not in kinds(look(session("b"), taken, lines=(claim,)))
    put_back = wrote(8, "issue:5", Change(("claimed_by",), "b", "a"))
    meant = edited("issue:5", {"claimed_by": "b"}, revision=8, ago=10)
    assert "overwritten" not in kinds(look(session("b"), meant, lines=(put_back,)))
    stale = edited("issue:5", {"claimed_by": "b", "status": "x"}, revision=7, claimed_by=900)
    assert "overwritten" in kinds(look(session("b"), stale, lines=(put_back,)))
    dropped = edited("issue:5", {"status": "x"}, revision=7)
    assert "overwritten" in kinds(look(dropped, lines=(claim,))), "it stored another key, and ours went"


def kinds(board: Board) -> list[str]:
    return [finding.kind for finding in board.findings]


def test_an_event_that_another_program_wrote_over() -> None:
    event = {"timestamp": stamp(60), "session": "a", "type": "t", "message": "x"}
    logged = wrote(8, "project:events", Splice(("log",), 0, (), (event,)))
    assert kinds(look(edited("project:events", {"log": []}, revision=8), lines=(logged,))) == ["overwritten"]
    assert not found(edited("project:events", {"log": [event]}, revision=8), lines=(logged,))


def test_what_the_journal_itself_tells_of_losses() -> None:
    claim = wrote(8, "issue:5", Change(("claimed_by",), ABSENT, "a"))
    issue = document("issue:5", {"status": "open"})
    entry = {"seq": 8, "changes": {name("issue:5"): [Change(("claimed_by",), ABSENT, "a")]}}
    after = wrote(9, "issue:6", Change(("status",), ABSENT, "x"), ago=30, unapplied=(entry,))
    (text,) = found(issue, lines=(claim, after))
    assert text == "#5 does not have all that a wrote (claimed_by): another program wrote at the same time"
    # Before our next line on a document that was edited, the journal keeps what it was.
    queue = wrote(8, "project:queue", Change((*TASK_2, "status"), "pending", "claimed"))
    base = {name("project:queue"): {"tasks": [task(2)]}}
    again = wrote(9, "project:queue", Change((*TASK_2, "status"), "pending", "claimed"), ago=30, base=base)
    ours = document("project:queue", {"tasks": [task(2, "claimed", claimed_by="a")]})
    assert kinds(look(session("a"), ours, lines=(queue, again))) == ["overwritten"]


def test_worst_first_and_always_in_the_same_order() -> None:
    store = [
        session("a", 720), lock("db", "a", 800), session("b", 5000), lock("x", "b", 6000), lock("y", "ghost"),
        document("issue:9", {"handoff": {"from_session": "a", "handoff_at": stamp(5000)}}, 5000),
    ]  # fmt: skip
    board = look(*store, dead="a")
    assert kinds(board) == ["dead_session", "stale_session", "unknown_owner", "handoff_waiting"]
    assert kinds(look(*reversed(store), dead="a")) == kinds(board)


def test_every_kind_has_its_words() -> None:
    assert all(kind.isidentifier() and words and words[0].islower() for kind, (_, words) in KINDS.items())


@pytest.mark.parametrize("who", ["n" * 200, "日本" * 50, "\x1b[31m", "a b"])
def test_a_sentence_has_at_most_90_cells(who: str) -> None:
    store = [session(who, 720), *(lock(f"resource-{n}-{who}", who, 800) for n in range(30))]
    (finding,) = look(*store, dead=who).findings
    assert cells(finding.text) <= 90 and finding.text.startswith(finding.lead)
    assert "died 12m ago" in finding.text


def test_lists_in_a_sentence() -> None:
    assert listed(["a", "b", "c"], 20) == "a, b, c"
    assert listed(["first", "second", "third"], 16) == "first, 2 more"
    assert cells(listed(["x" * 100, "y"], 30)) <= 30
    assert cut("日本語", 5) == "日本…" and cut("abc", 3) == "abc"


def test_a_session_that_turns_to_another_issue_leaves_the_first() -> None:
    issue = document("issue:5", {"claimed_by": "a"}, 900)
    board = look(session("a", current_issue=5), session("b", current_issue=5), issue)
    assert kinds(board) == ["two_on_issue"]
    turned = Batch(documents={name("session:b"): session("b", 20, current_issue=6)})
    assert not board.update(turned, now=NOW + 1).findings
    gone = Batch(documents={name("session:b"): None})
    assert not board.update(gone, now=NOW + 1).findings


def test_what_a_session_holds_is_looked_at_again_when_it_dies() -> None:
    waiting = lock("db", "a", 1300, waiters=[{"session": "b", "since": stamp(700)}])
    old = [task(1), task(2, "claimed", claimed_by="a", claimed_at=stamp(4000))]
    board = look(session("a"), session("b"), waiting, document("project:queue", {"tasks": old}, 1320))
    assert kinds(board) == ["tasks_waiting", "lock_waited_for", "long_task"]
    dead = board.update(Batch(), now=NOW + 1, processes={name("session:a"): "pid 811 on laptop is gone"})
    assert kinds(dead) == ["dead_session", "tasks_waiting"], "the lock and the task are part of the dead one's line"
    assert dead.findings[1].text.endswith("queue#2 is held by a (dead)")
    assert kinds(dead.update(Batch(), now=NOW + 2, processes={})) == kinds(board)
