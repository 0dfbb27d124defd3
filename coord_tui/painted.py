"""PaintedApp: an app in our themes, and the palette of the one in use."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from coord_tui import themes
from coord_tui.palette import Palette, Shown, as_is, snapped


class PaintedApp(App[None], inherit_bindings=False):
    """An app with a palette.

    ascii: our glyphs are ASCII; it is so by itself where the locale has no others. `NO_COLOR` in the environment, if
    not empty, takes all colours away, whatever the theme.
    """

    def __init__(self, theme: str, *, ascii_: bool = False) -> None:
        super().__init__()
        for ours in themes.OURS:
            self.register_theme(ours)
        self.colorless = bool(os.environ.get("NO_COLOR"))
        self.ascii = ascii_
        self._last_steps: dict[str, list[LineFilter]] = {}
        self._palettes: dict[str, Palette] = {}
        self._begin_in(theme)

    def _begin_in(self, theme: str) -> None:
        """Begin in a theme; to change to it from Textual's own would parse all styles twice."""
        self.set_reactive(PaintedApp.theme, theme)
        for dark, name in ((True, "-dark-mode"), (False, "-light-mode")):
            self.set_class(self.current_theme.dark is dark, name, update=False)
        variables = self.get_css_variables()
        self.stylesheet.set_variables(variables)
        self._palettes[theme] = self._mixed(variables)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the tones' colours for themes that do not set them."""
        return themes.tones(self.current_theme, self.shown)

    @property
    def shown(self) -> Shown:
        """What the terminal makes of a colour: tmux has 256 of them, unless it is told of more."""
        return snapped if self.console.color_system == "256" else as_is

    @property
    def palette(self) -> Palette:
        """The tones of the theme in use."""
        if self.theme not in self._palettes:
            self._palettes[self.theme] = self._mixed(self.get_css_variables())
        return self._palettes[self.theme]

    def _mixed(self, variables: Mapping[str, str]) -> Palette:
        if not (self.colorless or self.current_theme.ansi):
            return Palette.of(variables, self.shown)
        from coord_tui.limited import Limited

        return Limited.colorless() if self.colorless else Limited.sixteen()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what each line goes through on its way to the terminal."""
        if self.theme not in self._last_steps:
            self._last_steps[self.theme] = [*self._color_steps(), *self._glyph_steps()]
        return self._last_steps[self.theme]

    def _color_steps(self) -> Sequence[LineFilter]:
        if not (self.colorless or self.current_theme.ansi):
            return ()
        from coord_tui.limited import ColorFilter

        ground = Color.parse(self.get_css_variables()["background"])
        return (ColorFilter(ground, sixteen=not self.colorless),)

    def spelt(self, words: str) -> str:
        """Return words as this terminal can show them, for what is not drawn."""
        for step in self._glyph_steps():
            words = step.apply([Segment(words)], Color(0, 0, 0))[0].text
        return words

    def _glyph_steps(self) -> Sequence[LineFilter]:
        if not self.ascii:
            return ()
        from coord_tui.glyphs import AsciiFilter

        return (AsciiFilter(sys.__stderr__.encoding if sys.__stderr__ else "utf-8"),)
