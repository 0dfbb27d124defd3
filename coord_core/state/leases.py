"""Leases: until when a lock holds, by the clock of its boot, which never jumps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def lease_end(lock: Mapping[str, Any], boot: str) -> float | None:
    """Return when a lock's time is over in monotonic seconds of this boot; None if it was not taken on it for a time.

    lock: its data, `lease` {ttl, boot, mono} in it. boot: the id of this boot.
    """
    lease = lock.get("lease")
    if not boot or not isinstance(lease, dict) or lease.get("boot") != boot:
        return None
    begun, ttl = lease.get("mono"), lease.get("ttl")
    if not isinstance(begun, int | float) or not isinstance(ttl, int | float):
        return None
    return begun + ttl if math.isfinite(begun) and math.isfinite(ttl) else None
