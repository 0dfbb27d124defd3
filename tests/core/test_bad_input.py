"""Bad input gets a clear error, and nothing is lost: what `coordctl` says, its exit code, and the rest is whole."""

from __future__ import annotations

import json
import os
import resource
import shlex
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from coord_core.storage import Act
from coord_core.storage.files import FileStorage
from coord_core.storage.lock import StoreLock
from tests.core.storage.test_file_format import BAD
from tests.ctl import PLAIN, begin, ctl, each, end, environment, spawn
from tests.torture.children import fork, join, kill
from tests.unprivileged import drop, everything

W = "laptop:acme/shop"
PREFIX = "laptop__acme__shop__"
GOOD: dict[str, dict[str, Any]] = {
    "session__claude_1": {"status": "active", "last_heartbeat": "2026-11-22T06:12:11", "current_issue": 15},
    "issue__15": {"claimed_by": "claude_1", "status": "in_progress"},
    "locks__db": {"locked_by": "claude_1", "locked_at": "2026-11-22T06:12:11"},
}
EVENTS = f"{PREFIX}project__events.json"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return good(tmp_path / "store")


def good(folder: Path) -> Path:
    """Make a store in which everything is as it should be."""
    folder.mkdir()
    for name, data in GOOD.items():
        put(folder, name, data)
    return folder


def put(store: Path, name: str, data: Any) -> Path:
    path = store / f"{PREFIX}{name}.json"
    path.write_text(data if isinstance(data, str) else json.dumps({"data": data, "metadata": {}}))
    return path


def state(store: Path) -> dict[bytes, Any]:
    """Every file outside `.coord`, byte for byte; the event log alone may grow."""
    found: dict[bytes, Any] = {}
    for name in os.listdir(os.fsencode(store)):
        path = os.path.join(os.fsencode(store), name)
        if name in (b".coord", os.fsencode(EVENTS)):
            continue
        info = os.lstat(path)
        regular = stat.S_ISREG(info.st_mode)
        held = Path(os.fsdecode(path)).read_bytes() if regular else b""
        found[name] = (info.st_ino, info.st_mode, info.st_mtime_ns, held)
    return found


def as_nobody() -> None:
    everything("coord_core")
    drop()


# Files


PROVEN_BELOW = {"blank", "data null", "zeros", "two at once", "too deep in objects", "too deep by turns",
                "too deep behind strings", "dangling link", "data no object"}  # fmt: skip
"""Kinds that storage tells from their likes; what a person sees of them is the same."""


@pytest.mark.parametrize("kind", [kind for kind in BAD if kind not in PROVEN_BELOW])
def test_a_file_that_breaks_a_rule(store: Path, kind: str) -> None:
    make, reason = BAD[kind]
    bad = store / f"{PREFIX}issue__99.json"
    make(bad)
    before = state(store)
    status, *others = each(
        store, ["status", "--json"], ["get", "issue:99"], ["set", "issue:99", "x", "1"], ["delete", "issue:99"]
    )
    (finding,) = [one for one in status.json["findings"] if one["kind"] == "unreadable_file"]
    assert (finding["severity"], finding["subject"]) == ("high", bad.name)
    assert finding["text"].startswith("issue:99 cannot be read: it ") and reason in finding["text"]
    assert finding["remedies"] == [{"action": "quarantine", "arguments": {"source": bad.name}}]
    assert {"15"} == {one["id"] for one in status.json["issues"]}
    for one in others:
        assert (one.code, one.out) == (1, "")
        assert one.err.startswith(f"coordctl: cannot read {bad.name}: it ") and reason in one.err
        assert one.err.endswith("it was left alone. `coordctl quarantine` sets it aside\n")
    assert state(store) == before

    aside = (spawn if kind == "torn" else ctl)(store, "quarantine", bad.name)
    assert aside.code == 0
    assert aside.out.startswith(f"Set aside {bad.name}: it ") and aside.out.endswith("; undo takes it back\n")
    assert state(store) == {name: file for name, file in before.items() if name != os.fsencode(bad.name)}
    back = ctl(store, "undo")
    assert back.out == f"Undid: Set aside {bad.name}; redo does it again\n"
    assert state(store) == before


NAMES = [
    b"\xff.json", b"laptop__acme__shop__issue__\xff\xfe.json", b"-x.json", b"x\ny.json",
    b"x\x1b[31my'\\.json", b"x:y.json", b"$(touch pwned).json", "‮gnp.json".encode(), b"%zz.json",
    "ㅤ.json".encode(), b"n" * 250 + b".json",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:24])
def test_a_file_with_an_odd_name_is_set_aside_by_the_very_command_that_is_shown(store: Path, name: bytes) -> None:
    with open(os.path.join(os.fsencode(store), name), "w") as file:
        file.write('{"data": {')
    before = state(store)
    shown = ctl(store, "findings").out
    (command,) = [line.strip() for line in shown.splitlines() if "coordctl quarantine" in line]
    python = shlex.join([sys.executable, *PLAIN, "--store", str(store)])
    script = f'coordctl() {{ {python} "$@"; }}; {command}'
    done = end(
        subprocess.Popen(["bash", "-c", script], env=environment(store.parent), cwd=store,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    )  # fmt: skip
    assert done.out.startswith("Set aside ") and done.out.endswith("; undo takes it back\n")
    assert state(store) == {each_: file for each_, file in before.items() if each_ != name}
    assert ctl(store, "undo").out.startswith("Undid: Set aside ")
    assert state(store) == before


def test_names_that_are_nobodys_business(store: Path) -> None:
    for name in (".json", ".hidden.json", "x.JSON", "notes.txt"):
        (store / name).write_text("{")
    assert not [one for one in ctl(store, "findings", "--json").json if one["kind"] == "unreadable_file"]


# Names of documents


SCOPES = {
    "../settings": "and '../settings' is none",
    "..": "and '..' is none",
    "/etc/passwd": "and '/etc/passwd' is none",
    ".coord/lock": "and '.coord/lock' is none",
    "a/b": "and 'a/b' is none",
    "a b:1": "and 'a b' is none",
    "": "it is empty",
    "  ": "it is empty",
    "issue:" + "x" * 1100: "1024 are allowed",
    "issue:\x1b[31m": "characters that cannot be shown",
    "issue:\udcff": "not valid text",
}


def test_names_that_are_none_are_refused(store: Path) -> None:
    before, around = state(store), sorted(store.parent.iterdir())
    answers = each(store, *(["set", scope, "x", "1"] for scope in SCOPES))
    for scope, found in zip(SCOPES, answers, strict=True):
        assert (found.code, found.out) == (1, ""), scope
        assert "cannot name a document: " in found.err and SCOPES[scope] in found.err, scope
    for found in each(store, *([verb, scope] for scope in SCOPES for verb in ("get", "delete"))):
        assert (found.code, found.out) == (1, "")
    assert (state(store), sorted(store.parent.iterdir())) == (before, around)


ALIKE = ["issue:a:b", "issue:a/b", "issue:a__b", "a:b", "a__b", "issue:A", "issue:a", "issue:../../up", "issue:CON",
         "issue:" + "y" * 300, "issue:" + "å" * 150, "issue:.", "issue"]  # fmt: skip


def test_names_that_are_alike_are_documents_apart(store: Path) -> None:
    before = state(store)
    for n, scope in enumerate(ALIKE):
        assert ctl(store, "set", scope, "n", str(n)).code == 0
    for n, found in enumerate(each(store, *(["get", scope, "n"] for scope in ALIKE))):
        assert found.out == f"{n}\n"
    assert len(state(store)) == len(before) + len(ALIKE)
    assert {one.parent for one in store.parent.rglob("*.json")} == {store}
    for scope in ALIKE:
        assert ctl(store, "delete", scope).code == 0
    assert state(store) == before


# Values that others wrote

JUNK = ["7", "null", '"no"', '"NaN"', "NaN", "-Infinity", "1234567890123456789012345", "[]", '[1, null, "x", {}]', "{}",
        '{"a": {"percent": "NaN"}}', '"\\ud800"', '"\\u001b]0;x\\u0007"', "true", "1e400"]  # fmt: skip
KEYS = {
    "session__claude_1": ("current_issue", "status", "last_heartbeat", "todos", "started_at", "pid", "host", "boot_id"),
    "instances": ("registry",),
    "issue__15": ("claimed_by", "claimed_at", "current_session", "status", "progress", "handoff"),
    "locks__db": ("locked_by", "locked_at", "fence", "expires_at", "waiters"),
    "project__queue": ("tasks",),
    "project__events": ("log",),
    "project__release": ("v1.0.0",),
}
TIMES = ["2026-11-22T06:12:11Z", "2026-11-22T06:12:11.123456", "2026-11-22 06:12", "20261122T061211Z", "1795327931",
         "1795327931.5", '1795327931123', "yesterday", "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00", "-1",
         "2026-02-30T00:00:00", "2026-11-22T06:12:11+25:00", "1e308", "٢٠٢٦-11-22T06:12:11"]  # fmt: skip


def spoil(store: Path) -> list[str]:
    """Give every known key every value that is none, each value in a workspace of its own; return those."""
    values = [*JUNK, *(json.dumps(said) for said in TIMES), *(said for said in TIMES if said.isdecimal())]
    for n, value in enumerate(values):
        for name, keys in KEYS.items():
            members = ", ".join(f'"{key}": {value}' for key in keys)
            (store / f"pc__odd__n{n}__{name}.json").write_text(f'{{"data": {{{members}}}, "metadata": {value}}}')
    return [f"pc:odd/n{n}" for n in range(len(values))]


def test_values_of_the_wrong_type_in_every_known_key_break_no_command(store: Path) -> None:
    places = spoil(store)
    before = state(store)
    found = each(store, ["status"], ["status", "--json"], ["findings"], ["status", "--line"], ["scopes"])
    assert [one.code for one in found] == [0] * 5
    assert not [one for one in found[1].json["findings"] if one["kind"] == "unreadable_file"]
    assert {one["workspace"] for one in found[1].json["sessions"]} == {W, *places}
    assert len(found[4].out.splitlines()) == len(before)
    assert state(store) == before
    # One key of such a document is set: what stands beside it stays as it was written, huge numbers and NaN too.
    locks = [store / f"pc__odd__n{n}__locks__db.json" for n in range(len(JUNK))]
    was = [json.loads(path.read_text())["data"] for path in locks]
    for n, path in enumerate(locks):
        assert ctl(store, "set", f"{places[n]}:locks:db", "reason", '"mended"').code == 0
        assert repr(json.loads(path.read_text())["data"]) == repr(was[n] | {"reason": "mended"})
    after = state(store)
    assert {name for name in before if after[name] != before[name]} == {os.fsencode(path.name) for path in locks}
    # What acts on such documents acts or refuses, and says so.
    for verb in ("release db", "clean-up claude_1", "reassign issue:15 --nobody", "sign-off claude_1"):
        for n in (0, 6, 10):
            assert ctl(store, "--workspace", places[n], *verb.split(), "--reason", "test", "--dry-run").code in (0, 1)


def test_times_of_every_style_are_an_age_or_a_finding(store: Path) -> None:
    for n, said in enumerate(TIMES):
        for stated in (json.dumps(said), said if said.replace(".", "").lstrip("-").isdigit() else json.dumps(said)):
            put(store, f"locks__at{n}", f'{{"data": {{"locked_by": "claude_1", "locked_at": {stated}}}}}')
    before = state(store)
    found = ctl(store, "status", "--json").json
    held = {one["resource"]: one["held_for"] for one in found["locks"]}
    bad = {one["subject"].rpartition(":")[2] for one in found["findings"] if one["kind"] == "unreadable_time"}
    for n, said in enumerate(TIMES):
        assert (held[f"at{n}"] is None) == (f"at{n}" in bad) or f"at{n}" not in bad, (said, held[f"at{n}"])
    assert {"at7", "at8", "at12"} <= bad, "no time at all is said to be none"
    assert bad.isdisjoint({"at0", "at1", "at2", "at4"})
    assert state(store) == before


# Places


@contextmanager
def shut() -> Iterator[Path]:
    """A store that others may read, and nobody but its owner may write.

    Another run of pytest at the same time would shut the folder that all of them share.
    """
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        store = Path(place) / "store"
        store.mkdir()
        for name, data in GOOD.items():
            put(store, name, data)
        put(store, "issue__99", "{")
        for path in store.iterdir():
            path.chmod(0o644)
        store.chmod(0o555)
        yield store
        store.chmod(0o755)


@pytest.fixture
def closed() -> Iterator[Path]:
    with shut() as store:
        yield store


def test_no_permission_to_write(closed: Path) -> None:
    before = state(closed)
    changing = [["set", "issue:15", "x", "1"], ["delete", "issue:15"], ["quarantine", f"{PREFIX}issue__99.json"],
                ["clean-up", "--stale"], ["release", "db"]]  # fmt: skip
    for found in each(closed, *changing, first=as_nobody):
        assert (found.code, found.out) == (1, "")
        assert f"not stored, locking the store failed (Permission denied: {closed}/.coord); nothing was" in found.err
        assert found.err.endswith("You may not write there: do it as its owner, or ask for the right to\n")
    looking = [["status"], ["findings", "--json"], ["get", "issue:15", "claimed_by"], ["scopes"], ["log"]]
    assert [one.code for one in each(closed, *looking, first=as_nobody)] == [0] * 5
    assert state(closed) == before
    assert not (closed / ".coord").exists()


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444])
def test_no_permission_to_read(closed: Path, mode: int) -> None:
    closed.chmod(mode)
    verbs = [["status"], ["get", "issue:15"], ["set", "issue:15", "x", "1"], ["undo"], ["log"], ["findings", "--json"]]
    for found in each(closed, *verbs, first=as_nobody):
        assert (found.code, found.out) == (1, "")
        assert f"cannot read {closed}: Permission denied; nothing was changed" in found.err
    closed.chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can keep a file from itself")
def test_a_journal_that_may_not_be_read(closed: Path) -> None:
    closed.chmod(0o755)
    assert ctl(closed, "set", "issue:15", "status", '"x"').code == 0
    before = state(closed)
    (closed / ".coord" / "journal").chmod(0)
    found = each(closed, ["status"], ["get", "issue:15"], ["undo"], ["log"], first=as_nobody)
    assert [one.code for one in found] == [0, 0, 1, 1]
    for one in found[2:]:
        assert one.err.startswith(f"coordctl: cannot read {closed}/.coord/journal: Permission denied; nothing was")
    assert state(closed) == before


def test_a_file_may_not_grow(store: Path) -> None:
    """A disk that has no room for the next bytes, at every size from none up to what an action needs."""
    assert ctl(store, "set", "issue:15", "status", '"x"').code == 0
    (segment,) = (store / ".coord" / "journal").iterdir()
    before, lines = state(store), segment.read_bytes()
    for room in (0, 100, 511, 600, len(lines), len(lines) + 1, len(lines) + 200):
        found = end(begin(store, "set", "issue:15", "big", f'"{"y" * 700}"', preexec_fn=partial(limit, room)))
        assert (found.code, found.out) == (1, ""), room
        assert "not stored, " in found.err and "nothing was changed. " in found.err
        assert (state(store), segment.read_bytes()) == (before, lines), room
    assert ctl(store, "set", "issue:15", "big", '"y"').code == 0


def limit(room: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(disk: Path) -> None:
    store = disk / "store"
    store.mkdir()
    for name, data in GOOD.items():
        put(store, name, data)
    assert ctl(store, "set", "issue:15", "status", '"x"').code == 0
    before = state(store)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"z" * 4096)
        except OSError:
            pass
    for free in (0, 1, 2):
        os.truncate(filler, filler.stat().st_size // 4096 * 4096 - (4096 if free else 0))
        found = ctl(store, "set", "issue:15", "big", f'"{"y" * 16000}"')
        assert (found.code, found.out) == (1, "")
        assert "not stored, writing failed (No space left on device" in found.err
        assert found.err.endswith("nothing was changed. Make room on that disk and try again\n")
        assert state(store) == before
        assert not list((store / ".coord" / "tmp").iterdir())
    filler.unlink()
    assert ctl(store, "set", "issue:15", "big", '"y"').code == 0


def test_the_lock_is_held_by_a_process_that_was_stopped(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StoreLock.held.__wrapped__, "__defaults__", (0.3,))  # type: ignore[attr-defined]

    def stop(step: str) -> None:
        if step == "read":
            os.kill(os.getpid(), signal.SIGSTOP)

    storage = FileStorage(store, step=stop)

    def claim() -> None:
        storage.transact(Act("claim_issue"), lambda tx: tx.edit(f"{W}:issue:15").update(n=1))

    child = fork(claim)
    try:
        os.waitpid(child, os.WUNTRACED)
        before = state(store)
        changing = [["set", "issue:15", "x", "1"], ["release", "db"]]
        for found in each(store, *changing):
            assert (found.code, found.out) == (1, "")
            assert f"by pid {child} on " in found.err and "(doing claim_issue since " in found.err
            assert "nothing was changed. If that process is stopped, continue or end it" in found.err
        assert ctl(store, "status", "--line").code == 0, "who looks never waits"
        assert state(store) == before
        os.kill(child, signal.SIGCONT)
        assert join(child) == 0
    except BaseException:
        kill(child)
        raise
    assert ctl(store, "get", "issue:15", "n").out == "1\n"


def test_two_workspaces_in_one_folder(store: Path) -> None:
    (store / "pc__a__b__issue__15.json").write_text('{"data": {"claimed_by": "codex_1"}}')
    before = state(store)
    short = [["get", "issue:15"], ["set", "issue:15", "x", "1"], ["delete", "issue:15"], ["release", "db"], ["undo"]]
    for found in each(store, *short):
        assert (found.code, found.out) == (1, "")
        assert found.err == (
            "coordctl: the store holds 2 workspaces: name one with --workspace: laptop:acme/shop, pc:a/b\n"
        )
    assert state(store) == before
    assert ctl(store, "--workspace", "pc:a/b", "set", "issue:15", "x", "1").code == 0
    here, there = each(store, ["get", f"{W}:issue:15"], ["get", "pc:a/b:issue:15"])
    assert here.json == GOOD["issue__15"] and there.json == {"claimed_by": "codex_1", "x": 1}
    assert {one["workspace"] for one in ctl(store, "status", "--json").json["issues"]} == {W, "pc:a/b"}


def test_a_folder_removed_and_made_again(store: Path) -> None:
    away = store.with_name("away")
    store.rename(away)
    for found in each(store, ["status"], ["set", "issue:15", "x", "1"], ["undo"]):
        assert (found.code, found.out) == (1, "")
        makes = "`coordctl sign-on` makes it, or name another one with --store"
        assert found.err == f"coordctl: no store at {store}: {makes}\n"
    assert not store.exists()
    store.write_text("a file")
    assert ctl(store, "status").code == 1
    store.unlink()
    away.rename(store)
    following = begin(store, "log", "--follow")
    assert ctl(store, "set", "issue:15", "x", "1").code == 0
    following.send_signal(signal.SIGINT)
    following.communicate(timeout=60)
    assert ctl(store, "get", "issue:15", "x").out == "1\n"
