"""Makes any string safe for a terminal, and measures it (the design, §6).

Agents write whatever they like into the files. What could command a terminal, hide text or turn its direction round
becomes a visible replacement; what terminals measure differently (variation selectors, skin tones) is left out; piles
of combining marks and very long strings are cut.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
REPLACEMENT: Final = "\ufffd"
ELLIPSIS: Final = "…"
MARKS: Final = 3
LINE: Final = 2_000
BLOCK: Final = 200_000

_BASE_FOR_MARKS: Final = "\u25cc"
_INVISIBLE: Final = frozenset("\u115f\u1160\u3164\uffa0")
_LEFT_OUT: Final = frozenset((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x1F3FB, 0x1F400)))
_WIDE_SINCE_16: Final = (
    (0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D356), (0x1D360, 0x1D376),
)  # fmt: skip
_JOINED_JAMO: Final = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF))


class _Visible(dict[int, str]):
    """A table for `str.translate` that finds each character's replacement the first time it is met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _visible(chr(code))
        return found


def _visible(char: str) -> str:
    code = ord(char)
    if code in _LEFT_OUT:
        return ""
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    # Cn: what this Python's Unicode does not know yet, nobody can measure.
    if char in _INVISIBLE or unicodedata.category(char) in UNSAFE | {"Cn"}:
        return REPLACEMENT
    return char


_TABLE: Final = _Visible()


def line(value: str, limit: int = LINE) -> str:
    """Return `value` as one line that is safe for a terminal, at most `limit` characters of it."""
    if value.isascii() and value.isprintable() and len(value) <= limit:
        return value
    if len(value) > limit:
        value = value[: limit - 1] + ELLIPSIS
    return _thin(value.translate(_TABLE))


def block(value: str, limit: int = BLOCK) -> str:
    """Return `value` safe for a terminal, line breaks kept, tabs as four spaces, at most `limit` characters of it."""
    cut = value[: limit - 1] + ELLIPSIS if len(value) > limit else value
    lines = cut.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(_thin(each.translate(_TABLE)) for each in lines)


def escape_json(document: str) -> str:
    r"""Return JSON text with every character unsafe for a terminal as \uXXXX; line breaks between values stay."""
    if document.isascii() and "\x7f" not in document:
        return document
    return document.translate(_JSON)


class _Escaped(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = found = _escaped(chr(code))
        return found


def _escaped(char: str) -> str:
    if char == "\n" or (unicodedata.category(char) not in UNSAFE and char not in _INVISIBLE):
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


_JSON: Final = _Escaped()


def _thin(value: str) -> str:
    """Give marks without a letter one to stand on, and leave each letter at most MARKS marks."""
    if value.isascii():
        return value
    out: list[str] = []
    marks, base = 0, False
    for char in value:
        if char_width(char):
            marks, base = 0, True
        elif not base:
            out.append(_BASE_FOR_MARKS)
            marks, base = 1, True
        else:
            marks += 1
            if marks > MARKS:
                continue
        out.append(char)
    return "".join(out)


@lru_cache(maxsize=8192)
def char_width(char: str) -> int:
    """Return how many cells a safe character takes: 0, 1 or 2; combining marks take none."""
    code = ord(char)
    if code < 0x300:
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Mc") or _within(code, _JOINED_JAMO):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or _within(code, _WIDE_SINCE_16) else 1


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def width(safe: str) -> int:
    """Return how many cells a safe string takes."""
    return len(safe) if safe.isascii() else sum(map(char_width, safe))


def truncate(safe: str, cells: int) -> str:
    """Return as much of a safe string as fits `cells`, its end as … where something is missing."""
    if width(safe) <= cells:
        return safe
    if cells <= 0:
        return ""
    return _head(safe, cells - 1) + ELLIPSIS


def _head(safe: str, cells: int) -> str:
    used = 0
    for place, char in enumerate(safe):
        used += char_width(char)
        if used > cells:
            return safe[:place]
    return safe


def shorten(safe: str, cells: int) -> str:
    """Return a safe string in at most `cells` cells, its middle as … where something is missing."""
    if width(safe) <= cells or cells < 3:
        return truncate(safe, cells)
    end = _head(safe[::-1], cells // 2)[::-1]
    while end and not char_width(end[0]):
        end = end[1:]  # a mark that stands alone would sit on the …
    return _head(safe, cells - 1 - width(end)) + ELLIPSIS + end


def fit(safe: str, cells: int, *, right: bool = False) -> str:
    """Return a safe string in exactly `cells` cells: truncated, or padded on the right (`right`: on the left)."""
    cut = truncate(safe, cells)
    gap = " " * (cells - width(cut))
    return gap + cut if right else cut + gap


def wrap(safe: str, cells: int) -> list[str]:
    """Return a safe string as lines of at most `cells` cells, broken at spaces where there are any."""
    cells = max(cells, 2)
    found: list[str] = []
    for paragraph in safe.split("\n"):
        found += list(_wrapped(paragraph, cells)) or [""]
    return found


def _wrapped(paragraph: str, cells: int) -> Iterator[str]:
    rest = paragraph
    while width(rest) > cells:
        head = _head(rest, cells)
        space = head.rfind(" ") if not rest[len(head) :].startswith(" ") else len(head)
        taken = head if space <= 0 else head[:space]
        yield taken.rstrip(" ")
        rest = rest[len(taken) :].lstrip(" ")
    if rest:
        yield rest
