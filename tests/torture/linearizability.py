"""Is there an order of these calls, each at one instant between its begin and its end, that one register explains?

Wing and Gong's search (JACM 1993) for a register that somebody takes and lets go: a lock, or an issue. Calls on
different registers do not constrain each other, so each is checked alone. A call that a kill cut may or may not have
happened, but not after its process was dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Action(Enum):
    """What was asked for."""

    TAKE = "take"
    LET_GO = "let go"


class Result(Enum):
    """What was answered. DONE: it was taken, or let go. IDLE: there was nothing to let go. HELD: somebody has it.

    LOST: it is not the caller's. CUT: nobody knows.
    """

    DONE = "done"
    IDLE = "idle"
    HELD = "held"
    LOST = "lost"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `who`, from `begun` to `ended` (one clock for all). fence: what was got. holder: who has it."""

    who: str
    action: Action
    result: Result
    begun: float
    ended: float
    fence: int = 0
    holder: str = ""


class Register(NamedTuple):
    """Who has it, the highest fence that was seen, and whether that is the owner's (not so after a cut call)."""

    owner: str = ""
    fence: int = 0
    known: bool = True


def find_violation(history: Iterable[Call]) -> list[Call]:
    """Return the calls at which no order can be continued, [] if the history is linearizable."""
    calls = sorted(history, key=lambda call: call.begun)
    furthest = 0
    # What was ordered: all calls below a place, and these above it.
    todo: list[tuple[int, frozenset[int], Register]] = [(0, frozenset(), Register())]
    seen = set(todo)
    while todo:
        low, above, register = todo.pop()
        if low == len(calls):
            return []
        furthest = max(furthest, low)
        # The earliest is tried first, for it is on top.
        for place in reversed(_next(calls, low, above)):
            for after in _outcomes(register, calls[place]):
                state = (*_with(low, above, place), after)
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
    return calls[furthest : furthest + 16]


def _next(calls: list[Call], low: int, above: frozenset[int]) -> list[int]:
    """Return the calls that may come next: those that began before any other that is left had ended."""
    found, bound = [], float("inf")
    for place in range(low, len(calls)):
        if calls[place].begun > bound:
            break
        if place not in above:
            found.append(place)
            bound = min(bound, calls[place].ended)
    return found


def _with(low: int, above: frozenset[int], place: int) -> tuple[int, frozenset[int]]:
    above |= {place}
    while low in above:
        above -= {low}
        low += 1
    return low, above


def _outcomes(register: Register, call: Call) -> Iterator[Register]:
    """Yield what the register may be after a call that was answered so, nothing if it cannot have been."""
    owner, fence, known = register
    mine = owner == call.who
    if call.result is Result.CUT:
        yield register
        if call.action is Action.TAKE and not owner:
            yield Register(call.who, fence, known=False)
        if call.action is Action.LET_GO and mine:
            yield Register("", fence)
    elif call.result is Result.HELD:
        if owner == call.holder != call.who:
            yield register
    elif call.result is Result.LOST:
        if not mine:
            yield register
    elif call.result is Result.IDLE:
        if not owner:
            yield register
    elif call.action is Action.LET_GO:
        if mine:
            yield Register("", fence)
    elif (mine and known and call.fence == fence) or ((not owner or (mine and not known)) and call.fence > fence):
        yield Register(call.who, call.fence)
