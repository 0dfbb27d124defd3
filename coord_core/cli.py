"""coordctl: be an agent at the shell; look at coordination files, edit and supervise them."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from coord_core.commands.verbs import ACTING, AGENT, Parser, Verb, takes
from coord_core.errors import CoordError
from coord_core.options import Version, given

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `coordctl`; return 0 done, 1 refused with the reason on the error output, 2 usage; `run`: its command's."""
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
    except OSError as error:
        # Such as a full disk under the output: what was done is done, but nobody could read of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"coordctl: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Call the command that was asked for."""
    from coord_core.commands.call import Call

    module, _, name = args.command.partition(":")
    command: Callable[[Call], int | None] = getattr(importlib.import_module(f"coord_core.commands.{module}"), name)
    call = Call(args)
    try:
        return command(call) or DONE
    except CoordError as error:
        call.refuse(error)
        return REFUSED
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))


def make_parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser of the commands that `argv` may mean: each costs its share of the time to start."""
    parser = argparse.ArgumentParser(prog="coordctl", description=__doc__, allow_abbrev=False, formatter_class=_Help)
    for name, metavar, about in (
        ("--store", "URL", "the store: a folder (else COORD_STORE, else the nearest)"),
        ("--workspace", "W", "the workspace of short names (else COORD_WORKSPACE)"),
        ("--session", "ID", "act as this session (else COORD_SESSION, else the human at the keyboard)"),
    ):
        parser.add_argument(name, metavar=metavar, type=given, help=about)
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    parser.usage = "coordctl [-h] [--store URL] [--workspace W] [--session ID] [--version] COMMAND ..."
    # Without `prog` it would set up all that help needs, only to find that name.
    verbs = parser.add_subparsers(
        dest="verb", metavar="COMMAND", required=True, prog=parser.prog, parser_class=Parser, help=argparse.SUPPRESS
    )
    for verb in [verb for verb in VERBS if verb.name in argv] or VERBS:
        about = verb.about[0].upper() + verb.about[1:] + "."
        added = verbs.add_parser(
            verb.name,
            help=verb.about,
            description=about,
            epilog=verb.more or None,
            allow_abbrev=False,
            formatter_class=_Help,
        )
        added.set_defaults(command=verb.command, json=False)
        if verb.command != "run:run":
            added.add_argument("--json", action="store_true", help="print JSON, a refusal too (on the error output)")
        if verb.name in ACTING:
            # Left out here, what was said before the command's name stands.
            added.add_argument("--session", metavar="ID", default=argparse.SUPPRESS, help="act as this session")
        if verb.command.startswith(("supervise:", "edit:")):
            added.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
            added.add_argument("--reason", metavar="TEXT", default="", help="why; taking from a live session needs it")
        verb.add(added, argv)
    if {"-h", "--help"} & set(argv):
        _guide(parser, verbs.choices)
    return parser


def _guide(parser: argparse.ArgumentParser, parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    from coord_core.commands.guide import example, overview

    parser.epilog = overview(VERBS)
    for name, each in parsers.items():
        each.epilog = "\n\n".join(filter(None, [each.epilog, example(name)]))


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as COLUMNS says: to ask the terminal, argparse would import half of the archive formats."""

    def __init__(self, prog: str) -> None:
        columns = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=(int(columns) if columns.isdecimal() else 100) - 2)


def _status(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument(
        "--line",
        action="store_true",
        help="one short line, for a status bar: ! need you, ● live, ◐ late, ○ stale, ✗ dead, ? unknown",
    )
    if {"-h", "--help"} & set(argv):
        from coord_core.commands.words import glossary

        parser.epilog = glossary()


def _log(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("--follow", "-f", action="store_true", help="go on with what comes")
    parser.add_argument("--lines", "-n", type=int, default=50, metavar="N", help="how many (50)")


def _scopes(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("glob", metavar="GLOB", nargs="?", default="*", help="such as 'issue:*'")


def _reassign(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("target", metavar="issue:N|LIST#TASK|SESSION")
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("to", metavar="SESSION", nargs="?", type=given)
    to.add_argument("--nobody", action="store_true", help="put it back for anybody")


def _clean_up(parser: Parser, argv: Sequence[str]) -> None:
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("session_id", metavar="SESSION", nargs="?")
    whom.add_argument("--stale", action="store_true", help="every dead and stale session")


def _undo(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("seq", metavar="SEQ", nargs="?", type=int, help="the line's number in `coordctl log`")


def _mcp(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("--beat", type=float, default=60.0, metavar="S", help="seconds between heartbeats (60)")


def _init(parser: Parser, argv: Sequence[str]) -> None:
    parser.add_argument("--print", action="store_true", help="show what would be written, write nothing")
    parser.add_argument("--mend", action="store_true", help="give our server a command that is there")
    parser.add_argument(
        "--tell",
        action="append",
        default=[],
        type=given,
        metavar="FILE",
        help="tell agents how to sign on, at the end of this file (CLAUDE.md, AGENTS.md), once",
    )


OFF: Final = (
    "Its locks are released, its name is free, the rest stays. Without SESSION, the session that you are (--session,\n"
    "else COORD_SESSION) signs itself off; with one you do it to another, as its supervisor."
)

VERBS: Final = (
    Verb("status", "status:status", "show everything at once", _status),
    Verb("findings", "status:findings", "show what needs a human, worst first, with what to do", takes()),
    Verb("log", "log:log", "show the journal's newest lines", _log),
    Verb("get", "look:get", "print a document's data, or one key's value", takes("SCOPE", "[KEY]")),
    Verb("set", "edit:set_", "set one key of a document; text needs quotes of its own", takes("SCOPE", "KEY", "JSON")),
    Verb("delete", "edit:delete", "delete one key of a document, or the document", takes("SCOPE", "[KEY]")),
    Verb("scopes", "look:scopes", "list the documents", _scopes),
    Verb("release", "supervise:release", "release a lock", takes("LOCK")),
    Verb("reassign", "supervise:reassign", "give an issue, a task or a session's work away, or put it back", _reassign),
    Verb("requeue", "supervise:requeue", "put a task back: pending, and nobody's", takes("LIST#TASK")),
    Verb("sign-off", "supervise:sign_off", "sign yourself off, or another session", takes("[SESSION]", "--op-id"), OFF),
    Verb("clean-up", "supervise:clean_up", "clear away all that a session left", _clean_up),
    Verb("quarantine", "supervise:quarantine", "set a file aside that cannot be read", takes("FILE")),
    Verb("message", "supervise:message", "tell a session something at its next call", takes("SESSION", "TEXT")),
    Verb("hold", "supervise:hold", "grant no claim, lock or task until it is lifted", takes("[TEXT]")),
    Verb("lift", "supervise:lift", "lift the hold", takes()),
    Verb("undo", "supervise:undo", "take back your newest action, or the line with this number", _undo),
    Verb("redo", "supervise:redo", "do again what you took back last", takes()),
    *AGENT,
    Verb("mcp", "mcp:mcp", "serve an agent over MCP on the standard input and output", _mcp),
    Verb("init", "init:init", "make this repository known to agents: .mcp.json, .gitignore", _init),
    Verb("doctor", "doctor:doctor", "check that all agents here meet in one store", takes()),
)


if __name__ == "__main__":
    sys.exit(main())
