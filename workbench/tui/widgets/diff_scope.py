"""What of the diff is shown: some files only, not the hunks that are reviewed; and what was seen.

What is left out is left out of moves and searches as well, and of no count and no label.
"""

from workbench.diff.document import DiffDocument
from workbench.diff.marks import keys_in, reviewed_files, reviewed_segments
from workbench.diff.views import Shape
from workbench.tui.widgets.diff_frame import Signs
from workbench.tui.widgets.diff_search import DiffSearch
from workbench.tui.widgets.diff_viewport import Viewport

WHOLE = Shape("unified")
LARGE = 10_000  # changed lines of which a worker makes the keys


class DiffScope(DiffSearch):
    """Narrows what is shown, and widens it again."""

    files: frozenset[int] | None = None  # ordinals of those that are shown; None is all
    _files_scope = ""
    _is_hiding = False
    reviewed: frozenset[str] = frozenset()  # keys of hunks; `mark` changes them
    _signs: tuple[object, ...] = ()
    _made_signs = Signs()
    _last_seen: object = None
    _drawn: tuple[tuple[DiffDocument, list[int]], ...] = ()  # rows not asked for yet
    _seen: frozenset[str] = frozenset()

    def show_whole(self) -> None:
        """Another document: everything of it."""
        self.files, self._files_scope, self._is_hiding = None, "", False
        self._drawn, self._seen = (), frozenset()

    def show_files(self, files: frozenset[int] | None, scope: str = "") -> None:
        """Some files only, by their ordinals, and what the header says of that; None is all."""
        self.files, self._files_scope = files, scope
        self._narrow()

    def hide_reviewed(self, is_hiding: bool) -> bool:
        """Leave out what is reviewed, or show it again; False where nothing would be left."""
        before, self._is_hiding = self._is_hiding, is_hiding
        document = self._viewport.document if self._viewport else None
        if document and len(self.without) == len(document.model.segments):
            self._is_hiding = before
            return False
        self._narrow()
        return True

    def _narrow(self) -> None:
        self.stop_search()
        if self._viewport:
            self._viewport.clear_search()
        self.reshape()
        self.tell_search()

    @property
    def is_hiding(self) -> bool:
        """Whether what is reviewed is left out."""
        return self._is_hiding

    @property
    def without(self) -> frozenset[int]:
        """The segments that are left out because they are reviewed."""
        if not self._is_hiding or self._viewport is None:
            return frozenset()
        return self._reviewed_now()[0]

    @property
    def scope(self) -> str:
        """What the header says while something is left out."""
        hidden = "reviewed hidden" if self._is_hiding else ""
        return " · ".join(filter(None, (self._files_scope, hidden)))

    # What was reviewed, and what was seen.

    def mark(self, reviewed: frozenset[str]) -> None:
        """The keys of the hunks that are reviewed."""
        if reviewed != self.reviewed:
            self.reviewed = reviewed
            if self._is_hiding and not self.hide_reviewed(True):
                self._is_hiding = False
                self._narrow()
            self.refresh()

    def _reviewed_now(self) -> tuple[frozenset[int], frozenset[int]]:
        """Segments and files of the document in front that are reviewed."""
        port = self._viewport
        if port is None or not self.reviewed:
            return frozenset(), frozenset()
        document = port.document
        segments = reviewed_segments(document, self.reviewed)
        return segments, reviewed_files(document, self.reviewed)

    @property
    def signs(self) -> Signs:
        """What stands beside the lines of the document in front."""
        port = self._viewport
        now = (port and port.document, self.noted_rows, self.reviewed)
        if now != self._signs:
            self._signs = now
            self._made_signs = Signs(self.noted_rows, *self._reviewed_now())
        return self._made_signs

    @property
    def seen(self) -> frozenset[str]:
        """The keys of the hunks that were on the screen; of a large diff once these are made."""
        drawn, self._drawn = self._drawn, ()
        for document, rows in drawn:
            if document.keys is None and document.model.n_changed > LARGE:
                self._drawn += ((document, rows),)
            else:
                self._seen |= keys_in(document, rows)
        return self._seen

    def add_seen(self, keys: frozenset[str]) -> None:
        """These were on the screen before."""
        self._seen |= keys

    def see(self, port: Viewport) -> None:
        """A frame of this was drawn: the hunks on it were on the screen."""
        drawn = (port, port.view, port.top, port.height)
        if drawn == self._last_seen:
            return
        self._last_seen = drawn
        view = port.view
        places = range(port.top + (port.height > 1), min(port.top + port.height, len(view)))
        rows = [row for i in places for row in (view.left[i], view.right[i])]
        if len(view) and port.is_header(port.top):
            rows.append(view.left[port.top])
        self._drawn += ((port.document, rows),)
