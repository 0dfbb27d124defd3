"""What every storage promises, whatever it is made of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coord_core.documents import ABSENT, Change, Line, Splice
from coord_core.errors import (
    CoordError,
    InvalidDocument,
    InvalidScope,
    NestedTransaction,
    NotFound,
    ReadOnlyStore,
    Refused,
    StaleView,
    UnreadableDocument,
)
from coord_core.storage import Act, Storage, Transaction
from coord_core.storage.changes import invert
from tests.core.storage.backends import BACKENDS, Backend

A, B = "laptop:acme/shop:issue:15", "laptop:acme/shop:locks:db"


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    return BACKENDS[request.param](tmp_path / "state")


@pytest.fixture
def storage(backend: Backend) -> Storage:
    return backend.open()


def do(storage: Storage, body: Callable[[Transaction], Any], **act: Any) -> Line:
    line = storage.transact(Act(act.pop("action", "test"), **act), body).line
    assert line is not None
    return line


def put(storage: Storage, scope: str, **data: Any) -> Line:
    return do(storage, lambda tx: tx.edit(scope).update(data))


def data(storage: Storage, scope: str) -> Any:
    document = storage.read(scope)
    return None if document is None else document.data


def test_what_was_stored_is_read_by_everyone(backend: Backend, storage: Storage) -> None:
    value = {"t": True, "n": None, "i": -7, "f": 1.5, "s": "é☃\u2028", "l": [1, [2], {}], "o": {"a": {"b": []}}}
    line = put(storage, A, **value)
    for other in (storage, backend.open(), backend.open(read_only=True)):
        document = other.read(A)
        assert document is not None
        assert (document.scope, document.data, document.revision, document.edited) == (A, value, line.seq, False)
        assert other.load().documents[A].data == value  # type: ignore[union-attr]
        assert other.read(B) is None


def test_an_empty_store_has_nothing(storage: Storage) -> None:
    assert storage.read(A) is None
    assert list(storage.lines()) == list(storage.lines_back()) == []


def test_looks_show_everything_and_then_what_changed(backend: Backend, storage: Storage) -> None:
    looks = storage.looks()
    assert next(looks).documents == {}
    put(storage, A, n=1)
    put(storage, B, n=1)
    board = dict(next(looks).documents)
    assert {scope: found.data for scope, found in board.items() if found} == {A: {"n": 1}, B: {"n": 1}}
    put(backend.open(), A, n=2)
    do(storage, lambda tx: tx.delete(B))
    batch = next(looks)
    board = {**({} if batch.whole else board), **batch.documents}
    assert {scope: found.data for scope, found in board.items() if found} == {A: {"n": 2}}


def test_reading_in_a_transaction_shows_what_was_before_it(storage: Storage) -> None:
    put(storage, A, x=[1])

    def body(tx: Transaction) -> None:
        tx.edit(A)["x"].append(2)
        assert tx.read(A).data == {"x": [1]}  # type: ignore[union-attr]
        assert tx.edit(A) == {"x": [1, 2]}
        assert tx.read(B) is None

    do(storage, body)
    assert data(storage, A) == {"x": [1, 2]}


def test_a_document_once_read_does_not_change(storage: Storage) -> None:
    put(storage, A, x=[1], deep={"y": [1]})
    seen: list[Any] = []

    def body(tx: Transaction) -> None:
        seen.append(tx.read(A))
        tx.edit(A)["x"].append(2)
        tx.edit(A)["deep"]["y"].clear()

    do(storage, body)
    assert seen[0].data == {"x": [1], "deep": {"y": [1]}}


def test_several_documents_change_together(storage: Storage) -> None:
    put(storage, B, locked_by="me")

    def body(tx: Transaction) -> str:
        tx.edit(A)["claimed_by"] = "claude_1"
        tx.delete(B)
        return "answer"

    outcome = storage.transact(Act("claim", {"session": "claude_1"}, "because"), body)
    assert outcome.value == "answer" and outcome.line is not None
    assert outcome.line.changes == {
        A: (Change(("claimed_by",), ABSENT, "claude_1"),), B: (Change(("locked_by",), "me", ABSENT),)
    }  # fmt: skip
    assert (outcome.line.action, outcome.line.actor, outcome.line.reason) == (
        "claim", {"session": "claude_1"}, "because"
    )  # fmt: skip
    assert (data(storage, A), data(storage, B)) == ({"claimed_by": "claude_1"}, None)


class Boom(Exception):
    pass


@pytest.mark.parametrize("error", [Boom, KeyboardInterrupt])
def test_an_exception_in_the_body_changes_nothing(storage: Storage, error: type[BaseException]) -> None:
    put(storage, A, x=1)

    def body(tx: Transaction) -> None:
        tx.edit(A)["x"] = 2
        tx.edit(B)["y"] = 2
        raise error

    with pytest.raises(error):
        storage.transact(Act("test"), body)
    assert (data(storage, A), data(storage, B), len(list(storage.lines()))) == ({"x": 1}, None, 1)
    put(storage, A, x=3)


def test_one_bad_document_stops_all_of_them(storage: Storage) -> None:
    def body(tx: Transaction) -> None:
        tx.edit(A)["x"] = 2
        tx.edit(B)["y"] = float("nan")

    with pytest.raises(InvalidDocument):
        storage.transact(Act("test"), body)
    assert (data(storage, A), data(storage, B), list(storage.lines())) == (None, None, [])


def test_nothing_changed_is_no_line(storage: Storage) -> None:
    put(storage, A, x={"y": [1]})

    def same(tx: Transaction) -> int:
        tx.edit(A)["x"] = {"y": [1]}
        tx.edit(B)
        tx.delete("no:such:document")
        return 7

    outcome = storage.transact(Act("test"), same)
    assert (outcome.value, outcome.line, data(storage, B), len(list(storage.lines()))) == (7, None, None, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1, True),
        (1, 1.0),
        (0, False),
        (0.0, -0.0),
        ("1", 1),
        (None, False),
        ([], {}),
        ([1], [True]),
        ({"a": 1}, {"a": 1.0}),
    ],
)
def test_types_count(storage: Storage, old: Any, new: Any) -> None:
    put(storage, A, x=old)
    put(storage, A, x=new)
    found = data(storage, A)["x"]
    assert repr(found) == repr(new)
    with pytest.raises(StaleView):
        storage.transact(Act("test"), lambda tx: tx.apply({A: [Change(("x",), old, "other")]}))


def test_a_stale_view_names_what_moved_and_changes_nothing(storage: Storage) -> None:
    put(storage, A, claimed_by="claude_2", log=["b"], status="pending")
    put(storage, B, locked_by="claude_2")
    with pytest.raises(StaleView) as caught:
        storage.transact(
            Act("test"),
            lambda tx: tx.apply(
                {
                    A: [
                        Change(("claimed_by",), "claude_1", ABSENT),
                        Change(("status",), "pending", "done"),
                        Splice(("log",), 0, ("a",), ()),
                    ],
                    B: [Change(("locked_by",), ABSENT, "claude_1")],
                }
            ),
        )
    assert caught.value.moved == [
        (A, ("claimed_by",), "claude_1", "claude_2"),
        (A, ("log",), ["a"], ["b"]),
        (B, ("locked_by",), ABSENT, "claude_2"),
    ]
    assert data(storage, A) == {"claimed_by": "claude_2", "log": ["b"], "status": "pending"}
    assert len(list(storage.lines())) == 2


def test_a_plan_is_a_line_not_yet_written(storage: Storage) -> None:
    plan = {A: [Change(("x",), ABSENT, {"y": [1]})], B: [Change(("z",), ABSENT, None)]}
    line = do(storage, lambda tx: tx.apply(plan))
    assert {scope: list(edits) for scope, edits in line.changes.items()} == plan
    assert (data(storage, A), data(storage, B)) == ({"x": {"y": [1]}}, {"z": None})


def test_a_transaction_in_a_transaction_is_refused(backend: Backend, storage: Storage) -> None:
    def body(tx: Transaction) -> None:
        tx.edit(A)["x"] = 1
        for other in (storage, backend.open()):
            with pytest.raises(NestedTransaction):
                other.transact(Act("inner"), lambda inner: inner.edit(B).update(y=1))

    do(storage, body)
    assert (data(storage, A), data(storage, B)) == ({"x": 1}, None)


def test_threads_queue(backend: Backend, storage: Storage) -> None:
    put(storage, A, n=0)
    errors: list[BaseException] = []

    def add(mine: Storage) -> None:
        try:
            for _ in range(20):
                mine.transact(Act("add"), lambda tx: tx.edit(A).update(n=tx.edit(A)["n"] + 1))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(mine,)) for mine in (storage, storage, storage, backend.open())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert data(storage, A) == {"n": 80}
    seqs = [line.seq for line in storage.lines()]
    assert seqs == list(range(seqs[0], seqs[0] + 81))


LISTS: list[Any] = []
LISTS.append(LISTS)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), [float("-inf")], {"a": {"b": float("nan")}}, b"x", {1, 2}, object(), 1j, {1: "x"},
     {"a": {None: 1}}, "\ud800", {"\udfff": 1}, LISTS],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
@pytest.mark.parametrize("place", ["key", "member", "item"])
def test_what_is_no_data_is_refused(storage: Storage, value: Any, place: str) -> None:
    put(storage, A, x=1, o={"a": 1}, l=[1])

    def body(tx: Transaction) -> None:
        doc = tx.edit(A)
        if place == "key":
            doc["new"] = value
        elif place == "member":
            doc["o"]["new"] = value
        else:
            doc["l"].append(value)

    with pytest.raises(InvalidDocument):
        storage.transact(Act("test"), body)
    assert data(storage, A) == {"x": 1, "o": {"a": 1}, "l": [1]}


@pytest.mark.parametrize("name", [1, None, True, "\ud800", b"x"])
@pytest.mark.parametrize("deep", [False, True])
def test_a_member_is_named_by_text(storage: Storage, name: Any, deep: bool) -> None:
    put(storage, A, o={"a": 1})
    with pytest.raises(InvalidDocument):
        storage.transact(Act("test"), lambda tx: (tx.edit(A)["o"] if deep else tx.edit(A)).update({name: 1}))
    assert data(storage, A) == {"o": {"a": 1}}
    assert len(list(storage.lines())) == 1


def nested(depth: int, kinds: str = "[") -> Any:
    value: Any = 1
    for n in range(depth):
        value = [value] if kinds[n % len(kinds)] == "[" else {"a": value}
    return value


@pytest.mark.parametrize("kinds", ["[", "{", "[{", "[[{"])
def test_deeper_than_two_hundred_is_refused(storage: Storage, kinds: str) -> None:
    put(storage, A, x=nested(150, kinds))
    for depth in (201, 260, 390, 5000):
        with pytest.raises(InvalidDocument):
            put(storage, A, y=nested(depth, kinds))
    assert data(storage, A) == {"x": nested(150, kinds)}


def test_larger_than_a_mebibyte_is_refused(storage: Storage) -> None:
    put(storage, A, x="y" * 1_000_000)
    with pytest.raises(InvalidDocument):
        put(storage, A, x="y" * (1 << 20))
    with pytest.raises(InvalidDocument):
        put(storage, A, z="y" * 60_000)
    assert data(storage, A) == {"x": "y" * 1_000_000}


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**25, 1_700_000_000_000_000_000, 1e300, 5e-324, 0.1, -0.0])
def test_numbers_come_back_as_they_are(backend: Backend, storage: Storage, number: float) -> None:
    put(storage, A, x=number, text="é")
    found = backend.open().read(A)
    assert found is not None
    assert (repr(found.data["x"]), found.data["text"], found.edited) == (repr(number), "é", False)
    put(storage, A, y=1)
    assert repr(data(storage, A)["x"]) == repr(number)


@pytest.mark.parametrize("how", ["delete", "last key", "clear"])
def test_a_document_goes_with_its_last_key(storage: Storage, how: str) -> None:
    put(storage, A, x=1)

    def body(tx: Transaction) -> None:
        if how == "delete":
            tx.delete(A)
        elif how == "last key":
            del tx.edit(A)["x"]
        else:
            tx.edit(A).clear()

    do(storage, body)
    assert storage.read(A) is None
    assert A not in storage.load().documents
    put(storage, A, y=1)
    assert data(storage, A) == {"y": 1}


def test_numbers_grow_by_one_and_are_the_transactions_own(backend: Backend, storage: Storage) -> None:
    seen = [do(storage, lambda tx: tx.edit(A).update(seq=tx.seq, at=tx.at)) for _ in range(3)]
    seen.append(do(backend.open(), lambda tx: tx.edit(A).update(seq=tx.seq, at=tx.at)))
    assert [line.seq for line in seen] == list(range(seen[0].seq, seen[0].seq + 4))
    assert data(storage, A) == {"seq": seen[-1].seq, "at": seen[-1].at}


def test_lines_come_in_order_and_back(backend: Backend, storage: Storage) -> None:
    actor = {"workspace": "laptop:acme/shop", "session": "é\u202e"}
    made = [do(storage, lambda tx, n=n: tx.edit(A).update(n=n), actor=actor, reason=f"r{n}") for n in range(5)]
    for other in (storage, backend.open(read_only=True)):
        lines = list(other.lines())
        assert [line.seq for line in lines] == [line.seq for line in made]
        assert [(line.changes, line.actor, line.reason, line.action) for line in lines] == [
            (line.changes, actor, line.reason, "test") for line in made
        ]
        assert [line.seq for line in other.lines_back()] == [line.seq for line in reversed(made)]
        assert [line.seq for line in other.lines(after=made[2].seq)] == [line.seq for line in made[3:]]


def undo(storage: Storage, line: Line) -> Line:
    inverse = {scope: invert(edits) for scope, edits in line.changes.items()}
    return do(storage, lambda tx: tx.apply(inverse), action="undo", undoes=line.seq)


def test_undo_brings_back_a_deleted_document_with_its_times(storage: Storage) -> None:
    put(storage, A, x=1, y=[2])
    put(storage, A, y=[2, 3])
    before = storage.read(A)
    gone = do(storage, lambda tx: tx.delete(A))
    line = undo(storage, gone)
    after = storage.read(A)
    assert before is not None and after is not None
    assert (after.data, after.metadata, after.revision) == (before.data, before.metadata, line.seq)
    assert (line.undoes, next(each.undoes for each in storage.lines_back())) == (gone.seq, gone.seq)
    undo(storage, line)
    assert storage.read(A) is None


def test_undo_is_refused_once_somebody_changed_the_same_keys(storage: Storage) -> None:
    put(storage, A, x=1, other=1)
    line = put(storage, A, x=2)
    put(storage, A, other=2)
    undo(storage, line)
    assert data(storage, A) == {"x": 1, "other": 2}
    line = put(storage, A, x=3)
    put(storage, A, x=4)
    with pytest.raises(StaleView):
        undo(storage, line)


def test_another_programs_edit_shows(backend: Backend, storage: Storage) -> None:
    put(storage, A, x=1)
    backend.write(A, {"x": 2})
    document = storage.read(A)
    assert document is not None
    assert (document.data, document.edited) == ({"x": 2}, True)
    line = put(storage, A, y=1)
    assert line.base == {A: {"x": 2}}
    after = storage.read(A)
    assert after is not None and not after.edited
    assert not put(storage, A, y=2).base


@pytest.mark.parametrize("scope", ["", "x" * 1025, "\ud800", "é" * 513])
def test_what_cannot_name_a_document_is_refused(storage: Storage, scope: str) -> None:
    with pytest.raises(InvalidScope):
        storage.read(scope)
    with pytest.raises(InvalidScope):
        put(storage, scope, x=1)


def test_read_only_refuses_every_change(backend: Backend, storage: Storage) -> None:
    line = put(storage, A, x=1)
    source = backend.spoil(B)
    shut = backend.open(read_only=True)
    assert (shut.read_only, storage.read_only, data(shut, A)) == (True, False, {"x": 1})
    attempts: list[Callable[[], Any]] = [
        lambda: shut.transact(Act("test"), lambda tx: tx.edit(A).update(x=2)),
        lambda: shut.transact(Act("test"), lambda tx: None),
        lambda: shut.quarantine(source, Act("test")),
        lambda: shut.restore(line, Act("test")),
    ]
    for attempt in attempts:
        with pytest.raises(ReadOnlyStore):
            attempt()
    assert data(storage, A) == {"x": 1}


def test_what_cannot_be_read_is_not_overwritten_and_set_aside_only_when_asked(
    backend: Backend, storage: Storage
) -> None:
    put(storage, A, x=1)
    source = backend.spoil(B)
    for attempt in (
        lambda: storage.read(B),
        lambda: put(storage, B, y=1),
        lambda: storage.transact(Act("test"), lambda tx: tx.delete(B)),
        lambda: storage.transact(Act("test"), lambda tx: (tx.edit(A).update(x=2), tx.read(B))),
    ):
        with pytest.raises(UnreadableDocument):
            attempt()
    unreadable = storage.load().unreadable
    assert list(unreadable) == [source]
    assert data(storage, A) == {"x": 1}

    aside = storage.quarantine(source, Act("quarantine"))
    assert not storage.load().unreadable
    assert storage.read(B) is None
    put(storage, B, y=1)
    with pytest.raises(Refused):
        storage.restore(aside, Act("restore"))
    do(storage, lambda tx: tx.delete(B))
    back = storage.restore(aside, Act("restore"))
    assert list(storage.load().unreadable) == [source]
    assert next(line.action for line in storage.lines_back()) == back.action == "restore"
    with pytest.raises(Refused):
        storage.restore(aside, Act("restore"))


def test_only_what_is_unreadable_is_set_aside(backend: Backend, storage: Storage) -> None:
    put(storage, A, x=1)
    before = list(storage.lines())
    good = storage.read(A)
    assert good is not None
    for source in (good.source, "nothing.json", "", ".", "..", ".coord", "../x.json", "/etc/passwd"):
        with pytest.raises(Refused):
            storage.quarantine(source, Act("test"))
    with pytest.raises(NotFound):
        storage.restore(before[0], Act("test"))
    assert [line.seq for line in storage.lines()] == [line.seq for line in before]
    assert data(storage, A) == {"x": 1}


def test_an_act_with_the_same_id_happens_once(backend: Backend, storage: Storage) -> None:
    def add(tx: Transaction) -> int:
        tx.edit(A)["n"] = tx.edit(A).get("n", 0) + 1
        return int(tx.edit(A)["n"])

    first = storage.transact(Act("add", op="one"), add)
    again = backend.open().transact(Act("add", op="one"), add)
    assert (first.value, again.value, data(storage, A)) == (1, 1, {"n": 1})
    assert first.line is not None and again.line is not None and first.line.seq == again.line.seq
    assert storage.transact(Act("add", op="two"), add).value == 2


def test_errors_are_of_one_tree(storage: Storage) -> None:
    with pytest.raises(CoordError):
        put(storage, A, x={1})
