"""What a client reads names tools, and what a shell reads names verbs: all advice there is, out of the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coord_core.actions.agent import Agent
from coord_core.cli import VERBS
from coord_core.mcp.wording import ARGUMENTS, TOOLS, for_a_client
from tests.ctl import ROOT
from tests.mcp import in_process

VERB = re.compile(r"coordctl ([a-z]+(?:-[a-z]+)*)")
SENTENCES = ("errors.py", "actions", "storage", "state", "scopes.py")
MENTIONS = 10


def sentences() -> Iterator[str]:
    """Every text in the sources that a refusal may be made of, but for docstrings."""
    for name in SENTENCES:
        place = ROOT / "coord_core" / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            tree = ast.parse(path.read_text())
            expressions = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in expressions:
                    yield node.value


def test_every_verb_that_advice_names_has_a_tool_or_is_a_human_s() -> None:
    named = [(verb, said) for said in sentences() for verb in VERB.findall(said)]
    assert len(named) >= MENTIONS
    verbs = {each.name for each in VERBS}
    for verb, said in named:
        assert verb in verbs, said
        told = for_a_client(said)
        assert "coordctl" not in told, told
        assert TOOLS.get(verb, "a human") in told.lower(), told
    assert set(TOOLS) <= verbs


def test_advice_names_no_option_that_a_tool_does_not_take() -> None:
    """Those of the ones who start us, and of supervisors, no client is ever told."""
    others = {"--store", "--workspace", "--reason", "--read-only", "--nobody"}
    for said in sentences():
        if " " in said:
            assert set(re.findall(r"--[a-z-]+", said)) <= ARGUMENTS.keys() | others, said


def test_the_shell_never_names_a_tool() -> None:
    tools = {name for name in (*vars(Agent), *TOOLS.values()) if "_" in name.strip("_")}
    for said in sentences():
        if " " in said:
            assert not tools & set(re.findall(r"\w+", said)), said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Take another (coordctl status shows what is free)", "Take another (status shows what is free)"),
        ("accept it (coordctl accept issue:15)", "accept it (accept_handoff(issue:15))"),
        ("`coordctl get instances` shows it", "`retrieve_data(instances)` shows it"),
        ("wait (--wait); a human can release it (coordctl release)", "wait (wait=true); a human can release it"),
        ("left alone. `coordctl quarantine` sets it aside", "left alone. A human sets it aside"),
        ("on hold: I use coordctl release now", "on hold: I use coordctl release now"),
        ("no store at /x: `coordctl sign-on` makes it", "no store at /x: `sign_on` makes it"),
    ],
)
def test_the_words_stay_a_sentence(said: str, told: str) -> None:
    assert for_a_client(said) == told


async def test_a_client_reads_of_tools(tmp_path: Path) -> None:
    async with in_process(tmp_path / "store") as one, in_process(tmp_path / "store") as two:
        await one.call("sign_on")
        await one.call("claim_issue", issue=15)
        await one.call("acquire_lock", resource="db")
        await two.call("sign_on", session_id="builder")
        assert "status shows what is free" in (await two.ask("claim_issue", issue=15)).text
        held = (await two.ask("acquire_lock", resource="db")).text
        assert "wait=true" in held and "coordctl" not in held
        await one.call("offer_handoff", issue=15)
        assert "accept_handoff(issue:15)" in (await two.ask("claim_issue", issue=15)).text
