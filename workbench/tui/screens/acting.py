"""What a reviewer records beside labels: undo and redo, skips, findings, early looks."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from workbench.domain.finding import Finding
from workbench.domain.label import Act
from workbench.domain.queue import Saved
from workbench.services.desk import Desk
from workbench.text import display
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.label_keys import READY, Mode
from workbench.tui.screens.finding import FindingScreen
from workbench.tui.screens.recording import RecordingScreen

ASKED = "again to quit without it"


class ActingScreen(RecordingScreen):
    """Recording, whole."""

    def peek(self) -> bool:
        """The message may be opened before the label where that can be logged and counted."""
        desk, item = self.desk, self.item
        if item is None or item.is_message_open or (desk and desk.warning):
            return True
        if not self.is_free():
            return False
        if desk is None or self.labels_off:
            self.say(self.labels_off, "warn")
            return False
        effort = self.stopwatch.peek().read()
        if not self.commit(lambda: desk.reviews.peek(item.output_id, item.judgement, effort)):
            return False
        fresh = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.stopwatch = replace(fresh, peeks=self.stopwatch.peeks + 1)
        self.say("an early look at the message: logged", "warn")
        return True

    def action_leave(self) -> None:
        """Quit; a label that is not on disk asks once."""
        is_told = self.waiting.sentence.endswith(ASKED)
        if self.waiting.mode is not Mode.NOT_SAVED or is_told:
            self.app.exit()
            return
        self.waiting = replace(self.waiting, sentence=f"{self.waiting.sentence}; {ASKED}")
        self.draw_bar()

    def action_undo(self) -> None:
        """Take back the last thing recorded, wherever it was."""
        self._turn_back(lambda desk: desk.reviews.undo(self.stopwatch.read()), "nothing to undo")

    def action_redo(self) -> None:
        """Put back what undo took."""
        self._turn_back(lambda desk: desk.reviews.redo(self.stopwatch.read()), "nothing to redo")

    def _turn_back(self, write: Callable[[Desk], Saved | None], nothing: str) -> None:
        desk = self.desk
        if desk is None or self.labels_off:
            self.say(self.labels_off or "opening the study: one moment", "warn")
            return
        if self.waiting.mode is not Mode.SELF_FLAG and not self.is_free():
            return
        self.waiting = READY
        self.say("")
        saved = self.commit(lambda: write(desk))
        if saved:
            self.take_saved(saved)
            self.go_to(saved.item.output_id)
        elif not self.notice.text:
            self.say(nothing, "dim")

    def action_skip(self) -> None:
        """Set the output aside for now."""
        if not self.item or not self.is_free() or not self.can_record():
            return
        if self.item.judgement.label:
            self.say("it has a label already: u takes it back", "warn")
        else:
            self.save(Act.SKIP, replace(self.item.judgement, skipped=True))

    def action_finding(self) -> None:
        """Record a remark or a defect on the line under the cursor."""
        if not self.item or not self.is_free() or not self.can_record():
            return
        anchor = self.defect_anchor()
        place = f"{display(anchor.file)}:{anchor.line}" if anchor.file else "the whole output"
        keep = partial(self._keep_finding, self.item.output_id)
        self.app.push_screen(FindingScreen(anchor, place), keep)

    def _keep_finding(self, output_id: str, finding: Finding | None) -> None:
        if finding and self.item and self.item.output_id == output_id:
            held = self.item.judgement
            self.save(Act.FINDING, replace(held, findings=(*held.findings, finding)))
        else:
            self.say("cancelled: nothing was saved", "warn")
