"""Settings: what a file means, what is said of a wrong one, and that nothing in it stops the console."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coord_core.state.liveness import Limits
from coord_tui import config, folders, keymap
from coord_tui.__main__ import main
from coord_tui.config import LIMITS, SETTINGS, read, understand
from coord_tui.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def said(file: Path, written: str | bytes) -> list[str]:
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    return [problem.said(Path("c.toml")) for problem in read(file)[1]]


def test_without_a_file_all_is_as_usual(file: Path) -> None:
    assert read(file) == (Settings(), [])
    file.write_text("")
    assert read(file) == (Settings(), [])


def test_every_setting(file: Path) -> None:
    file.write_text(
        """
theme = "light"
ascii = true
read_only = true
late_after = "2m"
stale_after = "2h"
away_after = "90s"
bell = true
notify = ["notify-send", "{text}"]
[limits]
idle = "1h"
repeats = 5
[keys]
"act.let_go" = "D"
act.give = ["G", "f5"]
"""
    )
    found, problems = read(file)
    assert problems[0].text.startswith("G moves among the rows") and len(problems) == 1
    assert found == Settings(
        "light", True, True, 90.0, True, ("notify-send", "{text}"),
        Limits(late=120.0, stale=7200.0, idle=3600.0, repeats=5), {"act.let_go": ("D",)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("theem = 'dark'", "c.toml, line 1: theem: there is no such setting; is it theme?"),
        ("\nfoo = 1", "c.toml, line 2: foo: there is no such setting: take it out"),
        ("theme = 'pink'", "c.toml, line 1: theme: write one of dark, light"),
        ("theme = 3", "c.toml, line 1: theme: write one of dark, light"),
        ("bell = 'yes'", "c.toml, line 1: bell: write true or false"),
        ("late_after = 5", 'c.toml, line 1: late_after: write a length of time: "90s"'),
        ("late_after = '2h'", "c.toml, line 1: late_after: late must come before stale"),
        ("notify = 'notify-send {text}'", "c.toml, line 1: notify: write a program and its arguments as a list"),
        ("notify = ['']", "c.toml, line 1: notify: the program's name is empty"),
        ('notify = ["a\\u0000b"]', "c.toml, line 1: notify: write a program"),
        ("# limits\n[limits]\nrepeats = 1", "c.toml, line 3: limits.repeats: write a number from 2"),
        ("[limits]\nidel = '1m'", "c.toml, line 2: limits.idel: there is no such setting; is it idle?"),
        ("limits = 3", "c.toml, line 1: limits: this is a table: begin a line with [limits]"),
        ("bell = true\nbell = true", "c.toml, line 2: this is no TOML:"),
        ("[", "c.toml, line 1: this is no TOML:"),
        (b"\xff", "c.toml: this is no TOML:"),
        ("[keys]\n'act.letgo' = 'D'", "c.toml, line 2: keys.act.letgo: there is no such key id; is it act.let_go?"),
        ("[keys]\nact.let_go = 'a'", "c.toml, line 2: keys.act.let_go: a is the key of act.give as well"),
        ("[keys]\n'act.let_go' = 'ctrl+q'", "c.toml, line 2: keys.act.let_go: ctrl+q is left alone"),
        ("[keys]\nact.let_go = 'ctrl+i'", "c.toml, line 2: keys.act.let_go: terminals cannot tell ctrl+i from tab"),
        ("[keys]\nact.let_go = 'j'", "c.toml, line 2: keys.act.let_go: j moves among the rows"),
        ("[keys]\nact.let_go = 'y'", "c.toml, line 2: keys.act.let_go: y answers the dialog that this opens"),
        ("[keys]\nact.let_go = 'F99'", "c.toml, line 2: keys.act.let_go: no key is called F99"),
        ("[keys]\nact.let_go = 'shift+d'", "c.toml, line 2: keys.act.let_go: write D for shift+d"),
        ("[keys]\nact.let_go = []", "c.toml, line 2: keys.act.let_go: write a key, or a list of them"),
        ("[keys]\nact.let_go = ['']", "c.toml, line 2: keys.act.let_go: write a key, or a list of them"),
        ("[keys]\nact.let_go = ' '", "c.toml, line 2: keys.act.let_go: space answers the dialog"),
        ("[keys]\nleave.cancel = 'f1'", "c.toml, line 2: keys.leave.cancel: ctrl+c always cancels or quits"),
        ("[keys]\nact.let_go = 'D'\nact.give = 'D'", "c.toml, line 3: keys.act.give: D is the key of act.let_go"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(file: Path, written: str | bytes, problem: str) -> None:
    (told,) = said(file, written)
    assert told.startswith(problem)


def test_a_file_that_nobody_wrote(file: Path) -> None:
    for written in ("x = " + "[" * 100_000, "# " + "x" * 300_000):
        (told,) = said(file, written)
        assert told.endswith("he usual settings count") and len(told) < 200


def test_what_is_right_counts_beside_what_is_wrong(file: Path) -> None:
    file.write_text("bell = true\ntheme = 7\n[keys]\nact.let_go = 'D'\nact.give = 'enter'\n")
    found, problems = read(file)
    assert (found.bell, found.theme, found.keys) == (True, "dark", {"act.let_go": ("D",)})
    assert [problem.name for problem in problems] == ["theme", "keys.act.give"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert [problem.said(tmp_path) for problem in read(tmp_path)[1]] == [
        f"{tmp_path}: cannot be read (it is no file): the usual settings count"]  # fmt: skip


def test_keys_may_change_places() -> None:
    found, problems = understand({"keys": {"act.let_go": "a", "act.give": "x"}})
    assert not problems and found.keys == {"act.let_go": ("a",), "act.give": ("x",)}
    assert not understand({"keys": {"detail.leave": ["escape", "h"], "look.filter": ";"}})[1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*SETTINGS, "limits", "keys"]) | st.text(max_size=6)
KEYS = st.dictionaries(st.sampled_from(["act.let_go", "act.give", "go.next", "x"]), JSON | st.text(max_size=2))


@given(st.dictionaries(NAMES, JSON | KEYS, max_size=4))
def test_whatever_stands_in_it_is_understood_or_told(data: dict[str, Any]) -> None:
    found, problems = understand(data)
    assert all(problem.text for problem in problems)
    for place in keymap.PLACES:
        taken = [key for name, keys in keymap.ids(place).items() for key in set(found.keys.get(name, keys))]
        assert len(taken) == len(set(taken))


# What is written about them


def test_what_is_said_to_be_usual_is() -> None:
    stated = "\n".join(f"{name} = {each.default}" for name, each in SETTINGS.items())
    bounds = "\n".join(f"{name} = {each.default}" for name, each in LIMITS.items())
    assert understand(tomllib.loads(f"{stated}\n[limits]\n{bounds}")) == (Settings(), [])


def test_every_limit_and_every_setting_is_there() -> None:
    assert {each.name for each in fields(Limits)} == {*LIMITS, *config.LIFE.values()}  # type: ignore[arg-type]
    named = {each.name for each in fields(Settings)} - {"limits", "keys"}  # type: ignore[arg-type]
    assert named | set(config.LIFE) == set(SETTINGS)


def test_the_example_is_a_file_that_changes_nothing() -> None:
    shown = config.example()
    assert understand(tomllib.loads(shown)) == (Settings(), [])
    stated = re.sub(r"^# (?=\S+ = )", "", shown, flags=re.MULTILINE)
    found, problems = understand(tomllib.loads(stated), stated)
    assert not problems and found.limits == Limits()
    assert dict(found.keys) == {name: tuple(keys) for name, keys in _all_ids().items() if "ctrl+c" not in keys}


def _all_ids() -> dict[str, list[str]]:
    return {name: keys for place in keymap.PLACES for name, keys in keymap.ids(place).items()}


def test_the_readme_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| `(.+?)` \|", README, re.MULTILINE))
    code = {name: each.default for name, each in SETTINGS.items()}
    code |= {f"limits.{name}": each.default for name, each in LIMITS.items()}
    assert {name: default for name, default in rows.items() if name in code or "limits" in name} == code


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("COORD_TUI_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert folders.config_file() == tmp_path / ".config/coord-tui/config.toml"
    assert folders.state_folder() == tmp_path / ".local/state/coord-tui"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert folders.config_file() == tmp_path / ".config/coord-tui/config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "/xdg")
    assert folders.config_file() == Path("/xdg/coord-tui/config.toml")
    monkeypatch.setattr("sys.platform", "darwin")
    assert folders.config_file() == tmp_path / "Library/Application Support/coord-tui/config.toml"
    assert folders.state_folder() == tmp_path / "Library/Application Support/coord-tui"
    monkeypatch.setenv("COORD_TUI_CONFIG", "~/mine.toml")
    assert folders.config_file() == tmp_path / "mine.toml"


def test_late_that_comes_no_sooner_than_stale_is_refused_as_an_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--late-after", "10m", "--stale-after", "2m"])
    assert "--late-after must be shorter than --stale-after" in capsys.readouterr().err
