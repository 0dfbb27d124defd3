"""From a key to a change: plan, ask, apply, say what happened; nothing blocks the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from coord_core.actions.plan import Done, Plan
from coord_core.errors import CoordError, StaleView
from coord_tui.display import toast
from coord_tui.screens.confirm import Confirm
from coord_tui.screens.dialog import Dialog
from coord_tui.screens.moved import Moved
from coord_tui.screens.plan_words import placed
from coord_tui.screens.sifting import Sifting

if TYPE_CHECKING:
    from coord_tui.app import CoordApp


ENDINGS: Final = {"; redo does it again": "Z does it again", "; undo takes it back": "z takes it back"}
"""How an action says that it can be taken back, and how the console does, whose words are keys."""

KEEPING: Final = ("undo", "redo", "hold", "lift_hold")
"""Actions after which what is marked stays marked: they are not about that."""


async def carry_out(app: CoordApp, planner: Callable[[], Plan]) -> None:
    """Plan in a thread, show the plan, and do it if that is wanted."""
    try:
        plan = await asyncio.to_thread(planner)
    except CoordError as error:
        refuse(app, error)
        return
    if app.refuses():
        return
    reason = await app.push_screen_wait(Confirm(placed(plan, app.scene)))
    if reason is not None:
        await apply(app, plan, reason)


async def answer(app: CoordApp, question: Dialog[tuple[Plan, str]]) -> None:
    """Ask a question whose answer is a plan and a reason, and do that."""
    wanted = await app.push_screen_wait(question)
    if wanted is not None:
        await apply(app, *wanted)


async def tell(app: CoordApp, planner: Callable[[str], Plan], said: str) -> None:
    """Show what telling would do, ask for the words, and tell them; said: the words to begin with."""
    from coord_tui.screens.tell import TO_COME, Tell

    try:
        shown = await asyncio.to_thread(planner, said or TO_COME)
        if app.refuses():
            return
        words = await app.push_screen_wait(Tell(placed(shown, app.scene), said))
        if words is not None:
            await apply(app, await asyncio.to_thread(planner, words), "")
    except CoordError as error:
        refuse(app, error)


async def apply(app: CoordApp, plan: Plan, reason: str, kept: str = "") -> bool:
    """Do what was planned and say how it went; return whether it was done. kept: what is not lost if it was not."""
    try:
        done = await asyncio.to_thread(app.desk.apply, plan, reason)
    except StaleView as error:
        await moved(app, error, plan, kept)
    except CoordError as error:
        refuse(app, error)
    else:
        toast(app, said(done))
        if plan.action not in KEEPING:
            _unmark(app)
        return True
    return False


async def moved(app: CoordApp, error: StaleView, plan: Plan | None, kept: str = "") -> None:
    """Show what was first."""
    if app.desk.read_only:
        refuse(app, error)
        return
    app.gate.shut()
    if await app.push_screen_wait(Moved(error, plan, app.scene, kept)):
        app.reveal(error.moved[0][0] if plan is None else plan.subject)


def _unmark(app: CoordApp) -> None:
    """Mark nothing any more: what was marked has been acted on."""
    if isinstance(app.screen, Sifting) and app.screen.table.unmark():
        app.screen.sifted()


def said(done: Done) -> str:
    """Return what happened, and by which key it is taken back."""
    ending = next((each for each in ENDINGS if each in done.text), None)
    if ending is None:
        return f"{done.text.rstrip('.')}."
    # What follows the ending, in parentheses, could not be told in the event log.
    told, _, rest = done.text.rpartition(ending)
    return f"{told.rstrip('.')}{rest}. {ENDINGS[ending]}."


def refuse(app: CoordApp, error: CoordError) -> None:
    """Say why nothing happened."""
    toast(app, str(error), "warning")
