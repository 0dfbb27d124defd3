"""The plan that sends a session a message."""

from __future__ import annotations

from coord_core.actions import addressing, words
from coord_core.actions.arguments import said
from coord_core.actions.plan import Effect, Plan
from coord_core.errors import InvalidArgument, Refused
from coord_core.state.board import Board
from coord_core.state.insights import GONE

SHOWN = 200
"""Characters of a message that the event log has."""


def send_message(board: Board, *, scope: str, text: str) -> Plan:
    """Plan to tell a session something at its next call; raises NotFound, Refused, and InvalidArgument for no text."""
    session = addressing.session(board, scope)
    words_ = said("text", text).strip()
    if not words_:
        raise InvalidArgument("text", "it is empty: say something")
    if words.life(board, scope) in GONE:
        raise Refused(f"{session.id} is {board.verdicts[scope].evidence.rstrip('.')}: nobody would read it")
    brief = words_ if len(words_) <= SHOWN else words_[: SHOWN - 1] + "…"
    return Plan(
        action="send_message",
        subject=scope,
        workspace=session.workspace,
        title=f"Message to {session.id}",
        verb="Send",
        changes={},
        effects=(Effect(f"inbox:{session.id}", "messages", f"“{brief}”"),),
        evidence=words.evidence(board, session),
        event=("message_sent", f"To {session.id}: {brief}", {"session": session.id}),
        arguments={"scope": scope, "text": text},
        tells={scope: words_},
    )
