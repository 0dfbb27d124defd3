"""View: whatever changes in a folder, what was told of it adds up to what a fresh look sees."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from coord_core.documents import Batch
from coord_core.errors import StorageError
from coord_core.storage.folder import RACY_NS
from coord_core.storage.journal import Journal
from coord_core.storage.view import View

NAMES = ["issue__1.json", "issue%3a1.json", "vm__a__b__issue__1.json", "vm%3aa%2fb%3aissue%3a1.json", "odd%%.json",
         "vm__a__b__c.json", "\udcff.json"]  # fmt: skip
SCOPES = ["issue:1", "vm:a/b:issue:1", "vm:a__b:issue:1", "vm:a:b:c", "vm:a__b:c", None, None]


class Looking(RuleBasedStateMachine):
    """A folder in which anything happens to a few names that have much to do with each other."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.folder = self.root / "state"
        self.folder.mkdir()
        self.view = View(self.folder, Journal(self.folder / ".coord" / "journal"))
        self.documents: dict[str, Any] = {}
        self.unreadable: dict[str, str | None] = {}
        self.take(self.view.load())

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def take(self, batch: Batch) -> None:
        if batch.whole:
            self.documents, self.unreadable = {}, {}
        for scope, document in batch.documents.items():
            self.documents.pop(scope, None)
            if document is not None:
                self.documents[scope] = document.data
        for source, row in batch.unreadable.items():
            self.unreadable.pop(source, None)
            if row is not None:
                self.unreadable[source] = row.scope

    @rule(name=st.sampled_from(NAMES), scope=st.sampled_from(SCOPES), n=st.integers(0, 2))
    def write(self, name: str, scope: str | None, n: int) -> None:
        members = {"data": {"n": n}} if scope is None else {"scope": scope, "data": {"n": n}}
        (self.folder / name).write_text(json.dumps(members))

    @rule(name=st.sampled_from(NAMES), n=st.integers(0, 2))
    def write_without_a_sign(self, name: str, n: int) -> None:
        path = self.folder / name
        info = path.stat() if path.exists() else None
        path.write_text(json.dumps({"data": {"n": n}}))
        # As within one tick of the file system's clock; nobody could tell it of a file that is older.
        if info and time.time_ns() - info.st_mtime_ns < RACY_NS // 2:
            os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))

    @rule(name=st.sampled_from(NAMES))
    def tear(self, name: str) -> None:
        (self.folder / name).write_text('{"data"')

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    @rule(one=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def rename(self, one: str, other: str) -> None:
        if (self.folder / one).exists():
            os.replace(self.folder / one, self.folder / other)

    @rule()
    def replace_the_folder(self) -> None:
        shutil.copytree(self.folder, self.root / "copy")
        shutil.rmtree(self.folder)
        os.rename(self.root / "copy", self.folder)

    @rule(names=st.lists(st.sampled_from(NAMES), max_size=3), there=st.booleans())
    def look(self, names: list[str], there: bool) -> None:
        if not there:
            os.rename(self.folder, self.root / "away")
        try:
            self.take(self.view.look_at(names))
        except StorageError:
            assert not there
        finally:
            if not there:
                os.rename(self.root / "away", self.folder)

    @invariant()
    def it_adds_up(self) -> None:
        self.take(self.view.rescan())
        fresh = View(self.folder, self.view.tail.journal).load()
        torn = {row.source for row in fresh.unreadable.values() if row and "JSON" in row.reason}
        assert torn <= self.unreadable.keys()
        if not torn:  # what a torn file said last, of its workspace too, stays until then
            assert self.unreadable.keys() == fresh.unreadable.keys()
            assert self.documents == {scope: document.data for scope, document in fresh.documents.items() if document}


TestLooking = Looking.TestCase
TestLooking.settings = settings(
    max_examples=100, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
