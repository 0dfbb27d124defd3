"""doctor: whether all agents of a repository meet in one store, and can."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple

from coord_core.commands import mcp_json
from coord_core.commands.call import Call
from coord_core.commands.init import IGNORED, ignores
from coord_core.commands.mcp import INSTALL
from coord_core.commands.strays import strays
from coord_core.errors import CoordError, Refused, StoreMissing
from coord_core.storage import open_storage
from coord_core.storage.folder import network_file_system
from coord_core.storage.places import find_store, in_main_worktree, repository

NEEDED: Final = (2, 3)
"""The first version of the package `mcp` that will do."""


class Check(NamedTuple):
    """One thing that was looked at. next: what to do if it is not well."""

    name: str
    ok: bool
    text: str
    next: str = ""


def doctor(call: Call) -> None:
    """Print what was looked at; raises Refused if something is not well."""
    found = list(checks(call.args.store))
    bad = [each for each in found if not each.ok]
    if call.args.json:
        call.emit({"ok": not bad, "checks": [each._asdict() for each in found]})
    else:
        for each in found:
            call.say(f"{'ok  ' if each.ok else 'warn'}  {each.name:<9}  {each.text}")
            if each.next:
                call.say(f"{'':<17}→ {each.next}")
    if bad:
        names = ", ".join(dict.fromkeys(each.name for each in bad))
        raise Refused(f"{len(bad)} of {len(found)} things are not well: {names}")


def checks(given: str | None) -> Iterator[Check]:
    """Look at everything from here; given: the store that was named."""
    here = Path.cwd()
    root = repository(here) or here
    try:
        store = Path(find_store(given).removeprefix("file:")).expanduser().absolute()
    except CoordError as error:
        yield Check("store", False, str(error), "mend that configuration, or name a folder with --store")
        return
    yield from _store(store)
    server = None
    try:
        members = mcp_json.read(root / mcp_json.NAME)[1]
        server = mcp_json.ours(members)
    except Refused as error:
        yield Check("mcp.json", False, str(error), f"mend {root / mcp_json.NAME}, then coordctl init")
    else:
        yield _server(root, server, mcp_json.stranger(members))
    yield _extra()
    yield _ignored(store, root)
    yield from _one_store(store, in_main_worktree(root), server[1] if server else {})


def _store(store: Path) -> Iterator[Check]:
    if kind := network_file_system(store):
        yield Check("store", False, f"{store} lies on {kind}, where locks do not exclude", "name a local one (--store)")
    try:
        batch = open_storage(str(store), read_only=True).load()
    except StoreMissing:
        yield _to_be_made(store)
        return
    except CoordError as error:
        yield Check("store", False, str(error), "make it a folder that you may read")
        return
    shut = [each for each in (store, store / ".coord") if os.path.exists(each) and not _may_write(each)]
    if shut:
        yield Check("store", False, f"{shut[0]} cannot be written to", "`ls -ld` shows whose it is")
    bad = sum(each is not None for each in batch.unreadable.values())
    if bad:
        yield Check("store", False, f"{bad} file{'s' if bad > 1 else ''} cannot be read", "coordctl findings")
    if not shut and not bad:
        yield Check("store", True, f"{store}, {len(batch.documents)} documents")


def _to_be_made(store: Path) -> Check:
    above = next(each for each in store.parents if os.path.exists(each))
    if above.is_dir() and _may_write(above):
        return Check("store", True, f"{store} is not there yet; the first agent that signs on makes it")
    return Check("store", False, f"{store} is not there, and {above} cannot be written to", "name another (--store)")


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _server(root: Path, found: tuple[str, Mapping[str, Any]] | None, other: str | None) -> Check:
    path = root / mcp_json.NAME
    if found is None and other:
        said = f"{path} has another server called {mcp_json.SERVER} ({other}), and not ours"
        return Check("mcp.json", False, said, "rename that one, then coordctl init")
    if found is None:
        return Check("mcp.json", False, f"{path} does not have our server", "coordctl init")
    name, server = found
    command = mcp_json.words(server)[0]
    if not mcp_json.starts(server):
        said = f"{path} starts {command}, which is not found"
        return Check("mcp.json", False, said, "put it on the PATH, or coordctl init --mend")
    return Check("mcp.json", True, f"{path} starts {command} as {name}")


def _extra() -> Check:
    try:
        found = version("mcp")
    except PackageNotFoundError:
        return Check("extra", False, "the package mcp is not installed", INSTALL)
    parts = [int(each) for each in found.split(".")[:2] if each.isdecimal()]
    if tuple(parts) < NEEDED:
        return Check("extra", False, f"mcp {found} is too old", INSTALL)
    return Check("extra", True, f"mcp {found}")


def _ignored(store: Path, root: Path) -> Check:
    if not (root / ".git").exists():
        return Check("gitignore", True, f"there is no git repository at {root}, so it is not needed")
    if not store.is_relative_to(root):
        return Check("gitignore", True, f"the store is not in {root}'s repository, so it is not needed")
    folder = f"{store.relative_to(root)}/"
    ignored = _git_ignores(store, root)
    if ignored or (ignored is None and folder == IGNORED and ignores(root)):
        return Check("gitignore", True, "git ignores the store")
    next_ = "coordctl init" if folder == IGNORED else f"add {folder} to {root / '.gitignore'}"
    return Check("gitignore", False, "git does not ignore the store", next_)


def _one_store(store: Path, root: Path, server: Mapping[str, Any]) -> Iterator[Check]:
    try:
        apart = [Check("one store", False, *each) for each in strays(store, root, os.environ, server)]
    except CoordError as error:
        apart = [Check("one store", False, str(error), "mend that configuration, or name a folder with --store")]
    yield from apart or [Check("one store", True, f"all agents in {root} and its worktrees meet there")]


def _git_ignores(store: Path, root: Path) -> bool | None:
    """Say whether git ignores what is in the store, None if there is no git to say."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), "check-ignore", "-q", "--", str(store / "x.json")],
            capture_output=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return {0: True, 1: False}.get(asked.returncode)
