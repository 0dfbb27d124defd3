"""A table through anything that may happen: rows come, go and change; it is sorted, filtered, marked, moved in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from coord_core.scopes import natural
from coord_tui import themes
from coord_tui.columns import Column
from coord_tui.display import NOTHING, Cell, say
from coord_tui.palette import Palette
from coord_tui.rows.source import Fields
from coord_tui.widgets.panel import Panel

Row = tuple[str, float | None]


class Rows:
    ages = True
    columns = (Column("NAME", 8, by="name"), Column("N", 5, share=1, by="n"))

    def __init__(self, rows: dict[str, Row]) -> None:
        self.rows, self.keys = dict(rows), list(rows)
        self.fields: Fields = {"name": lambda key: self.rows[key][0], "n": lambda key: self.rows[key][1]}

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        return say(self.rows[key][0]), say(str(self.rows[key][1]))

    def words(self, key: str) -> str:
        return self.rows[key][0]


class PanelApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.palette = Palette.of({**themes.tones(themes.DARK), "background": "#000000", "foreground": "#ffffff"})
        self.panel = Panel("sessions", "1", "Sessions", headed=True)

    def compose(self) -> ComposeResult:
        yield self.panel


NAMES = st.builds("{}_{}".format, st.sampled_from(["claude", "codex"]), st.integers(0, 30))
VALUES = st.one_of(st.none(), st.integers(0, 9).map(float))
STEPS = st.one_of(
    st.tuples(st.just("put"), st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=12)),
    st.tuples(st.just("drop"), st.lists(st.integers(0, 40), min_size=1, max_size=12)),
    st.tuples(st.just("shuffle"), st.randoms(use_true_random=False)),
    st.tuples(st.just("sort"), st.none()),
    st.tuples(st.just("reverse"), st.none()),
    st.tuples(st.just("filter"), st.sampled_from(["", "cl", "claude_1", "!codex", "n:>4", "name:2 !_12", "who:x"])),
    st.tuples(st.just("mark"), st.none()),
    st.tuples(st.just("mark_all"), st.none()),
    st.tuples(st.just("unmark"), st.none()),
    st.tuples(st.just("move"), st.integers(-15, 15)),
    st.tuples(st.just("edge"), st.integers(0, 1)),
)


class Machine:
    def __init__(self, panel: Panel) -> None:
        self.panel, self.table = panel, panel.table
        self.rows: dict[str, Row] = {}
        self.marks: set[str] = set()

    def step(self, name: str, what: Any) -> None:
        table, cursor = self.table, self.table.cursor
        before = list(table.keys)
        marks = set(table.marks)
        getattr(self, f"_{name}")(what)
        self.hold()
        if name in ("put", "drop", "shuffle", "sort", "reverse", "filter") and before:
            if cursor in table.keys:
                assert table.cursor == cursor, "the cursor stays on its record while that is shown"
            else:
                assert table.cursor in self.nearest(before, cursor), "else it goes to a neighbour"
            assert table.marks == marks & self.rows.keys(), "marks stay on their records"

    def nearest(self, before: list[str], cursor: str | None) -> set[str | None]:
        place = before.index(cursor or "")
        below = [key for key in before[place:] if key in self.table.keys][:1]
        above = [key for key in reversed(before[:place]) if key in self.table.keys][:1]
        return set(below or above) or {self.table.keys[0] if self.table.keys else None}

    def hold(self) -> None:
        table, panel = self.table, self.panel
        assert (table.cursor in table.keys) if table.keys else table.cursor is None
        assert table.marks <= self.rows.keys()
        assert len(set(table.keys)) == len(table.keys)
        assert set(table.keys) <= self.rows.keys()
        if not panel.wanted:
            assert len(table.keys) == len(self.rows)
        if panel.order is None:
            assert list(table.keys) == [key for key in self.rows if key in table.keys]
            return
        values = [self.rows[key][0 if panel.order.by == "name" else 1] for key in table.keys]
        there = [value for value in values if value is not None]
        assert values == there + [None] * (len(values) - len(there)), "what has no value comes last"
        keyed = [natural(value) if isinstance(value, str) else value for value in there]
        assert keyed == sorted(keyed, reverse=panel.order.back)  # type: ignore[type-var]
        top = table.scroll_offset.y
        assert not table.keys or top <= table.place() < top + table.body

    def show(self) -> None:
        self.panel.show(Rows(self.rows), 0.0, empty=NOTHING)

    def _put(self, rows: list[Row]) -> None:
        self.rows |= {name: (name, value) for name, value in rows}
        self.show()

    def _drop(self, places: list[int]) -> None:
        gone = {place % len(self.rows) for place in places} if self.rows else set()
        self.rows = {key: row for place, (key, row) in enumerate(self.rows.items()) if place not in gone}
        self.show()

    def _shuffle(self, dice: Any) -> None:
        keys = list(self.rows)
        dice.shuffle(keys)
        self.rows = {key: self.rows[key] for key in keys}
        self.show()

    def _sort(self, _: None) -> None:
        self.panel.sort()

    def _reverse(self, _: None) -> None:
        self.panel.reverse()

    def _filter(self, wanted: str) -> None:
        self.panel.narrow(wanted)

    def _mark(self, _: None) -> None:
        self.table.mark()

    def _mark_all(self, _: None) -> None:
        before = set(self.table.marks)
        self.table.mark_all()
        shown = set(self.table.keys)
        assert self.table.marks == (before - shown if shown <= before else before | shown)

    def _unmark(self, _: None) -> None:
        self.table.unmark()
        assert not self.table.marks

    def _move(self, rows: int) -> None:
        self.table.action_move(rows)

    def _edge(self, end: int) -> None:
        self.table.action_edge(end)


async def test_whatever_happens_to_a_table() -> None:
    app = PanelApp()
    async with app.run_test(size=(30, 12)) as pilot:

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.tuples(NAMES, VALUES), max_size=20), st.lists(STEPS, min_size=3, max_size=25))
        def whatever(rows: list[Row], steps: list[tuple[str, Any]]) -> None:
            panel = app.panel
            machine = Machine(panel)
            panel.wanted, panel.order = "", None
            panel.table.unmark()
            machine.show()
            panel.table.focus()
            panel.table.placed = True
            for name, what in [("put", rows), ("move", len(rows) // 2), *steps]:
                machine.step(name, what)

        whatever()
        await pilot.pause()
