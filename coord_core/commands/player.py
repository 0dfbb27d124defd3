"""Player: one simulated agent's life: it does this and that, is refused, is told things, and may die of it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from coord_core.actions.agent import Agent
from coord_core.actions.answers import Taken
from coord_core.errors import CoordError, LockLost, NotFound, NotSignedOn, NotYours
from coord_core.times import MINUTE

Report: TypeAlias = Callable[[str, str, CoordError | None], None]
"""Takes what was done, to what, and the error that refused it, if one did."""

RELEASE: Final = "v1.0.0"
STEPS: Final = ("Run test suite", "Build packages", "Update changelog", "Tag the commit", "Publish", "Announce")
PHASES: Final = ("analysis", "implementation", "testing", "review", "docs")
RESOURCES: Final = ("database_migration", "deploy_staging", "src/orders", "src/billing", "package-lock.json")
FILES: Final = ("cart.py", "config.py", "export.py", "forms.py", "server.py", "stripe.py", "webhook.py")
WORK: Final = ("test", "lint", "review")
TIMES: Final = (None, None, 2.0, 10.0, 60.0)
PAUSE: Final = 0.15
"""Seconds between two deeds, in the mean."""


class Player:
    """An agent that plays. issues: how many there are to work on. dice: what it does next. deaths: in a minute."""

    def __init__(self, agent: Agent, issues: int, dice: random.Random, report: Report, *, deaths: float = 0.0) -> None:
        self._agent, self._issues, self._dice, self._report = agent, range(1, issues + 1), dice, report
        self._deadly = deaths * PAUSE / MINUTE
        self._has: set[str] = set()

    def live(self, name: str | None, goes_on: Callable[[], bool]) -> None:
        """Sign on, play while it goes on, sign off; a session that somebody else ended just leaves."""
        try:
            answer = self._agent.sign_on(name)
            self._has = set(answer.has)
            self._report("sign_on", answer.taken_over, None)
            while goes_on():
                if self._dice.random() < self._deadly:
                    self.die()
                self._dice.choices(list(DEEDS), list(DEEDS.values()))[0](self)
                time.sleep(self._dice.expovariate(1 / PAUSE))
            self._agent.sign_off()
            self._report("sign_off", "", None)
        except NotSignedOn as error:
            self._report("leave", error.why, None)

    def _do(
        self, action: str, what: str, call: Callable[[], Any], *, takes: bool = False, leaves: bool = False
    ) -> None:
        """Make a call and report it. takes, leaves: what it is done to is this agent's then, or not any more."""
        refused: CoordError | None = None
        try:
            answer = call()
            if isinstance(answer, Taken):
                what, takes = f"{answer.list}#{answer.id}", True
            if takes:
                self._has.add(what)
        except NotSignedOn:
            raise
        except CoordError as error:
            refused = error
            leaves = isinstance(error, LockLost | NotYours | NotFound)
        if leaves:
            self._has.discard(what)
        self._report(action, what, refused)
        for message in self._agent.messages:
            self._report("told", f"{message.from_}: {message.text}", None)

    def _mine(self, mark: str) -> str:
        """Return something that this agent has, "" without any: `issue:`, `locks:`, or `#` for a task."""
        found = sorted(each for each in self._has if mark in each)
        return self._dice.choice(found) if found else ""

    def beat(self) -> None:
        """Say that it lives."""
        self._do("heartbeat", "", self._agent.heartbeat)

    def claim_issue(self) -> None:
        """Take an issue."""
        issue = self._dice.choice(self._issues)
        self._do("claim_issue", f"issue:{issue}", lambda: self._agent.claim_issue(issue), takes=True)

    def release_issue(self) -> None:
        """Give an issue back."""
        if issue := self._mine("issue:"):
            self._do("release_issue", issue, lambda: self._agent.release_issue(issue), leaves=True)

    def report(self) -> None:
        """Say how far an issue is."""
        phase, percent = self._dice.choice(PHASES), self._dice.randrange(101)
        words = f"Working on src/{self._dice.choice(FILES)}"
        if issue := self._mine("issue:"):
            self._do("update_progress", issue, lambda: self._agent.update_progress(issue, phase, percent, words))

    def hand_off(self) -> None:
        """Leave an issue for whoever accepts it."""
        steps = ["Review the change", "Run the test suite"]
        if issue := self._mine("issue:"):
            self._do("offer_handoff", issue, lambda: self._agent.offer_handoff(issue, "implementation", steps))

    def accept(self) -> None:
        """Take over an issue that was handed off."""
        issue = self._dice.choice(self._issues)
        self._do("accept_handoff", f"issue:{issue}", lambda: self._agent.accept_handoff(issue), takes=True)

    def lock(self) -> None:
        """Take a lock, for a time now and then, or wait for it."""
        resource, ttl, wait = self._dice.choice(RESOURCES), self._dice.choice(TIMES), self._dice.random() < 0.5
        self._do(
            "acquire_lock", f"locks:{resource}",
            lambda: self._agent.acquire_lock(resource, ttl, wait=wait, reason="playing"), takes=True,
        )  # fmt: skip

    def renew(self) -> None:
        """Keep a lock for longer."""
        if lock := self._mine("locks:"):
            self._do("renew_lock", lock, lambda: self._agent.renew_lock(lock))

    def unlock(self) -> None:
        """Let a lock go."""
        if lock := self._mine("locks:"):
            self._do("release_lock", lock, lambda: self._agent.release_lock(lock), leaves=True)

    def add_task(self) -> None:
        """Put a task into the queue."""
        task = {"type": self._dice.choice(WORK), "file": f"src/{self._dice.choice(FILES)}"}
        self._do("enqueue_task", "queue", lambda: self._agent.enqueue_task(task))

    def next_task(self) -> None:
        """Take the first task of a kind."""
        where = {"type": self._dice.choice(WORK)}
        self._do("claim_next_task", "", lambda: self._agent.claim_next_task(where=where))

    def finish_task(self) -> None:
        """Finish a task, or give it up."""
        label = self._mine("#")
        list_, _, task = label.partition("#")
        if label and list_ == RELEASE:
            self._do(
                "complete_release_task", label, lambda: self._agent.complete_release_task(list_, task), leaves=True
            )
        elif label and self._dice.random() < 0.8:
            self._do("complete_task", label, lambda: self._agent.complete_task(list_, task), leaves=True)
        elif label:
            self._do("fail_task", label, lambda: self._agent.fail_task(list_, task, error="It hangs"), leaves=True)

    def plan_release(self) -> None:
        """Lay out the release, if nobody has."""
        self._do("plan_release", RELEASE, lambda: self._agent.plan_release(RELEASE, STEPS))

    def claim_release_task(self) -> None:
        """Take a task of the release."""
        task = self._dice.randint(1, len(STEPS))
        self._do("claim_release_task", f"{RELEASE}#{task}", lambda: self._agent.claim_release_task(RELEASE, task))

    def say(self) -> None:
        """Log an event."""
        file = self._dice.choice(FILES)
        self._do("log_event", file, lambda: self._agent.log_event("file_modified", f"src/{file}"))

    def die(self) -> None:
        """Die at once, with everything in hand."""
        self._report("die", ", ".join(sorted(self._has)), None)
        os.kill(os.getpid(), signal.SIGKILL)


DEEDS: Final[dict[Callable[[Player], None], float]] = {
    Player.beat: 2, Player.claim_issue: 3, Player.release_issue: 1, Player.report: 5, Player.hand_off: 1,
    Player.accept: 1, Player.lock: 4, Player.renew: 1, Player.unlock: 3, Player.add_task: 3, Player.next_task: 3,
    Player.finish_task: 3, Player.plan_release: 0.2, Player.claim_release_task: 1, Player.say: 2,
}  # fmt: skip
"""How often each deed is done, in relation to the others."""
