"""Prompt: a line to type in, and below it what fits: actions, orders, records. Letters typed never act; enter does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from coord_tui import orders
from coord_tui.columns import Column
from coord_tui.display import Cell, say
from coord_tui.entries import ORDER
from coord_tui.finder import Entry, Finder, marked
from coord_tui.rows.source import Fields
from coord_tui.screens.dialog import Dialog
from coord_tui.widgets.choice import Choice
from coord_tui.widgets.field import Field
from coord_tui.widgets.lines import Lines
from coord_tui.widgets.record_table import RecordTable

COLUMNS: Final = (Column("", 9), Column("", 20, share=0.5), Column("", 10, share=0.5))
ROWS: Final = 16
AROUND: Final = 4


class Found:
    """Entries as rows, with what was typed marked in them."""

    ages = False
    columns = COLUMNS
    fields: ClassVar[Fields] = {}

    def __init__(self, entries: Sequence[Entry], typed: str) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.keys, self.typed = list(self.entries), typed

    def words(self, key: str) -> str:
        """Return an entry's name."""
        return self.entries[key].name

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one entry's cells."""
        entry = self.entries[key]
        if entry.idle:
            return say((entry.keys, "dim")), say((entry.name, "dim")), say((entry.idle, "dim"))
        name = (say((part, "link bold" if hit else "")) for part, hit in marked(entry.name, self.typed))
        return say((entry.keys, "link")), tuple(piece for words in name for piece in words), say((entry.note, "dim"))


class Prompt(Dialog[tuple[Entry, str]], inherit_bindings=True):
    """What to do or where to go. It ends with an entry, and the argument that was typed after an order."""

    DEFAULT_CSS = """
    Prompt { align: center top; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "pick(1)", show=False),
        Binding("up,ctrl+p", "pick(-1)", show=False),
        Binding("pagedown", "pick(10)", show=False),
        Binding("pageup", "pick(-10)", show=False),
        Binding("tab", "complete", show=False),
    ]

    def __init__(self, entries: Iterable[Entry], recent: Sequence[str]) -> None:
        super().__init__(say(("What, or where?", "name")))
        self.finder = Finder(entries, recent)
        self.table = RecordTable()
        self.table.marks_cursor = self.table.at_once = True
        self.table.can_focus = False
        self.count = Lines()

    def body(self) -> Iterable[Widget]:
        """Yield the line, and what fits."""
        yield Field("type a few letters of an action, a command or a record", field="wanted")
        yield self.table

    def on_resize(self) -> None:
        """Show as many rows as there is room for."""
        self.table.styles.height = max(1, min(ROWS, self.app.size.height - AROUND))

    def choices(self) -> Iterable[Choice | Lines]:  # type: ignore[override]
        """Yield how many fit, where other dialogs have their buttons."""
        yield self.count

    def opening(self) -> Widget:
        """Open in the line."""
        return self.query_one(Field)

    def on_mount(self) -> None:
        """Show everything."""
        self._look()

    def listen(self) -> None:
        """Drop nothing: what was typed since goes into the line, where it does nothing by itself."""

    @on(Input.Changed)
    def typed(self) -> None:
        """Show what fits."""
        self.table.placed = False
        self._look()

    def _look(self) -> None:
        value = self.query_one(Field).value
        count, best = self.finder.find(value)
        shown = Found(self._ordered(value, best), value)
        self.table.show(shown, self.coord.now(), say(("Nothing is called that.", "dim")))
        more = f"the best {len(best)} of {count:,}" if count > len(best) else f"{count}"
        self.count.show([say((f"enter takes it · ↑ ↓ · tab completes · escape   {more}", "dim"))])

    def _ordered(self, typed: str, best: list[Entry]) -> list[Entry]:
        """Return what was typed as an order before the rest: as it is offered, or as it was typed if it is not."""
        order = orders.parse(typed)
        if order is None or not order[1]:
            return best
        named = f"{ORDER}:{order[0].name} "
        offered = [entry for entry in best if entry.id.startswith(named)]
        offered.sort(key=lambda entry: entry.id != named + order[1])
        as_typed = Entry(named.rstrip(), ORDER, f"{order[0].name} {order[1]}", note=order[0].help)
        rest = [entry for entry in best if entry not in offered and entry.id != as_typed.id]
        return [*(offered or [as_typed]), *rest]

    def action_pick(self, step: int) -> None:
        """Move among what fits."""
        self.table.action_move(step)

    def action_complete(self) -> None:
        """Type the order under the cursor as far as it is known."""
        entry = self._entry()
        if entry and entry.kind == ORDER:
            self._type(entry)

    def on_input_submitted(self) -> None:
        """Take the entry under the cursor."""
        self._take()

    @on(RecordTable.Chosen)
    def chosen(self) -> None:
        """Take what was clicked."""
        self._take()

    def _entry(self) -> Entry | None:
        source = self.table.source
        return source.entries.get(self.table.cursor or "") if isinstance(source, Found) else None

    def _take(self) -> None:
        entry = self._entry()
        if entry is None:
            return
        order = orders.parse(entry.name) if entry.kind == ORDER else None
        if entry.kind == ORDER and order and order[0].needs and order[1] == order[0].argument:
            self._type(entry)
        else:
            self.dismiss((entry, order[1] if order and order[1] != order[0].argument else ""))

    def _type(self, entry: Entry) -> None:
        field = self.query_one(Field)
        order = orders.parse(entry.name)
        known = entry.name if order is None or order[1] != order[0].argument else f"{order[0].name} "
        field.value = known
        field.cursor_position = len(known)
