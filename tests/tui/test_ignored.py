"""What is ignored until it changes: what counts as a change, and that nothing of it is ever lost or in the store."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coord_core.documents import Batch
from coord_core.errors import Refused
from coord_core.state.board import Board
from coord_core.state.insights import Finding, Holdings, Severity
from coord_core.state.records import Lock
from coord_tui.ignored import Ignored, cause
from tests.core import samples
from tests.tui import boards

STORE = "/repo/.claude/session-state"
DEAD = Finding("dead_session", Severity.HIGH, "w:p:session:a", "w:p", "a", "a died 12m ago holding db", 1000.0)


def lock(name: str) -> Lock:
    return Lock(f"w:p:locks:{name}", "w:p", name, "a")


HELD = Holdings((lock("db"),))


def test_it_is_ignored_until_it_changes() -> None:
    ignored = Ignored(STORE)
    assert not ignored.hides(DEAD, HELD)
    ignored.ignore(DEAD, HELD)
    assert ignored.hides(DEAD, HELD)
    assert ignored.hides(replace(DEAD, text="a died 3d ago holding db", since=1030.0), HELD), "only time passed"
    for changed in (
        replace(DEAD, severity=Severity.LOW), replace(DEAD, kind="stale_session"), replace(DEAD, since=2000.0),
        replace(DEAD, since=None), replace(DEAD, subject="w:p:session:b"), replace(DEAD, workspace="w:q"),
    ):  # fmt: skip
        assert not ignored.hides(changed, HELD), changed
    assert not ignored.hides(DEAD, Holdings((lock("db"), lock("deploy")))), "it holds something else"
    ignored.show(DEAD)
    assert not ignored.hides(DEAD, HELD)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a just died holding db", "a died 12m ago holding db"),
        ("db expired just now, still held by a (live)", "db expired 3d ago, still held by a (live)"),
        ("#21 has two: a 6% since 14:02, b 5% since 14:26", "#21 has two: a 7% since 14:02, b since 2026-11-22 14:26"),
        ("queue 1 task waits, none taken for 22m: no session is live",
         "queue 9 tasks wait, none taken for 1h02: no session is live"),
        ("a logged one event 14 times: Retrying", "a logged one event 20 times: Retrying"),
        ("a beats but did nothing for 34m: #23 stands at 40%, one event 14 times",
         "a beats but did nothing for 14h: #23 stands at 40%, one event 90 times"),
    ],
)  # fmt: skip
def test_what_only_ticks_is_no_change(one: str, other: str) -> None:
    assert cause(replace(DEAD, text=one)) == cause(replace(DEAD, text=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("db b waited 11m: a (live) has it for 21m", "db b and 2 more waited 11m: a (live) has it for 21m"),
        ("queue 2 tasks failed, queue#7 last 5m ago: boom", "queue 3 tasks failed, queue#8 last 5m ago: boom"),
        ("queue 6 tasks wait for 22m: no session is live", "queue 6 tasks wait for 22m: 2 live sessions are busy"),
    ],
)
def test_another_cause_is_a_change(one: str, other: str) -> None:
    assert cause(replace(DEAD, text=one)) != cause(replace(DEAD, text=other))


def test_hours_that_pass_change_nothing_on_a_busy_board() -> None:
    batch, processes = samples.busy_batch()
    now = samples.BUSY_NOW
    board = Board(now).update(batch, now=now, processes=processes)
    ignored = Ignored(STORE)
    there = {(each.kind, each.subject) for each in board.findings}
    for finding in board.findings:
        ignored.ignore(finding, board.holdings.get(finding.subject, Holdings()))
    for minutes in (1, 20, 45):
        later = board.update(Batch(), now=now + 60 * minutes, processes=processes)
        for finding in later.findings:
            if (finding.kind, finding.subject) in there:
                assert ignored.hides(finding, later.holdings.get(finding.subject, Holdings())), finding


# Kept


def reopened(folder: Path) -> Ignored:
    found = Ignored(STORE, folder)
    assert found.load() == []
    return found


def test_it_is_kept_for_the_store_it_is_of(tmp_path: Path) -> None:
    reopened(tmp_path).ignore(DEAD, HELD)
    assert reopened(tmp_path).hides(DEAD, HELD)
    other = Ignored("/elsewhere", tmp_path)
    other.load()
    assert not other.hides(DEAD, HELD)
    reopened(tmp_path).show(DEAD)
    assert not reopened(tmp_path).hides(DEAD, HELD)


def test_two_consoles_at_once_lose_nothing(tmp_path: Path) -> None:
    one, other = reopened(tmp_path), reopened(tmp_path)
    stale = replace(DEAD, kind="stale_session")
    one.ignore(DEAD, HELD)
    other.ignore(stale, HELD)
    one.show(replace(DEAD, kind="never_seen"))
    both = reopened(tmp_path)
    assert both.hides(DEAD, HELD) and both.hides(stale, HELD)


@pytest.mark.parametrize("bad", [b"", b"{", b"[]", b"\xff", b'{"finding": 1}', b'{"finding": "x"}', b"[" * 50_000])
def test_a_broken_file_is_reported_and_put_aside(tmp_path: Path, bad: bytes) -> None:
    kept = reopened(tmp_path)
    kept.ignore(DEAD, HELD)
    kept.ignore(replace(DEAD, kind="stale_session"), HELD)
    path = sorted(tmp_path.rglob("*.json"))[0]
    path.write_bytes(bad)
    (problem,) = Ignored(STORE, tmp_path).load()
    assert "something ignored shows again" in problem and path.with_suffix(".broken").name in problem
    assert path.with_suffix(".broken").read_bytes() == bad and not path.exists()
    assert reopened(tmp_path)._marks, "the other one is still ignored"


def test_a_crash_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = reopened(tmp_path)
    kept.ignore(DEAD, HELD)

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(Refused, match=r"until you leave: .* cannot be written \(No space left on device\)"):
        kept.ignore(replace(DEAD, severity=Severity.LOW), HELD)
    assert kept.hides(replace(DEAD, severity=Severity.LOW), HELD), "for this time it is ignored"
    monkeypatch.undo()
    assert reopened(tmp_path).hides(DEAD, HELD)
    assert len(list(tmp_path.rglob("*.*"))) == 1


def test_what_was_ignored_long_ago_is_asked_about_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reopened(tmp_path).ignore(DEAD, HELD)
    monkeypatch.setattr("time.time", lambda: boards.NOW + 400 * 86400)
    assert not reopened(tmp_path).hides(DEAD, HELD)
    assert not list(tmp_path.rglob("*.json"))
