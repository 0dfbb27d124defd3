"""The reference's format: what others wrote stays as it is, what cannot be read is left alone."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coord_core.documents import Document
from coord_core.errors import NotFound, StoreMissing, UnreadableDocument
from coord_core.storage import Act, Storage, Transaction, open_storage
from coord_core.storage import format as fmt
from tests.core.storage import reference

SCOPE, NAME = "issue:15", "issue__15.json"
OURS = ("scope", "revision", "check")
REFERENCE = sorted((Path(__file__).parents[2] / "data" / "three-active").glob("*.json"))

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def put(storage: Storage, scope: str = SCOPE, **data: Any) -> None:
    storage.transact(Act("test"), lambda tx: tx.edit(scope).update(data))


def without_ours(raw: bytes) -> str:
    """Return the file's text as the reference's own json.dump writes it, without the members that are ours."""
    members = json.loads(raw)
    return json.dumps({k: v for k, v in members.items() if k not in OURS}, indent=2, ensure_ascii=False)


def drop_times(text: str) -> str:
    members = json.loads(text)
    for times in members["metadata"].values():
        times["updated_at"] = "now"
    return json.dumps(members, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("source", REFERENCE, ids=lambda path: path.stem.split("__", 3)[-1])
@pytest.mark.parametrize("key", ["status", "todos", "something_new"])
def test_a_real_file_is_left_as_the_reference_would_leave_it(tmp_path: Path, source: Path, key: str) -> None:
    for folder in ("ours", "theirs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / source.name).write_bytes(source.read_bytes())
    storage = open_storage(str(tmp_path / "ours"))
    (scope,) = storage.load().documents
    put(storage, scope, **{key: ["é☃"]})
    reference.store(tmp_path / "theirs" / source.name, key, ["é☃"])
    ours = (tmp_path / "ours" / source.name).read_bytes()
    theirs = (tmp_path / "theirs" / source.name).read_text()
    created = json.loads(theirs)["metadata"][key]["created_at"]
    if created not in source.read_text():
        theirs = theirs.replace(created, json.loads(ours)["metadata"][key]["created_at"])
    assert drop_times(without_ours(ours)) == drop_times(theirs)
    assert json.loads(ours)["scope"] == scope
    lines = [line.rstrip(",") for line in ours.decode().splitlines()]
    kept = [line.rstrip(",") for line in theirs.splitlines() if "updated_at" not in line and "created_at" not in line]
    assert set(kept) <= set(lines), "indentation and text stay"


def test_order_and_unknown_members_stay(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(
        json.dumps(
            {
                "version": 3,
                "data": {"b": 1, "a": 2, "c": 3},
                "metadata": {"a": {"created_at": "1", "by": "x"}, "c": "odd", "gone": {"created_at": "0"}, "b": {}},
                "more": {"x": [1]},
            }
        )
    )
    put(open_storage(str(tmp_path)), b=10, z=1, y=2)
    members = json.loads(path.read_text())
    assert list(members["data"].items()) == [("b", 10), ("a", 2), ("c", 3), ("z", 1), ("y", 2)]
    assert list(members["metadata"]) == ["a", "c", "gone", "b", "z", "y"]
    assert (members["metadata"]["a"], members["metadata"]["c"]) == ({"created_at": "1", "by": "x"}, "odd")
    assert (members["version"], members["more"]) == (3, {"x": [1]})


def test_the_reference_can_go_on_with_our_file(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    put(storage, a=1, b={"c": [1, 2.5, "é"]})
    reference.store(tmp_path / NAME, "a", 2)
    document = storage.read(SCOPE)
    assert document is not None
    assert (document.data, document.edited) == ({"a": 2, "b": {"c": [1, 2.5, "é"]}}, True)
    reference.store(tmp_path / NAME, "a", 1)
    document = storage.read(SCOPE)
    assert document is not None and not document.edited, "written again unchanged is not edited"


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), values, min_size=1, max_size=4))
def test_bytes_and_documents_are_each_others_inverse(data: dict[str, Any]) -> None:
    doc = Document(SCOPE, data)
    raw = fmt.encode(doc)
    contents = fmt.parse(raw, "")
    again, members = fmt.document(contents, SCOPE, "", 0.0), contents.members
    assert repr(again.data) == repr(data)
    assert members["check"] == fmt.checksum(data) == fmt.checksum(again.data, contents.plain)
    assert json.loads(raw)["data"] == data
    raw_again = fmt.encode(again)
    assert json.loads(raw_again)["check"] == members["check"]


ODD = ["NaN", "Infinity", "-Infinity", "1234567890123456789012345", "-99999999999999999999", '"\\ud800"',
       '["\\udfff", NaN, 18446744073709551616]', "1e400", "0.1234567890123456789012345"]  # fmt: skip


@pytest.mark.parametrize("value", ODD)
def test_what_others_wrote_survives_the_write_of_another_key(tmp_path: Path, value: str) -> None:
    path = tmp_path / NAME
    path.write_text(f'{{"data": {{"odd": {value}, "é": "☃", "x": 1}}, "metadata": {{}}, "more": {value}}}')
    before = json.loads(path.read_text())
    storage = open_storage(str(tmp_path))
    for n in range(3):
        put(storage, x=n)
        after = json.loads(path.read_text())
        assert repr((after["data"]["odd"], after["more"])) == repr((before["data"]["odd"], before["more"]))
        assert '"é": "☃"' in path.read_text(), "text stays readable"
        document = storage.read(SCOPE)
        assert document is not None and not document.edited
    storage.transact(Act("test"), lambda tx: tx.edit(SCOPE).pop("odd"))
    assert "odd" not in json.loads(path.read_text())["data"]
    assert [line.action for line in open_storage(str(tmp_path)).lines()] == ["test"] * 4 or value in ("NaN",)


def torn(path: Path) -> None:
    path.write_text('{"data": {"claimed_by": "clau')


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    elsewhere = path.parent / "elsewhere.txt"
    elsewhere.write_text('{"data": {"x": 1}}')
    path.symlink_to(elsewhere)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def folder(path: Path) -> None:
    path.mkdir()
    (path / "inside").write_text("x")


def listener(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def text(content: str | bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def deep(kinds: str, in_strings: str = "") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        opening = "".join((f"[{in_strings}" if kinds[n % len(kinds)] == "[" else '{"a":') for n in range(300))
        closing = "".join("]" if kinds[n % len(kinds)] == "[" else "}" for n in reversed(range(300)))
        path.write_text(f'{{"data": {{"x": {opening}1{closing}}}}}')

    return write


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "torn": (torn, "whole JSON"),
    "empty": (text(""), "empty"),
    "blank": (text(" \n"), "empty"),
    "no JSON": (text("hello"), "whole JSON"),
    "no object": (text("[1]"), "no object"),
    "no data": (text('{"metadata": {}}'), '"data"'),
    "data no object": (text('{"data": [1]}'), '"data"'),
    "data null": (text('{"data": null}'), '"data"'),
    "no UTF-8": (text(b'{"data": {"x": "\xff"}}'), "byte 16 is no UTF-8"),
    "zeros": (text(b"\0" * 4096), "JSON"),
    "two at once": (text('{"data": {}}{"data": {}}'), "JSON"),
    "too large": (text('{"data": {"x": "' + "y" * (1 << 20) + '"}}'), "larger"),
    "too deep": (deep("["), "deeper"),
    "too deep in objects": (deep("{"), "deeper"),
    "too deep by turns": (deep("[{"), "deeper"),
    "too deep behind strings": (deep("[", '"]",'), "deeper"),
    "far too deep": (text('{"data": {"x": ' + "[" * 100_000 + "]" * 100_000 + "}}"), "deeper"),
    "pipe": (fifo, "pipe"),
    "link": (link, "link"),
    "dangling link": (dangling, "link"),
    "folder": (folder, "folder"),
    "socket": (listener, "socket"),
}


def identity(path: Path) -> tuple[int, int, int, bytes]:
    info = path.lstat()
    return info.st_ino, info.st_mtime_ns, info.st_mode, path.read_bytes() if stat.S_ISREG(info.st_mode) else b""


@pytest.mark.parametrize("kind", BAD)
def test_what_breaks_a_rule_is_one_row_and_left_alone(tmp_path: Path, kind: str) -> None:
    make, reason = BAD[kind]
    storage = open_storage(str(tmp_path))
    put(storage, "issue:1", x=1)
    path = tmp_path / NAME
    make(path)
    before = identity(path)

    for attempt in (
        lambda: storage.read(SCOPE),
        lambda: put(storage, x=1),
        lambda: storage.transact(Act("test"), lambda tx: tx.delete(SCOPE)),
        lambda: storage.transact(Act("test"), lambda tx: (tx.edit("issue:1").update(x=9), tx.read(SCOPE))),
    ):
        with pytest.raises(UnreadableDocument, match=reason):
            attempt()
    batch = storage.load()
    (row,) = batch.unreadable.values()
    assert row is not None
    assert (row.source, row.scope, reason in row.reason) == (NAME, SCOPE, True)
    assert list(batch.documents) == ["issue:1"]
    put(storage, "issue:1", x=2)
    put(storage, "issue:2", x=2)
    assert identity(path) == before

    line = storage.quarantine(NAME, Act("test"))
    assert line.moved is not None
    assert not os.path.lexists(path)
    assert identity(tmp_path / line.moved["to"]) == before
    assert set(storage.load().documents) == {"issue:1", "issue:2"}
    put(storage, x=1)
    storage.transact(Act("test"), lambda tx: tx.delete(SCOPE))
    storage.restore(line, Act("test"))
    assert identity(path) == before


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666, 0o400])
def test_a_files_mode_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / NAME
    reference.store(path, "x", 1)
    path.chmod(mode)
    put(open_storage(str(tmp_path)), x=2)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        put(open_storage(str(tmp_path)), x=2)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o640


def test_half_a_deep_limit_is_fine(tmp_path: Path) -> None:
    value: Any = "]" * 300 + "[" * 300 + '\\"['
    for _ in range(190):
        value = [value]
    put(open_storage(str(tmp_path)), x=value)
    assert open_storage(str(tmp_path)).read(SCOPE).data == {"x": value}  # type: ignore[union-attr]


def test_other_files_are_nobodys_business(tmp_path: Path) -> None:
    for name in ("notes.txt", ".hidden.json", "x.json.bak", "x.JSON~", ".json"):
        (tmp_path / name).write_text("not mine")
    storage = open_storage(str(tmp_path))
    put(storage, x=1)
    batch = storage.load()
    assert (list(batch.documents), batch.unreadable) == ([SCOPE], {})


@pytest.mark.parametrize("beside", ["", "1, " * 9000, "NaN, "], ids=["short", "long", "plain"])
def test_depth_is_told_to_the_level(tmp_path: Path, beside: str) -> None:
    """A document is 200 deep at most: its object, `data`, and 198 more."""

    def nested(levels: int, key: str = "data") -> str:
        value = f'{{"a": {"[" * (levels - 1)}[{beside}[]]{"]" * (levels - 1)}}}'
        return f'{{"data": {{}}, "metadata": {value}}}' if key == "metadata" else f'{{"data": {value}}}'

    (tmp_path / "issue__1.json").write_text(nested(197))
    (tmp_path / "issue__2.json").write_text(nested(198))
    (tmp_path / "issue__3.json").write_text(nested(100_000))
    (tmp_path / "issue__4.json").write_text('{"data": {"a": "' + "[" * 900 + '"}}')
    (tmp_path / "issue__5.json").write_text(nested(197, "metadata"))
    (tmp_path / "issue__6.json").write_text(nested(198, "metadata"))
    batch = open_storage(str(tmp_path)).load()
    assert sorted(batch.documents) == ["issue:1", "issue:4", "issue:5"]
    assert {name: bad.reason for name, bad in batch.unreadable.items() if bad} == dict.fromkeys(
        ("issue__2.json", "issue__3.json", "issue__6.json"), "it is nested deeper than 200"
    )


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("digits", [18, 19])
def test_a_long_number_is_found_wherever_it_stands(place: int, digits: int) -> None:
    assert fmt.holds_long_number(b"x" * place + b"7" * digits + b"x" * 90) is (digits == 19)


def aged(path: Path) -> None:
    """Make a file so old that its next change will show in its times."""
    os.utime(path, (1_000_000_000, 1_000_000_000))


def test_a_storage_sees_what_others_did_between_two_transactions(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    put(storage, a={"b": [1]})
    aged(tmp_path / NAME)

    def seen() -> Any:
        document = storage.transact(Act("look"), lambda tx: tx.read(SCOPE)).value
        return document.data if document else None

    assert seen() == seen() == {"a": {"b": [1]}}

    def spoil(tx: Transaction) -> None:
        tx.edit(SCOPE)["a"]["b"].clear()
        raise NotFound("a reason to go on")

    with pytest.raises(NotFound):
        storage.transact(Act("spoil"), spoil)
    assert seen() == {"a": {"b": [1]}}, "what a transaction that failed did to its copy is nobody else's"
    reference.store(tmp_path / NAME, "a", {"b": [2]})
    assert seen() == {"a": {"b": [2]}}, "another program wrote it"
    aged(tmp_path / NAME)
    seen()
    os.chmod(tmp_path / NAME, 0o640)
    put(storage, c=1)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o640, "another program changed its rights"
    aged(tmp_path / NAME)
    seen()
    better = tmp_path / "issue%3a15.json"
    shutil.copy(tmp_path / NAME, better)
    reference.store(better, "a", 4)
    assert seen() == {"a": 4, "c": 1}, "another file has that scope now, and wins"
    os.unlink(better)
    os.unlink(tmp_path / NAME)
    assert seen() is None


def test_a_folder_that_was_taken_away_is_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    fresh = open_storage(str(folder))
    fresh.transact(Act("set"), lambda tx: tx.edit("issue:1").update(n=1))  # one that never was there is made
    storage = open_storage(str(folder))
    shutil.rmtree(folder)
    for each in (fresh, storage):
        with pytest.raises(StoreMissing):
            each.transact(Act("set"), lambda tx: tx.edit("issue:1").update(n=2))
    assert not folder.exists()
