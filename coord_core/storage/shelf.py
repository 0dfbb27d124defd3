"""Where each scope's document stands in a folder, and what stands there now."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from coord_core.documents import Document
from coord_core.errors import UnreadableDocument
from coord_core.frozen import frozen
from coord_core.scopes import check
from coord_core.storage import format as fmt
from coord_core.storage.filenames import belongs, encoded_name, plain_name
from coord_core.storage.folder import NOTHING, Found, look, untouched


@frozen
class Stored:
    """The file of one scope as it was found; contents: None for nothing or for no document."""

    scope: str
    name: str
    path: str
    found: Found
    contents: fmt.Contents | None = None
    problem: str = ""

    @property
    def plain(self) -> bool:
        """Whether only the standard json reads and writes it unharmed."""
        return self.contents is not None and self.contents.plain

    def document(self) -> Document | None:
        """Return the document, None if there is none; raises UnreadableDocument."""
        if self.problem:
            raise UnreadableDocument(self.name, self.problem)
        if self.contents is None or self.found.signature is None:
            return None
        return fmt.document(self.contents, self.scope, self.name, self.found.signature[0] / 1e9)

    def again(self) -> Document | None:
        """Return the document parsed anew: its data is shared with nobody."""
        contents = fmt.parse(self.found.raw, self.name) if self.found.raw is not None else None
        return replace(self, contents=contents).document()

    def fresh(self) -> dict[str, Any]:
        """Return the document's data parsed anew, to change at will; empty without a document."""
        return {} if self.found.raw is None else fmt.parse(self.found.raw, self.name).members["data"]


class Shelf:
    """A folder of documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._prefix = os.path.join(folder, "")

    def find(self, scope: str, known: Stored | None = None) -> Stored:
        """Return the file of a scope (the rules are in the design, §2), `known` if it still is; raises InvalidScope."""
        plain, encoded = plain_name(check(scope)), encoded_name(scope)
        if encoded != plain and os.path.lexists(self._path(encoded)):
            stored = self.open(scope, encoded, known)
            if stored.found.there:
                return stored
        if plain is not None:
            stored = self.open(scope, plain, known)
            if not self._another(stored):
                return stored
        return Stored(scope, encoded, self._path(encoded), NOTHING)

    def open(self, scope: str, name: str, known: Stored | None = None) -> Stored:
        """Return the file called `name` as that of `scope`, `known` if that is what it still is."""
        path = self._path(name)
        if known is not None and known.path == path and untouched(path, known.found):
            return known
        found = look(path)
        if found.raw is None:
            return Stored(scope, name, path, found, problem=found.problem)
        try:
            return Stored(scope, name, path, found, fmt.parse(found.raw, name))
        except UnreadableDocument as error:
            return Stored(scope, name, path, found, problem=error.reason)

    def _another(self, stored: Stored) -> bool:
        """Say whether the file is another scope's by its own word."""
        member = stored.contents.members.get("scope") if stored.contents else None
        return isinstance(member, str) and bool(member) and member != stored.scope and belongs(stored.name, member)

    def _path(self, name: str) -> str:
        return self._prefix + name
