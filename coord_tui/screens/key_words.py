"""Which keys stand in the key line."""

from __future__ import annotations

from coord_tui.display import Words, link, say, width
from coord_tui.rows.scene import ALARMING, Scene
from coord_tui.targets import Target, session_of
from coord_tui.widgets.one_line import spread


def key(key_: str, word: str) -> Words:
    """Return a key and what it does; clicked, it presses the first key named."""
    press = key_.partition(" ")[0]
    return say(link(key_, press, "link bold"), link(f" {word}", press))


def key_line(
    target: Target | None, scene: Scene, cells: int, *, read_only: bool, blank: bool, opens: bool
) -> tuple[Words, Words]:
    """Return the key line for what is under the cursor: its left, its right; opens: enter shows a detail."""
    right = key(":", "find") + say("   ") + key("?", "keys")
    room = cells - width(right) - 4
    if blank:
        return spread([key("R", "look again"), key("q", "quit")], room), right
    session = session_of(scene, target)
    silent = any(scene.verdict(session.scope).life in ALARMING for session in scene.sessions)
    offered = [
        (bool(scene.findings), "n", "next"),
        (not read_only and target is not None and bool(target.word), "x", target.word if target else ""),
        (not read_only and target is not None and target.give is not None, "a", "give to"),
        (opens, "enter", "detail"),
        (not read_only and session is not None, "m", "message"),
        (session is not None and bool(session.tmux_pane), "o", "terminal"),
        (not read_only and silent, "X", "all dead"),
        (not read_only, "z", "undo"),
        (not read_only, "H", "lift" if scene.only is not None and scene.board.hold(scene.only) else "hold"),
        (len(scene.workspaces) > 1, "w", "workspace"),
        (True, "/", "filter"),
        (target is not None, "y", "json"),
        (True, "R", "look again"),
    ]
    return spread([key(key_, word) for there, key_, word in offered if there], room), right
