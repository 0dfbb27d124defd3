"""Marked: several records as one target, on which `x`, `a` and `m` act at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from coord_core.actions.several import NAME as SEVERAL
from coord_core.state.insights import Remedy
from coord_tui.rows.scene import Scene
from coord_tui.targets import WORDS, Target, session_of

NAMED: Final = 3


def together(targets: Sequence[Target]) -> Target:
    """Return several targets as one: what its keys do, they do to all of them in one plan."""
    let_go = _remedy([(each, each.let_go) for each in targets], "nothing to let go")
    give = _remedy([(each, each.give) for each in targets], "nothing to give")
    workspaces = {each.workspace for each in targets}
    owners = {each.owner for each in targets}
    return Target(
        key=targets[0].key,
        kind=SEVERAL,
        name=named([each.name for each in targets]),
        workspace=targets[0].workspace,
        let_go=let_go,
        give=give if len(workspaces) == 1 else None,
        owner=owners.pop() if len(owners) == 1 else None,
        doing=_doing(targets),
    )


def _doing(targets: Sequence[Target]) -> str:
    """Return what `x` does to several, in the key line's words."""
    words = {WORDS.get(each.let_go.action, "let go") for each in targets if each.let_go}
    return words.pop() if len(words) == 1 else "let go" if words else ""


def message(scene: Scene, targets: Sequence[Target]) -> dict[str, Any] | None:
    """Return the arguments of a message to all sessions that several targets are or belong to, None for nobody."""
    sessions = [(each, session_of(scene, each)) for each in targets]
    scopes = dict.fromkeys(session.scope for _, session in sessions if session)
    left = [each.name for each, session in sessions if session is None]
    actions = [("send_message", {"scope": scope}) for scope in scopes]
    return {"actions": actions, **_left(left, "nobody to tell")} if actions else None


def _remedy(remedies: Sequence[tuple[Target, Remedy | None]], why: str) -> Remedy | None:
    actions = [(remedy.action, dict(remedy.arguments)) for _, remedy in remedies if remedy]
    left = [target.name for target, remedy in remedies if not remedy]
    return Remedy(SEVERAL, {"actions": actions, **_left(left, why)}) if actions else None


def _left(names: Sequence[str], why: str) -> dict[str, Any]:
    it = "Left as it is" if len(names) == 1 else "Left as they are"
    return {"left": [f"{it}: {named(names)}, {why}."]} if names else {}


def named(names: Sequence[str]) -> str:
    """Return names as people list them: `a, b and 4 more`."""
    if len(names) > NAMED:
        names = [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
