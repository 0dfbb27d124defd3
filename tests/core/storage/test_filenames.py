"""File names: the reference's where that is safe, an injective one else; nothing leaves the folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coord_core.errors import InvalidScope
from coord_core.scopes import reference_name
from coord_core.storage import Act, Storage, open_storage
from coord_core.storage.filenames import MAX_BYTES, belongs, encoded_name, plain_name, scope_of
from tests.core.storage import reference

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
nasty = st.text(st.sampled_from("aAbBconCON:/_%.-\\ ~é\u0130ß\x00\n019"), min_size=1, max_size=250)
scopes = text | nasty


def put(storage: Storage, scope: str, **data: object) -> None:
    storage.transact(Act("test"), lambda tx: tx.edit(scope).update(data))


def safe(name: str) -> bool:
    return (
        len(name.encode()) <= MAX_BYTES
        and name.endswith(".json")
        and name != ".json"
        and not name.startswith((".", "-"))
        and not any(char in '/\\:*?"<>|\x7f' or char < " " for char in name)
        and name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    )


@given(scopes)
@example("../settings")
@example(".")
@example("..")
@example("\x00")
@example("x" * 1024)
@example("é" * 300)
@example("con")
@example("CON.x")
@example(".coord/lock")
@example("-rf")
@example("%2e")
def test_every_name_is_safe(scope: str) -> None:
    assert safe(encoded_name(scope))
    plain = plain_name(scope)
    assert plain is None or (safe(plain) and plain == reference_name(scope) + ".json")
    assert belongs(encoded_name(scope), scope)


@given(scopes, scopes)
@example("a:b", "a/b")
@example("a:b", "a__b")
@example("a%3ab", "a:b")
@example("Issue:1", "issue:1")
@example("ß", "ss")
@example("x" * 300, "x" * 301)
@example("x" * 300, "X" * 300)
@example("é", "e\u0301")
def test_two_scopes_never_share_an_encoded_name(one: str, other: str) -> None:
    if one != other:
        assert encoded_name(one).casefold() != encoded_name(other).casefold()
        assert encoded_name(one).isascii()


@given(scopes)
def test_an_encoded_name_says_its_scope(scope: str) -> None:
    name = encoded_name(scope)
    if "%%" in name:
        assert scope_of(name, None) is None
    elif "%" in name:
        assert scope_of(name, None) == scope
    assert scope_of(name, scope) == scope


@given(text)
@example(":")
@example("issue:15")
def test_any_file_name_can_be_asked_for_its_scope(stem: str) -> None:
    name = stem.replace("/", "") + ".json"
    scope = scope_of(name, None, {"vm:my/dir"})
    if scope is not None and plain_name(scope) is not None and "%" not in name:
        assert belongs(name, scope)


@pytest.mark.parametrize(
    ("name", "workspaces", "scope"),
    [
        ("laptop__BANCS-Norway__my-repo__issue__15", [], "laptop:BANCS-Norway/my-repo:issue:15"),
        ("vm__mydir__session__claude_1", [], "vm:mydir:session:claude_1"),
        ("issue__15", [], "issue:15"),
        ("instances", [], "instances"),
        ("vm__a__b__c__locks__src__orders", [], "vm:a/b/c:locks:src/orders"),
        ("vm__a__my__dir__issue__1", ["vm:a", "vm:a/my__dir"], "vm:a/my__dir:issue:1"),
        ("vm__a__session__x__issue__1", [], "vm:a:session:x/issue/1"),
    ],
)
def test_reference_names(name: str, workspaces: list[str], scope: str) -> None:
    assert scope_of(name + ".json", None, workspaces) == scope


FAMILY = ["a:b", "a/b", "a__b", "A:b", "../settings", "a%3ab", "x" * 300, "x" * 301, "é" * 150, "\x00", "\n", ".hidden",
          "-rf", "con", "locks:..", ".coord/lock", "a\\b", "issue:1 ", " issue:1", "%", "a.", "\u202e"]  # fmt: skip


def test_documents_with_awkward_names_live_side_by_side_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    storage = open_storage(str(folder))
    for n, scope in enumerate(FAMILY):
        put(storage, scope, n=n)
    for n, scope in enumerate(FAMILY):
        put(storage, scope, again=n)
    batch = open_storage(str(folder)).load()
    assert not batch.unreadable
    assert {scope: dict(doc.data) for scope, doc in batch.documents.items() if doc} == {
        scope: {"n": n, "again": n} for n, scope in enumerate(FAMILY)
    }
    assert all(storage.read(scope).data["n"] == n for n, scope in enumerate(FAMILY))  # type: ignore[union-attr]
    assert os.listdir(tmp_path) == ["state"]
    assert all(safe(name) for name in os.listdir(folder) if name != ".coord")
    for scope in FAMILY:
        storage.transact(Act("test"), lambda tx, scope=scope: tx.delete(scope))
    assert os.listdir(folder) == [".coord"]


def test_a_reference_file_answers_to_any_scope_of_its_name_until_one_owns_it(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    path = tmp_path / "vm__my__repo__locks__src__orders.json"
    reference.store(path, "locked_by", "claude_1")
    owners = ["vm:my/repo:locks:src/orders", "vm:my__repo:locks:src/orders", "vm:my/repo:locks:src__orders"]
    assert [storage.read(scope).data for scope in owners] == [{"locked_by": "claude_1"}] * 3  # type: ignore[union-attr]
    put(storage, owners[1], more=1)
    assert [storage.read(scope) is None for scope in owners] == [True, False, True]
    assert os.listdir(tmp_path).count(path.name) == 1
    put(storage, owners[0], x=1)
    assert {scope for scope in owners if storage.read(scope)} == set(owners[:2])
    assert set(storage.load().documents) == set(owners[:2])


def test_the_reference_keeps_a_name_that_it_would_find(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    put(storage, "laptop:acme/shop:issue:15", claimed_by="claude_1")
    assert [name for name in os.listdir(tmp_path) if name != ".coord"] == ["laptop__acme__shop__issue__15.json"]


def test_of_two_files_with_one_scope_the_encoded_one_wins(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    plain, encoded = tmp_path / "issue__15.json", tmp_path / "issue%3a15.json"
    reference.store(plain, "from", "plain")
    reference.store(encoded, "from", "encoded")
    assert storage.read("issue:15").data == {"from": "encoded"}  # type: ignore[union-attr]
    put(storage, "issue:15", more=1)
    batch = storage.load()
    assert {scope: dict(doc.data) for scope, doc in batch.documents.items() if doc} == {
        "issue:15": {"from": "encoded", "more": 1}
    }
    (loser,) = batch.unreadable.values()
    assert loser is not None
    assert (loser.source, loser.scope, "issue%3a15.json" in loser.reason) == (plain.name, "issue:15", True)
    assert reference.data(plain) == {"from": "plain"}
    storage.quarantine(plain.name, Act("test"))
    assert (plain.exists(), storage.load().unreadable) == (False, {})


def test_a_scope_that_the_file_claims_counts_only_where_it_maps_to_that_name(tmp_path: Path) -> None:
    (tmp_path / "issue__15.json").write_text(json.dumps({"scope": "issue:99", "data": {"x": 1}}))
    (tmp_path / "issue__16.json").write_text(json.dumps({"scope": "../../etc/passwd", "data": {"x": 2}}))
    storage = open_storage(str(tmp_path))
    assert set(storage.load().documents) == {"issue:15", "issue:16"}
    put(storage, "issue:99", y=1)
    assert (storage.read("issue:15").data, storage.read("issue:99").data) == ({"x": 1}, {"y": 1})  # type: ignore[union-attr]


@pytest.mark.parametrize("scope", ["", "\ud800", "x" * 1025])
def test_no_name_at_all(tmp_path: Path, scope: str) -> None:
    with pytest.raises(InvalidScope):
        put(open_storage(str(tmp_path)), scope, x=1)
    assert not [name for name in os.listdir(tmp_path) if name != ".coord"]


def test_names_that_are_no_text(tmp_path: Path) -> None:
    (Path(os.fsdecode(bytes(tmp_path) + b"/\xff.json"))).write_text('{"data": {"x": 1}}')
    storage = open_storage(str(tmp_path))
    put(storage, "issue:1", x=1)
    batch = storage.load()
    assert (set(batch.documents), list(batch.unreadable)) == ({"issue:1"}, ["\udcff.json"])
    line = storage.quarantine("\udcff.json", Act("test"))
    assert not storage.load().unreadable
    storage.restore(next(storage.lines_back()), Act("test"))
    assert list(storage.load().unreadable) == ["\udcff.json"]
    assert [each.seq for each in storage.lines()][1] == line.seq
