"""Margin: the lines around the panels: what is typed or remarked, the keys; and why something needs you."""

from __future__ import annotations

from coord_tui.display import NOTHING, Words, say
from coord_tui.screens.acts import Acts
from coord_tui.screens.panels import Panels
from coord_tui.sources import Sources
from coord_tui.targets import Target
from coord_tui.widgets.needs import Needs
from coord_tui.widgets.remark import Remark


class Margin(Acts, inherit_bindings=False):
    """A screen with panels, and what is said around them."""

    panels: Panels
    sources: Sources | None
    active: str
    shows_ignored = False

    @property
    def target(self) -> Target | None:
        """What the cursor is on."""
        raise NotImplementedError

    def rearrange(self) -> None:
        """Give each panel its room."""
        raise NotImplementedError

    def remark(self, said: str | Words, seconds: float = 6.0) -> None:
        """Say something in passing, in the line of the keys."""
        words = say(said) if isinstance(said, str) else said
        self.query_one("#remark", Remark).tell(words, self.coord.now() + seconds, self.coord.turn)
        self.fit_foot()

    def fit_foot(self, *, typing: bool | None = None) -> None:
        """Show the line for what is typed, else what was remarked, else the keys; none where nobody acts."""
        field, said = self.query_one("#filter"), self.query_one("#remark", Remark)
        field.display = field.display if typing is None else typing
        said.display = bool(said.left) and not field.display
        self.query_one("#keys").display = not (field.display or said.display or self.coord.desk.read_only)
        if self.sources is not None:
            self.rearrange()

    def lines_around(self) -> int:
        """Return how many lines are no panel's, the header included."""
        return 1 + sum(self.query_one(name).display for name in ("#filter", "#remark", "#keys"))

    def ignored_note(self) -> Words:
        """Return how many are ignored, and how they are seen."""
        count = len(self.sources.scene.ignored) if self.sources else 0
        hidden = "{look.ignore} shows one again, {look.ignored} hides them"
        said = f"{count} ignored: {hidden if self.shows_ignored else '{look.ignored} shows'}"
        return say((self.coord.keymap.spell(said), "dim")) if count else NOTHING

    def explain(self) -> None:
        """Say on what evidence the finding under the cursor stands."""
        target, needs = self.target, self.panels["needs"]
        assert isinstance(needs, Needs) and self.sources is not None
        if self.active != "needs" or target is None or target.finding is None:
            needs.explain(NOTHING, NOTHING, NOTHING)
            return
        from coord_tui.evidence import brief, remedies

        read_only, coord = self.coord.watching, self.coord
        why = brief(self.sources.scene, target.finding, coord.travel.now)
        ignored = target.finding in self.sources.scene.ignored
        keys = remedies(target, coord.keymap, self.size.width - 4, read_only=read_only, ignored=ignored)
        needs.explain(say((target.finding.lead, "dim")), why, keys)
