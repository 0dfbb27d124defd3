from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from coord_core import text

ANY = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from(
        "a \t\n\r\x1b\x9b\u202e\u2066\u200d\ufe0f\u0301\u0488漢字👩🏽‍💻한ᅟᅠㅤ\ud800\ue000\u2028\u2029\x00\x7f☰"
    ),
    max_size=40,
)


def unsafe(value: str) -> set[str]:
    return {c for c in value if unicodedata.category(c) in text.UNSAFE}


@given(ANY)
def test_a_line_has_nothing_that_a_terminal_obeys(value: str) -> None:
    assert not unsafe(text.line(value))


@given(ANY)
def test_a_block_has_nothing_but_line_breaks(value: str) -> None:
    assert unsafe(text.block(value)) <= {"\n"}


@given(ANY)
def test_making_safe_twice_changes_nothing(value: str) -> None:
    once = text.line(value)
    assert text.line(once) == once


@given(ANY)
def test_width_is_what_textual_measures(value: str) -> None:
    safe = text.line(value)
    assert text.width(safe) == cell_len(safe)


def test_every_character_is_measured_as_textual_measures_it() -> None:
    for code in range(0x110000):
        safe = text.line(chr(code))
        assert text.width(safe) == cell_len(safe), hex(code)


@given(ANY, st.integers(0, 30))
def test_truncated_text_fits_and_says_so(value: str, cells: int) -> None:
    safe = text.line(value)
    cut = text.truncate(safe, cells)
    assert cell_len(cut) <= cells
    assert cut == safe or cells == 0 or cut.endswith("…")
    assert cell_len(text.fit(safe, cells)) == cells == cell_len(text.fit(safe, cells, right=True))


@given(ANY, st.integers(2, 20))
def test_wrapped_lines_fit_and_lose_only_spaces(value: str, cells: int) -> None:
    safe = text.block(value)
    lines = text.wrap(safe, cells)
    assert all(cell_len(each) <= cells for each in lines)
    assert "".join(lines).replace(" ", "") == safe.replace(" ", "").replace("\n", "")


@given(st.dictionaries(ANY, ANY, max_size=4))
def test_escaped_json_is_the_same_json(value: dict[str, str]) -> None:
    shown = text.escape_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(shown) == value
    assert unsafe(shown) <= {"\n"}


def test_what_is_replaced_stays_visible() -> None:
    assert text.line("\x1b]52;c;aGk=\x07") == "␛]52;c;aGk=␇"
    assert text.line("pay\u202eoad") == "pay\ufffdoad"
    assert text.line("a\nb\tc") == "a␊b␉c"
    assert text.block("a\r\nb\tc\x7f") == "a\nb    c␡"


def test_piles_of_marks_are_cut() -> None:
    assert text.line("e" + "\u0301" * 90) == "e" + "\u0301" * text.MARKS
    assert text.line("\u0301x") == "\u25cc\u0301x"


def test_long_strings_are_cut() -> None:
    assert text.line("x" * 9_999) == "x" * (text.LINE - 1) + "…"
    assert text.line("y" * 9, limit=4) == "yyy…"


def test_ordinary_words_stay_as_they_are() -> None:
    for word in ("claude_1", "Frontend UI – skjemaer æøå", "漢字かな", "Ελληνικά", "noe✗●▸━╸×▁"):
        assert text.line(word) == word
    assert text.wrap("one two three", 7) == ["one two", "three"]
