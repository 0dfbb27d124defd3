"""The only door from data to widgets: strings made safe, as pieces with a tone; never markup, never bare `str`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from textual.content import Content

from coord_core import text
from coord_core.frozen import frozen

if TYPE_CHECKING:
    from textual.app import App

    from coord_tui.palette import Palette


@frozen
class Piece:
    """A safe string and its tone: words of `palette.TONES`, and `bold` (`dead bold`). Made by `say` and `link` only.

    link: the key of the record that it names, "" if none.
    """

    text: str
    tone: str = ""
    link: str = ""


Words: TypeAlias = tuple[Piece, ...]
Said: TypeAlias = str | tuple[str, str] | Piece

NOTHING: Words = ()
SHORT: Final = 48
"""So many characters may be worth remembering."""


def say(*parts: Said) -> Words:
    """Return safe words from strings and (string, tone) pairs; line breaks become visible."""
    return tuple(piece for piece in map(_piece, parts) if piece.text)


def _piece(part: Said) -> Piece:
    if isinstance(part, Piece):
        return part
    value, tone = part if isinstance(part, tuple) else (part, "")
    return _short(value, tone) if len(value) <= SHORT else Piece(text.line(value), tone)


@lru_cache(maxsize=4096)
def _short(value: str, tone: str) -> Piece:
    """Return a piece that is likely to be said again in a second."""
    return Piece(text.line(value), tone)


def link(name: str, key: str, tone: str = "") -> Piece:
    """Return a record's name that leads to the record; without a key it leads nowhere."""
    return Piece(text.line(name), tone, key)


def plain(words: Iterable[Piece]) -> str:
    """Return what words say, without their tones: safe, to compare and to measure."""
    return "".join(piece.text for piece in words)


def width(words: Iterable[Piece]) -> int:
    """Return how many cells words take."""
    return sum([text.width(piece.text) for piece in words])


def link_at(words: Iterable[Piece], x: int) -> str:
    """Return the link of the piece that is drawn at a cell, "" if there is none."""
    for piece in words:
        x -= text.width(piece.text)
        if x < 0:
            return piece.link
    return ""


def join(several: Iterable[Words], between: str) -> Words:
    """Return words one after the other, with `between` in dim."""
    found: list[Piece] = []
    for words in several:
        if found and words:
            found.append(Piece(text.line(between), "dim"))
        found += words
    return tuple(found)


def retone(words: Iterable[Piece], tone: str) -> Words:
    """Return the same words, all in one tone."""
    return tuple(Piece(piece.text, tone) for piece in words)


def embolden(words: Iterable[Piece]) -> Words:
    """Return the same words in bold."""
    return tuple(Piece(piece.text, f"{piece.tone} bold", piece.link) for piece in words)


def clip(words: Sequence[Piece], cells: int) -> Words:
    """Return words in at most `cells` cells, ending in … where something is missing."""
    if width(words) <= cells:
        return tuple(words)
    found: list[Piece] = []
    for piece in words:
        room = cells - width(found)
        if text.width(piece.text) >= room:
            rest = piece.text if text.width(piece.text) > room else piece.text + " "
            return (*found, Piece(text.truncate(rest, room), piece.tone, piece.link))
        found.append(piece)
    return tuple(found)


@frozen
class Things:
    """Several names in one cell: all of them where they fit, else the first and how many more."""

    names: tuple[str, ...]
    tone: str = ""


@frozen
class Across:
    """The last words of a row: they go on across the columns that follow."""

    words: Words


@frozen
class Name:
    """A long name whose ends matter: what does not fit goes from its middle. before: what stands before it."""

    name: str
    tone: str = ""
    before: Words = NOTHING


Cell: TypeAlias = Words | Things | Across | Name


def lay(cell: Cell, cells: int) -> Words:
    """Return a cell's words in at most `cells` cells."""
    if isinstance(cell, Across):
        return clip(cell.words, cells)
    if isinstance(cell, Name):
        name = text.shorten(text.line(cell.name), cells - width(cell.before))
        return clip((*cell.before, *say((name, cell.tone))), cells)
    if not isinstance(cell, Things):
        return clip(cell, cells)
    whole = say((", ".join(cell.names), cell.tone))
    if width(whole) <= cells or len(cell.names) < 2:
        return clip(whole, cells)
    more = f" +{len(cell.names) - 1}"
    return say((text.truncate(text.line(cell.names[0]), cells - len(more)) + more, cell.tone))


def wrap(words: Words, cells: int) -> list[Words]:
    """Return words as lines of at most `cells` cells, broken at spaces, tones kept."""
    whole = plain(words)
    kinds = [(piece.tone, piece.link) for piece in words for _ in piece.text]
    lines: list[Words] = []
    at = 0
    for line in text.wrap(whole, cells):
        while at < len(whole) and whole[at] == " " and not line.startswith(" "):
            at += 1
        lines.append(_pieces(line, kinds[at : at + len(line)]))
        at += len(line)
    return lines


def _pieces(line: str, kinds: Sequence[tuple[str, str]]) -> Words:
    found: list[Piece] = []
    for char, (tone, link_) in zip(line, kinds, strict=False):
        if found and (found[-1].tone, found[-1].link) == (tone, link_):
            found[-1] = Piece(found[-1].text + char, tone, link_)
        else:
            found.append(Piece(char, tone, link_))
    return tuple(found)


def content(words: Words, palette: Palette | None = None) -> Content:
    """Return words as Textual's Content, which is never parsed as markup."""
    if palette is None:
        return Content(plain(words))
    return Content.assemble(*((piece.text, palette.visual(piece.tone)) for piece in words))


def paragraphs(value: str) -> list[str]:
    """Return a string of several lines as safe lines."""
    return text.block(value).split("\n")


def toast(app: App[Any], message: str, severity: Literal["information", "warning", "error"] = "information") -> None:
    """Show a short message instead of the one before, safe and never parsed."""
    app.clear_notifications()
    app.notify(text.block(message, limit=600), severity=severity, markup=False)
