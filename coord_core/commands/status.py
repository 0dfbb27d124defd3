"""status, findings: the board for people and, in `report`, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from coord_core import text
from coord_core.commands.call import Call
from coord_core.commands.report import report
from coord_core.commands.words import shell_line
from coord_core.errors import CoordError
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.state.insights import Finding, Holdings, Life, Remedy
from coord_core.state.listing import in_view, lock_state
from coord_core.state.records import TaskState
from coord_core.times import age, clock

Row: TypeAlias = tuple[str, ...]

SHAPES: Final = {Life.LIVE: "●", Life.LATE: "◐", Life.STALE: "○", Life.DEAD: "✗", Life.OFF: "–", Life.UNKNOWN: "?"}
TASK_SHAPES: Final = {TaskState.PENDING: "·", TaskState.RUNNING: "▸", TaskState.DONE: "✓", TaskState.FAILED: "✗"}
EVENTS: Final = 10
NAME: Final = 24
"""Cells that a workspace's name may have in a status bar."""


def status(call: Call) -> None:
    """Print everything at once."""
    board, asked = call.board, call.known_workspace
    if call.args.json:
        return call.emit(report(board, asked, call.storage.url))
    workspaces = [asked] if asked is not None else [*board.workspaces] or [""]
    if call.args.line:
        return call.say(bar(board, workspaces))
    for place, workspace in enumerate(workspaces):
        if place:
            call.say("")
        call.say(summary(board, workspace), within=call.width)
        _print(call, board, workspace)
    return None


def findings(call: Call) -> None:
    """Print what needs a human, worst first, with the commands that would mend it."""
    board, asked = call.board, call.known_workspace
    if call.args.json:
        return call.emit(report(board, asked, call.storage.url)["findings"])
    found = [each for each in board.findings if asked in (None, each.workspace)]
    _print_findings(call, board, found)
    if not found:
        call.say("Nothing needs you.")
    return None


def bar(board: Board, workspaces: Sequence[str]) -> str:
    """Return one short line for a status bar: `shop ! 2  ● 5 ◐ 1`: two things need you, five live, one is late.

    Whoever signed off is not counted.
    """
    lasts = [each.rpartition("/")[2].rpartition(":")[2] for each in workspaces]
    names = [last if lasts.count(last) == 1 else each for last, each in zip(lasts, workspaces, strict=True)]
    parts = [_bar(board, each, name) for each, name in zip(workspaces, names, strict=True)]
    # tmux would obey what follows `#[`.
    return " | ".join(parts).replace("#[", "# [")


def _bar(board: Board, workspace: str, name: str) -> str:
    needs = sum(each.workspace == workspace for each in board.findings)
    lives = _lives(board, workspace)
    counts = [f"{SHAPES[life]} {lives.count(life)}" for life in Life if life in lives and life is not Life.OFF]
    name = text.truncate(text.line(name or "no workspace"), NAME)
    held = " HELD" if board.hold(workspace) else ""
    return f"{name}{held}{f' ! {needs}' if needs else ''}  {' '.join(counts) or 'nobody'}"


def summary(board: Board, workspace: str) -> str:
    """Return one line on a workspace: its name, what needs a human, and how many live, are late, stale, dead."""
    machine, _, project = workspace.partition(":")
    needs = sum(each.workspace == workspace for each in board.findings)
    lives = _lives(board, workspace)
    counts = [f"{SHAPES[life]} {lives.count(life)} {life.value}" for life in reversed(Life) if life in lives]
    need = f"! {needs} need{'s' if needs == 1 else ''} you" if needs else "nothing needs you"
    name = f"{project} on {machine}" if project else workspace or "no workspace"
    hold = board.hold(workspace)
    held = [f"HELD: {hold.message}" if hold.message else "HELD"] if hold else []
    return "   ".join([name, *held, need, *counts])


def _lives(board: Board, workspace: str) -> list[Life]:
    return [verdict.life for scope, verdict in board.verdicts.items() if parse(scope).workspace == workspace]


def _print(call: Call, board: Board, workspace: str) -> None:
    blocks: list[tuple[Row, list[Row]]] = [
        (("SESSIONS", "SEEN", "DID", "ISSUE", "HOLDS", "WHY"), list(_sessions(board, workspace))),
        (("LOCKS", "HOLDER", "FOR", "STATE", "WAITING"), list(_locks(board, workspace))),
        (("WORK", "WHAT", "OWNER"), list(_tasks(board, workspace))),
        (("ISSUES", "OWNER", "STATUS", "DONE", "PHASE", "HANDOFF"), list(_issues(board, workspace))),
        (("EVENTS", "WHO", "TYPE", "MESSAGE"), list(_events(board, workspace))),
    ]
    found = [each for each in board.findings if each.workspace == workspace]
    if found:
        call.say("")
        call.say(" NEEDS YOU")
        _print_findings(call, board, found)
    for heading, rows in blocks:
        if rows:
            call.say("")
            call.columns(_without_empty(heading, rows), within=call.width)


def _without_empty(heading: Row, rows: Sequence[Row]) -> list[Row]:
    """Return a block's rows under its heading, without the columns in which nothing stands."""
    kept = [place for place in range(len(heading)) if any(row[place] for row in rows)]
    return [tuple(row[place] for place in kept) for row in (heading, *rows)]


def _print_findings(call: Call, board: Board, found: Sequence[Finding]) -> None:
    for each in found:
        since = age(board.now - each.since) if each.since is not None else ""
        call.say(f" {each.severity.value:<6}  {since:<4}  {each.text}", within=call.width)
        for remedy in each.remedies:
            if line := command(board, remedy):
                # Never cut: it is there to be pasted.
                call.say(f"{'':<15}{line}")


def command(board: Board, remedy: Remedy) -> str:
    """Return the command that a remedy is, "" for one that no command does: fit to be pasted into a shell."""
    arguments = remedy.arguments
    name = parse(str(arguments.get("scope", ""))).id
    task = f"{_list_name(board, str(arguments.get('list', '')))}#{arguments.get('task', '')}"
    to = (arguments["to"] or "--nobody") if "to" in arguments else "SESSION"
    known: dict[str, tuple[str, ...]] = {
        "release_lock": ("release", name),
        "reassign_issue": ("reassign", f"issue:{name}", to),
        "reassign_task": ("reassign", task, to),
        "requeue_task": ("requeue", task),
        "reassign_session": ("reassign", name, to),
        "sign_off_session": ("sign-off", name),
        "clean_up_session": ("clean-up", name),
        "clean_up_stale": ("clean-up", "--stale"),
        "quarantine": ("quarantine", str(arguments.get("source", ""))),
    }
    if remedy.action not in known:
        return ""
    return shell_line("coordctl", *known[remedy.action], reason=_takes_from_the_living(board, remedy))


def _takes_from_the_living(board: Board, remedy: Remedy) -> bool:
    """Say whether a remedy will be refused without a reason, whoever gets what it takes."""
    from coord_core.actions import supervisor

    open_ = {} if "to" in remedy.arguments or not remedy.action.startswith("reassign") else {"to": None}
    try:
        return supervisor.plan(board, remedy.action, {**remedy.arguments, **open_}).takes_from is not None
    except CoordError:
        # Then it is refused for another cause, which is said when it is tried.
        return False


def _list_name(board: Board, key: str) -> str:
    return board.lists[key].name if key in board.lists else key


def _sessions(board: Board, workspace: str) -> Iterable[Row]:
    for scope, each in in_view(board.sessions, workspace):
        verdict, signs = board.verdicts.get(scope), board.signs.get(scope)
        holdings = board.holdings.get(scope, Holdings())
        holds = [*(lock.resource for lock in holdings.locks), *(task.label for task in holdings.tasks)]
        yield (
            f"{SHAPES[verdict.life if verdict else Life.UNKNOWN]} {each.id}",
            age(board.now - signs.seen) if signs and signs.seen is not None else "?",
            age(board.now - signs.did) if signs and signs.did is not None else "?",
            f"#{each.issue}" if each.issue else "",
            ", ".join(holds),
            verdict.evidence if verdict and verdict.life not in (Life.LIVE, Life.OFF) else "",
        )


def _locks(board: Board, workspace: str) -> Iterable[Row]:
    for _, lock in in_view(board.locks, workspace):
        since = age(board.now - lock.since.at) if lock.since and lock.since.at is not None else "?"
        waits = str(len(lock.waiters)) if lock.waiters else ""
        state = lock_state(lock, board.now)
        yield lock.resource, lock.holder or "nobody", since, state if state != "held" else "", waits


def _tasks(board: Board, workspace: str) -> Iterable[Row]:
    for _, work_list in in_view(board.lists, workspace):
        for task in work_list.tasks:
            yield f"{TASK_SHAPES[task.state]} {task.label}", task.summary, task.owner or "–"


def _issues(board: Board, workspace: str) -> Iterable[Row]:
    for _, issue in in_view(board.issues, workspace):
        progress = issue.progress
        percent = f"{progress.percent:g}%" if progress and progress.percent is not None else ""
        handoff = f"handoff from {issue.handoff.from_session}" if issue.handoff else ""
        phase = progress.phase if progress else ""
        yield f"#{issue.id}", issue.owner or "nobody", issue.status or "", percent, phase, handoff


def _events(board: Board, workspace: str) -> Iterable[Row]:
    for event in board.events.get(workspace, ())[-EVENTS:]:
        yield clock(event.time.at if event.time else None), event.session, event.type, event.message
