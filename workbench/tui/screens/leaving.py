"""Edits that an earlier session left: told at the start, gone on with or dropped by O on them."""

from functools import partial
from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.text import display
from workbench.tui.messages import DeskChecked
from workbench.tui.screens.edits import CopyReady, Editing, EditsLeft
from workbench.tui.screens.resuming import ResumingScreen
from workbench.tui.work import start_work

if TYPE_CHECKING:  # a start needs no more than their names
    from workbench.services.desk import Desk
    from workbench.services.left_edits import LeftEdit


class LeavingScreen(ResumingScreen):
    """The part of the review screen that knows of edits that were left."""

    _left: "dict[str, LeftEdit]" = {}  # noqa: RUF012 - replaced, never changed in place

    def on_desk_checked(self, message: DeskChecked) -> None:  # noqa: ARG002 - Textual's form
        """From here on an edit can be saved: look for one that was not."""
        if self.desk is not None:
            start_work(self, partial(self._find_left, self.desk), "left edits")

    def _find_left(self, desk: "Desk") -> None:
        from workbench.services.left_edits import find_left_edits

        reviews = desk.reviews
        left = tuple(find_left_edits(desk.copies, reviews.study_id, reviews.reviewer))
        if left:
            self.post_message(EditsLeft(left))

    def on_edits_left(self, message: EditsLeft) -> None:
        """Say so; of several on one output the last one made counts first."""
        self._left = {left.output_id: left for left in message.left}
        tickets = ", ".join(dict.fromkeys(display(left.ticket_id) for left in message.left))
        n = len(message.left)
        what = "an edit was" if n == 1 else f"{n} edits were"
        self.say(f"{what} left unfinished ({tickets}): O there goes on with it or drops it", "warn")

    def ask_left(self, left: "LeftEdit") -> None:
        """Whether it goes on, or is dropped."""
        from workbench.tui.screens.left import LeftEditScreen  # seldom needed

        if self.item is not None:
            self.app.push_screen(LeftEditScreen(), partial(self._take_answer, self.item, left))

    def give_up_copy(self, desk: "Desk", editing: Editing) -> None:
        """No editor had it: what was left by an earlier session stays so."""
        if editing.left is None:
            desk.copies.drop(editing.copy)
        else:
            self._left = {**self._left, editing.left.output_id: editing.left}

    def _take_answer(self, item: ReviewItem, left: "LeftEdit", goes_on: bool | None) -> None:
        desk = self.desk
        if goes_on is None or desk is None:
            return
        self._left = {key: other for key, other in self._left.items() if key != item.output_id}
        if not desk.copies.claim(left.copy):
            self.say("it is gone, or somebody goes on with it in another program", "warn")
        elif goes_on:
            editing = Editing(item, left.tree, left.copy, left.path, left.line, left)
            self.post_message(CopyReady(editing))
        else:
            desk.copies.drop(left.copy)
            self.say("the edit that was left is dropped")
