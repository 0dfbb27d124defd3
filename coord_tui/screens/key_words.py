"""Which keys stand in the key line, and in the help."""

from __future__ import annotations

from typing import Final

from coord_core import text
from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.scene import ALARMING, Scene
from coord_tui.targets import Target, session_of
from coord_tui.widgets.one_line import spread

GROUP, KEY = 7, 15
"""Cells of the help's first two columns."""
HELP: Final = (
    ("move", (
        ("j k ↑ ↓", "one row"), ("g G home end", "first, last"), ("pgup pgdn", "a page"),
        ("ctrl+d ctrl+u", "half a page"), ("tab shift+tab", "next, previous panel"),
        ("1–6", "panel; the same again: only that panel"), ("!", "what needs you"))),
    ("go", (
        ("n N", "next, previous that needs you"),
        ("enter", "detail; on a finding: its record; in a detail: the picked link (tab ↑ ↓)"), ("backspace", "back"),
        ("o", "its terminal (tmux)"))),
    ("leave", (
        ("escape", "dialog, filter, zoom; never quits"), ("q", "the same; at the top it quits"),
        ("ctrl+c", "cancels a dialog or a line, else quits"))),
    ("look", (
        ("/", "filter: only rows with these words"), ("y", "the document as JSON"),
        ("→ ←", "in shared state: open, close"), ("c", "copy: the name; in a detail all of it, or the JSON shown"),
        ("w", "next workspace"), ("R", "look again, at everything"), ("ctrl+l", "draw again"), ("?", "these keys"))),
)  # fmt: skip
ACT: Final = ("act", (
    ("x", "let go: release a lock, unassign an issue, put a task back, clean up after a session "
     "(a live one that has nothing: sign it off), set a bad file aside"),
    ("X", "clean up after all dead and stale ones"), ("a", "give to another session"),
    ("m", "message to a session"), ("H", "hold everybody up, lift the hold"),
    ("z Z", "undo mine, redo it"), ("e", "edit the document, or the value, in $EDITOR"),
    ("in a dialog", "y does it, escape n cancel, tab ← → move")))  # fmt: skip


def key(key_: str, word: str) -> Words:
    """Return a key and what it does."""
    return say((key_, "link bold"), f" {word}")


def key_line(
    target: Target | None, scene: Scene, cells: int, *, read_only: bool, blank: bool, opens: bool
) -> tuple[Words, Words]:
    """Return the key line for what is under the cursor: its left, its right; opens: enter shows a detail."""
    right = key("?", "keys")
    if blank:
        return spread([key("R", "look again"), key("q", "quit")], cells - 10), right
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
        (target is not None and target.kind in ("document", "value"), "→ ←", "open, close"),
        (True, "/", "filter"),
        (target is not None, "y", "json"),
        (target is not None, "c", "copy"),
        (not read_only and target is not None and target.scope in scene.board.documents, "e", "edit"),
        (True, "R", "look again"),
    ]
    return spread([key(key_, word) for there, key_, word in offered if there], cells - 10), right


def help_lines(cells: int, *, read_only: bool) -> list[Words]:
    """Return all keys that are built, by what they are for, in lines of so many cells."""
    groups = [*HELP[:2], *([] if read_only else [ACT]), *HELP[2:]]
    found: list[Words] = []
    for name, keys in groups:
        found += [NOTHING] * bool(found)
        for key_, word in keys:
            for line in text.wrap(word, cells - GROUP - KEY):
                found.append(say((f"{name:<{GROUP}}", "name"), (f"{key_:<{KEY}}", "link bold"), line))
                name = key_ = ""
    return found
