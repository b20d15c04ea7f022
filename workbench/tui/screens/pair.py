"""The pair screen: two outputs of one ticket side by side, nobody's; and the walk through pairs.

Panes and recording are its parts, a file each. The next pair is made ready in a worker while the
reviewer reads.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from textual.worker import get_current_worker

from workbench.diff.document import DiffDocument
from workbench.domain.counted import counted
from workbench.domain.definitions import USUAL
from workbench.domain.errors import WorkbenchError
from workbench.domain.pair import Side
from workbench.domain.queue import list_aside
from workbench.domain.saved import Saved
from workbench.services.desk import Desk, OpenDesk
from workbench.services.pair_items import PairItem
from workbench.services.queues import make_document
from workbench.services.veils import NAMES
from workbench.tui.actions import show_key
from workbench.tui.counts import Counts
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.messages import BlobsReady, DeskOpened, ItemReady
from workbench.tui.notices import Notice
from workbench.tui.screens.pair_preparing import Frame, prepare_pairs
from workbench.tui.screens.pair_sides import PairSides
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.shelf import Shelf
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.widgets.label_bar import NO_KEY
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.work import start_work

PREPARE_AFTER = 0.02  # seconds after a paint


class PairScreen(PairSides):
    """Shows a pair, and walks from one to the next."""

    def __init__(
        self,
        settings: ReviewSettings,
        open_desk: OpenDesk,
        keys: Mapping[str, tuple[str, ...]],
        notice: str = "",
    ) -> None:
        """`open_desk` runs in a worker after the first paint."""
        super().__init__(settings, keys, open_desk)
        self.shelf = Shelf()
        self.notice = Notice(notice, "warn")
        self._came_skipped = False  # the pair in front came back

    def on_mount(self) -> None:
        """The frame at once; the study is opened after the first paint."""
        for name in (*Side, "versus"):
            self.pane(name).layout_mode = "split" if name == "versus" else "unified"
            self.pane(name).show(None, message="opening the study")
        self.diff.focus()
        self.fit(self.app.size)
        self.start_opening()

    def on_desk_opened(self, message: DeskOpened) -> None:  # noqa: ARG002 - those of its parts follow
        """The first pair that has no answer."""
        desk = self.desk
        if desk is not None and desk.pairs is not None:
            tallies, progress, last = desk.pairs.counts()
            self.is_first = last is None
            counts = Counts(tallies, NAMES, progress, last, not self.is_first)
            self.counts = counts._replace(definitions=USUAL.live_name)
            self.show_pair(desk.pairs.first())
            if not desk.pairs.progress.coming:
                self._finish()
            if not self.notice.text:
                self.say(
                    f"sealed {self.settings.seal[:8]}: names stay closed until `workbench reveal`"
                )

    # Showing.

    def show_pair(self, pair_id: str, side: Side | None = None) -> None:
        """Put a pair in front of the reviewer."""
        desk = self.desk
        if desk is None or desk.pairs is None:
            return
        with self.telling():
            pair = desk.pairs.open(pair_id)
            is_new = self.pair is None or self.pair.pair_id != pair_id
            documents = [self._document(pair, each) for each in Side]
            self.keep_reading()
            self.pair = pair
            if is_new:
                self._came_skipped = desk.pairs.is_skipped(pair_id)
                self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
                self._seen = frozenset()
                self.asks_recognised, self.flag_asked = False, ""
            self.leave_versus()
            self.remove_class("-finished")
            for each, document in zip(Side, documents, strict=True):
                if is_new or self.pane(each).document is not document:
                    self.pane(each).show(document)
            self.open_reading()
            self.read_again(pair.left)
            needs = desk.pairs.needs_label
            self.focus_side(side or next((s for s in Side if needs(pair.side(s))), Side.LEFT))

    def _document(self, pair: PairItem, side: Side) -> DiffDocument:
        item = pair.side(side)
        ready = self.shelf.get(item.output_id)
        return ready or make_document(item, self.pane(side).size.width or self.app.size.width)

    def go_to(self, output_id: str) -> None:
        """Show the pair that holds an output, with that side in focus."""
        desk = self.desk
        if desk is None or desk.pairs is None:
            self.say("opening the study: one moment", "warn")
            return
        found = desk.pairs.find(output_id, self.pair.pair_id if self.pair else "")
        if found is None:
            self.say("that output is in no pair of this review", "warn")
            return
        self.show_pair(found)
        if self.pair:
            self.focus_side(self.pair.find(output_id))

    def go_on(self) -> None:
        """The next pair without an answer; after the last one, the end."""
        desk, pair = self.desk, self.pair
        if desk is None or desk.pairs is None or pair is None:
            return
        found = desk.pairs.next_open(pair.pair_id)
        if found and desk.pairs.is_skipped(found):  # each comes back once, from the first on
            again = desk.pairs.next_skipped(pair.pair_id)
            found = again if self._came_skipped else desk.pairs.next_open()
        if found is None:
            self._finish()
        else:
            self.show_pair(found)

    def action_aside(self) -> None:
        """The next pair that was set aside."""
        desk, pair = self.desk, self.pair
        if desk is None or desk.pairs is None or pair is None or not self.is_free():
            return
        found, progress = desk.pairs.next_aside(pair.pair_id), desk.pairs.progress
        if found is None:
            self.say("nothing is set aside")
        else:
            self.show_pair(found)
            away = list_aside(progress.skipped, progress.to_discuss, progress.later)
            self.say(f"set aside: {away}")

    def _finish(self) -> None:
        """The end of the pairs is a card; the last one stays reachable."""
        self.add_class("-finished")
        desk, option = self.desk, self.settings.study_option
        if desk is None or desk.pairs is None:
            return
        done = desk.pairs.progress
        aside = list_aside(done.skipped, done.to_discuss, done.later)
        key = show_key((*self.keys["queue.aside"], NO_KEY)[0])
        why = f"Nothing comes by itself any more: {aside}" if aside else "That was the last pair."
        how = (Span(f"  {key}", "key"), Span(" asks for what was set aside.", "dim"))
        self.query_one("#card", LinesView).show_lines(
            [
                (),
                (Span(f"  {why}", "title"),),
                how if aside else (),
                (Span(f"  Answered: {done.done} of {counted(done.total, 'pair')}.", "dim"),),
                (),
                (Span("  Open the seal:   "), Span(f"workbench reveal{option}", "key")),
                (Span("  Then the numbers: "), Span(f"workbench metrics --pairs{option}", "key")),
                (),
                (Span("  u", "key"), Span(" takes the last act back, ", "dim"), Span("K", "key"),
                 Span(" looks at it again, ", "dim"), Span("q", "key"), Span(" quits.", "dim")),
            ]
        )  # fmt: skip
        self.draw()

    def is_painted(self) -> bool:
        """Whether the side that the keys act on has been drawn."""
        pair, item = self.pair, self.item
        if pair is None or item is None or self.has_class("-finished") or self.has_class("-small"):
            return False
        return self.diff.painted_key == (pair.pair_id if self.is_versus else item.output_id)

    def take_news(self, desk: Desk) -> bool:
        """The pair as it is by now, where another program wrote."""
        if desk.pairs is None or self.pair is None or not desk.pairs.refresh():
            return False
        self.pair = desk.pairs.open(self.pair.pair_id)
        if self.counts:
            self.counts = self.counts.refreshed(desk.queues) or self.counts
        return True

    def back(self) -> bool:
        """Escape with nothing to answer: closes the text, the view, what reading began."""
        if self.reading:
            self.read("")
        elif self.is_versus:
            self.action_view()
        else:
            return self.end_reading()
        return True

    # Walking.

    def action_go_output(self, n: int) -> None:
        """The next or the previous pair, answered or not."""
        desk, pair = self.desk, self.pair
        if desk is None or desk.pairs is None or pair is None:
            self.say("opening the study: one moment", "warn")
        elif not self.is_free():
            return
        elif self.has_class("-finished"):
            self.show_pair(pair.pair_id)
        elif found := desk.pairs.step(pair.pair_id, n):
            self.say("")
            self.show_pair(found)
        else:
            self.say("the last one" if n > 0 else "the first one")

    def action_other_side(self) -> None:
        """The other side: label keys act on it, and a narrow screen shows it."""
        if self.pair and self.is_free():
            self.focus_side(self.side.other)

    # Preparing.

    def on_diff_view_painted(self, message: DiffView.Painted) -> None:
        """Once a pair is on the screen, prepare what is behind it and what comes next."""
        self._seen |= {message.key}
        self.on_diff_reader_moved()
        self.set_timer(PREPARE_AFTER, self.prepare)

    def prepare(self) -> None:
        if self.desk and self.pair:
            shown = tuple(self.pane(side).plain for side in Side)
            frame = self.pane(self.side)
            size, mode = frame.size, frame.mode
            work = partial(self._work, self.desk, self.pair, shown, Frame(*size, mode))
            start_work(self, work, "prepare")

    def _work(
        self,
        desk: Desk,
        pair: PairItem,
        shown: tuple[DiffDocument | None, ...],
        frame: Frame,
    ) -> None:
        worker = get_current_worker()
        with suppress(WorkbenchError):  # what cannot be read now is read when it is asked for
            for message in prepare_pairs(desk, pair, shown, frame, self.shelf):
                self.post_message(message)
                if worker.is_cancelled:
                    break
        if self.is_over:
            desk.close()

    def on_item_ready(self, message: ItemReady) -> None:
        """Keep what a worker prepared."""
        if message.document.key not in self.shelf:
            self.shelf.put(message.document)
            self.pane(Side.LEFT).prepare(message.document)

    def on_blobs_ready(self, message: BlobsReady) -> None:
        """Colour what is on the screen."""
        for side in Side:
            pane = self.pane(side)
            if pane.document and pane.document.key == message.key:
                pane.update_blobs()

    def after_saved(self, saved: Saved) -> None:
        """An undo may be about an output of another pair: the pair in front is read again."""
        super().after_saved(saved)
        pair = self.pair
        if pair and saved.event.output_id in {pair.left.output_id, pair.right.output_id}:
            self.pair = pair.put(saved.event.output_id, saved.event.judgement)
