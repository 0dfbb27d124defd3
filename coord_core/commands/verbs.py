"""Verbs: a command's name, what does it, what it is about and what it takes; and those of agents at the shell."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

Add: TypeAlias = Callable[["Parser", Sequence[str]], None]

DESTINATIONS: Final = {
    "JSON": "value", "SESSION": "session_id", "LIST#TASK": "task", "LIST#TASK|issue:N": "task", "issue:N": "issue",
    "issue:N|LIST#TASK": "target",
}  # fmt: skip


class Parser(argparse.ArgumentParser):
    """A command's parser. mixed: options may stand before an argument that may be left out, too."""

    mixed = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As -5 is a number to argparse and not an option, so is -5m.
        self._negative_number_matcher = re.compile(r"-\d+\w?$|-\d*\.\d+$")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse what is known; see argparse."""
        if not self.mixed:
            return super().parse_known_args(args, namespace)
        self.mixed = False  # it comes back here for each of its two rounds
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.mixed = True


class Verb(NamedTuple):
    """A command: its name, the function that does it (`module:function`), what it is about, and its arguments."""

    name: str
    command: str
    about: str
    add: Add
    more: str = ""


def takes(*names: str) -> Add:
    """Return what adds arguments: `NAME`, `[NAME]` for one that may be left out, `NAME...` for several, `--option`."""

    def add(parser: Parser, argv: Sequence[str]) -> None:
        parser.mixed = any(name.startswith("[") for name in names[1:])
        for name in names:
            if name.startswith("--"):
                parser.add_argument(name, **OPTIONS[name])
                continue
            bare = name.strip("[].")
            many: Any = "?" if name.startswith("[") else "+" if name.endswith("...") else None
            parser.add_argument(DESTINATIONS.get(bare) or bare.lower(), metavar=bare, nargs=many)

    return add


def duration(words: str) -> float:
    """Return the seconds that `90s`, `60m`, `2h` or `1d` mean; raises ArgumentTypeError."""
    from coord_core.times import seconds

    try:
        return seconds(words)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def number(words: str) -> float:
    """Return the number that is written; a whole one stays so."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else float(words)


def _run(parser: Parser, argv: Sequence[str]) -> None:
    parser.usage = "coordctl run [options] -- CMD ARGS"
    parser.add_argument("--lock", action="append", default=[], metavar="NAME", help="hold this lock meanwhile")
    parser.add_argument("--ttl", type=duration, metavar="TIME", help="take the locks for 10m at a time, and renew them")
    parser.add_argument("--wait", type=duration, metavar="TIME", help="wait that long for the locks (do not wait)")
    parser.add_argument("--reason", default="", metavar="TEXT", help="what the locks are for")
    parser.add_argument("--kill-on-loss", action="store_true", help="end the command (SIGTERM) when a lock is lost")
    parser.add_argument("argv", metavar="CMD ARGS", nargs=argparse.REMAINDER, help="the command")


def _simulate(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("--agents", type=int, default=4, metavar="N", help="how many (4)")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help="for how long (30)")
    parser.add_argument("--deaths", type=float, default=0.2, metavar="RATE", help="of an agent in a minute (0.2)")
    parser.add_argument("--seed", type=int, metavar="X", help="of the dice")
    parser.add_argument("--here", action="store_true", help="also in a store that other agents use")
    parser.add_argument("--verbose", "-v", action="store_true", help="print a line for each action")


OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "--ttl": {"type": duration, "metavar": "TIME", "help": "for so long, such as 10m; then others may take it"},
    "--new": {"action": "store_true", "help": "make the list if there is none of that name"},
    "--wait": {"action": "store_true", "help": "note that you wait: you are told when it is free"},
    "--reason": {"default": "", "metavar": "TEXT", "help": "what for; whoever is refused reads it"},
    "--fence": {"type": int, "default": 0, "metavar": "N", "help": "the lock's number when you took it"},
    "--where": {"action": "append", "default": [], "metavar": "KEY=VALUE", "help": "only a task with this member"},
    "--result": {"default": "", "metavar": "TEXT", "help": "what came of it"},
    "--error": {"default": "", "metavar": "TEXT", "help": "what went wrong"},
    "--phase": {"default": "", "metavar": "P", "help": "where it is, such as testing"},
    "--percent": {"type": number, "metavar": "N", "help": "how far, 0 to 100"},
    "--next": {"action": "append", "default": [], "metavar": "STEP", "help": "what is to be done next"},
    "--to": {"metavar": "SESSION", "help": "for this session (whoever accepts it first)"},
    "--context": {"metavar": "JSON", "help": "an object; - reads it from standard input"},
    "--metadata": {"metavar": "JSON", "help": "an object; - reads it from standard input"},
    "--op-id": {"metavar": "ID", "help": "the same again returns the first answer: for retries"},
}

SESSION: Final = "The session is --session, else COORD_SESSION: export COORD_SESSION=$(coordctl sign-on)."
SIGN_ON: Final = (
    "Prints the name alone: export COORD_SESSION=$(coordctl sign-on). COORD_SESSION itself does not count here, so\n"
    "that a program started by an agent gets a name of its own. COORD_AGENT_PID=$$ also records the shell's process,\n"
    "so that its end is noticed."
)
TASK: Final = f'{SESSION}\nJSON is an object, such as \'{{"type": "test"}}\'; - reads it from standard input.'
RUN: Final = (
    "Signs on, runs the command with COORD_SESSION, COORD_STORE, COORD_WORKSPACE and COORD_AGENT_PID set, beats while\n"
    "it runs and signs off when it ends. The exit code is the command's: 128 + n if signal n ended it, 127 if there\n"
    "is none; 1 if it was never started, with the reason on the error output."
)
SIMULATE: Final = (
    "Plays in a temporary store that is printed, or in that of --store if no other agents use it; with --here also in\n"
    "one that they use, without --store the nearest. The workspace is {machine}:simulation, if none is named. The\n"
    "agents sign on, claim, lock, wait, report, queue, hand off, and now and then die with things in hand."
)

AGENT: Final = (
    Verb("sign-on", "agent:sign_on", "take a name, the first free claude_N without one", takes("[NAME]", "--op-id"),
         SIGN_ON),
    Verb("beat", "agent:beat", "say that you are there", takes(), SESSION),
    Verb("claim", "agent:claim", "take an issue, or a task (v1.0.0#1)", takes("issue:N|LIST#TASK", "--op-id"), SESSION),
    Verb("unclaim", "agent:unclaim", "give an issue back", takes("issue:N", "--op-id"), SESSION),
    Verb("lock", "agent:lock", "take a lock, or renew it",
         takes("NAME", "--ttl", "--wait", "--reason", "--fence", "--op-id"), SESSION),
    Verb("unlock", "agent:unlock", "let a lock go", takes("NAME", "--fence", "--op-id"), SESSION),
    Verb("next-task", "agent:next_task", "take the first pending task; 1 if there is none",
         takes("[LIST]", "--where", "--op-id"), SESSION),
    Verb("done", "agent:done", "finish a task or an issue", takes("LIST#TASK|issue:N", "--result", "--op-id"), SESSION),
    Verb("fail", "agent:fail", "give a task up as failed", takes("LIST#TASK", "--error", "--op-id"), SESSION),
    Verb("add-task", "agent:add_task", "put a task into a work list",
         takes("[LIST]", "JSON", "--new", "--op-id"), TASK),
    Verb("progress", "agent:progress", "say how far an issue is",
         takes("issue:N", "[MESSAGE]", "--phase", "--percent"), SESSION),
    Verb("handoff", "agent:handoff", "leave an issue for another session",
         takes("issue:N", "--phase", "--next", "--to", "--context", "--op-id"), SESSION),
    Verb("accept", "agent:accept", "take over an issue that was handed off", takes("issue:N", "--op-id"), SESSION),
    Verb("event", "agent:event", "log an event", takes("TYPE", "TEXT", "--metadata", "--op-id"), SESSION),
    Verb("plan-release", "agent:plan_release", "lay out a release; a TASK is a name or an object",
         takes("VERSION", "TASK...", "--op-id"), SESSION),
    Verb("run", "run:run", "run a command as an agent, from sign-on to sign-off", _run, RUN),
    Verb("simulate", "simulate:simulate", "let agents play, as real processes", _simulate, SIMULATE),
)  # fmt: skip

ACTING: Final = frozenset({verb.name for verb in AGENT} - {"simulate"} | {"sign-off"})
"""Verbs that a session does: those take `--session` also after their name."""
