"""mcp: an MCP server on the standard input and output, for one agent."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from contextlib import suppress
from pathlib import Path
from typing import Final

from coord_core.actions.workspaces import agents_workspace
from coord_core.commands.call import Call
from coord_core.errors import Refused, StoreMissing

FOLDER_VARIABLE: Final = "CLAUDE_PROJECT_DIR"
SLOWEST: Final = 150.0
"""Seconds between heartbeats at most: half of what makes a session late."""
INSTALL: Final = "pip install 'coord-tui[mcp]'"


def mcp(call: Call) -> None:
    """Serve one client until it goes."""
    if not 0 < call.args.beat <= SLOWEST:
        raise ArgumentTypeError(f"--beat: seconds above 0 and up to {SLOWEST:.0f} are allowed: later is late")
    try:
        from coord_core.mcp.serving import serve
    except ModuleNotFoundError as error:
        raise Refused(f"the MCP server needs a package that is not here ({error.name}): {INSTALL}") from error
    from coord_core.mcp.desk import Desk

    _go_to_the_project()
    scopes: list[str] = []
    with suppress(StoreMissing):
        # The first agent of a repository makes its store.
        scopes = list(call.batch.documents)
    workspace = agents_workspace(scopes, call.args.workspace)
    serve(Desk(call.storage, workspace, name=call.session or None), call.args.beat)


def _go_to_the_project() -> None:
    """Go where the client's project is, if it says so and started us elsewhere: folder and branch are told by it."""
    project = Path(os.environ.get(FOLDER_VARIABLE, ""))
    if os.environ.get(FOLDER_VARIABLE) and project.is_dir() and not Path.cwd().is_relative_to(project):
        os.chdir(project)
