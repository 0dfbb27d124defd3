"""Dialog: a box over the dashboard, opened on Cancel, deaf to what was typed before it could be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.screen import ModalScreen
from textual.widget import Widget

from coord_tui.display import NOTHING, Words, content, say, wrap
from coord_tui.palette import palette_of
from coord_tui.widgets.choice import Choice
from coord_tui.widgets.field import Field
from coord_tui.widgets.lines import Reader

if TYPE_CHECKING:
    from coord_tui.app import CoordApp

T = TypeVar("T")
WIDTH = 72
EDGES = 4
"""Cells of a box's border and padding."""


class Dialog(ModalScreen["T | None"], Generic[T], inherit_bindings=False):
    """A question. escape, n, q and ctrl+c cancel it, with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "cancel", priority=True, show=False),
        Binding("escape,n,q", "cancel", show=False),
        Binding("tab,down", "next", show=False),
        Binding("shift+tab,up", "previous", show=False),
        Binding("right", "choice(1)", show=False),
        Binding("left", "choice(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, title: Words) -> None:
        super().__init__()
        self.box_title = title
        self._told: tuple[Reader, Callable[[], Sequence[Words]], int] | None = None

    def compose(self) -> ComposeResult:
        """The box: what it says, then what can be done."""
        with Container() as box:
            box.border_title = content(self.box_title)
            yield from self.body()
            with Horizontal():
                yield from self.choices()

    def body(self) -> Iterable[Widget]:
        """Yield what the dialog says."""
        return ()

    def choices(self) -> Iterable[Choice]:
        """Yield the buttons, Cancel first."""
        yield Choice("Cancel", choice="cancel")

    @property
    def inner(self) -> int:
        """How many cells there are for words in the box."""
        return min(WIDTH, self.app.size.width) - EDGES

    def told(self, said: Callable[[], Sequence[Words]], *, around: int) -> Reader:
        """Return words wrapped to the box; they scroll where the terminal has not that many lines and `around` more."""
        self._told = (Reader(), said, around)
        self._fit()
        return self._told[0]

    def _fit(self) -> None:
        if self._told is None:
            return
        widget, said, around = self._told
        lines = self.wrapped(said())
        room = max(1, self.app.size.height - around)
        widget.can_focus = len(lines) > room
        widget.styles.height = min(len(lines), room)
        widget.show(lines)

    def on_resize(self) -> None:
        """Wrap anew, so that the buttons stay in sight."""
        self._fit()
        self.call_after_refresh(self.count_below)

    @property
    def reader(self) -> Reader | None:
        """What scrolls."""
        return self._told[0] if self._told else None

    def count_below(self) -> None:
        """Say how many lines are out of sight below."""
        reader = self.reader
        below = len(reader.lines) - reader.size.height - reader.scroll_offset.y if reader else 0
        said = say((f"{below} more below: pgdn", "wait")) if below > 0 else NOTHING
        self.query_one(Container).border_subtitle = content(said, palette_of(self))

    def wrapped(self, paragraphs: Sequence[Words]) -> list[Words]:
        """Return paragraphs as lines that fit the box."""
        return [line for words in paragraphs for line in (wrap(words, self.inner) if words else [words])]

    def on_mount(self) -> None:
        """Open on Cancel, and listen only once it is painted; what was said before has had its time."""
        self.app.clear_notifications()
        self.app.screen_stack[-2].query("ToastHolder").remove()
        self.opening().focus()
        if self.reader:
            self.watch(self.reader, "scroll_y", self.count_below, init=False)
        self.listen()

    def listen(self) -> None:
        """Let keys in once it is painted."""
        self.call_after_refresh(self.coord.gate.open)

    def on_descendant_focus(self) -> None:
        """Show the keys that work now."""
        for choice in self.query(Choice):
            choice.refresh(layout=bool(choice.key))

    def opening(self) -> Widget:
        """Return what has the focus first."""
        return self.query_one("#cancel", Choice)

    @property
    def coord(self) -> CoordApp:
        """The app."""
        return cast("CoordApp", self.app)

    def action_cancel(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)

    def action_choice(self, step: int) -> None:
        """Go to the next or the previous button."""
        choices = list(self.query(Choice))
        place = choices.index(self.focused) if isinstance(self.focused, Choice) else -1
        choices[(place + step) % len(choices)].focus()

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        if self.reader:
            self.reader.action_page(pages)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        if self.reader:
            self.reader.action_scroll(lines)

    def action_next(self) -> None:
        """Go to the next thing."""
        self.focus_next()

    def action_previous(self) -> None:
        """Go to the thing before."""
        self.focus_previous()


def asks_why(dialog: Dialog[Any], takes_from: str | None) -> bool:
    """Whether a reason is needed and missing; then the line for it has the focus and says so."""
    field = dialog.query_one("#reason", Field)
    if takes_from is None or field.value.strip():
        return False
    field.placeholder = f"required: {takes_from} is alive; say why"
    field.focus()
    return True
