"""Where the tests' folders are: in memory, where there is room; what is about files themselves is on a disk."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # machines are shared: how long a case takes proves nothing
settings.load_profile("untimed")

MEMORY = Path("/dev/shm")
ROOM = 1 << 30


def pytest_configure() -> None:
    """Put the folders where a sync costs nothing, unless PYTEST_DEBUG_TEMPROOT says where they go."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Whatever a shell starts in the background ignores it, and so would the programs that are interrupted here.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: one of them at the end would keep all but one worker waiting."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)
