"""PaintedApp: an app in our themes, and the palette of the one in use."""

from __future__ import annotations

from textual.app import App

from coord_tui import themes
from coord_tui.palette import Palette


class PaintedApp(App[None], inherit_bindings=False):
    """An app with a palette."""

    def __init__(self, theme: str) -> None:
        super().__init__()
        for ours in themes.OURS:
            self.register_theme(ours)
        self._palettes: dict[str, Palette] = {}
        self._begin_in(theme)

    def _begin_in(self, theme: str) -> None:
        """Begin in a theme; to change to it from Textual's own would parse all styles twice."""
        self.set_reactive(PaintedApp.theme, theme)
        for dark, name in ((True, "-dark-mode"), (False, "-light-mode")):
            self.set_class(self.current_theme.dark is dark, name, update=False)
        variables = self.get_css_variables()
        self.stylesheet.set_variables(variables)
        self._palettes[theme] = Palette.of(variables)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the tones' colours for themes that do not set them."""
        return themes.tones(self.current_theme)

    @property
    def palette(self) -> Palette:
        """The tones of the theme in use."""
        if self.theme not in self._palettes:
            self._palettes[self.theme] = Palette.of(self.get_css_variables())
        return self._palettes[self.theme]
