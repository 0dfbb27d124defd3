"""Call: one run of `coordctl`: its arguments, its store, its workspace, and where its words go."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TextIO

from coord_core import text
from coord_core.actions.workspaces import VARIABLE as WORKSPACE_VARIABLE
from coord_core.actions.workspaces import choose_workspace
from coord_core.errors import CoordError, InvalidScope, NotFound
from coord_core.scopes import check, in_workspace, parse
from coord_core.storage import Storage, open_storage
from coord_core.storage.places import find_store

if TYPE_CHECKING:
    from coord_core.documents import Batch
    from coord_core.state.board import Board

SESSION_VARIABLE: Final = "COORD_SESSION"
BETWEEN: Final = "  "
"""What stands between two columns."""
NARROWEST: Final = 4
"""Cells that a column keeps, however small the terminal is."""


class Call:
    """One run of a command."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args

    @cached_property
    def storage(self) -> Storage:
        """The store, found by the rules of the design, §2."""
        return open_storage(find_store(self.args.store))

    @cached_property
    def batch(self) -> Batch:
        """Everything in the store; raises StoreMissing, StoreUnreadable."""
        return self.storage.load()

    def require_store(self) -> None:
        """Never make a store by a slip of the pen; raises StoreMissing, StoreUnreadable."""
        assert self.batch.whole

    @cached_property
    def board(self) -> Board:
        """What everything means, now."""
        from coord_core.actions.view import take_board

        return take_board(self.storage, time.time())

    @property
    def asked_workspace(self) -> str | None:
        """The workspace that was named, None if none was."""
        return self.args.workspace or os.environ.get(WORKSPACE_VARIABLE) or None

    @property
    def known_workspace(self) -> str | None:
        """The workspace that was named; raises NotFound if nothing is in it, so that a slip does not read as calm."""
        asked = self.asked_workspace
        if asked is not None and self.board.workspaces and asked not in self.board.workspaces:
            raise NotFound(f"workspace {asked}", f"there are {', '.join(self.board.workspaces)}")
        return asked

    @cached_property
    def workspace(self) -> str:
        """The workspace that short names are in; raises Refused if it cannot be told."""
        return self.asked_workspace or choose_workspace(self.batch.documents)

    def scope(self, name: str, kind: str = "") -> str:
        """Return the full scope of a name; `kind` is put before one that has none. Raises InvalidScope, Refused."""
        if not name.strip():
            raise InvalidScope(name, "it is empty")
        if "\0" in name:
            raise InvalidScope(name, "it holds a NUL")
        if parse(name).workspace:
            return check(name)
        short = name if not kind or name.startswith(f"{kind}:") else f"{kind}:{name}"
        return check(in_workspace(self.workspace, short))

    @property
    def session(self) -> str:
        """The session that this is, "" if it is none but a human; raises InvalidArgument."""
        from coord_core.actions.arguments import name

        said = self.args.session or os.environ.get(SESSION_VARIABLE)
        return name("session", said) if said else ""

    @cached_property
    def actor(self) -> Mapping[str, Any]:
        """Who does it: the session that this is, else the human at the keyboard."""
        from coord_core.actions.supervisor import this_user

        if self.session:
            return {"workspace": self.workspace, "session": self.session}
        return {"supervisor": this_user()}

    def say(self, line: str, *, within: int | None = None) -> None:
        """Print one line, safe for a terminal; within: so many cells of it."""
        safe = text.line(line)
        print(safe if within is None else text.truncate(safe, within))

    def note(self, line: str) -> None:
        """Print one line beside the answer, for whoever reads the error output."""
        print(text.line(f"coord: {line}"), file=sys.stderr)

    def emit(self, value: Any, *, indent: bool = True, file: TextIO | None = None) -> None:
        """Print a value as JSON, with what a terminal must not see escaped."""
        from coord_core.storage.format import dump

        print(text.escape_json(dump(value, indent=indent).decode()), file=file)

    def refuse(self, error: CoordError, **more: Any) -> None:
        """Say on the error output what was refused and why; more: what `--json` says besides."""
        if not self.args.json:
            return warn(str(error))
        from coord_core.commands.refusal import refusal_json

        return self.emit(refusal_json(error) | more, indent=False, file=sys.stderr)

    @cached_property
    def width(self) -> int | None:
        """Cells of the terminal that is printed to, None where a line may be as long as it is."""
        return (os.get_terminal_size(sys.stdout.fileno()).columns or None) if sys.stdout.isatty() else None

    def columns(self, rows: Iterable[tuple[str, ...]], *, before: str = " ", within: int | None = None) -> None:
        """Print rows in columns as wide as their widest cell; within: cells of a line, cut where it has the most."""
        safe = [tuple(text.line(cell) for cell in row) for row in rows]
        widths = [max(map(text.width, column)) for column in zip(*safe, strict=True)]
        if within is not None:
            _narrow(widths, within - len(before) - len(BETWEEN) * (len(widths) - 1))
        for row in safe:
            cells = [text.fit(cell, width) for cell, width in zip(row, widths, strict=True)]
            line = (before + BETWEEN.join(cells)).rstrip()
            print(line if within is None else text.truncate(line, within))


def _narrow(widths: list[int], room: int) -> None:
    """Take from the widest until they have room."""
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1


def warn(message: str) -> None:
    """Print a message on the error output, safe for a terminal."""
    print(f"coordctl: {text.line(message)}", file=sys.stderr)
