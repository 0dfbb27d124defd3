"""DetailScreen: one record, on the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from coord_tui.display import say
from coord_tui.rows.scene import Scene
from coord_tui.screens.key_words import key
from coord_tui.situation import Notice
from coord_tui.sources import Sources
from coord_tui.widgets.detail import Detail
from coord_tui.widgets.lines import Reader
from coord_tui.widgets.one_line import OneLine, spread
from coord_tui.widgets.status_bar import Mode, StatusBar

if TYPE_CHECKING:
    from coord_tui.app import CoordApp


class DetailScreen(Screen[None], inherit_bindings=False):
    """What a record is, holds and did; `y` shows its document as JSON."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "back", id="detail.back"),
        Binding("y", "raw", id="detail.raw"),
        Binding("ctrl+c", "app.quit", priority=True, id="detail.quit"),
    ]

    def __init__(self, key: str, *, raw: bool = False) -> None:
        super().__init__()
        self.key, self.raw = key, raw

    def compose(self) -> ComposeResult:
        """The header, the record, the keys."""
        yield StatusBar(id="status")
        yield Detail(id="detail")
        yield OneLine(id="keys")

    def on_mount(self) -> None:
        """Show the record."""
        self.query_one(Detail).raw = self.raw
        self.query_one(Reader).focus()
        self.query_one("#keys", OneLine).show(
            spread([key("backspace", "back"), key("y", "json"), key("j k", "scroll")], self.app.size.width - 4)
        )
        self.call_after_refresh(cast("CoordApp", self.app).show_board)

    def show(self, scene: Scene, notice: Notice, mode: Mode, now: float) -> None:
        """Show the record in a scene at `now`, seconds since 1970."""
        self.scene = scene
        self.target = Sources(scene).target(self.key)
        self.tick(mode, now)

    def tick(self, mode: Mode, now: float) -> None:
        """Let time pass."""
        detail = self.query_one(Detail)
        self.query_one("#status", StatusBar).tell(self.scene, mode, now)
        detail.tell(self.scene, self.target, now)
        if self.target is None:
            detail.query_one(Reader).show([say((" This record is gone.", "dim"))])

    def action_back(self) -> None:
        """Go back to where we came from."""
        self.dismiss()

    def action_raw(self) -> None:
        """Show the document as JSON, or no longer."""
        self.query_one(Detail).raw = not self.query_one(Detail).raw
        cast("CoordApp", self.app).show_board()
