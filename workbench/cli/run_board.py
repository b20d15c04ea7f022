"""The progress of a run on a terminal: one line a candidate, drawn by rich, on standard error."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from workbench.cli.interrupts import FINISHING
from workbench.services.run_state import Pace
from workbench.text import display

_EVERY_SECONDS = 0.25
Paces = Callable[[], Iterable[Pace]]


@contextmanager
def show_board(paces: Paces, is_stopping: Callable[[], bool]) -> Iterator[Callable[[], None]]:
    """Draws while a block runs; without a terminal nothing. Yields what draws it anew."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    drawn_at = 0.0
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def draw() -> None:
            nonlocal drawn_at
            if time.monotonic() - drawn_at >= _EVERY_SECONDS:
                drawn_at = time.monotonic()
                live.update(_table(paces(), is_stopping=is_stopping()), refresh=True)

        yield draw


def _table(paces: Iterable[Pace], *, is_stopping: bool) -> Table:
    told = Text(FINISHING, justify="left") if is_stopping else None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), caption=told)
    for head in ("candidate", "", "done", "running", "failed", "cost", "left"):
        table.add_column(head, justify="left" if head in {"candidate", ""} else "right")
    for pace in paces:
        bar = ProgressBar(total=max(1, pace.total), completed=pace.done, width=16)
        left = f"stopped: {pace.halted}" if pace.halted else say_time(pace.seconds_left)
        counts = (f"{pace.done}/{pace.total}", str(pace.running), str(pace.failed))
        cells = [Text(display(cell)) for cell in (*counts, say_cost(pace.spent_usd), left)]
        table.add_row(Text(display(pace.name)), bar, *cells)
    return table


def say_cost(usd: float | None) -> str:
    """US dollars; what nobody can tell is no 0."""
    return "unknown" if usd is None else f"${usd:.2f}"


def say_time(seconds: float | None) -> str:
    """`4:05` left; — before there is anything to guess from."""
    if seconds is None:
        return "—"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
