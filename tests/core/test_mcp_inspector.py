"""The MCP server under the Inspector's command line, a client of other authors in another language."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.mcp import parameters

INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def inspect(store: Path, method: str, *options: str) -> dict[str, Any]:
    """Run one method on a server of its own; npx installs the Inspector the first time."""
    server = parameters(store)
    env = {"MCP_CATALOG_PATH": str(store.parent / "catalog.json"), "npm_config_loglevel": "error"}
    variables = [word for name in ("PYTHONPATH", "HOME") for word in ("-e", f"{name}={(server.env or {})[name]}")]
    # The method comes last: other options take all the words that follow.
    patience = ["--connect-timeout", str(240_000)]  # on a busy machine its own 15 s are not enough to start in
    words = [*variables, *patience, *options, "--method", method, server.command, *server.args]
    done = subprocess.run(
        ["npx", "-y", INSPECTOR, "--cli", *words],
        env=os.environ | env, cwd=store.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip(), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_inspector_lists_and_calls_the_tools(tmp_path: Path) -> None:
    store = tmp_path / "store"
    tools = {each["name"] for each in inspect(store, "tools/list")["tools"]}
    assert {"sign_on", "claim_issue", "store_data", "status"} <= tools

    signed_on = inspect(store, "tools/call", "--tool-name", "sign_on", "--tool-arg", "session_id=kim")
    assert signed_on["structuredContent"]["session_id"] == "kim" and not signed_on.get("isError")

    refused = inspect(store, "tools/call", "--tool-name", "claim_issue", "--tool-arg", "issue=15")
    assert refused["isError"] and "Sign on first" in refused["content"][0]["text"]

    (context,) = inspect(store, "resources/read", "--uri", "session://context")["contents"]
    assert json.loads(context["text"])["instances"] == {"kim": "available"}, "each run's server signed off at its end"
    assert {each["name"] for each in inspect(store, "prompts/list")["prompts"]} == {"startup", "sign_off"}
