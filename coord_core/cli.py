"""coordctl: look at coordination files, edit and supervise them from the shell."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from coord_core.errors import CoordError

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

KINDS_HELP: Final = """\
states of sessions   live, late (no sign for 5 min), stale (60 min), dead (proven), off (signed off), unknown
states of locks      held, expired, free
states of tasks      pending, running, done, failed
severities           high, medium, low
kinds of findings    {kinds}
Times are seconds (*_age, *_for) or ISO 8601 UTC.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `coordctl`; return 0 done, 1 refused with the reason on the error output, 2 usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Where the terminal cannot show a character, the rest of the line is still worth having.
            stream.reconfigure(errors="backslashreplace")
    try:
        parser = make_parser(sys.argv[1:] if argv is None else argv)
        args = parser.parse_args(argv)
        status = run(args, parser)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read has had enough. What is left in the buffer must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Call the command that was asked for."""
    from coord_core.commands.call import Call, warn

    module, _, name = args.command.partition(":")
    command: Callable[[Call], None] = getattr(importlib.import_module(f"coord_core.commands.{module}"), name)
    try:
        command(Call(args))
    except CoordError as error:
        warn(str(error))
        return REFUSED
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    return DONE


def make_parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser of all commands; details that take long to find are only there if `argv` asks for help."""
    parser = argparse.ArgumentParser(prog="coordctl", description=__doc__, allow_abbrev=False)
    parser.add_argument("--store", metavar="URL", help="the store: a folder (else COORD_STORE, else the nearest)")
    parser.add_argument("--workspace", metavar="W", help="the workspace of short names (else COORD_WORKSPACE)")
    parser.add_argument("--session", metavar="ID", help="act as this session (else as the human at the keyboard)")
    add = _Adder(parser)
    _add_looking(add, argv)
    _add_editing(add)
    _add_supervising(add)
    return parser


class _Adder:
    """Adds commands, all with --json and help."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    def __call__(self, name: str, command: str, about: str, *, epilog: str = "") -> argparse.ArgumentParser:
        parser = self._commands.add_parser(
            name,
            help=about,
            description=about[0].upper() + about[1:] + ".",
            epilog=epilog or None,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(command=command)
        parser.add_argument("--json", action="store_true", help="print JSON")
        return parser

    def supervise(self, name: str, about: str) -> argparse.ArgumentParser:
        parser = self(name, f"supervise:{name.replace('-', '_')}", about)
        parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
        parser.add_argument("--reason", metavar="TEXT", default="", help="why; required to take from a live session")
        return parser


def _add_looking(add: _Adder, argv: Sequence[str]) -> None:
    status = add("status", "status:status", "show everything at once", epilog=_kinds_help(argv))
    status.add_argument("--line", action="store_true", help="one line, for a status bar")
    add("findings", "status:findings", "show what needs a human, worst first, with what to do")
    log = add("log", "log:log", "show the journal's newest lines")
    log.add_argument("--follow", "-f", action="store_true", help="go on with what comes")
    log.add_argument("--lines", "-n", type=int, default=50, metavar="N", help="how many (50)")
    get = add("get", "look:get", "print a document's data, or one key's value")
    get.add_argument("scope", metavar="SCOPE")
    get.add_argument("key", metavar="KEY", nargs="?")
    scopes = add("scopes", "look:scopes", "list the documents")
    scopes.add_argument("glob", metavar="GLOB", nargs="?", default="*")


def _add_editing(add: _Adder) -> None:
    set_ = add("set", "edit:set_", "set one key of a document")
    set_.add_argument("scope", metavar="SCOPE")
    set_.add_argument("key", metavar="KEY")
    set_.add_argument("value", metavar="JSON", help="the value; text needs quotes of its own: '\"text\"'")
    delete = add("delete", "edit:delete", "delete one key of a document, or the document")
    delete.add_argument("scope", metavar="SCOPE")
    delete.add_argument("key", metavar="KEY", nargs="?")


def _add_supervising(add: _Adder) -> None:
    add.supervise("release", "release a lock").add_argument("lock", metavar="LOCK")
    reassign = add.supervise("reassign", "give an issue, a task or a session's work to another, or put it back")
    reassign.add_argument("target", metavar="issue:N|LIST#TASK|SESSION")
    to = reassign.add_mutually_exclusive_group(required=True)
    to.add_argument("to", metavar="SESSION", nargs="?")
    to.add_argument("--nobody", action="store_true", help="put it back for anybody")
    add.supervise("requeue", "put a task back: pending, and nobody's").add_argument("task", metavar="LIST#TASK")
    add.supervise("sign-off", "sign a session off and release its locks").add_argument("target", metavar="SESSION")
    clean_up = add.supervise("clean-up", "clear away all that a session left")
    whom = clean_up.add_mutually_exclusive_group(required=True)
    whom.add_argument("target", metavar="SESSION", nargs="?")
    whom.add_argument("--stale", action="store_true", help="every dead and stale session")
    add.supervise("quarantine", "set a file aside that cannot be read").add_argument("file", metavar="FILE")
    undo = add.supervise("undo", "take back your newest action, or the line with this number")
    undo.add_argument("seq", metavar="SEQ", nargs="?", type=int)
    add.supervise("redo", "do again what you took back last")


def _kinds_help(argv: Sequence[str]) -> str:
    if "status" not in argv or not {"-h", "--help"} & set(argv):
        return ""
    return KINDS_HELP.format(kinds="")


if __name__ == "__main__":
    sys.exit(main())
