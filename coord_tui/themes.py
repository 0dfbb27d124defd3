"""Our own themes, and the tones that any other theme falls back to."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from coord_tui.palette import CONTRAST, Shown, as_is, contrast, readable, tinted

DARK: Final = Theme(
    name="coord-dark",
    primary="#58d1eb",
    secondary="#5f87af",
    warning="#fd971f",
    error="#ff5c77",
    success="#8fc46a",
    accent="#58d1eb",
    foreground="#d6dae0",
    background="#11151c",
    surface="#171c25",
    panel="#1d2430",
    dark=True,
)

LIGHT: Final = Theme(
    name="coord-light",
    primary="#006d8f",
    secondary="#4a6d94",
    warning="#a84b00",
    error="#b3002d",
    success="#2f6b1f",
    accent="#006d8f",
    foreground="#1b1f26",
    background="#fbfbf8",
    surface="#f2f2ec",
    panel="#e6e6de",
    dark=False,
)

TERMINAL: Final = replace(BUILTIN_THEMES["ansi-dark"], name="coord-terminal", accent="ansi_cyan")
"""The terminal's own sixteen colours, its own text and ground."""

OURS: Final = (DARK, LIGHT, TERMINAL)
BRIEF: Final = {theme.name.removeprefix("coord-"): theme.name for theme in OURS}
"""Our themes by the names that people type."""


def names() -> list[str]:
    """Return the names that `--theme` takes: ours, and those of Textual's that can be read."""
    return [*BRIEF, *sorted(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi and legible(theme))]


def full(name: str) -> str | None:
    """Return the full name of the theme that somebody named, None if there is none."""
    return BRIEF.get(name, name if name in names() or name in BRIEF.values() else None)


def legible(theme: Theme) -> bool:
    """Whether what is drawn in a theme's own colours can be read; the tones are moved until they can."""
    colors = {**theme.to_color_system().generate(), **tones(theme)}
    pairs = (("foreground", "background"), ("foreground", "panel"), ("tone-dim", "background"))
    return all(contrast(Color.parse(colors[ink]), Color.parse(colors[ground])) >= CONTRAST for ink, ground in pairs)


def tones(theme: Theme, shown: Shown = as_is) -> dict[str, str]:
    """Return the variables of the tones for a theme that does not set them itself; `shown`: see Palette.of."""
    if theme.ansi:
        return {f"tone-{name}": "ansi_default" for name in TONED}
    dark = theme.dark
    ground = theme.background or theme.to_color_system().generate()["background"]
    return {
        "tone-dim": readable(Color.parse("#878c95" if dark else "#5c626b"), Color.parse(ground)).hex,
        "tone-rule": "#565c66" if dark else "#a5a9ae",
        "tone-dead": theme.error or "#ff5c77",
        "tone-stale": theme.warning or "#fd971f",
        "tone-wait": "#f2cf4a" if dark else "#7a5f00",
        "tone-live": theme.success or "#8fc46a",
        "tone-link": theme.accent or theme.primary,
        "tone-bar": "#6f9bca" if dark else "#3f648c",
        "tone-spark": "#8fb9b4" if dark else "#3d6f6a",
        "tone-alarm": "#b8283f" if dark else "#b3002d",
        "tone-cursor": tinted(Color.parse(ground), Color.parse("#4f8ff0" if dark else "#2f6fd0"), shown).hex,
    }


TONED: Final = ("dim", "rule", "dead", "stale", "wait", "live", "link", "bar", "spark", "alarm", "cursor")
