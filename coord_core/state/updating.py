"""The next board from the one before: only what a batch touches, and what is due, is looked at again."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from coord_core.documents import Batch
from coord_core.scopes import natural
from coord_core.state.agenda import Agenda, Planner
from coord_core.state.filing import Filing
from coord_core.state.findings import View, find, ranked, reached
from coord_core.state.index import Documents, Index
from coord_core.state.insights import Finding
from coord_core.state.intake import Journal
from coord_core.state.patched import Draft
from coord_core.state.roster import Roster

if TYPE_CHECKING:
    from coord_core.state.board import Board

JUMP: Final = 1.0
MANY: Final = 500


@contextmanager
def uncollected(documents: int) -> Iterator[None]:
    """Read many documents without a search for garbage: there is none, and the search costs a fifth of the time."""
    if documents < MANY or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def updated(
    board: Board,
    batch: Batch,
    *,
    now: float,
    processes: Mapping[str, str | None] | None = None,
    mono: float | None = None,
    boot: str = "",
) -> Board:
    """Return the board after `batch` at `now` (see Board.update)."""
    index = board.index
    boot = boot or index.boot
    journal = Journal(index, boot)
    offset, jumped = _offset(index, now, mono)
    filing = Filing(board, journal, now, offset)
    if not batch.problem:
        if batch.whole and batch.lines:
            journal.restart()
        journal.take(batch.lines)
        filing.look(batch)
    if jumped:
        filing.reckon()
    processes, ended = _processes(index.processes, processes)
    roster = Roster(board, filing, journal, now)
    roster.settle([*filing.touched, *journal.touched, *ended, *(index.activity if jumped else ())], processes, offset)
    stirred = roster.stirred or any(scope.endswith("project:hold") for scope in filing.subjects)
    found, due, findings = _findings(
        board,
        _view(board, filing, journal, roster, now),
        {**filing.subjects, **journal.subjects, **roster.subjects},
        stirred,
    )
    places = filing.places.now
    return replace(
        board,
        now=now,
        documents=board.documents if filing.parts.now is index.parts else Documents(filing.parts.now),
        unreadable=filing.unreadable.now,
        sessions=roster.sessions.now,
        issues=filing.issues.now,
        locks=filing.locks.now,
        lists=filing.lists.now,
        events=filing.events.now,
        shared=filing.shared,
        verdicts=roster.verdicts.now,
        holdings=roster.holdings.now,
        signs=roster.signs.now,
        findings=findings,
        workspaces=board.workspaces if places is index.places else tuple(sorted(places, key=natural)),
        changed_at=filing.changed_at,
        journaled=board.journaled or filing.revised or bool(batch.lines),
        problem=batch.problem,
        news=len(batch.documents),
        index=Index(
            parts=filing.parts.now,
            mentions=filing.mentions.now,
            workers=filing.workers.now,
            registry=filing.registry.now,
            activity=journal.activity.now,
            supervised=journal.supervised.now,
            cleaned=journal.cleaned.now,
            written=journal.written.now,
            losses=journal.losses.now,
            processes=processes,
            found=found,
            seen_due=roster.due.done(),
            found_due=due,
            offset=offset,
            boot=boot,
            seq=journal.seq,
            places=places,
        ),
    )


def _offset(index: Index, now: float, mono: float | None) -> tuple[float | None, bool]:
    """Return the wall clock minus the monotonic one, the same while the clock does not jump; and if it did."""
    if mono is None:
        return index.offset, False
    new = now - mono
    if index.offset is None or abs(new - index.offset) > JUMP:
        return new, True
    return index.offset, False


def _processes(
    old: Mapping[str, str | None], new: Mapping[str, str | None] | None
) -> tuple[Mapping[str, str | None], Iterable[str]]:
    """Return what is known of processes, and the sessions for which that changed."""
    if new is None or new is old or new == old:
        return old, ()
    return dict(new), sorted(scope for scope in new.keys() | old.keys() if new.get(scope) != old.get(scope))


def _view(board: Board, filing: Filing, journal: Journal, roster: Roster, now: float) -> View:
    return View(
        now=now,
        limits=board.limits,
        parts=filing.parts.now,
        mentions=filing.mentions.now,
        workers=filing.workers.now,
        unreadable=filing.unreadable.now,
        activity=journal.activity.now,
        cleaned=journal.cleaned.now,
        losses=journal.losses.now,
        sessions=roster.sessions.now,
        verdicts=roster.verdicts.now,
        holdings=roster.holdings.now,
        signs=roster.signs.now,
    )


def _findings(
    board: Board, view: View, subjects: Mapping[str, None], stirred: bool
) -> tuple[Mapping[str, tuple[Finding, ...]], Agenda, tuple[Finding, ...]]:
    """Seek findings again for what changed or is due; return them by subject, the agenda, and all of them in order."""
    found, due = Draft(board.index.found), Planner(board.index.found_due)
    changed = False
    also = {**dict.fromkeys(due.take(view.now)), **(_depending(board) if stirred else {})}
    for subject in {**subjects, **also, **reached(view, subjects)}:
        findings, later = find(view, subject)
        due.set(subject, later)
        if findings != found.now.get(subject, ()):
            changed = True
            if findings:
                found.set(subject, findings)
            else:
                found.drop(subject)
    return found.now, due.done(), ranked(found.now.values()) if changed else board.findings


def _depending(board: Board) -> dict[str, None]:
    """Return the subjects whose findings hang on others: why tasks wait, and locks while a circle of waiters stands."""
    kinds, depending = {one.kind for one in board.findings}, dict[str, None]()
    if "tasks_waiting" in kinds:
        for subject, some in board.index.found.items():
            if any(one.kind == "tasks_waiting" for one in some):
                depending[subject] = None
    if "waiting_circle" in kinds:
        depending.update((scope, None) for scope, lock in board.locks.items() if lock.waiters)
    return depending
