"""Stores to test with: the reference's files, and the busy store of screens/busy-*.txt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from coord_core.documents import ABSENT, Batch, Change, Document, Line, Splice
from coord_core.scopes import from_reference_name
from coord_core.times import local_iso, naive_utc_iso, utc_iso

REFERENCE = Path(__file__).parents[1] / "data" / "three-active"
REFERENCE_SHOP = "laptop:BANCS-Norway/my-repo"
REFERENCE_NOW = datetime(2026, 11, 22, 6, 12, 54, tzinfo=UTC).timestamp()
"""The instant of screens/real-*."""

SHOP: Final = "laptop:acme/shop"
BUSY_NOW: Final = datetime(2026, 11, 22, 14, 31, 7).timestamp()
"""The instant of screens/busy-*, 14:31:07 in whatever zone the test runs."""
BUSY_BOOT: Final = "9f0c"
BUSY_MONO: Final = 100_000.0
SEQ: Final = 800
MINUTE: Final = 60.0

SESSIONS: Final = (
    # id, seen and did seconds ago, issue, branch, client, pid, changes in each twelfth of the last half hour
    ("claude_1", 3, 21, 15, "feat/15-local-adapter", "claude", 801, (1, 2, 0, 4, 6, 2, 1, 4, 5, 6, 4, 6)),
    ("claude_2", 5, 229, 16, "feat/16-forms", "claude", 803, (2, 2, 1, 0, 0, 1, 4, 6, 2, 1, 0, 0)),
    ("claude_3", 440, 440, 17, "docs/17", "claude", None, (0, 0, 1, 1, 0, 0, 2, 0, 1, 0, 0, 0)),
    ("claude_4", 731, 733, 18, "fix/18-webhook-retry", "claude", 811, (4, 6, 6, 4, 2, 1, 1, 0, 0, 0, 0, 0)),
    ("claude_5", 2, 4, 19, "feat/19-invoices", "claude", 815, (0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 6, 6)),
    ("claude_6", 10.4, 35, 21, "refactor/21-orders", "claude", 817, (1, 1, 2, 2, 4, 4, 2, 4, 4, 6, 4, 2)),
    ("claude_7", 4, 2047, 23, "fix/23-flaky", "claude", 819, (6, 4, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0)),
    ("claude_8", 4330, 4335, 24, "feat/24-export", "claude", None, (0,) * 12),
    ("claude_9", 1, 50, None, "chore/deps", "claude", 823, (0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1)),
    ("claude_10", 5410, 5427, 15, "feat/15-local-adapter", "claude", None, (0,) * 12),
    ("codex_1", 10.6, 63, 21, "fix/21-rounding", "codex", 827, (0, 0, 0, 1, 2, 4, 4, 2, 1, 2, 2, 4)),
    ("gemini-payments-worker", 6, 16, 26, "feat/26-stripe", "gemini", 829, (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 4)),
)
PROGRESS: Final = {
    15: ("testing", 75, "Writing tests"),
    16: ("implementation", 50, "Frontend UI – skjemaer æøå"),
    17: ("docs", None, ""),
    18: ("implementation", 20, "Add retry to webhook sender"),
    19: ("analysis", 25, "Reading src/billing/invoice.py"),
    21: ("implementation", 60, "Split OrderService"),
    23: ("testing", 40, "Fix flaky test_checkout"),
    24: ("review", 90, "Addressing review comments"),
    26: ("implementation", 10, "Wire Stripe webhooks to the new queue consumer"),
}
TODOS: Final = {
    "claude_4": ["+Find the sender", "+Write failing test", ">Add retry with backoff", "-Document the setting"],
    "claude_9": [">Bump pydantic"],
}
EVENTS: Final = (
    # seconds ago, session, type, message
    (5427, "claude_10", "handoff", "#15 handed off: implementation_complete"),
    (733, "claude_4", "progress", "#18 implementation 20%"),
    (416, "claude_6", "lock_acquired", "src/orders"),
    (277, "codex_1", "issue_started", "Started work on issue #21"),
    (229, "claude_2", "task_claimed", "queue#2 test server.py"),
    (132, "claude_5", "session_started", "claude_5 signed on"),
    (65, "gemini-payments-worker", "task_claimed", "queue#9 lint stripe.py"),
    (50, "claude_9", "lock_refused", "database_migration held by claude_4"),
    (26, "claude_1", "progress", "#15 testing 75% Writing tests"),
    (21, "claude_1", "file_modified", "src/adapters/local.py"),
    (4, "claude_5", "progress", "#19 analysis 25% Reading src/billing/invoice.py"),
)
RETRY: Final = ("test_failed", "Retrying test_checkout")


def reference_batch(now: float = REFERENCE_NOW) -> Batch:
    """Return tests/data/three-active as the first batch that `follow()` gives; its files are 42 s old at `now`."""
    documents = {}
    for path in sorted(REFERENCE.glob("*.json")):
        members = json.loads(path.read_text())
        scope = from_reference_name(path.stem)
        data, metadata = members["data"], members["metadata"]
        documents[scope] = Document(scope, data, metadata, written_at=now - 41.9, source=path.name)
    return Batch(documents=documents, whole=True)


def busy_batch(now: float = BUSY_NOW) -> tuple[Batch, dict[str, str | None]]:
    """Return the store of screens/busy-*.txt and what is known of its processes."""
    store = Busy(now)
    processes: dict[str, str | None] = {store.name(f"session:{row[0]}"): "" for row in SESSIONS if row[6]}
    processes[store.name("session:claude_4")] = "pid 811 on laptop is gone"
    documents = {document.scope: document for document in store.documents()}
    return Batch(documents=documents, lines=tuple(store.lines()), whole=True), processes


class Busy:
    """The busy store at an instant."""

    def __init__(self, now: float) -> None:
        self.now = now

    def name(self, short: str) -> str:
        return f"{SHOP}:{short}"

    def document(self, short: str, data: Mapping[str, Any], ago: float, **other: float) -> Document:
        """Return a document whose keys were written `ago` seconds ago, but those in `other`."""
        ages = {key: other.get(key, ago) for key in data}
        metadata = {
            key: {"created_at": naive_utc_iso(self.now - max(ago, 9000)), "updated_at": naive_utc_iso(self.now - age)}
            for key, age in ages.items()
        }
        scope = self.name(short)
        source = scope.replace(":", "__").replace("/", "__") + ".json"
        written = self.now - min(ages.values())
        return Document(scope, data, metadata, revision=SEQ, written_at=written, source=source)

    def documents(self) -> Iterator[Document]:
        yield from map(self.session, SESSIONS)
        yield from self.issues()
        yield from self.locks()
        yield from self.lists()
        log = [self.event(*entry) for entry in self.log()]
        yield self.document("project:events", {"log": log}, 4)
        registry = {row[0]: "available" if row[0] == "claude_10" else "taken" for row in SESSIONS}
        yield self.document("instances", {"registry": registry}, 132)
        yield self.document("project:conventions", {"style": "black", "branches": "feat/N-name"}, 86400 * 3)

    def session(self, row: tuple[Any, ...]) -> Document:
        name, seen, did, issue, branch, client, pid, _ = row
        old = max(did, 5349) if name != "claude_10" else 9000
        data: dict[str, Any] = {
            "status": {"claude_9": "idle", "claude_10": "handoff_ready"}.get(name, "working"),
            "last_heartbeat": local_iso(self.now - seen),
            "started_at": utc_iso(self.now - old),
            "host": "laptop", "client": client, "branch": branch, "cwd": f"~/wt/{branch.partition('/')[2]}",
        }  # fmt: skip
        if name != "claude_3":
            data["fence"] = SEQ - 100  # it signed on through us, so it is told things
        if issue is not None:
            data["current_issue"] = issue
        if pid is not None:
            data |= {"pid": pid, "pid_started": 4200.5, "boot_id": BUSY_BOOT}
        if name in TODOS:
            states = {"+": "completed", ">": "in_progress", "-": "pending"}
            data["todos"] = [{"task": todo[1:], "status": states[todo[0]]} for todo in TODOS[name]]
        if name == "codex_1":
            data["progress"] = {"phase": "implementation", "percent": 35, "message": "Order totals rounding"}
        claimed = 303 if name == "codex_1" else old
        return self.document(f"session:{name}", data, old, last_heartbeat=seen, current_issue=claimed, progress=63)

    def issues(self) -> Iterator[Document]:
        for name, _, did, issue, *_ in SESSIONS:
            if issue is None or name in ("claude_10", "codex_1"):
                continue
            phase, percent, message = PROGRESS[issue]
            did = {"claude_1": 26, "claude_2": 240, "claude_7": 2047}.get(name, did)
            claimed = {"claude_6": 29 * MINUTE, "claude_8": 5700}.get(name, max(did, 5345))
            progress = {"phase": phase, "percent": percent, "message": message, "updated_by": name,
                        "updated_at": utc_iso(self.now - did)}  # fmt: skip
            data: dict[str, Any] = {
                "claimed_by": name, "claimed_at": utc_iso(self.now - claimed), "status": "in_progress",
                "progress": {key: value for key, value in progress.items() if value not in (None, "")},
            }  # fmt: skip
            if issue == 15:
                data["handoff"] = {
                    "from_session": "claude_10", "phase": "implementation_complete", "context": {},
                    "next_steps": ["Review src/adapters/local.py", "Run the test suite", "Update the docs"],
                    "handoff_at": utc_iso(self.now - 5427),
                }  # fmt: skip
            yield self.document(f"issue:{issue}", data, claimed, progress=did, handoff=5427)
        yield self.document("issue:27", {"status": "pending"}, 7200)

    def locks(self) -> Iterator[Document]:
        def lock(resource: str, by: str, ago: float, fence: int, wait: dict[str, float], ttl: float | None) -> Document:
            waiters = [{"session": who, "since": utc_iso(self.now - since)} for who, since in wait.items()]
            data: dict[str, Any] = {"locked_by": by, "locked_at": utc_iso(self.now - ago), "fence": fence}
            data |= {"waiters": waiters} if waiters else {}
            data |= {"expires_at": utc_iso(self.now + ttl)} if ttl is not None else {}
            return self.document(f"locks:{resource}", data, ago, waiters=min(wait.values(), default=ago))

        yield lock("database_migration", "claude_4", 4325, 812, {"claude_2": 245, "claude_9": 50}, None)
        yield lock("deploy_staging", "claude_8", 85 * MINUTE + 5, 790, {}, -25 * MINUTE - 5)
        yield lock("src/orders", "claude_6", 416, 809, {"codex_1": 250}, None)
        yield lock("src/api", "claude_5", 22, 838, {}, 9 * MINUTE + 38)

    def lists(self) -> Iterator[Document]:
        taken = {2: ("claude_2", 229), 7: ("claude_4", 1525), 9: ("gemini-payments-worker", 65)}
        files = {2: "test server.py", 7: "test webhook.py", 9: "lint stripe.py", 10: "lint config.py",
                 11: "test detection.py", 12: "test cart.py", 13: "lint forms.py", 14: "test export.py",
                 15: "test invoice.py"}  # fmt: skip
        tasks: list[dict[str, Any]] = []
        for number, work in files.items():
            kind, file = work.split()
            ago = 1342 if number > 9 else 3600
            task = {"id": number, "type": kind, "file": file, "status": "pending",
                    "created_at": utc_iso(self.now - ago)}  # fmt: skip
            if number in taken:
                by, since = taken[number]
                task |= {"status": "claimed", "claimed_by": by, "claimed_at": utc_iso(self.now - since)}
            tasks.append(task)
        yield self.document("project:queue", {"tasks": tasks}, 65)
        since = utc_iso(self.now - 4325)
        first = {"status": "in_progress", "started_by": "claude_4", "started_at": since}
        migrations = [{"id": "001", "name": "add_users_table", **first},
                      {"id": "002", "name": "add_sessions_table", "status": "pending"}]  # fmt: skip
        yield self.document("project:migrations", {"pending": migrations}, 4325)
        plan = [{"id": 1, "name": "Run test suite", "assignee": "claude_8", "status": "in_progress",
                 "assigned_at": utc_iso(self.now - 4335)},
                {"id": 2, "name": "Build packages", "assignee": None, "status": "pending"},
                {"id": 3, "name": "Update changelog", "assignee": None, "status": "pending"}]  # fmt: skip
        release = {"v1.0.0": {"status": "in_progress", "coordinator": "claude_1", "tasks": plan}}
        yield self.document("project:release", release, 4335)

    def log(self) -> list[tuple[float, str, str, str]]:
        """Return the event log, oldest first: the same failure 14 times among the rest."""
        retries = [(ago, "claude_7", *RETRY) for ago in self.retries()]
        return sorted([*EVENTS, *retries], reverse=True)

    def retries(self) -> list[float]:
        return [2070, *(ago for ago, _ in self.acts(SESSIONS[6]))]

    def event(self, ago: float, session: str, kind: str, message: str) -> dict[str, Any]:
        return {"timestamp": local_iso(self.now - ago), "session": session, "type": kind, "message": message,
                "metadata": {}}  # fmt: skip

    def acts(self, row: tuple[Any, ...]) -> Iterator[tuple[float, bool]]:
        """Yield when a session changed something in the last half hour, in seconds ago, and whether that is its last.

        Boards count by twelfths that begin at :00, :02:30, …, whatever the instant.
        """
        counts, did = row[7], row[2]
        last = max((place for place, count in enumerate(counts) if count), default=-1)
        for place, count in enumerate(counts):
            begins = ((self.now // 150) - 11 + place) * 150
            for number in range(count):
                newest = place == last and number == count - 1 and row[0] != "claude_7"
                at = self.now - did if newest else begins + 0.2 + number * 0.6
                if row[0] == "claude_7" and place == last:
                    at = self.now - 87
                yield self.now - at, newest

    def lines(self) -> Iterator[Line]:
        found: list[tuple[float, str, str, Mapping[str, Any]]] = []
        for row in SESSIONS:
            found += self.acted(row)
        for place, (ago, session, action, changes) in enumerate(sorted(found, key=lambda f: -f[0])):
            actor = {"workspace": SHOP, "session": session}
            yield Line(SEQ + place - len(found), self.now - ago, action, changes, actor,
                       boot=BUSY_BOOT, mono=BUSY_MONO - ago)  # fmt: skip

    def acted(self, row: tuple[Any, ...]) -> Iterator[tuple[float, str, str, Mapping[str, Any]]]:
        name, seen, did, issue, *_ = row
        own = self.name(f"session:{name}")
        note = {own: [Change(("files_modified",), ABSENT, ["a.py"])]}
        acts = list(self.acts(row))
        if name == "claude_7":
            yield from ((ago, name, "log_event", self.logged(ago)) for ago in self.retries())
            yield did, name, "update_progress", self.progressed(issue)
        elif not acts:
            action = "offer_handoff" if name == "claude_10" else "update_progress"
            yield did, name, action, self.progressed(issue)
        for ago, newest in acts if name != "claude_7" else ():
            last = "update_progress" if issue is not None else "store_data"
            changes = self.progressed(issue) if issue is not None else note
            yield ago, name, last if newest else "store_data", changes if newest else note
        beat = {own: [Change(("last_heartbeat",), "", local_iso(self.now - seen))]}
        yield seen, name, "sign_off" if name == "claude_10" else "heartbeat", beat

    def progressed(self, issue: int) -> Mapping[str, Any]:
        phase, percent, message = PROGRESS[issue]
        new = {"phase": phase, "percent": percent, "message": message}
        return {self.name(f"issue:{issue}"): [Change(("progress",), {}, new)]}

    def logged(self, ago: float) -> Mapping[str, Any]:
        return {self.name("project:events"): [Splice(("log",), 0, (), (self.event(ago, "claude_7", *RETRY),))]}
