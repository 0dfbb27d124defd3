"""What another program does to a store: the reference coordinator's way, in place, without a lock."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def store(path: Path, key: str, value: Any) -> None:
    members = json.loads(path.read_text()) if path.exists() else {"data": {}, "metadata": {}}
    now = datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None).isoformat()
    created = members["metadata"].get(key, {}).get("created_at", now)
    members["data"][key] = value
    members["metadata"][key] = {"created_at": created, "updated_at": now}
    with path.open("w") as file:
        json.dump(members, file, indent=2, ensure_ascii=False)


def data(path: Path) -> Any:
    return json.loads(path.read_text())["data"] if path.exists() else None
