"""Help: the keys that do something here and now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget

from coord_core import text
from coord_tui.commands import Here, Key
from coord_tui.display import NOTHING, Words, say, width
from coord_tui.screens.dialog import Dialog
from coord_tui.widgets.choice import Choice

GROUP, KEYS, GAP = 6, 14, 3
"""Cells of the first two columns, and between two pages."""
WIDE: Final = 130
"""Cells of a terminal from which on there are two pages side by side."""
MOVE: Final = (
    ("move", "j k ↑ ↓", "one row; the wheel, three"),
    ("move", "g G home end", "first, last"),
    ("move", "pgup pgdn", "a page; ctrl+d ctrl+u half of one"),
)
SCROLL: Final = ("move", "j k", "one line; the wheel, three")
"""In a detail, whose arrows go to links."""
ENTER: Final = ("move", "enter", "detail")
DIALOG: Final = ("act", "in a dialog", "y does it, escape n cancel, tab ← → move")
AROUND: Final = 3


def rows(keys: Sequence[Key], here: Here) -> list[tuple[str, str, str]]:
    """Return what works here and now: its group, its keys, what it does; what says the same in one row."""
    working = [key for key in keys if not key.idle]
    reads = any(key.command.id == "detail.next" for key in working)
    found = [] if here.blank else [SCROLL if reads else MOVE[0], *MOVE[1:], *[ENTER] * here.opens]
    for _, same in groupby(working, key=lambda key: key.command.fold or key.command.id):
        several = list(same)
        words = several[0].command.fold if len(several) > 1 else several[0].words
        found.append((several[0].command.group, " ".join(name for key in several for name in key.keys), words))
    acts = [place for place, row in enumerate(found) if row[0] == "act"]
    return [*found[: acts[-1] + 1], DIALOG, *found[acts[-1] + 1 :]] if acts else found


def page(found: Sequence[tuple[str, str, str]], cells: int) -> list[Words]:
    """Return rows as lines of so many cells, a blank one between groups."""
    lines: list[Words] = []
    for group, inner in groupby(found, key=lambda row: row[0]):
        lines += [NOTHING] * bool(lines)
        for _, names, words in inner:
            head = text.wrap(names, KEYS - 1)
            told = text.wrap(text.line(words), cells - GROUP - KEYS)
            for at in range(max(len(head), len(told))):
                parts = (head[at] if at < len(head) else "", told[at] if at < len(told) else "")
                lines.append(say((f"{group:<{GROUP}}", "name"), (text.fit(parts[0], KEYS), "link bold"), parts[1]))
                group = ""
    return lines


def beside(lines: Sequence[Words], cells: int) -> list[Words]:
    """Return lines in two columns, the second from the blank line nearest the middle on."""
    middle = min((at for at, line in enumerate(lines) if not line), key=lambda at: abs(at - len(lines) // 2), default=0)
    left, right = lines[:middle], lines[middle + 1 :]
    rows_ = range(max(len(left), len(right)))
    pairs = ((left[at] if at < len(left) else NOTHING, right[at] if at < len(right) else NOTHING) for at in rows_)
    return [say(*one, " " * (cells - width(one) + GAP), *other) for one, other in pairs]


class Help(Dialog[None], inherit_bindings=True):
    """The keys, by what they are for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "cancel", show=False),
        Binding("space", "page(1)", show=False),
    ]

    def __init__(self, keys: Sequence[Key], here: Here) -> None:
        what = f" for {here.target.kind} {here.target.name}" if here.target else ""
        super().__init__(say(("Keys", "name"), (f"{what}{', read-only' if here.read_only else ''}", "dim")))
        self.rows = rows(keys, here)

    @property
    def inner(self) -> int:
        """How many cells there are for words in the box."""
        return 124 if self.app.size.width >= WIDE else super().inner

    def body(self) -> Iterable[Widget]:
        """Yield the keys."""
        yield self.told(self._said, around=AROUND)

    def _said(self) -> list[Words]:
        if self.app.size.width < WIDE:
            return page(self.rows, self.inner)
        half = (self.inner - GAP) // 2
        return beside(page(self.rows, half), half)

    def on_resize(self) -> None:
        """Wrap anew, in one column or two."""
        self.set_class(self.app.size.width >= WIDE, "wide")
        super().on_resize()

    def choices(self) -> Iterable[Choice]:
        """Yield the way out."""
        yield Choice("Close", choice="cancel")

    def on_choice_taken(self) -> None:
        """Leave."""
        self.action_cancel()
