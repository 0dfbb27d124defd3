"""Events as rows: what one session says again and again is one row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from coord_core.frozen import frozen
from coord_core.scopes import in_workspace
from coord_core.state.records import Event
from coord_tui.ages import clock_or_day
from coord_tui.columns import Column
from coord_tui.display import Cell, Words, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.source import Fields
from coord_tui.rows.values import elapsed

SAID_BY_THEMSELVES: Final = frozenset(
    {"progress", "session_started", "issue_started", "session_ended", "note", "message"}
)
ISSUE: Final = re.compile(r"#([\w.-]+)")
SEARCHED: Final = 1000


@frozen
class Told:
    """An event, and how often it came in a row from its session."""

    event: Event
    first: Event
    times: int = 1


class EventRows:
    """The events of a scene, oldest first."""

    ages = False

    def __init__(self, scene: Scene, before: EventRows | None = None, *, wide: bool = False) -> None:
        """Before: the rows that were shown before. wide: times have seconds."""
        self.scene, self.wide = scene, wide
        self.columns = scene.widened(WIDE if wide else NARROW, 1)
        self.told: Mapping[str, Told] = (
            before.told if before is not None and _alike(before.scene, scene) else _told(scene)
        )
        self.keys = list(self.told)

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        return {
            "owner": lambda key: self.told[key].event.session,
            "session": lambda key: self.told[key].event.session,
            "type": lambda key: self.told[key].event.type,
            "what": lambda key: self.told[key].event.message or self.told[key].event.type,
            "age": lambda key: elapsed(scene, _when(self.told[key].event)),
            "workspace": lambda key: self.told[key].event.workspace,
        }

    def record(self, event: Event) -> str | None:
        """Return the record that an event is about: its session, else an issue or a lock that it names."""
        board = self.scene.board
        known = (board.sessions, board.issues, board.locks)
        named = [event.metadata.get(key) for key in ("issue", "lock", "resource")]
        short = [f"session:{event.session}", f"issue:{named[0]}", f"locks:{named[1]}", f"locks:{named[2]}"]
        short += [f"issue:{number}" for number in ISSUE.findall(event.message[:SEARCHED])]
        scopes = (in_workspace(event.workspace, each) for each in short)
        return next((scope for scope in scopes if any(scope in each for each in known)), None)

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        event = self.told[key].event
        return f"{event.session} {event.type} {event.message}"

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one event's cells."""
        told = self.told[key]
        event = told.event
        return (
            say((clock_or_day(event.time.at if event.time else None, now, seconds=self.wide), "dim")),
            self.scene.where(event.workspace) + say((event.session, "name")),
            event_words(event) + (say((f"  x{told.times}", "wait")) if told.times > 1 else ()),
        )


NARROW: Final = (
    Column("TIME", 5, by="age", quiet=True),
    Column("SESSION", 10, by="owner"),
    Column("EVENT", 10, share=1, by="what"),
)
WIDE: Final = (replace(NARROW[0], width=8), replace(NARROW[1], width=14), NARROW[2])


def event_words(event: Event) -> Words:
    """Return what happened, with the event's type where the message does not say it."""
    if not event.message or event.type in SAID_BY_THEMSELVES or not event.type:
        return say(event.message or event.type)
    return say(f"{event.type} {event.message}")


def _alike(one: Scene, other: Scene) -> bool:
    """Whether two scenes show the same events."""
    return one.board.events is other.board.events and one.workspace == other.workspace


def _told(scene: Scene) -> Mapping[str, Told]:
    found = [event for workspace, log in scene.board.events.items() if scene.here(workspace) for event in log]
    return dict(_keyed(_folded(sorted(found, key=_at))))


def _at(event: Event) -> float:
    at = _when(event)
    return float("-inf") if at is None else at


def _when(event: Event) -> float | None:
    return event.time.at if event.time else None


def _folded(events: Iterable[Event]) -> list[Told]:
    found: list[Told | None] = []
    last: dict[tuple[str, str], int] = {}
    for event in events:
        who = (event.workspace, event.session)
        place = last.get(who)
        before = found[place] if place is not None else None
        times, first = 1, event
        if place is not None and before and _same(before.event, event):
            found[place] = None
            times, first = before.times + 1, before.first
        last[who] = len(found)
        found.append(Told(event, first, times))
    return [told for told in found if told is not None]


def _same(one: Event, other: Event) -> bool:
    return (one.type, one.message) == (other.type, other.message)


def _keyed(told: Iterable[Told]) -> Iterable[tuple[str, Told]]:
    """Give each event a key that stays its own while older ones leave the log and a repetition grows."""
    seen: dict[str, int] = {}
    for each in told:
        event = each.event
        when = each.first.time.stated if each.first.time else ""
        first = f"{when}\0{event.workspace}\0{event.session}\0{event.type}\0{event.message}"
        seen[first] = seen.get(first, 0) + 1
        yield f"event:{first}\0{seen[first]}", each
