"""What moved while somebody was deciding, as two sentences for each document: what was seen, and what is there now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from coord_core.actions.plan import Plan
from coord_core.documents import ABSENT, Change
from coord_core.errors import StaleView
from coord_core.scopes import parse
from coord_core.times import clock, instant

Values: TypeAlias = dict[tuple[Any, ...], Any]

OWNER: Final[Mapping[str, tuple[str, ...]]] = {"locks": ("locked_by",), "issue": ("current_session", "claimed_by")}
SINCE: Final[Mapping[str, str]] = {"locks": "locked_at", "issue": "claimed_at"}


class Sides(NamedTuple):
    """A document before and after; owner: the session that has it now, None if that is not what moved."""

    scope: str
    seen: str
    now: str
    owner: str | None = None


def sides(error: StaleView, plan: Plan | None) -> list[Sides]:
    """Return both sides of everything that moved; plan: what was seen, as far as it was to be changed."""
    return [_sides(scope, error, plan) for scope in dict.fromkeys(scope for scope, *_ in error.moved)]


def _sides(scope: str, error: StaleView, plan: Plan | None) -> Sides:
    moved = [(_path(path), expected, found) for where, path, expected, found in error.moved if where == scope]
    changes = plan.changes.get(scope, ()) if plan else ()
    seen: Values = {_path(edit.path): edit.old for edit in changes if isinstance(edit, Change)}
    seen |= {path: expected for path, expected, _ in moved}
    now = seen | {path: found for path, _, found in moved}
    kind = parse(scope).kind
    if kind in OWNER and (before := _had(kind, seen)) != (after := _had(kind, now)):
        return Sides(scope, before, after, _owner(kind, now))
    told = [tuple(_said(path, value) for value in (expected, found)) for path, expected, found in moved]
    return Sides(scope, ", ".join(one for one, _ in told), ", ".join(other for _, other in told))


def _path(path: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(f"task {next(iter(step.values()), '')}" if isinstance(step, Mapping) else step for step in path)


def _owner(kind: str, values: Values) -> str | None:
    found = (values.get((key,)) for key in OWNER[kind])
    return next((owner for owner in found if isinstance(owner, str) and owner), None)


def _had(kind: str, values: Values) -> str:
    """Return who has a lock or an issue: `claude_4 since 13:19:02, fence 812`."""
    owner = _owner(kind, values)
    if owner is None:
        return "nobody"
    at = instant(values.get((SINCE[kind],)))
    fence = values.get(("fence",), ABSENT)
    since = f" since {clock(at)}" if at is not None else ""
    return f"{owner}{since}{f', fence {_brief(fence)}' if fence is not ABSENT else ''}"


def _said(path: tuple[Any, ...], value: Any) -> str:
    # `tasks` says nothing where the task is named.
    steps = path[1:] if len(path) > 1 and str(path[1]).startswith("task ") else path
    return f"{' '.join(map(str, steps))} {_brief(value)}".strip()


def _brief(value: Any) -> str:
    if value is ABSENT:
        return "not there"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)[:200]
