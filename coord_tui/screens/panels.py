"""The dashboard's panels: which there are, and which can be seen in the room there is."""

from __future__ import annotations

from typing import Final

from coord_tui.display import say
from coord_tui.keymap import Keymap
from coord_tui.layout import Room
from coord_tui.widgets.needs import Needs
from coord_tui.widgets.panel import Panel

PANELS: Final = (
    ("needs", "!"),
    ("sessions", "1"),
    ("issues", "2"),
    ("locks", "3"),
    ("work", "4"),
    ("events", "5"),
    ("shared", "6"),
)
NAMES: Final = {
    "needs": "Needs you",
    "sessions": "Sessions",
    "issues": "Issues",
    "locks": "Locks",
    "work": "Work",
    "events": "Events",
    "shared": "Shared",
}
EMPTY: Final = {
    "sessions": say(("Nobody has signed on.", "dim")),
    "issues": say(("No issue has been claimed.", "dim")),
    "locks": say(("No lock is held.", "dim")),
    "work": say(("No work list has anything in it.", "dim")),
    "events": say(("No event has been logged.", "dim")),
    "shared": say(("No other document is stored.", "dim")),
}
LEFT: Final = ("locks", "work", "issues")
LOWER: Final = (*LEFT, "events")


class Panels(dict[str, Panel]):
    """The panels by name."""

    def __init__(self) -> None:
        super().__init__(
            (name, _kind(name)(name, digit, NAMES[name], headed=name == "sessions", follows=name == "events"))
            for name, digit in PANELS
        )

    def name_keys(self, keymap: Keymap) -> None:
        """Show each panel's key in its title."""
        for name, panel in self.items():
            panel.digit = keymap.of(f"panel.{name}")[0]
        self["needs"].table.more = keymap.spell("  ({panel.needs} shows all)")

    def could_show(self, name: str, room: Room) -> bool:
        """Whether a panel has a place of its own beside the others."""
        if name == "events" and self.with_journal:
            return False
        return name != "shared" and (name != "issues" or room.issues > 0)

    @property
    def with_journal(self) -> bool:
        """Whether the journal is beside the other panels, in the place of the events."""
        return "journal" in self

    def arrange(self, room: Room, solo: str | None, *, hidden: bool) -> None:
        """Show the panels there is room for, or only one of them."""
        heights = {
            "needs": room.needs + (not room.quiet) + room.why,
            "sessions": room.sessions + 1,
            "locks": room.locks + 1,
            "work": room.work + 1,
        }
        for name, panel in self.items():
            if name == "journal":
                panel.display = not hidden
                continue
            panel.display = not hidden and (name == solo if solo else self.could_show(name, room))
            shown = not (room.quiet and not solo) if name == "needs" else not room.tabs
            panel.rule.display = shown or panel.altered
            panel.table.head_with(titles=name in ("sessions", solo))
            own = heights.get(name) if not solo else None
            last = name == "work" and not room.issues
            panel.styles.height = own if own and not last else "1fr"

    def surroundings(self, room: Room, solo: str | None, *, instead: bool) -> dict[str, bool]:
        """Return which of the widgets around the panels are shown."""
        lower = not instead and (solo is None or solo in LOWER or self.with_journal)
        return {
            "lower": lower,
            "left": lower and (solo is None or solo in LEFT),
            "middle": lower and solo is None,
            "right": lower and solo is None and room.detail,
            "detail": lower and solo is None and room.detail,
            "tabs": room.tabs and not instead,
            "foot": room.tabs and not instead and solo != "needs" and not self.with_journal,
        }

    def order(self, room: Room) -> list[str]:
        """Return the panels that tab goes through."""
        journal = ["journal"] if self.with_journal else []
        if room.tabs:
            return [name for name, _ in PANELS] + journal
        return [name for name in ("needs", "sessions", *LOWER) if self.could_show(name, room)] + journal


def _kind(name: str) -> type[Panel]:
    return Needs if name == "needs" else Panel
