"""Work beside the screen's: started from a function, so that what never begins leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def start(node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, alone: bool = False) -> None:
    """Run an asynchronous function as a node's worker; alone: instead of those of its group still running."""
    _: Worker[None] = node.run_worker(work, group=group, exclusive=alone)
