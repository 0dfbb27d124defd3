"""The past out of the journal: after every line the documents are what they were when it was written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coord_core.actions.film import Film, Frame
from coord_core.actions.replay import Replay
from coord_core.actions.spool import Place
from coord_core.state.insights import Life
from coord_core.state.sieve import Sieve
from coord_core.storage import Act, journal
from coord_core.storage.files import FileStorage

W = "laptop:acme/shop"
SCOPES = (f"{W}:issue:1", f"{W}:issue:2", f"{W}:project:queue", f"{W}:session:a")
CLAUDE = {"workspace": W, "session": "claude_1"}
Data = dict[str, Any]


@pytest.fixture
def store() -> Iterator[FileStorage]:
    folder = tempfile.mkdtemp()
    yield FileStorage(folder)
    shutil.rmtree(folder)


def write(store: FileStorage, scope: str, change: Callable[[Data], Any], action: str = "set", **act: Any) -> int:
    line = store.transact(Act(action, CLAUDE, **act), lambda tx: change(tx.edit(scope))).line
    assert line is not None
    return line.seq


def meddle(store: FileStorage, scope: str, change: Callable[[Data], Any]) -> None:
    """Write as another program does: under the same name, with no line."""
    document = store.read(scope)
    name = document.source if document else scope.replace(":", "__").replace("/", "__") + ".json"
    path = store.folder / name
    members = json.loads(path.read_text()) if path.exists() else {"data": {}, "metadata": {}}
    change(members["data"])
    fresh = store.folder / "fresh"
    fresh.write_text(json.dumps(members))
    os.replace(fresh, path)


def everything(store: FileStorage) -> dict[str, Data]:
    """Return all data; a document that another program left empty counts as none, as it does in the journal."""
    return {scope: deepcopy(dict(each.data)) for scope, each in store.load().documents.items() if each and each.data}


def held(film: Film, frame: Frame) -> dict[str, Data]:
    found = {scope: film.data(frame, scope) for scope in {**film.present.documents, **frame.data}}
    return {scope: dict(data) for scope, data in found.items() if data}


def places(film: Film) -> list[Place]:
    return [*film.spool.back_from(film.spool.newest())][::-1]


values = st.one_of(st.integers(0, 3), st.booleans(), st.none(), st.sampled_from(["a", "æøå", 'q"'])) | st.dictionaries(
    st.sampled_from("pq"), st.integers(0, 2), max_size=2
)
items = st.lists(st.fixed_dictionaries({"id": st.integers(0, 4), "status": st.integers(0, 2)}), max_size=4)
edits = st.tuples(
    st.sampled_from(SCOPES),
    st.sampled_from(["set", "set", "drop", "tasks", "log", "delete"]),
    st.sampled_from("xyz"),
    values,
    items,
)
acts = st.lists(st.tuples(st.booleans(), st.lists(edits, min_size=1, max_size=3)), min_size=1, max_size=14)


def make(data: Data, what: str, key: str, value: Any, tasks: list[Any]) -> None:
    if what == "set":
        data[key] = value
    elif what == "drop":
        data.pop(key, None)
    elif what == "tasks":
        data["tasks"] = tasks
    elif what == "log":
        data["log"] = [*data.get("log", []), value][-3:]
    else:
        data.clear()


class Told(NamedTuple):
    """A line, and everything just before and just after it."""

    seq: int
    scopes: set[str]
    before: dict[str, Data]
    after: dict[str, Data]


def expected(told: list[Told], nth: int, run: list[Told], present: dict[str, Data]) -> dict[str, Data]:
    """Return what the past is to show after a line.

    That is what each document held after its last line; where that line is not in this run, what it held before its
    next one, or holds now. Only what other programs wrote in between can be otherwise, for no line knows when.
    """
    found = {}
    for scope in {*present, *(scope for each in told for scope in (*each.before, *each.after))}:
        last = next((each for each in told[nth::-1] if scope in each.scopes and each in run), None)
        following = next((each for each in told[nth + 1 :] if scope in each.scopes), None)
        source = last.after if last else following.before if following else present
        if scope in source:
            found[scope] = source[scope]
    return found


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(acts, st.sampled_from([400, 1500, 1 << 20]))
def test_after_every_line_its_documents_are_what_they_were(doings: Any, segment: int) -> None:
    folder = tempfile.mkdtemp()
    with mock.patch.object(journal, "SEGMENT_BYTES", segment), mock.patch.object(journal, "SEGMENTS_KEPT", 1000):
        store = FileStorage(folder)
        told: list[Told] = []
        for ours, several in doings:
            if not ours:
                for scope, *what in several:
                    meddle(store, scope, lambda data, what=what: make(data, *what))
                continue

            def body(tx: Any, several: Any = several) -> None:
                for scope, *what in several:
                    make(tx.edit(scope), *deepcopy(what))

            before, line = everything(store), store.transact(Act("do", CLAUDE), body).line
            if line is not None:
                told.append(Told(line.seq, set(line.changes), before, everything(store)))
        film, present = Film(store), everything(store)
        everywhere = places(film)
        assert [film.spool.seq(place) for place in everywhere] == [each.seq for each in told]
        # From the ends of each run, and from wherever somebody looked last: on the way there, and on the way back.
        for nth, place in [*enumerate(everywhere), *reversed([*enumerate(everywhere)])]:
            run = [each for each, other in zip(told, everywhere, strict=True) if other.run == place.run]
            fresh = Film(store)
            assert places(fresh) == everywhere
            for looked in (film, fresh):
                frame = looked.before(place)
                if nth and everywhere[nth - 1].run == place.run:
                    assert held(looked, frame) == expected(told, nth - 1, run, present)
                looked.forth(frame, place)
                assert held(looked, frame) == expected(told, nth, run, present)
    shutil.rmtree(folder)


def moments(replay: Replay) -> list[int]:
    """Return the numbers of all lines that stepping back meets, newest first."""
    found, here = [], replay.newest()
    while here is not None and here.seq not in found:
        found.append(here.seq)
        here = replay.step(here.seq, -1)
    return found


def test_boards_of_the_past_are_judged_at_their_moment(store: FileStorage) -> None:
    first = write(store, f"{W}:session:claude_1", lambda data: data.update(status="working", pid=1, host="x"))
    second = write(store, f"{W}:issue:1", lambda data: data.update(claimed_by="claude_1", status="in_progress"))
    third = write(store, f"{W}:issue:1", lambda data: data.update(status="completed"))
    replay = Replay(store)
    assert moments(replay) == [third, second, first]
    now, then, begin = replay.newest(), replay.step(third, -1), replay.after(0)
    assert now and then and begin
    assert now.board.issues[f"{W}:issue:1"].status == "completed"
    assert then.board.issues[f"{W}:issue:1"].status == "in_progress"
    assert not begin.board.issues
    assert begin.first
    assert not then.first
    assert then.board.now == then.at < now.at
    # Nobody asked then whether a process ran: there are signs of life and no proofs of death.
    assert then.board.verdicts[f"{W}:session:claude_1"].life is Life.LIVE
    later = replay.at(now.at + 2 * 3600)
    assert later
    assert later.seq == third
    assert later.board.verdicts[f"{W}:session:claude_1"].life is Life.STALE


def test_the_same_board_comes_from_either_side(store: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 8000)
    seqs = [write(store, SCOPES[n % 4], lambda data, n=n: data.update(x=n)) for n in range(150)]
    backward, forward = Replay(store), Replay(store)
    back = {}
    here = backward.newest()
    while here is not None and here.seq not in back:
        back[here.seq] = here.board
        here = backward.step(here.seq, -1)
    here = forward.after(0)
    for seq in seqs:
        assert here
        assert here.seq == seq
        one, other = back[seq].documents, here.board.documents
        assert {s: dict(each.data) for s, each in one.items()} == {s: dict(each.data) for s, each in other.items()}
        here = forward.step(seq, 1)


def test_a_race_with_another_program_is_told_by_the_line_that_notes_it(store: FileStorage) -> None:
    write(store, SCOPES[0], lambda data: data.update(x=1, y=1))

    def step(name: str) -> None:
        if name == "committed":
            meddle(plain, SCOPES[0], lambda data: data.update(x=5))

    plain, racing = FileStorage(store.folder), FileStorage(store.folder, step=step)
    lost = write(racing, SCOPES[0], lambda data: data.update(x=2, y=2))
    film = Film(store)
    found = {}
    for place in places(film):
        frame = film.before(place)
        film.forth(frame, place)
        found[film.spool.seq(place)] = held(film, frame)[SCOPES[0]]
    *_, ours, noted = found.items()
    assert ours == (lost, {"x": 2, "y": 2})
    assert noted[1] == everything(store)[SCOPES[0]] == {"x": 5, "y": 2}


def test_who_wrote_between_two_segments_is_told_where_they_meet(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, SCOPES[0], lambda data: data.update(x=1))
    write(store, SCOPES[1], lambda data: data.update(x=1))
    meddle(store, SCOPES[0], lambda data: data.update(x=5))
    meddle(store, SCOPES[1], lambda data: data.update(x=5))
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 1)
    meeting = write(store, SCOPES[0], lambda data: data.update(y=1))
    assert len([*(store.own / "journal").iterdir()]) == 2
    replay = Replay(store)
    then, before = replay.newest(), replay.step(meeting, -1)
    assert then and before
    assert then.board.documents[SCOPES[1]].data["x"] == 5
    assert before.board.documents[SCOPES[1]].data["x"] == 1
    assert then.others == SCOPES[:2], "no line since then is on the second one"
    assert before.others == ()


def test_a_line_that_is_garbage_changes_nothing_and_is_shown(store: FileStorage) -> None:
    first = write(store, SCOPES[0], lambda data: data.update(x=1))
    path = next((store.own / "journal").iterdir())
    with path.open("ab") as file:
        file.write(b'{"seq":%d,"at":"yesterday","changes":7}\n\xff\xfe\n{}\n' % (first + 1))
    # Nobody could read that number, and so it is given again.
    again = write(store, SCOPES[1], lambda data: data.update(x=1))
    assert again == first + 1
    assert moments(Replay(store)) == [again, first]
    with path.open("ab") as file:
        file.write(b'{"seq":%d,"at":"yesterday","changes":7}\n' % (again + 1))
    second = again + 2
    with path.open("ab") as file:
        file.write(path.read_bytes().splitlines()[-2].replace(b"%d" % again, b"%d" % second) + b"\n")
    replay = Replay(store)
    assert moments(replay) == [second, again + 1, again, first]
    bad = replay.after(again + 1)
    assert bad
    assert bad.line is None
    assert {*bad.board.documents} == {*SCOPES[:2]}
    assert [(seq, line is None) for seq, line in replay.lines(second, 5, Sieve()).lines] == [
        (second, False),
        (again + 1, True),
        (again, False),
        (first, False),
    ]


def test_the_past_ends_where_lines_were_thrown_away_meanwhile(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 2000)
    seqs = [write(store, SCOPES[0], lambda data, n=n: data.update(x=n)) for n in range(40)]
    replay = Replay(store)
    assert replay.newest()
    names = sorted((store.own / "journal").iterdir())
    for path in names[:2]:
        path.unlink()
    kept = [seq for seq in seqs if seq >= int(names[2].name[:20])]
    assert moments(replay) == kept[::-1]
    begin = replay.after(seqs[0])
    assert begin
    assert (begin.seq, begin.first) == (kept[0], True)
    for path in names[2:]:
        path.unlink()
    assert replay.newest()


def test_a_file_set_aside_was_there_before(store: FileStorage) -> None:
    write(store, SCOPES[0], lambda data: data.update(x=1))
    (store.folder / "bad__issue__9.json").write_text("{")
    line = store.quarantine("bad__issue__9.json", Act("quarantine", {"supervisor": "kim@laptop"}))
    back = store.restore(line, Act("undo", {"supervisor": "kim@laptop"}, undoes=line.seq))
    replay = Replay(store)
    for seq, there in ((back.seq, True), (line.seq, False), (line.seq - 1, True)):
        moment = replay.after(seq)
        assert moment
        assert ("bad__issue__9.json" in moment.board.unreadable) is there


def test_without_a_journal_there_is_no_past(store: FileStorage) -> None:
    meddle(store, SCOPES[0], lambda data: data.update(x=1))
    replay = Replay(store)
    assert not replay.journaled
    assert replay.newest() is replay.after(5) is replay.at(5.0) is replay.step(5, -1) is None
    assert replay.lines(5, 5, Sieve()).lines == ()


def test_lines_are_found_by_who_what_and_where(store: FileStorage) -> None:
    one = write(store, SCOPES[0], lambda data: data.update(x=1), "claim_issue", reason="because of rain")
    two = write(store, SCOPES[3], lambda data: data.update(x=1), "sign_on")
    three = write(store, f"{W}:issue:15", lambda data: data.update(x=1), "claim_issue")
    replay = Replay(store)

    def found(wanted: str) -> set[int]:
        # The line that is looked at is always among them.
        return {seq for here in (one, three) for seq, _ in replay.lines(here, 9, Sieve(wanted)).lines} - {
            one,
            three,
        } | {seq for seq, _ in replay.lines(two, 9, Sieve(wanted)).lines if seq != two}

    assert found("action:sign") == {two}
    assert found("record:issue:1") == {one}
    assert found("record:issue:15") == {three}
    assert found("session:claude_1 action:claim") == {one, three}
    assert found("session:claude_2") == set()
    assert found("RAIN") == {one}
    assert found("claim !rain") == {three}
