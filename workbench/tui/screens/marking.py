"""Marks of a reviewer: what they have seen of an output, and what they called reviewed.

Marks help to read and decide nothing: they stand beside the study, no label or number knows of
them, and what they hide is shown again with the next output.
"""

from workbench.diff.document import DiffDocument
from workbench.diff.marks import (
    first_change,
    hunk_keys,
    hunk_near,
    keys_of,
    next_unreviewed,
    reviewed_files,
)
from workbench.diff.rows import NOTHING
from workbench.domain.counted import counted, name_counted
from workbench.domain.label import Label
from workbench.domain.reading import Reading
from workbench.tui.messages import DeskOpened
from workbench.tui.notices import one_moment
from workbench.tui.screens.pointing import PointingScreen

KEEP_AFTER = 0.05  # seconds in which moves are kept together


class MarkingScreen(PointingScreen):
    """The part of the review screen that marks hunks and files, and counts what was not seen."""

    _on_disk: dict[str, Reading] = {}  # noqa: RUF012 - never changed: each opening makes its own
    _is_keeping = False

    # From one output to the next.

    def on_desk_opened(self, message: DeskOpened) -> None:  # noqa: ARG002 - Textual's form
        """From here on marks can be read and kept."""
        self.open_reading()

    def open_reading(self) -> None:
        """How far the reviewer is with what comes in front; of what was there, as it was left."""
        if self.desk is None:
            return
        before, self._on_disk = self._on_disk, {}
        for item, pane in self.front:
            here = item.output_id
            kept = before.get(here) or self.desk.readings.load(here)
            pane.add_seen(kept.seen)
            pane.mark(kept.reviewed)
            self._on_disk[here] = kept

    def keep_reading(self) -> None:
        """What was seen and marked of what is in front outlives the program."""
        for item, pane in self.front:
            before = self._on_disk.get(item.output_id)
            now = Reading(pane.reviewed, pane.seen)
            if self.desk and before is not None and now != before:
                self._on_disk[item.output_id] = now
                self.desk.readings.save(item.output_id, now)

    def on_diff_reader_moved(self) -> None:
        """Soon, and once for all moves until then."""
        if not self._is_keeping:
            self._is_keeping = True
            self.set_timer(KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._is_keeping = False
        self.keep_reading()

    def on_unmount(self) -> None:
        """Before the desk is closed."""
        self.keep_reading()

    # Marks.

    def action_mark_hunk(self) -> None:
        """The hunk at the cursor is reviewed, or is not; on to the next one that is not."""
        document = self.marked_document()
        if document is None:
            return
        number = hunk_near(document, self.diff.current_row)
        if number == NOTHING:
            self.say("there is no hunk here")
        elif document.files[document.model.segments[number].file].is_folded:
            self.action_mark_file()
        else:
            self._turn(document, {hunk_keys(document)[number]}, number)

    def action_mark_file(self) -> None:
        """Every hunk of the file at the cursor is reviewed, or none is."""
        document = self.marked_document()
        if document is None:
            return
        keys = keys_of(document, self.diff.current_file)
        if keys:
            self._turn(document, set(keys.values()), max(keys))
        else:
            self.say("the patch does not touch this file")

    def _turn(self, document: DiffDocument, keys: set[str], number: int) -> None:
        """Mark what is not marked, else take the marks off."""
        before = self.diff.reviewed
        is_off = keys <= before
        reviewed = before - keys if is_off else before | keys
        onward = NOTHING if is_off else next_unreviewed(document, number, reviewed)
        self.diff.mark(reviewed)
        self.keep_reading()
        if onward != NOTHING:
            self._go_on(document, onward)
        self.say(self._describe(document))

    def _go_on(self, document: DiffDocument, number: int) -> None:
        """To the next hunk; a folded file stays folded."""
        file = document.model.segments[number].file
        if document.files[file].is_folded:
            self.diff.go_to_file(file)
        else:
            self.diff.go_to_row(first_change(document, number))

    def action_hide_reviewed(self) -> None:
        """Leave out what is reviewed, or show it again."""
        if self.marked_document() is None:
            return
        is_hiding = not self.diff.is_hiding
        if is_hiding and not self.diff.reviewed:
            self.say("nothing is reviewed yet")
        elif not self.diff.hide_reviewed(is_hiding):
            self.say("all of it is reviewed: nothing would be left")
        else:
            self.say("what is reviewed is hidden: escape shows it" if is_hiding else "all of it")

    def end_reading(self) -> bool:
        """Escape shows again what was hidden."""
        if self.diff.is_hiding and not self.diff.is_choosing and not self.diff.match_at[1]:
            return self.diff.hide_reviewed(False)
        return super().end_reading()

    def show_all(self) -> None:
        """What is reviewed too."""
        if self.diff.is_hiding:
            self.diff.hide_reviewed(False)
        super().show_all()

    def marked_document(self) -> DiffDocument | None:
        """The diff that can be marked; where there is none the bar says why."""
        document = self.diff.document
        if self.desk is None or document is None:
            self.say(one_moment(self.desk), "warn")
        elif document.is_comparison:
            self.say("marks are of an output against the base")
        elif not hunk_keys(document):
            self.say("there are no hunks here")
        elif document is not document.plain:
            self.say("marks are of the whole diff: escape shows all blanks")
        else:
            return document
        return None

    def _describe(self, document: DiffDocument) -> str:
        keys = set(hunk_keys(document).values())
        done, unseen = len(keys & self.diff.reviewed), len(self._unseen(document))
        never = f" · {unseen} never on the screen" if unseen else ""
        return f"reviewed: {done} of {counted(len(keys), 'hunk')}{never}"

    # What was not seen.

    def _unseen(self, document: DiffDocument) -> set[str]:
        return set(hunk_keys(document).values()) - self.diff.seen - self.diff.reviewed

    def doubt(self, label: Label) -> str:
        """Merged asks once where hunks were never on the screen."""
        document = self.diff.plain
        if label is not Label.MERGED or not self.settings.ask_unseen or document is None:
            return ""
        unseen, count = len(self._unseen(document)), len(hunk_keys(document))
        hunks, were = counted(count, "hunk"), name_counted(unseen, "was", "were")
        return f"{unseen} of {hunks} {were} never on the screen" if unseen else ""

    def done_files(self, document: DiffDocument) -> frozenset[int]:
        """The files of which every hunk is reviewed."""
        return reviewed_files(document.plain, self.diff.reviewed)
