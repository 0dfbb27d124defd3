"""`.mcp.json`: which MCP servers a repository's agents start, and whether ours is among them."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from coord_core.errors import Refused

NAME: Final = ".mcp.json"
MODULE: Final = "coord_core.cli"
SERVER: Final = "coord"
"""What our server is called there: its tools are `mcp__coord__claim_issue` and so on."""
MOST: Final = 1 << 20
BOM: Final = "\ufeff"
"""What some editors begin a file with: read over, and kept."""
Servers = dict[str, Any]


def read(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a file's text and what it says, nothing if it is not there; raises Refused if it cannot be read."""
    try:
        if not path.is_file():
            if path.exists() or path.is_symlink():
                raise Refused(f"{path} is no file; it was left alone. Move it away, then try again")
            return "", {}
        raw = path.read_bytes()
        if len(raw) > MOST:
            raise Refused(f"{path} has {len(raw)} bytes, which no such file has; it was left alone")
        members = json.loads(raw.decode().removeprefix(BOM))
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(f"{path} cannot be read as JSON ({error}); it was left alone. Mend it, then try again") from error
    if not isinstance(members, dict) or not isinstance(members.get("mcpServers", {}), dict):
        raise Refused(f"{path} has no object `mcpServers`; it was left alone. Mend it, then try again")
    return raw.decode(), members


def ours(members: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Return the name and the settings of our server, None if it is not there."""
    for name, server in members.get("mcpServers", {}).items():
        if _is_ours(words(server)):
            return name, server
    return None


def stranger(members: Mapping[str, Any]) -> str | None:
    """Return what the server starts that bears our name and is not ours, None if there is none."""
    servers = members.get("mcpServers", {})
    if SERVER not in servers or _is_ours(words(servers[SERVER])):
        return None
    return " ".join(words(servers[SERVER])).strip() or "nothing"


def starts(server: Mapping[str, Any]) -> bool:
    """Say whether a server's command is found here."""
    return shutil.which(words(server)[0]) is not None


def words(server: object) -> list[str]:
    """Return a server's command with its arguments; of what is no server, nothing."""
    if not isinstance(server, dict):
        return [""]
    args = server.get("args")
    return [str(each) for each in (server.get("command", ""), *(args if isinstance(args, list) else ()))]


def with_ours(path: Path, members: dict[str, Any], options: Sequence[str]) -> dict[str, Any]:
    """Return what the file is to say: all it says, and our server; raises Refused if its name is taken."""
    servers: Servers = members.get("mcpServers", {})
    if other := stranger(members):
        raise Refused(
            f"{path} has another server called {SERVER} ({other}); it was left alone. Rename that one, then try again"
        )
    command, *before = _command()
    return members | {"mcpServers": servers | {SERVER: {"command": command, "args": [*before, *options, "mcp"]}}}


def mended(members: dict[str, Any], name: str, server: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the file is to say once our server, called `name`, is started by a command that is there."""
    command, *before = _command()
    args = words(server)[1:]
    ran = args[2:] if args[:2] == ["-m", MODULE] else args
    again = {**server, "command": command, "args": [*before, *ran]}
    return members | {"mcpServers": members["mcpServers"] | {name: again}}


def dump(members: Mapping[str, Any], before: str) -> str:
    """Return what the file is to hold, indented as it was."""
    indent = re.search(r'^[ \t]+(?=")', before, re.MULTILINE)
    bom = BOM if before.startswith(BOM) else ""
    return f"{bom}{json.dumps(members, indent=indent[0] if indent else 2, ensure_ascii=False)}\n"


def _is_ours(command: Sequence[str]) -> bool:
    return "mcp" in command[1:] and any(each == MODULE or Path(each).stem == "coordctl" for each in command)


def _command() -> list[str]:
    """Return how agents start us: by name where that is found, so that the file suits everybody, else by path."""
    return ["coordctl"] if shutil.which("coordctl") else [sys.executable, "-m", MODULE]
