"""Locks: taken, renewed, lost, waited for, let go (the design, §4)."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.errors import Deadlock, Held, InvalidArgument, LockLost, NotYours
from tests.core.actions.crew import WHO, Crew, W, texts

MINUTE = 60.0


def test_a_lock_is_written_as_the_seed_writes_it(crew: Crew) -> None:
    grant = crew.agent("claude_1").acquire_lock("database_migration", reason="adding a column")
    data = crew.data("locks:database_migration")
    assert data == {
        "locked_by": "claude_1", "locked_at": grant.locked_at, "fence": grant.fence, "reason": "adding a column"
    }  # fmt: skip
    assert grant.locked_at.endswith("Z") and grant.expires_at == grant.was == ""


@pytest.mark.parametrize(("silent", "life"), [(0.0, "live"), (6 * MINUTE, "late"), (9 * 3600.0, "stale")])
def test_a_lock_of_who_may_live_is_refused_with_everything_there_is_to_know(
    crew: Crew, silent: float, life: str
) -> None:
    crew.agent("claude_1").acquire_lock("db")
    other = crew.agent("claude_2")
    crew.clock.advance(silent)
    with pytest.raises(Held) as caught:
        other.acquire_lock("db")
    error, said = caught.value, str(caught.value)
    assert (error.what, error.holder, error.life, error.waiting) == ("db", "claude_1", life, False)
    assert "claude_1 has db" in said and life in said and "ask again later" in said
    assert crew.data("locks:db")["locked_by"] == "claude_1" and "waiters" not in crew.data("locks:db")


@pytest.mark.parametrize("gone", ["dead", "off", "expired"])
def test_a_lock_of_who_is_gone_or_whose_time_is_over_is_taken(crew: Crew, gone: str) -> None:
    holder = crew.dead("claude_1") if gone == "dead" else crew.agent("claude_1")
    old = holder.acquire_lock("db", ttl=60 if gone == "expired" else None)
    if gone == "off":
        crew.write("instances", {"registry": {"claude_1": "available"}})
    other = crew.agent("claude_2")
    crew.clock.advance(61)
    grant = other.acquire_lock("db")
    assert grant.was == "claude_1" and grant.fence > old.fence and grant.expires_at == ""
    assert crew.data("locks:db").keys() == {"locked_by", "locked_at", "fence"}
    assert crew.events() == [("claude_2", "lock_taken_over")]
    if gone == "expired":
        with pytest.raises(LockLost) as caught:
            holder.renew_lock("db")
        assert texts(holder) == ["claude_2 took db over: it had expired or its holder was gone"]
        assert (caught.value.by, caught.value.reason) == ("claude_2", "acquire lock")
        assert ":" in caught.value.at and "acquire it again" in str(caught.value)


def test_a_lock_is_not_taken_before_its_time_is_over(crew: Crew) -> None:
    crew.agent("claude_1").acquire_lock("db", ttl=60)
    other = crew.agent("claude_2")
    crew.clock.advance(55)
    with pytest.raises(Held):
        other.acquire_lock("db")


def test_renewing_keeps_a_lock_for_as_long_as_it_was_taken(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    first = agent.acquire_lock("db", ttl=60)
    for _ in range(3):
        crew.clock.advance(50)
        again = agent.renew_lock("db")
        assert again.fence == first.fence and again.locked_at == first.locked_at
    assert again.expires_at > first.expires_at
    agent.renew_lock("db", 600)
    crew.clock.advance(500)
    with pytest.raises(Held):
        other.acquire_lock("db")
    crew.clock.advance(101)
    assert other.acquire_lock("db")


def test_acquiring_ones_own_lock_again_renews_it(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    first = agent.acquire_lock("db", ttl=60)
    crew.clock.advance(50)
    assert agent.acquire_lock("db").fence == first.fence
    crew.clock.advance(50)
    with pytest.raises(Held):
        other.acquire_lock("db")


def test_an_expired_lock_that_nobody_took_is_renewed(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    first = agent.acquire_lock("db", ttl=60)
    crew.clock.advance(3600)
    assert agent.renew_lock("db").fence == first.fence


def test_a_lock_of_another_programs_expiry_is_taken_then(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.write("locks:db", {"locked_by": "alice", "locked_at": "2025-10-31T14:30:00Z"})
    with pytest.raises(Held):
        agent.acquire_lock("db")
    crew.write("locks:db", {"expires_at": "2025-10-31T14:40:00Z"})
    assert agent.acquire_lock("db").was == "alice"


def test_a_lock_of_the_seeds_way_is_kept_renewed_and_released(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.write("locks:db", {"locked_by": "claude_1", "locked_at": "2025-10-31T14:30:00Z"})
    assert agent.acquire_lock("db").fence > 0
    assert agent.release_lock("db").released and crew.data("locks:db") is None


@pytest.mark.parametrize("ttl", [0, -1, "60", True, float("nan"), float("inf"), 1e12])
def test_a_time_to_live_is_a_number_of_seconds(crew: Crew, ttl: Any) -> None:
    with pytest.raises(InvalidArgument, match="ttl"):
        crew.agent("claude_1").acquire_lock("db", ttl)
    assert crew.data("locks:db") is None


def test_a_holder_learns_which_supervisor_released_its_lock_when_and_why(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.acquire_lock("db")
    crew.supervise("release_lock", "it hangs", scope=f"{W}:locks:db")
    for call in (agent.renew_lock, agent.release_lock):
        with pytest.raises(LockLost) as caught:
            call("db")
        assert (caught.value.resource, caught.value.by, caught.value.reason) == ("db", WHO, "it hangs")
        assert caught.value.at.count(":") == 1 and "Stop what it protects" in str(caught.value)
    assert agent.acquire_lock("db").was == ""


def test_who_knows_no_fence_learns_it_too(crew: Crew) -> None:
    """Commands of the shell remember nothing between two calls."""
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.acquire_lock("db"), agent.acquire_lock("src", ttl=60), agent.acquire_lock("own")
    crew.supervise("release_lock", "it hangs", scope=f"{W}:locks:db")
    crew.clock.advance(61)
    other.acquire_lock("src"), crew.command("claude_1").release_lock("own")
    for name, by in (("db", f"{WHO} at .*it hangs"), ("src", "claude_2 at .*acquire lock")):
        for call in (crew.command("claude_1").release_lock, crew.command("claude_1").renew_lock):
            with pytest.raises(LockLost, match=by):
                call(name)
    assert not crew.command("claude_1").release_lock("own").released, "it let that go itself"
    assert not crew.command("claude_2").release_lock("db").released, "it never had that"
    agent.acquire_lock("db"), agent.release_lock("db")
    assert not crew.command("claude_1").release_lock("db").released, "it had it again, and let it go"
    agent.sign_on()
    with pytest.raises(NotYours, match="claude_2 has the lock src"):
        crew.command("claude_1").release_lock("src")


def test_a_holder_learns_that_another_program_deleted_its_lock(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.acquire_lock("db")
    with pytest.raises(Held):
        other.acquire_lock("db", wait=True)
    crew.delete("locks:db")
    with pytest.raises(LockLost) as caught:
        agent.renew_lock("db")
    assert caught.value.by == "another program"


def test_a_lock_that_a_supervisor_gave_back_has_a_new_fence(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    grant = agent.acquire_lock("db")
    crew.supervise("release_lock", "a slip", scope=f"{W}:locks:db")
    from coord_core.actions import supervisor

    plan = supervisor.plan_undo(crew.storage, crew.board(), None, who=WHO, workspace=W)
    supervisor.apply(crew.storage, plan, actor={"supervisor": WHO}, reason="", now=crew.board().now)
    assert crew.data("locks:db")["fence"] > grant.fence
    with pytest.raises(LockLost):
        agent.renew_lock("db")
    assert agent.acquire_lock("db").fence > grant.fence


def test_letting_go_is_idempotent_and_loud_when_another_holds_it(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    assert not agent.release_lock("db").released
    agent.acquire_lock("db")
    assert agent.release_lock("db").released and not agent.release_lock("db").released
    other.acquire_lock("db")
    for call in (agent.release_lock, agent.renew_lock):
        with pytest.raises(NotYours, match="claude_2 has the lock db"):
            call("db")
    with pytest.raises(NotYours, match="nobody has the lock src"):
        agent.renew_lock("src")
    assert crew.data("locks:db")["locked_by"] == "claude_2"


def test_what_the_sessions_own_shell_released_is_no_riddle(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.acquire_lock("db")
    crew.command("claude_1").release_lock("db")
    with pytest.raises(LockLost) as caught:
        agent.renew_lock("db")
    assert (caught.value.by, caught.value.reason) == ("claude_1", "release lock")


def test_a_refused_release_does_not_forget_the_fence(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.acquire_lock("db", ttl=60)
    crew.clock.advance(61)
    other.acquire_lock("db")
    for _ in range(2):
        with pytest.raises(LockLost):
            agent.release_lock("db")


def test_a_waiter_is_noted_and_told_when_the_lock_is_free(crew: Crew) -> None:
    holder, first, second = (crew.agent(f"claude_{n}") for n in (1, 2, 3))
    holder.acquire_lock("db")
    for _ in range(2):
        with pytest.raises(Held) as caught:
            first.acquire_lock("db", wait=True)
        assert caught.value.waiting and "you are told when it is free" in str(caught.value)
    with pytest.raises(Held):
        second.acquire_lock("db", wait=True)
    assert [each["session"] for each in crew.data("locks:db")["waiters"]] == ["claude_2", "claude_3"]
    holder.release_lock("db")
    for waiter in (first, second):
        waiter.heartbeat()
        assert texts(waiter) == ["db is free: acquire it if you still need it"]
    assert first.acquire_lock("db").was == ""


def test_who_waits_for_a_lock_with_a_limit_is_told_to_ask_again_then(crew: Crew) -> None:
    """Nobody is there to tell it that the time is over."""
    holder, waiter = crew.agent("claude_1"), crew.agent("claude_2")
    holder.acquire_lock("db", ttl=60)
    with pytest.raises(Held, match=r"It holds until .* told if it is free before, else ask again then") as caught:
        waiter.acquire_lock("db", wait=True)
    assert caught.value.waiting
    crew.clock.advance(61)
    assert waiter.acquire_lock("db").was == "claude_1"


def test_a_circle_that_comes_about_though_nobody_closed_it_by_waiting_is_a_finding(crew: Crew) -> None:
    """Who takes over a lock whose time is over becomes one whom its waiters wait for."""
    first, second, third = (crew.agent(f"claude_{n}") for n in (1, 2, 3))
    first.acquire_lock("src"), third.acquire_lock("db", ttl=60)
    for waiter, lock in ((second, "src"), (first, "db")):
        with pytest.raises(Held):
            waiter.acquire_lock(lock, wait=True)
    crew.clock.advance(61)
    second.acquire_lock("db")
    (finding,) = [each for each in crew.board().findings if each.kind == "waiting_circle"]
    assert "claude_1" in finding.text and "claude_2" in finding.text


def test_signing_off_tells_who_waits(crew: Crew) -> None:
    holder, waiter = crew.agent("claude_1"), crew.agent("claude_2")
    holder.acquire_lock("db")
    with pytest.raises(Held):
        waiter.acquire_lock("db", wait=True)
    holder.sign_off()
    waiter.heartbeat()
    assert texts(waiter) == ["db is free: acquire it if you still need it"]


def test_who_takes_an_expired_lock_over_waits_no_longer_and_the_others_still_do(crew: Crew) -> None:
    holder, first, second = (crew.agent(f"claude_{n}") for n in (1, 2, 3))
    holder.acquire_lock("db", ttl=60)
    for waiter in (first, second):
        with pytest.raises(Held):
            waiter.acquire_lock("db", wait=True)
    crew.clock.advance(61)
    first.acquire_lock("db")
    assert [each["session"] for each in crew.data("locks:db")["waiters"]] == ["claude_3"]


@pytest.mark.parametrize("waiters", [["x", 7, None, {"session": "y"}], {"x": "12:00"}, "x", ["a\0b", "z" * 2000, ""]])
def test_odd_waiters_of_another_program_stand_in_nobodys_way(crew: Crew, waiters: Any) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.acquire_lock("db")
    crew.write("locks:db", {"waiters": waiters})
    with pytest.raises(Held):
        other.acquire_lock("db", wait=True)
    assert agent.release_lock("db").released
    other.heartbeat()
    assert texts(other) == ["db is free: acquire it if you still need it"]


def hold_and_wait(crew: Crew, size: int) -> tuple[list[Any], list[str]]:
    agents, locks = [crew.agent(f"claude_{n}") for n in range(1, size + 1)], [f"lock_{n}" for n in range(1, size + 1)]
    for agent, lock in zip(agents, locks, strict=True):
        agent.acquire_lock(lock)
    for agent, lock in zip(agents[:-1], locks[1:], strict=True):
        with pytest.raises(Held):
            agent.acquire_lock(lock, wait=True)
    return agents, locks


@pytest.mark.parametrize("size", [2, 3])
def test_who_would_close_a_circle_of_waiters_is_refused(crew: Crew, size: int) -> None:
    agents, locks = hold_and_wait(crew, size)
    with pytest.raises(Deadlock) as caught:
        agents[-1].acquire_lock(locks[0], wait=True)
    assert set(caught.value.cycle) == {*locks, *(agent.session for agent in agents)}
    assert caught.value.cycle[0] == caught.value.cycle[-1] == agents[-1].session
    assert "release what you hold first" in str(caught.value)
    assert "waiters" not in crew.data("locks:lock_1")
    agents[-1].release_lock(locks[-1])
    with pytest.raises(Held) as again:
        agents[-1].acquire_lock(locks[0], wait=True)
    assert not isinstance(again.value, Deadlock)


def test_who_signed_off_waits_no_longer(crew: Crew) -> None:
    """Or its next bearer would be told of a lock that it never asked for, and close circles that are none."""
    (first, second), _ = hold_and_wait(crew, 2)
    first.sign_off()
    assert "waiters" not in crew.data("locks:lock_2")
    fresh = crew.agent("claude_1")
    fresh.acquire_lock("lock_1")
    with pytest.raises(Held) as caught:
        second.acquire_lock("lock_1", wait=True)
    assert not isinstance(caught.value, Deadlock)


def test_who_takes_a_name_over_waits_for_nothing(crew: Crew) -> None:
    holder, waiter = crew.agent("claude_2"), crew.dead("claude_1")
    holder.acquire_lock("db")
    with pytest.raises(Held):
        waiter.acquire_lock("db", wait=True)
    crew.agent("claude_1", client_session="another window")
    assert "waiters" not in crew.data("locks:db")


@pytest.mark.parametrize("resource", ["", None, 7.5, True, "a\nb", "x" * 600, "locks:"])
def test_what_is_no_resource_is_refused(crew: Crew, resource: Any) -> None:
    agent = crew.agent("claude_1")
    for call in (agent.acquire_lock, agent.renew_lock, agent.release_lock):
        with pytest.raises(InvalidArgument, match="resource"):
            call(resource)


def test_a_fence_that_was_never_given_is_told_from_one_that_was_lost(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    fence = agent.acquire_lock("db").fence
    with pytest.raises(InvalidArgument, match=f"yours with fence {fence}"):
        agent.release_lock("db", fence=fence + 7)
    assert crew.data("locks:db")["fence"] == fence


def test_no_circle_is_seen_where_nobody_is_kept_waiting_for_ever(crew: Crew) -> None:
    one, two = crew.agent("claude_1"), crew.agent("claude_2")
    one.acquire_lock("a", ttl=60)
    two.acquire_lock("b")
    with pytest.raises(Held):
        two.acquire_lock("a", wait=True)
    with pytest.raises(Deadlock):
        one.acquire_lock("b", wait=True)
    crew.clock.advance(61)
    with pytest.raises(Held) as caught:
        one.acquire_lock("b", wait=True)
    assert caught.value.waiting and not isinstance(caught.value, Deadlock)
