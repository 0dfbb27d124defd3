"""The server: its tools, resources and prompts, the wire, and how long it lives."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import anyio
from anyio.to_thread import run_sync
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import ValidationError

from coord_core import text
from coord_core.errors import CoordError
from coord_core.mcp import data, overview, reading, sessions, tasks, wire, work
from coord_core.mcp.answering import complaint, offer
from coord_core.mcp.desk import Desk
from coord_core.mcp.wording import for_a_client

BEAT: Final = 60.0
"""Seconds between heartbeats: a session counts as late after 300."""
INSTRUCTIONS: Final = """Several agents share this repository. Call sign_on first, then status. Claim before you work:
claim_issue, claim_next_task or accept_handoff, and acquire_lock before you touch what only one may touch. What is
refused says who has it and what to do instead: do that. `messages` in an answer come from a human supervisor or
another agent: read them before you go on. Call sign_off when you are done."""
ACTS: Final = (
    sessions.sign_on, sessions.sign_off, sessions.heartbeat, sessions.log_event,
    work.claim_issue, work.release_issue, work.complete_issue, work.update_progress,
    work.offer_handoff, work.accept_handoff,
    work.acquire_lock, work.renew_lock, work.release_lock,
    tasks.enqueue_task, tasks.claim_next_task, tasks.claim_task, tasks.complete_task, tasks.fail_task,
    tasks.plan_release, tasks.claim_release_task, tasks.complete_release_task,
    data.store_data,
)  # fmt: skip
READS: Final = (overview.status, data.retrieve_data, data.list_keys, data.list_scopes)
DELETES: Final = (data.delete_data, data.delete_scope)
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(desk: Desk, every: float = BEAT) -> None:
    """Serve one client on the standard input and output until it goes; every: seconds between heartbeats."""
    anyio.run(make_server(desk, every).run_stdio_async)


def make_server(desk: Desk, every: float = BEAT) -> Server:
    """Return a server for one session; every: seconds between heartbeats."""
    offered = [
        *(offer(desk, each) for each in ACTS),
        *(offer(desk, each, reads=True) for each in READS),
        *(offer(desk, each, deletes=True) for each in DELETES),
    ]
    server = Server(desk, offered, every)

    @server.resource("session://context", mime_type="application/json")
    def context() -> str:
        """Who you are, which names are taken, and who works on what."""
        return _read(lambda: reading.context(desk))

    @server.resource("session://state/{instance_id}", mime_type="application/json")
    def state(instance_id: str) -> str:
        """What another session works on."""
        found = _read(lambda: reading.state(desk, instance_id))
        if not found:
            raise ResourceNotFoundError(f"no session {text.line(instance_id)}: session://context lists them")
        return found

    @server.prompt()
    def startup() -> str:
        """What to do when a session starts."""
        return text.block(reading.startup(desk))

    @server.prompt()
    def sign_off() -> str:
        """What to do before a session ends."""
        return text.block(reading.sign_off(desk))

    return server


class Server(MCPServer[None]):
    """The SDK's server, which beats while it lives, and says what is wrong with a call in our words."""

    def __init__(self, desk: Desk, offered: list[Tool], every: float) -> None:
        self._desk, self._offered, self._every = desk, {each.name: each for each in offered}, every
        super().__init__(
            "coord", instructions=INSTRUCTIONS, version=_version(), tools=offered, log_level="WARNING",
            lifespan=lambda _: self._living(),
        )  # fmt: skip

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool by name; raises ToolError."""
        about = context.session.client_params if context is not None else None
        self._desk.client = about.client_info.name if about is not None else ""
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError) and name in self._offered:
                raise ToolError(complaint(self._offered[name], error.__cause__)) from error.__cause__
            if isinstance(error.__cause__, ToolError):
                # The SDK puts words before ours that help nobody.
                raise error.__cause__ from error.__cause__.__cause__
            raise

    async def run_stdio_async(self) -> None:
        """Serve on the standard input and output until the client goes."""
        async with wire.stdio() as (read, write):
            await self._lowlevel_server.run(read, write, self._lowlevel_server.create_initialization_options())

    @asynccontextmanager
    async def _living(self) -> AsyncIterator[None]:
        """Beat while it lasts; at its end, whatever the end, the session is signed off."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._beat)
                group.start_soon(self._heed)
                yield
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await run_sync(self._desk.leave, "its client went")

    async def _beat(self) -> None:
        while True:
            await anyio.sleep(self._every)
            if not await run_sync(self._desk.beat):
                await self._quit("its client is gone")

    async def _heed(self) -> None:
        with anyio.open_signal_receiver(*SIGNALS) as signals:
            async for each in signals:
                await self._quit(f"its client ended it ({each.name})")

    async def _quit(self, reason: str) -> None:
        await run_sync(self._desk.leave, reason)
        # The thread that waits for the next line of the client would keep an orderly end waiting too.
        os._exit(0)


def _read(look: Callable[[], str | None]) -> str:
    try:
        return look() or ""
    except CoordError as error:
        raise ResourceError(text.line(for_a_client(str(error)))) from error


def _version() -> str:
    try:
        return version("coord-tui")
    except PackageNotFoundError:
        return ""
