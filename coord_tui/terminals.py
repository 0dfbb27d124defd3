"""Terminals: going to the tmux pane that an agent runs in."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Final

from coord_core.errors import Refused
from coord_core.processes import hostname
from coord_core.state.records import Session

PANE: Final = re.compile(r"%[0-9]{1,9}")
"""What tmux calls a pane; whatever else stands in a store never comes near a command."""
PATIENCE: Final = 5.0


def go_to(session: Session) -> str:
    """Show the pane that a session recorded; return what was done, in a sentence. Raises Refused."""
    pane = _checked(session)
    window = _tmux(session, "display-message", "-p", "-t", pane, "#{session_id} #{session_name}:#{window_index}")
    place, _, name = window.partition(" ")
    if not place:
        raise Refused(_gone(session))
    _tmux(session, "select-window", "-t", pane)
    _tmux(session, "select-pane", "-t", pane)
    if not os.environ.get("TMUX"):
        return f"tmux shows {session.id} now, in window {name}: look at the terminal that tmux runs in."
    if _tmux(session, "display-message", "-p", "#{session_id}") != place:
        _tmux(session, "switch-client", "-t", pane)
    return f"{session.id} is in window {name}."


def _checked(session: Session) -> str:
    pane, where = session.tmux_pane, f"; its terminal is {session.tty}" if session.tty else ""
    if not pane:
        raise Refused(f"{session.id} recorded no tmux pane{where}. Start it inside tmux to go there with o")
    if not PANE.fullmatch(pane):
        raise Refused(f"{session.id} recorded {pane[:40]!r} as its tmux pane, and that is none: nothing was done")
    if session.host and session.host != hostname():
        raise Refused(f"{session.id} runs on {session.host}, not here: its pane {pane} is out of reach")
    return pane


def _tmux(session: Session, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["tmux", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise Refused(f"tmux is not installed here, so nobody can go to {session.id}'s pane") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"tmux did not answer ({error}): go to {session.id}'s pane {session.tmux_pane} by hand") from None
    if done.returncode == 0:
        return done.stdout.strip()
    said = done.stderr.strip()
    if "find pane" in said or "find window" in said:
        raise Refused(_gone(session))
    if "no server" in said or "error connecting" in said:
        raise Refused(f"no tmux runs here, so {session.id}'s pane {session.tmux_pane} is gone, or on another socket")
    raise Refused(f"tmux cannot go to {session.id}'s pane {session.tmux_pane}: {said}")


def _gone(session: Session) -> str:
    return f"{session.id}'s tmux pane {session.tmux_pane} is gone: its window was closed, or tmux started anew"
