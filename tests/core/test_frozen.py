"""Frozen records are what the standard library's frozen dataclasses are."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from typing import Any, Generic, TypeVar

import pytest

from coord_core.frozen import frozen

T = TypeVar("T")


@frozen
class Point(Generic[T]):
    """A place."""

    x: T
    y: int = 0
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)

    @property
    def far(self) -> bool:
        return self.y > 9


@dataclass(frozen=True, slots=True)
class Theirs(Generic[T]):
    """A place, as the standard library makes it."""

    x: T
    y: int = 0
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@frozen(eq=False)
class Thing:
    """Something that is only itself."""

    name: str


@frozen
class Read(Point[int]):
    """A place whose note is read from a source, and not before somebody asks."""

    source: str = field(kw_only=True)
    note: str = field(init=False)

    def __getattr__(self, name: str) -> str:
        if name != "note":
            raise AttributeError(name)
        return f"read from {self.source}"


def test_a_record_is_a_dataclass_like_any_other() -> None:
    ours: Any
    theirs: Any
    for arguments in ({"x": 1}, {"x": 2.5, "y": 3}, {"x": "a", "y": 12, "tags": ["b"], "note": "c"}):
        ours, theirs = Point(**arguments), Theirs(**arguments)
        assert is_dataclass(ours)
        assert repr(ours) == repr(theirs).replace("Theirs", "Point")
        assert [(f.name, getattr(ours, f.name)) for f in fields(ours)] == [
            (f.name, getattr(theirs, f.name)) for f in fields(theirs)
        ]
        assert replace(ours, y=7) == Point(**{**arguments, "y": 7})
        assert copy.deepcopy(ours) == pickle.loads(pickle.dumps(ours)) == ours
    assert ours.far
    assert Point(1).tags is not Point(1).tags
    with pytest.raises(TypeError, match=r"Point.__new__\(\) missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]


def test_a_record_never_changes() -> None:
    point = Point(1)
    for name in ("x", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(point, name, 2)
    with pytest.raises(FrozenInstanceError):
        del point.x  # type: ignore[misc]
    assert not hasattr(point, "__dict__")
    assert type(point) is type(copy.copy(point)) is type(pickle.loads(pickle.dumps(point))) is Point
    with pytest.raises(FrozenInstanceError):
        copy.copy(point).x = 2  # type: ignore[misc]


def test_records_are_compared_by_their_fields_or_by_what_they_are() -> None:
    assert Point(1, note="a") == Point(1, note="b") != Point(2)
    assert Point(1) != Theirs(1)
    with pytest.raises(TypeError):
        hash(Point(1))  # the list in it
    assert Thing("a") != Thing("a")
    assert len({Thing("a"), Thing("a")}) == 2


def test_a_field_may_stay_empty_until_somebody_asks() -> None:
    place = Read(1, source="a")
    assert place.note == "read from a" and repr(place) == "Read(x=1, y=0, tags=[], note='read from a', source='a')"
    assert replace(place, source="b").note == "read from b"
    assert copy.deepcopy(place) == pickle.loads(pickle.dumps(place)) == place != Point(1)
    with pytest.raises(ValueError, match="note"):
        replace(place, note="c")
    with pytest.raises(TypeError, match="source"):
        Read(1)  # type: ignore[call-arg]


def test_records_of_values_are_their_own_keys() -> None:
    @frozen
    class Pair:
        one: str
        other: float | None = None

    assert {Pair("a", 1.0): 1}[Pair("a", 1.0)] == 1
    assert Pair("a") != Pair("a", 1.0)
