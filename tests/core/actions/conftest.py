"""The crew, for every test of the agents' actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.actions.crew import Clock, Crew
from tests.core.storage.backends import BACKENDS


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The crew's clock."""
    return Clock(monkeypatch)


@pytest.fixture(params=BACKENDS)
def crew(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Crew]:
    """A crew at an empty store, on every backend."""
    found = Crew(BACKENDS[request.param](tmp_path / "state"), clock)
    yield found
    found.close()
