"""Config: settings as `config.toml` has them; what is wrong in it is told, and the rest counts."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from coord_core.frozen import frozen
from coord_core.state.liveness import Limits
from coord_core.times import seconds
from coord_tui.folders import CONFIG, absent, config_file
from coord_tui.settings import Settings

MOST: Final = 256 * 1024


@frozen
class Problem:
    """Something wrong in the file: `line` (0 for none), the setting's name, what is wrong and what to do."""

    line: int
    name: str
    text: str

    def said(self, path: Path) -> str:
        """Return it as a sentence that names the file."""
        where = f"{path}, line {self.line}" if self.line else f"{path}"
        return f"{where}: {f'{self.name}: ' if self.name else ''}{self.text}"


class _Wrong(ValueError):
    """A value that a setting cannot have; its words follow the setting's name."""


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("write true or false")
    return value


def _time(value: Any) -> float:
    try:
        return seconds(value)
    except (ValueError, AttributeError):
        raise _Wrong('write a length of time: "90s", "60m", "2h" or "1d"') from None


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 2:
        raise _Wrong("write a number from 2")
    return value


def _command(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and "\0" not in each for each in value):
        raise _Wrong('write a program and its arguments as a list: ["notify-send", "{text}"]')
    if value and not value[0]:
        raise _Wrong('the program\'s name is empty; write ["notify-send", "{text}"]')
    return tuple(value)


def _theme(value: Any) -> str:
    from coord_tui import themes

    if not isinstance(value, str) or themes.full(value) is None:
        raise _Wrong(f"write one of {', '.join(themes.names())}")
    return value


def _keys(value: Any) -> tuple[str, ...]:
    keys = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else ()
    if not keys or not all(isinstance(key, str) and key for key in keys):
        raise _Wrong('write a key, or a list of them: "D" or ["D", "delete"]')
    return keys


@frozen
class Setting:
    """One setting: how its value is read, what it is without one (as in the file), and what it is for."""

    read: Callable[[Any], Any]
    default: str
    about: str


SETTINGS: Final[Mapping[str, Setting]] = {
    "theme": Setting(_theme, '"dark"', "colours"),
    "ascii": Setting(_flag, "false", "only ASCII signs: `* ~ o x - ?` for the states"),
    "read_only": Setting(_flag, "false", "watch only, as with `--read-only`"),
    "late_after": Setting(_time, '"5m"', "silence that makes a session late"),
    "stale_after": Setting(_time, '"60m"', "silence that makes a session stale"),
    "away_after": Setting(_time, '"10m"', "without a key for so long, the next one tells what happened meanwhile"),
    "bell": Setting(_flag, "false", "ring the terminal's bell when something new and bad needs you"),
    "notify": Setting(_command, "[]", 'and run a program: `["notify-send", "{text}"]`; `{title}` is the store'),
}
LIMITS: Final[Mapping[str, Setting]] = {
    "idle": Setting(_time, '"20m"', "how long a session that has something may beat and do nothing"),
    "lock_wait": Setting(_time, '"10m"', "how long a lock may be waited for"),
    "queue_wait": Setting(_time, '"15m"', "how long tasks may wait while none is taken"),
    "task": Setting(_time, '"60m"', "how long a task may take"),
    "handoff": Setting(_time, '"30m"', "how long a handoff may lie there"),
    "future": Setting(_time, '"2m"', "how far ahead of the clock a time may lie"),
    "repeats": Setting(_count, "10", "from how often on the same event of one session needs you"),
}
"""What may be before it needs you."""
TABLES: Final = ("limits", "keys")
LIFE: Final = {"late_after": "late", "stale_after": "stale"}


def own() -> tuple[Path, Settings, list[Problem]]:
    """Return the user's file, their settings, and what is wrong with them."""
    path = config_file()
    if os.environ.get(CONFIG) and absent(path):
        return path, Settings(), [Problem(0, "", f"there is no such file, and {CONFIG} names it")]
    return path, *read(path)


def read(path: Path) -> tuple[Settings, list[Problem]]:
    """Return the settings in a file, and what is wrong in it; without the file there are none of either."""
    source = ""
    try:
        source = _bytes(path).decode()
        data = tomllib.loads(source)
    except (FileNotFoundError, NotADirectoryError):
        return Settings(), []
    except OSError as error:
        return Settings(), [Problem(0, "", f"cannot be read ({error.strerror}): the usual settings count")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else len(source.splitlines())
        return Settings(), [Problem(line, "", f"this is no TOML: {error}. The usual settings count")]
    return understand(data, source)


def _bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise OSError(0, "it is no file")
    with path.open("rb") as file:
        raw = file.read(MOST + 1)
    if len(raw) > MOST:
        raise OSError(0, f"it is longer than {MOST // 1024} KiB")
    return raw


def understand(data: Mapping[str, Any], source: str = "") -> tuple[Settings, list[Problem]]:
    """Return what a file's data means, and what is wrong in it; source: the file, to tell lines."""
    problems: list[Problem] = []
    top = _values({key: value for key, value in data.items() if key not in TABLES}, SETTINGS, "", source, problems)
    tables = {name: _table(data, name, source, problems) for name in TABLES}
    bounds = _values(tables["limits"], LIMITS, "limits", source, problems)
    bounds |= {LIFE[key]: top.pop(key) for key in LIFE if key in top}
    limits = replace(Limits(), **bounds)
    if limits.late >= limits.stale:
        name = "late_after" if "late_after" in data else "stale_after"
        problems.append(Problem(_line(source, "", name), name, "late must come before stale: the usual times count"))
        limits = replace(limits, late=Limits().late, stale=Limits().stale)
    keys = _own_keys(tables["keys"], source, problems)
    return Settings(**top, limits=limits, keys=keys), sorted(problems, key=lambda each: each.line)


def _table(data: Mapping[str, Any], name: str, source: str, problems: list[Problem]) -> Mapping[str, Any]:
    found = data.get(name, {})
    if isinstance(found, dict):
        return found
    problems.append(Problem(_line(source, "", name), name, f"this is a table: begin a line with [{name}]"))
    return {}


def _values(
    data: Mapping[str, Any], known: Mapping[str, Setting], table: str, source: str, problems: list[Problem]
) -> dict[str, Any]:
    found = {}
    for key, value in data.items():
        name = f"{table}.{key}" if table else key
        try:
            if key not in known:
                near = get_close_matches(key, [*known, *([] if table else TABLES)], 1)
                raise _Wrong(f"there is no such setting{f'; is it {near[0]}?' if near else ': take it out'}")
            found[key] = known[key].read(value)
        except _Wrong as wrong:
            problems.append(Problem(_line(source, table, key), name, str(wrong)))
    return found


def _own_keys(data: Mapping[str, Any], source: str, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """Return the keys that can be had; bindings are looked at only where somebody wants other ones."""
    wanted: dict[str, tuple[str, ...]] = {}
    wrong: dict[str, str] = {}
    for name, value in _flat(data):
        try:
            wanted[name] = _keys(value)
        except _Wrong as error:
            wrong[name] = str(error)
    if not wanted and not wrong:
        return {}
    from coord_tui.own_keys import checked

    good, refused = checked(wanted)
    for name, text in {**wrong, **refused}.items():
        problems.append(Problem(_line(source, "keys", name), f"keys.{name}", text))
    return good


def _flat(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return `act.let_go` and its value, quoted in the file or not."""
    found: list[tuple[str, Any]] = []
    for key, value in data.items():
        inner = value if isinstance(value, dict) else {}
        found += [(f"{key}.{under}", each) for under, each in inner.items()] if inner else [(key, value)]
    return found


def _line(source: str, table: str, key: str) -> int:
    """Return the line that a key stands in, counted from 1; 0 if that is not to be seen."""
    here = ""
    for number, line in enumerate(source.splitlines(), 1):
        if head := re.match(r"\s*\[([^\[\]]+)\]", line):
            here = head[1].strip()
            if not table and here.partition(".")[0] == key:
                return number
        stated = re.match(r"\s*([^=#]+?)\s*=", line)
        said = re.sub(r"[\"'\s]", "", stated[1]) if stated else ""
        if said and ".".join(filter(None, (here, said))) == ".".join(filter(None, (table, key))):
            return number
    return 0


def example() -> str:
    """Return a file with every setting as it is without one."""
    lines = ["# coord-tui: every setting, as it is without this file. The command line wins over it."]
    lines += [f"# {name} = {each.default}  # {each.about}" for name, each in SETTINGS.items()]
    lines += ["", "# What may be before it needs you.", "[limits]"]
    lines += [f"# {name} = {each.default}  # {each.about}" for name, each in LIMITS.items()]
    lines += ["", "# Other keys for what has an id: one, or a list of them.", "[keys]"]
    lines += [f"# {line}" for line in _default_keys()]
    return "\n".join(lines) + "\n"


def _default_keys() -> list[str]:
    from coord_tui import keymap

    found = {name: keys for place in keymap.PLACES for name, keys in keymap.ids(place).items()}
    shown = {name: [keymap.show(key) for key in keys] for name, keys in found.items() if "ctrl+c" not in keys}
    return [
        f'"{name}" = ' + (f'"{keys[0]}"' if len(keys) == 1 else f"[{', '.join(map(_quoted, keys))}]")
        for name, keys in shown.items()
    ]


def _quoted(key: str) -> str:
    return f'"{key}"'
