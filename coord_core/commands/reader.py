"""The reader of what a command prints: whether there is still one, while nothing is printed."""

from __future__ import annotations

import asyncio
import select
import sys
from collections.abc import Coroutine
from typing import Any, Final

GONE: Final = select.POLLERR | select.POLLHUP
LOOK: Final = 0.3
"""Seconds between two looks."""


async def while_read(printing: Coroutine[Any, Any, None]) -> None:
    """Print until the end; raises BrokenPipeError once the reader is gone, however long nothing is printed."""
    tasks = {asyncio.ensure_future(printing), asyncio.ensure_future(_reader_gone())}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _reader_gone() -> None:
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    while not any(event & GONE for _, event in poll.poll(0)):
        await asyncio.sleep(LOOK)
    raise BrokenPipeError
