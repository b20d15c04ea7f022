"""Calling tickets: one key, one COMMIT, the next ticket; and everything around it."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from workbench.domain.clarity import SpecAct, SpecCall
from workbench.domain.hints import find_hints
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket
from workbench.services.triage import FROZEN, Entry, Triage
from workbench.store.store import create_store, open_store
from workbench.text import cells
from workbench.tui.actions import find_clashes, show_key
from workbench.tui.screens.help import HelpScreen
from workbench.tui.screens.triage_app import TriageApp
from workbench.tui.screens.triage_calls import TriageScreen
from workbench.tui.screens.triage_walk import Seen
from workbench.tui.triage_actions import TRIAGE, resolve_every
from workbench.tui.widgets.lines import LinesView
from workbench.tui.widgets.triage_bars import (
    Row,
    find_top,
    render_triage_header,
    render_triage_list,
)

from .kit import HOSTILE, NOW, PATIENCE, check_strips

FULL = "## Steps\n\n1. add\n\n```\nadd(1)\n```\nI expect 3. " + "It is about the cart. " * 12
TICKETS = (
    Ticket("full", "Totals are off", FULL, "", "c" * 40),
    Ticket("short", "Nicer", "Make it nicer.", "", "c" * 40),
    Ticket("empty", "Crash?", "", "", "c" * 40),
    Ticket("evil", f"Title {HOSTILE}", f"Body {HOSTILE}\n" * 90, "", "c" * 40),
)


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key comes long after the one before: none of them is one held down."""
    clock = count(0, 60)
    monkeypatch.setattr("workbench.tui.presses.monotonic", lambda: next(clock))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A study of four tickets that nobody has called."""
    path = tmp_path / "study.db"
    create_store(path, study_id="s", created_at=NOW, tool_version="1")
    with open_store(path) as store:
        store.add_tickets(TICKETS)
    return path


@dataclass
class Seat:
    """The screen, as the person in front of it sees and drives it."""

    app: TriageApp
    pilot: Pilot[str]
    path: Path

    @property
    def screen(self) -> TriageScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, TriageScreen)
        return screen

    @property
    def ticket(self) -> str:
        """The ticket that was drawn, or "end"."""
        return "end" if self.screen.has_class("-finished") else self.screen.painted

    def text(self, name: str) -> str:
        return self.screen.query_one(f"#{name}", LinesView).plain

    @property
    def bar(self) -> str:
        return self.text("label-bar").split("\n")[0].strip()

    def stored(self) -> list[tuple[object, ...]]:
        """The calls, as another program sees them."""
        sql = "SELECT ticket, act, spec, severity, settles FROM spec_event ORDER BY event_id"
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(sql).fetchall()

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        for _ in range(PATIENCE):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never happened: {what}: {self.ticket}, {self.bar}")

    async def on(self, ticket: str) -> None:
        await self.until(lambda: self.ticket == ticket, f"{ticket} drawn")
        check_strips(self.app)

    async def press(self, *keys: str) -> None:
        """Keys one by one, each once what came of the one before is drawn."""
        for key in keys:
            await self.until(lambda: bool(self.ticket), "a ticket drawn")
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await self.pilot.pause()
            await self.pilot.pause()

    async def search(self, text: str) -> None:
        await self.press("slash")
        await self.until(lambda: bool(self.app.screen.query(Input)), "asked")
        self.app.screen.query_one(Input).value = text
        await self.press("enter")
        await self.until(lambda: self.bar.startswith(("[", "not found")), "searched")


def play(
    path: Path,
    scene: Callable[[Seat], Awaitable[None]],
    *,
    size: tuple[int, int] = (80, 24),
    who: str = "ann",
    is_settling: bool = False,
) -> None:
    """Open the screen as `workbench tickets triage` does and run one scene."""
    with open_store(path, busy_ms=50) as store:
        triage = Triage(store, who, lambda: NOW, is_settling=is_settling)
        app = TriageApp(triage, triage.list(), option="", keymap={})

        async def run() -> None:
            async with app.run_test(size=size) as pilot:
                await scene(Seat(app, pilot, path))
                await pilot.pause()
                check_strips(app)

        asyncio.run(run())
        assert app.net.hits == 0
        assert store.verify() == []


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_a_key_a_call_and_the_end(path: Path, size: tuple[int, int]) -> None:
    """What lacks most comes first; each call is on disk before the next; the end says freeze."""

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        assert "not called yet" in seat.text("header")
        assert "1 of 4 · 4 left" in seat.text("header")
        assert "they only sort the list: short: 3 words · no expected" in seat.text("hints")
        await seat.press("v")
        await seat.on("evil")
        assert seat.bar == "saved: vague · short"
        assert seat.stored() == [("short", "call", "vague", None, "unset")]
        await seat.press("c")
        await seat.on("empty")
        await seat.press("c")
        await seat.on("full")
        await seat.press("c")
        await seat.on("end")
        assert "You called: 3 clear, 1 vague." in seat.text("card")
        assert "workbench tickets freeze" in seat.text("card")
        await seat.press("c")
        assert seat.bar == "that was the last one: K looks at it again"
        await seat.press("K")
        await seat.on("full")
        if size[0] > 100:
            assert "v short Nicer" in seat.text("list")

    play(path, scene, size=size)


def test_the_rubric_is_a_call_too(path: Path) -> None:
    """0 to 3; escape calls nothing, other keys do nothing."""

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        for key, n in (("escape", 0), ("2", 1)):
            await seat.press("r")
            await seat.until(lambda: seat.app.screen is not seat.screen, "asked")
            asked = seat.app.screen.query_one("#prompt-title", LinesView).plain
            assert "3 vague  Hardly to be understood" in asked
            await seat.press("9", "c", key)
            await seat.until(lambda: seat.app.screen is seat.screen, "answered")
            assert len(seat.stored()) == n
        assert seat.stored() == [("short", "call", "vague", 2, "unset")]
        assert seat.bar == "saved: vague (2) · short"

    play(path, scene)


def test_skip_undo_and_a_change_of_mind(path: Path) -> None:
    """What is set aside comes last; undo goes to where the call was."""

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        await seat.press("s")
        await seat.on("evil")
        await seat.press("v")
        await seat.on("empty")
        await seat.press("v")
        await seat.on("full")
        await seat.press("c")
        await seat.on("short")
        await seat.press("u")
        await seat.on("full")
        assert seat.bar == "undone · full · no call"
        await seat.press("c")
        await seat.on("short")
        await seat.press("K")
        await seat.press("K", "K", "K")
        assert seat.bar == "the first one"
        await seat.press("J")
        await seat.on("evil")
        await seat.press("s")
        assert seat.bar == "you called it already: u takes it back"
        await seat.press("c")
        await seat.on("short")
        assert [row[:3] for row in seat.stored()[-2:]] == [
            ("full", "call", "clear"),
            ("evil", "call", "clear"),
        ]

    play(path, scene)


def test_what_was_set_aside_waits_for_all_others() -> None:
    """Wherever it stands; among themselves in the order in which they were."""
    entries = tuple(Entry(name, "", (), SpecCall()) for name in "abcd")
    seen = Seen(entries, at=2).skip("b").skip("a").skip("b")
    found = []
    while (at := seen.next_open()) is not None:
        found.append(entries[at].ticket_id)
        seen = replace(seen, at=at).put(found[-1], SpecCall(Spec.CLEAR))
    assert found == ["d", "c", "a", "b"]


def test_keys_typed_ahead_and_held_down_call_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call belongs to what was painted."""

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        seat.app.post_message(events.Key("c", "c"))
        seat.app.post_message(events.Key("v", "v"))
        await seat.until(lambda: seat.bar == "typed ahead: nothing was called", "said")
        assert len(seat.stored()) == 1
        await seat.on("evil")
        clock = count(10_000, 0.03)
        monkeypatch.setattr("workbench.tui.presses.monotonic", lambda: next(clock))
        await seat.press("c", "c", "c")
        assert seat.bar == "a key held down calls once"
        assert len(seat.stored()) == 2

    play(path, scene)


def test_what_is_not_on_disk_is_not_saved(path: Path) -> None:
    """The ticket stays, the bar says why; quitting asks; the same key tries again."""

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await seat.press("c")
            await seat.until(lambda: "NOT SAVED" in seat.bar, "said")
            assert (seat.ticket, seat.stored()) == ("short", [])
            assert "not called yet" in seat.text("header")
            await seat.press("q")
            assert seat.bar == "NOT SAVED: short; again to quit without it"
            assert seat.app.is_running
            other.execute("ROLLBACK")
        await seat.press("c")
        await seat.on("evil")
        assert len(seat.stored()) == 1
        await seat.press("q")
        await seat.until(lambda: not seat.app.is_running, "left without being asked")

    play(path, scene)


def test_a_frozen_suite_is_read_only(path: Path) -> None:
    """Every key that would record says so; reading goes on."""
    with open_store(path) as store:
        store.freeze(NOW)

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        for key in ("c", "v", "r", "s", "u"):
            seat.screen.say("")
            await seat.press(key)
            assert seat.bar == FROZEN
        await seat.press("J")
        await seat.on("evil")
        assert seat.stored() == []

    play(path, scene)


def test_settling_shows_what_was_said_and_nobodys_name(path: Path) -> None:
    """Only what people differ on is listed; a call decides it, and undo opens it again."""
    with open_store(path) as store:
        for who, spec in (("ann", Spec.CLEAR), ("bob", Spec.VAGUE)):
            store.record_spec(who, "full", SpecAct.CALL, SpecCall(spec), NOW)
            store.record_spec(who, "empty", SpecAct.CALL, SpecCall(Spec.VAGUE), NOW)

    async def scene(seat: Seat) -> None:
        await seat.on("full")
        assert "people differ: clear, vague · not settled yet" in seat.text("header")
        assert "1 of 1 · 1 left" in seat.text("header")
        await seat.press("v")
        await seat.on("end")
        assert seat.stored()[-1] == ("full", "settle", "unset", None, "vague")
        await seat.press("u")
        await seat.on("full")
        assert seat.bar == "undone · full · no call"
        assert seat.stored()[-1] == ("full", "undo", "unset", None, "unset")

    play(path, scene, who="cat", is_settling=True)


def test_search_list_order_and_help(path: Path) -> None:
    """In all tickets; n goes on; the list opens by key and sorts otherwise; help has the keys."""

    async def scene(seat: Seat) -> None:
        await seat.on("short")
        await seat.search("CART")
        await seat.on("full")
        assert seat.bar == "[1/1] CART"
        await seat.search("e")
        assert seat.bar == "[4/4] e"
        await seat.press("n")
        await seat.on("short")
        await seat.search("no such thing")
        assert seat.bar == "not found: no such thing"
        await seat.press("w")
        await seat.until(lambda: "▸· short Nicer" in seat.text("list"), "list")
        await seat.press("i", "i")
        assert seat.bar == "the list: as they came"
        await seat.until(lambda: seat.text("list").split("\n")[0].startswith(" · full"), "sorted")
        assert seat.ticket == "short"
        await seat.press("question_mark")
        await seat.until(lambda: isinstance(seat.app.screen, HelpScreen), "help")

    play(path, scene)


def test_a_ticket_of_a_megabyte_opens_and_scrolls(path: Path) -> None:
    """Only what can be seen soon is wrapped; the end of it can be reached."""
    with open_store(path) as store:
        body = "\n".join(f"line {n} " + "x" * 80 for n in range(11_000))
        store.add_tickets([Ticket("large", "Large", body, "", "c" * 40)])
        store.keep_tickets(["large"], "{}")

    async def scene(seat: Seat) -> None:
        await seat.on("large")
        await seat.press("space", "end")
        assert "line 10999" in seat.text("ticket")
        await seat.press("home")
        assert "line 0" in seat.text("ticket")

    play(path, scene)


@pytest.mark.parametrize(
    ("title", "body", "wanted"),
    [
        ("Totals are off", FULL, ()),
        ("Nicer", "Make it nicer.", ("short: 3 words", "no expected", "no reproduction")),
        ("Crash?", "", ("no text",)),
        ("Crash?", "https://x.example/1", ("only a link",)),
        ("Is it?", FULL, ("asks a question",)),
        ("t", "word " * 60 + "It should add. For example 1.", ()),
    ],
)
def test_hints(title: str, body: str, wanted: tuple[str, ...]) -> None:
    """What the text lacks at a glance."""
    found = find_hints(title, body)
    assert len(found) == len(wanted)
    assert all(hint.startswith(start) for hint, start in zip(found, wanted, strict=True))


@pytest.mark.parametrize("width", [40, 80, 200])
def test_nothing_is_wider_than_its_pane(width: int) -> None:
    """A long name gives way to the progress."""
    progress = "42 of 60 · 59 left"
    head = render_triage_header("x" * 90, progress, "not called yet", width)
    assert sum(cells(span.text) for span in head) <= width
    assert head[-1].text == f"{progress} "
    rows = [Row("x" * 90, "t" * 300, spec, 3, is_skipped=False) for spec in Spec]
    for line in render_triage_list(rows, 1, width):
        assert sum(cells(span.text) for span in line) <= width
    assert [find_top(at, 60, 9) for at in (0, 3, 30, 59)] == [0, 0, 26, 51]


def test_the_keys_have_no_clash_and_can_be_changed() -> None:
    """Also to one that means something else on another screen; ids of other screens are known."""
    assert find_clashes({action.id: action.keys for action in TRIAGE}) == []
    keys, problems = resolve_every({"triage.vague": ("m",), "label.merged": ("f9",)})
    assert problems == []
    assert [show_key(key) for key in keys["triage.vague"]] == ["m"]
    _, problems = resolve_every({"triage.vague": ("c",)})
    assert [problem.action for problem in problems] == ["triage.vague"]
