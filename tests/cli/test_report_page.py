"""The report in a real browser: the figures of `metrics --json`, no error, nothing fetched."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib.figure  # noqa: F401 - what is loaded here, forks share
import pytest
import scipy.stats  # noqa: F401 - the same

from e2e.browser import Page, find_browser, open_page

from .kit import Cli

pytestmark = pytest.mark.skipif(find_browser() is None, reason="no chromium to open it in")
# Of each row: the candidate, then metric and text of every number that it holds.
TABLE = """
[...document.querySelectorAll('#four tbody tr')].map(row => [
  row.querySelector('th a').textContent,
  [...row.querySelectorAll('[data-metric]')].map(
    cell => [cell.dataset.metric, cell.textContent.replace(/\\s+/g, ' ').trim()]),
])
"""
LIVE = "document.querySelectorAll('script, img, iframe, object, embed, link, form').length"
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def opened(cli: Cli, tmp_path: Path) -> Iterator[tuple[Cli, Page]]:
    """A study with its report on a screen."""
    assert cli.quick("report", "--html", "r.html").code == 0
    with open_page(cli.folder / "r.html", tmp_path / "profile") as page:
        yield cli, page


def assert_quiet(page: Page, file: Path) -> None:
    """No message on the console, no dialogue, and nothing fetched but the file itself."""
    assert page.of("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []
    assert page.of("Page.javascriptDialogOpening") == []
    fetched = [told["request"]["url"] for told in page.of("Network.requestWillBeSent")]
    assert fetched == [file.as_uri()]


def test_the_table_shows_what_metrics_says(opened: tuple[Cli, Page]) -> None:
    """Every number of every candidate: hits/n, percent and interval, or a dash."""
    cli, page = opened
    rows = cli.quick("metrics", "--json").json("metrics")
    table = page.evaluate(TABLE)
    assert [name for name, _ in table] == [row["candidate"] for row in rows]
    n_shown = 0
    for (_, cells), row in zip(table, rows, strict=True):
        for metric, text in cells:
            rate = row[metric]
            assert isinstance(rate, dict)
            if rate["rate"] is None:
                assert "—" in text
                continue
            low, high = rate["interval"]
            for part in (
                f"{rate['hits']}/{rate['n']}",
                f"{rate['rate']:.1%}",
                f"{low:.1%} to {high:.1%}",
            ):
                assert part in text
            n_shown += 1
    assert n_shown >= 8
    assert_quiet(page, cli.folder / "r.html")


def test_light_dark_narrow_and_on_paper(opened: tuple[Cli, Page], tmp_path: Path) -> None:
    """Each has its own colours; what is only for a screen is not printed; nothing runs out."""
    cli, page = opened
    seen = {}
    for name, media, scheme in (
        ("light", "screen", "light"),
        ("dark", "screen", "dark"),
        ("print", "print", "light"),
    ):
        page.take(tmp_path / f"{name}.png", media=media, scheme=scheme)
        seen[name] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert page.evaluate("document.querySelectorAll('svg').length") == 2
    assert (seen["light"], seen["print"]) == ("rgb(255, 255, 255)", "rgb(255, 255, 255)")
    assert seen["dark"] == "rgb(20, 23, 27)"
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    page.show()
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=360, height=800, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    assert page.evaluate(WIDE) is False
    assert_quiet(page, cli.folder / "r.html")


def test_a_report_on_hostile_names_runs_nothing(hostile: Path, tmp_path: Path) -> None:
    """Thirty texts in every place that a text can have: none of them becomes an element."""
    shutil.copytree(hostile, tmp_path / "study", symlinks=True)
    Cli(tmp_path / "study").quick("report", "--html", "r.html", "--text", "verbatim")
    file = tmp_path / "study" / "r.html"
    with open_page(file, tmp_path / "profile") as page:
        assert page.evaluate(LIVE) == 0
        assert page.evaluate("document.querySelectorAll('#four tbody tr').length") >= 30
        assert_quiet(page, file)


def test_the_policy_forbids_what_a_page_could_be_made_to_do(
    opened: tuple[Cli, Page], tmp_path: Path
) -> None:
    """Put into the finished file by hand: no script runs, no picture is fetched."""
    cli, _ = opened
    file = cli.folder / "r.html"
    bait = "<script>document.title='ran'</script><img src='https://example.invalid/x'>"
    file.write_text(file.read_text("utf-8").replace("<main>", f"<main>{bait}"), "utf-8")
    with open_page(file, tmp_path / "second") as page:
        assert page.evaluate("document.title") != "ran"
        blocked = page.of("Log.entryAdded")
        assert len(blocked) == 2
        assert all("Content Security Policy" in told["entry"]["text"] for told in blocked)
