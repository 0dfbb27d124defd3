from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coord_tui.driver import Escapes
from tests.core import samples
from tests.terminal import Terminal

PLAY = [sys.executable, "-m", "tests.tui.play"]


@pytest.fixture
def applied(tmp_path: Path) -> Path:
    return tmp_path / "applied"


@pytest.fixture
def terminal(applied: Path) -> Iterator[Terminal]:
    with Terminal([*PLAY, str(applied)]) as found:
        yield found


def ready(terminal: Terminal) -> None:
    terminal.wait("6 need you.*1 Sessions 12")
    terminal.settle()


def test_it_starts_and_gives_the_terminal_back(terminal: Terminal) -> None:
    ready(terminal)
    assert "6 need you" in terminal.text
    assert b"6 need you \xc2\xb7 shop" in terminal.raw
    terminal.press(b"q")
    assert terminal.join() == 0
    terminal.assert_restored()


def test_xy_in_one_write_confirms_nothing(terminal: Terminal, applied: Path) -> None:
    ready(terminal)
    for typed in (b"xy", b"xyy\r\t\r", b"xxyy", b"zy", b"Xy", b"xy" * 50):
        terminal.press(typed)
        # Only once it is seen may the next keys mean it: a busy machine takes its time to show it.
        terminal.wait("is left to take back" if typed == b"zy" else r"\[ Cancel \]")
        terminal.settle()
        assert not applied.exists()
        assert terminal.alive()
        terminal.press(b"\x1b")
        terminal.wait(r"^(?!.*\[ Cancel \])")
    terminal.press(b"x")
    terminal.wait(r"\[ Cancel \]")
    terminal.settle()
    terminal.press(b"y")
    terminal.wait("Did clean_up_session")
    assert applied.read_text().startswith("clean_up_session ")


def test_keys_in_one_write_act_one_after_the_other(terminal: Terminal, applied: Path) -> None:
    ready(terminal)
    terminal.press(b"/codex\rx")
    terminal.wait("clean up session session:codex_1")
    terminal.press(b"\x1b")
    terminal.press(b"3jx")
    terminal.wait("release lock locks:deploy_staging")
    assert not applied.exists()


@pytest.mark.parametrize("pause", [0.0, 0.03])
def test_escape_and_a_letter_right_after_it_do_both(terminal: Terminal, applied: Path, pause: float) -> None:
    ready(terminal)
    terminal.press(b"x")
    terminal.wait(r"\[ Cancel \]")
    terminal.press(b"\x1b")
    time.sleep(pause)
    terminal.press(b"q")
    assert terminal.join() == 0
    assert not applied.exists()
    terminal.assert_restored()


@pytest.mark.parametrize(
    ("received", "apart"),
    [
        (["\x1bq"], ["", "q"]),
        (["\x1b", "q"], ["", "", "q"]),
        (["j\x1b\x1b:x\r"], ["j", "", ":x\r"]),
        (["\x1b\x1b[A"], ["", "\x1b[A"]),
        (["\x1b", "[A"], ["", "\x1b[A"]),
        (["\x1b[<0;1;1M\x1bOP"], ["\x1b[<0;1;1M\x1bOP"]),
        (["\x1bb"], ["\x1bb"]),
        (["\x1b[200~a\x1bq", "\x1bq\x1b", "[201~", "\x1bq"], ["\x1b[200~a\x1bq", "\x1bq", "\x1b[201~", "", "q"]),
    ],
)
def test_escape_is_told_from_the_beginning_of_a_sequence(received: list[str], apart: list[str]) -> None:
    escapes = Escapes()
    assert [piece for each in received for piece in escapes.apart(each)] == apart


def test_ctrl_q_in_a_dialog_does_nothing(terminal: Terminal, applied: Path) -> None:
    ready(terminal)
    terminal.press(b"\x11")
    terminal.press(b"x")
    terminal.wait(r"\[ Cancel \]")
    terminal.settle()
    terminal.press(b"\x11")
    assert terminal.alive()
    assert "[ Cancel ]" in terminal.text
    terminal.press(b"\x03")
    assert "[ Cancel ]" not in terminal.text
    assert terminal.alive()
    assert not applied.exists()


@pytest.mark.parametrize("typed", [b"\xff", b"\xc3\xc3", b"\xf0\x8c", b"\xed\xa0\x80", b"\x80" * 5000])
def test_bytes_that_are_no_utf8_do_no_harm(terminal: Terminal, typed: bytes) -> None:
    ready(terminal)
    terminal.press(typed)
    terminal.press(b"/")
    terminal.press(b"codex" + typed)
    terminal.wait("1 of 12 with /codex")
    assert terminal.alive()
    terminal.press(b"\x03")
    terminal.press(b"\x03")
    assert terminal.join() == 0
    terminal.assert_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_gives_the_terminal_back(terminal: Terminal, number: int) -> None:
    ready(terminal)
    os.kill(terminal.pid, number)
    assert terminal.join() == 128 + number
    terminal.assert_restored()


def hang_up(terminal: Terminal) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (terminal.fd, terminal.tty):
        os.dup2(nowhere, fd)
    os.close(nowhere)


def test_a_closed_terminal_ends_the_demo_and_takes_its_folder_away(tmp_path: Path) -> None:
    with Terminal([sys.executable, "-m", "coord_tui", "--demo"], env={"TMPDIR": str(tmp_path)}) as terminal:
        terminal.wait("need you")
        assert list(tmp_path.iterdir())
        hang_up(terminal)
        end = time.monotonic() + 60
        while terminal.alive() or list(tmp_path.iterdir()):
            assert time.monotonic() < end, "the demo goes on, or leaves its folder"
            time.sleep(0.05)


def test_a_closed_terminal_ends_it(terminal: Terminal) -> None:
    """The window is closed: nothing can be written any more, and the program must not stay for ever."""
    ready(terminal)
    hang_up(terminal)
    end = time.monotonic() + 60
    while terminal.alive():
        assert time.monotonic() < end, "it goes on without a terminal"
        time.sleep(0.05)
    assert terminal.status == 128 + signal.SIGHUP


def test_a_signal_ends_it_out_of_a_dialog(terminal: Terminal) -> None:
    ready(terminal)
    terminal.press(b"x")
    terminal.wait(r"\[ Cancel \]")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.join() == 128 + signal.SIGTERM
    terminal.assert_restored()


def test_a_fault_of_ours_gives_the_terminal_back_and_says_it_safely(applied: Path) -> None:
    with Terminal([*PLAY, str(applied), "crash"]) as terminal:
        ready(terminal)
        terminal.press(b"R")
        assert terminal.join() != 0
        terminal.assert_restored()
        after = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]
        assert b"a fault of ours" in after
        assert b"\x1b]52" not in after
        assert "\u202e".encode() not in after


def test_escape_and_q_at_once_do_both(terminal: Terminal) -> None:
    """Within 50 ms a terminal's escape and a letter look like alt and that letter."""
    ready(terminal)
    terminal.press(b"/")
    terminal.press(b"codex")
    terminal.wait("1 of 12 with /codex")
    terminal.send(b"\x1bq")
    assert terminal.join() == 0
    terminal.assert_restored()


def stored(store: Path) -> dict[str, object]:
    """Return the data of every document but the events, which tell of what was taken back, too."""
    paths = (path for path in store.glob("*.json") if not path.stem.endswith("events"))
    return {path.name: json.loads(path.read_text())["data"] for path in paths}


def test_a_whole_visit_start_filter_clean_up_undo_quit(tmp_path: Path) -> None:
    store = tmp_path / "session-state"
    shutil.copytree(samples.REFERENCE, store)
    before = stored(store)
    with Terminal([sys.executable, "-m", "coord_tui", "--store", str(store)]) as terminal:
        terminal.wait("1 Sessions 3")
        terminal.settle()
        terminal.press(b"/", b"claude_2", b"\r")
        terminal.wait("1 of 3 with /claude_2")
        terminal.press(b"x")
        terminal.wait(r"\[ Cancel \]")
        terminal.settle()
        terminal.press(b"y")
        terminal.wait("None of 2 has claude_2")
        assert stored(store) != before
        terminal.press(b"z")
        terminal.wait(r"\[ Cancel \]")
        terminal.settle()
        terminal.press(b"y")
        terminal.wait("1 of 3 with /claude_2")
        terminal.settle()
        terminal.press(b"\x1b")
        terminal.press(b"q")
        assert terminal.join() == 0
        terminal.assert_restored()
    found = stored(store)
    assert {name: found.get(name) for name in before} == before
