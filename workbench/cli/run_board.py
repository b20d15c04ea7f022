"""The progress of a run on a terminal: one line a candidate, drawn by rich, on standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from workbench.cli.interrupts import FINISHING
from workbench.domain.run_board import RunBoard, say_cost, say_left
from workbench.text import display

_EVERY_SECONDS = 0.25


@contextmanager
def show_board() -> Iterator[Callable[[RunBoard], None]]:
    """Draws while a block runs; without a terminal nothing. Yields what draws a board."""
    if not sys.stderr.isatty():
        yield lambda _board: None
        return
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    drawn_at = 0.0
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def draw(board: RunBoard) -> None:
            nonlocal drawn_at
            if time.monotonic() - drawn_at >= _EVERY_SECONDS:
                drawn_at = time.monotonic()
                live.update(_table(board), refresh=True)

        yield draw


def _table(board: RunBoard) -> Table:
    told = Text(FINISHING, justify="left") if board.is_stopping else None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), caption=told)
    for head in ("candidate", "", "done", "running", "failed", "cost", "left"):
        table.add_column(head, justify="left" if head in {"candidate", ""} else "right")
    for row in board.rows:
        bar = ProgressBar(total=max(1, row.total), completed=row.done, width=16)
        counts = (f"{row.done}/{row.total}", str(row.running), str(row.failed))
        cells = [Text(display(cell)) for cell in (*counts, say_cost(row.spent_usd), say_left(row))]
        table.add_row(Text(display(row.name)), bar, *cells)
    return table
