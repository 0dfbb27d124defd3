from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from coord_tui import themes
from coord_tui.columns import Column, fit
from coord_tui.display import Cell, say
from coord_tui.palette import Palette
from coord_tui.rows.sessions import COLUMNS
from coord_tui.rows.source import Fields
from coord_tui.widgets.record_table import RecordTable


class Rows:
    ages = True
    columns = (Column("NAME", 8, by="name"), Column("VALUE", 5, share=1, by="value"))

    def __init__(self, keys: Sequence[str], values: dict[str, str] | None = None) -> None:
        self.keys, self.values = list(keys), values or {}
        self.fields: Fields = {"name": lambda key: key, "value": lambda key: self.values.get(key)}
        self.drawn = 0

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        self.drawn += 1
        return say(key), say(self.values.get(key, ""))

    def words(self, key: str) -> str:
        return key


class TableApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.palette = Palette.of({**themes.tones(themes.DARK), "background": "#000000", "foreground": "#ffffff"})
        self.table = RecordTable(headed=True)

    def compose(self) -> ComposeResult:
        yield self.table


def lines(table: RecordTable) -> list[str]:
    return [table.render_line(y).text.rstrip() for y in range(table.size.height)]


async def test_the_cursor_stays_on_its_record(monkeypatch: Any) -> None:
    app = TableApp()
    async with app.run_test(size=(30, 12)) as pilot:
        dice = random.Random(7)
        keys = [f"k{n}" for n in range(40)]
        app.table.focus()
        app.table.show(Rows(keys), 0)
        for _ in range(60):
            app.table.select(dice.choice(keys))
            await pilot.pause()
            before = app.table.cursor
            assert before in "\n".join(lines(app.table))
            move = dice.randrange(3)
            if move == 0:
                keys = [key for key in keys if key == before or dice.random() > 0.1]
            elif move == 1:
                keys.insert(dice.randrange(len(keys) + 1), f"n{dice.random()}"[:8])
            else:
                dice.shuffle(keys)
            keys = list(dict.fromkeys(keys)) or ["k0"]
            app.table.show(Rows(keys), 0)
            await pilot.pause()
            assert app.table.cursor == before
            assert any(before in line for line in lines(app.table))


async def test_a_record_that_goes_leaves_the_cursor_where_it_was() -> None:
    app = TableApp()
    async with app.run_test(size=(30, 12)) as pilot:
        app.table.show(Rows(list("abcdef")), 0)
        app.table.select("c")
        app.table.show(Rows(list("abdef")), 0)
        assert app.table.cursor == "d"
        app.table.show(Rows(list("ab")), 0)
        assert app.table.cursor == "b"
        app.table.show(Rows([]), 0, say("nothing here"))
        assert app.table.cursor is None
        await pilot.pause()
        assert lines(app.table)[1] == " nothing here"
        await pilot.press("j", "G", "enter", "ctrl+d")


async def test_what_does_not_fit_is_counted() -> None:
    app = TableApp()
    async with app.run_test(size=(30, 6)) as pilot:
        app.table.show(Rows([f"k{n}" for n in range(9)]), 0)
        app.table.focus()
        await pilot.pause()
        assert lines(app.table) == [" NAME     VALUE", " k0", " k1", " k2", " k3", "   5 more"]
        await pilot.press("G")
        assert lines(app.table)[-1] == " k8"
        await pilot.press("k", "k", "k", "k", "k")
        assert lines(app.table)[1] == " k3"
        assert lines(app.table)[-1] == "   2 more"


async def test_only_changed_lines_are_drawn_again() -> None:
    app = TableApp()
    async with app.run_test(size=(30, 12)) as pilot:
        keys = list("abcdef")
        app.table.show(Rows(keys), 0)
        await pilot.pause()
        drawn: list[Region] = []
        refresh = app.table.refresh

        def watched(*regions: Region, **options: bool) -> RecordTable:
            drawn.extend(regions)
            return refresh(*regions, **options)

        app.table.refresh = watched  # type: ignore[method-assign]
        app.table.show(Rows(keys), 1)
        app.table.tick(2)
        assert drawn == []
        app.table.show(Rows(keys, {"c": "new"}), 3)
        assert [region.y for region in drawn] == [3]


async def test_ten_thousand_rows_cost_what_is_in_sight() -> None:
    app = TableApp()
    async with app.run_test(size=(30, 12)) as pilot:
        rows = Rows([f"k{n}" for n in range(10_000)])
        app.table.show(rows, 0)
        await pilot.pause()
        rows.drawn = 0
        app.table.tick(1)
        app.table.action_edge(1)
        await pilot.pause()
        assert app.table.cursor == "k9999"
        assert rows.drawn < 200


@given(st.integers(0, 400))
def test_columns_never_need_more_than_there_is(cells: int) -> None:
    widths = fit(COLUMNS, cells)
    shown = [width for width in widths if width]
    assert all(width >= 0 for width in widths)
    if cells >= 80:
        assert sum(shown) + len(shown) - 1 + 2 == cells


def test_columns_come_in_their_order() -> None:
    by_title = [column.title for column in COLUMNS]

    def extras(cells: int) -> list[str]:
        return [
            title
            for title, width, column in zip(by_title, fit(COLUMNS, cells), COLUMNS, strict=True)
            if width and column.extra
        ]

    assert extras(80) == []
    assert extras(120) == ["", "LAST 30 MIN"]
    assert extras(200) == ["", "PHASE", "LAST 30 MIN", "BRANCH", "CLIENT"]
    doing, holds = by_title.index("DOING"), by_title.index("HOLDS")
    for cells in range(80, 300):
        widths = fit(COLUMNS, cells)
        if extras(cells):
            assert widths[doing] >= 30
            assert widths[holds] >= 20
