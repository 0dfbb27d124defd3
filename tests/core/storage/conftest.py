from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder on a disk, as a store is: not in memory, where other tests have theirs."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name).resolve()
