"""What the words in `coordctl status` mean, for its help."""

from __future__ import annotations

from typing import Final

from coord_core.state.records import Life, Severity, TaskState

LOCK_STATES: Final = ("held", "expired", "free")


def glossary() -> str:
    """Return every kind of finding, severity and state that `coordctl status` prints."""
    from coord_core.state.findings import KINDS

    rows = [
        ("sessions", ", ".join(each.value for each in Life)),
        ("locks", ", ".join(LOCK_STATES)),
        ("tasks", ", ".join(each.value for each in TaskState)),
        ("severities", ", ".join(each.value for each in Severity)),
    ]
    states = [f"  {name:<10}  {said}" for name, said in rows]
    kinds = [f"  {kind:<18}  {severity.value:<6}  {meaning}" for kind, (severity, meaning) in KINDS.items()]
    times = "Times are seconds (*_age, *_for) or ISO 8601 UTC."
    return "\n".join(["states:", *states, "kinds of findings:", *kinds, times])
