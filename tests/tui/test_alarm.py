"""The bell and the user's program: for what is new and bad, not too often, and never in the way."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from coord_core.errors import Refused
from coord_core.state.insights import Finding, Severity
from coord_tui import alarm
from coord_tui.alarm import REST_S, Alarm, arguments
from coord_tui.settings import Settings
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.hostile import CORPUS

BAD = Finding("dead_session", Severity.HIGH, "w:p:session:a", "w:p", "a", "a died holding db", 1.0)
WORSE = replace(BAD, subject="w:p:session:b", text="b died")
MILD = replace(BAD, kind="stale_session", severity=Severity.MEDIUM)


def test_only_what_is_new_and_bad() -> None:
    heard = Alarm()
    heard.hear([BAD])
    assert not heard.due(0.0), "it was there before"
    heard.hear([BAD, MILD])
    assert not heard.due(0.0)
    heard.hear([BAD, MILD, WORSE])
    assert heard.due(0.0) == [WORSE]
    heard.hear([replace(BAD, text="a died 1h ago"), WORSE])
    assert not heard.due(100.0), "it is told once"
    heard.hear([WORSE])
    heard.hear([WORSE, BAD])
    assert heard.due(200.0) == [BAD], "it went away and came back"


def test_not_too_often_and_together() -> None:
    heard = Alarm()
    heard.hear([])
    heard.hear([BAD])
    assert heard.due(0.0) == [BAD]
    heard.hear([BAD, WORSE])
    third = replace(BAD, subject="c")
    heard.hear([BAD, WORSE, third])
    assert not heard.due(REST_S - 1)
    heard.hear([BAD, third])
    assert heard.due(REST_S) == [third], "what went away meanwhile is not told any more"
    heard.hear([BAD, third, WORSE])
    assert heard.due(-1000.0) == [WORSE], "a clock that was set back"


def test_words() -> None:
    assert alarm.words([BAD]) == "a died holding db"
    assert alarm.words([BAD, WORSE, WORSE]) == "a died holding db, and 2 more"


@pytest.mark.parametrize("said", [*CORPUS, "-rf /", "--help", "{title}", "$(reboot) `x` ; | & \n '\"", "%s \\0"])
def test_words_stay_one_safe_argument(said: str) -> None:
    command = ["notify-send", "--", "{text}", "-t", "a{text}b{title}", "{other}"]
    filled = arguments(command, said, "-coord")
    assert len(filled) == len(command) and filled[:2] == command[:2] and filled[5] == "{other}"
    assert not any(char < " " or char == "\x7f" for each in filled for char in each)
    assert not filled[2].startswith("-") and filled[4].startswith("a")
    assert "\x00" not in "".join(filled) and len(filled[2]) <= 301
    assert arguments(["x", "{title}"], "", "-coord") == ["x", " -coord"]
    assert arguments(["x", "{text}"], "{title}", "t") == ["x", "{title}"], "what is filled in is not filled again"


async def test_programs_that_fail_or_hang_or_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    await alarm.run([sys.executable, "-c", "pass"])
    with pytest.raises(Refused, match="notify: /nowhere/x cannot be started"):
        await alarm.run(["/nowhere/x"])
    with pytest.raises(Refused, match=r"failed \(exit code 3\)"):
        await alarm.run([sys.executable, "-c", "raise SystemExit(3)"])
    monkeypatch.setattr(alarm, "PATIENCE_S", 0.2)
    with pytest.raises(Refused, match=r"took more than 0\.2 s and was ended"):
        await alarm.run([sys.executable, "-c", "import time; time.sleep(60)"])


async def dies(s: Stage, *leads: str) -> None:
    """Somebody dies whom nobody ignores."""
    more = tuple(
        replace(BAD, subject=boards.scope(f"session:{each}"), lead=each, text=f"{each} died") for each in leads
    )
    await s.show(boards.busy(findings=(*more, *boards.busy().findings)))


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr("coord_tui.app.CoordApp.bell", lambda self: rung.append("bell"))
    return rung


async def test_the_bell_rings_for_what_is_new(stage: Staging, rings: list[str]) -> None:
    async with stage(user={"settings": Settings(bell=True)}) as s:
        assert not rings, "what was there at the start is seen"
        await dies(s, "claude_1")
        assert rings == ["bell"]
        await dies(s, "claude_1", "claude_2")
        assert rings == ["bell"]
        s.now += REST_S
        s.app._tick()
        assert rings == ["bell", "bell"]
        await s.press("!", "i")
        await dies(s, "claude_2")
        s.now += REST_S
        await dies(s, "claude_1", "claude_2")
        assert len(rings) == 2, "claude_1 is ignored"


async def test_it_is_off_by_default(stage: Staging, rings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(command: list[str]) -> None:
        rings.append("run")

    monkeypatch.setattr(alarm, "run", run)
    async with stage() as s:
        await dies(s, "claude_1")
        assert not rings


async def test_a_program_is_run_and_what_fails_is_told_once(stage: Staging, tmp_path: Path) -> None:
    out = tmp_path / "said"
    code = f"import sys; open({str(out)!r}, 'a').write(repr(sys.argv[1:]))"
    own = Settings(notify=(sys.executable, "-c", code, "{title}", "{text}"))
    async with stage(user={"settings": own}) as s:
        await dies(s, "claude_1")
        await s.until(lambda: out.exists() and out.read_text().endswith("]"))
        assert out.read_text() == "['coord-tui: shop', 'claude_1 died']"
    async with stage(user={"settings": Settings(notify=("/nowhere/x", "{text}"))}) as s:
        for names in (("claude_1",), ("claude_1", "claude_2")):
            await dies(s, *names)
            s.now += REST_S
            s.app._tick()
            await s.settle()
        await s.until(s.toasts)
        assert len(s.toasts()) == 1 and "/nowhere/x cannot be started" in s.toasts()[0]


async def test_a_program_that_hangs_holds_nothing_up(stage: Staging) -> None:
    own = Settings(notify=(sys.executable, "-c", "import time; time.sleep(100)"))
    async with asyncio.timeout(60):
        async with stage(user={"settings": own}) as s:
            await dies(s, "claude_1")
            await s.press("j")
            assert s.cursor == boards.scope("session:claude_2")
