"""Where the user's own settings and notes lie: the platform's folders, never the store's."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

NAME: Final = "coord-tui"
CONFIG: Final = "COORD_TUI_CONFIG"


def config_file() -> Path:
    """Return the file with the user's settings: COORD_TUI_CONFIG, else `config.toml` in the platform's folder."""
    named = os.environ.get(CONFIG)
    return Path(named).expanduser() if named else _folder("XDG_CONFIG_HOME", ".config") / "config.toml"


def state_folder() -> Path:
    """Return the folder for what the console remembers of its user."""
    return _folder("XDG_STATE_HOME", ".local/state")


def _folder(variable: str, usual: str) -> Path:
    """Return our folder, by https://specifications.freedesktop.org/basedir-spec: a relative path counts as none."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    base = Path(os.environ.get(variable, ""))
    return (base if base.is_absolute() else Path.home() / usual) / NAME
