"""A journal's line <-> bytes, and the whole lines of a segment in either direction."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from coord_core.documents import Line
from coord_core.errors import StoreUnreadable
from coord_core.frozen import frozen
from coord_core.storage import format as fmt
from coord_core.storage.changes import edit_from_json, edit_to_json
from coord_core.times import utc_iso

_WARY: Final = os.O_NOFOLLOW | os.O_NONBLOCK
_CHUNK: Final = 1 << 16
_SHORT: Final = 1 << 12
"""What is read first from the end: most callers want the last line only."""


@frozen(eq=False)
class Entry:
    """A journal line with what only storage needs: for each document its file's name and what stood there before.

    files, by scope: `{name, was: [size, crc], gone}`; `was` is missing where nothing stood, `gone` where it stays.
    """

    line: Line
    files: Mapping[str, Mapping[str, Any]]


def to_bytes(line: Line, files: Mapping[str, Mapping[str, Any]], plain: bool = False) -> bytes:
    """Return a line as the journal holds it, newline included."""
    members: dict[str, Any] = {
        "seq": line.seq,
        "at": utc_iso(line.at),
        "boot": line.boot,
        "mono": line.mono,
        "actor": line.actor,
        "action": line.action,
        "op": line.op,
        "reason": line.reason,
        "undoes": line.undoes,
        "changes": {scope: [edit_to_json(edit) for edit in edits] for scope, edits in line.changes.items()},
        "files": files,
    }
    optional = {
        "result": line.result,
        "moved": line.moved,
        "rest": line.rest,
        "base": line.base,
        "unapplied": line.unapplied,
    }
    members |= {name: value for name, value in optional.items() if value}
    return fmt.dump(members, plain) + b"\n"


def from_bytes(raw: bytes) -> Entry | None:
    """Return the entry that `raw` holds, None if it holds none: a reader skips what it does not understand."""
    try:
        members = _loads(raw)
        changes = {scope: tuple(edit_from_json(edit) for edit in edits) for scope, edits in members["changes"].items()}
        line = Line(
            seq=int(members["seq"]),
            at=datetime.fromisoformat(members["at"]).timestamp(),
            action=str(members["action"]),
            changes=changes,
            actor=dict(members.get("actor") or {}),
            reason=str(members.get("reason") or ""),
            boot=str(members.get("boot") or ""),
            mono=float(members.get("mono") or 0.0),
            op=members.get("op"),
            result=members.get("result"),
            undoes=members.get("undoes"),
            moved=members.get("moved"),
            rest=dict(members.get("rest") or {}),
            base=dict(members.get("base") or {}),
            unapplied=tuple(members.get("unapplied") or ()),
        )
        return Entry(line, dict(members.get("files") or {}))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _loads(raw: bytes) -> Any:
    if fmt.holds_long_number(raw):
        return json.loads(raw)
    try:
        return orjson.loads(raw)
    except ValueError:
        return json.loads(raw)


def end_of_lines(fd: int, end: int) -> int:
    """Return the place behind the last newline before `end`."""
    if end == 0 or os.pread(fd, 1, end - 1) == b"\n":
        return end
    while end > 0:
        start = max(0, end - _CHUNK)
        at = os.pread(fd, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0


@contextmanager
def reading(path: str | Path) -> Iterator[None]:
    """Go on without what is not there; raise StoreUnreadable for what is there and cannot be read."""
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StoreUnreadable(str(path), error.strerror or str(error)) from error


def open_segment(path: Path) -> BinaryIO:
    """Open a segment without waiting on a pipe, and follow no link."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | _WARY))


def size_of_whole_lines(path: Path) -> int:
    """Return where a segment's whole lines end."""
    with reading(path), open_segment(path) as file:
        return end_of_lines(file.fileno(), os.fstat(file.fileno()).st_size)
    return 0


def whole(path: Path) -> bytes:
    """Return all that a segment holds, nothing if it is not there."""
    with reading(path), open_segment(path) as file:
        return file.read()
    return b""


def forwards(path: Path) -> Iterator[bytes]:
    """Yield a segment's whole lines."""
    with reading(path), open_segment(path) as file:
        for raw in file:
            if raw.endswith(b"\n"):
                yield raw


def backwards(path: str | Path) -> Iterator[bytes]:
    """Yield a segment's whole lines from its end, reading no more of it than is asked for."""
    with reading(path):
        # Every writer does this while it holds the store's lock: a file object would cost as much as all the rest.
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | _WARY)
        try:
            yield from _backwards(fd)
        finally:
            os.close(fd)


def _backwards(fd: int) -> Iterator[bytes]:
    end, rest = os.fstat(fd).st_size, b""
    torn, size = True, _SHORT
    while end > 0:
        start, size = max(0, end - size), _CHUNK
        first, *lines = (os.pread(fd, end - start, start) + rest).split(b"\n")
        for raw in reversed(lines):
            if not torn and raw:
                yield raw
            torn = False
        rest, end = first, start
    if not torn and rest:
        yield rest
