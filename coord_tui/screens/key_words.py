"""Which keys stand in the key line: each by its binding's id, `{act.let_go}`, so that it is what the user chose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from coord_tui.display import Words, join, link, say, width
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
    right = _named(keymap, ("{look.commands}", "find"), ("{look.keys}", "keys"))
    room = cells - width(right) - 4
    if blank:
        return _line(keymap, room, [(True, "{look.again}", "look again"), (True, "{leave.quit}", "quit")]), right
    silent = any(scene.lives[life] for life in ALARMING)
    tree = target is not None and target.kind in ("document", "value")
    edits = (_editable(target, scene, read_only), "{act.edit}", "edit")
    offered = [
        *((True, *each) for each in time),
        (bool(scene.findings), "{go.next}", "next"),
        *_acts(target, read_only),
        *([edits, (not time, "→ ←", "open, close")] if tree else []),
        (opens, "enter", "detail"),
        *_reaches(target, scene, read_only),
        (not read_only and silent, "{act.clean_up}", "all dead"),
        (not read_only, "{act.undo}", "undo"),
        (not read_only, "{act.hold}", "lift" if scene.only is not None and scene.board.hold(scene.only) else "hold"),
        (len(scene.workspaces) > 1, "{look.workspace}", "workspace"),
        (True, "{look.filter}", "filter"),
        (target is not None, "{look.raw}", "json"),
        (target is not None, "{look.copy}", "copy"),
        *([] if tree else [edits]),
        (not time, "{time.pause}", "pause"),
        (True, "{look.again}", "look again"),
    ]
    return _line(keymap, room, offered), right


def record_line(
    target: Target | None, scene: Scene, cells: int, keymap: Keymap, *, read_only: bool, leave: str = "{leave.step}"
) -> tuple[Words, Words]:
    """Return the key line of a detail that has the keys; leave: the id of the key that leaves it."""
    right = _named(keymap, ("{look.keys}", "keys"))
    there = target is not None
    offered = [
        *_acts(target, read_only),
        (True, "{detail.back}", "back"),
        (there, "{detail.next}", "links"),
        (there, "{detail.follow}", "follow"),
        (bool(scene.findings), "{go.next}", "next"),
        *_reaches(target, scene, read_only),
        (there, "{look.raw}", "json"),
        (there, "{look.copy}", "copy"),
        (_editable(target, scene, read_only), "{act.edit}", "edit"),
        (not read_only, "{act.undo}", "undo"),
        (there, "j k", "scroll"),
        (True, leave, "leave"),
    ]
    return _line(keymap, cells - width(right) - 4, offered), right


Offered: TypeAlias = tuple[bool, str, str]
"""Whether a key is there, its binding's id in braces, and what it does."""


def _acts(target: Target | None, read_only: bool) -> list[Offered]:
    word = target.word if target else ""
    gives = target is not None and target.give is not None
    return [] if read_only else [(bool(word), "{act.let_go}", word), (gives, "{act.give}", "give to")]


def _reaches(target: Target | None, scene: Scene, read_only: bool) -> list[Offered]:
    session = session_of(scene, target)
    return [
        (not read_only and session is not None, "{act.message}", "message"),
        (session is not None and bool(session.tmux_pane), "{go.terminal}", "terminal"),
    ]


def _editable(target: Target | None, scene: Scene, read_only: bool) -> bool:
    return not read_only and target is not None and target.scope in scene.board.documents


@lru_cache(maxsize=512)
def _named(keymap: Keymap, *several: tuple[str, str]) -> Words:
    return join([key(keymap.spell(keys, first=True), word) for keys, word in several], "   ")


def _line(keymap: Keymap, room: int, offered: Sequence[Offered]) -> Words:
    return spread([_named(keymap, (keys, word)) for there, keys, word in offered if there], room)
