"""Git repositories made by hand, as far as they are read here: no git is needed to test."""

from __future__ import annotations

from pathlib import Path


def init(root: Path) -> Path:
    """Make a repository that git itself accepts; return its root."""
    own = root / ".git"
    for folder in ("objects", "refs"):
        (own / folder).mkdir(parents=True)
    (own / "HEAD").write_text("ref: refs/heads/main\n")
    (own / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
    return root


def add_origin(root: Path, url: str) -> None:
    with (root / ".git" / "config").open("a") as config:
        config.write(f'[remote "origin"]\n\turl = {url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')


def link(root: Path, linked: Path) -> Path:
    """Add a linked worktree, as `git worktree add` does; return its root."""
    own = root / ".git" / "worktrees" / linked.name
    own.mkdir(parents=True)
    (own / "HEAD").write_text(f"ref: refs/heads/{linked.name}\n")
    (own / "commondir").write_text("../..\n")
    (own / "gitdir").write_text(f"{linked / '.git'}\n")
    linked.mkdir()
    (linked / ".git").write_text(f"gitdir: {own}\n")
    return linked
