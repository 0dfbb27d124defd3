"""The console over a made-up desk, for tests in a terminal: what was applied is written to a file.

python -m tests.tui.play APPLIED [crash]
"""

from __future__ import annotations

import sys
from pathlib import Path

from coord_core.actions.plan import Done, Plan
from coord_tui.app import CoordApp
from tests.tui import boards
from tests.tui.desks import FakeDesk


class WritingDesk(FakeDesk):
    def __init__(self, path: Path) -> None:
        super().__init__(boards.busy())
        self.path = path

    def apply(self, plan: Plan, reason: str) -> Done:
        with self.path.open("a") as file:
            file.write(f"{plan.action} {plan.subject} {reason}\n")
        return super().apply(plan, reason)


class CrashingApp(CoordApp):
    def look_again(self) -> None:
        raise RuntimeError("a fault of ours \x1b]52;c;eA==\x07\u202e")


def main() -> None:
    desk = WritingDesk(Path(sys.argv[1]))
    app = (CrashingApp if "crash" in sys.argv else CoordApp)(desk, clock=lambda: boards.NOW)
    app.run()
    sys.exit(app.return_code or 0)


if __name__ == "__main__":
    main()
