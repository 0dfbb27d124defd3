"""The detail of every other document: the hold, an inbox, the registry, and shared state as a tree."""

from __future__ import annotations

from typing import Any

from coord_core.documents import ABSENT, Document, Unreadable
from coord_core.scopes import in_workspace, natural, parse
from coord_core.state.holds import HOLD, read_hold
from coord_core.state.reading import mapping
from coord_core.times import written
from coord_tui.ages import clock, past
from coord_tui.describe.parts import section
from coord_tui.describe.values import scalar, tree
from coord_tui.display import NOTHING, Words, join, link, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.shared_tree import value_at
from coord_tui.targets import Target
from coord_tui.whereabouts import letters


def document(scene: Scene, target: Target, now: float, room: int) -> list[Words]:
    """Return what a document holds, or one key or value in it; nothing where there is no document."""
    found = scene.board.documents.get(target.scope or "")
    if found is None:
        return []
    path = tuple(target.facts.get("path", ()))
    if path:
        return _value(scene, found, path, now, room)
    return [*_meaning(scene, found, now), *_stored(found, now), *section(_members(found, now, room))]


def unreadable(bad: Unreadable) -> list[Words]:
    """Return why a file cannot be read, and what to do about it."""
    return [say(("unreadable file ", "stale"), bad.source), say(bad.reason), say(),
            say("It is left alone and never overwritten. x sets it aside.")]  # fmt: skip


def _stored(found: Document, now: float) -> list[Words]:
    when = f"  written {clock(found.written_at)}, {past(found.written_at, now)}" if found.written_at else ""
    return [say((f"stored in {found.source}{when}", "dim"))]


def _members(found: Document, now: float, room: int) -> list[Words]:
    """Return the document's keys and values, each key with how long ago it was written."""
    lines: list[Words] = []
    for key, value in found.data.items():
        at = written(found.metadata, key)
        head, *rest = tree({key: value}, room) or [NOTHING]
        lines += [head + (say((f"  {past(at, now)}", "dim")) if at is not None else NOTHING), *rest]
    return lines or [say(("It holds nothing.", "dim"))]


def _value(scene: Scene, found: Document, path: tuple[str | int, ...], now: float, room: int) -> list[Words]:
    value: Any = value_at(found.data, path)
    at = written(found.metadata, str(path[0]))
    where = [say(link(parse(found.scope).short, found.scope, "link")), *(say(str(step)) for step in path)]
    lines = [say(("in ", "dim"), *join(where, " › "))]
    lines += [say(("written ", "dim"), past(at, now))] if at is not None else []
    shown = tree(value, room) if value is not ABSENT else []
    return lines + section(shown or [say(("nothing is there", "dim"))])


def _meaning(scene: Scene, found: Document, now: float) -> list[Words]:
    """Return what a document of a known kind says, in words."""
    name = parse(found.scope)
    if name.short == HOLD and (hold := read_hold(found.data)):
        since = f" since {clock(hold.at)}" if hold.at is not None else ""
        head = say(("Everybody is on hold", "wait bold"), f"{since} by {hold.by or 'somebody'}. H lifts it.")
        return [head, say(f"“{hold.message}”"), NOTHING] if hold.message else [head, NOTHING]
    session = scene.board.sessions.get(in_workspace(name.workspace, f"session:{name.id}"))
    if name.kind == "inbox" and session:
        return [
            say(("what is told to ", "dim"), *scene.who(name.workspace, name.id)),
            *letters(scene, session),
            NOTHING,
        ]
    if name.short == "instances":
        registry = mapping(found.data.get("registry"))
        return [
            *(_name(scene, name.workspace, who, said) for who, said in sorted(registry.items(), key=_by_name)),
            NOTHING,
        ]
    return []


def _by_name(entry: tuple[Any, Any]) -> Any:
    return natural(str(entry[0]))


def _name(scene: Scene, workspace: str, who: Any, said: Any) -> Words:
    life = scene.life(workspace, str(who))
    shape = SHAPES[life] if life else ("?", "dim")
    return say(shape, " ", *scene.who(workspace, str(who)), (f"  {scalar(said)}", "dim"))
