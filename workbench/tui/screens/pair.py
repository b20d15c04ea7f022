"""The pair screen: two outputs of one ticket side by side, nobody's; and the walk through pairs.

Panes, recording, pointing and bringing are its parts, a file each.
"""

from collections.abc import Mapping

from workbench.domain.counted import counted
from workbench.domain.definitions import USUAL
from workbench.domain.pair import Side
from workbench.domain.queue import list_aside
from workbench.domain.saved import Saved
from workbench.services.desk import Desk, OpenDesk
from workbench.services.queues import AT_ONCE
from workbench.services.veils import NAMES
from workbench.tui.actions import show_key
from workbench.tui.counts import Counts
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.messages import DeskOpened
from workbench.tui.notices import Notice
from workbench.tui.screens.pair_bringing import PairBringing
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.widgets.label_bar import NO_KEY
from workbench.tui.widgets.lines import LinesView, Span


class PairScreen(PairBringing):
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
            pair = desk.pairs.open(pair_id, AT_ONCE)
            is_new = self.pair is None or self.pair.pair_id != pair_id
            documents = self.make_documents(pair)
            self.keep_reading()
            self.pair = pair
            if is_new or self.awaited:
                self._came_skipped = desk.pairs.is_skipped(pair_id)
                self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
                self._seen = frozenset()
                self.asks_recognised, self.flag_asked = False, ""
            self.leave_versus()
            self.remove_class("-finished")
            self.put_in_panes(desk, pair, documents, is_new=is_new)
            self.open_reading()
            self.read_again(pair.left)
            needs = desk.pairs.needs_label
            self.focus_side(side or next((s for s in Side if needs(pair.side(s))), Side.LEFT))

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
        fresh = desk.pairs.open(self.pair.pair_id, 0)
        left, right = (
            item._replace(judgement=now.judgement, check=now.check)
            for item, now in ((self.pair.left, fresh.left), (self.pair.right, fresh.right))
        )
        self.pair = self.pair._replace(left=left, right=right)
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

    def after_saved(self, saved: Saved) -> None:
        """An undo may be about an output of another pair: the pair in front is read again."""
        super().after_saved(saved)
        pair = self.pair
        if pair and saved.event.output_id in {pair.left.output_id, pair.right.output_id}:
            self.pair = pair.put(saved.event.output_id, saved.event.judgement)
