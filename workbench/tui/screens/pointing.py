"""Pointing at the source: where a finding stands, and files that the patch did not touch.

Recording and reading meet here: a place in the diff pane becomes the anchor of what is recorded,
and the anchor of what was recorded a place in the diff pane.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.diff.document import DiffDocument
from workbench.diff.rows import Address, Side
from workbench.domain.blind import ReviewItem
from workbench.domain.errors import WorkbenchError
from workbench.domain.finding import Finding
from workbench.text import decode, display
from workbench.tui.label_keys import Anchor
from workbench.tui.messages import FileRefused, FileShown, FilesListed
from workbench.tui.notices import one_moment
from workbench.tui.screens.comparing import ComparingScreen
from workbench.tui.screens.rereading import RereadingScreen
from workbench.tui.widgets.diff_lines import SourceLines
from workbench.tui.widgets.diff_view import DiffView
from workbench.tui.work import start_work

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import Desk


class PointingScreen(ComparingScreen, RereadingScreen):
    """The part of the review screen that knows what the cursor points at."""

    def defect_anchor(self) -> Anchor:
        """The lines chosen, or the cursor's line once the reviewer moved it to one."""
        return self.line_anchor() if self.diff.cursor_moved else Anchor()

    def line_anchor(self) -> Anchor:
        """The lines chosen, or the one under the cursor; none where that is no code."""
        lines = self.diff.chosen
        if lines is None or not lines.path:
            return Anchor()
        end = lines.last if lines.last > lines.first else None
        return Anchor(lines.path, lines.first, lines.side, end, lines.digest)

    def finding_anchors(self) -> list[Anchor]:
        """Lines, file, output; first what the reviewer pointed at."""
        line, whole = self.line_anchor(), Anchor()
        file = Anchor(self.diff.current_path)
        found = [line, file, whole] if self.diff.cursor_moved else [whole, line, file]
        return list(dict.fromkeys(found))

    def end_range(self) -> bool:
        """The range that was chosen is no longer needed."""
        return self.diff.end_range()

    def action_range(self) -> None:
        """Begin a range at the cursor, or end it."""
        if not self.diff.toggle_range():
            self.say("a range begins on a line of code")
        elif self.diff.is_choosing:
            self.say("a range: move to its other end, then c or x; escape ends it")
        else:
            self.say("")

    def end_reading(self) -> bool:
        """Escape ends the range before anything else."""
        return self.end_range() or super().end_reading()

    @property
    def front(self) -> Sequence[tuple[ReviewItem, DiffView]]:
        """The outputs in front, each with its pane."""
        return [(self.item, self.diff)] if self.item else []

    def mark_findings(self) -> None:
        """Mark the lines that carry a finding."""
        for item, pane in self.front:
            found = item.judgement.findings
            pane.note(tuple(lines_of(f) for f in found if f.file and f.line))

    def show_place(self, finding: Finding) -> None:
        """Go to where a finding stands; a file that is not shown is brought first."""
        if not finding.file:
            self.say("it is about the whole output")
        elif not self._go_to(finding):
            self._bring(finding)

    def _go_to(self, finding: Finding) -> bool:
        side: Side = "old" if finding.side == "old" else "new"
        if self.diff.files is not None:
            self.diff.show_files(None)
        if not self.diff.go_to_line(Address(finding.file, side, finding.line, finding.digest)):
            return False
        here = self.diff.cursor_address
        is_same = not finding.digest or (here is not None and here.digest == finding.digest)
        self.say("" if is_same else "this line is not the one it was given on", "warn")
        return True

    # Files that the patch did not touch.

    def action_any_file(self) -> None:
        """List the files that the patch did not touch, to show one."""
        document = self._plain_document()
        if document and self.desk and self.item:
            self.say("reading the list of files")
            start_work(self, partial(self._list, self.desk, self.item, document), "files")

    def _plain_document(self) -> DiffDocument | None:
        """The diff that a file may be put behind; where there is none the bar says so."""
        plain = self.diff.plain
        if self.desk is None or self.item is None or plain is None:
            self.say(one_moment(self.desk), "warn")
        elif plain.model.raw or not self.item.tree:
            self.say("there is no tree of files here")
        else:
            return plain
        return None

    def _list(self, desk: "Desk", item: ReviewItem, document: DiffDocument) -> None:
        from workbench.services.surroundings import list_untouched
        from workbench.tui.widgets.file_tree import FileLine, FileTree

        try:
            found = list_untouched(item, document, desk.listings)
        except WorkbenchError as error:
            self.post_message(FileRefused(str(error)))
            return
        names = (display(decode(path)) for path in found)
        tree = FileTree([FileLine(n, "=", name, 0, 0, "") for n, name in enumerate(names)])
        self.post_message(FilesListed(document, found, tree))

    def on_files_listed(self, message: FilesListed) -> None:
        """Ask which one."""
        from workbench.tui.screens.files import FilesScreen  # not before the first paint

        if message.document is not self.diff.plain or not self.is_current:
            return
        self.say("")
        self.app.push_screen(FilesScreen(message.tree, 0), partial(self._show_file, message))

    def _show_file(self, message: FilesListed, nth: int | None) -> None:
        desk, item = self.desk, self.item
        if nth is not None and desk and item and message.document is self.diff.plain:
            path = message.paths[nth]
            work = partial(self._read_file, desk, item, message.document, path, None)
            start_work(self, work, "files")

    def _bring(self, finding: Finding) -> None:
        document = self._plain_document()
        if document and self.desk and self.item:
            work = partial(self._find_file, self.desk, self.item, document, finding)
            start_work(self, work, "files")

    def _find_file(
        self, desk: "Desk", item: ReviewItem, document: DiffDocument, finding: Finding
    ) -> None:
        from workbench.services.surroundings import find_file

        try:
            path = find_file(item, finding.file, desk.listings)
        except WorkbenchError as error:
            self.post_message(FileRefused(str(error)))
            return
        if path is None:
            self.post_message(FileRefused(f"{finding.file} is not in this output"))
        else:
            self._read_file(desk, item, document, path, finding)

    def _read_file(
        self,
        desk: "Desk",
        item: ReviewItem,
        document: DiffDocument,
        path: bytes,
        finding: Finding | None,
    ) -> None:
        from workbench.services.surroundings import show_untouched

        try:
            file = show_untouched(item, document, path, desk.blobs)
        except WorkbenchError as error:
            self.post_message(FileRefused(str(error)))
        else:
            self.post_message(FileShown(document, file, finding))

    def on_file_shown(self, message: FileShown) -> None:
        """It stands behind the diff: go there."""
        if message.document is not self.diff.plain:
            return
        self.show_all()
        self.diff.refit()
        if message.finding is None:
            self.diff.go_to_file(message.file)
            self.say("the patch does not touch this file: c finds, [ or { goes back to the patch")
        elif not self._go_to(message.finding):
            self.say("its line is not there any more", "warn")

    def on_file_refused(self, message: FileRefused) -> None:
        """Say why not."""
        hide = self.desk.hide if self.desk else str
        self.say(display(hide(message.sentence)), "warn")


def lines_of(finding: Finding) -> SourceLines:
    """The lines that a finding stands on."""
    side: Side = "old" if finding.side == "old" else "new"
    return SourceLines(finding.file, side, finding.line, finding.last_line)
