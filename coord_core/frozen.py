"""Frozen records: what `@dataclass(frozen=True, slots=True)` makes, made and built in a fraction of its time.

The standard library compiles six methods for each such class, which takes half a millisecond of every start some fifty
times over, and fills each record past its own refusal to change, with a call for each field. Here one method is
compiled, `__new__`, and the others are shared. A record is born into an open class, which has the same slots and lets
them be set; once they are filled, it becomes one of its own class, which refuses every change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(record: type[T], /) -> type[T]: ...


@overload
def frozen(*, eq: bool = True) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(record: type[T] | None = None, /, *, eq: bool = True) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class a frozen dataclass with slots.

    eq: records are compared by their fields, else by what they are. A `field(init=False)` stays empty, so that asking
    for it leads to the class's own `__getattr__`.
    """

    def make(plain: type[T]) -> type[T]:
        made = dataclass(init=False, repr=False, eq=False, slots=True)(plain)
        each = fields(made)  # type: ignore[arg-type]
        methods = {"__new__": _new(made, each), **_SHARED, **(_comparing(each) if eq else {})}
        for name, method in methods.items():
            setattr(made, name, method)
        return made

    return make if record is None else make(record)


def _new(made: type, each: tuple[Field[Any], ...]) -> Any:
    """Return a `__new__` that fills a record while it is open, and closes it."""
    # Both, or the interpreter looks for the one that it takes from the frozen class at each assignment.
    unrefusing = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    opened = type(made.__name__, (made,), {"__slots__": (), **unrefusing})
    scope: dict[str, Any] = {"_born": object.__new__, "_Open": opened, "_missing": MISSING}
    placed, named, body = ["cls"], ["*"], ["self = _born(_Open)"]
    for one in (one for one in each if one.init):
        name = given = value = one.name
        if one.default is not MISSING:
            scope[f"_default_{name}"] = one.default
            given = f"{name}=_default_{name}"
        elif one.default_factory is not MISSING:
            scope[f"_new_{name}"] = one.default_factory
            given, value = f"{name}=_missing", f"_new_{name}() if {name} is _missing else {name}"
        (named if one.kw_only else placed).append(given)
        body.append(f"self.{name} = {value}")
    parameters = ", ".join(placed + (named if len(named) > 1 else []))
    exec("\n    ".join([f"def __new__({parameters}):", *body, "self.__class__ = cls", "return self"]), scope)
    scope["__new__"].__qualname__ = f"{made.__qualname__}.__new__"
    return scope["__new__"]


def _comparing(each: tuple[Field[Any], ...]) -> dict[str, Any]:
    """Return the methods that compare records by their fields."""
    values = attrgetter(*(one.name for one in each if one.compare))

    def equal(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(values(self))}


def _repr(self: Any) -> str:
    told = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(told)})"


def _refuse_change(self: Any, name: str, value: Any) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:
    return _rebuilt, (type(self), {one.name: getattr(self, one.name) for one in fields(self) if one.init})


def _rebuilt(record: type[T], given: dict[str, Any]) -> T:
    return record(**given)


_SHARED: Final = {
    "__repr__": _repr,
    "__setattr__": _refuse_change,
    "__delattr__": _refuse_deletion,
    "__reduce__": _reduce,
}
