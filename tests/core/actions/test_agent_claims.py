"""Issues: claimed, reported on, handed off, accepted, given back (the design, §4)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coord_core.errors import Held, InvalidArgument, NotFound, NotYours, OnHold, Refused
from tests.core.actions.crew import WHO, Crew, W, texts

MINUTE = 60.0
SEED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
REFERENCE = Path(__file__).parents[2] / "data" / "three-active"


def test_what_a_report_leaves_out_stays_as_it_was(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15)

    def after(*report: Any) -> tuple[Any, ...]:
        agent.update_progress(15, *report)
        progress = crew.data("issue:15")["progress"]
        return progress["phase"], progress["percent"], progress["message"]

    assert after("testing", 40, "Writing tests") == ("testing", 40, "Writing tests")
    assert after("", 60) == ("testing", 60, "Writing tests")
    assert after("testing", None, "Mending one") == ("testing", 60, "Mending one")
    assert after("review") == ("review", 60, ""), "the words were of another phase"


def test_a_claim_is_written_as_the_reference_writes_it(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    claim = agent.claim_issue(15)
    agent.update_progress(15, "testing", 75, "Writing tests")
    data = crew.data("issue:15")
    seed = json.loads((REFERENCE / "laptop__BANCS-Norway__my-repo__issue__15.json").read_text())["data"]
    del seed["files_modified"]
    assert data.keys() - seed.keys() == {"fence"} and seed.keys() <= data.keys()
    assert data["progress"].keys() == seed["progress"].keys()
    for key in ("claimed_by", "status"):
        assert data[key] == seed[key]
    for stamp in (data["claimed_at"], data["progress"]["updated_at"], claim.claimed_at):
        assert SEED.fullmatch(stamp)
    assert (claim.issue, claim.fence, claim.was) == ("15", data["fence"], "")
    assert crew.data("session:claude_1")["current_issue"] == 15


@pytest.mark.parametrize("said", [15, "15", "#15", "issue:15", "issue:#15", " issue:15 ", "issue: 15"])
def test_an_issue_may_be_named_in_any_way(crew: Crew, said: Any) -> None:
    assert crew.agent("claude_1").claim_issue(said).issue == "15"
    assert crew.data("issue:15")["claimed_by"] == "claude_1"


def test_claiming_again_changes_nothing(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    first, before = agent.claim_issue(15), crew.data("issue:15")
    crew.clock.advance(60)
    assert agent.claim_issue(15) == first and crew.data("issue:15") == before


@pytest.mark.parametrize(("silent", "life"), [(0.0, "live"), (6 * MINUTE, "late"), (2 * 3600.0, "stale")])
def test_a_claim_of_who_may_live_is_refused_with_everything_there_is_to_know(
    crew: Crew, silent: float, life: str
) -> None:
    crew.agent("claude_1").claim_issue(15)
    other = crew.agent("claude_2")
    crew.clock.advance(silent)
    before = crew.data("issue:15")
    with pytest.raises(Held) as caught:
        other.claim_issue(15)
    error, said = caught.value, str(caught.value)
    assert (error.what, error.holder, error.life) == ("issue 15", "claude_1", life)
    assert error.age == {"live": "now", "late": "6m", "stale": "2h00"}[life]
    assert "claude_1 has issue 15" in said and life in said and "Take another issue" in said
    assert crew.data("issue:15") == before and "current_issue" not in crew.data("session:claude_2")


def test_a_claim_of_nobody_known_is_the_humans_to_decide(crew: Crew) -> None:
    crew.write("issue:15", {"claimed_by": "alice", "claimed_at": "2025-10-31T14:00:00Z"})
    with pytest.raises(Held, match="no session has that name"):
        crew.agent("claude_1").claim_issue(15)


def test_a_claim_of_the_dead_is_taken(crew: Crew) -> None:
    old = crew.dead("claude_1").claim_issue(15)
    new = crew.agent("claude_2").claim_issue(15)
    assert new.was == "claude_1" and new.fence > old.fence
    data = crew.data("issue:15")
    assert (data["claimed_by"], data["fence"], data["status"]) == ("claude_2", new.fence, "in_progress")
    assert "current_issue" not in crew.data("session:claude_1")


def test_a_claim_of_who_signed_off_is_taken_and_it_is_told_when_it_comes_back(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15), agent.sign_off()
    assert crew.agent("claude_2").claim_issue(15).was == "claude_1"
    agent.sign_on("claude_1")
    assert texts(agent) == ["claude_2 took #15 over from you"]


def test_an_owner_by_another_programs_key_is_taken_over_too(crew: Crew) -> None:
    crew.agent("claude_1").sign_off()
    crew.write("issue:15", {"claimed_by": "somebody", "current_session": "claude_1"})
    assert crew.agent("claude_2").claim_issue(15).was == "claude_1"
    assert crew.data("issue:15")["current_session"] == crew.data("issue:15")["claimed_by"] == "claude_2"


def test_a_finished_issue_is_not_claimed_by_mistake(crew: Crew) -> None:
    crew.write("issue:15", {"claimed_by": "claude_9", "status": "completed"})
    with pytest.raises(Refused, match="issue 15 is completed"):
        crew.agent("claude_1").claim_issue(15)


def test_a_second_issue_does_not_take_the_place_of_the_first(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15), agent.claim_issue(16)
    assert crew.data("session:claude_1")["current_issue"] == 15
    agent.release_issue(15)
    agent.claim_issue(17)
    assert crew.data("session:claude_1")["current_issue"] == 17


def test_an_issue_given_back_is_pending_and_nobodys(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15)
    assert agent.release_issue(15).released
    assert crew.data("issue:15") == {"status": "pending"}
    assert "current_issue" not in crew.data("session:claude_1")
    assert not agent.release_issue(15).released
    assert crew.agent("claude_2").claim_issue(15).was == ""


def test_what_another_has_is_neither_given_back_nor_reported_on_nor_handed_off(crew: Crew) -> None:
    crew.agent("claude_1").claim_issue(15)
    other, before = crew.agent("claude_2"), crew.data("issue:15")
    for call in (
        lambda: other.release_issue(15),
        lambda: other.update_progress(15, "x"),
        lambda: other.offer_handoff(15),
    ):
        with pytest.raises(NotYours, match="claude_1 has issue 15"):
            call()
    assert crew.data("issue:15") == before


def test_who_lost_an_issue_to_a_supervisor_hears_by_whom(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15)
    crew.supervise("reassign_issue", "wrong one", scope=f"{W}:issue:15", to=None)
    with pytest.raises(NotYours) as caught:
        agent.update_progress(15, "x")
    assert WHO in str(caught.value) and "wrong one" in str(caught.value)
    assert "progress" not in crew.data("issue:15")


@pytest.mark.parametrize("percent", [-1, 101, float("nan"), float("inf"), "50", True])
def test_a_percentage_is_a_number_from_0_to_100(crew: Crew, percent: Any) -> None:
    with pytest.raises(InvalidArgument, match="percent"):
        crew.agent("claude_1").update_progress(15, "x", percent)
    assert crew.data("issue:15") is None


def test_a_handoff_to_anybody_goes_to_who_accepts_it_first(crew: Crew) -> None:
    giver, first, second = (crew.agent(f"claude_{n}") for n in (1, 2, 3))
    giver.claim_issue(15)
    giver.offer_handoff(15, "done", ["Run pytest"], {"branch": "feat/15"})
    handoff = crew.data("issue:15")["handoff"]
    assert handoff.keys() == {"from_session", "phase", "next_steps", "context", "handoff_at"}
    assert SEED.fullmatch(handoff["handoff_at"])
    accepted = first.accept_handoff(15)
    assert (accepted.issue, accepted.was, accepted.handoff) == ("15", "claude_1", handoff)
    data = crew.data("issue:15")
    assert (data["claimed_by"], data["fence"]) == ("claude_2", accepted.fence) and "handoff" not in data
    with pytest.raises(NotFound, match="no handoff on issue 15"):
        second.accept_handoff(15)
    giver.heartbeat()
    assert texts(giver) == ["claude_2 took #15 over from you"]


def test_a_handoff_to_one_session_is_accepted_by_no_other_and_it_is_told(crew: Crew) -> None:
    giver, other, meant = (crew.agent(f"claude_{n}") for n in (1, 2, 3))
    giver.claim_issue(15)
    giver.offer_handoff(15, to="claude_3")
    with pytest.raises(Held, match="claude_3 has the handoff of issue 15"):
        other.accept_handoff(15)
    meant.heartbeat()
    assert texts(meant) == ["#15 is handed off to you: accept it"]
    assert meant.accept_handoff(15).was == "claude_1"


def test_a_handoff_that_is_given_to_somebody_waits_no_longer_and_its_words_are_still_there(crew: Crew) -> None:
    giver, other = crew.agent("claude_1"), crew.agent("claude_2")
    giver.claim_issue(15), giver.offer_handoff(15, "half done", ["Run pytest"]), giver.sign_off()
    crew.clock.advance(3600)
    other.heartbeat()
    assert "handoff_waiting" in {finding.kind for finding in crew.board().findings}
    crew.supervise("reassign_issue", scope=f"{W}:issue:15", to="claude_2")
    assert "handoff_waiting" not in {finding.kind for finding in crew.board().findings}
    assert other.accept_handoff(15).handoff["next_steps"] == ["Run pytest"]


def test_a_handoff_outlives_its_giver(crew: Crew) -> None:
    giver = crew.agent("claude_1")
    giver.claim_issue(15), giver.offer_handoff(15, "half done"), giver.sign_off()
    assert crew.agent("claude_2").accept_handoff(15).handoff["phase"] == "half done"


def test_who_claims_what_was_handed_off_gets_the_words_left_with_it(crew: Crew) -> None:
    """Or they would lie there, and be said to wait for somebody, while somebody works on it."""
    giver = crew.agent("claude_1")
    giver.claim_issue(15), giver.offer_handoff(15, "half done", ["Run pytest"]), giver.sign_off()
    other = crew.agent("claude_2")
    claim = other.claim_issue(15, op_id="x")
    assert claim.was == "claude_1" and claim.handoff["next_steps"] == ["Run pytest"]
    assert "handoff" not in crew.data("issue:15") and other.claim_issue(15, op_id="x") == claim
    assert other.claim_issue(15).handoff == {}
    crew.clock.advance(3600)
    assert "handoff_waiting" not in [each.kind for each in crew.board().findings]


def test_what_was_left_for_one_session_is_claimed_by_no_other_while_that_one_may_come(crew: Crew) -> None:
    giver, other = crew.agent("claude_1"), crew.agent("claude_3")
    meant = crew.dead("claude_2")
    giver.claim_issue(15), giver.offer_handoff(15, to="claude_2"), giver.sign_off()
    late = crew.agent("claude_4")
    giver.sign_on("claude_1"), giver.claim_issue(16), giver.offer_handoff(16, to="claude_4"), giver.sign_off()
    for call in (other.claim_issue, other.accept_handoff):
        with pytest.raises(Held, match="claude_4 has the handoff of issue 16"):
            call(16)
    assert other.accept_handoff(15).was == "claude_1", "nobody comes for it any more"
    assert late.claim_issue(16).was == "claude_1" and meant.session == "claude_2"


def test_an_own_offer_stands_though_its_giver_claims_again(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(15), agent.offer_handoff(15, "half done")
    crew.supervise("reassign_issue", "", scope=f"{W}:issue:15", to=None)
    assert agent.claim_issue(15).handoff == {} and crew.data("issue:15")["handoff"]["phase"] == "half done"


@pytest.mark.parametrize("junk", ["a word", {}, ["x"], 7])
def test_a_handoff_that_is_none_stays_as_another_program_wrote_it(crew: Crew, junk: Any) -> None:
    crew.write("issue:15", {"handoff": junk})
    agent = crew.agent("claude_1")
    assert agent.claim_issue(15).handoff == {} and crew.data("issue:15")["handoff"] == junk


@pytest.mark.parametrize("there", [{}, {"status": "pending"}])
def test_nobody_hands_off_what_it_does_not_have(crew: Crew, there: dict[str, Any]) -> None:
    if there:
        crew.write("issue:15", there)
    before = crew.data("issue:15")
    with pytest.raises(NotYours, match=r"nobody has issue 15.*Claim it first"):
        crew.agent("claude_1").offer_handoff(15)
    assert crew.data("issue:15") == before


def test_the_seeds_handoff_is_accepted_too(crew: Crew) -> None:
    crew.write("issue:15", {"claimed_by": "claude_1", "handoff": {"from_session": "claude_1", "next_steps": ["x"]}})
    assert crew.agent("claude_2").accept_handoff(15).handoff["next_steps"] == ["x"]


def test_a_hold_refuses_what_is_new_and_takes_nothing_away(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.enqueue_task({"type": "test"})
    agent.claim_issue(15), agent.acquire_lock("db")
    agent.plan_release("v1", ["Build"])
    other.claim_issue(16), other.offer_handoff(16)
    crew.write("project:hold", {"message": "main is broken", "by": WHO, "at": "2026-11-12T06:12:11Z"})
    calls = [
        lambda: agent.claim_issue(17), lambda: agent.acquire_lock("src"), agent.claim_next_task,
        lambda: agent.claim_release_task("v1", 1), lambda: agent.accept_handoff(16),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(OnHold) as caught:
            call()
        assert WHO in str(caught.value) and "main is broken" in str(caught.value)
    assert agent.claim_issue(15) and agent.acquire_lock("db") and agent.renew_lock("db")
    assert agent.update_progress(15, "x") and agent.release_lock("db") and agent.release_issue(15)
    assert agent.enqueue_task({"type": "lint"}) and agent.log_event("x", "y") and agent.heartbeat()
    crew.delete("project:hold")
    assert agent.claim_issue(17) and agent.claim_next_task()


@pytest.mark.parametrize("issue", ["", None, 1.5, True, "a\nb", "x" * 600])
def test_what_is_no_issue_is_refused(crew: Crew, issue: Any) -> None:
    agent = crew.agent("claude_1")
    for call in (agent.claim_issue, agent.release_issue, agent.accept_handoff, agent.offer_handoff):
        with pytest.raises(InvalidArgument, match="issue"):
            call(issue)


@pytest.mark.parametrize("said", ["isue:15", "session:claude_2", "a:b"])
def test_what_names_no_issue_is_no_new_one(crew: Crew, said: str) -> None:
    with pytest.raises(InvalidArgument, match="is no issue"):
        crew.agent("claude_1").claim_issue(said)


def test_an_id_used_for_one_call_answers_no_other(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    first = agent.claim_issue(8, op_id="k")
    assert agent.claim_issue(9, op_id="k").issue == "9"
    assert agent.claim_issue(8, op_id="k") == first


def test_nobody_is_handed_what_nobody_else_could_accept(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    agent.claim_issue(8)
    with pytest.raises(NotFound, match="session typo"):
        agent.offer_handoff(8, to="typo")
    with pytest.raises(InvalidArgument, match="that is you"):
        agent.offer_handoff(8, to="claude_1")
    agent.offer_handoff(8)
    with pytest.raises(Held, match="accept it"):
        crew.agent("claude_2").claim_issue(8)


def test_a_finished_issue_is_nobodys_and_remembers_whose_it_was(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    agent.claim_issue(15)
    agent.offer_handoff(15, "testing")
    assert agent.complete_issue(15, "all green").what == "completed"
    issue = crew.data("issue:15")
    assert (issue["status"], issue["claimed_by"], issue["progress"]["percent"]) == ("completed", "claude_1", 100)
    assert "handoff" not in issue and issue["completed_at"].endswith("Z")
    assert crew.data("session:claude_1").get("current_issue") is None
    assert agent.complete_issue(15).what == "completed", "again is no harm"
    for call in (other.complete_issue, other.claim_issue):
        with pytest.raises(Refused, match="completed"):
            call(15)


def test_only_who_has_an_issue_can_finish_it(crew: Crew) -> None:
    agent, other = crew.agent("claude_1"), crew.agent("claude_2")
    with pytest.raises(NotYours, match="Claim it first"):
        agent.complete_issue(15)
    agent.claim_issue(15)
    with pytest.raises(NotYours, match="claude_1 has"):
        other.complete_issue(15)
    assert crew.data("issue:15")["status"] == "in_progress"


def test_nobody_reports_on_an_issue_that_is_not_there(crew: Crew) -> None:
    agent = crew.agent("claude_1")
    with pytest.raises(NotFound, match="claim it first"):
        agent.update_progress(404, "testing", 10)
    assert crew.data("issue:404") is None
