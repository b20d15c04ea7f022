"""A report through a template: whatever stands in it is shown, and none of it is markup.

A template says what is printed where; each value that it prints passes one gate, display() and the
escaping of its format, and no value has a way around it. No template is made from data.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

from workbench.domain.metrics import Interval, Rate
from workbench.domain.report import COMMAND, Report
from workbench.text import display

if TYPE_CHECKING:  # loaded for a report and for nothing else
    from jinja2 import Environment

    from workbench.adapters.reports.figures import Figure

# What CommonMark, tables, formulas and links without brackets are made of.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&#!$@]|(?<=:)/|(?i:(?<=www))\.)")


def render_html(report: Report, figures: "tuple[Figure, ...]", lack: str = "") -> str:
    """One file that needs nothing else; `lack` says why there are no figures."""
    from markupsafe import Markup

    style = _read("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    drawn = [(Markup(figure.svg), figure.caption) for figure in figures]  # noqa: S704 - made by figures.py
    return (
        _environment(display, is_html=True)
        .get_template("report.html.j2")
        .render(report=report, style=Markup(style), policy=policy, figures=drawn, lack=lack)  # noqa: S704 - ours
    )


def render_markdown(report: Report) -> str:
    """The same in Markdown, without figures."""
    return (
        _environment(escape_markdown, is_html=False)
        .get_template("report.md.j2")
        .render(report=report, fence=make_fence)
    )


def escape_markdown(text: str) -> str:
    """One line in which nothing is read as Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", display(text))


def _tell_html(sentence: str) -> str:
    """A sentence, its commands as code."""
    from markupsafe import escape

    return COMMAND.sub(r"<code>\1</code>", str(escape(display(sentence))))


def _tell_markdown(sentence: str) -> str:
    """The same: around a command of ours the backticks are left as they are."""
    parts = COMMAND.split(sentence)
    return "".join(f"`{p}`" if n % 2 else escape_markdown(p) for n, p in enumerate(parts))


def make_fence(lines: tuple[tuple[str, str], ...]) -> str:
    """A fence that none of the lines can close."""
    longest = max((len(run) for _, text in lines for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _environment(gate: Callable[[str], str], *, is_html: bool) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("workbench.adapters.reports", "."),
        autoescape=True,
        finalize=partial(_pass, gate if is_html else _mark(gate)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"count": format_count, "percent": format_percent, "interval": format_interval}
    made.filters |= {"told": _mark(_tell_html if is_html else _tell_markdown)}
    made.filters |= {"fenced": _mark(display)}  # inside a Markdown fence nothing is read
    return made


def _mark(gate: Callable[[str], str]) -> Callable[[str], str]:
    """What the gate of another format than HTML lets through needs no escaping for HTML."""
    from markupsafe import Markup

    return lambda text: Markup(gate(text))  # noqa: S704 - Markdown, in which gate() left no markup


def _pass(gate: Callable[[str], str], value: object) -> object:
    """The one gate, for everything that a template prints; markup made here passes as it is."""
    return value if hasattr(value, "__html__") else gate(str(value))


def _read(name: str) -> str:
    return resources.files("workbench.adapters.reports").joinpath(name).read_text("utf-8")


def format_count(rate: Rate) -> str:
    """hits/n."""
    return f"{rate.hits}/{rate.n}"


def format_percent(rate: Rate) -> str:
    """A percentage; a dash for 0/0."""
    return "—" if rate.value is None else f"{rate.value:.1%}"


def format_interval(rate: Rate | Interval) -> str:
    """From where to where; a dash for 0/0."""
    if isinstance(rate, Rate) and rate.value is None:
        return "—"
    low, high = rate.interval if isinstance(rate, Rate) else rate
    return f"{low:.1%} to {high:.1%}"
