"""Where a session is to be found, and what it was told, as lines of its detail."""

from __future__ import annotations

from typing import Final

from coord_core.state.inbox import Letter
from coord_core.state.records import Session
from coord_core.times import day_clock
from coord_tui.display import Words, say
from coord_tui.rows.scene import Scene

SHOWN: Final = 6
"""How many of its newest messages a detail has."""


def pairs(*parts: tuple[str, str]) -> Words:
    """Return words and values, one after the other, of those that have a value."""
    said = [say((f"{word} ", "dim"), value) for word, value in parts if value]
    return tuple(piece for words in said for piece in (*words, *say("  ")))


def whereabouts(session: Session) -> list[Words]:
    """Return a session's folder and branch, its program and process, its terminal."""
    known = session.pid is not None
    process = f"{session.pid}{' on ' if session.host else ''}{session.host}" if known else ""
    return [
        pairs(("in", session.cwd), ("branch", session.branch)),
        pairs(
            ("status", session.status or ""),
            ("client", session.client),
            ("pid", process),
            ("host", "" if known else session.host),
        ),
        pairs(("terminal", session.tty), ("tmux pane", session.tmux_pane)),
    ]


def letters(scene: Scene, session: Session) -> list[Words]:
    """Return what a session is to be told and what it was told, the newest first."""
    found = scene.board.inbox(session.scope)
    if not found:
        return []
    waiting = sum(not each.told for each in found)
    state = f"  {waiting} not told yet" if waiting else "  all told"
    deaf = "" if scene.board.listens(session.scope) else ": it only reads files and will not notice"
    lines = [say(("messages", "name"), (state + (deaf if waiting else ""), "wait" if waiting else "dim"))]
    lines += [_letter(each, scene.board.now) for each in reversed(found[-SHOWN:])]
    return [*lines, say((f"and {len(found) - SHOWN} older", "dim"))] if len(found) > SHOWN else lines


def _letter(letter: Letter, now: float) -> Words:
    by = letter.by.partition("@")[0]
    told = f"  told {day_clock(letter.told_at, now, seconds=False)}" if letter.told else "  not told yet"
    return say(
        ("✓ ", "dim") if letter.told else ("· ", "wait"),
        (f"{day_clock(letter.at, now, seconds=False)} {by}: ", "dim"),
        letter.text,
        (told, "dim" if letter.told else "wait"),
    )
