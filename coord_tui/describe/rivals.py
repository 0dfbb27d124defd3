"""Rivals: everybody who wants one thing, side by side: who is alive, what each did and has."""

from __future__ import annotations

from collections.abc import Sequence

from coord_core.scopes import in_workspace
from coord_core.state.records import Issue, Lock
from coord_tui.ages import age, past, since
from coord_tui.describe.parts import beside, column, hung, progress
from coord_tui.describe.ties import also, wants
from coord_tui.display import Words, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.rows.sessions import progress_of


def of_issue(scene: Scene, issue: Issue, now: float, room: int) -> list[Words]:
    """Return everybody who has an issue or says so."""
    claims = [(name, _claim(issue, name, now)) for name in scene.owners(issue)]
    return _blocks(scene, issue.workspace, issue.scope, claims, now, room)


def of_lock(scene: Scene, lock: Lock, now: float, room: int) -> list[Words]:
    """Return a lock's holder and everybody who waits for it."""
    held = since(lock.since.at if lock.since else None, now)
    claims = [(lock.holder, f"holds it  {held}{f', fence {lock.fence}' if lock.fence else ''}")] if lock.holder else []
    for each in lock.waiters:
        waited = age(now - each.since.at) if each.since and each.since.at is not None else "?"
        claims.append((each.session, f"waits  {waited}"))
    return _blocks(scene, lock.workspace, lock.scope, claims, now, room)


def _claim(issue: Issue, name: str, now: float) -> str:
    """Return why somebody counts as having an issue."""
    at = f" {past(issue.claimed.at, now)}" if issue.claimed and issue.claimed.at is not None else ""
    if name == issue.claimed_by:
        return f"claimed it{at}"
    return "took it over" if name == issue.current_session else "says it works on it, without a claim"


def _blocks(
    scene: Scene, workspace: str, but: str, claims: Sequence[tuple[str, str]], now: float, room: int
) -> list[Words]:
    cells = column(room, len(claims))
    return beside([_block(scene, workspace, but, name, claim, now, cells) for name, claim in claims], room)


def _block(scene: Scene, workspace: str, but: str, name: str, claim: str, now: float, cells: int) -> list[Words]:
    scope = in_workspace(workspace, f"session:{name}")
    session, life = scene.board.sessions.get(scope), scene.life(workspace, name)
    who = scene.who(workspace, name, "name")
    if session is None or life is None:
        return [say(("? ", "dim"), *who), *_hung(say((claim, "wait"), ("  no such session", "dim")), cells)]
    signs, has = scene.signs(scope), also(scene, workspace, name, but)
    seen = f"seen {past(signs.seen, now)}" if signs.seen is not None else "never seen"
    did = f", last: {signs.what or 'something'} {past(signs.did, now)}" if signs.did is not None else ""
    wanted = wants(scene, workspace, name, but)
    place = "  ".join(filter(None, [session.branch, session.cwd]))
    lines = [
        say((claim, "wait")),
        say((f"{seen}{did}", "dim")),
        progress(progress_of(scene, session)),
        say(("also has ", "dim"), *has) if has else (),
        say(("wants ", "dim"), *wanted) if wanted else (),
        say((place, "dim")),
    ]
    head = say((f"{SHAPES[life][0]} ", SHAPES[life][1]), *who, (f"  {life.value}", SHAPES[life][1]))
    return [head, *(wrapped for line in lines if line for wrapped in _hung(line, cells))]


def _hung(words: Words, cells: int) -> list[Words]:
    return hung(say("  "), words, cells)
