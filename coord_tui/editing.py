"""From `e` to a change: an editor on a document's JSON, then a plan. Whatever comes between, no text is lost."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.app import SuspendNotSupported

from coord_core.documents import ABSENT
from coord_core.errors import CoordError, Refused, StaleView
from coord_core.scopes import parse as parse_scope
from coord_tui import acting, editor
from coord_tui.describe.raw import as_json
from coord_tui.display import toast
from coord_tui.screens.confirm import Confirm
from coord_tui.screens.no_json import NoJSONDialog
from coord_tui.screens.plan_words import placed
from coord_tui.shared_tree import value_at
from coord_tui.targets import Target

if TYPE_CHECKING:
    from coord_tui.app import CoordApp

QUICK_S: Final = 0.5
"""An editor that ends sooner, and wrote nothing, opened a window and did not wait for it."""

UNCHANGED: Final = "The text means what it did: nothing was changed."


def begin(app: CoordApp, target: Target | None) -> None:
    """Edit the document of a record, or the value that it is."""
    document = app.scene.board.documents.get(target.scope) if target and target.scope else None
    if target is None or document is None:
        toast(app, "No document is stored for this: there is nothing to edit.")
    elif not app.acting:
        path = tuple(target.facts.get("path", ()))
        app.act(partial(_edit, app, document.scope, document.data, path))


async def _edit(app: CoordApp, scope: str, data: Mapping[str, Any], path: tuple[str | int, ...]) -> None:
    value = value_at(data, path)
    if value is ABSENT:
        return toast(app, "It is gone.", "warning")
    try:
        sheet = editor.Sheet(parse_scope(scope).short, as_json(value) + "\n")
    except CoordError as error:
        return acting.refuse(app, error)
    done = False
    try:
        done = await _on_sheet(app, sheet, scope, data, path)
    except CoordError as error:
        acting.refuse(app, error)
    if done or not sheet.changed:
        sheet.drop()
    else:
        toast(app, f"Your text is kept in {sheet.path}", "warning")
    return None


async def _on_sheet(
    app: CoordApp, sheet: editor.Sheet, scope: str, data: Mapping[str, Any], path: tuple[str | int, ...]
) -> bool:
    """Let a text be edited until it is JSON or given up, then plan and ask; return whether there is nothing to keep."""
    words = editor.command(os.environ)
    while True:
        began = time.monotonic()
        try:
            status = _with_terminal(app, words, sheet)
            if status:
                ended = f"was ended by signal {-status}" if status < 0 else f"ended with {status}"
                toast(app, f"The editor {ended}: nothing was changed.", "warning")
                return False
            value = editor.parse(sheet.read())
            after = _whole(data, path, value)
            break
        except editor.NoJSON as error:
            app.gate.shut()
            if not await app.push_screen_wait(NoJSONDialog(error, sheet)):
                return False
            app.gate.shut()
    if as_json(value) + "\n" == sheet.before:
        waits = " If your editor has a window of its own, tell it to wait: `code --wait`."
        quick = time.monotonic() - began < QUICK_S
        toast(app, f"{UNCHANGED}{waits if quick else ''}")
        return True
    return await _carry_out(app, {"scope": scope, **_part(data, after, path)}, sheet)


def _with_terminal(app: CoordApp, words: list[str], sheet: editor.Sheet) -> int:
    """Give the terminal to an editor; the app stands still meanwhile."""
    status, problem = 0, None
    try:
        with app.suspend():  # which takes the terminal back only if nothing is raised
            try:
                status = editor.run(words, sheet.path)
            except CoordError as error:
                problem = error
    except SuspendNotSupported:
        raise Refused("this terminal cannot be lent to an editor") from None
    app.title = ""  # the terminal has its own again: show_board says ours anew
    app.show_board()
    if problem is not None:
        raise problem
    return status


def _whole(data: Mapping[str, Any], path: tuple[str | int, ...], value: Any) -> Mapping[str, Any]:
    """Return a document's data with a value put at a path; raises NoJSON for what can be no document."""
    if path:
        return dict(_put(data, path, value))
    if not isinstance(value, dict):
        raise editor.NoJSON(1, 1, "a document is an object: { … }")
    return value


def _put(inside: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    found = list(inside) if isinstance(inside, list) else dict(inside)
    found[step] = _put(inside[step], tuple(rest), value)  # type: ignore[index]
    return found


def _part(data: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    """Return both sides of what was edited: the whole document, or only the key."""
    if not path:
        return {"before": data, "after": after}
    return {"before": {path[0]: data[str(path[0])]}, "after": {path[0]: after[str(path[0])]}}


async def _carry_out(app: CoordApp, arguments: Mapping[str, Any], sheet: editor.Sheet) -> bool:
    """Plan, ask, apply; return whether it was done."""
    kept = f"Your text is kept in {sheet.path}"
    app.gate.shut()
    try:
        plan = await asyncio.to_thread(app.desk.plan, "edit_document", arguments)
    except StaleView as error:
        await acting.moved(app, error, None, kept)
        return False
    if not plan.changes:
        toast(app, UNCHANGED)
        return True
    reason = await app.push_screen_wait(Confirm(placed(plan, app.scene)))
    return reason is not None and await acting.apply(app, plan, reason, kept)
