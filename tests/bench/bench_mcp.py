"""How fast an MCP call is, against the SDK's empty call and the transaction that it comes to, of the same run.

python -m tests.bench.bench_mcp [FOLDER]
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from mcp import Client, StdioServerParameters, stdio_client

from coord_core.actions.agent import Agent
from coord_core.storage import open_storage
from tests.bench.bench_storage import ROUND
from tests.mcp import W, over_stdio

TURNS = 300
EMPTY = """
from mcp.server import MCPServer
server = MCPServer("empty", log_level="WARNING")
@server.tool()
def nothing(issue: int) -> None: pass
server.run()
"""


async def median_us(*calls: Callable[[int], Awaitable[object]]) -> list[float]:
    """Return each call's median in microseconds; the calls take turns in rounds, as in `bench_storage`."""
    taken: list[list[float]] = [[] for _ in calls]
    for start in range(0, TURNS, ROUND):
        for times, call in zip(taken, calls, strict=True):
            os.sync()
            await call(TURNS + start)
            for turn in range(start, start + ROUND):
                begun = time.perf_counter()
                await call(turn)
                times.append(time.perf_counter() - begun)
    return [statistics.median(times) * 1e6 for times in taken]


async def main(folder: Path) -> None:
    """Print what a claim, progress and a reading cost."""
    sdk = StdioServerParameters(command=sys.executable, args=["-c", EMPTY])
    floor = Agent(open_storage(str(folder / "floor")), W, facts={})
    floor.sign_on()
    async with Client(stdio_client(sdk)) as empty, over_stdio(folder / "ours") as me:
        await me.call("sign_on")

        async def nothing(turn: int) -> None:
            await empty.call_tool("nothing", {"issue": turn})

        async def claim(turn: int) -> None:
            floor.claim_issue(turn)

        async def progress(turn: int) -> None:
            floor.update_progress(15, "testing", turn % 100, "on it")

        async def read(turn: int) -> None:
            floor.retrieve_data("issue:15", "progress")

        async def mcp_claim(turn: int) -> None:
            await me.call("claim_issue", issue=turn)

        async def mcp_progress(turn: int) -> None:
            await me.call("update_progress", issue=15, phase="testing", percent=turn % 100, message="on it")

        async def mcp_read(turn: int) -> None:
            await me.call("retrieve_data", scope="issue:15", key="progress")

        for name, ours, theirs in (
            ("claim_issue", mcp_claim, claim),
            ("update_progress", mcp_progress, progress),
            ("retrieve_data", mcp_read, read),
        ):
            mine, sdks, act = await median_us(ours, nothing, theirs)
            print(
                f"MCP {name:<15} {mine:6.0f} µs, the SDK's empty call {sdks:5.0f} + the action {act:5.0f}: "
                f"{mine / (sdks + act):.2f} (≤ 2)"
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as place:
        asyncio.run(main(Path(place)))
