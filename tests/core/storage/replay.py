"""What the journal alone says every document holds."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from coord_core.documents import Line
from coord_core.storage.changes import apply


def replay(lines: Iterable[Line]) -> dict[str, dict[str, Any]]:
    state: dict[str, dict[str, Any]] = {}
    for line in lines:
        for scope, data in line.base.items():
            state[scope] = copy.deepcopy(data) if data else {}
        for scope, edits in line.changes.items():
            conflicts = apply(state.setdefault(scope, {}), list(edits))
            assert not conflicts, (line.seq, scope, conflicts)
        for note in line.unapplied:
            for scope in note["changes"]:
                if scope not in line.base:
                    state.pop(scope, None)
    return {scope: data for scope, data in state.items() if data}
