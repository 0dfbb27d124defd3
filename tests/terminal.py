"""A terminal for a program under test: a real pty, and a screen that pyte draws from what comes out of it."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

ROOT = Path(__file__).parents[1]
CURSOR_REPORT, SYNC_QUERY = b"\x1b[6n", b"\x1b[?2026$p"
SWITCHES = [
    (b"\x1b[22;2t", b"\x1b[23;2t"),
    (b"\x1b[?25l", b"\x1b[?25h"),
    *((b"\x1b[?%dh" % mode, b"\x1b[?%dl" % mode) for mode in (1000, 1003, 1004, 1006, 1049, 2004)),
]
"""What is switched on, and what switches it off again: title, cursor, mouse, focus, screen, paste."""


HOME = tempfile.mkdtemp(prefix="coord-tui-home-")
"""Where the developer's own settings, and what is ignored, are not."""
atexit.register(shutil.rmtree, HOME, ignore_errors=True)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return what the program's environment is, without the size that readline puts behind Python's back."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    ours = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
            "XDG_CONFIG_HOME": HOME, "XDG_STATE_HOME": HOME}  # fmt: skip
    return {**kept, **ours, **more}


class Terminal:
    """Runs `command` in a pty of `columns` × `rows`; `raw` is every byte that came out of it."""

    def __init__(
        self, command: Sequence[str], columns: int = 120, rows: int = 36, env: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._text: str | None = None
        self.raw = b""
        self.status: int | None = None
        self.begun = time.monotonic()
        # Our side keeps the program's end open: what became of its settings is asked there.
        self.fd, self.tty = pty.openpty()
        fcntl.ioctl(self.tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._before = termios.tcgetattr(self.tty)
        self.pid = os.fork()
        if self.pid == 0:
            self._become(command, environment(env or {}))

    def _become(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        with contextlib.suppress(OSError):
            os.setsid()
            fcntl.ioctl(self.tty, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(self.tty, fd)
            os.execvpe(command[0], list(command), env)
        os._exit(127)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
        os.close(self.tty)

    @property
    def text(self) -> str:
        """The screen as it stands."""
        if self._text is None:
            self._text = self._read()
        return self._text

    def _read(self) -> str:
        # Not its `display`, which fails where half of a wide character was written over.
        lines, across = self.screen.buffer, range(self.screen.columns)
        return "\n".join("".join(lines[y][x].data for x in across).rstrip() for y in range(self.screen.lines))

    def pump(self, seconds: float) -> int:
        """Take in what comes within so many seconds, at most once; return how many bytes that was."""
        if not select.select([self.fd], [], [], max(0.0, seconds))[0]:
            return 0
        try:
            piece = os.read(self.fd, 1 << 16)
        except OSError:
            return 0
        self.raw += piece
        self._text = None
        with contextlib.suppress(Exception):  # pyte does not know every sequence
            self._stream.feed(piece)
        if CURSOR_REPORT in piece:
            os.write(self.fd, b"\x1b[1;1R")
        if SYNC_QUERY in piece:
            os.write(self.fd, b"\x1b[?2026;2$y")
        return len(piece)

    def wait(self, pattern: str, seconds: float = 60.0) -> float:
        """Wait until the screen shows `pattern`; return how long since the start. Raises AssertionError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.text, re.DOTALL):
                return time.monotonic() - self.begun
            self.pump(0.02)
        raise AssertionError(f"{pattern!r} never came:\n{self.text}")

    def settle(self, quiet: float = 0.3, limit: float = 5.0) -> None:
        """Take in what comes until nothing has come for a while."""
        end, last = time.monotonic() + limit, time.monotonic()
        while time.monotonic() < min(end, last + quiet):
            if self.pump(0.03):
                last = time.monotonic()

    def send(self, keys: str | bytes) -> None:
        """Type keys, all in one write."""
        os.write(self.fd, keys if isinstance(keys, bytes) else keys.encode())

    def press(self, *keys: str | bytes) -> None:
        """Type keys one after the other, or several in one write, each once the screen has settled."""
        for key in keys:
            self.send(key)
            self.settle()

    def alive(self) -> bool:
        """Say whether the program goes on."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def join(self, seconds: float = 60.0) -> int:
        """Wait for the program to end; return its exit status, negative for a signal. Raises AssertionError."""
        end = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > end:
                raise AssertionError(f"the program goes on:\n{self.text}")
            self.pump(0.05)
        while self.pump(0.05):
            pass
        assert self.status is not None
        return self.status

    def assert_restored(self) -> None:
        """Hold that the terminal is as it was found: modes, screen, cursor, mouse, paste, title."""
        now = termios.tcgetattr(self.tty)
        assert now[:4] == self._before[:4], "line discipline"
        for on, off in SWITCHES:
            if on in self.raw:
                assert self.raw.rfind(off) > self.raw.rfind(on), (on, off)
