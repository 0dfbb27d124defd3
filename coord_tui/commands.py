"""Commands: what every key does, by its binding's id, and whether it does anything here and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from textual.binding import Binding
from textual.screen import Screen

from coord_core.frozen import frozen
from coord_tui.keymap import show
from coord_tui.rows.scene import ALARMING, Scene
from coord_tui.targets import Target, session_of


@frozen
class Here:
    """What keys go by: what is shown, and what is under the cursor.

    blank: there is nothing to show yet. opens: enter shows a detail. paused: the view stands still.
    """

    scene: Scene
    target: Target | None = None
    read_only: bool = False
    blank: bool = False
    opens: bool = False
    paused: bool = False


Says = Callable[[Here], str]


def _nothing(_: Here) -> str:
    return ""


@frozen
class Command:
    """What the key of a binding does.

    words: in general. here: here and now, "" for the words. idle: why it does nothing here and now, "" when it does.
    changes: it changes the store, so that it is not there in read-only. fold: what stands in the help for it and those
    beside it that say the same.
    """

    id: str
    group: str
    words: str
    fold: str = ""
    here: Says = _nothing
    idle: Says = _nothing
    changes: bool = False


@frozen
class Key:
    """A command on a screen: its keys as people write them, and the action that they run."""

    command: Command
    keys: tuple[str, ...]
    action: str
    idle: str = ""
    words: str = ""


# Why not, and what exactly


def _no_finding(here: Here) -> str:
    return "" if here.scene.findings else "nothing needs you"


def _no_target(here: Here) -> str:
    return "" if here.target else "nothing is under the cursor"


def _no_document(here: Here) -> str:
    target = here.target
    there = target is not None and target.scope in here.scene.board.documents
    return _no_target(here) or ("" if there else "there is no document under it")


def _no_hold(here: Here) -> str:
    target = here.target
    return _no_target(here) or ("" if target and target.let_go else f"nothing to let go of at {_name(here)}")


def _no_gift(here: Here) -> str:
    target = here.target
    if target is None or target.give is not None:
        return _no_target(here)
    return "a lock is let go of, not given" if target.kind == "lock" else f"{target.name} has nothing to give"


def _no_dead(here: Here) -> str:
    lives = (here.scene.verdict(session.scope).life for session in here.scene.sessions)
    return "" if any(life in ALARMING for life in lives) else "nobody is dead or stale"


def _no_session(here: Here) -> str:
    return "" if session_of(here.scene, here.target) else "the cursor is on no session, nor on what one has"


def _no_pane(here: Here) -> str:
    session = session_of(here.scene, here.target)
    return _no_session(here) or ("" if session and session.tmux_pane else "it recorded no tmux pane")


def _one_workspace(here: Here) -> str:
    return "" if len(here.scene.workspaces) > 1 else "there is only one workspace here"


def _name(here: Here) -> str:
    return here.target.name if here.target else ""


def _let_go(here: Here) -> str:
    return f"{here.target.word} {here.target.name}" if here.target and here.target.word else ""


def _give(here: Here) -> str:
    return f"give {_name(here)} to another session"


def _message(here: Here) -> str:
    session = session_of(here.scene, here.target)
    return f"message to {session.id}" if session else ""


def _terminal(here: Here) -> str:
    session = session_of(here.scene, here.target)
    return f"to the terminal of {session.id} (tmux)" if session else ""


def _hold(here: Here) -> str:
    held = here.scene.only is not None and here.scene.board.hold(here.scene.only)
    return "lift the hold" if held else "hold everybody up"


def _nothing_to_ignore(here: Here) -> str:
    target = here.target
    about = target and (target.finding or any(each.subject == target.key for each in here.scene.findings))
    return "" if about else "nothing needs you there"


def _ignored(here: Here) -> str:
    return "" if here.scene.ignored else "nothing is ignored"


def _ignore(here: Here) -> str:
    finding = here.target.finding if here.target else None
    return "show it again" if finding and finding in here.scene.ignored else ""


def _live(here: Here) -> str:
    return "" if here.paused else "the view is live: pause it first"


def _pause(here: Here) -> str:
    return "let the view go on" if here.paused else "pause the view, and look back"


CHANGE: Final = "one change back, on, through the journal"
MINUTE: Final = "one minute back, on"
PANEL: Final = "a panel; the same again: only that one"
NEEDS: Final = "next, previous that needs you"
TURN: Final = "next, previous panel"
LINKS: Final = "next, previous link"
UNDO: Final = "undo mine, redo it"
FILTER: Final = (
    "filter: rows with all these words; !word: without it; field:words, by what the column shows: state:dead "
    "owner:claude_4 issue:18 branch:fix progress:>50 seen:>10m"
)
SORT: Final = "sort by the next column, the other way round"
MARK: Final = "mark this row, all shown: what acts, acts on all that are marked"
COMMANDS: Final = (
    Command("panel.needs", "go", "to what needs you", PANEL),
    Command("panel.sessions", "go", "to Sessions", PANEL),
    Command("panel.issues", "go", "to Issues", PANEL),
    Command("panel.locks", "go", "to Locks", PANEL),
    Command("panel.work", "go", "to Work", PANEL),
    Command("panel.events", "go", "to Events", PANEL),
    Command("panel.shared", "go", "to Shared", PANEL),
    Command("panel.next", "go", "to the next panel", TURN),
    Command("panel.previous", "go", "to the previous panel", TURN),
    Command("go.next", "go", "to the next that needs you", NEEDS, idle=_no_finding),
    Command("go.previous", "go", "to the previous that needs you", NEEDS, idle=_no_finding),
    Command("go.terminal", "go", "to its terminal (tmux)", here=_terminal, idle=_no_pane),
    Command("detail.next", "go", "next link", LINKS),
    Command("detail.previous", "go", "previous link", LINKS),
    Command("detail.follow", "go", "to the record of the picked link"),
    Command("detail.back", "go", "back"),
    Command("act.let_go", "act", "let go", here=_let_go, idle=_no_hold, changes=True),
    Command("act.clean_up", "act", "clean up after all dead and stale", idle=_no_dead, changes=True),
    Command("act.give", "act", "give to another session", here=_give, idle=_no_gift, changes=True),
    Command("act.message", "act", "message to a session", here=_message, idle=_no_session, changes=True),
    Command("act.hold", "act", "hold everybody up, lift the hold", here=_hold, changes=True),
    Command("act.edit", "act", "edit the document, or the value, in $EDITOR", idle=_no_document, changes=True),
    Command("act.undo", "act", "undo mine", UNDO, changes=True),
    Command("act.redo", "act", "redo what was undone", UNDO, changes=True),
    Command("look.filter", "look", "filter: only rows with these words", FILTER),
    Command("look.sort", "look", "sort by the next column", SORT),
    Command("look.reverse", "look", "sort the other way round", SORT),
    Command("look.mark", "look", "mark this row; what acts, acts on all that are marked", MARK),
    Command("look.mark_all", "look", "mark all rows shown, or none", MARK),
    Command("look.copy", "look", "copy: the name; in a detail all of it, or the JSON shown", idle=_no_target),
    Command("look.raw", "look", "the document as JSON", idle=_no_target),
    Command("look.ignore", "look", "ignore it until it changes", here=_ignore, idle=_nothing_to_ignore),
    Command("look.ignored", "look", "show what is ignored, or no longer", idle=_ignored),
    Command("time.pause", "look", "pause the view, let it go on", here=_pause),
    Command("time.back", "look", "one change back", CHANGE, idle=_live),
    Command("time.on", "look", "one change on", CHANGE, idle=_live),
    Command("time.minute_back", "look", "one minute back", MINUTE, idle=_live),
    Command("time.minute_on", "look", "one minute on", MINUTE, idle=_live),
    Command("look.workspace", "look", "next workspace", idle=_one_workspace),
    Command("look.again", "look", "look again, at everything"),
    Command("look.redraw", "look", "draw again"),
    Command("look.commands", "look", "find any action or record"),
    Command("look.keys", "look", "these keys"),
    Command("mode.read_only", "leave", "read-only from now on, until you leave", changes=True),
    Command("leave.step", "leave", "a dialog, filter, marks, zoom; never quits"),
    Command("leave.quit", "leave", "the same; at the top it quits"),
    Command("detail.leave", "leave", "the detail"),
    Command("leave.cancel", "leave", "cancels a dialog or a line, else quits"),
    Command("detail.quit", "leave", "quits"),
)
"""In the order of the help."""

ALWAYS: Final = frozenset(
    {"look.again", "look.redraw", "look.commands", "look.keys", "leave.step", "leave.quit", "leave.cancel"}
)
"""What does something though there is nothing to show."""


def _bindings(screen: Screen[Any]) -> Iterator[tuple[str, Binding]]:
    """Yield the keys of a screen, and of a detail on it that has the keys, as the keymap has them."""
    owners = screen.focused.ancestors_with_self if screen.focused else [screen]
    for owner in owners:
        if owner is screen or owner.id == "detail":
            bindings = owner._bindings.copy()
            bindings.apply_keymap(screen.app._keymap)
            yield from bindings


def keys(screen: Screen[Any], here: Here) -> Iterator[Key]:
    """Yield the commands of a screen, by its bindings as the keymap has them, in the table's order."""
    bound: dict[str, list[tuple[str, Binding]]] = {}
    for key, binding in _bindings(screen):
        bound.setdefault(binding.id or binding.action, []).append((key, binding))
    table = {command.id: command for command in COMMANDS}
    for ident in [*(each for each in table if each in bound), *(each for each in bound if each not in table)]:
        binding = bound[ident][0][1]
        command = table.get(ident) or Command(ident, "more", binding.description or ident.rpartition(".")[2])
        if not (command.changes and here.read_only):
            waits = "nothing is shown yet" if here.blank and ident not in ALWAYS else ""
            idle = waits or command.idle(here)
            words = command.words if idle else command.here(here) or command.words
            yield Key(command, tuple(show(key) for key, _ in bound[ident]), binding.action, idle, words)
