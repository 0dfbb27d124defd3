"""The MCP face: `coordctl mcp`, one server on stdio for one agent (extra `mcp`; nothing imports it unasked).

desk.py       the one session that the server speaks for: its calls, its heartbeats, its end
arguments.py  the types of the tools' arguments, with the words that a model reads
sessions.py, work.py, tasks.py, data.py   the tools; overview.py: who is there and what needs a human
answering.py  functions to tools: results, refusals, what the session is told
wording.py    tools' names in place of the shell's verbs, in what a client reads
reading.py    resources and prompts
serving.py    the wire, and how long it lives
"""
