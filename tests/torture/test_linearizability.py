"""The checker itself: it accepts what can have been, and rejects what cannot."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.torture.linearizability import Action, Call, Register, Result, find_violation

A, B, C = "a", "b", "c"


def took(who: str, begun: float, ended: float, fence: int) -> Call:
    return Call(who, Action.TAKE, Result.DONE, begun, ended, fence)


def held(who: str, begun: float, ended: float, holder: str) -> Call:
    return Call(who, Action.TAKE, Result.HELD, begun, ended, holder=holder)


def gave(who: str, begun: float, ended: float, result: Result = Result.DONE) -> Call:
    return Call(who, Action.LET_GO, result, begun, ended)


def cut(who: str, begun: float, ended: float, action: Action = Action.TAKE) -> Call:
    return Call(who, action, Result.CUT, begun, ended)


RIGHT = {
    "nothing": [],
    "one after the other": [took(A, 0, 1, 1), gave(A, 2, 3), took(B, 4, 5, 2), gave(B, 6, 7)],
    "again by its owner": [took(A, 0, 1, 1), took(A, 2, 3, 1), gave(A, 4, 5)],
    "refused while it is had": [took(A, 0, 1, 1), held(B, 2, 3, A), gave(A, 4, 5), took(B, 6, 7, 5)],
    "answers that came late": [took(A, 0, 9, 1), held(B, 1, 2, A), gave(A, 10, 11)],
    "a release that came in time": [took(A, 0, 1, 1), gave(A, 2, 9), took(B, 3, 4, 2)],
    "refused by who has just let go": [took(A, 0, 1, 1), gave(A, 2, 9), held(B, 3, 4, A), took(C, 5, 6, 2)],
    "twice at once in some order": [took(A, 0, 9, 2), gave(A, 10, 11), took(B, 0, 5, 1), gave(B, 6, 8)],
    "nothing to let go": [gave(A, 0, 1, Result.IDLE), took(A, 2, 3, 1), gave(A, 4, 5), gave(A, 6, 7, Result.IDLE)],
    "lost to another": [took(A, 0, 1, 1), gave(B, 2, 3, Result.LOST)],
    "a cut call that happened": [cut(A, 0, 1), held(B, 2, 3, A), took(A, 4, 5, 7), gave(A, 6, 7)],
    "a cut call that did not": [cut(A, 0, 1), took(B, 2, 3, 1)],
    "a cut release that happened": [took(A, 0, 1, 1), cut(A, 2, 3, Action.LET_GO), took(B, 4, 5, 2)],
    "a cut release that did not": [took(A, 0, 1, 1), cut(A, 2, 3, Action.LET_GO), held(B, 4, 5, A)],
    "a cut call that happened, its fence never seen": [cut(A, 0, 1), gave(A, 2, 3), took(B, 4, 5, 9)],
    "cut while others went on": [cut(A, 0, 9), took(B, 1, 2, 1), gave(B, 3, 4), held(C, 5, 6, A)],
}

WRONG = {
    "taken twice": [took(A, 0, 1, 1), took(B, 2, 3, 2)],
    "taken twice at once": [took(A, 0, 9, 1), took(B, 0, 9, 2)],
    "one fence for two": [took(A, 0, 1, 1), gave(A, 2, 3), took(B, 4, 5, 1)],
    "a fence that shrinks": [took(A, 0, 1, 2), gave(A, 2, 3), took(B, 4, 5, 1)],
    "another fence for the same": [took(A, 0, 1, 1), took(A, 2, 3, 2)],
    "refused by nobody": [held(A, 0, 1, B)],
    "refused by who has let go long ago": [took(A, 0, 1, 1), gave(A, 2, 3), held(B, 4, 5, A)],
    "refused by oneself": [took(A, 0, 1, 1), held(A, 2, 3, A)],
    "a claim that was lost": [took(A, 0, 1, 1), gave(A, 2, 3, Result.IDLE)],
    "lost to nobody": [took(A, 0, 1, 1), gave(A, 2, 3, Result.LOST)],
    "let go by another": [took(A, 0, 1, 1), gave(B, 2, 3)],
    "nothing to let go though it was had": [took(A, 0, 1, 1), gave(B, 2, 3, Result.IDLE)],
    "a cut call that happened after its end": [cut(A, 0, 1), took(B, 2, 3, 1), gave(B, 4, 5), held(C, 6, 7, A)],
    "a cut call that happened and did not": [cut(A, 0, 1), held(B, 2, 3, A), took(C, 4, 5, 9)],
    "a cut release seen before it began": [took(A, 0, 1, 1), took(B, 2, 3, 2), cut(A, 4, 5, Action.LET_GO)],
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_can_have_been_is_accepted(name: str) -> None:
    assert find_violation(RIGHT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_have_been_is_rejected(name: str) -> None:
    assert find_violation(WRONG[name]) != []


def simulate(chance: random.Random, calls: int) -> list[Call]:
    """Return a history of a register that really is one: each call at an instant, told with an interval around it."""
    register, history, fence = Register(), [], 0
    for at in range(calls):
        who = chance.choice("abcd")
        call = Call(who, chance.choice(list(Action)), Result.DONE, at - chance.random() * 4, at + chance.random() * 4)
        mine = register.owner == who
        if call.action is Action.TAKE and (mine or not register.owner):
            fence += not mine
            call, register = replace(call, fence=fence), Register(who, fence)
        elif call.action is Action.TAKE:
            call = replace(call, result=Result.HELD, holder=register.owner)
        elif mine:
            register = Register("", fence)
        else:
            call = replace(call, result=Result.LOST if register.owner else Result.IDLE)
        history.append(replace(call, result=Result.CUT, fence=0, holder="") if chance.random() < 0.05 else call)
    return history


@given(st.integers())
def test_every_history_of_a_register_is_accepted(seed: int) -> None:
    assert find_violation(simulate(random.Random(seed), 60)) == []


@given(st.integers())
def test_a_second_owner_slipped_in_is_found(seed: int) -> None:
    history = [call for call in simulate(random.Random(seed), 60) if call.result is not Result.CUT]
    taken = [call for call in history if call.result is Result.DONE and call.action is Action.TAKE]
    for call in taken[:1]:
        thief = replace(call, who="thief", begun=call.begun, ended=call.ended)
        assert find_violation([*history, thief]) != []


def test_a_long_history_is_checked_in_no_time() -> None:
    assert find_violation(simulate(random.Random(7), 20_000)) == []
