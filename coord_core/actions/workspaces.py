"""Which workspace an agent or a command means, when nobody says."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from coord_core.errors import InvalidArgument, Refused
from coord_core.processes import hostname
from coord_core.scopes import parse
from coord_core.storage.places import project

VARIABLE: Final = "COORD_WORKSPACE"


def choose_workspace(scopes: Iterable[str]) -> str:
    """Return the only workspace there is, else that of the repository that we are in; raises Refused."""
    there = sorted({parse(scope).workspace for scope in scopes} - {""})
    if len(there) <= 1:
        return there[0] if there else ""
    ours = project(Path.cwd())
    fitting = [each for each in there if each.partition(":")[2] == ours]
    here = [each for each in fitting if each.partition(":")[0] == hostname()]
    for found in (fitting, here):
        if len(found) == 1:
            return found[0]
    raise Refused(f"the store holds {len(there)} workspaces: name one with --workspace: {', '.join(there)}")


def agents_workspace(scopes: Iterable[str], given: str | None = None) -> str:
    """Return the workspace that an agent here works in: the one given, else as the reference names it.

    That is `{machine}:{owner/repo}`; where the store knows this repository under one name only, of any machine, that
    name, so that a container and its host meet. Raises InvalidArgument.
    """
    if chosen := given or os.environ.get(VARIABLE):
        return _checked(chosen)
    try:
        ours = project(Path.cwd())
    except OSError as error:
        raise InvalidArgument("workspace", "the folder that you are in is gone; name one (--workspace)") from error
    fitting = {parse(scope).workspace for scope in scopes}
    fitting = {each for each in fitting if each.partition(":")[2] == ours}
    return fitting.pop() if len(fitting) == 1 else _checked(f"{hostname()}:{ours}")


def _checked(workspace: str) -> str:
    """Refuse what would not be found again as a workspace."""
    named = all(workspace.partition(":")) and workspace.isprintable()
    if named and parse(f"{workspace}:session:x").workspace == workspace:
        return workspace
    raise InvalidArgument("workspace", f"{workspace!r} is none: name one such as laptop:acme/shop (--workspace)")
