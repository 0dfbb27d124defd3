"""Ignored: the findings that a user does not want to see until they change, kept in the user's own folder.

Each is a file of its own, so that two consoles never take each other's away, and none needs a lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from coord_core.errors import Refused
from coord_core.state.insights import Finding, Holdings

FORGET_S: Final = 90 * 86400.0
"""After how long, in seconds, what was ignored is asked about again."""
SLACK_S: Final = 60.0
"""How much a time may move, in seconds, and still be the same: clocks are set, and journals know it better."""
MOST: Final = 64 * 1024
NOTHING: Final = Holdings()
KINDS: Final[Mapping[str, Any]] = {
    "finding": str, "severity": str, "cause": str, "since": int | float | None, "at": int | float,
}  # fmt: skip
TICKS: Final = (
    r"\b(just|now|ago)\b|\b\d+[smdy]\b|\b\d+h\d*\b"  # ages
    r"|\bsince [-\d]*\d:\d\d|\bsince \d{4}-\d\d-\d\d( \d\d:\d\d)?"  # written with the day once that is another
    r"|\b\d+%|\b\d+ times\b|\b\d+ tasks? waits?\b"  # what goes on while nothing else happens
)
"""What changes in a finding's sentence though nothing happened that a human would want to hear of."""


def identity(finding: Finding) -> str:
    """Return what makes a finding the same one: what is wrong, with what, where."""
    return json.dumps([finding.kind, finding.subject, finding.workspace])


def cause(finding: Finding, held: Holdings = NOTHING) -> str:
    """Return what a finding is about, without what only ticks; held: what its session has, all of it."""
    names = [lock.resource for lock in held.locks] + [f"#{issue.id}" for issue in held.issues]
    names += [task.label for task in held.tasks]
    return ", ".join(names) or " ".join(re.sub(TICKS, "", finding.text).split())


class Ignored:
    """What the user of a store ignores. folder: None keeps it for as long as the console runs."""

    def __init__(self, store: str, folder: Path | None = None) -> None:
        self._all = folder / "ignored" if folder else None
        self._store = store
        self._marks: dict[str, dict[str, Any]] = {}

    def hides(self, finding: Finding, held: Holdings = NOTHING) -> bool:
        """Whether a finding is still what it was when it was ignored; held: what its session has."""
        mark = self._marks.get(identity(finding)) if self._marks else None
        return mark is not None and _same(mark, _mark(finding, held))

    def load(self) -> list[str]:
        """Look at what is kept; return what was wrong with it, in sentences."""
        if self._all is None:
            return []
        problems: list[str] = []
        marks = {}
        for path in self._kept():
            try:
                mark = _read(path)
            except FileNotFoundError:
                continue  # another console shows it again
            except (OSError, ValueError, RecursionError) as error:
                problems.append(_put_aside(path, error))
                continue
            if time.time() - mark["at"] > FORGET_S:
                with contextlib.suppress(OSError):
                    path.unlink()
                continue
            marks[mark["finding"]] = mark
        self._marks = marks
        return problems

    def ignore(self, finding: Finding, held: Holdings = NOTHING) -> None:
        """Hide a finding until it changes; raises Refused if that could not be kept: then only for this time."""
        mark = {"finding": identity(finding), "store": self._store, "at": time.time(), **_mark(finding, held)}
        self._marks[mark["finding"]] = mark
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _replace(self._path(finding), json.dumps(mark, indent=1))
            except OSError as error:
                raise Refused(
                    f"it is ignored until you leave: {self._folder} cannot be written ({error.strerror})"
                ) from error

    def show(self, finding: Finding) -> None:
        """Show a finding again; raises Refused if it will be hidden again at the next start."""
        self._marks.pop(identity(finding), None)
        if self._folder is not None:
            try:
                self._path(finding).unlink(missing_ok=True)
            except OSError as error:
                raise Refused(
                    f"it is shown until you leave: {self._path(finding)} cannot be removed ({error.strerror})"
                ) from error

    @cached_property
    def _folder(self) -> Path | None:
        return self._all / _digest(self._store) if self._all else None

    def _path(self, finding: Finding) -> Path:
        assert self._folder is not None
        return self._folder / f"{_digest(identity(finding))}.json"

    def _kept(self) -> Iterable[Path]:
        # Whoever ignores nothing starts without the digest.
        if self._all is None or not os.path.isdir(self._all) or self._folder is None:
            return ()
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix == ".json")
        except OSError:
            return ()


def _digest(name: str) -> str:
    from hashlib import sha256  # whoever ignores nothing starts without it

    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _mark(finding: Finding, held: Holdings) -> dict[str, Any]:
    return {"severity": finding.severity.value, "cause": cause(finding, held), "since": finding.since}


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if (one["severity"], one["cause"]) != (other["severity"], other["cause"]):
        return False
    before, now = one["since"], other["since"]
    if before is None or now is None:
        return before is now
    return bool(abs(before - now) <= SLACK_S)


def _read(path: Path) -> dict[str, Any]:
    """Return a kept mark; raises OSError, ValueError."""
    with path.open("rb") as file:
        mark = json.loads(file.read(MOST))
    if not isinstance(mark, dict) or not all(isinstance(mark.get(key), kind) for key, kind in KINDS.items()):
        raise ValueError("it does not say what is ignored")
    return mark


def _put_aside(path: Path, error: Exception) -> str:
    aside = path.with_suffix(".broken")
    try:
        path.replace(aside)
    except OSError:
        aside = path
    return f"something ignored shows again: its file was broken ({error}), and is now {aside}"


def _replace(path: Path, written: str) -> None:
    """Write a file at once: whoever reads it sees the one before or this one."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        draft.write_text(written, "utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
