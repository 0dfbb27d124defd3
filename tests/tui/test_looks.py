"""Colours that can be read, the terminal's own, none at all; glyphs, and ASCII for each."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from coord_tui import glyphs, themes
from coord_tui.__main__ import make_parser
from coord_tui.limited import Limited
from coord_tui.painted import PaintedApp
from coord_tui.palette import CONTRAST, DECORATION, SEEN, TONES, Palette, Shown, as_is, contrast, snapped
from tests.core import samples
from tests.tui.conftest import Stage, Staging
from tests.tui.test_dashboard import made

ROOT = Path(__file__).parents[2]
DRAWN = frozenset("─│╭╮╰╯┬ ━╸▁▂▃▄▅▆▇█")
"""Lines and bars: nobody reads them."""
WALK: tuple[tuple[str, ...], ...] = (
    ("1",), ("2",), ("3",), ("4", "4"), ("5",), ("6",), ("!",), ("n", "enter"), ("n", "y"), ("n", "x"), ("n", "a"),
    ("X",), ("m",), ("H",), ("/", "c"), ("?",), (":", "c"), (":", *"theme "), ("n", "enter", "tab"),
)  # fmt: skip
"""Keys to every place there is."""


def segments(s: Stage) -> list[Segment]:
    return [segment for strip in s.app.screen._compositor.render_strips() for segment in strip]


async def places(s: Stage) -> AsyncIterator[tuple[str, ...]]:
    """Go to every place, and back after each."""
    for keys in WALK:
        await s.press(*keys)
        await s.until(lambda: not s.app.gate.shut_now)
        await s.settle()
        yield keys
        while len(s.app.screen_stack) > 1:
            await s.press("escape")
        await s.until(lambda: not s.app.acting)
        await s.press("escape", "escape", "1", "home")


def offered() -> list[str]:
    return [full for name in themes.names() if (full := themes.full(name)) and full != themes.TERMINAL.name]


def unreadable(found: list[Segment]) -> set[tuple[str, str, str]]:
    bad = set()
    for text, style, _ in found:
        if style is None or not set(text) - DRAWN:
            continue
        ink, ground = style.color, style.bgcolor
        assert ink and ground and ink.triplet and ground.triplet, (text, style)
        if style.reverse:
            ink, ground = ground, ink
        if contrast(Color(*ink.triplet), Color(*ground.triplet)) < CONTRAST:  # type: ignore[misc]
            bad.add((text.strip(), ink.name, ground.name))
    return bad


def front(s: Stage) -> list[Segment]:
    """What is on the screen; of a dialog what is in it: what it stands before is veiled on purpose."""
    if len(s.app.screen_stack) == 1 or not s.app.screen.is_modal:
        return segments(s)
    region = s.app.screen.children[-1].region
    lines = s.app.screen._compositor.render_strips()[region.y : region.bottom]
    return [segment for line in lines for segment in line.crop(region.x, region.right)]


@pytest.mark.parametrize("theme", [themes.DARK.name, themes.LIGHT.name])
async def test_everything_drawn_anywhere_can_be_read(stage: Staging, theme: str) -> None:
    async with stage(made(), now=samples.BUSY_NOW) as s:
        s.app.theme = theme
        await s.settle()
        async for keys in places(s):
            assert not unreadable(front(s)), keys


async def test_every_theme_that_is_offered_can_be_read(stage: Staging) -> None:
    """Where colours differ: badges, tabs, the cursor, findings, messages; a theme is a matter of a moment."""
    async with stage(made(), now=samples.BUSY_NOW, size=(200, 50), read_only=True) as s:
        for theme in offered():
            s.app.theme = theme
            await s.press("1", "R")
            assert not unreadable(front(s)), theme
            await s.press(":", "c")
            assert not unreadable(front(s)), theme
            await s.press("escape")


@pytest.mark.parametrize("coarse", [False, True], ids=["all colours", "256"])
@pytest.mark.parametrize("name", offered())
def test_every_tone_can_be_read_on_the_ground_and_under_the_cursor(name: str, coarse: bool) -> None:
    theme = {each.name: each for each in (*themes.OURS, *BUILTIN_THEMES.values())}[name]
    shown = snapped if coarse else as_is
    variables = {**theme.to_color_system().generate(), **themes.tones(theme, shown)}
    palette = Palette.of(variables, shown)
    for tone in (*(set(TONES) - DECORATION), "badge alarm", "badge wait", "badge link", "tab link", "link tab"):
        for cursor in (False, True):
            style = palette.style(tone, cursor=cursor)
            assert style.color and style.bgcolor and style.color.triplet and style.bgcolor.triplet
            ink, ground = Color(*style.color.triplet), Color(*style.bgcolor.triplet)
            assert contrast(shown(ink), shown(ground)) >= CONTRAST, (tone, cursor)
    assert contrast(shown(palette.cursor), shown(palette.background)) >= SEEN


@pytest.mark.parametrize(("told", "shown"), [("", snapped), ("truecolor", as_is)])
def test_a_terminal_that_tells_of_no_more_has_256_colours(
    monkeypatch: pytest.MonkeyPatch, told: str, shown: Shown
) -> None:
    monkeypatch.setenv("TERM", "screen-256color")
    monkeypatch.setenv("COLORTERM", told)
    assert PaintedApp(themes.DARK.name).shown is shown


def test_what_cannot_be_read_is_not_offered(capsys: pytest.CaptureFixture[str]) -> None:
    pale = themes.Theme(name="pale", primary="#888888", foreground="#777777", background="#666666", dark=True)
    assert not themes.legible(pale)
    assert "solarized-light" not in themes.names() and "nord" in themes.names()
    assert make_parser().parse_args(["--theme", "nord"]).theme == "nord"
    with pytest.raises(SystemExit, match="2"):
        make_parser().parse_args(["--theme", "solarized-light"])
    assert "there are dark, light, terminal, " in capsys.readouterr().err


async def test_the_theme_changes_live(stage: Staging) -> None:
    async with stage() as s:
        before = {segment.style.bgcolor for segment in segments(s) if segment.style}
        await s.press(":", *"theme light", "enter")
        assert s.app.theme == themes.LIGHT.name
        after = {segment.style.bgcolor for segment in segments(s) if segment.style}
        assert before.isdisjoint(after), "nothing is left in the old colours"
        await s.press(":", *"theme dark", "enter")
        assert {segment.style.bgcolor for segment in segments(s) if segment.style} == before


# The terminal's own colours, and none


async def test_the_terminal_s_own_palette_has_no_colour_of_ours(stage: Staging) -> None:
    async with stage(made(), now=samples.BUSY_NOW) as s:
        s.app.theme = themes.TERMINAL.name
        await s.settle()
        seen = set()
        async for keys in places(s):
            for _, style, _ in segments(s):
                for color in (style.color, style.bgcolor) if style else ():
                    assert color is None or color.is_default or color.is_system_defined, (keys, color)
                    seen.add(color.name if color else "")
        assert {"red", "green", "yellow", "cyan"} <= seen


async def test_no_color_is_no_colour_at_all(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(made(), now=samples.BUSY_NOW) as s:
        async for keys in places(s):
            found = [style for _, style, _ in segments(s) if style]
            assert not [style for style in found if style.color or style.bgcolor], keys
            assert any(style.reverse for style in found), f"nothing shows where one is at {keys}"
        await s.press("n")
        lines = s.app.screen._compositor.render_strips()
        cursor = next(line for line in lines if "✗ claude_4" in line.text)
        assert all(segment.style and segment.style.reverse for segment in cursor)


async def test_an_empty_no_color_means_nothing(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with stage() as s:
        assert not s.app.colorless
        assert any(segment.style and segment.style.color for segment in segments(s))


def test_states_differ_without_colours() -> None:
    palette = Limited.colorless()
    assert palette.style("").reverse is None and palette.style("", cursor=True).reverse
    assert palette.style("badge alarm").reverse and palette.style("tab link").reverse
    assert palette.style("dead bold").bold and palette.style("name").bold


# ASCII


async def test_in_ascii_nothing_of_ours_is_anything_else(stage: Staging) -> None:
    async with stage(made(), now=samples.BUSY_NOW) as s:
        s.app.ascii = True
        s.app._last_steps.clear()
        s.app.refresh_css()
        theirs = {
            char for document in (s.app.board.documents if s.app.board else {}).values() for char in str(document)
        }
        async for keys in places(s):
            ours = {char for segment in segments(s) for char in segment.text if not char.isascii()} - theirs
            assert not ours, keys
        await s.press("1")
        assert "* claude_1" in s.text() and "~ claude_3" in s.text() and "x claude_4" in s.text()
        assert "o claude_8" in s.text() and "- claude_10" in s.text()
        assert "skjemaer æøå" in s.text(), "data shows its own"


def test_ascii_keeps_the_width_and_what_the_terminal_cannot_show_is_a_question() -> None:
    for words in ("● ◐ ○ ✗ – ▸ ✓ · × … → ━╸▁▂▃▄▅▆▇█ ╭─┬╮│", "␛ �", "日本語 æ"):
        assert len(glyphs.plain(words, "ascii")) == sum(
            2 if ord(char) > 0x3000 and char != "�" else 1 for char in words
        )
        assert glyphs.plain(words, "ascii").isascii()
    assert glyphs.plain("skjemaer æøå 日", "latin-1") == "skjemaer æøå ??"
    assert glyphs.plain("skjemaer æøå 日 …") == "skjemaer æøå 日 ~"


def literals(folder: str, wanted: Callable[[Path], bool]) -> set[str]:
    """Characters of our string literals, but for docstrings."""
    found = set()
    for path in filter(wanted, (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text())
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                found |= set(node.value)
    return found


def test_every_glyph_of_ours_has_an_ascii_one() -> None:
    ours = literals("coord_tui", lambda path: path.parent.name != "demo" and path.name != "glyphs.py")
    assert not {char for char in ours if not char.isascii() and ord(char) not in glyphs.TABLE}


@pytest.mark.parametrize(
    ("environ", "encoding", "wanted"),
    [
        ({"LANG": "de_DE.UTF-8"}, "utf-8", False),
        ({"LANG": "de_DE.ISO-8859-1"}, "iso8859-1", True),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "utf-8", True),
        ({"LC_ALL": "POSIX"}, "utf-8", True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", True),
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", False),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, "utf-8", False),
        ({}, "utf-8", False),
        ({}, "ascii", True),
    ],
)
def test_ascii_comes_by_itself_where_the_locale_has_nothing_else(
    environ: dict[str, str], encoding: str, wanted: bool
) -> None:
    assert glyphs.ascii_wanted(environ, encoding) is wanted
