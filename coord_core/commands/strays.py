"""Where agents of one repository would write, other than to one store: each place with why, and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from coord_core.actions.workspaces import VARIABLE as WORKSPACE
from coord_core.commands.mcp_json import words
from coord_core.storage.places import CONFIG_VARIABLE, USUAL, VARIABLE, find_store, project, worktrees

DEEPEST: Final = 6
MOST: Final = 20_000
"""How deep, and how many folders, are looked through for stores of sub-folders."""
_DULL: Final = frozenset({"node_modules", "__pycache__", "venv"})
Stray = tuple[str, str]
"""Why agents write elsewhere, and what to do."""


def strays(store: Path, root: Path, env: Mapping[str, str], server: Mapping[str, Any]) -> Iterator[Stray]:
    """Yield why agents of the repository at `root` may write elsewhere than to `store`.

    env: of this shell. server: our entry in `.mcp.json`. Raises StoreUnsupported.
    """
    yield from _by_environment(store, root, env)
    yield from _by_server(store, root, env, server)
    yield from _by_workspace(root, env, server)
    for place in _folders(store, root):
        yield (
            f"{place} is a store of its own: agents that go by their working directory write there",
            f"start them in {root}, or with {VARIABLE}={store}; then move that folder away",
        )


def same(one: Path, other: Path) -> bool:
    """Say whether two paths lead to one place."""
    return os.path.realpath(one) == os.path.realpath(other)


def _by_environment(store: Path, root: Path, env: Mapping[str, str]) -> Iterator[Stray]:
    for variable in (VARIABLE, CONFIG_VARIABLE):
        if env.get(variable):
            without = Path(find_store(cwd=root, env={name: value for name, value in env.items() if name != variable}))
            if not same(without, store):
                yield (
                    f"{variable} is set in this shell: agents that are started without it write to {without}",
                    f"set it for all agents, or unset it (unset {variable})",
                )


def _by_server(store: Path, root: Path, env: Mapping[str, str], server: Mapping[str, Any]) -> Iterator[Stray]:
    said, args = server.get("env"), words(server)
    own = {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}
    given = args[args.index("--store") + 1] if "--store" in args[:-1] else None
    if given or own:
        place = root / Path(find_store(given, cwd=root, env={**env, **own})).expanduser()
        if not same(place, store):
            yield f".mcp.json sends agents to {place}", f"make it {store} there, or give `coordctl` --store {place}"


def _by_workspace(root: Path, env: Mapping[str, str], server: Mapping[str, Any]) -> Iterator[Stray]:
    """Yield who is in another workspace of the same store: those there neither see nor exclude the others."""
    said, args, usual = server.get("env"), words(server), project(root)
    own = said.get(WORKSPACE) if isinstance(said, dict) else None
    given = args[args.index("--workspace") + 1] if "--workspace" in args[:-1] else own
    for workspace, who in ((env.get(WORKSPACE), f"{WORKSPACE} in this shell"), (given, ".mcp.json")):
        if isinstance(workspace, str) and workspace and workspace.partition(":")[2] != usual:
            yield (
                f"{who} puts agents into the workspace {workspace}, where they meet nobody who works in {usual}",
                f"name it for all agents, or for none (unset {WORKSPACE})",
            )


def _folders(store: Path, root: Path) -> Iterator[Path]:
    """Yield the stores with documents that lie in the repository's worktrees and their folders, besides `store`."""
    names = {USUAL}
    if store.is_relative_to(root):
        names.add(str(store.relative_to(root)))
    seen = {os.path.realpath(store)}
    for top in dict.fromkeys([root, *worktrees(root)]):
        for folder in _inside(top):
            for name in sorted(names):
                place = folder / name
                if os.path.realpath(place) not in seen and any(place.glob("*.json")):
                    seen.add(os.path.realpath(place))
                    yield place


def _inside(top: Path) -> Iterator[Path]:
    """Yield a worktree's folders, without other repositories and what tools put there."""
    for count, (path, folders, _) in enumerate(os.walk(top)):
        here = Path(path)
        if count == MOST:
            return
        yield here
        deep = len(here.relative_to(top).parts) >= DEEPEST
        folders[:] = [] if deep else [each for each in folders if not _dull(each) and not _is_repository(here / each)]


def _dull(name: str) -> bool:
    return name in _DULL or name.startswith(".")


def _is_repository(folder: Path) -> bool:
    return os.path.exists(folder / ".git")
