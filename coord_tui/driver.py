"""The terminal's driver: what is no UTF-8 on the input is left out, where Textual's own ends the program."""

from __future__ import annotations

import os
import re
import selectors
import time
from codecs import getincrementaldecoder
from typing import Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

LOOK_S: Final = 0.1
"""How often, in seconds, it is looked whether what came is a key after all."""
REST_S: Final = 5.0
"""How often, in seconds, where nothing came for a while."""
SOON_S: Final = 1.0
"""How long, in seconds, that while is."""
SLACK_S: Final = 0.01
KEEP_TITLE: Final = "\x1b[22;2t"
GIVE_TITLE_BACK: Final = "\x1b[23;2t"
ESC: Final = "\x1b"
LETTER_NEXT: Final = re.compile(r"\x1b(?=[ -~\r\x1b])(?![\[OP\]_bf])")
"""Escape, and a letter after it: what terminals send begins otherwise, and alt+b and alt+f go by words in a line."""
PASTE: Final = f"{ESC}[200~"
PASTE_END: Final = f"{ESC}[201~"


class Escapes:
    """Tells escape and a letter right after it from a key held with alt, which we use none of and terminals send alike.

    Textual makes one key of them, or drops the escape.
    """

    def __init__(self) -> None:
        self._held = float("inf")
        self._pasting = False

    def apart(self, received: str) -> list[str]:
        """Return what was received in pieces; between two of them escape was pressed. An ESC at the end waits."""
        received, self._held = ESC * (self._held < float("inf")) + received, float("inf")
        pieces = [received] if self._pasting or PASTE in received else LETTER_NEXT.split(received)
        if PASTE in received or PASTE_END in received:
            self._pasting = received.rfind(PASTE) > received.rfind(PASTE_END)
        if pieces[-1].endswith(ESC):
            pieces[-1], self._held = pieces[-1][:-1], time.monotonic()
        return pieces

    def late(self) -> bool:
        """Whether an ESC has waited long enough to be a key; then it waits no longer."""
        if time.monotonic() - self._held < ESCAPE_DELAY - SLACK_S:
            return False
        self._held = float("inf")
        return True


class ForgivingDriver(LinuxDriver):
    """Reads the keyboard; one stray byte (a noisy line, a Latin-1 paste) costs that byte only."""

    _stop: int | None = None
    """What wakes the reading thread when it is to end, for it sleeps while nobody types."""

    def start_application_mode(self) -> None:
        """Keep the terminal's title, which the console changes."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.write(KEEP_TITLE)

    def stop_application_mode(self) -> None:
        """Give the terminal its title back."""
        self.write(GIVE_TITLE_BACK)
        super().stop_application_mode()

    def disable_input(self) -> None:
        """Read no more, from now on."""
        if self._stop is not None:
            os.write(self._stop, b".")
        super().disable_input()

    def run_input_thread(self) -> None:
        """Read input and hand its events on, until the driver is told to stop."""
        stopped, self._stop = os.pipe()
        try:
            self._read_until(stopped)
        finally:
            stop, self._stop = self._stop, None
            os.close(stopped)
            os.close(stop)

    def _read_until(self, stopped: int) -> None:
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("ignore").decode
        escapes, heard = Escapes(), time.monotonic()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(stopped, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(LOOK_S if time.monotonic() - heard < SOON_S else REST_S)
                if any(key.fd == self.fileno for key, _ in ready):
                    heard = time.monotonic()
                    for number, piece in enumerate(escapes.apart(decode(self._received()))):
                        if number:
                            self._escape()
                        self._hand_on(parser, piece)
                elif escapes.late():
                    self._escape()
                for event in parser.tick():
                    self.process_message(event)

    def _escape(self) -> None:
        self.process_message(Key("escape", ESC))

    def _received(self) -> bytes:
        try:
            received = os.read(self.fileno, 4096)
        except OSError:
            received = b""
        if not received:  # the terminal is gone: a signal will end us, until then do not spin
            self.exit_event.wait(0.1)
        return received

    def _hand_on(self, parser: XTermParser, received: str) -> None:
        if not received:  # an empty string would tell the parser that the input has ended
            return
        try:
            for event in parser.feed(received):
                self.process_message(event)
        except (ParseError, EOFError):
            return
