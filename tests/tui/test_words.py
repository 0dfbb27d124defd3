from __future__ import annotations

import ast
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from coord_core.documents import Batch
from coord_core.scopes import natural
from coord_core.state.board import Board
from coord_tui import themes
from coord_tui.ages import clock_or_day, past
from coord_tui.display import Name, Things, clip, content, lay, plain, say, width, wrap
from coord_tui.layout import LOWER_LEAST, Counts, arrange
from coord_tui.palette import Palette, strip
from coord_tui.rows.scene import same
from coord_tui.rows.sessions import bar, sparkline
from tests.core import samples
from tests.tui import boards

ROOT = Path(__file__).parents[2]


def test_a_terminal_is_told_the_colours_of_what_looks_alike_once() -> None:
    palette = Palette.of({**themes.tones(themes.DARK), "background": "#000000", "foreground": "#ffffff"})
    drawn = strip(say(("claude_1", "name"), "  ", ("12h", "dim"), " ", (" 3 ", "badge alarm"), " ", "x"), 30, palette)
    assert [segment.text for segment in drawn] == ["claude_1  ", "12h ", " 3 ", " x", " " * 11]


def words_of_ours() -> set[str]:
    found = set()
    for path in [*(ROOT / "coord_tui").rglob("*.py"), *(ROOT / "coord_core").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(node.value)
    return found | set((ROOT / "coord_tui" / "coord.tcss").read_text())


# Unicode's emoji-data.txt: all with the property Emoji that are not ASCII, below U+1F000.
EMOJI = re.compile(
    "["
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9-\u21aa\u231a-\u231b\u2328\u23cf\u23e9-\u23f3"
    "\u23f8-\u23fa\u24c2\u25aa-\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614-\u2615"
    "\u2618\u261d\u2620\u2622-\u2623\u2626\u262a\u262e-\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653"
    "\u265f-\u2660\u2663\u2665-\u2666\u2668\u267b\u267e-\u267f\u2692-\u2697\u2699\u269b-\u269c"
    "\u26a0-\u26a1\u26a7\u26aa-\u26ab\u26b0-\u26b1\u26bd-\u26be\u26c4-\u26c5\u26c8\u26ce-\u26cf\u26d1"
    "\u26d3-\u26d4\u26e9-\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712"
    "\u2714\u2716\u271d\u2721\u2728\u2733-\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763-\u2764"
    "\u2795-\u2797\u27a1\u27b0\u27bf\u2934-\u2935\u2b05-\u2b07\u2b1b-\u2b1c\u2b50\u2b55\u3030\u303d\u3297"
    "\u3299"
    "]"
)


def test_no_word_of_ours_has_an_emoji_in_it() -> None:
    assert not [char for char in words_of_ours() if EMOJI.match(char) or ord(char) >= 0x1F000]
    assert EMOJI.match("⚠") and EMOJI.match("✔") and EMOJI.match("↔") and not EMOJI.match("✗")


def test_nothing_notifies_or_draws_text_but_through_the_door() -> None:
    door = {"display.py"}
    for path in (ROOT / "coord_tui").rglob("*.py"):
        source = path.read_text()
        if path.name not in door:
            assert ".notify(" not in source, path
            assert "Static(" not in source, path
            assert "Label(" not in source, path
            assert "from_markup" not in source, path


WORDS = st.lists(st.tuples(st.text(max_size=12), st.sampled_from(["", "dead", "dim"])), max_size=5)


@given(WORDS, st.integers(2, 20))
def test_words_are_clipped_and_wrapped_to_cells(parts: list[tuple[str, str]], cells: int) -> None:
    words = say(*parts)
    assert width(clip(words, cells)) <= cells
    lines = wrap(words, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join(map(plain, lines)).replace(" ", "") == plain(words).replace(" ", "")
    assert content(words).plain == plain(words)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5), st.integers(6, 40))
def test_several_things_are_counted_where_they_do_not_fit(names: list[str], cells: int) -> None:
    assert width(lay(Things(tuple(names)), cells)) <= cells


def test_things() -> None:
    held = Things(("database_migration", "queue#7", "migrations#001"))
    assert plain(lay(held, 50)) == "database_migration, queue#7, migrations#001"
    assert plain(lay(held, 23)) == "database_migration +2"
    assert plain(lay(held, 16)) == "database_mig… +2"


def test_bars_and_sparklines() -> None:
    assert [bar(percent) for percent in (75, 50, 20, 25, 60, 40, 90, 35, 10, 0)] == [
        "━━━━╸", "━━━", "━", "━╸", "━━━╸", "━━╸", "━━━━━╸", "━━", "╸", "",
    ]  # fmt: skip
    assert sparkline([0, 1, 4, 8], 8) == "▁▂▅█"
    assert len(sparkline([10**9] * 12, 0)) == 12


def test_an_events_time_is_its_day_where_that_is_another() -> None:
    assert [clock_or_day(boards.NOW - ago, boards.NOW, seconds=True) for ago in (7, 86_400)] == ["14:31:00", "11-21"]
    assert clock_or_day(boards.NOW - 7, boards.NOW, seconds=False) == "14:31"
    assert clock_or_day(None, boards.NOW, seconds=False) == "?"


def test_names_sort_as_people_do() -> None:
    names = ["claude_10", "claude_2", "codex_1", "Claude_1", "²", "٣"]
    assert sorted(names, key=natural)[:4] == ["Claude_1", "claude_2", "claude_10", "codex_1"]


@given(st.integers(1, 400), st.integers(1, 120), st.tuples(*[st.integers(0, 3000)] * 5))
def test_the_room_adds_up(columns: int, rows: int, counts: tuple[int, ...]) -> None:
    for everything in (False, True):
        room = arrange(columns, rows, Counts(*counts), all_needs=everything)
        if room.tabs:
            assert columns < 100 or rows < 30
            continue
        lower = rows - 2 - (1 + room.needs) - (1 + room.sessions)
        assert lower >= LOWER_LEAST
        assert room.locks + room.work + room.issues + 2 + bool(room.issues) == lower
        assert min(room.needs, room.sessions, room.locks, room.work) >= 1


def test_time_alone_changes_nothing_that_is_shown() -> None:
    batch, processes = samples.busy_batch()
    now = samples.BUSY_NOW
    board = Board(now).update(batch, now=now, processes=processes)
    later = board.update(Batch(), now=now + 1, processes=processes)
    assert same(board, later)
    scope = next(iter(board.locks))
    assert not same(board, later.update(Batch(documents={scope: None}), now=now + 2, processes=processes))


def test_names_keep_both_their_ends() -> None:
    long = "laptop__acme__shop__session__claude_1.json"
    assert plain(lay(Name(long, before=say("shop/")), 20)) == "shop/laptop_…_1.json"
    assert plain(lay(Name(long), 60)) == long
    for cells in range(10):
        assert width(lay(Name("日本語日本語", before=say("a/")), cells)) <= cells


def test_just_now_is_not_long_ago() -> None:
    assert [past(at, 100.0) for at in (None, 100.0, 70.0)] == ["", "just now", "30s ago"]
