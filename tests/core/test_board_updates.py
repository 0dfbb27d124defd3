"""The next board from the one before: the same as one built anew, sharing what did not change."""

from __future__ import annotations

import itertools
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coord_core.documents import ABSENT, Batch, Change, Document, Line, Unreadable
from coord_core.state import agenda, patched
from coord_core.state.board import Board
from coord_core.state.insights import Life
from coord_core.times import local_iso, naive_utc_iso, utc_iso

NOW = 1795327974.0
W = "laptop:acme/shop"
NAMES = ("a", "b", "c")
_place = itertools.count()


def name(short: str) -> str:
    return f"{W}:{short}"


def document(short: str, data: dict[str, Any], at: float = NOW - 60) -> Document:
    stamp = {"created_at": naive_utc_iso(at), "updated_at": naive_utc_iso(at)}
    return Document(name(short), data, dict.fromkeys(data, stamp), written_at=at, source=short)


def batch(*documents: Document, whole: bool = False, gone: tuple[str, ...] = ()) -> Batch:
    return Batch(documents={**{d.scope: d for d in documents}, **{name(s): None for s in gone}}, whole=whole)


def line(seq: int, ago: float, action: str, session: str, changes: dict[str, list[Change]], **more: Any) -> Line:
    actor = more.pop("actor", {"workspace": W, "session": session})
    return Line(seq, NOW - ago, action, {name(s): e for s, e in changes.items()}, actor, **more)


who = st.sampled_from([*NAMES, None])
ages = st.sampled_from([5.0, 200.0, 400.0, 1300.0, 4000.0, -600.0])


@st.composite
def some_document(draw: st.DrawFn) -> tuple[str, Document | None]:
    kind = draw(st.sampled_from(["session", "issue", "locks", "queue", "events", "instances", "notes", "hold"]))
    at = NOW - draw(ages)
    number = draw(st.integers(1, 3))
    owner, other = draw(who), draw(who)
    if kind == "session":
        short = f"session:{draw(st.sampled_from(NAMES))}"
        data: dict[str, Any] = {"current_issue": draw(st.sampled_from([1, 2, None])), "last_heartbeat": local_iso(at)}
    elif kind == "issue":
        short = f"issue:{number}"
        data = {"claimed_by": owner, "current_session": other, "claimed_at": utc_iso(at)}
        if draw(st.booleans()):
            data["handoff"] = {"from_session": other, "handoff_at": utc_iso(at)}
    elif kind == "locks":
        short = f"locks:r{number}"
        waiters = [{"session": other, "since": utc_iso(at)}]
        data = {"locked_by": owner, "locked_at": utc_iso(at), "waiters": waiters, "expires_at": utc_iso(at + 600)}
    elif kind == "queue":
        short = "project:queue"
        data = {"tasks": [{"id": n, "status": draw(st.sampled_from(["pending", "claimed", "completed"])),
                           "claimed_by": draw(who), "claimed_at": utc_iso(NOW - draw(ages))}
                          for n in range(draw(st.integers(0, 3)))]}  # fmt: skip
    elif kind == "events":
        short = "project:events"
        data = {"log": [{"timestamp": local_iso(NOW - draw(ages)), "session": draw(who), "message": "x"}
                        for _ in range(draw(st.integers(0, 12)))]}  # fmt: skip
    elif kind == "instances":
        short = "instances"
        data = {
            "registry": {
                n: draw(st.sampled_from(["taken", "available"])) for n in draw(st.sets(st.sampled_from(NAMES)))
            }
        }
    else:
        short, data = f"project:{kind}", {"x": draw(st.integers(0, 3))}
    return name(short), None if draw(st.integers(0, 4)) == 0 else document(short, data, at)


def picture(board: Board) -> Any:
    """Return everything on a board as plain values, in an order of its own."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(value[key]) for key in sorted(value, key=str)}
        if isinstance(value, tuple | list):
            return [plain(item) for item in value]
        if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return value

    names = ("sessions", "issues", "locks", "lists", "events", "verdicts", "holdings", "signs", "unreadable")
    return [plain(dict(getattr(board, name))) for name in names] + [
        plain(board.findings), board.shared, board.workspaces, sorted(board.documents)]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(some_document(), max_size=4), max_size=6), st.sampled_from([0.0, 100.0, 3000.0]), st.booleans()
)
def test_step_by_step_is_the_same_as_at_once(
    steps: list[list[tuple[str, Document | None]]], passed: float, as_if_large: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if as_if_large:
            patch.setattr(patched, "SMALL", 0)
            patch.setattr(agenda, "LATE_MAX", 1)
        _step_by_step(steps, passed)


def _step_by_step(steps: list[list[tuple[str, Document | None]]], passed: float) -> None:
    board, store = Board(), dict[str, Document]()
    processes = {name("session:b"): "pid 7 on laptop is gone"}
    for place, step in enumerate(steps):
        for scope, found in step:
            store.pop(scope, None) if found is None else store.__setitem__(scope, found)
        board = board.update(Batch(documents=dict(step)), now=NOW + place, processes=processes)
    now = NOW + len(steps) + passed
    board = board.update(Batch(), now=now)
    anew = Board().update(Batch(documents=store, whole=True), now=now, processes=processes)
    assert picture(board) == picture(anew)


@st.composite
def some_lock(draw: st.DrawFn) -> tuple[str, Document | None]:
    people = st.sampled_from("abcd")
    data: dict[str, Any] = {"locked_by": draw(people), "locked_at": utc_iso(NOW - 900)}
    data["waiters"] = [{"session": each, "since": utc_iso(NOW - 800)} for each in draw(st.sets(people, max_size=2))]
    if draw(st.integers(0, 3)) == 0:
        data["expires_at"] = utc_iso(NOW + draw(st.sampled_from([-5, 2, 60])))
    short = f"locks:r{draw(st.integers(1, 4))}"
    return name(short), None if draw(st.integers(0, 4)) == 0 else document(short, data, NOW - 900)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(some_lock(), min_size=1, max_size=2), max_size=12), st.sampled_from("abcd"))
def test_circles_of_waiters_come_and_go_step_by_step(steps: list[list[tuple[str, Document | None]]], dead: str) -> None:
    beats = [document(f"session:{each}", {"last_heartbeat": local_iso(NOW)}, NOW) for each in "abcd"]
    store = {each.scope: each for each in beats}
    board = Board().update(Batch(documents=dict(store), whole=True), now=NOW)
    for place, step in enumerate(steps):
        for scope, found in step:
            store.pop(scope, None) if found is None else store.__setitem__(scope, found)
        processes = {name(f"session:{dead}"): "pid 7 on laptop is gone"} if place % 3 == 2 else {}
        board = board.update(Batch(documents=dict(step)), now=NOW + place, processes=processes)
        anew = Board().update(Batch(documents=store, whole=True), now=NOW + place, processes=processes)
        assert picture(board) == picture(anew)


def test_what_did_not_change_is_the_very_same_record() -> None:
    first = document("issue:1", {"claimed_by": "a"}), document("issue:2", {"claimed_by": "b"})
    heart = document("session:a", {"last_heartbeat": local_iso(NOW - 60)})
    before = Board().update(batch(*first, heart, whole=True), now=NOW)
    after = before.update(batch(document("issue:1", {"claimed_by": "c"}, NOW)), now=NOW)
    assert after.issues[name("issue:1")] is not before.issues[name("issue:1")]
    assert after.issues[name("issue:2")] is before.issues[name("issue:2")]
    assert after.sessions is before.sessions and after.locks is before.locks
    assert before.issues[name("issue:1")].claimed_by == "a", "a board never changes"
    assert before.holdings[name("session:a")].issues != ()
    assert after.holdings[name("session:a")].issues == ()


def test_a_whole_batch_keeps_records_of_the_same_bytes() -> None:
    one = document("issue:1", {"claimed_by": "a"})
    before = Board().update(batch(one, document("locks:x", {"locked_by": "a"}), whole=True), now=NOW)
    again = document("issue:1", {"claimed_by": "a"})
    after = before.update(batch(again, whole=True), now=NOW + 1)
    assert after.issues is before.issues and not after.locks
    assert after.holdings[name("session:a")].locks == ()
    newer = Document(one.scope, one.data, {"claimed_by": {"updated_at": naive_utc_iso(NOW)}}, written_at=NOW - 60)
    newer = Document(newer.scope, newer.data, newer.metadata, written_at=one.written_at, source=one.source)
    touched = after.update(batch(newer, whole=True), now=NOW)
    assert touched.issues[one.scope] is not after.issues[one.scope], "written again with the same value"


def test_nothing_but_time_passes() -> None:
    before = Board().update(batch(document("session:a", {"last_heartbeat": local_iso(NOW - 10)}, NOW - 10)), now=NOW)
    after = before.update(Batch(), now=NOW + 1)
    assert after.now == NOW + 1
    fields = ("documents", "sessions", "verdicts", "signs", "holdings", "findings", "workspaces", "events", "lists")
    assert all(getattr(after, field) is getattr(before, field) for field in fields)


def test_time_alone_makes_a_session_late_then_stale() -> None:
    board = Board().update(batch(document("session:a", {"last_heartbeat": local_iso(NOW)}, NOW)), now=NOW)
    lives = []
    for after in (299, 300, 3599, 3600, 90000):
        board = board.update(Batch(), now=NOW + after)
        lives.append(board.verdicts[name("session:a")].life)
    assert lives == [Life.LIVE, Life.LATE, Life.LATE, Life.STALE, Life.STALE]


def test_tasks_and_events_that_stay_keep_their_records() -> None:
    def queue(*tasks: dict[str, Any]) -> Document:
        return document("project:queue", {"tasks": list(tasks)}, NOW)

    def log(*messages: str) -> Document:
        entries = [{"timestamp": local_iso(NOW), "session": "a", "message": message} for message in messages]
        return document("project:events", {"log": entries}, NOW)

    one, two = {"id": 1, "status": "pending"}, {"id": 2, "status": "pending"}
    before = Board().update(batch(queue(one, two), log("x", "y")), now=NOW)
    after = before.update(batch(queue({**one, "status": "claimed"}, two), log("y", "z")), now=NOW)
    old, new = (next(iter(b.lists.values())).tasks for b in (before, after))
    assert new[0] is not old[0] and new[1] is old[1]
    assert after.events[W][0] is before.events[W][1] and after.events[W][1].message == "z"


def test_a_store_that_cannot_be_looked_at_keeps_its_last_view() -> None:
    before = Board().update(batch(document("issue:1", {"claimed_by": "a"}), whole=True), now=NOW)
    after = before.update(Batch(problem="the folder is gone", whole=True), now=NOW + 1)
    assert after.problem == "the folder is gone" and after.issues is before.issues
    assert after.update(Batch(), now=NOW + 2).problem == ""


def test_an_unreadable_file_comes_and_goes() -> None:
    bad = Unreadable("queue.json", name("project:queue"), "it is not whole JSON", NOW - 5)
    board = Board().update(Batch(unreadable={"queue.json": bad}), now=NOW)
    (finding,) = board.findings
    assert (finding.kind, finding.subject, finding.workspace) == ("unreadable_file", "queue.json", W)
    assert finding.text == "project:queue cannot be read: it is not whole JSON"
    assert [(r.action, dict(r.arguments)) for r in finding.remedies] == [("quarantine", {"source": "queue.json"})]
    assert not board.update(Batch(unreadable={"queue.json": None}), now=NOW).findings
    assert not board.update(Batch(whole=True), now=NOW).unreadable


def test_a_session_is_dead_only_while_there_is_proof() -> None:
    board = Board().update(batch(document("session:a", {"last_heartbeat": local_iso(NOW)}, NOW)), now=NOW)
    scope = name("session:a")

    def life(why: str | None) -> Life:
        return board.update(Batch(), now=NOW + 1, processes={scope: why}).verdicts[scope].life

    assert (life("pid 1 on laptop is gone"), life(""), life(None)) == (Life.DEAD, Life.LIVE, Life.LIVE)
    dead = board.update(Batch(), now=NOW, processes={scope: "pid 1 on laptop is gone"})
    assert dead.update(Batch(), now=NOW + 1).verdicts[scope].life is Life.DEAD, "what is known of processes stays known"
    assert dead.update(Batch(), now=NOW + 1, processes={}).verdicts[scope].life is Life.LIVE


def test_heartbeats_are_seen_but_nothing_done() -> None:
    session = document("session:a", {"status": "x"}, NOW - 3000)
    acts = (
        line(1, 2000, "update_progress", "a", {"issue:1": [Change(("progress",), new={"percent": 75})]}),
        line(2, 30, "heartbeat", "a", {"session:a": [Change(("last_heartbeat",), new="x")]}),
        line(3, 20, "store_data", "a", {"session:a": [Change(("last_heartbeat",), new="y")]}),
    )
    signs = Board().update(Batch(documents={session.scope: session}, lines=acts), now=NOW).signs[name("session:a")]
    assert (signs.seen, signs.did, signs.what) == (NOW - 20, NOW - 2000, "progress #1 75%")


def test_a_supervisors_write_is_no_sign_of_its_subjects_life() -> None:
    old = document("session:a", {"last_heartbeat": local_iso(NOW - 4000)}, NOW - 4000)
    given = document("issue:1", {"claimed_by": "a"}, NOW - 10)
    edits = {"issue:1": [Change(("claimed_by",), "b", "a")], "session:a": [Change(("current_issue",), ABSENT, 1)]}
    act = line(9, 10, "reassign_issue", "", edits, actor={"supervisor": "kim@laptop"})
    moved = document("session:a", {"current_issue": 1}, NOW - 10)
    moved = Document(moved.scope, {**old.data, "current_issue": 1}, {**old.metadata, **moved.metadata}, written_at=NOW)
    told = Board().update(Batch(documents={given.scope: given, moved.scope: moved}, lines=(act,)), now=NOW)
    assert told.signs[name("session:a")].seen == NOW - 4000
    assert told.verdicts[name("session:a")].life is Life.STALE
    # The line may also come after the documents.
    late = Board().update(batch(given, moved), now=NOW)
    assert late.verdicts[name("session:a")].life is Life.LIVE
    late = late.update(Batch(lines=(act,)), now=NOW)
    assert late.verdicts[name("session:a")].life is Life.STALE
    assert late.history(name("session:a"))[-1].by == "kim@laptop"


def test_a_task_given_by_a_supervisor_is_no_sign_of_its_new_owners_life() -> None:
    tasks = [{"id": 1, "status": "claimed", "claimed_by": "a", "claimed_at": utc_iso(NOW - 10)}]
    old = document("session:a", {"last_heartbeat": local_iso(NOW - 4000)}, NOW - 4000)
    edits = {"project:queue": [Change(("tasks", {"id": 1}, "claimed_by"), "b", "a")]}
    act = line(9, 10, "reassign_task", "", edits, actor={"supervisor": "kim@laptop"})
    board = Board().update(batch(old, document("project:queue", {"tasks": tasks}, NOW - 10)), now=NOW)
    assert board.verdicts[name("session:a")].life is Life.LIVE
    assert board.update(Batch(lines=(act,)), now=NOW).verdicts[name("session:a")].life is Life.STALE


def test_a_future_sign_does_not_keep_a_session_alive() -> None:
    ahead = document("session:a", {"last_heartbeat": local_iso(NOW + 7200)}, NOW + 7200)
    board = Board().update(batch(ahead), now=NOW)
    assert board.verdicts[name("session:a")].life is Life.UNKNOWN
    assert [f.kind for f in board.findings] == ["future_time"]
    later = board.update(Batch(), now=NOW + 7201)
    assert later.verdicts[name("session:a")].life is Life.LIVE and not later.findings


def test_activity_moves_on_with_time() -> None:
    acts = (line(1, 30, "store_data", "a", {"project:x": [Change(("y",), new=1)]}),)
    session = document("session:a", {"status": "x"}, NOW - 3000)
    board = Board().update(Batch(documents={session.scope: session}, lines=acts), now=NOW)
    scope, seen = name("session:a"), []
    for step in range(14):
        board = board.update(Batch(), now=NOW + step * 150)
        seen.append(board.signs[scope].buckets.index(1) if 1 in board.signs[scope].buckets else None)
    assert seen[0] in (10, 11) and seen[-1] is None
    assert all(b is None or (a is not None and b == a - 1) for a, b in itertools.pairwise(seen))


def test_lines_are_taken_in_once() -> None:
    act = line(5, 10, "store_data", "a", {"project:x": [Change(("y",), new=1)]})
    board = Board().update(Batch(lines=(act,)), now=NOW).update(Batch(lines=(act,)), now=NOW)
    assert len(board.history(name("session:a"))) == 1
    assert board.update(Batch(lines=(act,), whole=True), now=NOW).history(name("session:a"))[0].what == "wrote y of x"


def test_registering_and_signing_off() -> None:
    session = document("session:a", {"last_heartbeat": local_iso(NOW)}, NOW)
    scope = name("session:a")
    board = Board().update(batch(session, document("instances", {"registry": {"a": "taken"}})), now=NOW)
    assert board.verdicts[scope].life is Life.LIVE
    board = board.update(batch(document("instances", {"registry": {"a": "available"}}, NOW)), now=NOW)
    assert board.verdicts[scope].life is Life.OFF and board.sessions[scope].registry == "available"
    board = board.update(batch(gone=("session:a",)), now=NOW)
    assert scope not in board.sessions and scope not in board.verdicts and scope not in board.signs
    board = board.update(batch(document("instances", {"registry": {"a": "taken"}}, NOW + 1)), now=NOW)
    assert not board.sessions[scope].exists
    board = board.update(batch(session), now=NOW)
    assert board.sessions[scope].exists and board.sessions[scope].registry == "taken"
    assert not board.update(batch(gone=("session:a", "instances")), now=NOW).sessions


def test_what_is_old_when_it_is_first_seen_has_not_changed_just_now() -> None:
    bad = Unreadable("x.json", None, "it is empty", NOW - 3600, 0)
    first = Batch(documents={name("issue:1"): document("issue:1", {"a": 1})}, unreadable={"x.json": bad}, whole=True)
    board = Board().update(first, now=NOW)
    assert board.changed_at == NOW - 60
    worse = Unreadable("x.json", None, "it is no JSON", NOW - 1, 3)
    board = board.update(Batch(unreadable={"x.json": worse}), now=NOW)
    assert board.changed_at == NOW - 1
    assert board.update(Batch(unreadable={"x.json": None}), now=NOW).changed_at == NOW
