"""Keymap: which keys do what, with the user's own. Words about keys name them by their binding's id: `{act.let_go}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from textual.binding import Binding
from textual.keys import format_key

DASHBOARD: Final = "coord_tui.screens.dashboard:Dashboard"
TABLE: Final = "coord_tui.widgets.record_table:RecordTable"
DETAIL: Final = "coord_tui.screens.detail:DetailScreen"
READER: Final = "coord_tui.widgets.lines:Reader"
LINKS: Final = "coord_tui.widgets.detail:Detail"
APP: Final = "coord_tui.app:CoordApp"
PLACES: Final = ((DASHBOARD, TABLE, APP), (DETAIL, LINKS, READER, APP))
"""Where keys are pressed: whose bindings count there at once. A screen with keys of its own is to be named here."""
NAMED: Final = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
SHOWN: Final = {"pagedown": "pgdn", "pageup": "pgup", "up": "↑", "down": "↓", "left": "←", "right": "→"}
WRITTEN: Final = {"escape", "enter", "backspace", "delete", "insert", "tab", "space", "home", "end"}
"""Keys with names of their own; all others that have a long name are signs: `question_mark`."""
READ: Final = {shown: key for key, shown in SHOWN.items()}


class Keymap:
    """The keys in use; chosen: by id, the keys that the user wants instead of ours."""

    def __init__(self, chosen: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.chosen = dict(chosen or {})
        self._shown: dict[str, list[str]] = {}

    def of(self, name: str) -> list[str]:
        """Return the keys of an id, as people read them; raises KeyError for one that there is not."""
        if name not in self._shown:
            keys = self.chosen.get(name) or default(name)
            self._shown[name] = [show(key) for key in keys]
        return self._shown[name]

    def spell(self, words: str, *, first: bool = False) -> str:
        """Return words with keys instead of ids: all keys of each, or the first only."""
        return NAMED.sub(lambda found: " ".join(self.of(found[1])[: 1 if first else None]), words)

    def textual(self) -> dict[str, str]:
        """Return what `App.set_keymap` takes."""
        return {name: ",".join(keys) for name, keys in self.chosen.items()}


def show(key: str) -> str:
    """Return a key as people read it: `?`, `↑`, `ctrl+d`."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    sign = len(last) > 1 and last not in WRITTEN
    return "+".join([*held, SHOWN.get(last) or (format_key(last) if sign else last)])


def named(key: str) -> str:
    """Return a key by Textual's name, as people read it or as Textual calls it: `?` is question_mark."""
    *held, last = key.split("+") if len(key) > 1 and not key.endswith("+") else [key]
    last = READ.get(last, last)
    if last.strip() in ("", ",") or "," in last[1:] + last[:-1]:
        # In a binding, commas part several keys.
        last = "comma" if last == "," else "space" if last == " " else "nothing"
    return "+".join([*held, *(each.key for each in Binding.make_bindings([Binding(last, "")]))])


def default(name: str) -> list[str]:
    """Return the keys that an id has from us; raises KeyError."""
    for owner in dict.fromkeys(owner for place in PLACES for owner in place):
        for binding in bindings(owner):
            if binding.id == name:
                return keys_of(binding)
    raise KeyError(name)


def bindings(owner: str) -> Iterator[Binding]:
    """Yield the bindings of a class, named by its module, those of the classes that it inherits from included."""
    module, _, name = owner.partition(":")
    for base in getattr(import_module(module), name).__mro__:
        yield from (each for each in base.__dict__.get("BINDINGS", ()) if isinstance(each, Binding))
        if not getattr(base, "_inherit_bindings", False):
            return


def keys_of(binding: Binding) -> list[str]:
    """Return the keys of a binding, by Textual's long names."""
    return [key.key for key in Binding.make_bindings([binding])]


def ids(place: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the ids that count at a place, each with its keys."""
    return {each.id: keys_of(each) for owner in place for each in bindings(owner) if each.id}


def fixed(place: tuple[str, ...]) -> set[str]:
    """Return the keys of a place that cannot be changed: those that move in its rows."""
    return {key for owner in place for each in bindings(owner) if not each.id for key in keys_of(each)}
