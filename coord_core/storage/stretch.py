"""Stretch: a run of the journal's lines by their place, read one by one when they are asked for."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from coord_core.documents import Line
from coord_core.storage.lines import from_bytes, to_bytes

_SEQ: Final = re.compile(rb'\s*\{\s*"seq"\s*:\s*(\d{1,18})\b')
_BASE: Final = b'"base":'


class Stretch:
    """Lines one after the other, oldest first, kept as bytes: thousands of them are small, and quickly looked through.

    A line whose number is not above the one before it is passed over, as every reader of the journal does. seqs: the
    lines' numbers; there is one in every place, also where the rest of the line cannot be read.
    """

    def __init__(self, raws: Iterable[bytes] = (), before: int | None = None) -> None:
        self.seqs: Sequence[int]
        self._raws: list[bytes] = []
        seqs = array("Q")
        for raw in raws:
            seq = _seq(raw)
            if seq is None or (before is not None and seq >= before):
                continue
            while seqs and seq <= seqs[-1] and from_bytes(self._raws[-1]) is None:
                # Who wrote this one could not read that one either, and gave its number again.
                seqs.pop()
                self._raws.pop()
            if not seqs or seq > seqs[-1]:
                seqs.append(seq)
                self._raws.append(raw)
        self.seqs = seqs

    @classmethod
    def of(cls, lines: Iterable[Line], before: int | None = None) -> Stretch:
        """Return the stretch of lines that are not kept as bytes."""
        return cls((to_bytes(line, {}, plain=True) for line in lines), before)

    def __len__(self) -> int:
        return len(self._raws)

    def line(self, place: int) -> Line | None:
        """Return the line in a place, None if it cannot be read."""
        entry = from_bytes(self._raws[place])
        return entry.line if entry is not None else None

    def has_base(self, place: int) -> bool:
        """Say whether a line may tell what stood in a document before it."""
        return _BASE in self._raws[place]

    def mentions(self, place: int, words: Iterable[bytes]) -> bool:
        """Say whether all these words, in lower case, stand in a line as it is written: a quick first look."""
        raw = self._raws[place].lower()
        return all(word in raw for word in words)


def _seq(raw: bytes) -> int | None:
    found = _SEQ.match(raw)
    if found is not None:
        return int(found[1])
    entry = from_bytes(raw)
    return entry.line.seq if entry is not None else None
