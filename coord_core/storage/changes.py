"""Compare, apply and invert changes of data: pure.

Comparison is strict about types: 1 is neither 1.0 nor true. Lists whose items carry unique ids are compared by id.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from coord_core.documents import ABSENT, Change, Edit, Splice, Step

FULL_LOG_SHIFT: Final = 64
_STRICT: Final = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_MARSHALLED: Final = b"\0"
_ID_TYPES: Final = frozenset({str, int, bool})
_DICT: Final = frozenset({dict})


def fingerprint(value: Any) -> bytes:
    """Return bytes that are equal for equal data of equal types and order; raises ValueError for what is no data."""
    try:
        raw = orjson.dumps(value, option=_STRICT)
    except TypeError:
        raw = b"null"
    # To orjson NaN is null as well, and huge integers and lone surrogates are nothing at all: marshal, eight times as
    # slow, knows them. Format 2 has no back references, so the bytes depend on nothing but the value.
    return _MARSHALLED + marshal.dumps(value, 2) if b"null" in raw else raw


def from_fingerprint(raw: bytes) -> Any:
    """Return the value that a fingerprint was taken of."""
    return marshal.loads(raw[1:]) if raw.startswith(_MARSHALLED) else orjson.loads(raw)


def same(a: Any, b: Any) -> bool:
    """Say whether two values are the same data, types included; the order of members does not count."""
    if fingerprint(a) == fingerprint(b):
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return False


def diff(old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[Step, ...] = ()) -> Iterator[Edit]:
    """Yield the edits that turn `old` into `new`."""
    for key in [*old, *(key for key in new if key not in old)]:
        yield from diff_values((*path, key), old.get(key, ABSENT), new.get(key, ABSENT))


def diff_values(path: tuple[Step, ...], old: Any, new: Any) -> Iterator[Edit]:
    """Yield the edits that turn the value `old` at `path` into `new`; either may be ABSENT."""
    if old is ABSENT or new is ABSENT:
        if old is not new:
            yield Change(path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _diff_lists(path, old, new)
    elif fingerprint(old) == fingerprint(new):
        return
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from diff(old, new, path)
    else:
        yield Change(path, old, new)


def _diff_lists(path: tuple[Step, ...], old: list[Any], new: list[Any]) -> Iterator[Edit]:
    start = _alike(old, new)
    if start == len(old) == len(new):
        return
    end = _alike(old[start:][::-1], new[start:][::-1])
    around = [*old[:start], *old[len(old) - end :]]
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if _have_ids(around, before, after):
        yield from _diff_by_id(path, start, before, after)
    elif _repeats_an_id(old) or _repeats_an_id(new):
        yield Change(path, old, new)
    else:
        yield from _diff_by_place(path, old, new)


def _alike(old: list[Any], new: list[Any]) -> int:
    """Return how many items at the front are the same, in ever longer runs: few fingerprints cost less than many."""
    most = min(len(old), len(new))
    # What nobody touched is the very same object.
    same = next((place for place in range(most) if old[place] is not new[place]), most)
    run, longer = 1, True
    while run and same < most:
        equal = fingerprint(old[same : same + run]) == fingerprint(new[same : same + run])
        same += run if equal else 0
        longer = longer and equal
        run = run * 2 if longer else run // 2
    return min(same, most)


def _have_ids(around: list[Any], before: list[Any], after: list[Any]) -> bool:
    """Say whether all items carry an id of their own, among those around them too."""
    ids = _ids(around)
    return ids is not None and all(
        found is not None and ids.keys().isdisjoint(found) for found in (_ids(before), _ids(after))
    )


def _ids(items: list[Any]) -> dict[tuple[type, Any], int] | None:
    """Return each item's place by its id, None where the items do not all carry one of their own."""
    if not _DICT.issuperset(map(type, items)):
        return None
    ids = [item.get("id") for item in items]
    types = list(map(type, ids))
    if not _ID_TYPES.issuperset(types):
        return None
    places = dict(zip(zip(types, ids, strict=True), range(len(ids)), strict=True))
    return places if len(places) == len(items) else None


def _repeats_an_id(items: list[Any]) -> bool:
    marks = _id_marks(items)
    return len(set(marks)) < len(marks)


def _diff_by_id(path: tuple[Step, ...], start: int, old: list[Any], new: list[Any]) -> Iterator[Edit]:
    """Yield the edits between runs of items with ids, which begin at the place `start`."""
    before, after = _ids(old) or {}, _ids(new) or {}
    stay = [key for key in before if key in after]
    if stay != [key for key in after if key in before]:
        yield Splice(path, start, tuple(old), tuple(new))
        return
    for key in stay:
        item = old[before[key]]
        yield from diff_values((*path, {"id": item["id"]}), item, new[after[key]])
    i, j, splices = 0, 0, []
    for i2, j2 in [*((before[key], after[key]) for key in stay), (len(old), len(new))]:
        if i2 > i or j2 > j:
            splices.append(Splice(path, start + i, tuple(old[i:i2]), tuple(new[j:j2])))
        i, j = i2 + 1, j2 + 1
    # From the end, so that each one's place is not moved by those before it.
    yield from reversed(splices)


def _diff_by_place(path: tuple[Step, ...], old: list[Any], new: list[Any]) -> Iterator[Edit]:
    for gone in range(1, min(len(old), FULL_LOG_SHIFT)):
        # A log that is full: some fell off the front, some came at the end.
        if new and same(old[gone], new[0]):
            kept = len(old) - gone
            if _alike(old[gone:], new[:kept]) == kept:
                yield Splice(path, 0, tuple(old[:gone]), ())
                if len(new) > kept:
                    yield Splice(path, kept, (), tuple(new[kept:]))
                return
    start = 0
    while start < min(len(old), len(new)) and same(old[start], new[start]):
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and same(old[-1 - end], new[-1 - end]):
        end += 1
    yield Splice(path, start, tuple(old[start : len(old) - end]), tuple(new[start : len(new) - end]))


def invert(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the edits that take these back."""
    return tuple(
        Change(edit.path, edit.new, edit.old)
        if isinstance(edit, Change)
        else Splice(edit.path, edit.at, edit.inserted, edit.removed)
        for edit in reversed(edits)
    )


def apply(data: dict[str, Any], edits: Sequence[Edit]) -> list[tuple[Edit, Any]]:
    """Make in `data` those edits whose old side holds; return the others, each with what was found in its place.

    What is put into `data` is copied, so that nothing is shared with the edits.
    """
    return [
        (edit, found)
        for edit in edits
        for found in [_set(data, edit) if isinstance(edit, Change) else _splice(data, edit)]
        if found is not _DONE
    ]


class _Done:
    """The type of _DONE: the edit was made."""


_DONE: Final = _Done()


def _set(data: dict[str, Any], change: Change) -> Any:
    parent = _walk(data, change.path[:-1])
    key = change.path[-1]
    if not isinstance(parent, dict) or not isinstance(key, str):
        return ABSENT
    found = parent.get(key, ABSENT)
    if (found is ABSENT) != (change.old is ABSENT) or (found is not ABSENT and not same(found, change.old)):
        return found
    if change.new is ABSENT:
        parent.pop(key, None)
    else:
        parent[key] = _copy(change.new)
    return _DONE


def _splice(data: dict[str, Any], splice: Splice) -> Any:
    items = _walk(data, splice.path)
    if not isinstance(items, list):
        return items
    at = _find_run(items, splice)
    if at is None or _would_repeat_an_id(items, splice):
        return items
    items[at : at + len(splice.removed)] = [_copy(item) for item in splice.inserted]
    return _DONE


def _find_run(items: list[Any], splice: Splice) -> int | None:
    """Return where the removed items stand now: at their place, else the only place that has them."""
    run, size = list(splice.removed), len(splice.removed)
    if not run:
        return min(splice.at, len(items))
    if same(items[splice.at : splice.at + size], run):
        return splice.at
    places = [at for at in range(len(items) - size + 1) if same(items[at : at + size], run)]
    return places[0] if len(places) == 1 else None


def _would_repeat_an_id(items: list[Any], splice: Splice) -> bool:
    there = set(_id_marks(items)) - set(_id_marks(splice.removed))
    return not there.isdisjoint(_id_marks(splice.inserted))


def _id_marks(items: Sequence[Any]) -> list[bytes]:
    return [fingerprint(item["id"]) for item in items if isinstance(item, dict) and "id" in item]


def _walk(data: Any, path: Sequence[Step]) -> Any:
    """Return what is at `path`, ABSENT if there is no such place or two items claim it."""
    for step in path:
        if isinstance(step, str):
            data = data.get(step, ABSENT) if isinstance(data, dict) else ABSENT
        else:
            hits = [item for item in data if _has_id(item, step["id"])] if isinstance(data, list) else []
            data = hits[0] if len(hits) == 1 else ABSENT
        if data is ABSENT:
            return ABSENT
    return data


def _has_id(item: Any, id_: Any) -> bool:
    return isinstance(item, dict) and "id" in item and same(item["id"], id_)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item) for item in value]
    return value


def edit_to_json(edit: Edit) -> dict[str, Any]:
    """Return an edit as the journal writes it; a missing member means absent."""
    if isinstance(edit, Splice):
        return {"path": edit.path, "at": edit.at, "removed": edit.removed, "inserted": edit.inserted}
    sides = {"old": edit.old, "new": edit.new}
    return {"path": edit.path, **{name: side for name, side in sides.items() if side is not ABSENT}}


def edit_from_json(raw: Mapping[str, Any]) -> Edit:
    """Return the edit that the journal holds; raises KeyError, TypeError or ValueError for garbage."""
    path = tuple(raw["path"])
    if not path or not all(isinstance(step, str) or "id" in step for step in path):
        raise ValueError("a path is made of names and ids")
    if "at" in raw:
        return Splice(path, max(0, int(raw["at"])), tuple(raw["removed"]), tuple(raw["inserted"]))
    return Change(path, raw.get("old", ABSENT), raw.get("new", ABSENT))
