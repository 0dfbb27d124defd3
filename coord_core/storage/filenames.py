"""Scope names <-> file names (the rules are in the design, §2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from coord_core.scopes import from_reference_name, reference_name

SUFFIX: Final = ".json"
MAX_BYTES: Final = 200
_HASHED: Final = "%%"
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f%\\<>"|?*]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_KEPT: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-.")
_ENCODED: Final = tuple(chr(byte) if byte in _KEPT else f"%{byte:02x}" for byte in range(256))


@lru_cache(maxsize=4096)
def plain_name(scope: str) -> str | None:
    """Return the reference's file name for a scope, None where that name is unsafe."""
    name = reference_name(scope) + SUFFIX
    if name.startswith((".", "-", " ")) or name == SUFFIX or len(name.encode()) > MAX_BYTES:
        return None
    return None if _UNSAFE.search(name) or _DEVICES.match(name) else name


@lru_cache(maxsize=4096)
def encoded_name(scope: str) -> str:
    """Return a file name that no other scope has, also where case does not count; at most 200 bytes, no leading dot."""
    raw = scope.encode()
    name = "".join([_ENCODED[byte] for byte in raw])
    if name.startswith((".", "-")):
        name = f"%{raw[0]:02x}{name[1:]}"
    if _DEVICES.match(name):
        name = f"%{raw[0]:02x}{name[1:]}"
    if len(name) + len(SUFFIX) > MAX_BYTES:
        import hashlib

        digest = hashlib.sha256(raw).hexdigest()
        room = MAX_BYTES - len(SUFFIX) - len(_HASHED) - len(digest)
        name = f"{name[:room].rsplit('%', 1)[0]}{_HASHED}{digest}"
    return name + SUFFIX


def belongs(file_name: str, scope: str) -> bool:
    """Say whether `scope` maps to this very file name, where case may not count."""
    names = {encoded_name(scope), plain_name(scope) or ""}
    return file_name in names or file_name.casefold() in {name.casefold() for name in names}


def scope_of(file_name: str, member: object, workspaces: Iterable[str] = ()) -> str | None:
    """Return the scope of a file: its own word for it if that maps here, else what its name says; None: no telling.

    member: the document's `scope`. workspaces: those that are known.
    """
    if isinstance(member, str) and member and _encodable(member) and belongs(file_name, member):
        return member
    stem = file_name.removesuffix(SUFFIX)
    if "%" not in stem:
        scope = from_reference_name(stem, workspaces)
        return scope if scope and reference_name(scope) == stem else None
    try:
        scope = re.sub(rb"%([0-9a-f]{2})", lambda hit: bytes([int(hit[1], 16)]), stem.encode()).decode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    return scope if scope and encoded_name(scope) == file_name else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
