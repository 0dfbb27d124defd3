"""simulate: agents play in a store, each a process of its own, and those that die are followed by others."""

from __future__ import annotations

import json
import os
import random
import signal
import tempfile
import time
import traceback
from argparse import ArgumentTypeError
from collections import Counter
from pathlib import Path
from select import select
from typing import Final, NoReturn

from coord_core.actions.agent import Agent
from coord_core.actions.surroundings import surroundings
from coord_core.actions.workspaces import agents_workspace
from coord_core.commands.call import Call
from coord_core.commands.player import Player
from coord_core.commands.refusal import briefly
from coord_core.errors import CoordError, Refused, StoreMissing
from coord_core.processes import hostname
from coord_core.scopes import parse
from coord_core.storage import open_storage
from coord_core.storage.places import find_store

CLIENT: Final = "simulate"
MOST: Final = 64
LONGEST: Final = 86400.0
DEADLIEST: Final = 60.0
"""Deaths of an agent in a minute at most."""
MOURNED: Final = 1.0
"""Seconds after a death until another agent begins."""
PATIENCE: Final = 10.0
"""Seconds that agents get to sign off."""


def simulate(call: Call) -> None:
    """Let agents play; print what they do, and what it came to."""
    args = call.args
    if not 1 <= args.agents <= MOST:
        raise ArgumentTypeError(f"--agents: 1 to {MOST} can play")
    if not 0 < args.seconds <= LONGEST:
        raise ArgumentTypeError(f"--seconds: more than 0 and at most {LONGEST:.0f} are possible")
    if not 0 <= args.deaths <= DEADLIEST:
        raise ArgumentTypeError(f"--deaths: 0 to {DEADLIEST:.0f} a minute are possible")
    store = _place(call)
    if not args.json:
        call.say(f"The store is {store}: coord-tui --store {store}")
    play = Play(call, store)
    try:
        play.play(time.monotonic() + args.seconds)
    except KeyboardInterrupt:
        pass  # enough was seen: the rest is the same as at the end of the time
    finally:
        play.end()
    _sum_up(call, play)


def _place(call: Call) -> str:
    """Return a store to play in: a new one, or the one that was named, if no others' sessions are in it."""
    if not (call.args.store or call.args.here):
        return str(Path(tempfile.mkdtemp(prefix="coord-simulate-")) / "session-state")
    url = find_store(call.args.store)
    try:
        documents = open_storage(url).load().documents
    except StoreMissing:
        return url
    sessions = [doc for scope, doc in documents.items() if doc is not None and parse(scope).kind == "session"]
    others = sum(each.data.get("client") != CLIENT for each in sessions)
    if others and not call.args.here:
        raise Refused(
            f"other agents ({others}) use {url}: nobody plays there by a slip. Leave --store out to play "
            f"in a temporary store, or say --here"
        )
    return url


class Play:
    """The agents' processes, and what they reported."""

    def __init__(self, call: Call, store: str) -> None:
        self.store, self.seed = store, call.args.seed
        if self.seed is None:
            self.seed = random.SystemRandom().randrange(1 << 32)
        self.workspace = agents_workspace((), call.args.workspace or f"{hostname()}:simulation")
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.deaths = self.played = 0
        self._call, self._agents, self._begun = call, call.args.agents, time.monotonic()
        self._pids: set[int] = set()
        self._reports, self._pen = os.pipe()
        self._torn = b""

    @property
    def seconds(self) -> float:
        """How long it has gone on."""
        return round(time.monotonic() - self._begun, 1)

    def play(self, until: float) -> None:
        """Keep so many agents playing until then, by the monotonic clock."""
        due = [0.0] * self._agents
        while (now := time.monotonic()) < until:
            for each in [each for each in due if each <= now]:
                due.remove(each)
                self._begin(until)
            self._listen(0.05)
            due += [now + MOURNED] * self._reap()

    def end(self) -> None:
        """Let everybody sign off, and end who does not."""
        for pid in self._pids:
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while self._pids and time.monotonic() < until:
            self._listen(0.05)
            self._reap()
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self._listen(0)

    def _begin(self, until: float) -> None:
        self.played += 1
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_an_agent(parent, until)
        self._pids.add(pid)

    def _reap(self) -> int:
        """Take note of whose processes are gone; return how many."""
        gone = {pid: status for pid, status in (os.waitpid(each, os.WNOHANG) for each in self._pids) if pid}
        self._pids -= gone.keys()
        self.deaths += sum(map(os.WIFSIGNALED, gone.values()))
        return len(gone)

    def _listen(self, seconds: float) -> None:
        while select([self._reports], [], [], seconds)[0]:
            *lines, self._torn = (self._torn + os.read(self._reports, 1 << 16)).split(b"\n")
            for each in lines:
                self._note(*json.loads(each))
            seconds = 0

    def _note(self, session: str, action: str, what: str, refused: str, why: str) -> None:
        (self.refused if refused else self.done)[action] += 1
        if not self._call.args.verbose:
            return
        if self._call.args.json:
            said = {
                "at": self.seconds,
                "session": session,
                "action": action,
                "what": what,
                "refused": refused,
                "why": why,
            }
            self._call.emit(said, indent=False)
        else:
            more = f"  refused: {why}" if refused else ""
            self._call.say(f"{self.seconds:6.1f}s  {session:<12}  {action} {what}{more}")

    def _be_an_agent(self, parent: int, until: float) -> NoReturn:
        code = 1
        try:
            told: list[int] = []
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
            facts = {**surroundings(os.getpid()), "client": CLIENT, "client_session": f"{parent} {self.played}"}
            agent = Agent(open_storage(self.store), self.workspace, facts=facts)

            def report(action: str, what: str, refused: CoordError | None) -> None:
                name, why = (type(refused).__name__, briefly(refused)) if refused else ("", "")
                line = json.dumps([agent.session, action, what[:500], name, why[:100]])
                os.write(self._pen, line.encode() + b"\n")  # short enough to go in one piece

            # One in three has a name of its own, which nobody takes over from the dead.
            name = f"codex_{self.played}" if self.played % 3 == 0 else None
            dice, deaths = random.Random(f"{self.seed} {self.played}"), self._call.args.deaths
            Player(agent, 2 * self._agents, dice, report, deaths=deaths).live(
                name, lambda: not told and time.monotonic() < until and os.getppid() == parent
            )
            code = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)


def _sum_up(call: Call, play: Play) -> None:
    if call.args.json:
        return call.emit(
            {
                "store": play.store, "workspace": play.workspace, "seed": play.seed, "seconds": play.seconds,
                "agents": play.played, "deaths": play.deaths, "done": play.done, "refused": play.refused,
            },
            indent=not call.args.verbose,
        )  # fmt: skip
    call.say(f"{play.seconds}s, seed {play.seed}: {play.played} agents played, {play.deaths} died with things in hand")
    call.columns(
        (action, str(play.done[action]), f"{play.refused[action]} refused" if play.refused[action] else "")
        for action in sorted(play.done | play.refused)
    )
    return call.say(f"What they left: coordctl --store {play.store} status")
