"""The wall clock jumps: nobody is taken for gone, no lock is taken, every fence still grows (the design, §3)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.agent import Agent
from coord_core.errors import Held, LockLost, NameTaken
from coord_core.state.insights import Life
from coord_core.storage.files import FileStorage
from tests.core.actions.crew import WHO, Crew, W
from tests.torture.children import fork, join

HOUR, DAY = 3600.0, 86400.0
JUMPS = [HOUR, -HOUR, DAY, -DAY]
jumps = pytest.mark.parametrize("jump", JUMPS)


def lives(crew: Crew) -> dict[str, Life]:
    return {scope.rpartition(":")[2]: each.life for scope, each in crew.board().verdicts.items()}


@jumps
def test_nobody_who_lives_is_called_anything_else(crew: Crew, jump: float) -> None:
    agents = [crew.agent(f"claude_{n}") for n in (1, 2)]
    agents[1].claim_issue(15)
    crew.clock.jump(jump)
    assert lives(crew) == {"claude_1": Life.LIVE, "claude_2": Life.LIVE}
    crew.clock.advance(6 * 60)
    assert lives(crew) == {"claude_1": Life.LATE, "claude_2": Life.LATE}
    agents[0].heartbeat()
    assert lives(crew) == {"claude_1": Life.LIVE, "claude_2": Life.LATE}


@jumps
def test_no_lock_is_taken_and_its_holder_counts_as_alive(crew: Crew, jump: float) -> None:
    holder, other = crew.agent("claude_1"), crew.agent("claude_2")
    grants = [holder.acquire_lock("forever"), holder.acquire_lock("for a while", ttl=1800)]
    holder.claim_issue(15)
    crew.clock.jump(jump)
    for call in (lambda: other.acquire_lock("forever"), lambda: other.acquire_lock("for a while"),
                 lambda: other.claim_issue(15)):  # fmt: skip
        with pytest.raises(Held) as caught:
            call()
        assert (caught.value.holder, caught.value.life) == ("claude_1", "live")
    for grant in grants:
        assert holder.renew_lock(grant.resource).fence == grant.fence
    crew.clock.advance(1700)
    with pytest.raises(Held):
        other.acquire_lock("for a while")
    crew.clock.advance(200)
    assert other.acquire_lock("for a while").was == "claude_1"


@jumps
def test_a_live_ones_name_is_never_given_to_another(crew: Crew, jump: float) -> None:
    first = crew.agent("claude_1", client_session="window")
    crew.clock.jump(jump)
    assert crew.agent(None, client_session="another").session == "claude_2"
    with pytest.raises(NameTaken, match="a sign within 5m"):
        crew.agent("claude_1", client_session="another")
    assert first.heartbeat()
    assert crew.agent("claude_1", client_session="window").session == "claude_1"


@jumps
def test_a_holder_still_learns_who_took_its_lock(crew: Crew, jump: float) -> None:
    agent = crew.agent("claude_1")
    agent.acquire_lock("db")
    crew.supervise("release_lock", "it hangs", scope=f"{W}:locks:db")
    crew.clock.jump(jump)
    with pytest.raises(LockLost) as caught:
        agent.renew_lock("db")
    assert (caught.value.by, caught.value.reason) == (WHO, "it hangs")


@jumps
def test_fences_grow_over_a_jump(crew: Crew, jump: float) -> None:
    agent = crew.agent("claude_1")
    fences = []
    for _ in range(4):
        fences.append(agent.acquire_lock("db").fence)
        agent.release_lock("db")
        crew.clock.jump(jump)
    assert fences == sorted(set(fences))


@jumps
def test_documents_of_before_the_jump_keep_real_processes_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """As it happens: another process wrote them by the old clock, and lives on."""

    def begin() -> None:
        holder = Agent(FileStorage(tmp_path), W, facts={"host": "laptop", "client_session": "window"})
        holder.sign_on(), holder.acquire_lock("db"), holder.acquire_lock("src", ttl=600), holder.claim_issue(15)

    assert join(fork(begin)) == 0
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + jump)
    other = Agent(FileStorage(tmp_path), W, facts={"host": "laptop", "client_session": "another"})
    assert other.sign_on().session_id == "claude_2"
    for call in (lambda: other.acquire_lock("db"), lambda: other.acquire_lock("src"), lambda: other.claim_issue(15)):
        with pytest.raises(Held) as caught:
            call()
        assert caught.value.life == "live"


def deleted(folder: Path, what: str) -> None:
    """Delete the journal, the lock's document, and the store's own lock file, as `what` says."""
    if "journal" in what:
        for segment in (folder / ".coord" / "journal").iterdir():
            segment.unlink()
    if "document" in what:
        next(folder.glob("*locks__db.json")).unlink()
    if "lock file" in what:
        (folder / ".coord" / "lock").unlink()


@pytest.mark.parametrize(
    "what",
    [
        "journal", "document", "lock file", "journal and document", "journal and lock file",
        "journal, document and lock file",
    ],
)  # fmt: skip
def test_fences_only_grow_whatever_is_deleted(tmp_path: Path, what: str) -> None:
    agent = Agent(FileStorage(tmp_path), W, facts={})
    agent.sign_on()
    fences: list[int] = []
    for _ in range(3):
        fences.append(agent.acquire_lock("db").fence)
        deleted(tmp_path, what)
        agent = Agent(FileStorage(tmp_path), W, facts={})
        agent.sign_on("claude_1")
        fences.append(agent.acquire_lock("db").fence)
        agent.release_lock("db")
    distinct = fences if "document" in what else [fences[0], *fences[2::2]]
    assert fences == sorted(fences) and distinct == sorted(set(distinct))


def test_fences_never_outrun_the_clock_on_the_fastest_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else those of a store that lost everything would begin again below those that are out."""
    begun, fences = time.time_ns(), [0]
    monkeypatch.setattr(time, "time_ns", lambda: begun + len(fences) * 20_000)  # each within 20 microseconds
    for _ in range(3):
        agent = Agent(FileStorage(tmp_path), W, facts={})
        agent.sign_on("claude_1")
        for _ in range(5):
            fences.append(agent.acquire_lock("db").fence)
            agent.release_lock("db")
        deleted(tmp_path, "journal and lock file")
    assert fences == sorted(set(fences))


@pytest.mark.parametrize("what", ["journal", "journal and document", "journal and lock file"])
def test_fences_only_grow_when_the_clock_goes_back_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    agent = Agent(FileStorage(tmp_path), W, facts={})
    agent.sign_on()
    for _ in range(5):  # far beyond the session's own document
        agent.acquire_lock("db"), agent.release_lock("db")
    first = agent.acquire_lock("db").fence
    deleted(tmp_path, what)
    clock: Any = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock() - int(DAY * 1e9))
    again = Agent(FileStorage(tmp_path), W, facts={})
    again.sign_on("claude_1")
    if "document" not in what:
        again.release_lock("db")
    assert again.acquire_lock("db").fence > first
