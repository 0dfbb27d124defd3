"""What agents are told to do where others work too: a few lines of Markdown for the instructions that they read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coord_core.errors import Refused

USUAL: Final = ("CLAUDE.md", "AGENTS.md")
"""Files that agents read when they start."""
BEGIN: Final = "<!-- coordctl -->"
END: Final = "<!-- /coordctl -->"
TEXT: Final = """\
## Other agents work here too

You share this repository with other agents. Coordinate with the tools of the MCP server `coord`, or with `coordctl`:

1. Sign on first (`sign_on`; shell: `export COORD_SESSION=$(coordctl sign-on)`), then look (`status`).
2. Claim before you work: `claim_issue`, `claim_next_task` (`coordctl claim issue:15`, `coordctl next-task`).
3. Lock what only one may touch, and let it go soon: `acquire_lock`, `release_lock` (`coordctl lock`, `unlock`).
4. Say how far you are: `update_progress` (`coordctl progress`). Heed the messages that come with an answer.
5. Finish what is done (`complete_issue`, `complete_task`; `coordctl done`), hand off what is not (`offer_handoff`;
   `coordctl handoff`), then sign off (`sign_off`; `coordctl sign-off`).

What is refused says who has it and what to do instead: do that.
"""


def read(path: Path) -> str:
    """Return what a file holds, whatever that is, nothing if it is not there; raises Refused."""
    try:
        return path.read_bytes().decode(errors="surrogateescape") if path.is_file() else ""
    except OSError as error:
        raise Refused(f"cannot read {path} ({error.strerror}); nothing was changed") from error


def has(path: Path) -> bool:
    """Say whether agents are told there already."""
    return BEGIN in read(path)


def added(path: Path) -> str:
    """Return what a file is to hold: all that it does, then the briefing; raises Refused if it cannot be one."""
    if not path.parent.is_dir() or (path.exists() and not path.is_file()):
        raise Refused(f"{path} is no file that can be written; nothing was changed")
    before = read(path)
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    return f"{before}{gap}{BEGIN}\n{TEXT}{END}\n"
