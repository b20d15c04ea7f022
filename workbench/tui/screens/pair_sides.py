"""The two sides together: one follows the other, one list of files, left against right.

They meet by file and by line of the base. Nothing here records anything.
"""

from collections.abc import Collection
from functools import partial

from workbench.diff.document import DiffDocument
from workbench.diff.marks import reviewed_files
from workbench.domain.errors import WorkbenchError
from workbench.domain.pair import Side
from workbench.services.pair_items import PairItem
from workbench.services.pairs import PairQueue
from workbench.text import display
from workbench.tui.messages import SidesCompared
from workbench.tui.screens.files import FilesScreen
from workbench.tui.screens.pair_pointing import PairPointing
from workbench.tui.widgets.file_tree import FileLine, FileTree
from workbench.tui.widgets.linked_diff import LinkedDiff
from workbench.tui.work import start_work


class PairSides(PairPointing):
    """The part of the pair screen that keeps both sides in step."""

    def on_linked_diff_chosen(self, message: LinkedDiff.Chosen) -> None:
        """A click on the other side."""
        if message.pane == self.side.other and self.is_free():
            self.focus_side(self.side.other)

    def on_linked_diff_walked(self, message: LinkedDiff.Walked) -> None:
        """The other side follows, by file and by line of the base."""
        if self.is_versus or message.pane != self.side or self.pair is None:
            return
        place = self.pane(self.side).base_place
        if place:
            self.pane(self.side.other).follow(place)
        self._draw_title(self.pair, self.side.other)

    def action_view(self) -> None:
        """Both against base, or left against right in one pane."""
        desk, pair = self.desk, self.pair
        if desk is None or desk.pairs is None or pair is None or not self.is_free():
            return
        if self.is_versus:
            self.leave_versus()
            self.focus_side(self.side)
        elif not (pair.left.tree or pair.right.tree):
            self.say("neither side has a tree of files to compare", "warn")
        else:
            self.say("comparing both sides")
            start_work(self, partial(self._compare, desk.pairs, pair), "versus")

    def _compare(self, pairs: PairQueue, pair: PairItem) -> None:
        try:
            document = pairs.compare(pair)
        except WorkbenchError as error:
            self.post_message(SidesCompared(pair.pair_id, None, str(error)))
        else:
            self.post_message(SidesCompared(pair.pair_id, document))

    def on_sides_compared(self, message: SidesCompared) -> None:
        """Show left against right, if that is still what is wanted."""
        if self.pair is None or message.pair_id != self.pair.pair_id:
            return
        if message.document is None:
            self.say(display(message.problem), "bad")
            return
        self.is_versus = True
        self.add_class("-versus")
        self.pane("versus").show(message.document, message="both sides are the same")
        self.pane("versus").focus()
        self.say("removed lines are the left side's, added ones the right side's")
        self.draw()

    def action_files(self) -> None:
        """One list of files: what each side did to them, and what only one of them touched."""
        if self.is_versus or self.pair is None:
            super().action_files()
            return
        left, right = (self.pane(side).document for side in Side)
        lines = list_files(left, right, self._left_to_review())
        if lines:
            go = partial(self._go_to_pair_file, [line.path for line in lines])
            self.app.push_screen(FilesScreen(FileTree(lines), 0), go)

    def _left_to_review(self) -> set[str]:
        """The files that are not reviewed whole, on either side."""
        found: set[str] = set()
        for _, pane in self.front:
            if document := pane.plain:
                done = reviewed_files(document, pane.reviewed)
                found |= {entry.path for entry in document.files if entry.index not in done}
        return found

    def _go_to_pair_file(self, paths: list[str], nth: int | None) -> None:
        if nth is None:
            return
        for side in (self.side.other, self.side):
            document = self.pane(side).document
            for entry in document.files if document else ():
                if entry.path == paths[nth]:
                    self.pane(side).go_to_file(entry.index)


def list_files(
    left: DiffDocument | None, right: DiffDocument | None, unread: Collection[str]
) -> list[FileLine]:
    """The files of both sides in one order; what only one touched says whose it is.

    A file is done that is not `unread`.
    """
    sides: list[dict[str, tuple[int, int]]] = [
        {entry.path: (entry.added, entry.removed) for entry in document.files}
        if document and not document.model.raw
        else {}
        for document in (left, right)
    ]
    lines = []
    for n, path in enumerate(dict.fromkeys([*sides[0], *sides[1]])):
        there = [side.get(path) for side in sides]
        label = "both" if all(there) else "only left" if there[0] else "only right"
        is_done = path not in unread
        label += " ✓" if is_done else ""
        counts = [found for found in there if found]
        added, removed = (sum(found[i] for found in counts) for i in (0, 1))
        lines.append(FileLine(n, " ", path, added, removed, label, is_done=is_done))
    return lines
