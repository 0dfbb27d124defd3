"""Arguments: what callers give, checked and brought into one shape; each raises InvalidArgument for what is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from coord_core.errors import InvalidArgument
from coord_core.state.reading import text

TEXT_MAX: Final = 4000
"""Characters that a message, a reason or an event's words may have."""
LONGEST: Final = 512
"""Characters that a name of a session, an issue, a lock or a task may have."""


def name(argument: str, value: object) -> str:
    """Return an argument that names something; raises InvalidArgument."""
    found = text(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if found is None or not found.strip():
        raise InvalidArgument(argument, "a name is needed")
    if len(found) > LONGEST:
        raise InvalidArgument(argument, f"{len(found)} characters, {LONGEST} are allowed")
    if not found.isprintable():
        raise InvalidArgument(argument, "it holds characters that cannot be shown")
    return found


def issue_id(value: object) -> str:
    """Return the id of an issue given as `15`, `#15` or `issue:15`; raises InvalidArgument."""
    found = name("issue", value).strip().removeprefix("issue:").strip().removeprefix("#")
    if ":" in found:
        raise InvalidArgument("issue", f"{found} is no issue: 15, #15 or issue:15 is how one is named")
    return name("issue", found)


def lock_name(value: object) -> str:
    """Return the resource of a lock given as `src/orders` or `locks:src/orders`; raises InvalidArgument."""
    return name("resource", name("resource", value).removeprefix("locks:"))


def plain(value: object) -> str:
    """Return an id as text if it is a number; anything else is refused where it is used."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value  # type: ignore[return-value]


def said(argument: str, value: object) -> str:
    """Return an argument that is words; raises InvalidArgument."""
    if not isinstance(value, str):
        raise InvalidArgument(argument, "text is needed")
    if len(value) > TEXT_MAX:
        raise InvalidArgument(argument, f"{len(value)} characters, {TEXT_MAX} are allowed")
    return value


def members(argument: str, value: object) -> dict[str, Any]:
    """Return an argument that is an object, empty without one; raises InvalidArgument."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidArgument(argument, "an object is needed")
    return dict(value)


def sentences(argument: str, value: object) -> list[str]:
    """Return an argument that is words, or several of them; raises InvalidArgument."""
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise InvalidArgument(argument, "a list of text is needed")
    return [said(argument, each) for each in ([value] if isinstance(value, str) else value)]


def flag(argument: str, value: object) -> bool:
    """Return an argument that is true or false; raises InvalidArgument."""
    if not isinstance(value, bool):
        raise InvalidArgument(argument, "true or false is needed")
    return value


def fence_number(value: object) -> int:
    """Return a fence, 0 for none; raises InvalidArgument."""
    if type(value) is not int or value < 0:
        raise InvalidArgument("fence", "the number that came with the lock is needed, or none")
    return value
