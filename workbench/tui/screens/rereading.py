"""Reading the same output in another way: without blanks, in some files, by its list of files.

What is hidden here is hidden from the eye alone: no rate, no count and no label knows of it, and
every output is shown whole when it comes in front.
"""

from functools import partial
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from workbench.diff.blanks import Blanks
from workbench.diff.document import DiffDocument
from workbench.domain.blind import ReviewItem
from workbench.domain.counted import counted
from workbench.domain.errors import WorkbenchError
from workbench.text import display
from workbench.tui.messages import BlanksReady, BlanksRefused, FilesMade
from workbench.tui.notices import one_moment
from workbench.tui.screens.reading import ReadingScreen
from workbench.tui.work import hand_over, start_work

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.services.desk import Desk
    from workbench.tui.widgets.file_tree import FileTree

MANY = 1_000  # files of which a worker makes the list


class RereadingScreen(ReadingScreen):
    """The part of the review screen that shows an output in other ways."""

    desk: "Desk | None"
    item: ReviewItem | None
    _wanted: tuple[DiffDocument, Blanks] | None = None  # how which output should be shown
    _pattern = ""  # the files last asked for

    def action_blanks(self) -> None:
        """The next way to leave blanks out of account."""
        document, plain = self.diff.document, self.diff.plain
        if not document or not plain or not self.desk or not self.item:
            self.say(one_moment(self.desk), "warn")
            return
        if plain.model.raw or not self.item.tree:
            self.say("there is no diff of files here")
            return
        held = self._wanted
        before = held[1] if held and held[0] is plain else document.blanks
        self._wanted = plain, before.next
        if before.next is Blanks.NONE:
            self.on_blanks_ready(BlanksReady(plain, Blanks.NONE))
            return
        work = partial(self._reread, self.desk, self.item, plain, before.next)
        start_work(self, work, "blanks")

    def _reread(self, desk: "Desk", item: ReviewItem, plain: DiffDocument, blanks: Blanks) -> None:
        from workbench.services.patches import read_without_blanks

        try:
            document = read_without_blanks(item, plain, blanks, desk.diffs, desk.blobs)
        except WorkbenchError as error:
            self.post_message(BlanksRefused(str(error)))
            return
        document.warm(self.diff.size.width, self.diff.size.height, self.diff.mode)
        self.post_message(BlanksReady(document, blanks))

    def on_blanks_ready(self, message: BlanksReady) -> None:
        """Show it, if this is still what is wanted of the output in front."""
        document, plain = message.document, self.diff.plain
        if plain is None or (document.plain, message.blanks) != self._wanted:
            return
        self.diff.replace(document)
        note = "; ~ marks lines with other blanks" if document is not plain else ""
        self.say(f"blanks ignored: {message.blanks}{note}")

    def action_files(self) -> None:
        """The list of files, to jump to one."""
        document = self.diff.document
        if document is None or document.model.raw:
            return
        if len(document.files) > MANY:
            self.say("making the list of files")
            start_work(self, partial(self._list_files, document), "files")
        else:
            self._show_tree(self._make_tree(document))

    def _list_files(self, document: DiffDocument) -> None:
        self.post_message(FilesMade(document, self._make_tree(document)))

    def _make_tree(self, document: DiffDocument) -> "FileTree":
        from workbench.tui.widgets.file_tree import FileTree, make_file_line

        kept, done = self.diff.files, self.done_files(document)
        files = (entry for entry in document.files if kept is None or entry.index in kept)
        return FileTree([make_file_line(entry, is_done=entry.index in done) for entry in files])

    def on_files_made(self, message: FilesMade) -> None:
        """Show the list, if the same output is in front."""
        if message.document is self.diff.document and self.is_current:
            self.say("")
            self._show_tree(message.tree)

    def _show_tree(self, tree: "FileTree") -> None:
        from workbench.tui.screens.files import FilesScreen  # not before the first paint

        self.app.push_screen(FilesScreen(tree, self.diff.current_file), self._go_to_file)

    def done_files(self, document: DiffDocument) -> frozenset[int]:
        """The ordinals of files that are reviewed."""
        raise NotImplementedError

    def _go_to_file(self, file: int | None) -> None:
        if file is not None:
            self.diff.go_to_file(file)

    def action_external(self) -> None:
        """Hand the file at the cursor to the reviewer's own program, both sides of it."""
        from workbench.services.patches import read_pair

        document, desk, item = self.diff.document, self.desk, self.item
        if not desk or not item or not document:
            self.say(one_moment(self.desk), "warn")
            return
        if document.model.raw or not item.tree:
            self.say("there is no diff of files here")
            return
        try:
            desk.viewer.check()
            pair = read_pair(item, document.files[self.diff.current_file].patch, desk.blobs)
            code = hand_over(self.app, partial(desk.viewer.show, *pair))
        except WorkbenchError as error:
            self.say(display(str(error)), "warn")
        except SuspendNotSupported:
            self.say("this terminal cannot be handed over", "warn")
        else:
            if code in {0, 1}:  # as diff itself has it, 1 says that the two differ
                self.say("back from the difftool")
            else:
                self.say(f"the difftool ended with exit code {code}", "warn")

    def action_only_files(self) -> None:
        """Ask which files to show."""
        from workbench.tui.screens.prompt import PromptScreen

        if self.diff.plain and not self.diff.plain.model.raw:
            title = "Show only files like *.py src/ !tests (empty: all)"
            self.app.push_screen(PromptScreen(title, self._pattern), self._show_files)

    def _show_files(self, text: str | None) -> None:
        from workbench.diff.globs import match_files

        document = self.diff.document
        if text is None or document is None:
            return
        self._pattern = text.strip()
        found = match_files(document.files, self._pattern)
        if not self._pattern or len(found) == len(document.files):
            self.diff.show_files(None)
            self.say("all files")
        elif not found:
            self.say(f"no file is like {display(self._pattern)}: nothing is left out", "warn")
        else:
            of = f"{len(found)} of {counted(len(document.files), 'file')}"
            self.diff.show_files(found, f"only {display(self._pattern)}: {of}")
            self.say(f"{of} shown; what is left out counts as before")

    def end_reading(self) -> bool:
        """Escape: ends the search, then shows all files, then all blanks."""
        if super().end_reading():
            return True
        if self.diff.scope:
            self._show_files("")
            return True
        return self._show_blanks()

    def show_all(self) -> None:
        """All files, all blanks: what was asked for may stand in what is left out."""
        if self.diff.scope:
            self._show_files("")
        self._show_blanks()

    def _show_blanks(self) -> bool:
        """The whole diff again, where blanks are left out; whether they were."""
        document = self.diff.document
        if document is None or document is document.plain:
            return False
        self._wanted = document.plain, Blanks.NONE
        self.on_blanks_ready(BlanksReady(document.plain, Blanks.NONE))
        return True

    def on_blanks_refused(self, message: BlanksRefused) -> None:
        """The whole diff stays."""
        self._wanted = None
        self.say(display(message.sentence), "bad")
