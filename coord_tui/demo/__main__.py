"""The child process in which the demo is played: `python -m coord_tui.demo FOLDER`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from coord_tui.demo import READY
from coord_tui.demo.script import play, set_the_scene
from coord_tui.demo.stage import Stage


def main(folder: str) -> None:
    """Play the demo into `folder` until standard input closes; then take the folder and its parent away."""
    stage = Stage(Path(folder))
    try:
        set_the_scene(stage)
        print(READY, flush=True)
        play(stage)
    finally:
        for session in list(stage.processes):
            stage.end(session)
        shutil.rmtree(stage.folder.parent, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
