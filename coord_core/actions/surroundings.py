"""Where an agent runs, as its session records it: host, process, program, folder, branch, terminal; and who we are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from coord_core import processes
from coord_core.storage.places import repository

PID_VARIABLE: Final = "COORD_AGENT_PID"
CLIENT_VARIABLE: Final = "COORD_CLIENT"
_SESSION_VARIABLES: Final = ("COORD_CLIENT_SESSION", "CLAUDE_CODE_SESSION_ID", "CODEX_SESSION_ID", "GEMINI_SESSION_ID")
_CLIENTS: Final = {
    "claude": ("CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_ENTRYPOINT"),
    "codex": ("CODEX_SESSION_ID", "CODEX_SANDBOX", "CODEX_HOME"),
    "gemini": ("GEMINI_CLI", "GEMINI_SESSION_ID"),
}
_HEAD_BYTES: Final = 1024


def surroundings(pid: int | None = None, *, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what a session records of where its agent runs, without what nobody knows.

    pid: the agent's process, for commands and servers come and go; without it COORD_AGENT_PID, and without that none:
    then nothing ever proves the agent gone.
    """
    env = os.environ if env is None else env
    pid = _number(env.get(PID_VARIABLE, "")) if pid is None else pid
    started = processes.started(pid) if pid is not None else None
    folder, pane, tty = _folder(), env.get("TMUX_PANE", ""), _terminal()
    found = {
        "host": processes.hostname(),
        "boot_id": processes.place(),
        # A pid without its start could be anybody's tomorrow.
        "pid": pid if started is not None else None,
        "pid_started": started,
        "client": env.get(CLIENT_VARIABLE) or next((n for n, v in _CLIENTS.items() if any(map(env.get, v))), ""),
        # Two windows are two agents, also where no program says so.
        "client_session": next((env[name] for name in _SESSION_VARIABLES if env.get(name)), "") or pane or tty,
        "cwd": str(folder) if folder else "",
        "branch": branch(folder) if folder else "",
        "tmux_pane": pane,
        "tty": tty,
    }
    return {key: value for key, value in found.items() if value not in ("", None)}


def this_user() -> str:
    """Return the human at the keyboard as the journal names supervisors (`kim@laptop`)."""
    import getpass

    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        # A container may run as a number that has no name.
        user = str(os.getuid())
    return f"{user}@{processes.hostname()}"


def branch(folder: Path) -> str:
    """Return the git branch that is checked out where `folder` lies, "" if there is none."""
    root = repository(folder)
    if root is None:
        return ""
    git = root / ".git"
    if git.is_file():
        git = root / _read(git).removeprefix("gitdir:").strip()
    head = _read(git / "HEAD").strip()
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else ""


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        # It was removed under us.
        return None


def _read(path: Path) -> str:
    try:
        with path.open(errors="replace") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return ""


def _terminal() -> str:
    for stream in (0, 1, 2):
        try:
            return os.ttyname(stream)
        except OSError:
            continue
    return ""


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
