"""A folder's files: opened safely, told apart exactly, swapped in one step."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from coord_core.frozen import frozen
from coord_core.storage.format import MAX_BYTES

Signature: TypeAlias = tuple[int, int, int]
"""(mtime_ns, size, inode)."""

RACY_NS: Final = 50_000_000
"""A file written this shortly before it was read may change again without a new signature (clocks tick coarsely)."""


@frozen
class Found:
    """What stands at a path: nothing (signature is None), bytes, or (raw is None, problem says why) no regular file."""

    raw: bytes | None
    signature: Signature | None
    mode: int = 0
    racy: bool = False
    problem: str = ""

    @property
    def there(self) -> bool:
        """Whether anything stands there at all."""
        return self.signature is not None

    @property
    def digest(self) -> list[int] | None:
        """Size and CRC-32, None for nothing: what the journal remembers it by."""
        if not self.there:
            return None
        return [len(self.raw), zlib.crc32(self.raw)] if self.raw is not None else [-1, self.signature[2]]  # type: ignore[index]


NOTHING: Final = Found(None, None)


def look(path: str, dir_fd: int | None = None) -> Found:
    """Return what stands at `path`; opens regular files only, never waits on a pipe, follows no link.

    Raises OSError where the path cannot be looked at for a reason of the system's (no permission on a folder).
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=dir_fd)
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        return _closed(path, dir_fd, error)
    try:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            return Found(None, signature_of(info), info.st_mode, problem=f"it is a {_kind(info.st_mode)}, not a file")
        if info.st_size > MAX_BYTES:
            problem = f"it is larger than {MAX_BYTES >> 20} MiB"
            return Found(None, signature_of(info), info.st_mode, problem=problem)
        # Asked before reading: however long that takes, what is old now cannot be written again within its tick.
        racy = time.time_ns() - info.st_mtime_ns < RACY_NS
        raw = _read_all(fd, info.st_size)
    except OSError as error:
        return Found(None, signature_of(info), info.st_mode, problem=error.strerror or str(error))
    finally:
        os.close(fd)
    return Found(raw, signature_of(info), info.st_mode, racy)


def _read_all(fd: int, size: int) -> bytes:
    raw = os.read(fd, size + 1)
    while more := os.read(fd, MAX_BYTES) if len(raw) != size else b"":
        raw += more
    return raw


def _closed(path: str, dir_fd: int | None, error: OSError) -> Found:
    """Return what stands at a path that does not open."""
    try:
        info = os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
    except FileNotFoundError:
        return NOTHING
    if stat.S_ISREG(info.st_mode):
        problem = error.strerror or str(error)
    else:
        problem = f"it is a {_kind(info.st_mode)}, not a file"
    return Found(None, signature_of(info), info.st_mode, problem=problem)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def signature_of(info: os.stat_result) -> Signature:
    """Return what tells one state of a file from another."""
    return info.st_mtime_ns, info.st_size, info.st_ino


def unchanged(path: str, found: Found, *, fully: bool = True) -> bool:
    """Say whether `path` is still what was found there; not fully: as far as its signature tells."""
    try:
        signature = signature_of(os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return not found.there
    if signature != found.signature:
        return False
    return not (fully and found.racy) or look(path).raw == found.raw


def untouched(path: str, found: Found) -> bool:
    """Say whether `path` has the signature and the rights that were found there."""
    try:
        info = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    return signature_of(info) == found.signature and info.st_mode == found.mode


def write_new(path: str, raw: bytes, *, mode: int | None = None) -> int:
    """Write a file that must not be there yet and return it open, for the caller to sync and close.

    mode: its permission bits, None for what the umask gives.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        if mode is not None and stat.S_IMODE(mode) != stat.S_IMODE(os.fstat(fd).st_mode):
            os.fchmod(fd, stat.S_IMODE(mode))
        write_all(fd, raw)
    except BaseException:
        os.close(fd)
        raise
    return fd


def write_all(fd: int, raw: bytes) -> None:
    """Write every byte, in as many calls as it takes."""
    view = memoryview(raw)
    while view:
        view = view[os.write(fd, view) :]


_MAY_NOT: Final = "You may not write there: do it as its owner, or ask for the right to"
_NO_ROOM: Final = "Make room on that disk and try again"
_ADVICE: Final = {
    errno.EACCES: _MAY_NOT,
    errno.EPERM: _MAY_NOT,
    errno.EROFS: "That disk is mounted read-only: do it where it is not",
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
}


def advice(error: OSError) -> str:
    """Return what to do about a write that failed."""
    return _ADVICE.get(error.errno or 0, "Mend the disk and try again")


def exchange(a: str, b: str) -> None:
    """Swap what stands at two paths in one step; raises FileNotFoundError if either is empty.

    Where the system cannot, `a` replaces `b`, and what stood at `b` is gone.
    """
    if not _rename(a, b, _EXCHANGE):
        os.stat(b, follow_symlinks=False)
        os.replace(a, b)


def move_to_free(a: str, b: str) -> None:
    """Move `a` to `b` in one step, never over anything; raises FileExistsError."""
    if not _rename(a, b, _NO_REPLACE):
        if os.path.lexists(b):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), b)
        os.rename(a, b)


def can_swap() -> bool:
    """Say whether the system swaps two files in one step."""
    return _rename_call() is not None


_EXCHANGE, _NO_REPLACE = (2, 1) if sys.platform != "darwin" else (2, 4)  # renameat2(2); renamex_np(2)


def _rename(a: str, b: str, flags: int) -> bool:
    """Rename with flags; False where the system or the file system has no such thing."""
    call = _rename_call()
    if call is None:
        return False
    try:
        call(a, b, flags)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            return False
        raise
    return True


@cache
def _rename_call() -> Callable[[str, str, int], None] | None:
    """Return the system's rename with flags, None where there is none."""
    import ctypes

    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            call, here = library.renamex_np, ()
        else:
            call, here = library.renameat2, (-100,)  # AT_FDCWD
    except (OSError, AttributeError):
        return None

    def rename(a: str, b: str, flags: int) -> None:
        if here:
            result = call(here[0], os.fsencode(a), here[0], os.fsencode(b), flags)
        else:
            result = call(os.fsencode(a), os.fsencode(b), flags)
        if result:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), b)

    return rename


def network_file_system(path: Path) -> str:
    """Return the kind of network file system that `path` lies on, "" for a local one or where that cannot be said."""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    place, best, kind = str(path), "", ""
    for mount in mounts:
        point, found = [*mount.split(" "), "", "", ""][1:3]
        point = point.replace("\\040", " ")
        if len(point) >= len(best) and (place == point or place.startswith(point.rstrip("/") + "/")):
            best, kind = point, found
    return kind if kind.startswith(("nfs", "cifs", "smb", "afs", "ceph", "fuse.sshfs")) else ""
