"""Editing in a real terminal, with editors that are scripts: nothing is lost, and the terminal is given back."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from coord_core.storage import Act, open_storage
from tests.terminal import Terminal

W = "laptop:acme/shop"
NOTES = f"{W}:project:notes"

Editing = Callable[..., Terminal]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "session-state"
    folder.mkdir()
    put(folder, {"style": "black", "limits": {"line": 88}})
    return folder


def put(store: Path, data: dict[str, object]) -> None:
    def body(tx: object) -> None:
        found = tx.edit(NOTES)  # type: ignore[attr-defined]
        found.clear()
        found.update(data)

    open_storage(str(store)).transact(Act("store_data", {"workspace": W, "session": "claude_1"}), body)


def stored(store: Path) -> object:
    document = open_storage(str(store), read_only=True).read(NOTES)
    return dict(document.data) if document else None


@pytest.fixture
def editing(store: Path, tmp_path: Path) -> Iterator[Editing]:
    """Start the console in the panel of shared state; script: what the editor does, in Python, with `path`."""
    with ExitStack() as stack:

        def start(script: str, *, how: str = "{python} {script} --wait", **more: str) -> Terminal:
            program = tmp_path / "an editor.py"
            head = "import os, pathlib, signal, sys, time\npath = pathlib.Path(sys.argv[-1])\n"
            program.write_text(head + "assert sys.argv[1] == '--wait', sys.argv\n" + script)
            (tmp_path / "kept").mkdir(exist_ok=True)
            command = how.format(python=sys.executable, script=f"'{program}'")
            env = {"VISUAL": command, "EDITOR": "false", "TMPDIR": str(tmp_path / "kept"), **more}
            terminal = Terminal([sys.executable, "-m", "coord_tui", "--store", str(store)], env=env)
            stack.enter_context(terminal)
            terminal.wait("Nothing needs you|1 Sessions")
            terminal.settle()
            terminal.press(b"6")
            terminal.wait("notes.*style: black")
            return terminal

        yield start


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]


def leave(terminal: Terminal) -> None:
    terminal.press(b"q")
    terminal.press(b"q")
    assert terminal.join() == 0
    terminal.assert_restored()


def test_a_document_is_edited_planned_and_changed(editing: Editing, store: Path, tmp_path: Path) -> None:
    terminal = editing(
        "assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700\n"
        "print('AN EDITOR IS HERE', os.isatty(0), flush=True)\n"
        "path.write_text(path.read_text().replace('black', 'ruff'))\n"
    )
    terminal.press(b"e")
    terminal.wait('style.*"black" → "ruff".*Cancel')
    assert b"AN EDITOR IS HERE True" in terminal.raw
    terminal.settle()
    terminal.press(b"y")
    terminal.wait("Edited style of project:notes. z takes it back")
    assert stored(store) == {"style": "ruff", "limits": {"line": 88}}
    assert kept(tmp_path) == []
    leave(terminal)


def test_one_value_is_edited_alone(editing: Editing, store: Path, tmp_path: Path) -> None:
    terminal = editing("assert path.read_text() == '88\\n'; path.write_text('120')")
    terminal.press(b"\x1b[C", b"j", b"j", b"\x1b[C", b"j", b"e")
    terminal.wait("limits.line *88 → 120.*Cancel")
    terminal.settle()
    terminal.press(b"y")
    terminal.wait("Edited limits of project:notes")
    assert stored(store) == {"style": "black", "limits": {"line": 120}}


def test_what_is_no_json_says_where_and_is_edited_again(editing: Editing, store: Path, tmp_path: Path) -> None:
    terminal = editing(
        "again = 'mine' in path.read_text()\n"
        'path.write_text(\'{"style": "mine"}\' if again else \'{\\n  "style": "mine"\\n  oops\')\n'
    )
    terminal.press(b"e")
    terminal.wait("line 3, column 3: Expecting ',' delimiter.*oops.*Your text is kept in.*Edit again")
    terminal.settle()
    terminal.press(b"y")
    terminal.wait('style.*"black" → "mine".*Cancel')
    terminal.settle()
    terminal.press(b"\x1b")
    terminal.wait("Your text is kept in")
    assert [path.read_text() for path in kept(tmp_path)] == ['{"style": "mine"}']
    assert stored(store) == {"style": "black", "limits": {"line": 88}}
    leave(terminal)


def test_nothing_written_is_nothing_changed(editing: Editing, tmp_path: Path) -> None:
    terminal = editing("time.sleep(1)")
    terminal.press(b"e")
    terminal.wait("nothing was changed")
    assert kept(tmp_path) == []
    leave(terminal)


def test_what_moved_meanwhile_is_shown_and_the_text_is_kept(editing: Editing, store: Path, tmp_path: Path) -> None:
    go = tmp_path / "go"
    terminal = editing(
        "path.write_text(path.read_text().replace('black', 'mine'))\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.05)"
    )
    terminal.press(b"e")
    while not kept(tmp_path) or "mine" not in kept(tmp_path)[0].read_text():
        terminal.pump(0.05)
    put(store, {"style": "theirs", "limits": {"line": 88}})
    go.touch()
    terminal.wait("moved while you were deciding.*You saw.*black.*Now.*theirs.*Your text is kept in")
    assert "mine" in kept(tmp_path)[0].read_text()
    assert stored(store) == {"style": "theirs", "limits": {"line": 88}}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("path.write_text('[1]'); sys.exit(1)", "The editor ended with 1: nothing was changed"),
        ("path.write_text('[2]'); import tty; tty.setraw(0); sys.stdout.write('\\x1b[?1049h\\x1b[?1000h'); "
         "sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9: nothing was changed"),
        ("path.unlink()", "the text cannot be read back"),
    ],
)  # fmt: skip
def test_an_editor_that_fails_changes_nothing_and_leaves_no_trace_in_the_terminal(
    editing: Editing, store: Path, tmp_path: Path, script: str, said: str
) -> None:
    terminal = editing(script)
    terminal.press(b"e")
    terminal.wait(said)
    assert stored(store) == {"style": "black", "limits": {"line": 88}}
    assert [path.read_text() for path in kept(tmp_path)] in ([], ["[1]"], ["[2]"])
    assert ("kept in" in " ".join(terminal.text.split())) == bool(kept(tmp_path))
    leave(terminal)


@pytest.mark.parametrize(
    ("how", "said"),
    [("/no/such/editor", "cannot be started"), ("'unclosed", "is no command"), ("{script}", "cannot be started")],
)
def test_an_editor_that_is_none_is_said(editing: Editing, tmp_path: Path, how: str, said: str) -> None:
    terminal = editing("", how=how)
    terminal.press(b"e")
    terminal.wait(said)
    assert kept(tmp_path) == []
    leave(terminal)


def test_ctrl_c_is_the_editors_and_a_signal_ends_both(editing: Editing, tmp_path: Path) -> None:
    went = tmp_path / "went"
    terminal = editing(
        f"def gone(*_): pathlib.Path({str(went)!r}).write_text('int')\n"
        "signal.signal(signal.SIGINT, gone)\nprint('READY', flush=True)\nwhile True: time.sleep(0.05)"
    )
    terminal.send(b"e")
    while b"READY" not in terminal.raw:
        terminal.pump(0.05)
    terminal.send(b"\x03")
    while not went.exists():
        terminal.pump(0.05)
    assert terminal.alive()
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.join() == 128 + signal.SIGTERM
    terminal.assert_restored()


def test_read_only_edits_nothing(store: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "coord_tui", "--read-only", "--store", str(store)]
    with Terminal(command, env={"EDITOR": f"touch {tmp_path / 'ran'}"}) as terminal:
        terminal.wait("READ-ONLY")
        terminal.press(b"6", b"e")
        terminal.press(b"\r", b"e")
        assert "edit" not in terminal.text
        assert not (tmp_path / "ran").exists()
