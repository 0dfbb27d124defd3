"""The live demo: a script that plays twelve agents in a child process, into a folder that is gone afterwards.

Like any other program's agents they write to the store on their own account. Within half a minute one dies holding a
lock, two claim one issue, and one goes round in circles.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

READY: Final = "ready"


@contextlib.contextmanager
def playing() -> Iterator[str]:
    """Play the demo in a child process for the length of a `with`; what is bound is the store's folder."""
    folder = Path(tempfile.mkdtemp(prefix="coord-demo-"))
    store = folder / "session-state"
    # In a session of its own, or a terminal that is closed would end it before it could tidy up.
    child = subprocess.Popen(
        [sys.executable, "-m", "coord_tui.demo", str(store)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        if child.stdout.readline().strip() != READY:
            raise RuntimeError(f"the demo ended before it began (exit code {child.wait(5)})")
        yield str(store)
    finally:
        # Closing its standard input ends the play, also when this process is killed and never comes here.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.communicate(timeout=5)
        child.kill()
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)
