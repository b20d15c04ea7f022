"""The panes of a pair: two sides of a common base, and which of them the keys act on.

`item` is the output on the focused side, so that everything a reviewer records of one output alone
is recorded here by the same code.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size

from workbench.domain.blind import ReviewItem
from workbench.domain.delivery import Delivery
from workbench.domain.pair import Side
from workbench.domain.queue import list_aside
from workbench.services.desk import OpenDesk
from workbench.services.pair_items import PairItem
from workbench.tui.counts import Counts
from workbench.tui.label_keys import Mode
from workbench.tui.notices import Notice
from workbench.tui.pair_actions import FOOTER, PAIR
from workbench.tui.screens.help import HelpScreen
from workbench.tui.screens.marking import MarkingScreen
from workbench.tui.screens.panes import SMALLEST, ReviewSettings
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.widgets.label_bar import LabelBarSnapshot
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.linked_diff import LinkedDiff
from workbench.tui.widgets.pair_bars import (
    PairBar,
    PairBarSnapshot,
    PairHeader,
    PairHeaderBar,
    SideBar,
    SideTitle,
)
from workbench.tui.widgets.pair_numbers import PairNumbers, PairNumbersPane
from workbench.tui.widgets.text_pane import TextPane

BOTH_FROM = 110  # columns from which both sides are on the screen
NUMBERS_FROM = 190


class PairPanes(MarkingScreen):
    """The part of the pair screen that arranges and draws."""

    NUMBERS: ClassVar[str] = "metrics"

    def __init__(
        self, settings: ReviewSettings, keys: Mapping[str, tuple[str, ...]], open_desk: OpenDesk
    ) -> None:
        """No pair is in front yet."""
        self.pair: PairItem | None = None
        self.side = Side.LEFT
        self.is_versus = False  # left against right, in one pane
        self.asks_recognised = False  # a guess, of some pairs
        self.flag_asked = ""  # a self-flag that waits for its verdict, as it was written
        self.weight = ""  # strength and reason that the next answer takes along, in words
        self._panes: dict[str, LinkedDiff] = {}  # for good: also while the screen closes
        super().__init__(settings, keys, open_desk)
        self.counts: Counts | None = None
        self.is_first = False
        self.pair_ms = self.n_pairs = 0  # active time of this session, and its answers

    # What the keys act on.

    @property
    def item(self) -> ReviewItem | None:
        """The output on the focused side."""
        return self.pair.side(self.side) if self.pair else None

    @item.setter
    def item(self, item: ReviewItem | None) -> None:
        if item and self.pair:
            self.pair = self.pair.replace(self.side, item)

    @property
    def diff(self) -> LinkedDiff:
        """The pane that the reading keys act on."""
        return self.pane("versus" if self.is_versus else self.side)

    def pane(self, name: str) -> LinkedDiff:
        """A diff pane by its name."""
        if name not in self._panes:
            self._panes[name] = self.query_one(f"#{name}", LinkedDiff)
        return self._panes[name]

    @property
    def front(self) -> Sequence[tuple[ReviewItem, DiffView]]:
        """Both outputs, each with the pane of its side."""
        pair = self.pair
        return [(pair.side(side), self.pane(side)) for side in Side] if pair else []

    @property
    def is_decided(self) -> bool:
        """Whether nothing more is asked of this pair, so that messages and tests may be seen."""
        pair, desk = self.pair, self.desk
        if pair is None or desk is None or desk.pairs is None:
            return False
        if any(desk.pairs.needs_label(item) for item in (pair.left, pair.right)):
            return False
        return pair.is_identical or bool(pair.vote and pair.vote.is_answer)

    @property
    def asks_preference(self) -> bool:
        """Whether a digit says which is better: both sides have their label."""
        pair, desk = self.pair, self.desk
        if pair is None or desk is None or desk.pairs is None or self.has_class("-finished"):
            return False
        needs = desk.pairs.needs_label
        return not pair.is_identical and not needs(pair.left) and not needs(pair.right)

    # Arranging.

    def compose(self) -> ComposeResult:
        """Two sides with a title each, one pane for left against right, numbers, the bar."""
        yield PairHeaderBar(id="header")
        with Horizontal(id="body"):
            with Vertical(id="center"):
                yield TextPane(id="text")
                with Horizontal(id="sides"):
                    for side in Side:
                        with Vertical(id=f"{side}-box"):
                            yield SideBar(id=f"{side}-title")
                            yield LinkedDiff(id=side.value)
                yield LinkedDiff(id="versus")
                yield LinesView(id="card")
            yield PairNumbersPane(id="metrics")
        yield PairBar(FOOTER, self.keys)
        yield LinesView(id="small")

    def fit(self, size: Size) -> None:
        """Both sides where there is room, else the focused one."""
        is_small = size.width < SMALLEST.width or size.height < SMALLEST.height
        self.set_class(is_small, "-small")
        least = f"at least {SMALLEST.width}x{SMALLEST.height}"
        self.query_one("#small", LinesView).show_lines(
            [(Span(f"{size.width}x{size.height}: {least}"),), (Span("q quits"),)]
        )
        is_open = self._is_open.get("metrics", size.width >= NUMBERS_FROM)
        self.query_one("#metrics").set_class(not is_open, "-closed")
        self._show_sides()
        self.draw()

    def _show_sides(self) -> None:
        """Both, or the focused one; a class on the screen would have every rule read again."""
        is_narrow = self.app.size.width < BOTH_FROM
        for side in Side:
            box, is_shown = self.query_one(f"#{side}-box"), not is_narrow or side is self.side
            if box.display != is_shown:
                box.display = is_shown

    def focus_side(self, side: Side) -> None:
        """Label keys act on this side from here on."""
        self.side = side
        self._show_sides()
        if self.reading in {"message", "tests"} and self.item:
            self.read_again(self.item)
        self.diff.focus()
        self.draw()

    def action_help(self) -> None:
        """All keys."""
        self.app.push_screen(HelpScreen(self.keys, PAIR))

    # Drawing.

    def draw(self) -> None:
        """Repaint everything around the panes from frozen snapshots."""
        pair, desk = self.pair, self.desk
        if pair is None or desk is None or desk.pairs is None:
            return
        progress = desk.pairs.progress
        ticket, at = pair.left.ticket, self.counts.last_saved_at if self.counts else None
        view = f"left against right · keys: {self.side}" if self.is_versus else ""
        view = "both are identical: label once" if pair.is_identical else view
        self.query_one(PairHeaderBar).show(
            PairHeader(ticket.ticket_id, ticket.title, ticket.spec, progress.left, at, view)
        )
        for side in Side:
            self._draw_title(pair, side)
        if self.counts and not self.query_one("#metrics").has_class("-closed"):
            self.query_one(PairNumbersPane).show(self._numbers(self.counts))
        self.mark_findings()
        self.draw_bar()

    def _draw_title(self, pair: PairItem, side: Side) -> None:
        desk, document = self.desk, self.pane(side).document
        if desk is None or desk.pairs is None:
            return
        item, vote = pair.side(side), pair.vote
        is_plain = document is not None and not document.model.raw
        self.query_one(f"#{side}-title", SideBar).show(
            SideTitle(
                side=side,
                item=self.conceal(item),
                is_focused=side is self.side,
                needs_label=desk.pairs.needs_label(item),
                is_concealed=item.delivery is Delivery.PATCH and not self.is_check_open(item),
                is_preferred=vote is not None and vote.preferred == item.output_id,
                files=len(document.files) if document and is_plain else 0,
                added=document.added if document else 0,
                removed=document.removed if document else 0,
                remark=self._remark(side),
            )
        )

    def _remark(self, side: Side) -> str:
        """What a reader of this side should know: both are the same, or a file is not in it."""
        other = self.pane(side.other).base_place if side is not self.side else None
        if other and self.pane(side).document and not self.pane(side).touches(other.path):
            return f"does not touch {other.path}"
        return ""

    def describe_flag(self) -> str:
        """The self-flag that is asked about; "" where none is."""
        return ""

    def draw_bar(self) -> None:
        """Repaint the label bar."""
        notice = self.notice
        bar = LabelBarSnapshot(self.waiting, notice.text, notice.style, is_first=self.is_first)
        vote = self.pair.vote if self.pair else None
        asks = self.asks_preference and self.waiting.mode is Mode.READY and not self.is_decided
        self.query_one(PairBar).show(
            PairBarSnapshot(
                *(bar, asks, vote, self.weight, self.asks_recognised), flag=self.describe_flag()
            )
        )

    def _numbers(self, counts: Counts) -> PairNumbers:
        desk = self.desk
        if desk is None or desk.pairs is None:
            raise RuntimeError("numbers are drawn once the study is open")
        progress = desk.pairs.progress
        seconds = self.pair_ms / 1000 / self.n_pairs if self.n_pairs else None
        return PairNumbers(
            pooled=counts.snapshot(),
            done=progress.done,
            total=progress.total,
            aside=list_aside(progress.skipped, progress.to_discuss, progress.later),
            left_wins=progress.left_wins,
            right_wins=progress.right_wins,
            seconds=seconds,
            left_out=tuple(f"{n} {reason}" for reason, n in progress.left_out.items()),
        )

    def set_notice(self, notice: Notice) -> None:
        """Put one line into the bar."""
        self.notice = notice
        self.draw_bar()
