"""Palettes for terminals that keep their own colours, or are to have none: shapes and attributes say the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import Final

from rich.color import Color as Ink
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from coord_core.frozen import frozen
from coord_tui.palette import BOLD, FILLED, Palette

DEFAULT: Final = Color.parse("ansi_default")
SIXTEEN: Final[Mapping[str, str]] = {
    "dead": "red", "stale": "yellow", "wait": "yellow", "live": "green", "link": "cyan", "bar": "blue",
    "spark": "cyan", "alarm": "red",
}  # fmt: skip
"""The tones among the terminal's own sixteen colours; all others are its text's."""
SAID_LOUD: Final = BOLD | {"dead", "stale", "wait"}
"""What is bold where there are no colours: what needs somebody must still stand out."""


@frozen
class Limited(Palette):
    """A palette without a colour of ours; the cursor and what is filled are reversed."""

    inks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sixteen(cls) -> Limited:
        """Return the terminal's own palette: whether it can be read is the terminal's affair."""
        return cls(DEFAULT, DEFAULT, {}, inks=SIXTEEN)

    @classmethod
    def colorless(cls) -> Limited:
        """Return a palette of no colours at all (https://no-color.org)."""
        return cls(DEFAULT, DEFAULT, {})

    def _make(self, names: list[str], cursor: bool) -> Style:
        filled = bool(FILLED.intersection(names))
        bold = filled or "bold" in names or bool((BOLD if self.inks else SAID_LOUD).intersection(names))
        # Under the cursor a colour would be a patch of ground.
        ink = None if cursor else next((self.inks[name] for name in names if name in self.inks), None)
        return Style(color=ink, bold=bold or None, reverse=filled or cursor or None)


@lru_cache(1024)
def without_colors(style: Style, ground: Ink, *, sixteen: bool) -> Style:
    """Return a style without colours (sixteen: but for the terminal's own), reversed where its ground was another."""
    filled = style.bgcolor is not None and style.bgcolor != ground and not style.bgcolor.is_default
    own = (
        style.color
        if sixteen and style.color and style.color.is_system_defined and not style.color.is_default
        else None
    )
    return Style(
        color=None if filled else own,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=True if filled or style.reverse else None,
        meta=style.meta,
    )


class ColorFilter(LineFilter):
    """The last step before the terminal: what Textual's own widgets and borders are coloured with goes, too."""

    def __init__(self, ground: Color, *, sixteen: bool) -> None:
        super().__init__()
        self.ground, self.sixteen = ground.rich_color, sixteen

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments in no colours but those allowed."""
        return [
            Segment(said, style and without_colors(style, self.ground, sixteen=self.sixteen), control)
            for said, style, control in segments
        ]
