"""What the words in `coordctl status` mean, for its help, and commands as words for a shell."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import Final

from coord_core import text
from coord_core.state.insights import Life, Severity
from coord_core.state.records import TaskState

LOCK_STATES: Final = ("held", "expired", "free")
_PLAIN: Final = frozenset(range(0x20, 0x7F)) - frozenset(b"\\'")


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


REASON: Final = "..."
"""What stands for a reason in a command that wants one; it is none itself."""


def shell_line(program: str, verb: str, *arguments: str, reason: bool = False) -> str:
    """Return a command as it is typed into a shell, whatever its arguments hold: names of files are others' words.

    reason: it wants one.
    """
    options = [each for each in arguments if each in ("--nobody", "--stale")]
    values = [each for each in arguments if each not in options]
    end = ["--"] if any(each.startswith("-") for each in values) else []
    why = [f'--reason "{REASON}"'] if reason else []
    quoted = [*map(_quoted, values)]
    # After `--` nothing is an option.
    return " ".join([program, verb, *options, *([*why, *end, *quoted] if end else [*quoted, *why])])


def task_names(target: str) -> Iterator[tuple[str, str]]:
    """Yield list and task that LIST#TASK may mean: both may themselves hold a `#`, so each one is tried."""
    for at, char in enumerate(target):
        if char == "#" and 0 < at < len(target) - 1:
            yield target[:at], target[at + 1 :]


def _quoted(value: str) -> str:
    """Quote a word; one that a terminal does not show as it is, byte by byte, as bash and zsh read it."""
    if text.line(value) == value:
        return shlex.quote(value)
    try:
        raw = os.fsencode(value)
    except UnicodeEncodeError:
        raw = value.encode(errors="replace")
    return f"$'{''.join(chr(byte) if byte in _PLAIN else f'{chr(92)}x{byte:02x}' for byte in raw)}'"
