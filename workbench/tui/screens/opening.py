"""Opening the study after the first paint, and what an earlier session left behind.

The store is opened and checked in a worker; labels wait for it. What could not be saved the last
time comes in front again as it was left: NOT SAVED, to be tried again or given up.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import get_current_worker

from workbench.domain.blind import ReviewItem
from workbench.domain.counted import name_counted
from workbench.domain.errors import LabelRefused, StoreDamaged, WorkbenchError
from workbench.domain.label import Act, Effort, Judgement
from workbench.text import display
from workbench.tui.label_keys import Mode, Step, Waiting
from workbench.tui.messages import (
    DefinitionsNamed,
    DeskChecked,
    DeskOpened,
    DeskRefused,
    ItemMissed,
    RubricChanged,
)
from workbench.tui.notices import name_act
from workbench.tui.screens.noting import NotingScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.work import start_work

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved
    from workbench.domain.unsaved import Kept
    from workbench.services.desk import Desk, OpenDesk

OPEN_AFTER = 0.05  # seconds after the first paint: writing it to the terminal goes first


class OpeningScreen(NotingScreen):
    """The part of the review screen that opens the desk."""

    def __init__(
        self,
        settings: ReviewSettings,
        keys: Mapping[str, tuple[str, ...]],
        open_desk: "OpenDesk",
    ) -> None:
        """`open_desk` runs in a worker, once something is on the screen."""
        super().__init__(settings, keys)
        self.open_desk, self.is_over = open_desk, False
        self._kept: list[Kept] = []
        self._refusal: DeskRefused | None = None

    def prepare(self) -> None:
        """Prepare what comes next."""
        raise NotImplementedError

    def start_opening(self) -> None:
        """Open the desk as soon as the first frame is out."""
        start = partial(start_work, self, self._open_desk, "desk")
        self.call_after_refresh(self.set_timer, OPEN_AFTER, start)

    def on_unmount(self) -> None:
        """Close the store properly; a worker that is still reading does so once more."""
        self.is_over = True
        if self.desk:
            self.desk.close()

    def hand_on(self, desk: "Desk", made: Iterator[Message], awaited: str = "") -> None:
        """In a worker: post what is made, until another one takes over.

        What cannot be read is read when it is asked for; of what is `awaited` the screen is told.
        """
        worker = get_current_worker()
        try:
            for message in made:
                self.post_message(message)
                if worker.is_cancelled:
                    break
        except WorkbenchError as error:
            if awaited:
                self.post_message(ItemMissed(awaited, str(error)))
        if self.is_over:
            desk.close()

    def _open_desk(self) -> None:
        try:
            self.desk = desk = self.open_desk()  # before the first message that needs it
        except WorkbenchError as error:
            self.post_message(DeskRefused(str(error), error.exit_code))
            return
        if self.is_over:
            desk.close()
            return
        self.post_message(DeskOpened(desk.note))
        is_sound = self._check(desk)
        with suppress(WorkbenchError):  # the numbers are shown all the same
            self.post_message(DefinitionsNamed(desk.name_definitions(), desk.has_trials()))
        if is_sound:
            self.back_up(desk.backups.start)  # last: of a large study it takes its time

    def _check(self, desk: "Desk") -> bool:
        """Whether labels can be saved; tells that, and what is left of an earlier session."""
        fault = "" if desk.warning else desk.check()
        if desk.warning or fault:
            code = StoreDamaged.exit_code if fault else 0
            self.post_message(DeskRefused(desk.warning or fault, code))
            return False
        kept, problems = desk.reviews.find_kept()
        self.post_message(DeskChecked(tuple(kept), "; ".join(problems)))
        with suppress(WorkbenchError):  # a hint: the next start tells it too
            if stale := desk.reviews.count_stale():
                self.post_message(RubricChanged(stale))
        return True

    def on_desk_opened(self, message: DeskOpened) -> None:
        """Colour what is on the screen, prepare what comes next."""
        if message.note:
            self.say(display(message.note), "warn")
        self.prepare()

    def on_desk_checked(self, message: DeskChecked) -> None:
        """From here on labels can be saved."""
        if self.notice.text == self.labels_off:
            self.say("")
        self.labels_off = ""
        if message.problem:
            self.say(display(message.problem), "warn")
        self._kept = list(message.kept)
        self._offer_kept()

    def on_rubric_changed(self, message: RubricChanged) -> None:
        """Labels that are older than the rubric: said once, and over its text."""
        self.n_stale, are = message.n, name_counted(message.n, "is", "are")
        if not self.notice.text or self.notice.style == "dim":
            told = f"the rubric changed: {message.n} of your labels {are} older; r shows it"
            self.say(f"{told}, `workbench rubric` lists them", "warn")

    def on_desk_refused(self, message: DeskRefused) -> None:
        """Reading goes on; the bar says why labels do not."""
        self.labels_off = f"labels are off: {display(message.sentence)}"
        self.say(self.labels_off, "bad")
        self._refusal = message

    def action_leave(self) -> None:
        """What is wrong with the study is said once more where it can be read in peace."""
        if self._refusal and self._refusal.exit_code:
            self.app.exit(self._refusal.sentence, return_code=self._refusal.exit_code)
        else:
            super().action_leave()

    # What could not be saved the last time.

    def on_screen_resume(self) -> None:
        """Whatever stood over the review is gone."""
        self._offer_kept()

    def _offer_kept(self) -> None:
        """Put the oldest label that waits in front, with its output."""
        while self._kept and self.waiting.mode is Mode.READY and self.is_current:
            kept = self._kept[0]
            one = kept.unsaved
            self.go_to(one.output_id)
            if self.item is None or self.item.output_id != one.output_id:
                del self._kept[0]  # go_to has said why; the file stays where it is
                continue
            since = f"{name_act(one.act, one.judgement)} of {one.at.astimezone():%Y-%m-%d %H:%M}"
            self.waiting = Waiting(
                Mode.NOT_SAVED,
                judgement=one.judgement,
                sentence=since,
                act=one.act,
                output_id=one.output_id,
                kept=kept.place,
            )
            self.draw_bar()

    def _offered(self) -> "Kept | None":
        """The one that is in front just now."""
        kept = self._kept[0] if self._kept else None
        is_asked = self.waiting.mode is Mode.NOT_SAVED
        return kept if kept and is_asked and kept.place == self.waiting.kept else None

    def write(
        self, desk: "Desk", item: ReviewItem, act: Act, judgement: Judgement, effort: Effort
    ) -> "Saved":
        """What was kept is saved as it was decided then."""
        kept = self._offered()
        if kept is None:
            return super().write(desk, item, act, judgement, effort)
        saved = desk.reviews.take_in(kept)
        del self._kept[0]
        return saved

    def refuse(self, error: LabelRefused) -> None:
        """What was kept stays until it is given up by key, even where it cannot be saved."""
        if self._offered() is None:
            super().refuse(error)
        else:
            self.waiting = self.waiting._replace(sentence=str(error))
            self.draw_bar()

    def forget(self, left: Waiting) -> None:
        """Given up: the next one that waits is offered."""
        super().forget(left)
        if self._kept and self._kept[0].place == left.kept:
            del self._kept[0]

    def _follow(self, step: Step) -> None:
        super()._follow(step)
        self._offer_kept()
