"""Child: the process of `run`'s command, there before the command is, so that its pid can be signed on with."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Mapping
from types import FrameType
from typing import Any, Final, NoReturn

from coord_core.commands.call import warn

NOT_FOUND: Final = 127
NOT_RUN: Final = 126
BY_SIGNAL: Final = 128
PASSED_ON: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
TYPED: Final = (signal.SIGINT, signal.SIGQUIT)


class Child:
    """A process that waits to become a command, and gets the signals that this process gets; used in a `with`.

    told: the number of the first signal, 0 without one.
    """

    def __init__(self, argv: list[str]) -> None:
        self.told = 0
        self._code: int | None = None
        self._before: dict[int, Any] = {}
        ours, self._gate = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._gate)
            _become(argv, ours)
        os.close(ours)

    def __enter__(self) -> Child:
        """Pass on signals from now on, but for those that are ignored."""
        for each in PASSED_ON:
            if signal.getsignal(each) is not signal.SIG_IGN:
                self._before[each] = signal.signal(each, self._pass_on)
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for the end: at once if there was no start."""
        self.wait()
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def start(self, variables: Mapping[str, str]) -> None:
        """Let the process become the command, with these variables in its environment."""
        with contextlib.suppress(BrokenPipeError):  # a signal ended it: wait() says so
            os.write(self._gate, json.dumps(variables).encode())
        self._close()

    def wait(self) -> int:
        """Wait for the end; return the exit code as a shell has it: 128 + n where signal n was the end."""
        if self._code is None:
            self._close()
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self._code = code if code >= 0 else BY_SIGNAL - code
        return self._code

    def terminate(self) -> None:
        """End the command politely."""
        self._send(signal.SIGTERM)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self.told = self.told or number
        # What is typed at the terminal goes to both of us: twice would mean something else to many programs.
        if number not in TYPED or not _at_the_terminal():
            self._send(number)

    def _close(self) -> None:
        """Close the gate: without a word before, there will be no start."""
        if self._gate >= 0:
            os.close(self._gate)
            self._gate = -1

    def _send(self, number: int) -> None:
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


def _at_the_terminal() -> bool:
    """Say whether this is what the terminal's keys mean."""
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _become(argv: list[str], gate: int) -> NoReturn:
    """Wait for the gate to open, then be the command; if it is closed instead, end."""
    code = 0
    try:
        # What Python ignores or handles, a program expects as it was.
        for each in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            if each is not signal.SIGINT or signal.getsignal(each) is not signal.SIG_IGN:
                signal.signal(each, signal.SIG_DFL)
        with open(gate, "rb") as words:
            variables = words.read()
        if variables:
            os.execvpe(argv[0], argv, {**os.environ, **json.loads(variables)})
    except FileNotFoundError as error:
        code = _say(NOT_FOUND, argv, error)
    except (OSError, ValueError) as error:
        code = _say(NOT_RUN, argv, error)
    finally:
        os._exit(code)


def _say(code: int, argv: list[str], error: Exception) -> int:
    warn(f"{argv[0]} cannot be run: {getattr(error, 'strerror', None) or error}")
    return code
