"""Settings: what a user wants otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from coord_core.frozen import frozen
from coord_core.state.liveness import Limits


@frozen
class Settings:
    """How the console is to be; times in seconds. keys: by the id of what they do, instead of ours."""

    theme: str = "dark"
    ascii: bool = False
    read_only: bool = False
    away_after: float = 600.0
    bell: bool = False
    notify: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def over(self, given: Any) -> Settings:
        """Return these with what the command line says otherwise."""
        stated = {"late": given.late_after, "stale": given.stale_after}
        bounds = {name: value for name, value in stated.items() if value is not None}
        return replace(
            self,
            theme=given.theme or self.theme,
            ascii=given.ascii or self.ascii,
            read_only=given.read_only or self.read_only,
            limits=replace(self.limits, **bounds),
        )
