"""Orders: what can be typed after `:`, with arguments. A new one is a line in ORDERS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from coord_core.frozen import frozen
from coord_tui.display import toast

if TYPE_CHECKING:
    from coord_tui.app import CoordApp


def _none(_: CoordApp) -> Iterable[str]:
    return ()


def _always(_: CoordApp) -> str:
    return ""


@frozen
class Order:
    """A word that does something.

    help: one line. run: is given what was typed after the name; it says itself what it did or why it could not.
    argument: what is to be typed after the name, `NAME` or `[NAME]` where it may be left out, "" for nothing. offers:
    arguments to choose from. idle: why it does nothing here and now, "" when it does; or None: it is not there at all.
    """

    name: str
    help: str
    run: Callable[[CoordApp, str], None]
    argument: str = ""
    offers: Callable[[CoordApp], Iterable[str]] = _none
    idle: Callable[[CoordApp], str | None] = _always

    @property
    def needs(self) -> bool:
        """Whether nothing happens without an argument."""
        return bool(self.argument) and not self.argument.startswith("[")


def _theme(app: CoordApp, name: str) -> None:
    from coord_tui import themes

    found = themes.full(name)
    if found is None:
        toast(app, f"No theme is called {name}. There are {', '.join(themes.names())}.", "warning")
        return
    app.theme = found
    if app.colorless:
        toast(app, "NO_COLOR is set: all themes look alike.")


def _themes(_: CoordApp) -> Iterable[str]:
    from coord_tui import themes

    return themes.names()


ALL: Final = "all"


def _workspace(app: CoordApp, name: str) -> None:
    names = app.scene.workspaces
    found = [each for each in names if each == name] or [each for each in names if each.endswith(name)]
    if name != ALL and len(found) != 1:
        toast(app, f"{'Several workspaces are' if found else 'No workspace is'} called {name}.", "warning")
        return
    app.workspace = None if name == ALL else found[0]
    app.show_board()


def _workspaces(app: CoordApp) -> Iterable[str]:
    return [*app.scene.workspaces, ALL]


def _one(app: CoordApp) -> str:
    return "" if len(app.scene.workspaces) > 1 else "there is only one workspace here"


def _at(app: CoordApp, typed: str) -> None:
    from coord_core.errors import CoordError
    from coord_tui import whens

    try:
        app.travel.go(whens.at(typed, app.now()))
    except CoordError as error:
        toast(app, str(error), "warning")


def _quit(app: CoordApp, _: str) -> None:
    app.exit()


ORDERS: Final = (
    Order("theme", "other colours", _theme, "NAME", _themes),
    Order("workspace", "show only this one, or all", _workspace, "NAME", _workspaces, _one),
    Order("at", "look at a moment of the past: 14:02, yesterday 14:02, -10m, a line's number", _at, "TIME"),
    Order("q", "quit", _quit),
)


def parse(typed: str) -> tuple[Order, str] | None:
    """Return the order that was typed and its argument, None if it begins with no order's name."""
    name, _, rest = typed.strip().partition(" ")
    found = next((order for order in ORDERS if order.name == name.casefold()), None)
    return (found, rest.strip()) if found else None
