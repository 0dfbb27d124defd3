"""Alarm: the terminal's bell, or a program of the user's, when something new and bad needs them."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Iterable, Sequence
from typing import Final

from coord_core import text
from coord_core.errors import Refused
from coord_core.state.insights import Finding, Severity
from coord_tui.ignored import identity

REST_S: Final = 20.0
"""How long, in seconds, it is quiet after it rang; what comes meanwhile is told together then."""
PATIENCE_S: Final = 10.0
"""How long the program may take."""
LOOK_S: Final = 0.05
LONGEST: Final = 300
PLACE: Final = re.compile(r"\{(text|title)\}")


class Alarm:
    """Knows what is new. The first findings that it hears of were there before, and are not."""

    def __init__(self) -> None:
        self._known: set[str] | None = None
        self._waiting: dict[str, Finding] = {}
        self._rang = float("-inf")

    def hear(self, findings: Iterable[Finding]) -> None:
        """Take in what needs somebody now; what went away in the meantime need not be told any more."""
        there = {identity(finding): finding for finding in findings if finding.severity is Severity.HIGH}
        known = there.keys() if self._known is None else self._known
        self._waiting = {name: there[name] for name in self._waiting if name in there}
        self._waiting |= {name: finding for name, finding in there.items() if name not in known}
        self._known = set(there)

    def due(self, now: float) -> list[Finding]:
        """Return what is to be told now, in seconds since 1970; a clock that was set back holds nothing up."""
        if not self._waiting or 0 <= now - self._rang < REST_S:
            return []
        told, self._waiting, self._rang = list(self._waiting.values()), {}, now
        return told


def words(findings: Sequence[Finding]) -> str:
    """Return several findings as one sentence."""
    more = len(findings) - 1
    return findings[0].text if not more else f"{findings[0].text}, and {more} more"


def arguments(command: Sequence[str], said: str, title: str) -> list[str]:
    """Return a program and its arguments with the words filled in: safe, each in one argument, and none an option."""
    words_ = {"text": text.line(said, LONGEST), "title": text.line(title, LONGEST)}
    filled = [PLACE.sub(lambda found: words_[found[1]], each) for each in command]
    return [
        f" {now}" if now.startswith("-") and not before.startswith("-") else now
        for before, now in zip(command, filled, strict=True)
    ]


async def run(command: Sequence[str]) -> None:
    """Run a program to its end; raises Refused where it is missing, fails, or takes too long and is ended."""
    try:
        process = await asyncio.to_thread(_start, command)
    except (OSError, ValueError) as error:
        raise Refused(f"notify: {command[0]} cannot be started ({error}): see `notify` in the settings") from error
    try:
        async with asyncio.timeout(PATIENCE_S):
            while process.poll() is None:
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise Refused(f"notify: {command[0]} took more than {PATIENCE_S:g} s and was ended") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        raise Refused(f"notify: {command[0]} failed (exit code {process.returncode}): see `notify` in the settings")


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
