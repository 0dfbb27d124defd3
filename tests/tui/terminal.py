"""A program in a real pseudo terminal: what it shows, what it is sent, how it leaves."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
QUIET = 0.3
SWITCHES = [
    (b"\x1b[22;2t", b"\x1b[23;2t"),
    (b"\x1b[?25l", b"\x1b[?25h"),
    *((b"\x1b[?%dh" % mode, b"\x1b[?%dl" % mode) for mode in (1000, 1003, 1004, 1006, 1049, 2004)),
]
"""What is switched on, and what switches it off again: title, cursor, mouse, focus, screen, paste."""


def environment() -> dict[str, str]:
    """Return what the program's environment is, without the size that readline puts behind Python's back."""
    left_out = ("COLUMNS", "LINES", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}


class Terminal:
    """Runs a command in a pty; `screen` is what a person would see."""

    def __init__(self, *command: str, columns: int = 120, rows: int = 36) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.status: int | None = None
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(self.slave, fd)
            os.closerange(3, 64)
            os.execvpe(command[0], command, environment())

    def pump(self, seconds: float = 0.05) -> int:
        """Take in what the program writes."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return 0
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return 0
        self.raw += data
        self.stream.feed(data)
        if b"\x1b[?2026$p" in data:
            os.write(self.master, b"\x1b[?2026;2$y")
        return len(data)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, pattern: str, patience: float = 60) -> None:
        """Wait until the screen shows a pattern."""
        end = time.monotonic() + patience
        while not re.search(pattern, self.text()):
            if time.monotonic() > end:
                raise AssertionError(f"never saw {pattern!r} in\n{self.text()}")
            self.pump()

    def settle(self) -> None:
        """Wait until the program has nothing more to say."""
        last = time.monotonic()
        while time.monotonic() - last < QUIET:
            if self.pump():
                last = time.monotonic()

    def send(self, data: bytes) -> None:
        """Type, all in one write."""
        os.write(self.master, data)
        self.settle()

    def alive(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def leave(self, patience: float = 60) -> int:
        """Wait until the program has ended; return its exit code."""
        end = time.monotonic() + patience
        while self.alive():
            if time.monotonic() > end:
                raise AssertionError(f"it never ended\n{self.text()}")
            self.pump()
        while self.pump():
            pass
        assert self.status is not None
        return self.status

    def restored(self) -> None:
        """Assert that the terminal is as it was found: modes, screen, cursor, mouse, paste, title."""
        now = termios.tcgetattr(self.slave)
        assert now[:4] == self.before[:4], "line discipline"
        for on, off in SWITCHES:
            if on in self.raw:
                assert self.raw.rfind(off) > self.raw.rfind(on), (on, off)

    def close(self) -> None:
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)


PYTHON = sys.executable
