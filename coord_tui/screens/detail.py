"""DetailScreen: one record, on the whole screen."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from coord_tui.commands import Here
from coord_tui.display import say, toast
from coord_tui.rows.findings import key_of
from coord_tui.rows.scene import Scene
from coord_tui.screens.acts import ACTS, NEXT, Acts
from coord_tui.screens.guide import GUIDES, Guide
from coord_tui.screens.key_words import record_line
from coord_tui.situation import Notice
from coord_tui.sources import Sources
from coord_tui.targets import Target
from coord_tui.widgets.detail import Detail
from coord_tui.widgets.lines import Reader
from coord_tui.widgets.one_line import OneLine
from coord_tui.widgets.status_bar import Mode, StatusBar


class DetailScreen(Acts, Guide, inherit_bindings=False):
    """What a record is, holds and did, and the keys that act on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", id="detail.leave"),
        *NEXT,
        *ACTS,
        Binding("e", "edit", id="act.edit"),
        Binding("y", "raw", id="look.raw"),
        Binding("c", "copy", id="look.copy"),
        *GUIDES,
        Binding("ctrl+c", "app.quit", priority=True, id="detail.quit"),
    ]

    def __init__(self, key: str, *, raw: bool = False) -> None:
        super().__init__()
        self.key, self.raw = key, raw
        self.trail: list[str] = []
        self.scene: Scene | None = None
        self.target: Target | None = None

    def compose(self) -> ComposeResult:
        """The header, the record, the keys."""
        yield StatusBar(id="status")
        yield Detail(id="detail")
        yield OneLine(id="keys")

    def on_mount(self) -> None:
        """Show the record."""
        self.query_one(Detail).raw = self.raw
        self.query_one(Reader).focus()
        self.call_after_refresh(self.coord.show_board)

    def on_resize(self) -> None:
        """Wrap anew."""
        self.call_after_refresh(self.coord.show_board)

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
        self.query_one("#keys", OneLine).show(*record_line(
            self.target, self.scene, self.size.width, self.coord.keymap,
            read_only=self.coord.watching, leave="{detail.leave}",
        ))  # fmt: skip
        if self.target is None:
            detail.query_one(Reader).show([say((" This record is gone.", "dim"))])

    @property
    def here(self) -> Here:
        """What keys go by."""
        return Here(self.coord.scene, self.acted, self.coord.watching, paused=self.coord.travel.paused)

    @property
    def acted(self) -> Target | None:
        """What keys act on: the record."""
        return self.target if self.scene else None

    def go(self, key: str) -> None:
        """Go to a record as over a link."""
        self.trail.append(self.key)
        self._go(key)

    def action_needy(self, step: int) -> None:
        """Go to the next thing that needs somebody, or to the one before."""
        findings = self.coord.scene.findings
        keys = [key_of(finding) for finding in findings]
        here = [place for place, each in enumerate(findings) if self.key in (keys[place], each.subject)]
        if keys:
            first = 0 if step > 0 else -1
            self.go(keys[(here[0] + step) % len(keys) if here else first])
        else:
            toast(self.app, "Nothing needs you.")

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
        self.coord.show_board()

    def action_raw(self) -> None:
        """Show the document as JSON, or no longer."""
        self.query_one(Detail).raw = not self.query_one(Detail).raw
        self.coord.show_board()

    def action_copy(self) -> None:
        """Copy all that it says; JSON while that is shown."""
        from coord_tui.clipboard import copy

        if self.scene is not None and self.target is not None:
            copy(self.app, *self.query_one(Detail).text)

    def action_edit(self) -> None:
        """Change the document in an editor."""
        from coord_tui.editing import begin

        if self.scene is not None and not self.coord.refuses():
            begin(self.coord, self.target)
