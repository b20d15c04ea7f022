"""A run as lines: where it stands, one line a candidate, then what runs at this moment."""

import textwrap
from collections.abc import Iterator

from workbench.domain.run_board import RunBoard, RunRow, say_cost, say_left, say_time
from workbench.text import cells, clip, display
from workbench.tui.widgets.lines import Line, Span

_HEADS = ("done", "running", "failed", "cost")
_WIDTHS = (11, 8, 7, 9)
_WIDE = 100  # from here on there is room for a bar
_BAR = 20
_NAMES = (12, 40)  # cells, at least and at most


def render_runs(board: RunBoard, width: int) -> list[Line]:
    """All of it; what does not fit into the width is cut."""
    lines: list[Line] = [(Span(f" {line}"),) for line in _wrap(board.note, width)]
    if not board.rows:
        return lines
    if lines:
        lines.append(())
    room = width - sum(_WIDTHS) - 14 - (_BAR + 2 if width >= _WIDE else 0)
    names = min(
        max(_NAMES[0], *(cells(display(row.name)) for row in board.rows)), _NAMES[1], max(room, 4)
    )
    lines.append(_heads(names, is_wide=width >= _WIDE))
    lines += [_row(row, names, is_wide=width >= _WIDE) for row in board.rows]
    for row in board.rows:
        told = _wrap(f"{display(row.name)} was stopped: {display(row.halted)}", width)
        lines += [(Span(f" {line}", "warn"),) for line in told if row.halted]
    return [*lines, (), *_jobs(board, width)]


def _heads(names: int, *, is_wide: bool) -> Line:
    bar = " " * (_BAR + 2) if is_wide else ""
    heads = "".join(f"{head:>{n}}" for head, n in zip(_HEADS, _WIDTHS, strict=True))
    return (Span(f" {'candidate':<{names}}{bar}{heads}   left", "dim"),)


def _row(row: RunRow, names: int, *, is_wide: bool) -> Line:
    name = clip(display(row.name), names)
    full = _BAR * row.done // row.total if row.total else 0
    bar = f"  {'━' * full}{'─' * (_BAR - full)}" if is_wide else ""
    done = f"{row.done}/{row.total}"
    is_new = not (row.done or row.failed) and row.spent_usd is None
    cost = "—" if is_new else say_cost(row.spent_usd)
    left = "stopped" if row.halted else "done" if row.done == row.total else say_left(row)
    return (
        Span(f" {name}{' ' * (names - cells(name))}", "strong"),
        Span(bar, "accent"),
        Span(f"{done:>{_WIDTHS[0]}}", ""),
        Span(f"{row.running or '·':>{_WIDTHS[1]}}", "accent" if row.running else "dim"),
        Span(f"{row.failed or '·':>{_WIDTHS[2]}}", "bad" if row.failed else "dim"),
        Span(f"{cost:>{_WIDTHS[3]}}", ""),
        Span(f"   {left}", "warn" if row.halted else ""),
    )


def _jobs(board: RunBoard, width: int) -> Iterator[Line]:
    if not board.is_live:
        return
    yield (Span(f" running {len(board.jobs)}" if board.jobs else " nothing runs just now", "dim"),)
    for job in sorted(board.jobs, key=lambda job: -job.seconds):
        trial = f" trial {job.trial}" if job.trial > 1 else ""
        who = f"  {display(job.candidate)}{trial}" if job.candidate else ""
        told = clip(f"{display(job.ticket_id)}{who}", width - 12)
        yield (Span(f" {say_time(job.seconds):>7}  ", "accent"), Span(told))


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(20, width - 2))[:4]
