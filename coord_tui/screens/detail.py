"""DetailScreen: one record, on the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coord_tui.commands import Here
from coord_tui.display import say
from coord_tui.rows.scene import Scene
from coord_tui.screens.guide import GUIDES, Guide
from coord_tui.screens.key_words import key
from coord_tui.situation import Notice
from coord_tui.sources import Sources
from coord_tui.widgets.detail import Detail
from coord_tui.widgets.lines import Reader
from coord_tui.widgets.one_line import OneLine, spread
from coord_tui.widgets.status_bar import Mode, StatusBar

if TYPE_CHECKING:
    from coord_tui.app import CoordApp


class DetailScreen(Guide, inherit_bindings=False):
    """What a record is, holds and did; `y` shows its document as JSON."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", id="detail.leave"),
        Binding("y", "raw", id="detail.raw"),
        *GUIDES,
        Binding("c", "copy", id="detail.copy"),
        Binding("e", "edit", id="detail.edit"),
        Binding("ctrl+c", "app.quit", priority=True, id="detail.quit"),
    ]

    def __init__(self, key: str, *, raw: bool = False) -> None:
        super().__init__()
        self.key, self.raw = key, raw
        self.trail: list[str] = []
        self.scene: Scene | None = None

    def compose(self) -> ComposeResult:
        """The header, the record, the keys."""
        yield StatusBar(id="status")
        yield Detail(id="detail")
        yield OneLine(id="keys")

    def on_mount(self) -> None:
        """Show the record."""
        self.query_one(Detail).raw = self.raw
        self.query_one(Reader).focus()
        coord = cast("CoordApp", self.app)
        keymap = coord.keymap
        self.query_one("#keys", OneLine).show(
            spread(
                [
                    key(keymap.spell("{detail.back}", first=True), "back"),
                    key("tab ↑ ↓", "links"),
                    key(keymap.spell("{detail.follow}", first=True), "follow"),
                    key(keymap.spell("{detail.raw}", first=True), "json"),
                    key(keymap.spell("{detail.copy}", first=True), "copy"),
                    *([] if coord.desk.read_only else [key(keymap.spell("{detail.edit}", first=True), "edit")]),
                    key("j k", "scroll"),
                    key(keymap.spell("{detail.leave}", first=True), "leave"),
                ],
                self.app.size.width - 4,
            )
        )
        self.call_after_refresh(coord.show_board)

    def show(self, scene: Scene, notice: Notice, mode: Mode, now: float) -> None:
        """Show the record in a scene at `now`, seconds since 1970."""
        self.scene = scene
        self.target = Sources(scene).target(self.key)
        self.tick(mode, now)

    def tick(self, mode: Mode, now: float) -> None:
        """Let time pass; until the record is shown for the first time, nothing has to."""
        if self.scene is None:
            return
        detail = self.query_one(Detail)
        self.query_one("#status", StatusBar).tell(self.scene, mode, now)
        detail.tell(self.scene, self.target, now)
        if self.target is None:
            detail.query_one(Reader).show([say((" This record is gone.", "dim"))])

    @property
    def here(self) -> Here:
        """What keys go by."""
        coord = cast("CoordApp", self.app)
        return Here(coord.scene, self.target if self.scene else None, coord.watching, paused=coord.travel.paused)

    def go(self, key: str) -> None:
        """Go to a record as over a link."""
        self.trail.append(self.key)
        self._go(key)

    def action_leave(self) -> None:
        """Leave for where we came from."""
        self.dismiss()

    @on(Detail.Returned)
    def returned(self) -> None:
        """Go back to the record before, or leave."""
        if self.trail:
            self._go(self.trail.pop())
        else:
            self.dismiss()

    @on(Detail.Followed)
    def linked(self, message: Detail.Followed) -> None:
        """Go to the record that the picked link names."""
        self.go(message.key)

    def _go(self, key: str) -> None:
        self.key = key
        self.query_one(Detail).raw = False
        self.query_one(Reader).action_edge(0)
        cast("CoordApp", self.app).show_board()

    def action_raw(self) -> None:
        """Show the document as JSON, or no longer."""
        self.query_one(Detail).raw = not self.query_one(Detail).raw
        cast("CoordApp", self.app).show_board()

    def action_copy(self) -> None:
        """Copy all that it says; JSON while that is shown."""
        from coord_tui.clipboard import copy

        if self.scene is not None and self.target is not None:
            copy(self.app, *self.query_one(Detail).text)

    def action_edit(self) -> None:
        """Change the document in an editor."""
        from coord_tui.editing import begin

        coord = cast("CoordApp", self.app)
        if self.scene is not None and not coord.refuses():
            begin(coord, self.target)
