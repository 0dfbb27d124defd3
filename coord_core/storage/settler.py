"""Finishes journal lines in a folder: documents put in their places, files moved aside or back."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from coord_core.documents import ABSENT, Change
from coord_core.errors import UnreadableDocument
from coord_core.storage import format as fmt
from coord_core.storage.folder import Found, look, move_to_free
from coord_core.storage.lines import Entry
from coord_core.storage.settling import Part, Place, Settled

_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EXDEV, errno.ENAMETOOLONG}
_TEMPORARY: Final = re.compile(r"(\d+)\.(\d+)")


class Settler:
    """Finishes journal lines in a folder. step: called with the name of each step of the protocol as it is reached."""

    def __init__(self, folder: Path, temporaries: Path, aside: Path, step: Callable[[str], None]) -> None:
        self.temporaries = str(temporaries)
        self.place = Place(str(folder), self.temporaries, aside, step)

    def settle(self, entry: Entry, expected: Mapping[str, Found], *, give_up: bool = False) -> Settled:
        """Settle every document of a line that is not settled yet; temporaries stay where something is to be noted.

        expected: by scope, what was found when the line was written, where that is known. give_up: what the system
        forbids for good is noted as not applied, so that it stands in nobody's way. Raises OSError.
        """
        settled = Settled()
        for n, scope in enumerate(entry.files):
            part = (Move if entry.line.moved else Part)(self.place, entry, n, scope, settled)
            try:
                if scope not in expected or not part.settle_quickly(expected[scope]):
                    part.settle()
            except OSError as error:
                if not give_up or error.errno not in _FORBIDDEN:
                    raise
                settled.failed[scope] = part.edits or [Change(("file",), entry.line.moved, ABSENT)]
        return settled

    def pending(self, seq: int) -> bool:
        """Say whether anything of line `seq` is not settled."""
        return any((hit := _TEMPORARY.fullmatch(name)) and int(hit[1]) == seq for name in self.leftovers())

    def leftovers(self) -> list[str]:
        """Return the names of all temporaries."""
        try:
            return os.listdir(self.temporaries)
        except FileNotFoundError:
            return []

    def empty_torn(self) -> None:
        """Empty the temporaries that power loss took apart; their documents are made from the journal's line."""
        for name in self.leftovers():
            path = os.path.join(self.temporaries, name)
            try:
                fmt.parse(look(path).raw or b"", name)
            except UnreadableDocument:
                os.truncate(path, 0)

    def sweep(self) -> None:
        """Remove all temporaries."""
        for name in self.leftovers():
            os.unlink(os.path.join(self.temporaries, name))


class Move(Part):
    """A file moved aside or back; its marker says that the line's move is not done yet."""

    def settle_quickly(self, here: Found) -> bool:
        """There is no quick way: what is moved cannot be read."""
        return False

    def settle(self) -> None:
        """Move the file, unless it is no longer what it was when that was decided."""
        if not look(self.temporary).there:
            return
        source, target = (os.path.join(self.folder, (self.line.moved or {})[end]) for end in ("from", "to"))
        moved = self._was_moved(source, target) or (look(source).digest == self.was and self._moved(source, target))
        if not moved and (look(source).there or not look(target).there):
            self.settled.failed[self.scope] = [Change(("file",), self.line.moved, ABSENT)]
            return
        self._drop()

    def _was_moved(self, source: str, target: str) -> bool:
        """Say whether it was moved before a crash; what stands in its place then is somebody else's, of later."""
        there = look(target)
        return there.there and there.digest == self.was and look(source).digest != self.was

    def _moved(self, source: str, target: str) -> bool:
        self.step("swap")
        try:
            move_to_free(source, target)
        except (FileExistsError, FileNotFoundError):
            return False
        self.step("swapped")
        if look(target).digest != self.was:
            move_to_free(target, source)
            return False
        return True
