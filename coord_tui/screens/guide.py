"""Guide: the keys by which a human finds out what can be done: all keys, and a line that finds everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from textual import on
from textual.binding import Binding
from textual.screen import Screen

from coord_tui.commands import Here, keys
from coord_tui.display import toast
from coord_tui.widgets.lines import Lines

if TYPE_CHECKING:
    from coord_tui.app import CoordApp
    from coord_tui.finder import Entry

GUIDES: Final = (
    Binding(":,ctrl+p", "commands", id="look.commands"),
    Binding("?", "help", id="look.keys"),
)
REMEMBERED: Final = 8


class Guide(Screen[None], inherit_bindings=False):
    """A screen that tells what can be done on it."""

    @property
    def here(self) -> Here:
        """What keys go by."""
        raise NotImplementedError

    def go(self, key: str) -> None:
        """Go to a record, by its key on the board."""
        raise NotImplementedError

    @on(Lines.Followed)
    def followed(self, message: Lines.Followed) -> None:
        """Go where a link leads that was clicked."""
        self.go(message.key)

    def action_help(self) -> None:
        """Show the keys that do something here and now."""
        from coord_tui.screens.help import Help

        self.app.push_screen(Help(list(keys(self, self.here)), self.here))

    def action_commands(self) -> None:
        """Find an action, an order or a record."""
        from coord_tui import entries
        from coord_tui.screens.prompt import Prompt

        app, here = cast("CoordApp", self.app), self.here
        found = [*entries.of_keys(keys(self, here)), *entries.of_orders(app), *entries.of_records(here.scene)]
        app.push_screen(Prompt(found, app.recent), self._take)

    async def _take(self, taken: tuple[Entry, str] | None) -> None:
        """Do what was found."""
        from coord_tui import entries, orders

        if taken is None:
            return
        (entry, argument), app = taken, cast("CoordApp", self.app)
        name = entry.id.partition(":")[2]
        app.recent = [entry.id, *(each for each in app.recent if each != entry.id)][:REMEMBERED]
        if entry.idle:
            toast(app, f"{entry.name}: {entry.idle}.")
        elif entry.kind == entries.RECORD:
            self.go(name)
        elif entry.kind == entries.ORDER:
            order = orders.parse(name)
            if order is not None:
                order[0].run(app, argument)
        else:
            action = next((key.action for key in keys(self, self.here) if key.command.id == name), None)
            if action is not None:
                await self.run_action(action)
