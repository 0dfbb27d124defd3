"""Tasks of every work list as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.scopes import natural
from coord_core.state.records import Task, TaskState
from coord_tui.ages import since
from coord_tui.columns import Column
from coord_tui.display import Cell, Words, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.sessions import task_name
from coord_tui.rows.source import Fields
from coord_tui.rows.values import at, elapsed

COLUMNS: Final = (
    Column("", 1, by="state"),
    Column("TASK", 14, by="task"),
    Column("WHAT", 10, share=0.75, by="what"),
    Column("OWNER", 11, share=0.25, by="owner"),
    Column("AGE", 4, right=True, by="age", quiet=True),
)
MARKS: Final = {
    TaskState.RUNNING: ("▸", "link"),
    TaskState.FAILED: ("✗", "dead"),
    TaskState.PENDING: ("·", ""),
    TaskState.DONE: ("✓", "dim"),
}


class WorkRows:
    """The tasks of a scene: running, failed, waiting, done."""

    ages = True

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.columns = scene.widened(COLUMNS, 1)
        self.tasks: dict[str, Task] = {}
        for task in self._sorted():
            key = f"{task.list}#{task.id}"
            self.tasks[key if key not in self.tasks else f"{key}#{task.index}"] = task
        self.keys = list(self.tasks)

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        states = list(MARKS)
        return {
            "task": lambda key: task_name(self.tasks[key]),
            "name": lambda key: task_name(self.tasks[key]),
            "list": lambda key: task_name(self.tasks[key]).partition("#")[0],
            "what": lambda key: self.tasks[key].summary,
            "owner": lambda key: self.tasks[key].owner,
            "state": lambda key: (states.index(self.tasks[key].state), self.tasks[key].state.value),
            "status": lambda key: self.tasks[key].status,
            "age": lambda key: elapsed(scene, at(self.tasks[key].since)),
            "workspace": lambda key: scene.board.lists[self.tasks[key].list].workspace,
        }

    def _sorted(self) -> list[Task]:
        lists = [each for each in self.scene.board.lists.values() if self.scene.here(each.workspace)]
        lists.sort(key=lambda each: (each.name != "queue", natural(each.name)))
        states = list(MARKS)
        tasks = [(place, task) for place, each in enumerate(lists) for task in each.tasks]
        tasks.sort(key=lambda found: (states.index(found[1].state), found[0], _taken(found[1]), found[1].index))
        return [task for _, task in tasks]

    def summary(self) -> Words:
        """Return how much waits, runs and is done."""
        states = [task.state for task in self.tasks.values()]
        counts = [(states.count(TaskState.PENDING), "wait"), (states.count(TaskState.RUNNING), "run"),
                  (states.count(TaskState.DONE), "done"), (states.count(TaskState.FAILED), "failed")]  # fmt: skip
        return say(" · ".join(f"{count} {word}" for count, word in counts if count or word != "failed"))

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        task = self.tasks[key]
        return " ".join([task_name(task), task.summary, task.owner or "", task.status])

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one task's cells."""
        task = self.tasks[key]
        mark, tone = MARKS[task.state]
        quiet = "dim" if task.state is TaskState.DONE else ""
        workspace = self.scene.board.lists[task.list].workspace
        return (
            say((mark, tone)),
            self.scene.where(workspace) + say((task_name(task), "dim")),
            say((task.summary, quiet)),
            self.scene.who(workspace, task.owner, quiet)
            if task.state is not TaskState.DONE
            else say((task.owner or "–", quiet)),
            say((since(task.since.at if task.since else None, now), "dim")),
        )


def _taken(task: Task) -> float:
    return task.since.at if task.since and task.since.at is not None else float("inf")
