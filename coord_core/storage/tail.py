"""The journal's end as a reader follows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Final

from coord_core.documents import Line
from coord_core.storage.journal import Journal
from coord_core.storage.lines import end_of_lines, from_bytes, open_segment, reading, size_of_whole_lines

_MOST_RECENT: Final = 20_000


class Tail:
    """The journal's end as a reader follows it: each call of `lines` returns what came since the last."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._name = ""
        self._offset = 0
        self._seen = 0

    def recent(self, since: float) -> list[Line]:
        """Return the last lines, those after `since` (seconds since 1970), oldest first, and begin behind them."""
        names = self.journal.segments()
        self._name = names[-1] if names else ""
        self._offset = size_of_whole_lines(self.journal.folder / names[-1]) if names else 0
        lines = takewhile(lambda entry: entry.line.at >= since, self.journal.entries_back())
        recent = [entry.line for entry in islice(lines, _MOST_RECENT)][::-1]
        self._seen = recent[-1].seq if recent else 0
        return recent

    def lines(self) -> Iterator[Line]:
        """Yield the whole lines that came since the last call, oldest first."""
        for name in self.journal.segments():
            if name < self._name:
                continue
            if name != self._name:
                self._name, self._offset = name, 0
            raw = self._read()
            whole = raw[: raw.rfind(b"\n") + 1]
            self._offset += len(whole)
            for piece in whole.splitlines():
                entry = from_bytes(piece)
                if entry is not None and entry.line.seq > self._seen:
                    self._seen = entry.line.seq
                    yield entry.line

    def _read(self) -> bytes:
        path = self.journal.folder / self._name
        with reading(path), open_segment(path) as file:
            # A line whose sync failed is taken back, and what comes in its place may be longer: begin at its start.
            self._offset = end_of_lines(file.fileno(), min(self._offset, os.fstat(file.fileno()).st_size))
            file.seek(self._offset)
            return file.read()
        return b""
