"""Document, Change, Splice, Line: the frozen records that storage stores and state reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Any, Final, TypeAlias

from coord_core.frozen import frozen


class Absent(Enum):
    """The type of ABSENT: a member that is not there, as opposed to one that is null."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT

Step: TypeAlias = str | Mapping[str, Any]
"""One step of a path: a member's name, or `{"id": v}` for the item of a list with that id."""


@frozen(eq=False)
class Document:
    """One scope's document as it is stored.

    scope: full name (`laptop:acme/shop:issue:15`). data, metadata: the reference format's two objects; never change
    them in place. revision: `seq` of our last write, None if we never wrote it. edited: another program changed `data`
    since that write. written_at: when the stored bytes last changed, seconds since 1970. source: where it is stored, in
    words for people (a file's name, not yet safe for a terminal). extra: top-level members that we do not know. plain:
    holds NaN, huge integers or lone surrogates, which only the standard json reads and writes unharmed.
    """

    scope: str
    data: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    revision: int | None = None
    edited: bool = False
    written_at: float = 0.0
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    plain: bool = False


@frozen
class Unreadable:
    """Something in the store that is no document, and why.

    source: where it is, in words for people. scope: the name it would have, None if that cannot be said. reason: what
    rule it breaks. written_at: seconds since 1970. size: bytes.
    """

    source: str
    scope: str | None
    reason: str
    written_at: float = 0.0
    size: int = 0


@frozen
class Change:
    """One member set, replaced or removed: its own inverse with the two sides swapped.

    path: steps from `data` down. old, new: values, ABSENT for none.
    """

    path: tuple[Step, ...]
    old: Any = ABSENT
    new: Any = ABSENT


@frozen
class Splice:
    """Items of a list taken out and put in at one place: its own inverse with the two sides swapped.

    path: steps from `data` down to the list. at: index of the first item concerned.
    """

    path: tuple[Step, ...]
    at: int
    removed: tuple[Any, ...] = ()
    inserted: tuple[Any, ...] = ()


Edit: TypeAlias = Change | Splice
Changes: TypeAlias = Mapping[str, Sequence[Edit]]
"""What an action changes, by full scope name."""


@frozen(eq=False)
class Line:
    """One committed transaction: a line of the journal (the format is in the design, §2).

    seq: its number, a fence. at: seconds since 1970. boot, mono: boot id and monotonic seconds of the writer. actor:
    `{"workspace", "session"}` of an agent, `{"supervisor": "kim@laptop"}` of a human. undoes: seq of the line that it
    takes back. rest: metadata and unknown members of deleted documents. base: data before, by scope, where another
    program had edited it or the segment begins. moved: `{"from", "to"}` of a quarantine. unapplied: what of an earlier
    line `{"seq", "changes"}` did not hold any more because another program wrote in between.
    """

    seq: int
    at: float
    action: str
    changes: Changes
    actor: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    boot: str = ""
    mono: float = 0.0
    op: str | None = None
    result: Any = None
    undoes: int | None = None
    moved: Mapping[str, str] | None = None
    rest: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)
    unapplied: Sequence[Mapping[str, Any]] = ()


@frozen
class Batch:
    """What `follow()` saw change: documents (None: gone), unreadable files (None: readable or gone), journal lines.

    documents is keyed by full scope, unreadable by source. whole: this is everything there is, not a difference.
    problem: why the store cannot be followed just now (missing, unreadable), "" when it can.
    """

    documents: Mapping[str, Document | None] = field(default_factory=dict)
    unreadable: Mapping[str, Unreadable | None] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    whole: bool = False
    problem: str = ""
