"""The runs of the study: how far each candidate is, live while another process runs them.

It looks now and then, in a worker; what may not be known of a candidate was taken out before.
"""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding

from workbench.domain.errors import WorkbenchError
from workbench.domain.run_board import RunBoard
from workbench.text import display
from workbench.tui.messages import RunsSeen
from workbench.tui.screens.ground import GroundScreen
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.run_table import render_runs
from workbench.tui.work import start_work

_EVERY_SECONDS = 0.5
_HINTS = "arrows scroll · esc closes"


class RunScreen(GroundScreen):
    """Shows what `look` finds; `close` lets go of what it needed."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,q,P", "close", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("pagedown,space", "move(10)", show=False),
        Binding("pageup,b", "move(-10)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
    ]

    def __init__(
        self, look: Callable[[], RunBoard], close: Callable[[], None], notice: str = ""
    ) -> None:
        """`look` is called in a worker, one call at a time."""
        super().__init__()
        self._notice = notice
        self._look, self._let_go = look, close
        self._board: RunBoard | None = None
        self._top, self._is_looking = 0, False

    def compose(self) -> ComposeResult:
        """Where it stands, the board, the keys."""
        yield LinesView(id="runs-title")
        yield LinesView(id="runs-board")
        yield LinesView(id="runs-hints")

    def on_mount(self) -> None:
        """Look at once, then again and again."""
        self.set_interval(_EVERY_SECONDS, self._begin)
        self._begin()

    def on_resize(self) -> None:
        """Draw for the size there is, once it is known."""
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        start_work(self.app, self._let_go, "runs-close", is_last=False)

    def _begin(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            start_work(self, partial(self._work, self._look), "runs")

    def _work(self, look: Callable[[], RunBoard]) -> None:
        try:
            self.post_message(RunsSeen(look()))
        except WorkbenchError as error:
            self.post_message(RunsSeen(RunBoard(note=display(str(error)))))

    def on_runs_seen(self, message: RunsSeen) -> None:
        """Show it."""
        self._board, self._is_looking = message.board, False
        self._draw()

    def _draw(self) -> None:
        board, view = self._board, self.query_one("#runs-board", LinesView)
        width, height = view.size
        title, style = _describe(board)
        self.query_one("#runs-title", LinesView).show_lines([(Span(f" runs   {title}", style),)])
        hints = ((Span(f" {self._notice or _HINTS}", "warn" if self._notice else "dim"),),)
        self.query_one("#runs-hints", LinesView).show_lines(hints)
        if board is None or not width:
            return
        lines = render_runs(board, width)
        self._top = max(0, min(self._top, len(lines) - height))
        view.show_lines(lines[self._top : self._top + height])

    def action_move(self, n: int) -> None:
        """Scroll."""
        self._top = max(0, self._top + n)
        self._draw()

    def say(self, text: str, style: str = "dim") -> None:
        """In place of the keys."""
        del style
        self._notice = text
        self._draw()

    def action_leave(self) -> None:
        """Nothing is lost by it."""
        self.app.exit()

    def action_close(self) -> None:
        """Back to where it was opened from; the end, where it is all there is."""
        if len(self.app.screen_stack) > 1:
            self.dismiss(None)
        else:
            self.action_leave()


def _describe(board: RunBoard | None) -> tuple[str, str]:
    if board is None:
        return "looking ...", "dim"
    if board.is_live:
        return ("finishing what runs", "warn") if board.is_stopping else ("going on", "good")
    return "no run goes on", "dim"
