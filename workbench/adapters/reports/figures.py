"""The figures of a report, drawn by matplotlib where it is installed.

Every mark has its number written beside it, so that no colour is needed to read one. Names are
drawn as they are shown anywhere, and never read as formulas.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from io import StringIO
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.adapters.reports.svg import clean_svg
from workbench.domain.metrics import Rate
from workbench.domain.report import CandidatePage, Number, Report
from workbench.text import clip, display

if TYPE_CHECKING:  # loaded for a figure and for nothing else
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MISSING = "figures need matplotlib: pip install 'readiness-workbench[report]'"
INK, MUTED, LINE, MARK, PAPER = "#010101", "#020202", "#030303", "#040404", "#050505"
_OUTCOMES = {
    "merged": ("merged", "#060601", ""),
    "edited_minor": ("minor edit", "#060602", ".."),
    "edited_major": ("major edit", "#060603", "//"),
    "rejected": ("rejected", "#060604", "xx"),
    "caught": ("tests red", "#060605", "\\\\"),
    "escaped": ("escaped", "#060606", ""),
    "unknown_escape": ("wrong, untested", "#060607", "++"),
    "abstained": ("asked", "#060608", "--"),
    "no_output": ("nothing came", "#060609", "oo"),
    "pending": ("no label", "#06060a", ""),
    "void": ("void", "#06060b", ""),
}
_COLOURS = {INK: "--ink", MUTED: "--muted", LINE: "--line", MARK: "--mark", PAPER: "--paper"} | {
    colour: f"--{key.replace('_', '-')}" for key, (_, colour, _) in _OUTCOMES.items()
}
_PANELS = (
    ("merge_rate", "merge"),
    ("abstention_rate_vague", "abstain, vague"),
    ("abstention_rate_clear", "abstain, clear"),
    ("self_flag_rate", "self-flag"),
    ("escape_rate", "escape"),
    ("escape_rate_total", "escape, total"),
)
_NAME = 22  # cells of a name


class Figure(NamedTuple):
    """A figure as an svg element, with its caption; `svg` is markup that was made here."""

    svg: str
    caption: str


def draw_figures(report: Report) -> tuple[Figure, ...]:
    """All figures, none where there are no data; ImportError where matplotlib is missing."""
    if not report.candidates:
        return ()
    _import_alone()
    pages, n = report.candidates, len(report.candidates)
    intervals = _draw("f1", "The rates with their intervals", 0.9 + 0.42 * n, _fill_rates, pages)
    outcomes = _draw("f2", "What became of every output", 0.9 + 0.36 * n, _fill_outcomes, pages)
    return (
        Figure(intervals, "A point is the rate, a line its 95 % interval, beside it hits/n."),
        Figure(outcomes, "Outputs by what became of them; the number of each stands in its part."),
    )


def _import_alone() -> None:
    """Import matplotlib so that it starts no program and keeps nothing.

    At its first import it asks `fc-list`, from PATH and with the whole environment, for fonts, and
    writes what it was told below the home folder. Its own fonts will do: the page has its own.
    """
    before = {name: os.environ.get(name) for name in ("PATH", "MPLCONFIGDIR")}
    with TemporaryDirectory(prefix="workbench-") as empty:
        os.environ.update(dict.fromkeys(before, empty))
        try:
            import matplotlib.font_manager  # noqa: F401 - for what its import does
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _draw(
    key: str,
    title: str,
    height: float,
    fill: Callable[["Canvas", Sequence[CandidatePage]], None],
    pages: Sequence[CandidatePage],
) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure as NewCanvas

    settings: Any = {  # its keys are a type of the library's newest version
        "svg.fonttype": "none", "svg.hashsalt": key, "text.parse_math": False, "font.size": 9,
        "axes.edgecolor": LINE, "axes.labelcolor": MUTED, "xtick.color": LINE, "ytick.color": LINE,
        "xtick.labelcolor": MUTED, "ytick.labelcolor": INK, "text.color": INK,
        "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
        "ytick.major.size": 0, "hatch.linewidth": 0.6, "axes.unicode_minus": False,
    }  # fmt: skip
    file = StringIO()
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that its font lacks: the page has its own
        canvas = NewCanvas(figsize=(10, height), layout="constrained")
        canvas.patch.set_visible(False)
        fill(canvas, pages)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        canvas.savefig(file, format="svg", metadata=nothing)
    return clean_svg(file.getvalue(), key, title, _COLOURS)


def _fill_rates(canvas: "Canvas", pages: Sequence[CandidatePage]) -> None:
    """A panel a rate, a row a candidate."""
    panels = canvas.subplots(1, len(_PANELS), sharey=True)
    for axes, (name, title) in zip(panels, _PANELS, strict=True):
        _frame(axes, title)
        for row, page in enumerate(pages):
            number = _find(page, name)
            _mark(axes, row, number.rate)
    _name_rows(panels[0], pages)


def _find(page: CandidatePage, name: str) -> Number:
    every = [n for number in page.numbers for n in (number, *number.companions)]
    return next(number for number in every if number.name == name)


def _frame(axes: "Axes", title: str) -> None:
    axes.set_title(title, fontsize=9, loc="left", color=INK)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)


def _mark(axes: "Axes", row: int, rate: Rate) -> None:
    if rate.value is None:
        axes.text(0.5, row, "—", ha="center", va="center", color=MUTED)
        return
    low, high = rate.interval
    axes.plot([low, high], [row, row], color=MARK, linewidth=2, solid_capstyle="butt")
    axes.plot([rate.value], [row], color=MARK, marker="o", markersize=5)
    is_right = rate.value > 0.75
    place = (min(max(rate.value, 0.0), 1.0), row - 0.2)
    axes.text(*place, f"{rate.hits}/{rate.n}", ha="right" if is_right else "left", va="bottom",
              fontsize=8, color=INK)  # fmt: skip


def _name_rows(axes: "Axes", pages: Sequence[CandidatePage]) -> None:
    axes.set_ylim(len(pages) - 0.5, -0.7)
    names = [clip(display(page.name), _NAME) for page in pages]
    axes.set_yticks(range(len(pages)), names)


def _fill_outcomes(canvas: "Canvas", pages: Sequence[CandidatePage]) -> None:
    """A bar a candidate, its parts in the order of the outcomes, each with its number."""
    from matplotlib.ticker import MaxNLocator

    axes = canvas.subplots()
    axes.patch.set_visible(False)
    seen = [key for key in _OUTCOMES if any(key in dict(page.outcomes) for page in pages)]
    for row, page in enumerate(pages):
        left = 0
        for key in seen:
            _, colour, hatch = _OUTCOMES[key]
            n = dict(page.outcomes).get(key, 0)
            axes.barh(row, n, left=left, color=colour, hatch=hatch, edgecolor=PAPER, height=0.62)
            if n:
                _count(axes, left + n / 2, row, n)
            left += n
    _name_rows(axes, pages)
    axes.set_xlabel("outputs")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _explain(axes, seen)


def _count(axes: "Axes", x: float, row: int, n: int) -> None:
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
    axes.text(x, row, str(n), ha="center", va="center", fontsize=8, color=INK, bbox=box)


def _explain(axes: "Axes", seen: Sequence[str]) -> None:
    from matplotlib.patches import Patch

    parts = [
        Patch(facecolor=colour, hatch=hatch, edgecolor=PAPER, label=word)
        for word, colour, hatch in (_OUTCOMES[key] for key in seen)
    ]
    axes.legend(handles=parts, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(parts),
                frameon=False, fontsize=8, handlelength=1.4)  # fmt: skip
