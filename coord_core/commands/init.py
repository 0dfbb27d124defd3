"""init: make a repository known to agents: `.mcp.json` starts our server, `.gitignore` keeps the store out.

What they are told (the briefing) is printed, and written only where it is asked for.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from coord_core.commands import briefing, mcp_json
from coord_core.commands.call import Call
from coord_core.errors import Refused
from coord_core.storage.places import USUAL, repository

IGNORED: Final = f"{USUAL}/"
NEXT: Final = "Start your agents anew here; `coordctl doctor` checks all this."


TELL: Final = (
    "Tell your agents, in CLAUDE.md, AGENTS.md or what they read (`coordctl init --tell CLAUDE.md` writes it):"
)


class Writing(NamedTuple):
    """What one file is to hold. said: in words; text: None if it stays as it is."""

    path: Path
    said: str
    text: str | None = None


def init(call: Call) -> None:
    """Write what is missing, or print it."""
    root = repository(Path.cwd()) or Path.cwd()
    # All are thought out first, so that a refusal leaves all alone.
    plan = _planned(call, root)
    dry = call.args.print
    for each in plan:
        if each.text is not None and not dry:
            _write(each.path, each.text)
    if call.args.json:
        rows = [{"path": str(each.path), "changed": each.text is not None, "text": each.said} for each in plan]
        contents = {str(each.path): each.text for each in plan if each.text is not None}
        return call.emit(
            {"root": str(root), "files": rows, "briefing": briefing.TEXT} | ({"contents": contents} if dry else {})
        )
    for each in plan:
        call.say(f"{'Would write ' if dry and each.text is not None else ''}{each.path}: {each.said}")
        for line in (each.text or "").splitlines() if dry else ():
            call.say(f"    {line}")
    if not call.args.tell and not any(briefing.has(root / each) for each in briefing.USUAL):
        call.say("")
        call.say(TELL)
        for line in briefing.TEXT.splitlines():
            call.say(f"    {line}".rstrip())
    return None if dry else call.say(NEXT)


def _planned(call: Call, root: Path) -> list[Writing]:
    try:
        servers = _servers(call, root)
    except Refused as error:
        raise Refused(f"{error}. Nothing else was written either, such as {IGNORED} into .gitignore") from error
    telling = [_telling(root, each) for each in call.args.tell]
    return [servers, _ignoring(root), *telling]


def ignores(root: Path) -> bool:
    """Say whether the `.gitignore` of a repository names the store's usual folder, or one above it."""
    known = {IGNORED.rstrip("/"), ".claude"}
    lines = briefing.read(root / ".gitignore").removeprefix(mcp_json.BOM).splitlines()
    return any(line.strip().strip("/") in known for line in lines)


def _servers(call: Call, root: Path) -> Writing:
    path = root / mcp_json.NAME
    before, members = mcp_json.read(path)
    if found := mcp_json.ours(members):
        name, server = found
        said = f"has our server already, as {name} ({' '.join(mcp_json.words(server))})"
        if mcp_json.starts(server):
            return Writing(path, said)
        if not call.args.mend:
            return Writing(path, f"{said}, but that is not found: `coordctl init --mend` makes it start this coordctl")
        after = mcp_json.mended(members, name, server)
        command = " ".join(mcp_json.words(after["mcpServers"][name]))
        return Writing(path, f"the server {name} starts {command} from now on", mcp_json.dump(after, before))
    after = mcp_json.with_ours(path, members, _options(call.args.store, call.args.workspace))
    command = " ".join(mcp_json.words(after["mcpServers"][mcp_json.SERVER]))
    others = len(after["mcpServers"]) - 1
    beside = f", beside {others} other{'s' if others > 1 else ''}" if others else ""
    return Writing(path, f"the server {mcp_json.SERVER} ({command}){beside}", mcp_json.dump(after, before))


def _options(store: str | None, workspace: str | None) -> list[str]:
    """Return what of the command line holds for all agents; they start elsewhere, so a folder is named in full."""
    if store and ":" not in store:
        store = str(Path(store).expanduser().absolute())
    return [*(["--store", store] if store else []), *(["--workspace", workspace] if workspace else [])]


def _ignoring(root: Path) -> Writing:
    path = root / ".gitignore"
    if not (root / ".git").exists():
        return Writing(path, "there is no git repository here, so it is not needed")
    if ignores(root):
        return Writing(path, f"has {IGNORED} already")
    before = briefing.read(path)
    end = "" if before.endswith("\n") or not before else "\n"
    return Writing(path, f"{IGNORED} is added", f"{before}{end}{IGNORED}\n")


def _telling(root: Path, name: str) -> Writing:
    path = root / name
    if briefing.has(path):
        return Writing(path, "tells agents how to sign on already")
    return Writing(path, "agents are told how to sign on", briefing.added(path))


def _write(path: Path, content: str) -> None:
    """Put a file in place whole, with the mode that it had; a link stays one."""
    path = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with open(handle, "wb") as file:
                file.write(content.encode(errors="surrogateescape"))
            os.chmod(name, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        raise Refused(f"cannot write {path} ({error.strerror}); it stays as it was") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
