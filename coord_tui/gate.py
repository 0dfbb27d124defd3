"""Gate: what was typed before a dialog could be seen never reaches it."""

from __future__ import annotations

from textual.events import Event, InputEvent, Paste
from textual.message import Message


class Gate:
    """Drops keys while a dialog is on its way, and those typed before it was painted.

    A key carries the time at which it was read. So nothing hangs on the order in which queued keys are handled.
    """

    def __init__(self) -> None:
        self._shut = False
        self._opened = float("-inf")

    @property
    def shut_now(self) -> bool:
        """Whether everything typed is dropped."""
        return self._shut

    def shut(self) -> None:
        """Drop everything typed from now on."""
        self._shut = True

    def open(self) -> None:
        """Let through what is typed from now on."""
        self._shut = False
        self._opened = Message().time

    def release(self) -> None:
        """Open if nothing was shown that would have done it."""
        if self._shut:
            self.open()

    def drops(self, event: Event) -> bool:
        """Whether an event is input that nobody could have meant for what is on the screen now."""
        return isinstance(event, InputEvent | Paste) and (self._shut or event.time <= self._opened)
