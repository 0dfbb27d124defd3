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
    return Path(os.path.expanduser(named)) if named else _folder("XDG_CONFIG_HOME", ".config") / "config.toml"


def absent(path: Path) -> bool:
    """Whether there is no such file; where nobody may look, there may well be one."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def state_folder() -> Path | None:
    """Return the folder for what the console remembers of its user; None for a user without a home."""
    folder = _folder("XDG_STATE_HOME", ".local/state")
    return folder if folder.is_absolute() else None


def _folder(variable: str, usual: str) -> Path:
    """Return our folder, by https://specifications.freedesktop.org/basedir-spec: a relative path counts as none."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / NAME
    base = Path(os.environ.get(variable, ""))
    return (base if base.is_absolute() else home / usual) / NAME
