"""The panes of the review screen: what stands where, what folds away when there is no room."""

from collections.abc import Mapping
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.geometry import Size

from workbench.domain.blind import ReviewItem
from workbench.domain.counted import name_counted
from workbench.text import display
from workbench.tui.actions import REVIEW, show_key
from workbench.tui.screens.ground import GroundScreen
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.widgets.end_card import EndCard
from workbench.tui.widgets.header import HeaderBar
from workbench.tui.widgets.label_bar import NO_KEY, LabelBar
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.metrics_pane import MetricsPane
from workbench.tui.widgets.queue_list import QueueList
from workbench.tui.widgets.text_pane import TextPane

SMALLEST = Size(40, 10)
QUEUE_FROM = 150  # columns from which the queue is open by itself
METRICS_FROM = 110


class ReviewSettings(NamedTuple):
    """What the review screen takes from the study's settings.

    `seal` is that of a blind review, "" where names or aliases are shown. `study_option` is what a
    command needs to find the study from here; "" where it is in reach.
    """

    study_name: str
    reviewer: str
    rubric: str
    layout: str
    idle_seconds: int
    queue_pane: bool
    metrics_pane: bool
    study_option: str = ""
    reveal_checks: str = "always"
    seal: str = ""
    ask_unseen: bool = True
    is_adjudicating: bool = False
    repeat_percent: int = 0
    repeat_hours: int = 24


class PanesScreen(GroundScreen):
    """The part of the review screen that arranges; it neither moves nor records."""

    def __init__(self, settings: ReviewSettings, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Nothing is opened or closed by key yet."""
        super().__init__()
        self.settings, self.keys = settings, keys
        self.item: ReviewItem | None = None
        self.reading = ""  # "", "ticket", "message", "rubric" or "tests": what the text pane shows
        self.n_stale = 0  # labels that were given under another rubric
        self._is_open: dict[str, bool] = {}
        self._last_pane = ""

    def compose(self) -> ComposeResult:
        """Queue, reading area with the bar under it, numbers; as they fit: a class costs a pass."""
        size = self.app.size
        closed = {pane: "" if is_open else "-closed" for pane, is_open in self._fold(size).items()}
        yield HeaderBar(id="header")
        with Horizontal(id="body"):
            yield QueueList(id="queue", classes=closed["queue"])
            with Vertical(id="center"):
                with Vertical(id="reading", classes="-wide" if size.width >= METRICS_FROM else ""):
                    yield TextPane(id="text")
                    yield DiffView(id="diff")
                key = show_key((*self.keys["queue.aside"], NO_KEY)[0])
                yield EndCard(self.settings.study_option, key)
            yield MetricsPane(id="metrics", classes=closed["metrics"])
        yield LabelBar([a for a in REVIEW if a.footer], self.keys)
        yield LinesView(id="small")

    def draw(self) -> None:
        """Repaint everything around the diff."""
        raise NotImplementedError

    def peek(self, what: str = "message") -> bool:
        """The message, or what the tests said, is about to be opened by key; whether it may be."""
        raise NotImplementedError

    def is_check_open(self, item: ReviewItem) -> bool:
        """Whether what the tests said may be shown."""
        raise NotImplementedError

    def describe_tests(self, item: ReviewItem) -> str:
        """What the tests said, in full."""
        raise NotImplementedError

    def on_resize(self, event: Resize) -> None:
        """Fold panes away where there is no room."""
        self.fit(event.size)

    def fit(self, size: Size) -> None:
        """Open what there is room for, unless a key said otherwise."""
        is_small = size.width < SMALLEST.width or size.height < SMALLEST.height
        self.set_class(is_small, "-small")
        least = f"at least {SMALLEST.width}x{SMALLEST.height}"
        self.query_one("#small", LinesView).show_lines(
            [(Span(f"{size.width}x{size.height}: {least}"),), (Span("q quits"),)]
        )
        for pane, is_open in self._fold(size).items():
            self.query_one(f"#{pane}").set_class(not is_open, "-closed")
        self.query_one("#reading").set_class(size.width >= METRICS_FROM, "-wide")
        self.draw()

    def _fold(self, size: Size) -> dict[str, bool]:
        """Which panes are open."""
        is_open = {
            "queue": self.settings.queue_pane and size.width >= QUEUE_FROM,
            "metrics": self.settings.metrics_pane and size.width >= METRICS_FROM,
        } | self._is_open
        if size.width < METRICS_FROM and all(is_open.values()):
            is_open = {pane: pane == self._last_pane for pane in is_open}  # no room for both
        return is_open

    def action_pane(self, name: str) -> None:
        """Open or close a pane."""
        if name in {"queue", "metrics"}:
            self._is_open[name] = self.query_one(f"#{name}").has_class("-closed")
            self._last_pane = name
            self.fit(self.app.size)
            return
        if name in {"message", "tests"} and self.reading != name and not self.peek(name):
            return
        self.read("" if self.reading == name else name)

    def read(self, what: str) -> None:
        """Show the ticket, the message, the rubric or the tests; "" closes the pane."""
        self.reading = what
        pane = self.query_one(TextPane)
        pane.set_class(bool(what), "-open")
        if what and self.item:
            pane.show(*self._text_of(what, self.item))

    def read_again(self, item: ReviewItem) -> None:
        """Follow to another output; a message that must stay closed does not follow."""
        is_closed = (self.reading == "message" and not item.is_message_open) or (
            self.reading == "tests" and not self.is_check_open(item)
        )
        if self.reading:
            self.read("" if is_closed else self.reading)

    def _text_of(self, what: str, item: ReviewItem) -> tuple[str, str]:
        ticket = item.ticket
        if what == "ticket":
            title = f"Ticket {display(ticket.ticket_id)} · {ticket.spec}"
            return title, f"{ticket.title}\n\n{ticket.body}"
        if what == "rubric":
            are = name_counted(self.n_stale, "is", "are")
            older = f" · {self.n_stale} of your labels {are} older than it" if self.n_stale else ""
            return f"Rubric{older}", self.settings.rubric
        if what == "tests":
            return "Tests against base", self.describe_tests(item)
        if not item.is_read:
            return "Message of the candidate", "one moment: it is being read"
        flags = "".join(f"\n\nit flagged: {flag}" for flag in item.self_flagged)
        return "Message of the candidate", (item.message or "(nothing was said)") + flags

    def action_text(self, n: int) -> None:
        """Scroll the text beside the diff."""
        self.query_one(TextPane).scroll_lines(n)

    def action_help(self) -> None:
        """All keys."""
        from workbench.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.keys))
