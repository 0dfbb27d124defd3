"""Words for a client: where the actions' advice names a verb of the shell, it reads the tool that does the same."""

from __future__ import annotations

import re
from typing import Final

TOOLS: Final = {
    "sign-on": "sign_on", "sign-off": "sign_off", "beat": "heartbeat", "event": "log_event",
    "claim": "claim_issue", "unclaim": "release_issue", "progress": "update_progress",
    "handoff": "offer_handoff", "accept": "accept_handoff",
    "lock": "acquire_lock", "unlock": "release_lock",
    "add-task": "enqueue_task", "next-task": "claim_next_task", "done": "complete_task", "fail": "fail_task",
    "plan-release": "plan_release", "status": "status", "findings": "status",
    "get": "retrieve_data", "set": "store_data", "delete": "delete_data", "scopes": "list_scopes",
}  # fmt: skip
"""The tool for each verb of `coordctl` that an agent has one for; the others are a human's."""
ARGUMENTS: Final = {"--wait": "wait=true", "--new": "new=true"}
"""The argument for each option that advice names."""
HUMAN: Final = "a human"

_NAMED: Final = r"coordctl (?P<verb>[a-z]+(?:-[a-z]+)*)"
_ASIDE: Final = re.compile(rf" \(`?{_NAMED}`?\)")
_QUOTED: Final = re.compile(rf"`{_NAMED}(?: (?P<values>[^`]*))?`")
# Without quotes only what looks like a name (`issue:15`, `queue#7`) goes with the verb.
_PLAIN: Final = re.compile(rf"{_NAMED}(?: (?P<values>[^\s()`,;]+[:#][^\s()`,;]+))?")
_OPTION: Final = re.compile("|".join(map(re.escape, ARGUMENTS)))


def for_a_client(words: str) -> str:
    """Return words that may name verbs of `coordctl` with tools in their place; what only humans do, a human does."""
    words = _ASIDE.sub(lambda found: found[0] if found["verb"] in TOOLS else "", words)
    words = _QUOTED.sub(lambda found: _tool(found, "`"), words)
    # Without quotes it may be a human's own words, such as why everything is on hold.
    words = _PLAIN.sub(lambda found: _tool(found, "") if found["verb"] in TOOLS else found[0], words)
    return _OPTION.sub(lambda found: ARGUMENTS[found[0]], words)


def _tool(found: re.Match[str], quote: str) -> str:
    tool, values = TOOLS.get(found["verb"]), (found["values"] or "").split()
    if tool is None:
        begins = found.start() == 0 or found.string[: found.start()].endswith(". ")
        return HUMAN.capitalize() if begins else HUMAN
    return f"{quote}{tool}{'(' + ', '.join(values) + ')' if values else ''}{quote}"
