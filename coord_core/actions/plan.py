"""Plan: what an action will change, exactly, before it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from coord_core.documents import Change, Edit
from coord_core.frozen import frozen


@frozen
class Effect:
    """One row of a plan as a human reads it: where, which key, and what becomes of it.

    where: the document's short name (`locks:src/orders`). key: a key, a task (`task 7`), or `deleted`. becomes: words
    such as `claude_4 → nobody`, `was claude_4, 1h12`.
    """

    where: str
    key: str
    becomes: str


@frozen
class Plan:
    """A supervisor's action, worked out but not done: a journal line not yet written.

    action: its name. subject: the record's key. workspace: where it happens. title: the question (`Clean up x?`). verb:
    what the button says. changes: by full scope. effects: the same for people. evidence: why it is right or doubtful, a
    sentence each. warnings: those of its sentences that speak against it. notes: what else happens, and what is not
    touched. takes_from: the live session that it takes something from, None if it takes from nobody alive; then a
    reason is required. event: type, message and metadata of the entry in `project:events`. undoes: seq of the line
    taken back. source: the file to set aside. holds: what must still hold though it does not change: that a task with
    this id is that very task, by full scope. deletes: scopes that must be gone afterwards, so that what came into them
    meanwhile stops the action. tells: what sessions are told of it at their next call, by full scope; "": what the
    event says.
    """

    action: str
    subject: str
    workspace: str
    title: str
    verb: str
    changes: Mapping[str, Sequence[Edit]]
    effects: tuple[Effect, ...] = ()
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    takes_from: str | None = None
    event: tuple[str, str, Mapping[str, Any]] | None = None
    undoes: int | None = None
    source: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    deletes: frozenset[str] = frozenset()
    holds: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    tells: Mapping[str, str] = field(default_factory=dict)


@frozen
class Done:
    """What an applied plan came to: the journal line's seq, and one sentence on what happened."""

    seq: int
    text: str
    plan: Plan
