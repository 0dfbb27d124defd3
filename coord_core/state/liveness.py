"""live / late / stale / dead / signed off / unknown, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """When things begin to matter, all in seconds; every one is a setting."""

    late: float = 5 * 60
    stale: float = 60 * 60
    idle: float = 20 * 60
    lock_wait: float = 10 * 60
    queue_wait: float = 15 * 60
    task: float = 60 * 60
    handoff: float = 30 * 60
    repeats: int = 10
