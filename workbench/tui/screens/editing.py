"""Edited means edited: the reviewer's editor on a private copy, and what came of it.

The copy is made and read back in a worker; only while the editor has the terminal does the screen
wait. What was changed is shown and measured, and becomes the label only when the reviewer says so.
Nothing typed is lost: a copy whose changes could not be taken stays, and the bar says where.
"""

import time
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem
from workbench.domain.errors import WorkbenchError
from workbench.domain.label import Label
from workbench.text import display
from workbench.tui.label_keys import Anchor, Mode, Waiting
from workbench.tui.notices import one_moment
from workbench.tui.screens.edits import (
    CopyGrows,
    CopyReady,
    Editing,
    EditRefused,
    EditTaken,
    ReadingCompared,
)
from workbench.tui.screens.leaving import LeavingScreen
from workbench.tui.work import hand_over, start_work

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import Desk
    from workbench.services.edits import Comparison, Edit
    from workbench.services.left_edits import LeftEdit


class EditingScreen(LeavingScreen):
    """The part of the review screen that edits and compares."""

    _edit: tuple[str, str] = ("", "")  # an output, and the tree that was made of it and not saved
    _is_editing = False
    _stop: Event | None = None  # ends the copy that is being made
    patience = 0.5  # seconds after which a copy says how far it is
    _nth_comparison = 0

    @property
    def edited_tree(self) -> str:
        """The reviewer's tree of the output in front; "" without one."""
        if self.item is None:
            return ""
        held = self.item.judgement.edited
        output_id, tree = self._edit
        return tree if output_id == self.item.output_id else held.tree if held else ""

    def action_edit(self) -> None:
        """Open the patched file at the line in the reviewer's editor."""
        from workbench.services.left_edits import LeftEdit

        desk, item, document = self.desk, self.item, self.diff.document
        if not item or not self.is_free() or not self.can_record() or not desk or not document:
            return
        if document.model.raw or not item.tree:
            self.say("there is no tree of files here")
            return
        path = document.files[max(self.diff.current_file, 0)].patch.new_path
        place = self.diff.cursor_address
        line = place.line if place and place.side == "new" else 1
        if self._is_editing:
            self.say("a copy is being made: one moment")
        elif left := self._left.get(item.output_id):
            self.ask_left(left)
        elif path is None:
            self.say("the patch deletes this file: go to another one")
        else:
            self._is_editing, self._stop = True, (stop := Event())
            self.say("making a private copy")
            tree = self.edited_tree or item.tree
            left = LeftEdit(Path(), item.output_id, item.ticket.ticket_id, tree, path, line)
            work = partial(self._open_copy, desk, item, left, stop)
            start_work(self, work, "edit", is_last=False)

    def _open_copy(self, desk: "Desk", item: ReviewItem, edit: "LeftEdit", stop: Event) -> None:
        from workbench.services.left_edits import render_note

        begun_at, told = time.monotonic(), -1

        def tell(percent: int) -> bool:
            nonlocal told
            if percent > told and time.monotonic() - begun_at >= self.patience:
                told = percent
                self.post_message(CopyGrows(percent))
            return not stop.is_set() and not self.is_over

        try:
            desk.copies.check()
            note = render_note(desk.reviews.study_id, desk.reviews.reviewer, edit)
            copy = desk.copies.open(item.ticket.repo, edit.tree, note, tell)
        except WorkbenchError as error:
            self.post_message(EditRefused(str(error)))
            return
        if self.is_over:
            desk.copies.drop(copy)
        self.post_message(CopyReady(Editing(item, edit.tree, copy, edit.path, edit.line)))

    def on_copy_grows(self, message: CopyGrows) -> None:
        """It takes a while: how far it is, and how to end it."""
        if self._stop is not None and not self._stop.is_set():
            self.say(f"making a private copy: {message.percent} %; escape cancels")

    def on_copy_ready(self, message: CopyReady) -> None:
        """Hand the terminal over, unless the reviewer went elsewhere meanwhile."""
        editing, desk, stop = message.edit, self.desk, self._stop
        self._is_editing, self._stop = True, None
        if desk is None:
            return
        if self.item is None or self.item.output_id != editing.item.output_id:
            self._end_editing("another output is in front: nothing was edited")
        elif stop is not None and stop.is_set():
            self._end_editing("cancelled: nothing was edited")
        elif (code := self._run_editor(desk, editing)) is not None:
            self.say("reading what you changed")
            start_work(self, partial(self._take, desk, editing, code), "edit", is_last=False)
            return
        self.give_up_copy(desk, editing)

    def _run_editor(self, desk: "Desk", editing: Editing) -> int | None:
        """Its exit code; None where it had no terminal, and the bar says why."""
        edit = partial(desk.copies.edit, editing.copy, editing.path, editing.line)
        try:
            desk.copies.check()
            return hand_over(self.app, edit)
        except SuspendNotSupported:
            self._end_editing("this terminal cannot be handed over")
        except WorkbenchError as error:
            self._end_editing(display(str(error)))
        return None

    def _end_editing(self, sentence: str) -> None:
        self._is_editing, self._stop = False, None
        self.say(sentence, "warn")

    def _take(self, desk: "Desk", editing: Editing, code: int) -> None:
        item, copy = editing.item, editing.copy
        try:
            tree = desk.copies.take(item.ticket.repo, editing.tree, copy)
        except (WorkbenchError, OSError) as error:
            self.post_message(EditRefused(f"not taken: {error}; your copy stays in {copy}"))
            return
        if code and tree != editing.tree:
            said = f"the editor ended with exit code {code}: not taken; your copy stays in {copy}"
            self.post_message(EditRefused(said))
            return
        if code:
            desk.copies.drop(copy)
            self.post_message(EditRefused(f"the editor ended with exit code {code}"))
        else:
            self._measure(desk, editing, tree)

    def _measure(self, desk: "Desk", editing: Editing, tree: str) -> None:
        from workbench.services.edits import (
            compare_trees,
            keep_edit,
            list_comparisons,
            measure_edit,
        )

        plain, item, copy = self.diff.plain, editing.item, editing.copy
        if tree == editing.tree or plain is None:
            desk.copies.drop(copy)
            self.post_message(EditTaken(item, None))
            return
        try:
            edit = measure_edit(item, tree, desk.diffs, desk.blobs, desk.formatter)
            edit = keep_edit(item, edit, desk.copies, desk.reviews.keep_patch)
            comparison = list_comparisons(item, tree)[0]
            document = compare_trees(item, plain, comparison, desk.diffs, desk.blobs)
        except WorkbenchError as error:
            self.post_message(EditRefused(f"not taken: {error}; your copy stays in {copy}"))
            return
        desk.copies.drop(copy)
        self.post_message(EditTaken(item, edit, document))

    def on_edit_refused(self, message: EditRefused) -> None:
        """Say why; the output stays as it was."""
        self._end_editing(display(message.sentence))

    def on_edit_taken(self, message: EditTaken) -> None:
        """Show what was changed, and ask whether it is the label."""
        self._is_editing = False
        edit, item = message.edit, self.item
        if edit is None:
            self.say("nothing was changed")
        elif item is None or item.output_id != message.item.output_id:
            self.say("another output is in front: what you changed was not taken", "warn")
        else:
            self._edit = (item.output_id, edit.edited.tree)
            self._nth_comparison = 1
            if message.document and message.document.files:
                self.diff.replace(message.document)
            self._ask(item, edit)

    def _ask(self, item: ReviewItem, edit: "Edit") -> None:
        judgement = edit.apply(item.judgement)
        sentence = f"{edit.sentence}: save?"
        waiting = Waiting(Mode.CONFIRM, Label.EDITED, judgement, sentence)
        self.say("")
        self.waiting = waiting.about(item.output_id)
        self.draw_bar()

    # Comparing.

    def action_compare(self) -> None:
        """The next of: base and output, output and edit, base and edit."""
        from workbench.services.edits import list_comparisons

        desk, item, plain = self.desk, self.item, self.diff.plain
        if desk is None or item is None or plain is None:
            self.say(one_moment(self.desk), "warn")
        elif not self.edited_tree:
            self.say("there is no edit of yours to compare")
        elif not self.is_comparing and self._nth_comparison:
            self._nth_comparison = 0
            self.action_compare()
        elif self._nth_comparison == len(list_comparisons(item, self.edited_tree)):
            self._nth_comparison = 0
            self.show_all()
            self.say("base → output")
        else:
            comparison = list_comparisons(item, self.edited_tree)[self._nth_comparison]
            self._nth_comparison += 1
            work = partial(self._compare, desk, item, plain, comparison)
            start_work(self, work, "compare")

    def _compare(
        self, desk: "Desk", item: ReviewItem, plain: DiffDocument, comparison: "Comparison"
    ) -> None:
        from workbench.services.edits import compare_trees

        try:
            document = compare_trees(item, plain, comparison, desk.diffs, desk.blobs)
        except WorkbenchError as error:
            self.post_message(EditRefused(str(error)))
            return
        self.post_message(ReadingCompared(item, document, comparison.title))

    def on_reading_compared(self, message: ReadingCompared) -> None:
        """Show it, if it is about what is in front."""
        if self.item is None or self.item.output_id != message.item.output_id:
            return
        if message.document.files:
            self.diff.replace(message.document)
            self.say(f"{message.title}: escape goes back to the output")
        else:
            self.say(f"{message.title}: there is no difference")

    def end_reading(self) -> bool:
        """Escape goes back from a comparison to the output."""
        if self._stop is not None and not self._stop.is_set():
            self._stop.set()  # the worker ends at the next part, and says so
            self.say("cancelling")
            return True
        if not self.is_comparing or self.diff.is_choosing or self.diff.match_at[1]:
            return super().end_reading()
        self._nth_comparison = 0
        self.show_all()
        self.say("base → output")
        return True

    @property
    def is_comparing(self) -> bool:
        """Whether what is shown is no reading of the output itself."""
        document = self.diff.document
        return document is not None and document.is_comparison

    def defect_anchor(self) -> Anchor:
        """A line of the reviewer's own is none of the output."""
        return Anchor() if self.is_comparing else super().defect_anchor()

    def finding_anchors(self) -> list[Anchor]:
        """The same for findings."""
        return [Anchor()] if self.is_comparing else super().finding_anchors()
