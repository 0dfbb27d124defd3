"""Editor: the human's own editor on a private file, with the terminal to itself and given back in any case."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from coord_core import text
from coord_core.errors import Refused

COMMON: Final = ("vi", "nano")
VARIABLES: Final = ("VISUAL", "EDITOR")
MOST: Final = 4 << 20
"""Bytes of a text that are read back."""
OFF: Final = (1049, 2004, 1000, 1002, 1003, 1006, 1004, 1)
CLEAN: Final = "\x1b[0m\x1b>\x1b[?25h" + "".join(f"\x1b[?{mode}l" for mode in OFF)
"""What an editor that was killed can have left switched on, off: colours, screen, cursor, paste, mouse, keypad."""


class NoJSON(Exception):
    """A text is no JSON, because of `reason` at `line` and `column`, both from 1."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        self.line, self.column, self.reason = line, column, reason
        super().__init__(f"line {line}, column {column}: {reason}")


def command(environment: Mapping[str, str]) -> list[str]:
    """Return the editor's command as words, never for a shell; raises Refused where there is none."""
    for name in VARIABLES:
        if said := environment.get(name, "").strip():
            try:
                return shlex.split(said)
            except ValueError as error:
                raise Refused(f"${name} is no command ({error}): {said}") from None
    found = next(filter(None, map(shutil.which, COMMON)), None)
    if found is None:
        raise Refused("no editor was found: set $EDITOR to the command of one, such as nano")
    return [found]


class Sheet:
    """A private file with a text in it."""

    def __init__(self, name: str, content: str) -> None:
        """Name: of what it is, for its name. Raises Refused where it cannot be written."""
        plain = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._")[:60] or "document"
        self.before = content
        try:
            self.path = Path(tempfile.mkdtemp(prefix="coord-tui-")) / f"{plain}.json"
            with open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(content)
        except OSError as error:
            raise Refused(f"no file to edit could be made: {error}") from None

    def read(self) -> str:
        """Return the text as it is now; raises Refused, and NoJSON for what is no UTF-8."""
        try:
            with self.path.open("rb") as file:
                raw = file.read(MOST + 1)
        except OSError as error:
            raise Refused(f"the text cannot be read back ({error.strerror}): {self.path}") from None
        if len(raw) > MOST:
            raise Refused(f"the text has more than {MOST >> 20} MiB; it is kept in {self.path}")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            good = raw[: error.start].decode()
            line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
            raise NoJSON(line, column, "this is no UTF-8") from None

    @property
    def changed(self) -> bool:
        """Whether somebody wrote something else into it."""
        with suppress(Refused, NoJSON):
            return self.read() != self.before
        return self.path.exists()

    def drop(self) -> None:
        """Take the file away, and what the editor left beside it."""
        shutil.rmtree(self.path.parent, ignore_errors=True)


def parse(said: str) -> Any:
    """Return the value that a text is as JSON; raises NoJSON, for a name that stands twice in one object too."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            at = said.rfind(json.dumps(twice, ensure_ascii=False))
            raise NoJSON(*_place(said, max(at, 0)), f"the name {twice} stands twice in one object")
        return found

    try:
        return json.loads(said, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        raise NoJSON(error.lineno, error.colno, error.msg) from None
    except (ValueError, RecursionError) as error:
        raise NoJSON(1, 1, "it nests too deep" if isinstance(error, RecursionError) else str(error)) from None


def _place(said: str, at: int) -> tuple[int, int]:
    return said.count("\n", 0, at) + 1, at - said.rfind("\n", 0, at)


def run(words: list[str], path: Path) -> int:
    """Run an editor on a file in this terminal until it ends; return its exit status, negative for a signal.

    Raises Refused where it cannot be started.
    """
    with _terminal_kept():
        try:
            editor = subprocess.Popen([*words, str(path)])
        except OSError as error:
            raise Refused(f"the editor {text.line(words[0])} cannot be started: {error.strerror}") from None
        with _signals_left_to(editor):
            status = editor.wait()
        if status:
            sys.__stderr__.write(CLEAN) if sys.__stderr__ else None
        return status


@contextmanager
def _signals_left_to(editor: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave ctrl+c to the editor, and end it when we are to end: then the app does, once it has the terminal again."""

    def end(*_: object) -> None:
        editor.terminate()

    doing: dict[int, Any] = {signal.SIGINT: lambda *_: None, signal.SIGQUIT: lambda *_: None,
                             signal.SIGTERM: end, signal.SIGHUP: end}  # fmt: skip
    before = {number: signal.signal(number, handler) for number, handler in doing.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """Give the terminal back as it was: its settings, and that it is ours."""
    try:
        settings, owner = termios.tcgetattr(0), os.tcgetpgrp(0)
    except (termios.error, OSError):
        yield  # no terminal, nothing to give back
        return
    try:
        yield
    finally:
        quiet = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with suppress(termios.error, OSError):
            os.tcsetpgrp(0, owner)
            termios.tcsetattr(0, termios.TCSANOW, settings)
        signal.signal(signal.SIGTTOU, quiet)
