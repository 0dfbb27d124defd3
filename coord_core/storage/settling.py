"""After the commit: bring each document to what its journal line says, whatever another program does meanwhile.

A temporary `{seq}.{n}` marks the n-th document of line `seq` as not settled yet; it holds the new document, or nothing
where the document goes. It is swapped with what stands in the document's place, so that what comes out can be compared
with what was expected there, and put back if another program was quicker. The same code settles at once and recovers
after a crash.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from coord_core.documents import ABSENT, Change, Edit
from coord_core.errors import UnreadableDocument
from coord_core.frozen import frozen
from coord_core.storage import format as fmt
from coord_core.storage.changes import apply, same
from coord_core.storage.folder import Found, can_swap, exchange, look, move_to_free, unchanged, write_new
from coord_core.storage.lines import Entry
from coord_core.storage.transaction import revise

PATIENCE_S: Final = 0.25
_TRIES: Final = 1000


@dataclass(slots=True)
class Settled:
    """What settling a line came to, where another program wrote in between.

    failed: edits that did not hold, by scope. merged: data of the documents that were merged, None where none is left.
    kept: names of files put aside because their place was taken.
    """

    failed: dict[str, list[Edit]] = field(default_factory=dict)
    merged: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.failed or self.merged or self.kept)


@frozen
class Place:
    """A folder, where its temporaries are, and where what is kept goes; step: told each step of the protocol."""

    folder: str
    temporaries: str
    aside: Path
    step: Callable[[str], None]


class Part:
    """One document of one line."""

    def __init__(self, place: Place, entry: Entry, n: int, scope: str, settled: Settled) -> None:
        self.step, self.folder, self.aside, self.settled = place.step, place.folder, place.aside, settled
        self.scope, self.line = scope, entry.line
        self.edits = list(entry.line.changes.get(scope, ()))
        file = entry.files[scope]
        self.name, self.was, self.goes = file["name"], file.get("was"), bool(file.get("gone"))
        self.temporary = f"{place.temporaries}/{entry.line.seq}.{n}"
        self.path = f"{place.folder}/{self.name}"

    def settle_quickly(self, here: Found) -> bool:
        """Settle a document that still is what it was a moment ago; False if anything is in the way."""
        # Where the system can swap, what comes out is compared in full: until then the signature is enough.
        fully = not (self.goes or can_swap())
        if not unchanged(self.path, here, fully=fully) or not self._swap(here, None if self.goes else b""):
            return False
        self._drop()
        return True

    def settle(self) -> None:
        """Bring the document to what the line says, as far as that still can be."""
        since = time.monotonic()
        for _ in range(_TRIES):
            held = look(self.temporary)
            if not held.there:
                return  # settled before
            here = look(self.path)
            if self._came_out(held):
                if held.digest == self.was:
                    return self._drop()
                if not self._put_back(here):
                    return None
            elif self._settle_on(here, held, patient=time.monotonic() - since < PATIENCE_S):
                return None
        self.settled.failed[self.scope] = self.edits

    def _came_out(self, held: Found) -> bool:
        """Say whether the temporary is what stood in the document's place, swapped out before a crash."""
        return held.raw != b"" and not self._is_ours(held)

    def _settle_on(self, here: Found, held: Found, *, patient: bool) -> bool:
        """Settle given what stands in the document's place; False to look again."""
        as_expected = here.digest == self.was
        if as_expected and (self.goes or self._is_ours(held)):
            if self.goes and held.raw:
                self._prepare(b"", 0)
            if self._swap(here, None if self.goes else held.raw):
                self._drop()
                return True
            return False
        if not here.there and self.was is not None:
            # Another program deleted it: it stays gone.
            if self.goes:
                self._drop()
            else:
                self._note(self.edits, None)
            return True
        try:
            contents = self._parse(here)
        except UnreadableDocument:
            # Perhaps it is just being written. What cannot be read is never overwritten.
            if patient:
                time.sleep(0.002)
                return False
            self.settled.failed[self.scope] = self.edits
            return True
        return self._merge(here, held, contents, note=not as_expected)

    def _parse(self, here: Found) -> fmt.Contents:
        if not here.there:
            return fmt.Contents({"data": {}})
        if here.raw is None:
            raise UnreadableDocument(self.name, here.problem)
        return fmt.parse(here.raw, self.name)

    def _merge(self, here: Found, held: Found, contents: fmt.Contents, *, note: bool) -> bool:
        """Make the line's changes in what another program wrote, wherever their old side holds."""
        data, line = contents.members["data"], self.line
        failed = [edit for edit, found in apply(data, self.edits) if not _stands_already(edit, found)]
        if len(failed) < len(self.edits):
            bare = fmt.document(contents, self.scope, self.name, 0.0)
            after = revise(bare, data, [edit for edit in self.edits if edit not in failed], line.seq, line.at)
            raw = fmt.encode(after) if data else b""
            if raw != held.raw:
                self._prepare(raw, here.mode)
            if not self._swap(here, raw or None):
                return False
        if note:
            self._note(failed, data or None)
        else:
            self._drop()
        return True

    def _swap(self, here: Found, raw: bytes | None) -> bool:
        """Put the temporary (raw is None: nothing) in the document's place, which is `here`.

        False if another program was quicker; then what it wrote was put back.
        """
        self.step("swap")
        try:
            if not here.there:
                if raw is not None:
                    move_to_free(self.temporary, self.path)
                self.step("swapped")
                return True
            if raw is None:
                os.rename(self.path, self.temporary)
            else:
                exchange(self.temporary, self.path)
        except (FileNotFoundError, FileExistsError):
            return False
        self.step("swapped")
        # Where the system cannot swap, nothing came out to compare.
        if unchanged(self.temporary, here) or not os.path.lexists(self.temporary):
            return True
        return not self._put_back(look(self.path))

    def _put_back(self, here: Found) -> bool:
        """Return what was swapped out to its place; False if that is taken, then it is kept aside, and all is done."""
        if self._is_ours(here):
            exchange(self.temporary, self.path)
            if not self._is_ours(look(self.temporary)):
                self._keep_aside()
            return True
        if self.goes and not here.there:
            with contextlib.suppress(FileExistsError):
                os.link(self.temporary, self.path, follow_symlinks=False)
                self._prepare(b"", 0)
                return True
        self._keep_aside()
        self._note([], None)
        return False

    def _keep_aside(self) -> None:
        self.aside.mkdir(exist_ok=True)
        name = f"{self.line.seq}-{self.name}"
        with contextlib.suppress(FileExistsError):
            os.link(self.temporary, self.aside / name, follow_symlinks=False)
        self.settled.kept.append(name)

    def _is_ours(self, found: Found) -> bool:
        """Say whether these are the line's own bytes, not edited by another program since."""
        try:
            contents = fmt.parse(found.raw or b"", self.name)
        except UnreadableDocument:
            return False
        doc = fmt.document(contents, self.scope, self.name, 0.0)
        return doc.revision == self.line.seq and not doc.edited

    def _note(self, failed: list[Edit], data: Mapping[str, Any] | None) -> None:
        """Remember what is to be noted; the temporary stays until it has been."""
        if failed:
            self.settled.failed[self.scope] = failed
        self.settled.merged[self.scope] = data

    def _prepare(self, raw: bytes, mode: int) -> None:
        """Replace the temporary's contents in one step."""
        fresh = self.temporary + ".new"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(fresh)
        os.close(write_new(fresh, raw, mode=mode or None))
        os.replace(fresh, self.temporary)

    def _drop(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.temporary)


def _stands_already(edit: Edit, found: Any) -> bool:
    """Say whether another program has made the very same change."""
    if not isinstance(edit, Change):
        return False
    return edit.new is ABSENT if found is ABSENT else edit.new is not ABSENT and same(found, edit.new)
