"""Hostile texts in the running app: shown as they are, harmless to click, to paste, to picture."""

import asyncio
import runpy
from collections.abc import Callable
from pathlib import Path
from xml.dom import minidom

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.filter import LineFilter
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Markdown

from workbench.diff.document import build_document, raw_document
from workbench.domain.blind import ReviewItem, TicketText
from workbench.domain.delivery import Delivery
from workbench.services.queues import make_document
from workbench.text import decode, display, fold, steady
from workbench.tui.app import WorkbenchApp
from workbench.tui.net import ControlCharacterFilter
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.queue_list import render_item
from workbench.tui.widgets.text_pane import Prose

from .kit import Seat, check_strips, make_row, plain, play

RecordProperty = Callable[[str, object], None]
BUILD = Path(__file__).parents[1] / "hostile" / "build.py"
MARKUP = "[/] [link=http://evil.example]ok[/link] [@click=app.quit]Approve[/] [red]x"  # of p87


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The thirty texts by their ids, as they are decoded."""
    folder = tmp_path_factory.mktemp("corpus")
    items = runpy.run_path(str(BUILD))["build"](folder)
    return {
        item["id"]: decode((folder / item["file"]).read_bytes()).removesuffix("\n")
        for item in items
        if item["kind"] == "text"
    }


def hostile(item: ReviewItem, text: str) -> ReviewItem:
    """An output in front of a reviewer, of which a text is everything."""
    ticket = TicketText(text, text, text, item.ticket.spec, "", item.ticket.base_commit)
    return item._replace(
        ticket=ticket,
        message=text,
        self_flagged=(text,),
        delivery=Delivery.ASK,
        badges=(text,),
        detail=text,
    )


async def show(seat: Seat, text: str, what: str) -> None:
    """Put it on the screen, with the ticket or the message beside the diff."""
    assert seat.screen.item
    item = hostile(seat.screen.item, text)
    seat.screen.show_output(item, make_document(item, seat.diff.size.width))
    seat.screen.read(what)
    await seat.pilot.pause()


# Pictures.


def test_t11_t3_pictures_of_every_text_are_well_formed(
    folder: Path, texts: dict[str, str], record_property: RecordProperty
) -> None:
    """Ticket and message of each text; the net has nothing to do."""

    async def scene(seat: Seat) -> None:
        for text in texts.values():
            for what in ("ticket", "message"):
                await show(seat, text, what)
                check_strips(seat.app)
                minidom.parseString(seat.app.export_screenshot())  # noqa: S318 - our own picture

    play(folder, scene, (120, 30))
    record_property("cases", 2 * len(texts))


class Raw(Widget):
    """A widget whose author forgot display()."""

    def __init__(self, text: str) -> None:
        """Keep the text as it came."""
        super().__init__()
        self.text = text

    def render_line(self, y: int) -> Strip:
        """The text on the first line."""
        return Strip([Segment(self.text if y == 0 else "")])


class Careless(App[None]):
    """The net under a widget that forgets."""

    def __init__(self, text: str) -> None:
        """One widget with this text."""
        self.net = ControlCharacterFilter()
        super().__init__()
        self.text = text

    def get_line_filters(self) -> list[LineFilter]:
        """As in the app."""
        return [*super().get_line_filters(), self.net]

    def compose(self) -> ComposeResult:
        """That widget alone."""
        yield Raw(self.text)


async def look(text: str) -> tuple[str, int, str]:
    """What reaches the compositor, how often the net was needed, and the picture."""
    app = Careless(text)
    async with app.run_test(size=(80, 2)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = "".join(segment.text for strip in strips for segment in strip)
        return shown, app.net.hits, app.export_screenshot()


def test_t3_a_strip_with_a_raw_escape_is_caught_once() -> None:
    """`ESC [ 2 J` from a widget of our own: a sign in its cell, and the counter at one."""
    shown, hits, _ = asyncio.run(look("\x1b[2J"))
    assert shown.startswith("␛[2J")
    assert hits == 1


def test_t11_t3_even_what_a_widget_forgets_makes_a_well_formed_picture(
    texts: dict[str, str], record_property: RecordProperty
) -> None:
    """The net is below the picture as well."""
    for text in texts.values():
        line = text.split("\n")[0][:60]
        _, _, picture = asyncio.run(look(line))
        minidom.parseString(picture)  # noqa: S318 - our own picture
    record_property("cases", len(texts))


# Markup.


def test_t4_markup_is_shown_byte_for_byte(folder: Path, texts: dict[str, str]) -> None:
    """In the header, the list, the ticket, the message, the diff, its name and its badges."""

    async def scene(seat: Seat) -> None:
        for text in (texts["t19_markup"], MARKUP):
            await show(seat, text, "ticket")
            assert seat.pane("text").count(text) == 3
            await show(seat, text, "message")
            assert f"{text}\n \n it flagged: {text}" in seat.pane("text")
            assert f"{text} {text}" in seat.header
            seat.screen.say(text)
            assert text in seat.bar
            row = make_row(title=text)
            assert text in plain([render_item(row, is_current=False, names={row.alias: text})])
            seat.screen.read("")
            seat.diff.set_layout("unified")
            await seat.pilot.pause()
            line = f"{text}\n".encode()
            seat.diff.show(raw_document(line, text, badges=(text,), title=text))
            await seat.pilot.pause()
            assert seat.diff_text().count(text) >= 3
        assert seat.app.is_running

    play(folder, scene, (400, 40))


SIGNS = "[]/\\@$=:'\"`"
WORDS = ("red", "link=", "@click=", "app.quit", "a", " ", "(", ")", "#", "/red", "\\[", "smile")
STRINGS = st.text(SIGNS, max_size=12) | st.lists(
    st.sampled_from((*SIGNS, *WORDS)), max_size=12
).map("".join)
AT_ONCE = 50


def test_t4_ten_thousand_texts_of_markup_come_out_as_they_went_in(
    folder: Path, record_property: RecordProperty
) -> None:
    """In a pane, in a list, in a wrapped text, in the content of the help: plain == text."""
    tried = 0

    async def scene(seat: Seat) -> None:
        pane = seat.screen.query_one("#text", LinesView)

        @settings(max_examples=10_000 // AT_ONCE, database=None)
        @given(st.lists(STRINGS, min_size=AT_ONCE, max_size=AT_ONCE))
        def check(texts: list[str]) -> None:
            nonlocal tried
            pane.show_lines([(Span(text),) for text in texts])
            assert pane.plain == "\n".join(texts)
            for y, text in enumerate(texts):
                assert pane.render_line(y).text.rstrip() == text[: pane.size.width].rstrip()
                row = plain([render_item(make_row(title=text), is_current=True, names={})])
                assert row.endswith(f"t1 {text}")
                assert "".join(fold(text, 400)) == text
                assert Content(text).plain == text
                tried += 1

        await seat.press("t")
        check()

    play(folder, scene)
    record_property("cases", tried)
    assert tried >= 10_000


# Clicks.


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in a browser."""
    found: list[str] = []
    monkeypatch.setattr(App, "open_url", lambda _, url, **__: found.append(url))
    monkeypatch.setattr(WorkbenchApp, "action_quit", lambda _: found.append("quit"))
    return found


def click(seat: Seat, x: int, y: int) -> None:
    """Press and release the left button on a cell of the screen."""
    for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
        seat.app.post_message(
            kind(None, x, y, 0, 0, int(kind is not events.MouseMove), False, False, False, x, y)
        )


def test_t5_no_click_on_any_cell_opens_anything(
    folder: Path, texts: dict[str, str], opened: list[str], record_property: RecordProperty
) -> None:
    """Links, images and actions in header, message and diff: text, wherever one clicks."""
    clicks = 0

    async def scene(seat: Seat) -> None:
        nonlocal clicks
        for text in (texts["t26_md_link"], MARKUP):
            await show(seat, text, "message")
            strips = seat.app.screen._compositor.render_strips()
            for y, strip in enumerate(strips):
                for x in range(80) if "evil" in strip.text else ():
                    click(seat, x, y)
                    clicks += 1
                await seat.pilot.pause()

    play(folder, scene)
    assert clicks > 400
    assert opened == []
    record_property("cases", clicks)


def test_t5_a_link_would_be_noticed(opened: list[str]) -> None:
    """The same click on a link of Textual's opens it: the test above can fail."""

    class Links(App[None]):
        def compose(self) -> ComposeResult:
            yield Markdown("[click](http://evil.example)")

    async def run() -> None:
        app = Links()
        async with app.run_test() as pilot:
            await pilot.click(Markdown, offset=(3, 0))
            await pilot.pause()

    asyncio.run(run())
    assert opened == ["http://evil.example"]


# Fields.


@pytest.mark.parametrize("key", ["slash", "backslash", "c", "ctrl+p"])
def test_t1_t3_what_is_pasted_is_made_safe_before_a_field_has_it(
    folder: Path, texts: dict[str, str], key: str, record_property: RecordProperty
) -> None:
    """So the net stays at zero, and what is saved from a field is what was seen."""

    async def scene(seat: Seat) -> None:
        await seat.press(key)
        if key == "c":
            await seat.press("6")
        for text in texts.values():
            seat.app.post_message(events.Paste(text[:200]))
            await seat.pilot.pause()
            assert seat.field
            assert seat.field.value == display(text[:200].split("\n")[0])
            check_strips(seat.app)
            seat.field.value = ""

    play(folder, scene)
    record_property("cases", len(texts))


# Prose.


def test_t6_t1_prose_has_a_badge_and_its_hidden_characters_stand_out(
    folder: Path, texts: dict[str, str]
) -> None:
    """The message's title counts what deceives; honest right-to-left prose has no badge."""
    badges = {
        "t15_bidi": "bidi 12",
        "t16_rtl": "",
        "t17_invisible": "invisible 11",
        "t18_tags": "invisible 14",
        "t20_wide": "",
    }

    async def scene(seat: Seat) -> None:
        for name, badge in badges.items():
            text = texts[name]
            await show(seat, text, "message")
            head, *lines = seat.pane("text").split("\n")
            doubled = badge and f"{badge.split()[0]} {2 * int(badge.split()[1])}"
            assert head.strip() == f"Message of the candidate  {doubled}".strip()
            assert (
                "".join(lines)
                .replace(" ", "")
                .startswith("".join(steady(display(text)).split())[:60])
            )
            pane = seat.screen.query_one("#text", LinesView)
            warned = {span.text for line in pane.lines[1:] for span in line if span.style == "warn"}
            assert all(mark.startswith("<U+") for mark in warned)
            assert bool(warned) is bool(badge)
            assert (badge in seat.diff_text()) if badge else ("bidi" not in seat.diff_text())

    play(folder, scene, (120, 40))


def test_t10_a_message_of_megabytes_is_wrapped_no_further_than_it_is_read() -> None:
    """Opening it costs as much as a short one; the rest is counted, the end can be reached."""
    prose = Prose("word " * 40 + "\n" * 500_000 + "last", 40)
    assert prose.lines(0, 20)[:2] == ["word word word word word word word word"] * 2
    assert prose.more(20).endswith("+ more lines)")
    assert len(prose._lines) < 5_000
    top = prose.fit(10_000_000, 20)
    assert prose.lines(top, 20)[-1] == "last"
    assert prose.more(top + 20) == ""


def test_t6_field_d14_the_output_and_each_file_have_a_badge(folder: Path) -> None:
    """The first line counts over all files, a file's own line what stands in it."""
    build = runpy.run_path(str(BUILD))
    patch = "".join(
        build["new"](name, body)
        for name, body in (
            ("a.py", "access = 'user\u202e \u2066'\n"),
            ("b.py", "def is_\u0430dmin(): pass  # \u200b\n"),
            ("c.py", "plain = 'العربية'\n"),
        )
    )

    async def scene(seat: Seat) -> None:
        seat.diff.show(build_document(patch.encode(), key="k"))
        await seat.pilot.pause()
        first, *rows = seat.diff_text().split("\n")
        assert "a.py" in first
        assert " bidi 2 · invisible 1 · mixed-script 1 " in first
        (second,) = [row for row in rows if "b.py" in row]
        assert " invisible 1 · mixed-script 1 " in second
        assert "bidi" not in second
        (third,) = [row for row in rows if "c.py" in row]
        assert "bidi" not in third
        assert "invisible" not in third

    play(folder, scene)
