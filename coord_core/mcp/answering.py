"""Functions of the desk as tools: typed results, refusals with the next step, and what the session is told."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, Final, get_type_hints

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field, ValidationError, create_model

from coord_core import text
from coord_core.actions.answers import Message
from coord_core.errors import CoordError, InvalidDocument
from coord_core.mcp.desk import Desk
from coord_core.mcp.wording import for_a_client

DEEPEST: Final = 180
"""How deep an answer may be nested: readers of the wire give up at 200."""
REFUSAL: Final = 8000
"""Characters of a refusal."""

Function = Callable[..., Any]


class Told(BaseModel):
    """Something that a supervisor or another session says. Do what it asks before you go on."""

    at: str
    from_: str = Field(alias="from")
    text: str


def offer(desk: Desk, function: Function, *, reads: bool = False, deletes: bool = False) -> Tool:
    """Return a tool that calls `function(desk, ...)`: it takes the arguments named there and no others."""

    @wraps(function)
    def call(**arguments: Any) -> CallToolResult:
        with desk.calls:
            desk.agent.messages = ()
            try:
                return reply(function(desk, **arguments), desk.agent.messages)
            except CoordError as error:
                raise ToolError(refusal(error, desk.agent.messages)) from error

    signature = inspect.signature(function, eval_str=True)
    answer = Annotated[CallToolResult, answer_type(function.__name__, signature.return_annotation)]
    _, *parameters = signature.parameters.values()
    call.__signature__ = signature.replace(parameters=parameters, return_annotation=answer)  # type: ignore[attr-defined]
    hints = ToolAnnotations(read_only_hint=reads, destructive_hint=deletes, open_world_hint=False)
    tool = Tool.from_function(call, description=inspect.getdoc(function), annotations=hints)
    _forbid_others(tool)
    return tool


def answer_type(name: str, answer: Any) -> type[BaseModel]:
    """Return the type of a tool's answer: the fields of a record, else `result`; and messages, if there are any."""
    fields: dict[str, Any] = {"result": (answer, ...)}
    if dataclasses.is_dataclass(answer):
        hints = get_type_hints(answer)
        fields = {each.name: (hints[each.name], ...) for each in dataclasses.fields(answer)}
    told: Any = Field(default=[], description="What supervisors and other sessions tell you; there only if they do.")
    return create_model(name, **fields, messages=(list[Told], told))


def reply(answer: Any, messages: Sequence[Message]) -> CallToolResult:
    """Return what a call came to; raises InvalidDocument for what no reader of the wire would take."""
    members = _members(answer) if dataclasses.is_dataclass(answer) else {"result": answer}
    if messages:
        members["messages"] = [{"at": each.at, "from": each.from_, "text": each.text} for each in messages]
    # Half characters stand in files of other writers; the wire carries none, and breaks on them.
    said = json.dumps(members, ensure_ascii=False, default=_members).encode(errors="replace").decode()
    if said.count("[") + said.count("{") > DEEPEST and _depth(members) > DEEPEST:
        raise InvalidDocument("the answer", f"it is nested deeper than {DEEPEST}, which no client reads")
    return CallToolResult(
        content=[TextContent(type="text", text=text.escape_json(said))], structured_content=json.loads(said)
    )


def refusal(error: CoordError, messages: Sequence[Message]) -> str:
    """Return what a refused session reads: why, what to do next, and what it is told."""
    told = [f"{each.from_} tells you ({each.at}): {each.text}" for each in messages]
    return text.block("\n".join([for_a_client(str(error)), *told]), REFUSAL)


def complaint(tool: Tool, error: ValidationError) -> str:
    """Return what is wrong with a call's arguments, and which ones there are."""
    wrong: dict[str, list[str]] = {}
    for each in error.errors(include_input=False, include_url=False):
        where = str(each["loc"][0]) if each["loc"] else "arguments"
        said = {"missing": "it is missing", "extra_forbidden": "there is no such argument"}.get(each["type"])
        wrong.setdefault(where, []).append(said or each["msg"][0].lower() + each["msg"][1:])
    told = "; ".join(f"{where}: {' or '.join(dict.fromkeys(said))}" for where, said in wrong.items())
    takes = ", ".join(tool.parameters.get("properties", ())) or "no arguments"
    return text.block(f"{tool.name}: {told}. Nothing was changed. It takes {takes}", REFUSAL)


def _members(record: Any) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in dataclasses.fields(record)}


def _depth(value: Any) -> int:
    """Return how deep lists and objects nest in JSON."""
    deepest, left = 0, [(value, 1)]
    while left:
        each, depth = left.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list | tuple) else ()
        deepest = max(deepest, depth)
        left += [(one, depth + 1) for one in inner]
    return deepest


def _forbid_others(tool: Tool) -> None:
    """Refuse arguments of unknown names: a misspelt filter must not claim just any task."""
    model = tool.fn_metadata.arg_model
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    tool.parameters = model.model_json_schema(by_alias=True)
