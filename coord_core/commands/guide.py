"""What `--help` says besides: the verbs in groups, and an example for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from coord_core.commands.verbs import Verb

GROUPS: Final = {
    "look and edit": ("status", "findings", "log", "get", "scopes", "set", "delete"),
    "be an agent": (
        "sign-on", "sign-off", "beat", "claim", "unclaim", "progress", "handoff", "accept", "lock", "unlock",
        "add-task", "next-task", "done", "fail", "plan-release", "event", "run",
    ),
    "supervise": (
        "release", "reassign", "requeue", "clean-up", "quarantine", "message", "hold", "lift", "undo", "redo",
    ),
    "set up": ("init", "doctor", "mcp", "simulate"),
}  # fmt: skip

EXAMPLES: Final = {
    "status": "coordctl status --line",
    "findings": "coordctl findings --json",
    "log": "coordctl log --lines 20",
    "get": "coordctl get issue:15 progress",
    "scopes": "coordctl scopes 'issue:*'",
    "set": "coordctl set issue:15 status '\"pending\"'",
    "delete": "coordctl delete issue:15 progress",
    "sign-on": "export COORD_SESSION=$(coordctl sign-on)",
    "sign-off": "coordctl sign-off",
    "beat": "coordctl beat",
    "claim": "coordctl claim issue:16",
    "unclaim": "coordctl unclaim issue:15",
    "progress": 'coordctl progress issue:15 --phase testing --percent 75 "Writing tests"',
    "handoff": 'coordctl handoff issue:15 --next "Review the change" --to claude_2',
    "accept": "coordctl accept issue:17",
    "lock": "coordctl lock database_migration --ttl 10m --wait",
    "unlock": "coordctl unlock src/orders",
    "add-task": 'coordctl add-task \'{"type": "test", "file": "cart.py"}\'',
    "next-task": "coordctl next-task queue --where type=test",
    "done": 'coordctl done queue#1 --result "12 tests pass"',
    "fail": 'coordctl fail queue#1 --error "it hangs"',
    "plan-release": 'coordctl plan-release v1.0.0 "Run tests" Publish',
    "event": 'coordctl event note "The API is frozen"',
    "run": "coordctl run --lock database_migration --wait 5m -- echo done",
    "release": 'coordctl release src/orders --reason "it hangs"',
    "reassign": 'coordctl reassign issue:15 claude_2 --reason "claude_1 is at its limit"',
    "requeue": 'coordctl requeue queue#1 --reason "wrong agent"',
    "clean-up": "coordctl clean-up --stale --dry-run",
    "quarantine": "coordctl quarantine laptop__acme__shop__issue__9.json",
    "message": 'coordctl message claude_2 "Stop here"',
    "hold": 'coordctl hold "Commit nothing, wait"',
    "lift": "coordctl lift",
    "undo": "coordctl undo --dry-run",
    "redo": "coordctl redo",
    "init": "coordctl init --tell CLAUDE.md",
    "doctor": "coordctl doctor",
    "mcp": "coordctl --workspace laptop:acme/shop mcp",
    "simulate": "coordctl simulate --agents 2 --seconds 1",
}
"""Each runs as it stands; a test does it."""
EXIT: Final = (
    "exit code: 0 done, 1 refused (the reason is on the error output; with --json as JSON: error, message, and what\n"
    "else is known, such as holder, age and life), 2 usage. COMMAND --help says more of each, with an example."
)


def overview(verbs: Iterable[Verb]) -> str:
    """Return all verbs in their groups, and what the exit code means."""
    about = {verb.name: verb.about for verb in verbs}
    groups = [
        "\n".join([f"{group}:", *(f"  {name:<13} {about[name]}" for name in names)]) for group, names in GROUPS.items()
    ]
    return "\n\n".join([*groups, EXIT])


def example(verb: str) -> str:
    """Return a verb's example, as its help shows it."""
    return f"example:\n  {EXAMPLES[verb]}"
