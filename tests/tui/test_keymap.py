"""Keys of one's own: they act, ours act no longer, and whatever tells of keys tells of them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from textual.binding import Binding

import coord_tui
from coord_tui import config, keymap
from coord_tui.keymap import Keymap
from coord_tui.screens import key_words
from coord_tui.settings import Settings
from tests.tui.conftest import Staging

OWN = {"act.let_go": ["D", "f5"], "go.next": ";", "panel.locks": "L", "look.keys": "f1", "look.filter": "ctrl+f",
       "look.raw": "r", "leave.quit": "Q", "look.ignore": "~", "panel.needs": "&"}  # fmt: skip


def settings() -> Settings:
    found, problems = config.understand({"keys": OWN})
    assert not problems
    return found


def test_whoever_has_keys_with_ids_is_named_among_the_places() -> None:
    named = {owner for place in keymap.PLACES for owner in place}
    for info in pkgutil.walk_packages(coord_tui.__path__, "coord_tui."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name, each in vars(module).items():
            own = each.__dict__.get("BINDINGS", ()) if isinstance(each, type) and each.__module__ == info.name else ()
            if any(isinstance(binding, Binding) and binding.id for binding in own):
                assert f"{info.name}:{name}" in named, "its keys could not be chosen, nor shown"


def test_no_two_ids_share_a_key() -> None:
    for place in keymap.PLACES:
        keys = [key for each in keymap.ids(place).values() for key in each]
        assert sorted(keys) == sorted(set(keys))


def test_a_key_that_can_be_chosen_is_never_written_out() -> None:
    """In the key line it stands as its id, or it would tell of a key that does nothing."""
    source = Path(key_words.__file__).read_text()
    ours = {keymap.show(key): name for name, keys in keymap.ids(keymap.PLACES[0]).items() for key in keys}
    for word in re.findall(r'"([^"\s]+)"', source):
        assert word not in ours, f"{word} is {ours.get(word)}"
    for name in keymap.NAMED.findall(source):
        assert Keymap().of(name)


async def test_own_keys_act_and_ours_no_longer(stage: Staging) -> None:
    async with stage(user={"settings": settings()}) as s:
        await s.press("n", "3")
        assert s.dashboard.active == "sessions" and s.dashboard.target.name == "claude_1"
        await s.press(";")
        assert s.dashboard.target.name == "claude_4"
        await s.press("x")
        assert len(s.app.screen_stack) == 1
        for key in ("D", "f5"):
            await s.press(key)
            await s.dialog("Confirm")
            await s.press("escape")
            await s.closed()
        await s.press("L")
        assert s.dashboard.active == "locks"
        await s.press("~", "&", "~")
        assert "1 ignored: I shows" in s.text()
        await s.press("q", "q")
        assert s.app.is_running
        await s.press("Q")
        await s.until(lambda: not s.app.is_running)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_whatever_tells_of_keys_tells_of_ones_own(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(user={"settings": settings()}, size=size) as s:
        shown = s.text()
        assert "L Locks" in shown and "3 Locks" not in shown
        assert "& Needs you" in shown and "! Needs you" not in shown
        last = shown.splitlines()[-1]
        assert "; next" in last and "D clean up" in last and "f1 keys" in last
        await s.press(";")
        assert "D clean up" in s.text().splitlines()[-1]
        await s.press("&")
        assert "~ ignore   enter all of it   ; next" in s.text()
        await s.press("f1")
        lines = s.text()
        for words in ("; N", "D f5", "&"):
            assert words in lines, words
        assert "n N" not in lines
        await s.press("escape", "escape", "1", "enter")
        assert "D clean up" in s.text().splitlines()[-1], "in a detail too"
        await s.press("y")
        assert '"scope"' not in s.text()
        await s.press("r")
        assert '"scope"' in s.text()


async def test_a_key_of_ones_own_types_in_a_filter(stage: Staging) -> None:
    async with stage(user={"settings": settings()}) as s:
        await s.press("ctrl+f", *"D,L")
        assert s.dashboard.query_one("#filter").value == "D,L"
        assert len(s.app.screen_stack) == 1 and s.dashboard.active == "sessions"
