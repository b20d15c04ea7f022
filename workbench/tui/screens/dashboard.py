"""The dashboard: candidates side by side, and from every number to the outputs behind it.

Counting takes a worker; what it shows is the study as it stood when it was opened.
"""

from collections.abc import Callable
from functools import cache, partial
from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from workbench.domain.comparison import Column, Comparison
from workbench.domain.errors import WorkbenchError
from workbench.services.comparisons import Comparisons
from workbench.text import clip, display
from workbench.tui.messages import BehindReady, ComparisonReady, ComparisonRefused
from workbench.tui.screens.behind import BehindScreen
from workbench.tui.widgets.comparison_view import (
    ComparisonView,
    Cursor,
    Item,
    describe_item,
    list_items,
)
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.work import start_work

_HINTS = "enter outputs behind it · arrows move · esc closes"


class DashboardScreen(Screen[str | None]):
    """Dismisses with the output that a reviewer wants to see, or None."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,q,D", "close", show=False),
        Binding("j,down", "move(1, 0)", show=False),
        Binding("k,up", "move(-1, 0)", show=False),
        Binding("h,left", "move(0, -1)", show=False),
        Binding("l,right", "move(0, 1)", show=False),
        Binding("pagedown,space", "move(10, 0)", show=False),
        Binding("pageup,b", "move(-10, 0)", show=False),
        Binding("home", "move(-1000, 0)", show=False),
        Binding("end", "move(1000, 0)", show=False),
        Binding("enter", "open", show=False),
        Binding("v", "whose", show=False),
    ]

    def __init__(self, find: Callable[[], Comparisons], *, may_see_all: bool) -> None:
        """`find` is called in a worker, once: the lists behind a number are of what it counted.

        Labels of others may be seen by who has none to give.
        """
        super().__init__()
        self._find, self._may_see_all = cache(find), may_see_all
        self._cursor, self._is_everyone = Cursor(), False
        self._comparison: Comparison | None = None

    def compose(self) -> ComposeResult:
        """The table, what the cursor stands on, and the keys."""
        yield ComparisonView(id="comparison")
        yield LinesView(id="comparison-detail")
        yield LinesView(id="comparison-hints")

    def on_mount(self) -> None:
        """Count."""
        self._load()

    def on_resize(self) -> None:
        """Draw for the size there is, once it is known."""
        self.call_after_refresh(self._draw)

    def _load(self) -> None:
        self._comparison = None
        self._tell("counting ...")
        start_work(self, partial(self._count, self._is_everyone), "comparison")

    def _count(self, is_everyone: bool) -> None:
        try:
            self.post_message(ComparisonReady(self._find().make(is_everyone=is_everyone)))
        except WorkbenchError as error:
            self.post_message(ComparisonRefused(str(error)))

    def on_comparison_ready(self, message: ComparisonReady) -> None:
        """Show it."""
        self._comparison = message.comparison
        self._draw()

    def on_comparison_refused(self, message: ComparisonRefused) -> None:
        """Why there is nothing to show."""
        self._tell(message.sentence, "bad")

    def _tell(self, text: str, style: str = "dim", more: str = "") -> None:
        width = max(1, self.size.width)
        parts = ((part, of) for line, of in ((text, style), (more, "dim"))
                 for part in wrap(display(line), max(1, width - 1)))  # fmt: skip
        self.query_one("#comparison-detail", LinesView).show_lines(
            [(Span(clip(f" {part}", width), of),) for part, of in parts]
        )

    def _draw(self) -> None:
        hints = _HINTS
        if self._may_see_all:
            hints += f" · v {'your labels' if self._is_everyone else 'all reviewers'}"
        self.query_one("#comparison-hints", LinesView).show_lines([(Span(f" {hints}", "dim"),)])
        if self._comparison is None:
            return
        self.query_one(ComparisonView).show(self._comparison, self._cursor)
        if not self._comparison.columns:
            self._tell("no outputs yet: workbench outputs import FILE")
            return
        number, meaning = describe_item(self._item, self._column)
        self._tell(number, "", meaning)

    @property
    def _column(self) -> Column | None:
        columns = self._comparison.columns if self._comparison else ()
        return columns[self._cursor.column] if columns else None

    @property
    def _item(self) -> Item:
        items = list_items(self._comparison) if self._comparison else []
        return items[self._cursor.row] if items else Item()

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; it stays inside."""
        if not self._comparison or not self._comparison.columns:
            return
        last_row = len(list_items(self._comparison)) - 1
        last_column = len(self._comparison.columns) - 1
        self._cursor = Cursor(
            min(max(self._cursor.row + rows, 0), last_row),
            min(max(self._cursor.column + columns, 0), last_column),
        )
        self._draw()

    def on_comparison_view_turned(self, message: ComparisonView.Turned) -> None:
        """The wheel."""
        self.action_move(message.n, 0)

    def on_comparison_view_clicked(self, message: ComparisonView.Clicked) -> None:
        """A click goes there; one more opens what stands there."""
        if message.cursor == self._cursor:
            self.action_open()
        else:
            self._cursor = message.cursor
            self._draw()

    def action_whose(self) -> None:
        """Your labels, or those of all reviewers."""
        if not self._may_see_all:
            self._tell("the labels of others open once you have labelled all of yours", "warn")
            return
        self._is_everyone = not self._is_everyone
        self._load()
        self._draw()

    def action_open(self) -> None:
        """The outputs behind what the cursor stands on."""
        item, column = self._item, self._column
        if column is None:
            return
        if item.line is None and item.duel is None:
            self._tell("no number stands here", "warn")
            return
        self._tell("looking ...")
        start_work(self, partial(self._trace, item, column.name, self._is_everyone), "behind")

    def _trace(self, item: Item, name: str, is_everyone: bool) -> None:
        try:
            found = self._find()
            if item.duel:
                behind = found.find(item.duel, is_everyone=is_everyone)
            elif item.line:
                behind = found.trace(name, item.line, is_everyone=is_everyone)
            self.post_message(BehindReady(tuple(behind)))
        except WorkbenchError as error:
            self.post_message(ComparisonRefused(str(error)))

    def on_behind_ready(self, message: BehindReady) -> None:
        """List them, unless the reviewer has gone on."""
        if not self.is_current:
            return
        self._draw()
        title = describe_item(self._item, self._column)[0]
        self.app.push_screen(BehindScreen(title, message.outputs), self._go)

    def _go(self, output_id: str | None) -> None:
        if output_id is not None:
            self.dismiss(output_id)

    def action_close(self) -> None:
        """Back to the review."""
        self.dismiss(None)
