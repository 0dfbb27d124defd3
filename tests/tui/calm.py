"""When an app under test has nothing left to do: asked of its loop, which knows.

Textual's own Pilot watches how busy the processor is, a fiftieth of a second at a time, and posts a message to every
widget, several times a key: most of what the suite took went into that.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual import app, pilot
from textual.screen import Screen

from coord_tui.keyboard import LOOK_S

QUIET = 3
"""How often in a row the loop has to have nothing ready: what was written to its pipe comes one turn later."""
ROUNDS = 1000
TURN_S = 0.002


async def idle(*_: float) -> None:
    """Wait until nothing is ready to run: all that is left waits for time to pass, a thread, or a file."""
    loop: Any = asyncio.get_running_loop()
    quiet = 0
    while quiet < QUIET:
        await asyncio.sleep(0)
        quiet = 0 if loop._ready else quiet + 1


def _undrawn(screen: Screen[Any]) -> bool:
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )


def _thinking() -> bool:
    """Whether a thread still works for the app: plans are made beside the loop."""
    executor: Any = getattr(asyncio.get_running_loop(), "_default_executor", None)
    return executor is not None and len(executor._threads) > executor._idle_semaphore._value


async def calm(shown: app.App[Any]) -> None:
    """Wait until no key and no new size waits for its turn, nothing is ready to run, and all is drawn."""
    keyboard = getattr(shown, "keyboard", None)
    for _ in range(ROUNDS):
        await idle()
        if shown._resize_timer is not None or (keyboard is not None and keyboard._round is not None):
            await asyncio.sleep(LOOK_S)
        elif _thinking():
            await asyncio.sleep(TURN_S)
        elif shown._screen_stack and _undrawn(shown.screen):
            shown.screen._on_timer_update()
        else:
            return


async def _wait_for_screen(self: pilot.Pilot[Any], timeout: float = 30.0) -> bool:
    await calm(self.app)
    return True


def watch_the_loop() -> None:
    """Have every Pilot of this process ask the loop."""
    pilot.Pilot._wait_for_screen = _wait_for_screen  # type: ignore[method-assign]
    pilot.wait_for_idle = app.wait_for_idle = idle  # type: ignore[attr-defined]
