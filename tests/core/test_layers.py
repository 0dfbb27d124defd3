"""Who may import whom: the four layers, held by reading the imports."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUNDATION = {"errors", "frozen", "scopes", "times", "moments", "text", "processes", "documents", "options"}
MAY_IMPORT = {
    "foundation": {"foundation"},
    "storage": {"foundation", "storage"},
    "state": {"foundation", "state"},
    "actions": {"foundation", "storage", "state", "actions"},
    "faces": {"foundation", "storage", "state", "actions", "faces"},
    "coord_tui": {"foundation", "storage", "state", "actions", "coord_tui"},
}
HEAVY = {"textual", "rich", "mcp", "redis"}


def layer(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "coord_tui":
        return "coord_tui"
    if len(parts) == 1 or parts[1] in FOUNDATION:
        return "foundation"
    return parts[1] if parts[1] in MAY_IMPORT else "faces"


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{a.name}" for a in node.names if node.module == "coord_core"}
    return found


def modules() -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path)
        for package in ("coord_core", "coord_tui")
        for path in (ROOT / package).rglob("*.py")
    ]


def test_imports_go_one_way() -> None:
    wrong = []
    for name, path in modules():
        mine = layer(name)
        if name == "coord_core":
            continue  # the public face re-exports lazily
        for other in imports(path):
            if other.split(".")[0] in ("coord_core", "coord_tui") and other != "coord_core":
                theirs = layer(other)
                if theirs not in MAY_IMPORT[mine]:
                    wrong.append(f"{name} ({mine}) imports {other} ({theirs})")
    assert not wrong, "\n".join(wrong)


def test_no_face_reads_through_another() -> None:
    """The commands start the server, and nothing goes back."""
    wrong = [
        f"{name} imports {other}"
        for name, path in modules()
        if name.startswith(("coord_core.mcp", "coord_core.primitives"))
        for other in imports(path)
        if other.startswith(("coord_core.commands", "coord_core.cli"))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_core_never_imports_a_face_library() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, path in modules()
        if name.startswith("coord_core") and not name.startswith("coord_core.mcp")
        for other in imports(path)
        if other.split(".")[0] in HEAVY
    ]
    assert not wrong, "\n".join(wrong)


def test_widgets_and_screens_never_touch_storage() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, path in modules()
        if name.startswith(("coord_tui.widgets", "coord_tui.screens"))
        for other in imports(path)
        if other.startswith("coord_core.storage")
    ]
    assert not wrong, "\n".join(wrong)
