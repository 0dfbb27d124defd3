"""What a console may write to its terminal: text without control characters, and the sequences that it draws with."""

from __future__ import annotations

import base64
import re
import unicodedata
from typing import Final

from coord_core import text
from tests.tui.hostile import CORPUS

MODES: Final = "7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048"
DRAWING: Final = re.compile(
    rf"""
      \x1b\[ [0-9;]* m            # colours
    | \x1b\[ \d+;\d+ H            # the cursor
    | \x1b\[\? (?:{MODES}) [hl]   # modes on and off
    | \x1b\[\? \d+ \$p            # what is a mode?
    | \x1b\[ 6n                   # where is the cursor?
    | \x1b\[ 2[23];2t             # keep the title, give it back
    | \x1b\[ [<>]\d*u             # the keyboard
    | \x1b\]22;[a-z]+ \x07         # the pointer's shape
    | \x1b\]2; (?P<title>[^\x07]*) \x07
    | \x1b\]52;c; (?P<copied>[A-Za-z0-9+/=]*) \x07
    """,
    re.VERBOSE,
)
SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\].*?(?:\x07|\x1b\\)|[\x80-\x9f]")


def copied(raw: bytes) -> list[str]:
    """Return what was put into the clipboard; hold that nothing but drawing came out. Raises AssertionError."""
    written = raw.decode()  # strictly: half a character is none of ours either
    found: list[str] = []
    at = 0
    for match in DRAWING.finditer(written):
        _hold_safe(written[at : match.start()])
        at = match.end()
        _hold_safe(match["title"] or "")
        if match["copied"] is not None:
            found.append(base64.b64decode(match["copied"]).decode())
            _hold_safe(found[-1].replace("\n", ""))
    _hold_safe(written[at:])
    for sequence in {each for bad in CORPUS for each in SEQUENCE.findall(bad)}:
        assert sequence not in written, sequence
    return found


def _hold_safe(words: str) -> None:
    bad = [char for char in words if unicodedata.category(char) in text.UNSAFE and char not in "\r\n"]
    assert not bad, (bad[:5], words[:200])
