"""Own keys: whether the keys that a user chose can be had, and if not, why and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from textual.keys import Keys

from coord_tui import keymap
from coord_tui.keymap import show

NEVER: Final = {
    "ctrl+q": "ctrl+q is left alone: many press it by mistake",
    "ctrl+c": "ctrl+c always cancels or quits",
    "ctrl+i": "terminals cannot tell ctrl+i from tab",
    "ctrl+m": "terminals cannot tell ctrl+m from enter",
    "ctrl+j": "terminals cannot tell ctrl+j from enter",
    "ctrl+h": "terminals cannot tell ctrl+h from backspace",
    "ctrl+@": "terminals cannot tell it from ctrl+space",
    "ctrl+left_square_bracket": "terminals cannot tell it from escape",
    "escape": "escape always leaves",
    "enter": "enter always opens or chooses",
}
DIALOGS: Final = ("y", "n", "q", "tab", "shift+tab", "up", "down", "left", "right", "space")
"""Keys that answer dialogs: one that opens a dialog must not also answer it, or a double press does what it asks."""
OPENS: Final = "act."
KNOWN: Final = frozenset(key.value for key in Keys if not key.value.startswith("<"))


def checked(wanted: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the keys that can be had, by id, and why the others cannot, by id."""
    there = {name: keys for place in keymap.PLACES for name, keys in keymap.ids(place).items()}
    good: dict[str, tuple[str, ...]] = {}
    wrong: dict[str, str] = {}
    for name, keys in wanted.items():
        if name not in there:
            near = get_close_matches(name, there, 1)
            wrong[name] = f"there is no such key id{f'; is it {near[0]}?' if near else ''}"
            continue
        named = tuple(map(keymap.named, keys))
        own = there[name]
        problem = next(filter(None, (_refused(name, key) for key in named if key not in own)), None)
        if "ctrl+c" in own:
            problem = NEVER["ctrl+c"]
        if problem:
            wrong[name] = f"{problem}; choose another"
        else:
            good[name] = named
    while clash := next(_clashes(good), None):
        name, problem = clash
        del good[name]
        wrong[name] = problem
    return good, wrong


def _refused(name: str, key: str) -> str:
    """Return why a key can never be had, "" if it can."""
    if key in NEVER:
        return NEVER[key]
    *held, last = key.split("+")
    if "alt" in held or "meta" in held:
        return f"{key}: escape and a key typed quickly look the same"
    if held == ["shift"] and len(last) == 1 and last.isalpha():
        return f"write {last.upper()} for {key}"
    single = len(last) == 1 and last.isprintable()
    if not (not held and (single or _is_sign(last))) and key not in KNOWN:
        return f"no key is called {key}"
    if name.startswith(OPENS) and key in DIALOGS:
        return f"{show(key)} answers the dialog that this opens"
    return ""


def _is_sign(key: str) -> bool:
    """Whether a long name is one of a single character: `question_mark`."""
    return len(show(key)) == 1 and show(key) != key


def _clashes(good: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Yield the chosen ids whose keys do something else already, and what; the last ones in the file first."""
    for place in keymap.PLACES:
        there = keymap.ids(place)
        taken = keymap.fixed(place)
        in_use = {name: good.get(name) or tuple(keys) for name, keys in there.items()}
        for name in reversed([name for name in good if name in there]):
            for key in good[name]:
                other = next((each for each, keys in in_use.items() if each != name and key in keys), None)
                if other:
                    free = "" if other in good else f", or give {other} another key too"
                    yield name, f"{show(key)} is the key of {other} as well; choose another{free}"
                elif key in taken and key not in there[name]:
                    yield name, f"{show(key)} moves among the rows; choose another"
