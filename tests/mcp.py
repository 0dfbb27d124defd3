"""Agents as their programs are: the official client at our MCP server, over stdio or in this process."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mcp import Client, StdioServerParameters, stdio_client

from coord_core.actions import supervisor
from coord_core.actions.view import take_board
from coord_core.mcp.desk import Desk
from coord_core.mcp.serving import make_server
from coord_core.storage import open_storage

ROOT = Path(__file__).parents[1]
W = "laptop:acme/shop"


class Refusal(Exception):
    """A tool refused."""


class Answer(NamedTuple):
    """What a tool came to."""

    text: str
    refused: bool
    data: dict[str, Any]


class AtClient:
    """An agent at its client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def ask(self, tool: str, /, **arguments: Any) -> Answer:
        """Call a tool, whatever comes of it."""
        found = await self.client.call_tool(tool, arguments)
        text = "".join(each.text for each in found.content if each.type == "text")
        return Answer(text, bool(found.is_error), found.structured_content or {})

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool and return its structured answer; raises Refusal."""
        answer = await self.ask(tool, **arguments)
        if answer.refused:
            raise Refusal(answer.text)
        return answer.data


def parameters(store: Path, *options: str) -> StdioServerParameters:
    """Return how a client starts our server on a store."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COORD_", "CLAUDE"))}
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "coord_core.cli", "--store", str(store), "--workspace", W, "mcp", *options],
        env=kept | {"PYTHONPATH": str(ROOT), "HOME": str(store.parent)},
        cwd=store.parent,
    )


def data(store: Path, short: str) -> dict[str, Any]:
    """Return what a document of the workspace holds."""
    document = open_storage(str(store)).read(f"{W}:{short}")
    return dict(document.data) if document else {}


def held(store: Path) -> dict[str, bytes]:
    """Return everything in a store but its lock file."""
    return {str(path): path.read_bytes() for path in store.rglob("*") if path.is_file() and path.name != "lock"}


def clean_up(store: Path, session: str, reason: str) -> None:
    """Clean a session up, as a supervisor does."""
    storage = open_storage(str(store))
    board = take_board(storage, time.time())
    plan = supervisor.plan(board, "clean_up_session", {"scope": f"{W}:session:{session}"})
    supervisor.apply(storage, plan, reason=reason, actor={"supervisor": "kim@laptop"}, now=time.time())


@asynccontextmanager
async def over_stdio(store: Path, *options: str) -> AsyncIterator[AtClient]:
    """Give an agent whose server is a process of its own."""
    async with Client(stdio_client(parameters(store, *options))) as client:
        yield AtClient(client)


@asynccontextmanager
async def in_process(store: Path) -> AsyncIterator[AtClient]:
    """Give an agent whose server runs in this process."""
    async with Client(make_server(Desk(open_storage(str(store)), W))) as client:
        yield AtClient(client)
