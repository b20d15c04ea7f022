"""What a reviewer records beside labels: undo and redo, skips, early looks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.domain.draft import set_aside
from workbench.domain.errors import NotSaved
from workbench.domain.label import Act
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.label_keys import READY, Mode
from workbench.tui.notices import name_act, name_place
from workbench.tui.screens.recording import RecordingScreen

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved
    from workbench.services.desk import Desk


class ActingScreen(RecordingScreen):
    """The part of the review screen that takes back, sets aside and looks early."""

    def may_show(self, what: str, item: ReviewItem) -> bool:  # noqa: ARG002 - of the message here
        """Whether it may be seen before the label without more ado."""
        return item.is_message_open

    def peek(self, what: str = "message") -> bool:
        """It may be opened before the label where that can be logged and counted."""
        desk, item = self.desk, self.item
        if item is None or self.may_show(what, item) or (desk and desk.warning):
            return True
        if not self.is_free():
            return False
        if desk is None or self.labels_off:
            self.say(self.labels_off, "warn")
            return False
        effort = self.stopwatch.peek().read()
        if not self.commit(lambda: desk.reviews.peek(item.output_id, self.held(item), effort)):
            return False
        fresh = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.stopwatch = fresh._replace(peeks=self.stopwatch.peeks + 1)
        self.say(f"an early look at the {what}: logged", "warn")
        return True

    def action_leave(self) -> None:
        """Quit; a label that is not on disk asks once, and what became of it is said at the end."""
        if not self.waiting.is_unsaved:
            self.app.exit()
        elif self.waiting.is_leaving:
            self.app.exit(self._tell_unsaved(), return_code=NotSaved.exit_code)
        else:
            self.waiting = self.waiting._replace(is_leaving=True)
            self.draw_bar()

    def _tell_unsaved(self) -> str:
        left, item = self.waiting, self.item
        what = name_act(left.act, left.judgement) if left.judgement else "an answer"
        where = f" · {item.ticket.ticket_id} · {item.alias}" if item else ""
        kept = f"It is kept in {left.kept}: the next review offers it again."
        lost = "It could be kept nowhere: label it again."
        return f"NOT SAVED: {what}{where}. {kept if left.kept else lost}"

    def action_undo(self) -> None:
        """Take back the last thing recorded, wherever it was."""
        self._turn_back(lambda desk: desk.reviews.undo(self.stopwatch.read()), "nothing to undo")

    def action_redo(self) -> None:
        """Put back what undo took."""
        self._turn_back(lambda desk: desk.reviews.redo(self.stopwatch.read()), "nothing to redo")

    def _turn_back(self, write: Callable[["Desk"], "Saved | None"], nothing: str) -> None:
        desk = self.desk
        if desk is None or self.labels_off:
            self.say(self.labels_off or "opening the study: one moment", "warn")
            return
        if (
            self.waiting.mode not in {Mode.SELF_FLAG, Mode.RECOGNISE, Mode.CAUSE}
            and not self.is_free()
        ):
            return
        left, self.waiting = self.waiting, READY
        self.say("")
        if left.is_unsaved:
            self.forget(left)
        saved = self.commit(lambda: write(desk))
        if saved:
            self.take_saved(saved)
            self.come_back(saved)
        elif not self.notice.text:
            self.say(nothing, "dim")

    def come_back(self, saved: "Saved") -> None:
        """Show what was taken back, or put back."""
        self.go_to(saved.item.output_id)

    def action_set_aside(self, how: str) -> None:
        """Set the output aside: skip, discuss or later."""
        if not self.item or not self.is_free() or not self.can_record():
            return
        act = Act(how)
        wanted = set_aside(self.item.judgement, act)
        if self.item.judgement.label:
            self.say("it has a label already: u takes it back", "warn")
        elif wanted == self.item.judgement and act is not Act.SKIP:
            self.say(f"it is set aside already: {name_place(wanted)}", "warn")
        else:
            self.save(act, wanted)
