"""Frozen dataclasses built at once, for the records that a board has by the ten thousand."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, Final, TypeVar

T = TypeVar("T")

_become: Final = object.__dict__["__class__"].__set__


def at_once(record: type[T]) -> type[T]:
    """Let a frozen dataclass with slots (and no default factories) be built in a third of the time.

    A frozen dataclass fills itself through `object.__setattr__`, a call for each field. This one is for that moment of
    an open class with the same slots; once it is built it is as frozen as before.
    """
    each = fields(record)  # type: ignore[arg-type]
    names = [field.name for field in each]
    given = [name if f.default is MISSING else f"{name}=_{name}" for name, f in zip(names, each, strict=True)]
    body = [f"def __init__(self, {', '.join(given)}):", "_become(self, _Open)"]
    body += [f"self.{name} = {name}" for name in names]
    scope: dict[str, Any] = {f"_{field.name}": field.default for field in each}
    scope |= {"_become": _become, "_Open": type(record.__name__, (), {"__slots__": names}), "_Record": record}
    exec("\n    ".join([*body, "self.__class__ = _Record"]), scope)
    record.__init__ = scope["__init__"]  # type: ignore[method-assign]
    return record
