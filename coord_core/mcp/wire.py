"""The wire: messages on stdio, and an answer also to those that cannot be read, or their sender waits for ever."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_TOKEN: Final = re.compile(rf"{_TEXT}|[\[\]{{}}]")
_ID: Final = re.compile(rf"\s*:\s*(-?\d{{1,18}}|{_TEXT})")
Item = SessionMessage | Exception


class _Writer(Protocol):
    async def send(self, item: SessionMessage, /) -> None: ...


@asynccontextmanager
async def stdio() -> AsyncIterator[tuple[MemoryObjectReceiveStream[Item], Any]]:
    """Give what comes in on the standard input, and where answers go."""
    async with stdio_server() as (read, write), anyio.create_task_group() as tasks:
        relay, readable = anyio.create_memory_object_stream[Item]()
        tasks.start_soon(_relay, read, relay, write)
        yield readable, write
        tasks.cancel_scope.cancel()


def unreadable(problem: Exception) -> JSONRPCError | None:
    """Return the answer to a message that could not be read, None if nobody waits for one."""
    if not isinstance(problem, ValidationError):
        return None
    first = problem.errors(include_url=False)[0]
    line = first["input"] if isinstance(first["input"], str) else ""
    ident = request_id(line)
    said = (
        f"this call cannot be read ({first['msg']}); nothing was changed. "
        "Values may be nested 190 deep, and hold no halves of characters"
    )
    return JSONRPCError(jsonrpc="2.0", id=ident, error=ErrorData(code=PARSE_ERROR, message=said)) if ident else None


def request_id(line: str) -> str | int | None:
    """Return the id of a request, whatever else is wrong with its JSON; None without one."""
    depth = 0
    for token in _TOKEN.finditer(line):
        found = token[0]
        if found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
        elif depth == 1 and found == '"id"' and (value := _ID.match(line, token.end())):
            ident: str | int = json.loads(value[1])
            return ident
    return None


async def _relay(read: Any, relay: MemoryObjectSendStream[Item], write: _Writer) -> None:
    async with relay:
        async for item in read:
            answer = unreadable(item) if isinstance(item, Exception) else None
            if answer is not None:
                await write.send(SessionMessage(answer))
            else:
                await relay.send(item)
