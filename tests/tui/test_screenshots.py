"""The pictures in screenshots/ are what would be drawn now: the snapshots of the suite, at three sizes."""

from __future__ import annotations

import pytest

from tests.screenshots import FOLDER, SHOTS, cells, draw


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.mark.parametrize("name", SHOTS)
async def test_a_picture_is_not_stale(name: str) -> None:
    kept, now = cells((FOLDER / f"{name}.svg").read_text()), cells(await draw(SHOTS[name]))
    # Make them anew with `python -m tests.screenshots`, and look at them.
    assert kept[0] == now[0]
    assert kept[1] == now[1]
    assert len(kept[0]) > SHOTS[name].size[1], "there is something in it"


def test_every_picture_is_made_by_the_command() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(SHOTS)


async def test_a_change_of_a_word_or_a_colour_is_seen() -> None:
    svg = (FOLDER / "busy-80x24.svg").read_text()
    assert cells(svg) != cells(svg.replace("claude_4", "claude_5"))
    assert cells(svg) != cells(svg.replace("#ff5c77", "#ff5c78"))
    assert cells(svg) == cells(svg.replace("terminal-title", "terminal-head").replace("Fira Code", "Other"))
