"""Words for when there is little or nothing to see: what is going on, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coord_core.frozen import frozen
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.state.insights import Life
from coord_tui.ages import clock, past
from coord_tui.display import Words, say
from coord_tui.rows.scene import Scene

if TYPE_CHECKING:
    from coord_core.actions.replay import Moment


@frozen
class Notice:
    """What is to be said above the panels; instead: there is nothing to show below."""

    lines: tuple[Words, ...] = ()
    instead: bool = False


def notice(board: Board | None, place: str, stuck_since: float | None) -> Notice:
    """Return what is to be said of the store as a whole; stuck_since: when it was last seen well."""
    if board is None:
        return Notice(_page(say((f"Looking at {place} …", "name"))), True)
    nothing = not board.documents and not board.unreadable
    if board.problem and nothing:
        return Notice(
            _page(
                say((_sentence(board.problem), "wait bold")),
                say(f"Looked at: {place}"),
                say(),
                say("This view comes alive by itself as soon as the folder is there and can be read."),
                say("Is it another folder? Leave with q and name it: coord-tui --store FOLDER"),
            ),
            True,
        )
    if board.problem:
        at = clock(stuck_since, seconds=False)
        return Notice(
            (
                say(" ", (_sentence(board.problem), "wait bold")),
                say(" ", (f"Below is the last view, from {at}. It goes on by itself once {place} is back.", "dim")),
            )
        )
    if nothing:
        return Notice(
            _page(
                say(("Nobody has signed on yet.", "name")),
                say(f"The folder is there and empty: {place}"),
                say(),
                say("Start an agent that uses the coordinator in this repository: it appears here by itself."),
            ),
            True,
        )
    return Notice()


def then(moment: Moment | None, paused_at: float | None, *, brief: bool) -> tuple[Words, ...]:
    """Return what is to be said of the moment of the past that is looked at, paused when that was now."""
    if moment is None:
        return ()
    from coord_tui.rows.journal import what, who

    line = moment.line
    did = f"{who(line)} {what(line)}" if line is not None else f"line {moment.seq} cannot be read"
    names = ", ".join(parse(scope).short for scope in moment.others[:3])
    others = f"  Another program wrote {names}, nobody knows when." if names else ""
    rest = others if brief else f"{others}  ≠ is otherwise now; liveness by signs alone"
    return (say((f" {past(moment.at, paused_at or moment.at)}", "wait bold"), f"  after: {did}", (rest, "dim")),)


def _page(*lines: Words) -> tuple[Words, ...]:
    return (say(), *(say("  ", *words) for words in lines))


def _sentence(problem: str) -> str:
    text = problem[:1].upper() + problem[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def all_well(scene: Scene) -> Words:
    """Return the one line that stands where findings would."""
    lives = scene.lives
    locks = sum(scene.here(lock.workspace) for lock in scene.board.locks.values())
    waiting = sum(len(lock.waiters) for lock in scene.board.locks.values() if scene.here(lock.workspace))
    held = f"{locks} lock{'s' if locks != 1 else ''} held" if locks else "no lock held"
    wait = f"{waiting} wait{'s' if waiting == 1 else ''}" if waiting else "nobody waits"
    if scene.sessions and lives[Life.OFF] == len(scene.sessions):
        return say(
            f"Nothing needs you. Everyone has signed off ({lives[Life.OFF]}), {held}. Start an agent, or q to leave."
        )
    if not scene.sessions:
        return say(f"Nothing needs you. No session is known here, {held}.")
    alive = ", ".join(f"{lives[life]} {life.value}" for life in (Life.LIVE, Life.LATE) if lives[life])
    return say(f"Nothing needs you. {alive or 'Nobody is live'}, {held}, {wait}.")
