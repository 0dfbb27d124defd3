"""Which keys stand in the key line: each by its binding's id, `{act.let_go}`, so that it is what the user chose."""

from __future__ import annotations

from collections.abc import Sequence

from coord_tui.display import Words, link, say, width
from coord_tui.keymap import Keymap
from coord_tui.rows.scene import ALARMING, Scene
from coord_tui.targets import Target, session_of
from coord_tui.widgets.one_line import spread


def key(key_: str, word: str) -> Words:
    """Return a key and what it does; clicked, it presses the first key named."""
    press = key_.partition(" ")[0]
    return say(link(key_, press, "link bold"), link(f" {word}", press))


def key_line(
    target: Target | None,
    scene: Scene,
    cells: int,
    keymap: Keymap,
    *,
    read_only: bool,
    blank: bool,
    opens: bool,
    time: Sequence[tuple[str, str]] = (),
) -> tuple[Words, Words]:
    """Return the key line for what is under the cursor: its left, its right.

    opens: enter shows a detail. time: the keys that move in time, and what each does.
    """

    def named(keys: str, word: str) -> Words:
        return key(keymap.spell(keys, first=True), word)

    right = named("{look.commands}", "find") + say("   ") + named("{look.keys}", "keys")
    room = cells - width(right) - 4
    if blank:
        return spread([named("{look.again}", "look again"), named("{leave.quit}", "quit")], room), right
    session = session_of(scene, target)
    silent = any(scene.lives[life] for life in ALARMING)
    offered = [
        *((True, *each) for each in time),
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
        (not time and target is not None and target.kind in ("document", "value"), "→ ←", "open, close"),
        (True, "{look.filter}", "filter"),
        (target is not None, "{look.raw}", "json"),
        (target is not None, "{look.copy}", "copy"),
        (not read_only and target is not None and target.scope in scene.board.documents, "{act.edit}", "edit"),
        (not time, "{time.pause}", "pause"),
        (True, "{look.again}", "look again"),
    ]
    return spread([named(key_, word) for there, key_, word in offered if there], room), right
