"""Triage: the keys that go from one thing that needs a human to the next, and those that set one aside for now."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding

from coord_core.state.insights import Finding
from coord_tui.rows.findings import key_of
from coord_tui.screens.acts import NEXT
from coord_tui.screens.reach import Reach

TRIAGES: Final = (
    *NEXT,
    Binding("i", "ignore", id="look.ignore"),
    Binding("I", "ignored", id="look.ignored"),
)


class Triage(Reach, inherit_bindings=False):
    """The overview, and the way through what needs somebody."""

    def action_needy(self, step: int) -> None:
        """Go to the record that needs somebody next after the one under the cursor, or before it.

        From a record that needs nobody it is the worst one, or the least.
        """
        keys, subjects = self._needing()
        if not keys:
            self.remark("Nothing needs you.")
            return
        here = self._needy_here(keys, subjects)
        first = 0 if step > 0 else len(keys) - 1
        self.needy = first if here is None else (here + step) % len(keys)
        if not self.reveal(subjects[self.needy]):
            self.activate("needs")
            self.rearrange()
            self.table.select(keys[self.needy])
        self._follow_cursor()

    def action_ignore(self) -> None:
        """Ignore what needs somebody here until it changes; what is ignored is shown again."""
        finding = self._finding()
        if finding is None:
            self.remark("Nothing here needs you, so there is nothing to ignore.")
        elif finding in self.coord.scene.ignored:
            self.coord.show_again(finding)
        else:
            self.coord.ignore(finding)

    def action_ignored(self) -> None:
        """Show what is ignored, or no longer."""
        scene = self.coord.scene
        if not scene.ignored and not self.shows_ignored:
            self.remark(self.coord.keymap.spell("Nothing is ignored. {look.ignore} ignores what needs you."))
            return
        self.shows_ignored = not self.shows_ignored
        self.coord.show_board()
        if self.shows_ignored:
            self.activate("needs")
            self.rearrange()
            self.table.select(key_of(scene.ignored[0]))

    def _needing(self) -> tuple[list[str], list[str]]:
        """Return the rows of what needs somebody, and their subjects."""
        rows = self.sources.findings if self.sources else None
        return (rows.needy, [rows.findings[key].subject for key in rows.needy]) if rows else ([], [])

    def _needy_here(self, keys: list[str], subjects: list[str]) -> int | None:
        """Return which finding the cursor is on, or on the record of; of several that where `n` went last."""
        here = self.table.cursor
        if here in keys:
            return keys.index(here)
        places = [place for place, subject in enumerate(subjects) if subject == here]
        return self.needy if self.needy in places else places[0] if places else None

    def _finding(self) -> Finding | None:
        """Return the finding that the cursor is on, or on the record of."""
        if self.sources is None:
            return None
        found, here = self.sources.findings.findings, self.table.cursor
        if here in found:
            return found[here]
        keys, subjects = self._needing()
        place = self._needy_here(keys, subjects)
        return found[keys[place]] if place is not None else None
