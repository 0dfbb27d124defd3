"""After power loss: documents made good from the journal.

Only the journal is synced before an action is acknowledged, because it alone brings every document back: a document
that the kernel had not written out yet when the power went is empty, in pieces, or older than its last line.
"""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from coord_core.documents import Document, Line
from coord_core.storage import format as fmt
from coord_core.storage.changes import apply
from coord_core.storage.folder import write_new
from coord_core.storage.shelf import Shelf, Stored
from coord_core.storage.transaction import revise

WRITTEN_OUT_S: Final = 300.0
"""After this many seconds the kernel has written out what nobody synced (30 s and a commit are usual)."""


def replay(lines: Iterable[Line]) -> dict[str, dict[str, Any]]:
    """Return what the journal alone says each document holds, {} where it was deleted; oldest line first.

    A document that another program changed where no line knows of it is left out until a line tells its data again.
    """
    state: dict[str, dict[str, Any]] = {}
    for line in lines:
        for scope, data in line.base.items():
            state[scope] = copy.deepcopy(data) if data else {}
        for scope, edits in line.changes.items():
            if scope in state and apply(state[scope], list(edits)):
                del state[scope]
        for note in line.unapplied:
            for scope in note["changes"]:
                if scope not in line.base:
                    state.pop(scope, None)
    return state


def in_danger(lines_back: Iterable[Line], boot: str) -> dict[str, Line]:
    """Return the documents that the kernel may not have written out when the boot before `boot` ended.

    lines_back: newest first. What comes back is the last line of each.
    """
    found: dict[str, Line] = {}
    newest: Line | None = None
    for line in lines_back:
        newest = newest or line
        if newest.boot == boot or line.boot != newest.boot or line.mono < newest.mono - WRITTEN_OUT_S:
            break
        for scope in line.changes:
            found.setdefault(scope, line)
    return found


def make_good(shelf: Shelf, aside: Path, last: dict[str, Line], lines: Iterable[Line]) -> list[str]:
    """Bring back those documents that are in pieces or older than their last line; return their scopes."""
    state = replay(lines)
    done = []
    for scope, line in last.items():
        stored = shelf.find(scope)
        if scope in state and _is_behind(stored, line):
            _bring_back(stored, state[scope], line, aside)
            done.append(scope)
    return done


def _is_behind(stored: Stored, line: Line) -> bool:
    if stored.problem:
        return stored.found.raw is not None  # a torn file, not a pipe or a folder
    document = stored.document()
    if document is None:
        return False  # another program may have deleted it, and nothing says when
    return document.revision is not None and document.revision < line.seq and not document.edited


def _bring_back(stored: Stored, data: dict[str, Any], line: Line, aside: Path) -> None:
    if stored.problem:
        aside.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(stored.path, aside / f"{line.seq}-{stored.name}", follow_symlinks=False)
    if not data:
        os.unlink(stored.path)
        return
    before = None if stored.problem else stored.document()
    after = revise(before or Document(stored.scope, {}), data, line.changes[stored.scope], line.seq, line.at)
    fresh = aside.parent / "tmp" / "redo"
    fresh.unlink(missing_ok=True)
    fd = write_new(str(fresh), fmt.encode(after), mode=stored.found.mode)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(fresh, stored.path)
