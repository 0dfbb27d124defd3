"""A real store full of hostile strings, in a real terminal: nothing of them comes out but text."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from coord_core.storage import Act, open_storage
from coord_core.times import instant, naive_utc_iso
from tests.core import samples
from tests.terminal import Terminal
from tests.tui.hostile import CORPUS
from tests.tui.output import copied

PLACE = "laptop__acme__shop__"
W = "laptop:acme/shop"
EVENTS = next(samples.REFERENCE.glob("*__events.json"))
TELLING = ("status", "phase", "locked", "claimed_by", "current_session", "locked_by", "id")
"""What must stay as it is here and there, or nobody would have anything."""
NAMES = ("! Needs you", "1 Sessions", "2 Issues", "3 Locks", "4 Work", "5 Events", "6 Shared")
ASKED = r"\[ Cancel \]"
ESCAPE, BACK = "\x1b", "\x1b[D"


def poison(value: Any, bad: str, field: str = "") -> Any:
    """Put a hostile string before every string below a value, and as a field of its own into everything."""
    if isinstance(value, str):
        return value if instant(value) or field in TELLING else bad + value
    if isinstance(value, list):
        return [poison(each, bad) for each in value] + [bad]
    if isinstance(value, dict):
        return {key: poison(each, bad, key) for key, each in value.items()} | {bad: bad}
    return value


def named(bad: str) -> bytes:
    """Return a hostile string as far as it can be a file's name."""
    return (
        bad.replace("\0", "").replace("/", "").encode("utf-8", "surrogateescape" if bad.isascii() else "replace")[:90]
    )


def fill(folder: Path) -> None:
    """Write what the reference wrote, once for each hostile string, under its name."""
    folder.mkdir(parents=True)
    log: list[Any] = []
    for n, bad in enumerate(CORPUS):
        said = bad.encode(errors="replace").decode()  # what is no whole character makes a document unreadable
        log += poison(json.loads(EVENTS.read_text())["data"]["log"], said)[:-1]
        for path in sorted(samples.REFERENCE.glob("*.json")):
            kind, _, id_ = path.stem.split("my-repo__")[1].rpartition("__")
            data = poison(json.loads(path.read_text())["data"], bad)
            times = {key: {"created_at": naive_utc_iso(1), "updated_at": naive_utc_iso(1)} for key in data}
            name = f"{PLACE}{kind or 'project'}__{id_}{n}".encode() + named(bad) + b".json"
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(
                json.dumps({"data": data, "metadata": times})
            )
        (folder / f"torn{n}").write_text(bad, errors="replace")
        Path(os.fsdecode(os.fsencode(folder) + b"/" + named(bad) + b"%d.json" % n)).write_text(bad, errors="replace")
    (folder / f"{PLACE}project__events.json").write_text(json.dumps({"data": {"log": log}, "metadata": {}}))
    storage = open_storage(str(folder))
    for n, bad in enumerate(CORPUS):
        said = bad.encode(errors="replace").decode()
        act = Act(f"claim_issue{said}", {"workspace": W, "session": said or "nobody"}, reason=said)
        storage.transact(act, lambda tx, n=n, said=said: tx.edit(f"{W}:project:note{n}").update({said: said, "n": n}))


@pytest.mark.first
def test_nothing_hostile_in_a_store_comes_out_of_the_terminal(tmp_path: Path) -> None:
    store = tmp_path / "session-state"
    fill(store)
    editor = tmp_path / "editor.py"
    editor.write_text(f"import sys; open(sys.argv[1], 'w').write({CORPUS[0] + CORPUS[2] + CORPUS[3]!r})")
    command = [sys.executable, "-m", "coord_tui", "--store", str(store)]
    with Terminal(command, env={"VISUAL": f"{sys.executable} {editor}"}) as terminal:
        terminal.wait("need.? you")

        def press(*keys: str, seen: str = "") -> None:
            for key in keys:
                terminal.send(key)
                # An escape alone is one only once nothing has come behind it.
                terminal.settle(0.2 if key == ESCAPE else 0.06, 0.6)
            assert terminal.alive(), terminal.text
            terminal.wait(seen)

        def leave() -> None:
            # What is typed before a dialog lets it in is dropped, on purpose.
            while re.search(ASKED, terminal.text):
                press(ESCAPE)

        for panel, name in zip("!123456", NAMES, strict=True):
            press(panel, seen=name)
            press("g", "\x04", "G", "gj", "\r")
            press("y", ESCAPE, seen=name)
        press("1", ":", "claude", ESCAPE, "\x10", "mark", ESCAPE, "/", "markup", "\r", seen="with /markup")
        press(ESCAPE)
        for keys in ("x", "X", "3x", "2a", "1*x"):
            press(*keys, seen=ASKED)
            leave()
        press(ESCAPE)
        press("m", seen=ASKED)
        press("hi")
        leave()
        press("6", "G", "\r", seen="project:note")
        press("e", seen="no JSON")
        leave()
        while "6 Shared" not in terminal.text:
            press(ESCAPE)
        press("p", seen="PAUSED")
        press(*[BACK] * 4, seen="after: ")
        press("\r", ESCAPE, ",", ".", "p")
        assert copied(terminal.raw) == []
        press("1", "g", "\r", "y", "c", seen="Copied")
        press(ESCAPE, ESCAPE, seen="1 Sessions")
        press("c", seen="Copied the name")
        press("6", "g", "\r", "c", ESCAPE)
        assert len(copied(terminal.raw)) == 3
        for _ in range(4):  # out of whatever is left open, and then out of it all
            if terminal.alive():
                terminal.send("q")
                terminal.settle(0.2, 2.0)
        assert terminal.join() == 0
        terminal.assert_restored()
    assert copied(terminal.raw)[0].startswith("{")
    assert "\x1b]8" not in terminal.raw.decode()
