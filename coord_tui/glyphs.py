"""Our glyphs, and what stands for each, cell for cell, on a terminal that has only ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from coord_core import text

PAIRS: Final = (
    '●* ◐~ ○o ✗x –- ▸> ›> ▾v ✓+ ·. ×x ≠! …~ ←< →> ↑^ ↓v “" ”" ␡? ◌? �? '
    "─- │| ┬+ ┴+ ├| ┤| └` ┌+ ┐+ ┘+ ┼+ ╭+ ╮+ ╰+ ╯+ ━= ╸- ▁_ ▂. ▃: ▄- ▅= ▆+ ▇* █#"
)
"""Each glyph with its ASCII. What is not here is data's own, and stays."""

TABLE: Final[Mapping[int, str]] = {
    **{ord(pair[0]): pair[1] for pair in PAIRS.split()},
    **dict.fromkeys(range(0x2400, 0x2421), "?"),
}


def plain(words: str, encoding: str = "utf-8") -> str:
    """Return words with ASCII for our glyphs; what an encoding does not have becomes as many ? as it has cells."""
    if words.isascii():
        return words
    found = words.translate(TABLE)
    if _has(found, encoding):
        return found
    return "".join(char if _has(char, encoding) else "?" * text.char_width(char) for char in found)


def _has(words: str, encoding: str) -> bool:
    try:
        words.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def ascii_wanted(environ: Mapping[str, str], encoding: str) -> bool:
    """Whether the locale names another character set than UTF-8; one that names none leaves that to the terminal."""
    if not encoding.casefold().startswith("utf"):
        return True
    named = next(filter(None, (environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    # Python itself puts LC_CTYPE in place of a locale C (PEP 538).
    coerced = named == "C.UTF-8" and not environ.get("LC_ALL") and environ.get("LANG") in ("C", "POSIX")
    return bool(named) and (coerced or "utf" not in named.casefold())


class AsciiFilter(LineFilter):
    """The last step before the terminal: whatever draws, borders and messages too, passes here."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self.encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments with ASCII for our glyphs."""
        return [Segment(plain(said, self.encoding), style, control) for said, style, control in segments]
