"""Who gets which name, who is refused it, and what becomes of its former bearer (the design, §4)."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.agent import Agent
from coord_core.errors import InvalidArgument, LockLost, NameTaken, NotSignedOn
from coord_core.state.insights import Life
from coord_core.storage.files import FileStorage
from coord_core.storage.view import View
from tests.core.actions.crew import WHO, Crew, W, texts

MINUTE = 60.0


def verdict(crew: Crew, name: str) -> Life:
    return crew.board().verdicts[f"{W}:session:{name}"].life


def test_names_are_handed_out_in_order(crew: Crew) -> None:
    assert [crew.agent().session for _ in range(3)] == ["claude_1", "claude_2", "claude_3"]
    assert crew.data("instances") == {"registry": dict.fromkeys(("claude_1", "claude_2", "claude_3"), "taken")}


def test_the_first_name_that_is_free_again_is_handed_out(crew: Crew) -> None:
    agents = [crew.agent() for _ in range(3)]
    agents[1].sign_off()
    assert [crew.agent().session for _ in range(2)] == ["claude_2", "claude_4"]


def test_who_has_a_name_and_asks_for_none_keeps_it_and_all_that_goes_with_it(crew: Crew) -> None:
    """A second name would leave the first one taken by nobody."""
    agent = crew.agent()
    agent.claim_issue(15), agent.acquire_lock("db"), agent.acquire_lock("src")
    answer = agent.sign_on()
    assert (answer.session_id, answer.resumed, answer.taken_over) == ("claude_1", True, "")
    assert answer.has == ("locks:db", "locks:src", "issue:15") and agent.renew_lock("db") and agent.heartbeat()
    assert crew.data("instances") == {"registry": {"claude_1": "taken"}}
    crew.supervise("release_lock", "it hangs", scope=f"{W}:locks:src")
    agent.sign_on()
    with pytest.raises(LockLost, match=f"{WHO} at .*it hangs"):
        agent.release_lock("src")


def test_who_lost_its_name_and_asks_for_none_gets_the_first_that_is_free(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.clock.advance(6 * MINUTE)
    crew.agent("claude_1", client_session="another window")
    assert agent.sign_on().session_id == "claude_2"
    assert crew.command("claude_2").sign_on().session_id == "claude_3", "nobody knows that it is claude_2"


@pytest.mark.parametrize("silent", [6 * MINUTE, 3 * 3600, 9 * 24 * 3600])
def test_a_taken_name_is_never_handed_out_however_long_its_bearer_is_silent(crew: Crew, silent: float) -> None:
    crew.agent()
    crew.clock.advance(silent)
    assert verdict(crew, "claude_1") in (Life.LATE, Life.STALE)
    assert crew.agent().session == "claude_2"


def test_a_name_that_only_another_program_took_is_taken(crew: Crew) -> None:
    crew.write("instances", {"registry": {"claude_1": "taken", "claude_3": "available"}})
    crew.write("session:claude_2", {"last_heartbeat": "2026-11-22T06:12:11"})
    assert [crew.agent().session for _ in range(2)] == ["claude_3", "claude_4"]


def test_the_name_of_a_dead_session_is_free(crew: Crew) -> None:
    assert crew.dead("claude_1").session == "claude_1"
    agent = crew.stranger(client_session="another window")
    answer = agent.sign_on()
    assert answer.session_id == "claude_1" and not answer.resumed
    assert "is gone" in answer.taken_over


def test_the_name_of_a_session_whose_process_lives_is_not_free(crew: Crew) -> None:
    facts, _ = crew.process()
    crew.agent("claude_1", **facts)
    crew.clock.advance(5 * 3600)
    assert crew.agent().session == "claude_2"


def test_a_name_that_was_cleaned_up_is_free(crew: Crew) -> None:
    crew.agent("claude_1")
    crew.clock.advance(2 * 3600)
    crew.supervise("clean_up_session", scope=f"{W}:session:claude_1")
    assert crew.agent().session == "claude_1"


def test_the_first_agent_records_where_it_runs(crew: Crew) -> None:
    facts = {
        "host": "laptop", "boot_id": "b", "pid": 811, "pid_started": 12.5, "client": "claude", "client_session": "s",
        "cwd": "/w", "branch": "main", "tmux_pane": "%3", "tty": "/dev/pts/3",
    }  # fmt: skip
    crew.agent("claude_1", **facts)
    assert facts.items() <= crew.data("session:claude_1").items()
    crew.agent("claude_1", **{**facts, "pid": 811, "tmux_pane": "%4"})
    assert crew.data("session:claude_1")["tmux_pane"] == "%4"
    fewer = crew.stranger(host="laptop", client_session="s")
    assert fewer.sign_on("claude_1").resumed
    assert crew.data("session:claude_1").keys().isdisjoint({"pid", "pid_started", "tmux_pane", "tty", "branch"})


def test_a_name_whose_process_lives_is_refused_and_says_who_and_since_when(crew: Crew) -> None:
    facts, _ = crew.process()
    first = crew.agent("claude_1", **facts)
    crew.clock.advance(3 * 3600)
    with pytest.raises(NameTaken) as caught:
        crew.agent("claude_1", client_session="another window")
    said = str(caught.value)
    assert caught.value.session == "claude_1" and f"pid {facts['pid']}" in said and "runs" in said
    assert "sign on without a name" in said and ":" in caught.value.since
    assert first.heartbeat()


@pytest.mark.parametrize("facts", [{"host": "desktop"}, {"client_session": "another window"}])
def test_a_name_that_beat_just_now_elsewhere_is_refused(crew: Crew, facts: dict[str, Any]) -> None:
    crew.agent("claude_1", client_session="window")
    crew.clock.advance(4 * MINUTE)
    with pytest.raises(NameTaken, match="a sign within 5m"):
        crew.agent("claude_1", **{"client_session": "window", **facts})
    crew.clock.advance(2 * MINUTE)
    assert crew.agent("claude_1", **{"client_session": "window", **facts}).session == "claude_1"


def test_its_own_client_session_gets_a_name_again_at_once(crew: Crew) -> None:
    crew.agent("claude_1", client_session="window")
    again = crew.stranger(client_session="window")
    answer = again.sign_on("claude_1")
    assert (answer.resumed, answer.taken_over) == (True, "")
    assert crew.events() == []


def test_its_own_process_gets_a_name_again_at_once(crew: Crew) -> None:
    facts, _ = crew.process()
    crew.agent("claude_1", **facts)
    answer = crew.stranger(**facts, client_session="after /clear").sign_on("claude_1")
    assert (answer.resumed, answer.taken_over) == (True, "")


def test_who_resumes_is_told_what_is_still_its(crew: Crew) -> None:
    first = crew.agent("claude_1", client_session="window")
    first.enqueue_task({"type": "test"})
    first.claim_issue(15), first.acquire_lock("db"), first.claim_next_task()
    answer = crew.stranger(client_session="window").sign_on("claude_1")
    assert answer.has == ("locks:db", "issue:15", "queue#1")


def test_a_resumed_session_keeps_its_locks_and_their_fences(crew: Crew) -> None:
    grant = crew.agent("claude_1", client_session="window").acquire_lock("db")
    again = crew.agent("claude_1", client_session="window")
    assert again.renew_lock("db", fence=grant.fence).fence == grant.fence


def test_a_takeover_is_recorded_and_told(crew: Crew) -> None:
    crew.dead("claude_1")
    answer = crew.stranger(client_session="another window").sign_on("claude_1")
    assert "is gone" in answer.taken_over
    assert crew.data("session:claude_1")["taken_over"]["from"] == answer.taken_over
    assert crew.events() == [("claude_1", "session_taken_over")]


def test_whoever_just_came_gets_no_lock_of_the_dead_with_its_name(crew: Crew) -> None:
    dead = crew.dead("claude_1")
    dead.acquire_lock("deploy")
    dead.claim_issue(7)
    newcomer = crew.stranger(client_session="another window")
    answer = newcomer.sign_on()
    assert answer.session_id == "claude_1" and answer.taken_over
    assert answer.has == ("issue:7",) and not crew.data("locks:deploy")
    assert crew.events()[-1] == ("claude_1", "session_taken_over")
    with pytest.raises(NotSignedOn, match="another agent took the name over"):
        dead.release_lock("deploy")
    assert crew.agent("claude_2").acquire_lock("deploy").fence


def test_a_takeover_gives_the_locks_new_fences(crew: Crew) -> None:
    old = crew.agent("claude_1")
    grant = old.acquire_lock("db")
    crew.clock.advance(6 * MINUTE)
    new = crew.agent("claude_1", client_session="another window")
    assert crew.data("locks:db")["fence"] > grant.fence
    assert new.renew_lock("db").fence > grant.fence
    with pytest.raises(LockLost):
        new.release_lock("db", fence=grant.fence)


def test_who_was_taken_over_is_refused_at_its_next_call(crew: Crew) -> None:
    old = crew.agent("claude_1")
    old.claim_issue(15), old.acquire_lock("db")
    crew.clock.advance(6 * MINUTE)
    crew.agent("claude_1", client_session="another window")
    before = crew.data("session:claude_1")
    calls = [
        old.heartbeat, old.sign_off, lambda: old.claim_issue(16), lambda: old.release_lock("db"),
        lambda: old.renew_lock("db"), lambda: old.update_progress(15, "x"), lambda: old.log_event("x", "y"),
        lambda: old.store_data("project:x", "a", 1), lambda: old.delete_data("issue:15", "claimed_by"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(NotSignedOn, match=r"another agent took the name over at .*Sign on again first"):
            call()
    assert crew.data("session:claude_1") == before


def test_a_name_of_another_program_is_taken_over_once_it_is_silent(crew: Crew) -> None:
    crew.write("instances", {"registry": {"codex": "taken"}})
    answer = crew.stranger(client_session="window").sign_on("codex")
    assert (answer.resumed, answer.taken_over) == (False, "")


def test_signing_off_makes_the_name_available_and_releases_locks(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15), agent.acquire_lock("db"), agent.acquire_lock("src/orders")
    answer = agent.sign_off()
    assert (answer.session_id, set(answer.released), answer.keeps) == ("claude_1", {"db", "src/orders"}, ("issue:15",))
    assert crew.data("instances") == {"registry": {"claude_1": "available"}}
    assert crew.data("locks:db") is crew.data("locks:src/orders") is None
    assert crew.data("issue:15")["claimed_by"] == "claude_1"
    assert crew.data("session:claude_1") is not None
    with pytest.raises(NotSignedOn):
        agent.heartbeat()


def test_another_programs_clean_up_is_told_too(crew: Crew) -> None:
    """The seed's own clean-up deletes the session's document and says nothing to the registry."""
    for agent in (crew.agent("claude_1"), crew.command("claude_1")):
        crew.delete("session:claude_1")
        with pytest.raises(NotSignedOn, match="Sign on"):
            agent.heartbeat()
        assert crew.data("session:claude_1") is None
        crew.agent("claude_1")


def test_who_was_cleaned_up_is_told_by_whom_when_and_why(crew: Crew) -> None:
    agent, command = crew.agent("claude_1"), crew.command("claude_1")
    crew.clock.advance(2 * 3600)
    crew.supervise("clean_up_session", "its window is closed", scope=f"{W}:session:claude_1")
    for each in (agent, command):
        with pytest.raises(NotSignedOn) as caught:
            each.claim_issue(15)
        said = str(caught.value)
        assert "clean up session" in said and WHO in said and "its window is closed" in said
        assert any(f" at {hour:02}:" in said for hour in range(24))
    assert crew.data("issue:15") is None and crew.data("session:claude_1") is None
    agent.sign_on()
    assert agent.claim_issue(15).issue == "15"


def test_a_beat_is_a_sign_of_life_in_the_seeds_style(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    crew.clock.advance(10 * MINUTE)
    assert verdict(crew, "claude_1") is Life.LATE
    agent.heartbeat()
    assert verdict(crew, "claude_1") is Life.LIVE


@pytest.mark.parametrize("name", ["", "  ", "a:b", "x" * 600, "a\nb", "a\x1b[2Jb", "a\0b", 5.5, True])
def test_what_is_no_name_is_refused_and_changes_nothing(crew: Crew, name: Any) -> None:
    with pytest.raises(InvalidArgument):
        crew.stranger().sign_on(name)
    assert crew.data("instances") is None


def test_a_torn_registry_is_never_overwritten(crew: Crew) -> None:
    crew.write("instances", {"registry": ["claude_1"]})
    with pytest.raises(InvalidArgument, match="mend it by hand"):
        crew.agent("claude_1")
    assert crew.data("instances") == {"registry": ["claude_1"]}


def test_who_signs_on_under_another_name_is_told_only_what_is_for_that_one(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    other.acquire_lock("db"), other.claim_issue(15)
    third = crew.agent("claude_3")
    for each in (agent, third):
        with pytest.raises(Exception, match="wait"):
            each.acquire_lock("db", wait=True)
    other.release_lock("db")  # tells both in one line
    agent.heartbeat()
    assert texts(agent) == ["db is free: acquire it if you still need it"]
    third.sign_off()
    agent.sign_on("claude_3")
    assert texts(agent) == ["db is free: acquire it if you still need it"]
    agent.heartbeat()
    fresh = crew.command("claude_1")
    fresh.heartbeat()
    assert texts(fresh) == ["db is free: acquire it if you still need it"]


def test_who_gets_a_name_is_not_told_what_its_bearer_before_was_to_be_told(crew: Crew) -> None:
    crew.agent()
    scope = f"{W}:session:claude_1"
    crew.supervise("send_message", scope=scope, text="Stop")
    crew.supervise("clean_up_session", "it hangs", scope=scope)
    other = crew.agent(client_session="another window")
    assert other.session == "claude_1" and texts(other) == []
    crew.supervise("send_message", scope=scope, text="Go on")
    other.heartbeat()
    assert texts(other) == ["Go on"]


def test_who_comes_back_for_its_name_is_told_what_it_missed(crew: Crew) -> None:
    crew.agent("claude_1")
    crew.supervise("clean_up_session", "it hangs", scope=f"{W}:session:claude_1")
    assert "it hangs" in texts(crew.agent("claude_1"))[0]


@pytest.mark.parametrize("call", ["sign_on", "sign_off"])
def test_under_the_stores_lock_only_what_changed_since_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Thousands of documents take a second to be read, and all others would wait for it."""
    step, read = ["outside"], Counter[str]()
    agent = Agent(FileStorage(tmp_path, step=lambda name: step.__setitem__(0, name)), W, facts={})
    agent.sign_on()
    for number in range(50):
        agent.claim_issue(number)
    opened = View._open

    def count(view: View, name: str, *rest: Any) -> None:
        read[step[0]] += 1
        opened(view, name, *rest)

    time.sleep(0.1)  # what was written a moment ago is looked at again
    step[0] = "outside"
    monkeypatch.setattr(View, "_open", count)
    getattr(agent, call)()
    assert read["outside"] > 50 and read.total() == read["outside"]
