"""Stores to test with: the reference's files, and the busy store of screens/busy-*."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from coord_core.documents import Batch, Document
from coord_core.scopes import from_reference_name

REFERENCE = Path(__file__).parents[1] / "data" / "three-active"
REFERENCE_SHOP = "laptop:BANCS-Norway/my-repo"
REFERENCE_NOW = datetime(2026, 11, 22, 6, 12, 54, tzinfo=UTC).timestamp()
"""The instant of screens/real-*."""


def reference_batch(now: float = REFERENCE_NOW) -> Batch:
    """Return tests/data/three-active as the first batch that `follow()` gives; its files are 42 s old at `now`."""
    documents = {}
    for path in sorted(REFERENCE.glob("*.json")):
        members = json.loads(path.read_text())
        scope = from_reference_name(path.stem)
        documents[scope] = Document(
            scope, members["data"], members["metadata"], written_at=now - 41.9, source=path.name
        )
    return Batch(documents=documents, whole=True)
