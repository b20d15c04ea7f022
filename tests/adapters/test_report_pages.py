"""What a page is made of: colours that can be read, figures without a style of their own."""

import re
from dataclasses import replace
from importlib import resources
from itertools import product

import pytest

from workbench.adapters.reports.figures import draw_figures
from workbench.adapters.reports.pages import (
    escape_markdown,
    make_fence,
    render_html,
    render_markdown,
)
from workbench.adapters.reports.svg import clean_svg
from workbench.domain.metrics import Rate
from workbench.domain.report import COMPANIONS, OPEN, CandidatePage, DiffLine, Number, Report

CSS = resources.files("workbench.adapters.reports").joinpath("report.css").read_text("utf-8")
SCHEMES = ["light", "dark", "print"]


def colours(nth: int) -> dict[str, str]:
    """The variables of one scheme."""
    roots = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): #(\w{6})", roots[nth]))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_can_be_read_on_every_ground(scheme: str) -> None:
    """WCAG AA, 4.5 to 1, light, dark and on paper; the marks of figures 3 to 1."""
    held = colours(SCHEMES.index(scheme))
    for text, ground in (
        *product(("ink", "muted", "link", "bad"), ("paper",)),
        *product(("ink", "muted"), ("soft",)),
        *product(("ink",), ("add", "del")),
    ):
        assert contrast(held[text], held[ground]) >= 4.5, (text, ground)
    assert contrast(held["mark"], held["paper"]) >= 3


def make_page(name: str, rate: Rate) -> CandidatePage:
    numbers = tuple(
        Number(key, key, rate, "", tuple(Number(c, c, rate) for c in COMPANIONS[key]))
        for key in OPEN
    )
    return CandidatePage(name, 10, 10, numbers, (), (), (("merged", 6), ("void", 4)), ())


def make_report(*pages: CandidatePage) -> Report:
    return Report("", (), (), pages, (), (), (), (), (), (), (), ())


@pytest.mark.parametrize(
    "name", ["m1", "$x^2$ $", "<script>&'\"", "\u7532\u4e59", "\x1b[2J\u202e", "x" * 500, ""]
)
def test_figures_take_any_name_and_hold_no_style(name: str) -> None:
    """No formula, no markup; colours are the page's; the same bytes each time."""
    rates = (Rate(6, 10, (0.3, 0.8)), Rate(0, 0))
    report = make_report(*(make_page(name, rate) for rate in rates))
    figures = draw_figures(report)
    assert figures == draw_figures(report)
    for figure in figures:
        assert not re.search(r"<style|style=|<script|<metadata|xlink|#0[0-9a-f]{5}\b", figure.svg)
        ids = re.findall(r' id="([^"]*)"', figure.svg)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]*)"', figure.svg)) <= set(ids)
    assert draw_figures(make_report()) == ()


def test_a_style_becomes_attributes_and_a_colour_a_variable() -> None:
    """Ids and what refers to them get the key of the figure; fonts keep size and weight."""
    source = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><style>*{}</style><g id="a" '
        'style="fill: #010203; clip-path: url(#b)"><text style="font: bold 9px Arial">x</text>'
        "</g></svg>"
    )
    made = clean_svg(source, "f", "a & b", {"#010203": "--ink"})
    for part in (
        'id="f-a"', 'fill="var(--ink)"', 'clip-path="url(#f-b)"', 'font-size="9"',
        'font-weight="bold"', '<title id="f-title">a &amp; b</title>',
    ):  # fmt: skip
        assert part in made
    assert "style" not in made
    assert "9pt" not in made


def test_markdown_is_escaped_where_it_would_be_read() -> None:
    """And nowhere else: a number, a name and a path stay as a person writes them."""
    assert escape_markdown("10/12 83.3% (55.2% to 95.3%), model-a.b") == (
        "10/12 83.3% (55.2% to 95.3%), model-a.b"
    )
    assert escape_markdown("[a](http://x) *b* `c` <d> | www.e") == (
        r"\[a\](http:\//x) \*b\* \`c\` \<d\> \| www\.e"
    )
    assert make_fence((DiffLine("add", "a ```` b"),)) == "`````"
    assert make_fence(()) == "```"


def test_a_command_is_code_and_no_other_backtick_is() -> None:
    """What stands in backticks in somebody's name stays what it is."""
    told = "`workbench gate init` sets one for `<b>x` and `rm`."
    report = replace(make_report(), decision=(told,), notes=(told,))
    page, text = render_html(report, ()), render_markdown(report)
    assert page.count("<code>workbench gate init</code> sets one for `&lt;b&gt;x` and `rm`.") == 2
    assert text.count(r"`workbench gate init` sets one for \`\<b\>x\` and \`rm\`.") == 2
