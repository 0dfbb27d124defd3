"""coordctl: look at coordination files, edit and supervise them from the shell."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from coord_core.errors import CoordError
from coord_core.options import Version, given

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

DESTINATIONS: Final = {"JSON": "value", "SESSION": "session_id"}


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
    """Return the parser of the commands that `argv` may mean: each costs its share of the time to start."""
    parser = argparse.ArgumentParser(prog="coordctl", description=__doc__, allow_abbrev=False, formatter_class=_Help)
    for name, metavar, about in (
        ("--store", "URL", "the store: a folder (else COORD_STORE, else the nearest)"),
        ("--workspace", "W", "the workspace of short names (else COORD_WORKSPACE)"),
        ("--session", "ID", "act as this session (else as the human at the keyboard)"),
    ):
        parser.add_argument(name, metavar=metavar, type=given, help=about)
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    # Without `prog` it would set up all that help needs, only to find that name.
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True, prog=parser.prog)
    for verb in [verb for verb in VERBS if verb.name in argv] or VERBS:
        about = verb.about[0].upper() + verb.about[1:] + "."
        added = verbs.add_parser(
            verb.name,
            help=verb.about,
            description=about,
            allow_abbrev=False,
            formatter_class=_Help,
        )
        added.set_defaults(command=verb.command)
        added.add_argument("--json", action="store_true", help="print JSON")
        if verb.command.startswith("supervise:"):
            added.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
            added.add_argument("--reason", metavar="TEXT", default="", help="why; taking from a live session needs it")
        verb.add(added, argv)
    return parser


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as COLUMNS says: to ask the terminal, argparse would import half of the archive formats."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=(int(columns) if columns.isdecimal() else 100) - 2)


Add: TypeAlias = Callable[[argparse.ArgumentParser, Sequence[str]], None]


class Verb(NamedTuple):
    """A command: its name, the function that does it (`module:function`), what it is about, and its arguments."""

    name: str
    command: str
    about: str
    add: Add


def _names(*names: str, optional: str = "") -> Add:
    """Return what adds arguments by these names, the last one optional."""

    def add(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
        for name in names:
            parser.add_argument(DESTINATIONS.get(name) or name.partition("#")[0].lower(), metavar=name)
        if optional:
            parser.add_argument(optional.lower(), metavar=optional, nargs="?")

    return add


def _status(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("--line", action="store_true", help="one line, for a status bar")
    if {"-h", "--help"} & set(argv):
        from coord_core.commands.words import glossary

        parser.epilog = glossary()


def _log(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("--follow", "-f", action="store_true", help="go on with what comes")
    parser.add_argument("--lines", "-n", type=int, default=50, metavar="N", help="how many (50)")


def _scopes(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("glob", metavar="GLOB", nargs="?", default="*", help="such as 'issue:*'")


def _reassign(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("target", metavar="issue:N|LIST#TASK|SESSION")
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("to", metavar="SESSION", nargs="?", type=given)
    to.add_argument("--nobody", action="store_true", help="put it back for anybody")


def _clean_up(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("session_id", metavar="SESSION", nargs="?")
    whom.add_argument("--stale", action="store_true", help="every dead and stale session")


def _undo(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("seq", metavar="SEQ", nargs="?", type=int, help="the line's number in `coordctl log`")


VERBS: Final = (
    Verb("status", "status:status", "show everything at once", _status),
    Verb("findings", "status:findings", "show what needs a human, worst first, with what to do", _names()),
    Verb("log", "log:log", "show the journal's newest lines", _log),
    Verb("get", "look:get", "print a document's data, or one key's value", _names("SCOPE", optional="KEY")),
    Verb("set", "edit:set_", "set one key of a document; text needs quotes of its own", _names("SCOPE", "KEY", "JSON")),
    Verb("delete", "edit:delete", "delete one key of a document, or the document", _names("SCOPE", optional="KEY")),
    Verb("scopes", "look:scopes", "list the documents", _scopes),
    Verb("release", "supervise:release", "release a lock", _names("LOCK")),
    Verb("reassign", "supervise:reassign", "give an issue, a task or a session's work away, or put it back", _reassign),
    Verb("requeue", "supervise:requeue", "put a task back: pending, and nobody's", _names("LIST#TASK")),
    Verb("sign-off", "supervise:sign_off", "sign a session off and release its locks", _names("SESSION")),
    Verb("clean-up", "supervise:clean_up", "clear away all that a session left", _clean_up),
    Verb("quarantine", "supervise:quarantine", "set a file aside that cannot be read", _names("FILE")),
    Verb("undo", "supervise:undo", "take back your newest action, or the line with this number", _undo),
    Verb("redo", "supervise:redo", "do again what you took back last", _names()),
)


if __name__ == "__main__":
    sys.exit(main())
