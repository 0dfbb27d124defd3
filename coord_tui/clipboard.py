"""The terminal's clipboard (OSC 52): only what is safe for a terminal goes there, and only so much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coord_core import text
from coord_tui.display import toast

if TYPE_CHECKING:
    from textual.app import App

MOST: Final = 64_000
"""Characters at most: terminals drop what is longer, without a word."""


def copy(app: App[Any], value: str, what: str) -> None:
    """Put text into the clipboard and say what it was."""
    safe = text.block(value, limit=max(len(value), 1))
    cut = safe[:MOST]
    app.copy_to_clipboard(cut)
    size = f"{len(cut):,} character{'s' if len(cut) != 1 else ''}"
    much = f"only the first {size}" if len(cut) < len(safe) else size
    toast(app, f"Copied {what} ({much}).")
