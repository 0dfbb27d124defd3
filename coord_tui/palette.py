"""Tones and their colours: readable (contrast at least 4.5:1) on the background and under the cursor, in any theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol, cast

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.style import Style as Visual

from coord_core.frozen import frozen

if TYPE_CHECKING:
    from textual.widget import Widget

    from coord_tui.display import Piece

CONTRAST: Final = 4.5
SEEN: Final = 1.3
"""The least contrast of the cursor's ground with the others: a tint is seen at that, and text is read on it."""
TOO_MUCH: Final = 1.9
Shown = Callable[[Color], Color]
"""What a terminal makes of a colour."""

TONES: Final[Mapping[str, str]] = {
    "": "foreground",
    "name": "foreground",
    "dim": "tone-dim",
    "rule": "tone-rule",
    "dead": "tone-dead",
    "stale": "tone-stale",
    "wait": "tone-wait",
    "live": "tone-live",
    "link": "tone-link",
    "bar": "tone-bar",
    "spark": "tone-spark",
    "alarm": "tone-alarm",
}
"""Each tone's theme variable."""

BOLD: Final = frozenset({"name"})
DECORATION: Final = frozenset({"rule", "alarm"})
FILLED: Final = frozenset({"badge", "tab"})


def luminance(color: Color) -> float:
    """Return a colour's relative luminance, 0 to 1 (WCAG 2.1)."""
    parts = (part / 255 for part in (color.r, color.g, color.b))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_is(color: Color) -> Color:
    """Return the colour: a terminal of all colours shows it."""
    return color


def snapped(color: Color) -> Color:
    """Return the colour that stands for this one where there are 256."""
    return Color(*color.rich_color.downgrade(ColorSystem.EIGHT_BIT).get_truecolor())


def readable(color: Color, *grounds: Color, shown: Shown = as_is) -> Color:
    """Return `color`, moved towards white or black until it can be read on every ground, as it is `shown`."""
    toward = Color(255, 255, 255) if luminance(grounds[0]) < 0.18 else Color(0, 0, 0)
    for step in range(21):
        moved = color.blend(toward, step / 20, 1.0)
        if all(contrast(shown(moved), shown(ground)) >= CONTRAST for ground in grounds):
            return moved
    return toward


def tinted(ground: Color, tint: Color, shown: Shown = as_is) -> Color:
    """Return `ground` with as much of a tint as it takes to see the difference; grey where no such blue is `shown`."""
    for toward in (tint, Color(255, 255, 255) if luminance(ground) < 0.18 else Color(0, 0, 0)):
        for step in range(1, 10):
            moved = ground.blend(toward, step / 20, 1.0)
            if SEEN <= contrast(shown(moved), shown(ground)) <= TOO_MUCH:
                return moved
    return toward


@frozen
class Palette:
    """A theme's colours as styles: `style(tone)`, and under the cursor."""

    background: Color
    cursor: Color
    colors: Mapping[str, Color]
    _styles: dict[tuple[str, bool], Style] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, variables: Mapping[str, str], shown: Shown = as_is) -> Palette:
        """Return the palette of a theme's variables. shown: what a terminal makes of a colour."""
        ground = Color.parse(variables["background"])
        tint = Color.parse(variables["tone-cursor"])
        colors = {
            tone: Color.parse(variables[name])
            if tone in DECORATION
            else readable(Color.parse(variables[name]), ground, tint, shown=shown)
            for tone, name in TONES.items()
        }
        return cls(ground, tint, colors)

    def style(self, tone: str = "", *, cursor: bool = False) -> Style:
        """Return the style of a tone (`dead bold`, `badge`, `tab`), as Rich draws it."""
        key = (tone, cursor)
        if key not in self._styles:
            self._styles[key] = self._make(tone.split(), cursor)
        return self._styles[key]

    def _make(self, names: list[str], cursor: bool) -> Style:
        ground = self.cursor if cursor else self.background
        if FILLED.intersection(names):
            fill = self.colors[next((name for name in names if name in self.colors), "dead")]
            ink = Color(255, 255, 255) if contrast(Color(255, 255, 255), fill) >= CONTRAST else Color(0, 0, 0)
            return Style(color=ink.rich_color, bgcolor=fill.rich_color, bold=True)
        color = self.colors[next((name for name in names if name in self.colors), "")]
        bold = "bold" in names or bool(BOLD.intersection(names))
        return Style(color=color.rich_color, bgcolor=ground.rich_color, bold=bold)

    def visual(self, tone: str = "") -> Visual:
        """Return the style of a tone, as Textual's Content draws it."""
        return Visual.from_rich_style(self.style(tone))


class Painted(Protocol):
    """What has a palette: our app."""

    @property
    def palette(self) -> Palette:
        """The palette of the theme in use."""


def palette_of(widget: Widget) -> Palette:
    """Return the palette that a widget is to be drawn with."""
    return cast("Painted", widget.app).palette


def strip(words: Iterable[Piece], cells: int, palette: Palette, *, cursor: bool = False) -> Strip:
    """Return words as a strip of exactly `cells` cells."""
    segments = [Segment(text, palette.style(tone, cursor=cursor)) for text, tone in _runs(words)]
    return Strip(segments).adjust_cell_length(cells, palette.style(cursor=cursor))


def _runs(words: Iterable[Piece]) -> list[tuple[str, str]]:
    """Return words as texts with their tones, what looks alike in one: a terminal is told the colours of each."""
    found: list[tuple[str, str]] = []
    for piece in words:
        text, tone = found[-1] if found else ("", "")
        # Blanks show no ink, only a ground.
        if found and (piece.tone == tone or (piece.text.isspace() and not (_fills(piece.tone) or _fills(tone)))):
            found[-1] = (text + piece.text, tone)
        elif piece.text:
            found.append((piece.text, piece.tone))
    return found


@lru_cache(maxsize=256)
def _fills(tone: str) -> bool:
    """Whether a tone has a ground of its own."""
    return not FILLED.isdisjoint(tone.split())
