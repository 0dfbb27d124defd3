from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from coord_core.errors import StoreUnsupported
from coord_core.storage.places import find_store, in_main_worktree, project, worktrees
from tests import repositories


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repositories.init(tmp_path / "shop")


def find(folder: Path, given: str | None = None, **env: str) -> str:
    return find_store(given, cwd=folder, home=folder / "nobody", env=env)


def test_what_is_said_comes_before_what_is_found(repo: Path) -> None:
    assert find(repo, "/given", COORD_STORE="/variable") == "/given"
    assert find(repo, COORD_STORE="/variable") == "/variable"


def test_the_nearest_upward_is_taken(repo: Path) -> None:
    (repo / ".claude/session-state").mkdir(parents=True)
    (repo / "src/deep").mkdir(parents=True)
    assert find(repo / "src/deep") == str(repo / ".claude/session-state")


def test_without_any_it_is_where_the_repository_would_have_it(repo: Path) -> None:
    (repo / "src").mkdir()
    assert find(repo / "src") == str(repo / ".claude/session-state")


def test_a_linked_worktree_shares_the_store_of_the_main_one(repo: Path, tmp_path: Path) -> None:
    repositories.link(repo, tmp_path / "linked")
    (repo / ".claude/session-state").mkdir(parents=True)
    (tmp_path / "linked/.claude/session-state").mkdir(parents=True)
    (tmp_path / "linked/src").mkdir()
    assert in_main_worktree(tmp_path / "linked/src") == repo
    assert find(tmp_path / "linked/src") == str(repo / ".claude/session-state")


def test_a_submodule_is_a_repository_of_its_own(repo: Path) -> None:
    sub = repo / "sub"
    sub.mkdir()
    (sub / ".git").write_text("gitdir: ../.git/modules/sub\n")
    assert in_main_worktree(sub) == sub


@pytest.mark.parametrize("base", ["state", "/abs/state"])
def test_the_reference_configuration_of_the_project(repo: Path, base: str) -> None:
    config = repo / ".claude/session-coordinator-config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"storage": {"adapter": "local", "config": {"base_path": base}}}))
    (repo / "src").mkdir()
    assert find(repo / "src") == (base if base.startswith("/") else str(repo / base))


def test_the_configuration_that_the_variable_names(repo: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.json"
    config.write_text(json.dumps({"storage": {"adapter": "local", "config": {"base_path": "/there"}}}))
    assert find(repo, CLAUDE_SESSION_COORDINATOR_CONFIG=str(config)) == "/there"
    assert find(repo, CLAUDE_SESSION_COORDINATOR_CONFIG="/no/such") == str(repo / ".claude/session-state")


@pytest.mark.parametrize("text", ["{", '{"storage": {"adapter": "redis"}}', "[" * 100_000])
def test_a_configuration_that_names_no_folder_is_refused(repo: Path, tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.json"
    config.write_text(text)
    with pytest.raises(StoreUnsupported, match=r"c\.json"):
        find(repo, CLAUDE_SESSION_COORDINATOR_CONFIG=str(config))


@pytest.mark.parametrize("text", ["[]", "{}", '{"storage": 1}', '{"storage": {"config": 3}}'])
def test_a_configuration_without_a_folder_means_the_usual_one(repo: Path, tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.json"
    config.write_text(text)
    assert find(repo, CLAUDE_SESSION_COORDINATOR_CONFIG=str(config)) == str(repo / ".claude/session-state")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://gitlab.com/group/sub/shop", "sub/shop"),
        ("ssh://git@host/acme/shop.git", "shop"),
    ],
)
def test_the_project_is_named_as_the_reference_names_it(repo: Path, url: str, name: str) -> None:
    repositories.add_origin(repo, url)
    assert project(repo) == name


@pytest.mark.parametrize("url", ["", "ssh://git@host/acme/shop.git"])
def test_a_repository_without_an_owner_is_one_project_from_every_folder(repo: Path, tmp_path: Path, url: str) -> None:
    """Or agents further in, and in worktrees, would get the same names and the same work as the others."""
    if url:
        repositories.add_origin(repo, url)
    (repo / "src" / "deep").mkdir(parents=True)
    linked = repositories.link(repo, tmp_path / "linked")
    (linked / "src").mkdir()
    assert {project(each) for each in (repo, repo / "src" / "deep", linked, linked / "src")} == {repo.name}


def test_without_a_repository_the_folder_with_the_store_is_the_project(tmp_path: Path) -> None:
    place = tmp_path / "notes"
    (place / "deep" / "down").mkdir(parents=True)
    assert project(place / "deep" / "down") == "down" and project(place) == "notes"
    (place / ".claude" / "session-state").mkdir(parents=True)
    assert project(place / "deep" / "down") == project(place) == "notes"


def test_all_worktrees_of_a_repository_are_found_from_each_of_them(repo: Path, tmp_path: Path) -> None:
    assert worktrees(repo) == [repo] and worktrees(tmp_path) == []
    repositories.link(repo, tmp_path / "linked")
    repositories.link(repo, tmp_path / "gone")
    shutil.rmtree(tmp_path / "gone")
    assert worktrees(repo) == worktrees(tmp_path / "linked") == [repo, tmp_path / "linked"]
