"""Runs `coordctl` or `coord-tui` as nobody: `python -m tests.unprivileged coordctl --store FOLDER status`.

What they import late is imported before the rights go: Python itself may lie where nobody may look.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import sys

NOBODY = 65534
LATE = ("random", "socket", "getpass", "fnmatch", "asyncio", "filelock", "watchfiles", "orjson", "hashlib", "ctypes",
        "encodings.idna", "shlex", "traceback", "concurrent.futures.thread")  # fmt: skip


def everything(*packages: str) -> None:
    """Import packages with all that is in them, and what they import late."""
    for name in LATE:
        importlib.import_module(name)
    for name in packages:
        package = importlib.import_module(name)
        for each in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not each.name.endswith("__main__"):
                with contextlib.suppress(ImportError, SystemExit):
                    importlib.import_module(each.name)


def drop() -> None:
    """Be nobody from here on; whoever is no root is somebody else already."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def main() -> int:
    """Run the program that the command line names."""
    program, *arguments = sys.argv[1:]
    everything("coord_core", *(["coord_tui", "textual", "rich"] if program == "coord-tui" else []))
    main = importlib.import_module({"coordctl": "coord_core.cli", "coord-tui": "coord_tui.__main__"}[program]).main
    drop()
    return int(main(arguments))


if __name__ == "__main__":
    sys.exit(main())
