"""Where each scope's document stands in a folder, and what stands there now."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coord_core.documents import Document
from coord_core.errors import UnreadableDocument
from coord_core.frozen import frozen
from coord_core.scopes import check
from coord_core.storage import format as fmt
from coord_core.storage.filenames import belongs, encoded_name, plain_name
from coord_core.storage.folder import NOTHING, Found, look


@frozen
class Stored:
    """The file of one scope as it was found; members are its parsed contents, None for nothing or for no document."""

    scope: str
    name: str
    path: str
    found: Found
    members: Mapping[str, Any] | None = None
    plain: bool = False
    problem: str = ""

    def document(self) -> Document | None:
        """Return the document, None if there is none; raises UnreadableDocument."""
        if self.problem:
            raise UnreadableDocument(self.name, self.problem)
        if self.members is None or self.found.signature is None:
            return None
        written_at = self.found.signature[0] / 1e9
        return fmt.document(self.members, self.scope, self.name, written_at, self.plain)

    def again(self) -> Document | None:
        """Return the document parsed anew: its data is shared with nobody."""
        return replace(self, members=self.fresh() or None).document()

    def fresh(self) -> dict[str, Any]:
        """Return the document's members parsed anew, to change at will; empty without a document."""
        return {} if self.found.raw is None else fmt.parse(self.found.raw, self.name)[0]


class Shelf:
    """A folder of documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._prefix = os.path.join(folder, "")

    def find(self, scope: str) -> Stored:
        """Return the file of a scope (the rules are in the design, §2); raises InvalidScope."""
        plain, encoded = plain_name(check(scope)), encoded_name(scope)
        if encoded != plain:
            stored = self.open(scope, encoded)
            if stored.found.there:
                return stored
        if plain is not None:
            stored = self.open(scope, plain)
            if not self._another(stored):
                return stored
        return Stored(scope, encoded, self._path(encoded), NOTHING)

    def open(self, scope: str, name: str) -> Stored:
        """Return the file called `name` as that of `scope`."""
        path = self._path(name)
        found = look(path)
        if found.raw is None:
            return Stored(scope, name, path, found, problem=found.problem)
        try:
            members, plain = fmt.parse(found.raw, name)
        except UnreadableDocument as error:
            return Stored(scope, name, path, found, problem=error.reason)
        return Stored(scope, name, path, found, members, plain)

    def _another(self, stored: Stored) -> bool:
        """Say whether the file is another scope's by its own word."""
        member = (stored.members or {}).get("scope")
        return isinstance(member, str) and bool(member) and member != stored.scope and belongs(stored.name, member)

    def _path(self, name: str) -> str:
        return self._prefix + name
