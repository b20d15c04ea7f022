"""The review screen: queue, diff, numbers, and the label bar under the diff.

It shows and moves; recording is the other half (recording.py). Whatever takes time happens in a
worker that posts one message; the next and the previous output are prepared while the reviewer
reads.
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.geometry import Size
from textual.worker import get_current_worker

from workbench.diff.document import DiffDocument
from workbench.diff.search import SearchError
from workbench.domain.blind import ReviewItem
from workbench.domain.label import Act
from workbench.domain.metrics import Cell
from workbench.domain.output import Delivery
from workbench.domain.queue import FirstScreen, QueueItem, Saved
from workbench.services.desk import OpenDesk
from workbench.services.queues import attach_files, make_document
from workbench.services.scorecards import score_all
from workbench.text import display
from workbench.tui.actions import REVIEW
from workbench.tui.effort import Stopwatch
from workbench.tui.label_keys import Anchor, Mode
from workbench.tui.messages import BlobsReady, DeskOpened, DeskRefused, ItemReady
from workbench.tui.screens.help import HelpScreen
from workbench.tui.screens.prompt import PromptScreen
from workbench.tui.screens.recording import RecordingScreen, utc_now
from workbench.tui.shelf import Shelf
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.widgets.end_card import EndCard
from workbench.tui.widgets.header import HeaderBar, HeaderSnapshot
from workbench.tui.widgets.label_bar import LabelBar, LabelBarSnapshot
from workbench.tui.widgets.lines import LinesView, Span
from workbench.tui.widgets.metrics_pane import MetricsPane, MetricsSnapshot
from workbench.tui.widgets.queue_list import QueueList, QueueSnapshot
from workbench.tui.widgets.text_pane import TextPane

SMALLEST = Size(40, 10)
QUEUE_FROM = 150  # columns from which the queue opens by itself
METRICS_FROM = 110


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """What the review screen takes from the study's settings."""

    study_name: str
    reviewer: str
    rubric: str
    layout: str
    idle_seconds: int
    queue_pane: bool
    metrics_pane: bool


class ReviewScreen(RecordingScreen):
    """One reviewer in front of one output."""

    def __init__(
        self,
        first: FirstScreen,
        settings: ReviewSettings,
        open_desk: OpenDesk,
        keys: dict[str, tuple[str, ...]],
        notice: str = "",
    ) -> None:
        """`first` is what the first paint shows; `open_desk` runs in a worker after it."""
        super().__init__(settings.idle_seconds)
        self.first, self.settings, self.open_desk, self.keys = first, settings, open_desk, keys
        self.item = first.item
        self.items: tuple[QueueItem, ...] = first.rows
        self.tallies: dict[str, Counter[Cell]] = {
            alias: Counter(tally) for alias, tally in first.tallies.items()
        }
        self.progress, self.last_saved_at = first.progress, first.last_saved_at
        self.has_labels, self.filter_text = first.has_labels, ""
        self.shelf = Shelf()
        self.session_ms, self.session_labels = 0, 0
        self.reading = ""  # "", "ticket", "message" or "rubric": what the text pane shows
        self.folded: dict[str, bool] = {}  # panes the reviewer opened or closed by key
        if notice:
            self.notice = replace(self.notice, text=notice, style="warn")

    # Layout.

    def compose(self) -> ComposeResult:
        """Queue, reading area with the bar under it, numbers."""
        yield HeaderBar(id="header")
        with Horizontal(id="body"):
            yield QueueList(id="queue")
            with Vertical(id="center"):
                with Vertical(id="reading"):
                    yield TextPane(id="text")
                    yield DiffView(id="diff")
                yield EndCard(id="card")
                yield LabelBar([a for a in REVIEW if a.footer], self.keys)
            yield MetricsPane(id="metrics")
        yield LinesView(id="small")

    def on_mount(self) -> None:
        """Show the first output at once; the store is opened after the paint."""
        self.diff.layout_mode = self.settings.layout  # type: ignore[assignment]  # checked by config
        self.diff.focus()
        self._fit(self.app.size)
        if self.item:
            self._show(self.item, make_document(self.item))
        else:
            self._finish()
        self.call_after_refresh(self._start_desk)

    @property
    def diff(self) -> DiffView:
        """The diff pane."""
        return self.query_one("#diff", DiffView)

    def on_resize(self, event: Resize) -> None:
        """Fold panes away where there is no room."""
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        is_small = size.width < SMALLEST.width or size.height < SMALLEST.height
        self.set_class(is_small, "-small")
        small = f"{size.width}x{size.height} is too small: at least {SMALLEST.width}x"
        self.query_one("#small", LinesView).show_lines(
            [(Span(small + str(SMALLEST.height)),), (Span("q quits"),)]
        )
        wide = {
            "queue": self.settings.queue_pane and size.width >= QUEUE_FROM,
            "metrics": self.settings.metrics_pane and size.width >= METRICS_FROM,
        }
        for pane, is_open in wide.items():
            self.query_one(f"#{pane}").set_class(not self.folded.get(pane, is_open), "-closed")
        self.query_one("#reading").set_class(size.width >= METRICS_FROM, "-wide")
        self.draw()

    # The desk.

    def _start_desk(self) -> None:
        self.run_worker(self._open_desk, thread=True, group="desk")

    def _open_desk(self) -> None:
        desk = self.open_desk()
        self.app.call_from_thread(setattr, self, "desk", desk)
        self.post_message(DeskRefused(desk.warning) if desk.warning else DeskOpened())

    def on_desk_opened(self) -> None:
        """Colour what is on the screen, prepare what comes next."""
        self._prefetch()

    def on_desk_refused(self, message: DeskRefused) -> None:
        """Reading goes on; the bar says why labels do not."""
        self.say(f"labels are off: {display(message.sentence)}", "bad")
        self._prefetch()

    # Showing.

    def _show(self, item: ReviewItem, document: DiffDocument) -> None:
        """Put an output in front of the reviewer: one refresh of each part that changed."""
        is_new = self.item is None or item.output_id != self.item.output_id
        self.item = item
        self.remove_class("-finished")
        if is_new:
            self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.diff.show(document)
        if self.reading == "message" and not item.is_message_open:
            self._read("")
        elif self.reading:
            self._read(self.reading)
        self.draw()

    def draw(self) -> None:
        """Repaint everything around the diff from frozen snapshots."""
        current = self.item.output_id if self.item else ""
        names = self.first.names
        self.query_one(QueueList).show(
            QueueSnapshot(self.items, current, self.progress, names, self.filter_text)
        )
        self.query_one(MetricsPane).show(self.numbers())
        self.query_one(HeaderBar).show(
            HeaderSnapshot(
                self.settings.study_name, self.item, self.progress, self.last_saved_at, names
            )
        )
        self.draw_bar()

    def numbers(self) -> MetricsSnapshot:
        """The four rates per alias as they stand."""
        seconds = self.session_ms / 1000 / self.session_labels if self.session_labels else None
        cards = score_all(self.tallies)
        progress = self.progress
        return MetricsSnapshot(cards, self.first.names, progress.labelled, progress.total, seconds)

    def draw_bar(self) -> None:
        """Repaint the label bar."""
        bar = self.query_one(LabelBar)
        bar.show(
            LabelBarSnapshot(
                self.waiting, self.notice.text, self.notice.style, is_first=not self.has_labels
            )
        )

    def on_diff_view_painted(self) -> None:
        """Once an output is on the screen, prepare its neighbours."""
        self.set_timer(0.02, self._prefetch)

    # Preparing.

    def _prefetch(self) -> None:
        if self.desk and self.item:
            size = (self.diff.size.width, self.diff.size.height, self.diff.mode == "split")
            work = partial(self._prepare, self.item, self.diff.document, size)
            self.run_worker(work, thread=True, group="prefetch", exclusive=True)

    def _prepare(
        self, item: ReviewItem, shown: DiffDocument | None, size: tuple[int, int, bool]
    ) -> None:
        """In a worker: the whole files of this output, then the outputs on either side."""
        worker, desk = get_current_worker(), self.desk
        if desk is None:
            return
        if shown and item.output_id not in self.shelf and attach_files(item, shown, desk.blobs):
            self.post_message(BlobsReady(shown.key))
        self.post_message(ItemReady(item, shown)) if shown else None
        queues = desk.queues
        wanted = [
            queues.next_open(item.position),
            queues.step(item.position, 1),
            queues.step(item.position, -1),
        ]
        for row in wanted:
            if worker.is_cancelled:
                return
            if row and row.output_id not in self.shelf:
                near = queues.open(row.output_id)
                document = make_document(near)
                attach_files(near, document, desk.blobs)
                document.warm(size[0], size[1], "split" if size[2] else "unified")
                self.post_message(ItemReady(near, document))

    def on_item_ready(self, message: ItemReady) -> None:
        """Keep what a worker prepared."""
        if message.item.output_id not in self.shelf:
            self.shelf.put(message.item, message.document)

    def on_blobs_ready(self, message: BlobsReady) -> None:
        """Colour what is on the screen."""
        if self.diff.document and self.diff.document.key == message.key:
            self.diff.update_blobs()

    def go_to(self, output_id: str) -> None:
        """Show an output: prepared or made now."""
        if not self.desk:
            self.say("opening the study: one moment", "warn")
            return
        item = self.desk.queues.open(output_id)
        ready = self.shelf.get(output_id)
        document = ready[1] if ready else make_document(item)
        self._refill(item)
        self._show(item, document)

    def _refill(self, item: ReviewItem) -> None:
        """Keep the list around the item, unless a filter holds it."""
        if not self.desk or self.filter_text:
            return
        ids = [row.output_id for row in self.items]
        near_edge = item.output_id not in ids[5:-5]
        if near_edge:
            self.items = self.desk.queues.window(item.position)

    # What the recording half asks for.

    def is_painted(self) -> bool:
        """Whether the output in front has been drawn."""
        return self.item is not None and self.diff.painted_key == self.item.output_id

    def defect_anchor(self) -> Anchor:
        """The cursor's line, once the reviewer moved it to one."""
        address = self.diff.cursor_address if self.diff.cursor_moved else None
        return Anchor(address.path, address.line, address.side) if address else Anchor()

    def after_saved(self, saved: Saved) -> None:
        """Move one output from cell to cell, and the row in the list with it."""
        tally = self.tallies.setdefault(saved.alias, Counter())
        tally[saved.old_cell] -= 1
        tally[saved.new_cell] += 1
        self.progress, self.last_saved_at = saved.progress, saved.event.at
        self.items = tuple(
            saved.item if row.output_id == saved.item.output_id else row for row in self.items
        )
        if saved.event.act is Act.LABEL:
            self.session_ms += saved.event.effort.active_ms
            self.session_labels += 1
            self.has_labels = True
        if self.item:
            self.shelf.update(self.item)
        self.draw()

    def advance(self) -> None:
        """The next output without a label; inside a filter, the next one it holds."""
        if not self.desk or not self.item:
            return
        position = self.item.position
        if self.filter_text:
            later = [row for row in self.items if row.position > position and not row.label]
            row = later[0] if later else None
        else:
            row = self.desk.queues.next_open(position)
        if row:
            self.go_to(row.output_id)
        elif self.filter_text:
            self.say(f"{self.notice.text}; the filter holds no more", self.notice.style)
        else:
            self._finish()

    def revisit(self, output_id: str) -> None:
        """Show an output again."""
        self.go_to(output_id)

    def _finish(self) -> None:
        """The end of the queue is a card; the last output stays reachable."""
        self.add_class("-finished")
        self.query_one(EndCard).show(self.numbers(), self.progress)
        self.draw()

    def back(self) -> bool:
        """Escape with nothing to answer: clears the filter, closes the text, ends the search."""
        if self.filter_text:
            self._filter("")
        elif self.reading:
            self._read("")
        elif self.diff.match_at[1]:
            self.diff.clear_search()
        else:
            return False
        return True

    def on_queue_list_chosen(self, message: QueueList.Chosen) -> None:
        """A click on a line of the queue."""
        if self.waiting.mode is Mode.READY:
            self.go_to(message.output_id)

    # The text pane.

    def reveal_message(self) -> None:
        """Open the message of the output just labelled."""
        self._read("message")

    def action_pane(self, name: str) -> None:
        """Open or close a pane."""
        if name in {"queue", "metrics"}:
            pane = self.query_one(f"#{name}")
            self.folded[name] = pane.has_class("-closed")
            self._fit(self.app.size)
            return
        if name == "message" and self.reading != "message":
            self._peek()
        self._read("" if self.reading == name else name)

    def _peek(self) -> None:
        """An early look is possible; it is logged and counted."""
        if self.item and self.desk and not self.item.is_message_open and not self.desk.warning:
            self.stopwatch = self.stopwatch.peek()
            item, effort, desk = self.item, self.stopwatch.read(), self.desk
            self._commit(lambda: desk.reviews.peek(item.output_id, item.judgement, effort))
            self.say("an early look at the message: logged", "warn")

    def _read(self, what: str) -> None:
        self.reading = what
        pane = self.query_one(TextPane)
        pane.set_class(bool(what), "-open")
        if what and self.item:
            pane.show(*self._text_of(what, self.item))

    def _text_of(self, what: str, item: ReviewItem) -> tuple[str, str]:
        ticket = item.ticket
        if what == "ticket":
            return (
                f"Ticket {display(ticket.ticket_id)} · {ticket.spec}",
                ticket.title + "\n\n" + ticket.body,
            )
        if what == "rubric":
            return "Rubric", self.settings.rubric
        flags = "".join(f"\n\nit flagged: {flag}" for flag in item.self_flagged)
        return "Message of the candidate", (item.message or "(nothing was said)") + flags

    # Moving.

    def action_go_output(self, n: int) -> None:
        """The next or the previous output, labelled or not."""
        if not self.desk or not self.item:
            self.say("opening the study: one moment", "warn")
            return
        if self.waiting.mode is not Mode.READY:
            self.say("answer first, or press escape", "warn")
            return
        if self.filter_text:
            rows = [r for r in self.items if (r.position - self.item.position) * n > 0]
            row = (rows[0] if n > 0 else rows[-1]) if rows else None
        else:
            row = self.desk.queues.step(self.item.position, n)
        if self.has_class("-finished") and n < 0:
            self.go_to(self.item.output_id)
        elif row:
            self.go_to(row.output_id)
        else:
            self.say("the last one" if n > 0 else "the first one")

    def action_line(self, n: int) -> None:
        """Move the cursor."""
        self.diff.move_line(n)

    def action_page(self, n: int) -> None:
        """Move by a screen."""
        self.diff.move_page(n)

    def action_half_page(self, n: int) -> None:
        """Move by half a screen."""
        self.diff.move_half_page(n)

    def action_hunk(self, n: int) -> None:
        """Move by a hunk."""
        self.diff.move_hunk(n)

    def action_file(self, n: int) -> None:
        """Move by a file."""
        self.diff.move_file(n)

    def action_top(self) -> None:
        """To the first line."""
        self.diff.home()

    def action_bottom(self) -> None:
        """To the last line."""
        self.diff.end()

    def action_sideways(self, n: int) -> None:
        """Scroll long lines."""
        self.diff.scroll_sideways(n)

    def action_fold(self) -> None:
        """Show the unchanged lines at the cursor."""
        if not self.diff.expand_fold():
            self.say("no unchanged lines to show here")

    def action_layout(self) -> None:
        """Automatic, unified, side by side."""
        self.say(f"layout: {self.diff.cycle_layout()}")

    # Searching.

    def action_search(self) -> None:
        """Ask what to look for."""
        self.app.push_screen(PromptScreen("Search in all files of this output"), self._search)

    def _search(self, query: str | None) -> None:
        if not query:
            self.diff.clear_search()
            return
        try:
            found = self.diff.search(query)
        except SearchError as error:
            self.say(display(str(error)), "warn")
            return
        self._say_match() if found else self.say(f"not found: {display(query)}", "warn")

    def action_match(self, n: int) -> None:
        """Go round the matches."""
        self.diff.next_match(n)
        self._say_match()

    def _say_match(self) -> None:
        i, n = self.diff.match_at
        self.say(f"[{i}/{n}]" if n else "nothing was searched for")

    def action_filter(self) -> None:
        """Ask what the queue should hold."""
        title = "Filter the queue by ticket, title, alias or label (empty: all)"
        self.app.push_screen(PromptScreen(title, self.filter_text), self._filter)

    def _filter(self, text: str | None) -> None:
        if text is None or not self.desk:
            return
        self.filter_text = text.strip()
        if self.filter_text:
            self.items = self.desk.queues.filter(self.filter_text)
            ids = {row.output_id for row in self.items}
            if self.items and (not self.item or self.item.output_id not in ids):
                self.go_to(self.items[0].output_id)
            self.say(f"filter: {len(self.items)} outputs; the rates do not change")
        elif self.item:
            self.items = self.desk.queues.window(self.item.position)
        self.draw()

    def action_text(self, n: int) -> None:
        """Scroll the text beside the diff."""
        self.query_one(TextPane).scroll_lines(n)

    def action_leave(self) -> None:
        """Quit; a label that is not on disk asks once."""
        if self.waiting.mode is Mode.NOT_SAVED and "quit" not in self.waiting.sentence:
            sentence = f"{self.waiting.sentence}; again to quit without it"
            self.waiting = replace(self.waiting, sentence=sentence)
            self.draw_bar()
        else:
            self.app.exit()

    def on_unmount(self) -> None:
        """Close the store properly."""
        if self.desk:
            self.desk.close()

    def action_help(self) -> None:
        """All keys."""
        self.app.push_screen(HelpScreen(self.keys))

    def is_message_content(self) -> bool:
        """Whether what is shown is the message itself."""
        return self.item is not None and self.item.delivery is not Delivery.PATCH
