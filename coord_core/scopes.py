"""Scope names: workspace, kind and id (`laptop:acme/shop` + `issue` + `15`; the design, §2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from coord_core.errors import InvalidScope
from coord_core.frozen import frozen

KINDS: Final = ("session", "issue", "locks", "project", "instances", "inbox")
MAX_BYTES: Final = 1024
_DIGITS: Final = re.compile(r"([0-9]{1,18})[0-9]*")


@frozen
class Scope:
    """A scope name taken apart; workspace is `""` for a document without one, id `""` for a kind alone."""

    workspace: str
    kind: str
    id: str

    @property
    def short(self) -> str:
        """The name as agents of its workspace speak it (`issue:15`)."""
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @property
    def full(self) -> str:
        """The name with its workspace."""
        return f"{self.workspace}:{self.short}" if self.workspace else self.short


def parse(full: str) -> Scope:
    """Take a full name apart: the workspace is the first two parts where a third follows and the first is no kind."""
    return Scope(*split(full))


def split(full: str) -> tuple[str, str, str]:
    """Take a full name apart, as `parse` does, into workspace, kind and id."""
    try:
        machine, project, kind, ident = full.split(":", 3)
    except ValueError:
        return _split_short(full)
    return (f"{machine}:{project}", kind, ident) if machine not in KINDS else _split_short(full)


def _split_short(full: str) -> tuple[str, str, str]:
    machine, _, rest = full.partition(":")
    project, more, kind = rest.partition(":")
    if more and machine not in KINDS:
        return f"{machine}:{project}", kind, ""
    kind, _, ident = full.partition(":")
    return "", kind, ident


def in_workspace(workspace: str, short: str) -> str:
    """Return the full name of a short one (`issue:15`) in a workspace; "" is no workspace."""
    return f"{workspace}:{short}" if workspace else short


def check(scope: str) -> str:
    """Return `scope` if it can name a document; raises InvalidScope."""
    if not scope:
        raise InvalidScope(scope, "it is empty")
    try:
        size = len(scope.encode())
    except UnicodeEncodeError:
        raise InvalidScope(scope, "it is not valid text") from None
    if size > MAX_BYTES:
        raise InvalidScope(scope[:60] + "…", f"it has {size} bytes, {MAX_BYTES} are allowed")
    return scope


def reference_name(scope: str) -> str:
    """Return the reference coordinator's file name for a scope, without `.json`: `:` and `/` as `__`."""
    return scope.replace(":", "__").replace("/", "__")


def from_reference_name(name: str, workspaces: Iterable[str] = ()) -> str:
    """Guess the scope behind a reference file name (without `.json`), whose encoding loses what `__` stood for.

    The longest known workspace that the name begins with, else the first known kind at place 2 or later, counted from
    0. What comes back always has this reference name again.
    """
    for workspace in sorted(workspaces, key=len, reverse=True):
        prefix = reference_name(workspace) + "__"
        if workspace and name.startswith(prefix) and len(name) > len(prefix):
            return f"{workspace}:{_kind_and_id(name[len(prefix) :])}"
    parts = name.split("__")
    if parts[0] in KINDS:
        return _kind_and_id(name)
    for place in range(2, len(parts)):
        if parts[place] in KINDS:
            project = "/".join(parts[1:place])
            return f"{parts[0]}:{project}:{_kind_and_id('__'.join(parts[place:]))}"
    return _kind_and_id(name)


def _kind_and_id(name: str) -> str:
    kind, sep, rest = name.partition("__")
    return f"{kind}:{rest.replace('__', '/')}" if sep else name


@lru_cache(1 << 12)
def natural(name: str) -> tuple[str | int, ...]:
    """Return a key that sorts names as people do: claude_2 before claude_10."""
    parts: list[str | int] = [*_DIGITS.split(name.casefold())]
    parts[1::2] = map(int, parts[1::2])  # words and numbers by turns
    return tuple(parts)
