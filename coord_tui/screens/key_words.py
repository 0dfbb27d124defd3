"""Which keys stand in the key line, and in the help.

A key that has an id stands here as the id, `{act.let_go}`: what is shown is what the user chose.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from coord_core import text
from coord_tui.display import NOTHING, Words, say
from coord_tui.keymap import Keymap
from coord_tui.rows.scene import ALARMING, Scene
from coord_tui.targets import Target, session_of
from coord_tui.widgets.one_line import spread

GROUP, KEY = 7, 15
"""Cells of the help's first two columns."""
HELP: Final = (
    ("move", (
        ("j k ↑ ↓", "one row"), ("g G home end", "first, last"), ("pgup pgdn", "a page"),
        ("ctrl+d ctrl+u", "half a page"), ("{panel.next} {panel.previous}", "next, previous panel"),
        ("{panel.sessions}–{panel.shared}", "panel; the same again: only that panel"),
        ("{panel.needs}", "what needs you, on what evidence, and what can be done"))),
    ("go", (
        ("{go.next} {go.previous}", "next, previous that needs you"),
        ("enter", "detail; in a detail: the picked link (tab ↑ ↓)"), ("backspace", "back"),
        ("{go.terminal}", "its terminal (tmux)"))),
    ("leave", (
        ("{leave.step}", "dialog, filter, zoom; never quits"), ("{leave.quit}", "the same; at the top it quits"),
        ("{leave.cancel}", "cancels a dialog or a line, else quits"))),
    ("look", (
        ("{look.filter}", "filter: only rows with these words"), ("{look.raw}", "the document as JSON"),
        ("{look.ignore}", "ignore what needs you, until it changes; on what is ignored: show it again"),
        ("{look.ignored}", "show what is ignored, or no longer"),
        ("{look.workspace}", "next workspace"), ("{look.again}", "look again, at everything"),
        ("{look.redraw}", "draw again"), ("{look.keys}", "these keys"))),
)  # fmt: skip
ACT: Final = ("act", (
    ("{act.let_go}", "let go: release a lock, unassign an issue, put a task back, clean up after a session "
     "(a live one that has nothing: sign it off), set a bad file aside"),
    ("{act.clean_up}", "clean up after all dead and stale ones"), ("{act.give}", "give to another session"),
    ("{act.message}", "message to a session"), ("{act.hold}", "hold everybody up, lift the hold"),
    ("{act.undo} {act.redo}", "undo mine, redo it"),
    ("{mode.read_only}", "read-only from now on, until you leave"),
    ("in a dialog", "y does it, escape n cancel, tab ← → move")))  # fmt: skip


def key(key_: str, word: str) -> Words:
    """Return a key and what it does."""
    return say((key_, "link bold"), f" {word}")


def key_line(
    target: Target | None, scene: Scene, cells: int, keymap: Keymap, *, read_only: bool, blank: bool, opens: bool
) -> tuple[Words, Words]:
    """Return the key line for what is under the cursor: its left, its right; opens: enter shows a detail."""

    def named(keys: str, word: str) -> Words:
        return key(keymap.spell(keys, first=True), word)

    right = named("{look.keys}", "keys")
    if blank:
        return spread([named("{look.again}", "look again"), named("{leave.quit}", "quit")], cells - 10), right
    session = session_of(scene, target)
    silent = any(scene.verdict(session.scope).life in ALARMING for session in scene.sessions)
    offered = [
        (bool(scene.findings), "{go.next}", "next"),
        (not read_only and target is not None and bool(target.word), "{act.let_go}", target.word if target else ""),
        (not read_only and target is not None and target.give is not None, "{act.give}", "give to"),
        (opens, "enter", "detail"),
        (not read_only and session is not None, "{act.message}", "message"),
        (session is not None and bool(session.tmux_pane), "{go.terminal}", "terminal"),
        (not read_only and silent, "{act.clean_up}", "all dead"),
        (not read_only, "{act.undo}", "undo"),
        (not read_only, "{act.hold}", "lift" if scene.only is not None and scene.board.hold(scene.only) else "hold"),
        (len(scene.workspaces) > 1, "{look.workspace}", "workspace"),
        (True, "{look.filter}", "filter"),
        (target is not None, "{look.raw}", "json"),
        (True, "{look.again}", "look again"),
    ]
    return spread([named(key_, word) for there, key_, word in offered if there], cells - 10), right


def help_lines(cells: int, keymap: Keymap, *, read_only: bool) -> list[Words]:
    """Return all keys that are built, by what they are for, in lines of so many cells."""
    groups = [*HELP[:2], *([] if read_only else [ACT]), *HELP[2:]]
    found: list[Words] = []
    for name, keys in groups:
        found += [NOTHING] * bool(found)
        for key_, word in keys:
            shown = text.wrap(keymap.spell(key_), KEY - 1)
            said = text.wrap(word, cells - GROUP - KEY)
            for left, line in zip_longest(shown, said, fillvalue=""):
                found.append(say((f"{name:<{GROUP}}", "name"), (text.fit(left, KEY), "link bold"), line))
                name = ""
    return found
