"""Is that process alive, on this boot of this machine? Proof or nothing: doubt is never proof."""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import Final

SLACK: Final = 0.02 if sys.platform == "linux" else 2.0
"""Seconds that two readings of one process's start may differ (a tick; `ps` knows whole seconds)."""
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_PID_MAX: Final = 1 << 31


def hostname() -> str:
    """Return the name of this machine."""
    return os.uname().nodename


@cache
def boot_id() -> str:
    """Return the id of this boot of this machine, "" if the system has none."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return _mac_boot_id() if sys.platform == "darwin" else ""


@cache
def machine() -> str:
    """Return the id of this machine, "" if the system has none."""
    try:
        return Path("/etc/machine-id").read_text().strip()
    except OSError:
        return ""


def place() -> str:
    """Return where a pid means something, as sessions record it in `boot_id`: `{boot}/{namespaces}/{machine}`."""
    return "/".join((boot_id(), namespaces(), machine())) if boot_id() else ""


def namespaces() -> str:
    """Return the ids of this process's pid and time namespaces (`4026531836.4026531834`), "" where there are none."""
    try:
        return ".".join(os.readlink(f"/proc/self/ns/{kind}").strip("pidtme:[]") for kind in ("pid", "time"))
    except OSError:
        return ""


def started(pid: int) -> float | None:
    """Return when a process started, in seconds since the boot (Linux) or since 1970 (macOS); None if none can say."""
    if not 0 < pid < _PID_MAX:
        return None
    if sys.platform == "linux":
        return _proc_started(pid)
    return _ps_started(pid)


def gone(*, host: str, boot: str, pid: int | None, start: float | None) -> str | None:
    """Say why a process is provably gone, "" if it provably lives, None when nobody can say.

    host: the machine that it was recorded on. boot: what `place()` was there. start: what `started()` said of it.
    Without the same machine and pid namespace nothing is ever proven.
    """
    if type(pid) is not int or not 0 < pid < _PID_MAX or host != hostname() or not boot or not boot_id():
        return None
    recorded, space, computer = (*boot.split("/"), "", "")[:3]
    if recorded != boot_id():
        # A host's name alone may be that of another computer.
        return f"{host} was started again since" if computer and computer == machine() else None
    if space != namespaces() or (not space and sys.platform == "linux"):
        return None
    return _gone_here(host, pid, start)


def _gone_here(host: str, pid: int, start: float | None) -> str | None:
    exists = _exists(pid)
    if exists is None:
        return None
    if not exists:
        return f"pid {pid} on {host} is gone"
    begun = started(pid)
    if begun is None or start is None:
        # The number may have been given to another process: that it is in use proves nothing.
        return None
    if abs(begun - start) > SLACK:
        return f"pid {pid} on {host} is another process now"
    return f"pid {pid} on {host} is gone" if _zombie(pid) else ""


def _exists(pid: int) -> bool | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    except OSError:
        return None
    return True


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/{pid}/stat after the command's name, which may itself hold blanks and brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _zombie(pid: int) -> bool:
    fields = _stat(pid) if sys.platform == "linux" else None
    return bool(fields) and fields is not None and fields[0] in ("Z", "X")


def _proc_started(pid: int) -> float | None:
    fields = _stat(pid)
    try:
        return int(fields[19]) / os.sysconf("SC_CLK_TCK") if fields else None
    except (IndexError, ValueError, OSError):
        return None


def _ps_started(pid: int) -> float | None:
    import calendar
    import subprocess

    try:
        found = subprocess.run(
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
            capture_output=True, text=True, timeout=2, check=False, env={"LC_ALL": "C", "TZ": "UTC"},
        )  # fmt: skip
        return float(calendar.timegm(time.strptime(found.stdout.strip())))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _mac_boot_id() -> str:
    import subprocess

    try:
        found = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()
