"""Entries: everything that `:` finds: what keys do here and now, orders, and every record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from coord_core.scopes import parse
from coord_tui import orders
from coord_tui.commands import Key
from coord_tui.finder import Entry
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.rows.sessions import task_name
from coord_tui.sources import Sources

if TYPE_CHECKING:
    from coord_tui.app import CoordApp

ACTION, ORDER, RECORD = "action", "order", "record"
ACTS, OTHERS, TYPED, RECORDS, IDLE = range(5)
"""Of what fits alike: what can be done to the record under the cursor first, what does nothing here and now last."""


def of_keys(keys: Iterable[Key]) -> Iterator[Entry]:
    """Yield what keys do."""
    for key in keys:
        yield Entry(
            f"{ACTION}:{key.command.id}",
            ACTION,
            key.words,
            IDLE if key.idle else ACTS if key.command.group == "act" else OTHERS,
            f"{key.command.group} {key.command.words}",
            key.command.group,
            " ".join(key.keys),
            key.idle,
        )


def of_orders(app: CoordApp) -> Iterator[Entry]:
    """Yield what can be typed, with each argument there is to choose from."""
    for order in orders.ORDERS:
        idle = order.idle(app)
        if idle is None:
            continue
        rank = IDLE if idle else TYPED
        name = f"{order.name} {order.argument}".strip()
        yield Entry(f"{ORDER}:{order.name}", ORDER, name, rank, order.help, order.help, ":", idle)
        for offer in order.offers(app) if not idle else ():
            yield Entry(
                f"{ORDER}:{order.name} {offer}", ORDER, f"{order.name} {offer}", rank, note=order.help, keys=":"
            )


def of_records(scene: Scene) -> Iterator[Entry]:
    """Yield every record, by its key on the board."""
    board, sources = scene.board, Sources(scene)

    def entry(key: str, kind: str, name: str, workspace: str, more: str = "", mark: str = "·") -> Entry:
        where = f"{scene.short[workspace]}/" if workspace in scene.short else ""
        return Entry(f"{RECORD}:{key}", RECORD, where + name, RECORDS, f"{kind} {more}", f"{kind}  {more}", mark)

    for key in sources.sessions.keys:
        session, life = board.sessions[key], scene.verdict(key).life
        yield entry(key, "session", session.id, session.workspace, life.value, SHAPES[life][0])
    for key in sources.issues.keys:
        issue = board.issues[key]
        yield entry(key, "issue", f"#{issue.id}", issue.workspace, ", ".join(scene.owners(issue)))
    for key in sources.locks.keys:
        lock = board.locks[key]
        yield entry(key, "lock", lock.resource, lock.workspace, lock.holder or "")
    for key, task in sources.work.tasks.items():
        yield entry(
            key, "task", task_name(task), board.lists[task.list].workspace, f"{task.summary} {task.owner or ''}"
        )
    for key, each in board.lists.items():
        if scene.here(each.workspace):
            yield entry(key, "list", each.name, each.workspace)
    for key in sources.shared.keys:
        kind = "document" if key in board.documents else "bad file"
        yield entry(key, kind, parse(key).short if key in board.documents else key, parse(key).workspace)
