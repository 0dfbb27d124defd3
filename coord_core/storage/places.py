"""Where the store is, when nobody says: one per repository (the design, §2 "Where the store is")."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from coord_core.errors import StoreUnsupported

VARIABLE: Final = "COORD_STORE"
USUAL: Final = ".claude/session-state"
CONFIG_VARIABLE: Final = "CLAUDE_SESSION_COORDINATOR_CONFIG"
CONFIG: Final = ".claude/session-coordinator-config.json"
USER_CONFIG: Final = ".config/claude-session-coordinator/config.json"


def find_store(
    given: str | None = None, *, cwd: Path | None = None, home: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Return what opens the store: `given`, else COORD_STORE, else the reference's configuration, else the nearest.

    The nearest is `.claude/session-state` upward from `cwd`, in a linked git worktree that of the main worktree. The
    place that is returned need not be there yet; where we may not look, there is nothing. Raises StoreUnsupported for
    a configuration that names no folder.
    """
    env = os.environ if env is None else env
    if chosen := given or env.get(VARIABLE):
        return chosen
    start = in_main_worktree(Path.cwd() if cwd is None else cwd)
    config, anchor = _configured(start, Path(os.path.expanduser("~")) if home is None else home, env)
    base = Path(os.path.expanduser(config or USUAL))
    if base.is_absolute():
        return str(base)
    for folder in _upward(anchor):
        if os.path.isdir(folder / base):
            return str(folder / base)
    return str((repository(anchor) or anchor) / base)


def in_main_worktree(folder: Path) -> Path:
    """Return the place that `folder`, in a linked git worktree, has in the main one; anywhere else `folder` itself."""
    root = repository(folder)
    if root is None or not os.path.isfile(root / ".git"):
        return folder
    common = _common_git_folder(root)
    if common is None or common.name != ".git":
        return folder
    main = common.parent / folder.relative_to(root)
    return main if os.path.isdir(main) else common.parent


def repository(folder: Path) -> Path | None:
    """Return the root of the git worktree that `folder` lies in, None outside of one."""
    return next((each for each in _upward(folder) if os.path.exists(each / ".git")), None)


def worktrees(folder: Path) -> list[Path]:
    """Return the roots of all git worktrees of the repository that `folder` lies in, the main one first."""
    root = repository(folder)
    common = _common_git_folder(root) if root else None
    if common is None:
        return []
    links = sorted((common / "worktrees").glob("*/gitdir"))
    found = [common.parent, *(Path(_text(link).strip()).parent for link in links)]
    return [each for each in found if each.is_absolute() and os.path.isdir(each)]


def project(folder: Path) -> str:
    """Return what the reference calls the project that `folder` lies in: `owner/repo` of its origin, else a name.

    That is the name of the folder that agents are mostly started in: of the repository, in a linked git worktree of the
    main one; without a repository of the folder upward that has a store. The reference takes that of the working
    directory, whatever it is: agents further in would never meet those of the repository.
    """
    root = repository(folder)
    common = _common_git_folder(root) if root else None
    url = _origin(common / "config") if common else ""
    if url.startswith("git@") and ":" in url:
        return url.split(":")[1].removesuffix(".git")
    if url.startswith(("http://", "https://")) and url.count("/") >= 4:
        return "/".join(url.rstrip("/").split("/")[-2:]).removesuffix(".git")
    if root is not None:
        return (common.parent if common is not None and common.name == ".git" else root).name
    return next((each for each in _upward(folder) if os.path.isdir(each / USUAL)), folder).name


def _upward(folder: Path) -> Iterator[Path]:
    yield from (folder, *folder.parents)


def _common_git_folder(root: Path) -> Path | None:
    """Return the repository's own folder: `.git`, or what a linked worktree's `.git` file leads to."""
    link = root / ".git"
    if os.path.isdir(link):
        return link
    found = re.match(r"gitdir: (.+)", _text(link))
    if found is None:
        return None
    own = root / found[1].strip()
    common = _text(own / "commondir").strip()
    return Path(os.path.normpath(own / common)) if common else None


def _origin(config: Path) -> str:
    section = re.search(r'^\s*\[remote "origin"\]([^\[]*)', _text(config), re.MULTILINE)
    url = re.search(r"^\s*url\s*=\s*(\S+)", section[1], re.MULTILINE) if section else None
    return url[1] if url else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        # No such file, or not ours to read: then it tells nothing.
        return ""


def _configured(start: Path, home: Path, env: Mapping[str, str]) -> tuple[str | None, Path]:
    """Return the reference's `base_path`, if one is configured, and where it counts from."""
    named = Path(env[CONFIG_VARIABLE]) if env.get(CONFIG_VARIABLE) else None
    project_config = next((folder / CONFIG for folder in _upward(start) if os.path.isfile(folder / CONFIG)), None)
    for path in (named, project_config, home / USER_CONFIG):
        if path is not None and os.path.isfile(path):
            anchor = path.parent.parent if path == project_config else start
            return _base_path(path), anchor
    return None, start


def _base_path(path: Path) -> str | None:
    import json

    try:
        config: Any = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise StoreUnsupported(str(path), f"the coordinator's configuration cannot be read ({error})") from error
    storage = config.get("storage") if isinstance(config, dict) else None
    if not isinstance(storage, dict):
        return None
    if storage.get("adapter", "local") != "local":
        raise StoreUnsupported(str(path), f"it asks for {storage['adapter']!r} storage; name a folder with --store")
    inner = storage.get("config")
    base = inner.get("base_path") if isinstance(inner, dict) else None
    return base if isinstance(base, str) and base else None
