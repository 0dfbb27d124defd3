"""bytes <-> document: the reference coordinator's format, with `scope`, `revision` and `check` of our own beside it."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import orjson

from coord_core.documents import Document
from coord_core.errors import InvalidDocument, UnreadableDocument
from coord_core.frozen import frozen

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 200
MAX_REVISION: Final = 1 << 62
OURS: Final = frozenset({"scope", "revision", "check", "data", "metadata"})
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_ORJSON_DEPTH: Final = 254
_LONG_NUMBER: Final = b"0" * 19
_STRIDE: Final = 4
_SHORT: Final = 1 << 12
"""Up to so many bytes, counting brackets costs less than asking orjson how deep they nest."""


@frozen(eq=False)
class Contents:
    """What a document's bytes hold.

    members: at the top; plain: only the standard json reads and writes them unharmed; packed: their `data` as orjson
    writes it, empty where plain, and where nobody asks for it because another coordinator wrote it.
    """

    members: Mapping[str, Any]
    plain: bool = False
    packed: bytes = b""


def parse(raw: bytes, source: str) -> Contents:
    """Return what a document's bytes hold.

    Raises UnreadableDocument, with the rule that `raw` breaks; `source` is where it came from, for that message.
    """
    if not raw.strip():
        raise UnreadableDocument(source, "it is empty")
    if len(raw) > MAX_BYTES:
        raise UnreadableDocument(source, f"it is larger than {MAX_BYTES >> 20} MiB")
    plain = holds_long_number(raw)
    try:
        members = json.loads(raw) if plain else orjson.loads(raw)
    except ValueError:
        # NaN, Infinity and lone surrogates are no JSON to orjson.
        plain = True
        try:
            members = json.loads(raw)
        except RecursionError:
            raise UnreadableDocument(source, f"it is nested deeper than {MAX_DEPTH}") from None
        except ValueError as error:
            raise UnreadableDocument(source, f"it is not whole JSON ({_where(error)})") from None
    if not isinstance(members, dict):
        raise UnreadableDocument(source, "it is JSON, but no object")
    if not isinstance(members.get("data"), dict):
        raise UnreadableDocument(source, 'it has no object "data"')
    flat = len(raw) <= _SHORT and raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH
    if flat or not _too_deep({**members, "data": None} if not plain else members):
        with suppress(TypeError):
            needless = plain or (flat and "revision" not in members)
            return Contents(members, plain, b"" if needless else _pack(members["data"], 0 if flat else 2))
    raise UnreadableDocument(source, f"it is nested deeper than {MAX_DEPTH}")


def holds_long_number(raw: bytes) -> bool:
    """Say whether 19 digits stand in a row: a number that only the standard json is sure to keep."""
    # Of 19 in a row, every fourth makes four: where those are missing, most need not be looked at.
    few = raw[::_STRIDE].translate(_DIGITS)
    return _LONG_NUMBER[: len(_LONG_NUMBER) // _STRIDE] in few and _LONG_NUMBER in raw.translate(_DIGITS)


def holds_nan(data: Any) -> bool:
    """Say whether NaN or Infinity stands anywhere in data."""
    try:
        json.dumps(data, allow_nan=False)
    except ValueError:
        return True
    return False


def _where(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is no UTF-8"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)[:60]


def _too_deep(members: Any) -> bool:
    """Say whether lists and objects nest deeper than allowed."""
    try:
        _pack(members, 1)
    except TypeError:
        return _depth(members) > MAX_DEPTH
    return False


def _pack(value: Any, at: int) -> bytes:
    """Return what orjson writes; at: how deep it stands, for a TypeError if it goes too deep, 0 if that is known."""
    around = _ORJSON_DEPTH - MAX_DEPTH + at - 1 if at else 0
    for _ in range(around):
        value = [value]
    raw = orjson.dumps(value)
    return raw[around : len(raw) - around]


def _depth(members: Any) -> int:
    level, depth = [members], 0
    while level:
        depth += 1
        insides = [item.values() if type(item) is dict else item for item in level]
        level = [item for inside in insides for item in inside if type(item) is dict or type(item) is list]
    return depth


def document(contents: Contents, scope: str, source: str, written_at: float) -> Document:
    """Return what was parsed as the document of `scope`."""
    members, plain = contents.members, contents.plain
    data, metadata = members["data"], members.get("metadata")
    revision = members.get("revision")
    ours = type(revision) is int and 0 < revision < MAX_REVISION
    return Document(
        scope=scope,
        data=data,
        metadata=metadata if isinstance(metadata, dict) else {},
        revision=revision if ours else None,
        edited=ours and members.get("check") != (checksum(data, plain) if plain else zlib.crc32(contents.packed)),
        written_at=written_at,
        source=source,
        extra={} if len(members) == 5 and members.keys() == OURS else _extra(members),
        plain=plain,
    )


def _extra(members: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key not in OURS}


def checksum(data: Mapping[str, Any], plain: bool = False) -> int:
    """Return the CRC-32 of `data` that tells another program's edits from ours."""
    try:
        if plain:
            json.dumps(data, allow_nan=False)  # to orjson, NaN is null
        return zlib.crc32(orjson.dumps(data))
    except (TypeError, ValueError):
        return zlib.crc32(json.dumps(data, separators=(",", ":")).encode())


def encode(doc: Document) -> bytes:
    """Return a document as it is stored; raises InvalidDocument if it is too large or no JSON."""
    members = {
        "scope": doc.scope,
        "revision": doc.revision,
        "check": checksum(doc.data, doc.plain),
        "data": doc.data,
        "metadata": doc.metadata,
        **doc.extra,
    }
    try:
        raw = dump(members, doc.plain, indent=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidDocument(doc.scope, f"it cannot be stored as JSON ({error})") from None
    if len(raw) > MAX_BYTES:
        raise InvalidDocument(doc.scope, f"it would have {len(raw)} bytes, {MAX_BYTES} are allowed")
    return raw


def dump(value: Any, plain: bool = False, *, indent: bool = False) -> bytes:
    """Return `value` as JSON bytes, by the standard json where `plain` or where orjson cannot."""
    if not plain:
        try:
            return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None)
        except TypeError:
            pass
    text = json.dumps(
        value, ensure_ascii=False, indent=2 if indent else None, separators=None if indent else (",", ":")
    )
    return text.encode(errors="backslashreplace")  # a lone surrogate becomes its JSON escape


def check_value(scope: str, value: Any, depth: int = 3) -> None:
    """Raise InvalidDocument unless `value` is data that JSON can hold: no NaN, no Infinity, names are text.

    depth: how deep in the document it stands; a key's value stands at 3.
    """
    if depth > MAX_DEPTH and isinstance(value, dict | list | tuple):
        raise InvalidDocument(scope, f"it would be nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        for key, item in value.items():
            check_name(scope, key)
            check_value(scope, item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            check_value(scope, item, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidDocument(scope, "NaN and Infinity are not stored")
    elif isinstance(value, str):
        if not value.isascii():
            _check_text(scope, value)
    elif value is not None and not isinstance(value, bool | int | float):
        raise InvalidDocument(scope, f"a {type(value).__name__} is not data that JSON holds")


def check_name(scope: str, name: object) -> None:
    """Raise InvalidDocument unless `name` can be a member's."""
    if not isinstance(name, str):
        raise InvalidDocument(scope, f"a member's name must be text, not {name!r}")
    if not name.isascii():
        _check_text(scope, name)


def _check_text(scope: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidDocument(scope, "it holds half a character (a lone surrogate)") from None
