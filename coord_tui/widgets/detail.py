"""Detail: the record under the cursor, its document as JSON, its history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message

from coord_core.documents import Line
from coord_core.errors import CoordError
from coord_tui.display import Piece, Words, plain, wrap
from coord_tui.rows.scene import Scene
from coord_tui.targets import Target
from coord_tui.widgets.lines import Reader
from coord_tui.widgets.rule import Rule
from coord_tui.workers import start

if TYPE_CHECKING:
    from coord_tui.app import CoordApp

SETTLE = 0.15
"""Seconds that the cursor rests before a history is read."""


class Detail(Container, can_focus=False, inherit_bindings=False):
    """One record, in lines to scroll through."""

    DEFAULT_CSS = """
    Detail { layout: vertical; height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "pick(1)", priority=True, id="detail.next"),
        Binding("shift+tab,up", "pick(-1)", priority=True, id="detail.previous"),
        Binding("enter", "follow", id="detail.follow"),
        Binding("backspace", "back", id="detail.back"),
    ]

    @dataclass
    class Followed(Message):
        """The record that a link names was asked for."""

        key: str

    @dataclass
    class Returned(Message):
        """The record before was asked for."""

    raw = False
    quiet = True
    """Whether its title does not say that the keys go here."""
    _asked: tuple[str | None, float | None] = (None, None)
    _lines: Sequence[Line] | None = None
    _shown: Sequence[Words] = ()
    _links: Sequence[tuple[int, str]] = ()
    _picked: tuple[int, str] | None = None

    def compose(self) -> ComposeResult:
        """Its name, then its lines."""
        yield Rule()
        yield Reader()

    def tell(self, scene: Scene, target: Target | None, now: float) -> None:
        """Show a record at `now`, seconds since 1970."""
        from coord_tui import describe

        scope = target.scope if target else None
        asked = (scope, scene.board.changed_at)
        if asked != self._asked:
            self._lines = None if scope != self._asked[0] else self._lines
            self._asked = asked
            if scope and scene.board.journaled:
                start(self, partial(self._remember, scope), "history", alone=True)
        self._scene, self._target = scene, target
        self.query_one(Rule).show(describe.title(scene, target), active=not self.quiet)
        self._shown = self._wrapped(self._said(scene, target, now))
        self._links = [(y, piece.link) for y, line in enumerate(self._shown) for piece in line if piece.link]
        if self._picked is not None and self._picked[1] not in [key for _, key in self._links]:
            self._picked = None
        self._draw()

    # Links to other records

    @property
    def link(self) -> str | None:
        """The key of the record that the picked link leads to."""
        return self._picked[1] if self._picked else None

    def action_pick(self, step: int) -> None:
        """Pick the next or the previous link; without links this scrolls."""
        if not self.pick(step):
            self.query_one(Reader).action_scroll(step)

    def action_follow(self) -> None:
        """Ask for the record that the picked link names."""
        if self.link is not None:
            self.post_message(self.Followed(self.link))

    def action_back(self) -> None:
        """Ask for the record before."""
        self.post_message(self.Returned())

    def pick(self, step: int) -> bool:
        """Pick the next or the previous link; False if there is none."""
        if not self._links:
            return False
        place = self._place()
        last = len(self._links) - 1
        place = (0 if step > 0 else last) if place is None else max(0, min(last, place + step))
        key = self._links[place][1]
        self._picked = (sum(each == key for _, each in self._links[:place]), key)
        self._draw()
        reader, y = self.query_one(Reader), self._links[place][0]
        if not 0 <= y - reader.scroll_offset.y < reader.size.height:
            reader.action_scroll(y - reader.scroll_offset.y - reader.size.height // 2)
        return True

    def _place(self) -> int | None:
        """Return which of the links is picked: the same occurrence of its key, though lines came and went."""
        if self._picked is None:
            return None
        nth, wanted = self._picked
        places = [place for place, (_, key) in enumerate(self._links) if key == wanted]
        return places[min(nth, len(places) - 1)] if places else None

    def _draw(self) -> None:
        place, number, lines = self._place(), -1, []
        for line in self._shown:
            pieces = []
            for piece in line:
                number += bool(piece.link)
                picked = piece.link and number == place
                pieces.append(Piece(piece.text, "link tab", piece.link) if picked else piece)
            lines.append(tuple(pieces))
        self.query_one(Reader).show(lines)

    @property
    def text(self) -> tuple[str, str]:
        """All that it says, to be copied, and what that is."""
        from coord_tui.describe.raw import as_json, stored

        name = self._target.name if self._target else ""
        if self.raw:
            return as_json(stored(self._scene, self._target)[1]), f"{name} as JSON"
        lines = self._said(self._scene, self._target, cast("CoordApp", self.app).travel.now)
        return "\n".join([plain(self.query_one(Rule).title), *map(plain, lines)]), f"all of {name} as text"

    def _said(self, scene: Scene, target: Target | None, now: float) -> list[Words]:
        from coord_tui import describe, differences, past

        if self.raw:
            from coord_tui.describe.raw import raw

            return raw(scene, target)
        described = describe.describe(scene, target, now, self.room)
        return described + differences.said(scene, target) + past.history(scene, target, self._lines)

    def _wrapped(self, lines: Sequence[Words]) -> list[Words]:
        return [(Piece(" "), *line) for words in lines for line in (wrap(words, self.room) if words else [words])]

    @property
    def room(self) -> int:
        """How many cells a line has."""
        return max(10, self.size.width - 2)

    async def _remember(self, scope: str) -> None:
        await asyncio.sleep(SETTLE)
        coord = cast("CoordApp", self.app)
        try:
            self._lines = await asyncio.to_thread(coord.desk.history, scope)
        except CoordError:
            self._lines = ()
        self.tell(self._scene, self._target, coord.travel.now)
