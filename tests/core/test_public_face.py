"""The names that others import: all there, and none imported before it is asked for."""

from __future__ import annotations

import subprocess
import sys

import coord_core


def test_every_public_name_is_there() -> None:
    assert sorted(coord_core.__all__) == sorted(coord_core._HOME_OF)
    for name in coord_core.__all__:
        assert getattr(coord_core, name) is not None


def test_the_face_imports_nothing_by_itself() -> None:
    script = "import sys, coord_core; print([name for name in sys.modules if name.startswith('coord_core.')])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"
