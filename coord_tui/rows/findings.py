"""Findings as rows: what needs a human, worst first; then what is ignored, where that is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.state.insights import Finding, Severity
from coord_tui.ages import since
from coord_tui.columns import Column
from coord_tui.display import Cell, Words, plain, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.source import Fields
from coord_tui.rows.values import elapsed

COLUMNS: Final = (
    Column("", 1, by="severity"),
    Column("", 20, share=1, by="what"),
    Column("", 4, right=True, by="age", quiet=True),
)
MARKS: Final = {Severity.HIGH: ("!", "dead bold"), Severity.MEDIUM: ("!", "stale bold"), Severity.LOW: ("·", "link")}
SEVERITIES: Final = {severity: (place, severity.name.lower()) for place, severity in enumerate(MARKS)}


class FindingRows:
    """The findings of a scene. ignored: those that are ignored have rows too."""

    ages = True
    columns = COLUMNS

    def __init__(self, scene: Scene, *, ignored: bool = False) -> None:
        self.scene = scene
        self.needy = [key_of(finding) for finding in scene.findings]
        self.ignored = {key_of(finding) for finding in scene.ignored}
        self.findings: dict[str, Finding] = {key_of(finding): finding for finding in (*scene.findings, *scene.ignored)}
        self.keys = list(self.findings) if ignored else self.needy

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        return {
            "severity": lambda key: SEVERITIES[self.findings[key].severity],
            "what": self.words,
            "kind": lambda key: self.findings[key].kind,
            "name": lambda key: self.findings[key].lead,
            "age": lambda key: elapsed(scene, self.findings[key].since),
            "workspace": lambda key: self.findings[key].workspace,
        }

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        return self.findings[key].text

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one finding's cells."""
        finding = self.findings[key]
        age = say((since(finding.since, now), "dim"))
        if key in self.ignored:
            return say(("–", "dim")), say((f"ignored: {plain(sentence(finding, self.scene))}", "dim")), age
        return say(MARKS[finding.severity]), sentence(finding, self.scene), age


def key_of(finding: Finding) -> str:
    """Return a finding's key as a row."""
    return f"finding:{finding.kind}\0{finding.subject}\0{finding.workspace}"


def sentence(finding: Finding, scene: Scene) -> Words:
    """Return a finding's sentence, its subject in the colour of its severity; first where, if that must be said."""
    _, tone = MARKS[finding.severity]
    lead = finding.lead if finding.text.startswith(finding.lead) else ""
    return scene.where(finding.workspace) + say((lead, tone), finding.text[len(lead) :])
