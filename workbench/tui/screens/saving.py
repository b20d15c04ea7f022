"""Every write of the review, and what a failure of it leads to.

What is not known to be on disk is said to be NOT SAVED and stays where it is, on the screen and in
a file of its own, until a key saves it or gives it up.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.domain.errors import LabelRefused, NotSaved, WorkbenchError
from workbench.domain.label import Act, Effort, Judgement
from workbench.text import display
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.label_keys import READY, Waiting
from workbench.tui.messages import BackupMissed
from workbench.tui.notices import Notice
from workbench.tui.screens.panes import PanesScreen, ReviewSettings

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved
    from workbench.services.desk import Desk

_log = logging.getLogger("workbench.review")


class SavingScreen(PanesScreen):
    """The part of the review screen that writes."""

    def __init__(self, settings: ReviewSettings, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Nothing is in front of the reviewer yet, and nothing can be saved."""
        super().__init__(settings, keys)
        self.desk: Desk | None = None
        self.labels_off = "checking the study: labels in a moment"
        self.waiting = READY
        self.notice = Notice()
        self.stopwatch = Stopwatch.start(utc_now(), settings.idle_seconds)

    def go_to(self, output_id: str) -> None:
        """Show an output."""
        raise NotImplementedError

    def draw_bar(self) -> None:
        """Repaint the label bar."""
        raise NotImplementedError

    def save(self, act: Act, judgement: Judgement) -> None:
        """Record an act on the output in front; the screen moves only once it is on disk."""
        raise NotImplementedError

    def write(
        self, desk: "Desk", item: ReviewItem, act: Act, judgement: Judgement, effort: Effort
    ) -> "Saved":
        """The one call behind a label key."""
        return desk.reviews.record(item.output_id, act, judgement, effort, self.held(item))

    def held(self, item: ReviewItem) -> Judgement:
        """What the log holds of the output in front."""
        return item.judgement

    def commit(self, write: Callable[[], "Saved | None"], retry: Waiting = READY) -> "Saved | None":
        """Run one write; a failure leaves the output and the label where they are."""
        try:
            return write()
        except NotSaved as error:
            _log.warning("not saved: %s", error.reason)
            self.waiting = retry._replace(sentence=error.reason, kept=error.kept)
            self.say(f"NOT SAVED: {display(error.reason)}", "bad")
        except LabelRefused as error:
            self.refuse(error)
        except WorkbenchError as error:
            self.say(display(str(error)), "bad")
        return None

    def refuse(self, error: LabelRefused) -> None:
        """What cannot stand on this output is dropped, and the output is shown as it is by now."""
        left, self.waiting = self.waiting, READY
        if left.is_unsaved and self.desk:
            self.desk.reviews.give_up(left.output_id)
        if self.item:
            self.go_to(self.item.output_id)
        self.say(display(str(error)), "bad")

    def forget(self, left: Waiting) -> None:
        """The reviewer gave up what was not saved.

        A disk can complain after it has taken a label. What stands in the log is not taken out of
        it behind anybody's back: it is made sure of, shown as saved, and can be undone.
        """
        if not self.desk or not self.item:
            return
        reviews, judgement = self.desk.reviews, left.judgement
        if judgement and reviews.is_recorded(left.output_id, judgement, self.item.judgement):
            self.save(left.act, judgement)
        else:
            reviews.give_up(left.output_id)

    def back_up(self, work: Callable[[], str]) -> None:
        """In a worker: labels go on meanwhile, and also where no backup can be made."""
        if told := work():
            self.post_message(BackupMissed(told))

    def on_backup_missed(self, message: BackupMissed) -> None:
        """Say so beside whatever the bar asks."""
        self.say(display(message.sentence), "warn")

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What the store cannot read just now is said in the bar, and the screen stays."""
        try:
            yield
        except WorkbenchError as error:
            self.say(display(str(error)), "bad")

    def say(self, text: str, style: str = "dim") -> None:
        """Put one line into the bar; the text is ours or has been through display()."""
        self.notice = Notice(text, style)
        self.draw_bar()
