"""Our own themes, and the tones that any other theme falls back to."""

from __future__ import annotations

from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

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

OURS: Final = (DARK, LIGHT)


def names() -> list[str]:
    """Return the names that `--theme` takes; the ansi themes have no colours to measure contrast with."""
    return [theme.name for theme in OURS] + sorted(name for name in BUILTIN_THEMES if not name.startswith("ansi"))


def tones(theme: Theme) -> dict[str, str]:
    """Return the variables of the tones for a theme that does not set them itself."""
    dark = theme.dark
    return {
        "tone-dim": "#878c95" if dark else "#5c626b",
        "tone-rule": "#565c66" if dark else "#a5a9ae",
        "tone-dead": theme.error or "#ff5c77",
        "tone-stale": theme.warning or "#fd971f",
        "tone-wait": "#f2cf4a" if dark else "#7a5f00",
        "tone-live": theme.success or "#8fc46a",
        "tone-link": theme.accent or theme.primary,
        "tone-bar": "#6f9bca" if dark else "#3f648c",
        "tone-spark": "#8fb9b4" if dark else "#3d6f6a",
        "tone-alarm": "#b8283f" if dark else "#b3002d",
        "tone-cursor": "#1e2d46" if dark else "#cfe0f4",
    }
