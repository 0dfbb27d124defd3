"""Overview: everything at one instant, arranged in the room there is."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container

from coord_tui.commands import Here
from coord_tui.display import NOTHING, Words, say, wrap
from coord_tui.layout import Room, arrange
from coord_tui.rows.findings import sentence
from coord_tui.rows.scene import Scene
from coord_tui.screens.key_words import key_line
from coord_tui.screens.margin import Margin
from coord_tui.screens.panels import EMPTY, Panels
from coord_tui.situation import Notice, all_well
from coord_tui.sources import Sources
from coord_tui.targets import Target
from coord_tui.widgets.detail import Detail
from coord_tui.widgets.field import Field
from coord_tui.widgets.foot import Foot
from coord_tui.widgets.journal import JournalPanel
from coord_tui.widgets.lines import Lines
from coord_tui.widgets.needs import WHY
from coord_tui.widgets.one_line import OneLine
from coord_tui.widgets.panel import Panel
from coord_tui.widgets.record_table import RecordTable
from coord_tui.widgets.remark import Remark
from coord_tui.widgets.rule import Divider
from coord_tui.widgets.status_bar import Mode, StatusBar
from coord_tui.widgets.tabs import TabLine


class Overview(Margin, inherit_bindings=False):
    """All panels, and which of them has the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.panels = Panels()
        self.sources: Sources | None = None
        self.room = Room()
        self.notice = Notice()
        self.active = "sessions"
        self.zoomed = False
        self.needy = 0
        self._placed: tuple[object, ...] = ()
        self.shows_ignored = False
        self.toggled: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Lay all panels out; `rearrange` shows those there is room for."""
        panels = self.panels
        yield StatusBar(id="status")
        yield TabLine(id="tabs")
        yield Lines(id="notice")
        yield panels["needs"]
        yield panels["sessions"]
        with Container(id="lower"):
            with Container(id="left"):
                yield panels["locks"]
                yield panels["work"]
                yield panels["issues"]
            yield Divider(id="middle")
            yield panels["events"]
            yield JournalPanel()
            yield Divider(id="right")
            yield Detail(id="detail")
        yield panels["shared"]
        yield Foot(id="foot")
        yield Remark(id="remark")
        yield OneLine(id="keys")
        yield Field("words to look for; enter keeps them, escape shows all", field="filter")

    def on_mount(self) -> None:
        """Begin at the sessions."""
        self.panels.name_keys(self.coord.keymap)
        self.query_one("#journal").display = False
        self.fit_foot(typing=False)
        self.coord.show_on(self)
        self.coord.tell_problems()
        self.panels["sessions"].table.focus()

    # What is shown

    def show(self, scene: Scene, notice: Notice, mode: Mode, now: float) -> None:
        """Show a scene at `now`, seconds since 1970."""
        self.sources, self.notice = self._sources(scene), notice
        with self.app.batch_update():
            self.query_one("#notice", Lines).show(self._noticed())
            self._fill(now)
            self.rearrange()
            self._surround(mode, now)

    def _sources(self, scene: Scene) -> Sources:
        wide, ignored = self.size.width >= 160, self.shows_ignored
        return Sources(scene, before=self.sources, wide=wide, ignored=ignored, toggled=self.toggled)

    def _fill(self, now: float) -> None:
        assert self.sources is not None
        for name, panel in self.panels.items():
            source = self.sources.of(name)
            panel.table.differing = self.sources.scene.differing
            title, note = self._title(name), self._note(name)
            empty = EMPTY[name] if name in EMPTY else NOTHING if source.keys else all_well(self.sources.scene)
            if panel.display or panel.wanted or name == self.active:
                panel.show(source, now, empty=empty, title=title, note=note)
            else:
                panel.have(source, empty=empty, title=title, note=note)

    def _title(self, name: str) -> Words | None:
        assert self.sources is not None
        if name == "work" and self.sources.work.keys:
            return say((f"{self.panels[name].digit} Work", "name"), ("  ", ""), *self.sources.work.summary())
        if name == "needs" and self.shows_ignored and self.sources.findings.keys:
            return say((f"{self.panels[name].digit} Needs you {len(self.sources.findings.needy)}", "name"))
        return None

    def _note(self, name: str) -> Words:
        if name == "sessions":
            return say(("by name", "dim"))
        if name == "needs":
            return self.ignored_note()
        table = self.panels[name].table
        return say(("following", "dim")) if table.follows and table.at_end else NOTHING

    def tick(self, mode: Mode, now: float) -> None:
        """Let time pass."""
        if self.sources is None:
            return
        if self.query_one("#remark", Remark).lapse(now):
            self.fit_foot()
        for panel in self.panels.values():
            if panel.display and panel.region:
                panel.table.tick(now)
        self.query_one("#status", StatusBar).tell(self.sources.scene, mode, now)
        self._tell_more(now)

    def _surround(self, mode: Mode, now: float) -> None:
        """Say what stands around the panels."""
        assert self.sources is not None
        self.query_one("#status", StatusBar).tell(self.sources.scene, mode, now)
        self._follow_cursor(now)

    def _tell_more(self, now: float) -> None:
        """Tell of what is under the cursor what may read otherwise in a second."""
        assert self.sources is not None
        detail = self.query_one("#detail", Detail)
        if detail.display:
            detail.tell(self.sources.scene, self.target, now)
        self.explain()

    def _follow_cursor(self, now: float | None = None) -> None:
        """Show the detail, the key line and the foot for what is under the cursor."""
        if self.sources is None:
            return
        self._tell_more(self.coord.travel.now if now is None else now)
        blank = self.notice.instead
        opens = self.sources.opens(self.table.cursor) is not None
        words = key_line(
            self.acted, self.sources.scene, self.size.width, self.coord.keymap,
            read_only=self.coord.watching, blank=blank, opens=opens, time=self.coord.travel.keys,
        )  # fmt: skip
        self.query_one("#keys", OneLine).show(*words)
        if self.query_one("#foot").display:
            self._tell_foot()
        self.query_one("#tabs", TabLine).tell(self.panels, self.active)

    def _tell_foot(self) -> None:
        """Show one finding where there is no room for three."""
        assert self.sources is not None
        findings = self.sources.scene.findings
        self.needy = min(self.needy, max(0, len(findings) - 1))
        said = sentence(findings[self.needy], self.sources.scene) if findings else all_well(self.sources.scene)
        key, ignored = self.panels["needs"].digit, len(self.sources.scene.ignored)
        self.query_one("#foot", Foot).tell(said, self.needy, findings, key=key, ignored=ignored, quiet=self.room.quiet)

    def rearrange(self) -> None:
        """Give each panel its room."""
        counts = self.sources.counts() if self.sources else None
        needs = self.active == "needs" and not self.zoomed
        if counts is not None:
            wall, around = self.coord.desk.read_only, self.lines_around()
            self.room = arrange(*self.size, counts, all_needs=needs, why=WHY, around=around, wall=wall)
        # Who looks at a panel goes on seeing it, though there is no longer room for it beside the others.
        homeless = not self.panels.could_show(self.shown, self.room)
        solo = self.shown if self.room.tabs or self.zoomed or homeless else None
        self._place(solo)
        for panel in self.panels.values():
            if panel.display:
                panel.catch_up(self.coord.travel.now)
        self._mark_active()
        if self.is_current and self.focused is None and not self.notice.instead:
            # A table that was hidden has lost the keys: while the store was looked for, say.
            self.table.focus()

    def _place(self, solo: str | None) -> None:
        """Put every widget in its place; solo: the panel that is alone."""
        lines = len(self._noticed())
        altered = tuple(name for name, panel in self.panels.items() if panel.altered)
        placed = (self.room, solo, self.notice.instead, lines, altered, tuple(self.panels))
        if placed == self._placed:
            return
        self._placed = placed
        self.panels.arrange(self.room, solo, hidden=self.notice.instead)
        shown_around = self.panels.surroundings(self.room, solo, instead=self.notice.instead)
        for name, shown in shown_around.items():
            self.query_one(f"#{name}").display = shown
        self.set_class(shown_around["foot"], "with-foot")
        if shown_around["foot"] and self.sources is not None:
            self._tell_foot()
        self.query_one("#left").set_class(solo is not None, "alone")
        self.query_one("#notice").styles.height = "1fr" if self.notice.instead else lines
        self.query_one("#notice").display = bool(self.notice.lines)
        self.set_class(self.room.detail, "with-detail")

    def _noticed(self) -> list[Words]:
        return [
            line for words in self.notice.lines for line in (wrap(words, self.size.width - 1) if words else [words])
        ]

    def _mark_active(self) -> None:
        for name, panel in self.panels.items():
            panel.retitle(active=name == self.active)

    def on_resize(self, event: events.Resize) -> None:
        """Arrange anew."""
        self.coord.show_board()

    # What the cursor is on

    @property
    def table(self) -> RecordTable:
        """The table that keys act on."""
        return self.panels[self.active].table

    @property
    def target(self) -> Target | None:
        """What the cursor is on."""
        return self.sources.target(self.table.cursor) if self.sources else None

    @property
    def here(self) -> Here:
        """What keys go by."""
        opens = self.sources is not None and self.sources.opens(self.table.cursor) is not None
        paused = self.coord.travel.paused
        return Here(self.coord.scene, self.acted, self.coord.watching, self.notice.instead, opens, paused)

    @property
    def marked(self) -> list[Target]:
        """What is marked in the panel that keys act on, and can be acted on, in the order of its rows."""
        if self.sources is None or not self.table.marks:
            return []
        keys = [key for key in self.sources.of(self.active).keys if key in self.table.marks]
        return [target for key in keys if (target := self.sources.target(key))]

    @property
    def acted(self) -> Target | None:
        """What keys act on: all that are marked as one, else what the cursor is on."""
        if not self.table.marks:
            return self.target
        from coord_tui.marked import together

        return together(self.marked) if self.marked else None

    @on(RecordTable.Moved)
    def cursor_moved(self, message: RecordTable.Moved) -> None:
        """Follow the cursor of the table that the keys go to."""
        if message.table is self.table:
            self._follow_cursor()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The panel with the focus is the active one."""
        panel = event.widget.parent
        if isinstance(panel, Panel) and panel.panel != self.active:
            self.activate(panel.panel)

    @property
    def shown(self) -> str:
        """The panel that a screen with room for one shows."""
        return self.active

    def activate(self, name: str) -> None:
        """Send the keys to a panel."""
        before, self.active = self.active, name
        if before == "needs" != name:
            # Where there is room for few, they are the worst.
            self.panels["needs"].table.rest()
        if "needs" in (before, name) or self.room.tabs or self.zoomed:
            self.rearrange()
        self._mark_active()
        self.table.focus()
        self._follow_cursor()

    def reveal(self, key: str) -> bool:
        """Put the cursor on a record, in its own panel if that can be seen; False if it cannot."""
        name = self.sources.holder(key) if self.sources else None
        if name is None:
            return False
        if not self.room.tabs and not self.panels.could_show(name, self.room):
            return False
        self.panels[name].catch_up(self.coord.travel.now)
        found = self.panels[name].table.select(key)
        if found:
            self.zoomed = self.zoomed and name == self.active
            self.activate(name)
        return found
