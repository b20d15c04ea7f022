"""Walking the queue by key: on and back, what was set aside, filtered and sorted views of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.domain.counted import counted
from workbench.domain.queue import FirstScreen, QueueItem, list_aside
from workbench.text import display
from workbench.tui.counts import Counts
from workbench.tui.messages import DeskOpened
from workbench.tui.screens.editing import EditingScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.walk import Order, Walk
from workbench.tui.widgets.queue_list import QueueList

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import OpenDesk


class WalkingScreen(EditingScreen):
    """The part of the review screen that goes from output to output."""

    def __init__(
        self,
        first: FirstScreen,
        settings: ReviewSettings,
        keys: Mapping[str, tuple[str, ...]],
        open_desk: "OpenDesk",
    ) -> None:
        """Where the first paint stands."""
        super().__init__(settings, keys, open_desk)
        self.walk = Walk(first.rows)
        self.counts = Counts.read(first)
        self._heading: QueueItem | None = None  # where keys lead that were typed at once
        self._early = 0  # outputs to go on by, once the study is open

    def action_go_output(self, n: int) -> None:
        """The next or the previous output, labelled or not."""
        if not self.desk or not self.item:
            self._early += n
            self.say("opening the study: one moment", "warn")
            return
        if not self.is_free():
            return
        if self.has_class("-finished"):
            self.go_to(self.item.output_id)
            return
        at = self._heading or self.item
        with self.telling():
            row = self.walk.step(self.desk.queues, at.output_id, at.position, n)
            if row:
                if not self._heading:
                    self.app.call_later(self._arrive)
                self._heading = row
            else:
                self.say("the last one" if n > 0 else "the first one")

    def on_desk_opened(self, message: DeskOpened) -> None:  # noqa: ARG002 - Textual's form
        """Keys that came before it was open lead on now."""
        if self._early:
            n, self._early = self._early, 0
            self.say("")
            self.action_go_output(n)

    def _arrive(self) -> None:
        """Thirty keys typed at once pass twenty-nine outputs that nobody would have seen."""
        if self._heading:
            self.go_to(self._heading.output_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before any other action runs, the output that it is about stands there."""
        if action != "go_output":
            self._arrive()
        return super().check_action(action, parameters)

    def on_queue_list_chosen(self, message: QueueList.Chosen) -> None:
        """A click on a line of the queue."""
        if self.is_free():
            self.go_to(message.output_id)

    def action_filter(self) -> None:
        """Ask what the list should hold."""
        from workbench.tui.screens.prompt import PromptScreen

        if self.is_free():
            title = "Filter the queue by ticket, title, alias or label (empty: all)"
            self.app.push_screen(PromptScreen(title, self.walk.text), self._filter)

    def _filter(self, text: str | None) -> None:
        if text is not None:
            self._view(text.strip(), self.walk.order)

    def action_sort(self) -> None:
        """The next way to sort the list; the study's own order stays as it is."""
        orders = list(Order)
        if self.is_free():
            order = orders[(orders.index(self.walk.order) + 1) % len(orders)]
            self._view(self.walk.text, order)

    def action_aside(self) -> None:
        """Go through what was set aside, one after the other."""
        desk, progress = self.desk, self.counts.progress
        if not desk or not self.is_free():
            return
        with self.telling():
            rows = desk.queues.aside()
            if not rows:
                self.say("nothing is set aside")
                return
            self.walk = Walk(rows, is_aside=True)
            self.go_to(rows[0].output_id)
        away = list_aside(progress.skipped, progress.to_discuss, progress.later)
        self.say(f"set aside: {away}; esc goes back to the queue")

    def _view(self, text: str, order: Order) -> None:
        if not self.desk or not self.item:
            return
        with self.telling():
            self.walk = self.walk.look(self.desk.queues, text, order, self.item.position)
        rows = self.walk.rows
        if rows and self.item.output_id not in {row.output_id for row in rows}:
            self.go_to(rows[0].output_id)
        title = display(self.walk.title)
        self.say(
            f"{title}: {counted(len(rows), 'output')}; the rates do not change" if title else ""
        )
        self.draw()
