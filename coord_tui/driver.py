"""The terminal's driver: what is no UTF-8 on the input is left out, where Textual's own ends the program."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable
from typing import Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

KEEP_TITLE: Final = "\x1b[22;2t"
GIVE_TITLE_BACK: Final = "\x1b[23;2t"


class Parser(XTermParser):
    """Takes an escape and what is typed right behind it for two keys, where Textual sees one with alt, or drops one."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if alt:
            yield Key("escape", "\x1b")
        yield from super()._sequence_to_key_events(sequence)


class ForgivingDriver(LinuxDriver):
    """Reads the keyboard; one stray byte (a noisy line, a Latin-1 paste) costs that byte only."""

    def start_application_mode(self) -> None:
        """Keep the terminal's title, which the console changes."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.write(KEEP_TITLE)

    def stop_application_mode(self) -> None:
        """Give the terminal its title back."""
        self.write(GIVE_TITLE_BACK)
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read input and hand its events on, until the driver is told to stop."""
        parser = Parser(self._debug)
        decode = getincrementaldecoder("utf-8")("ignore").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    self._hand_on(parser, decode(self._received()))
                for event in parser.tick():
                    self.process_message(event)

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
