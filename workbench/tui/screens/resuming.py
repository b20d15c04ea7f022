"""Going on where the reviewer stopped: output, line, place on the screen, layout, open text.

The bookmark is kept a moment after every move, so that it is there after a quit, a hang-up or a
kill; it counts as long as nothing was recorded since, by whatever way.
"""

from datetime import datetime
from typing import Literal, cast

from workbench.diff.rows import Address, Side
from workbench.domain.label import format_time
from workbench.domain.reading import Bookmark
from workbench.tui.screens.marking import MarkingScreen

_LAYOUTS = ("auto", "unified", "split")
_PANES = {"ticket", "rubric"}  # those that anybody may open at any time


class ResumingScreen(MarkingScreen):
    """The part of the review screen that knows where its reader stopped."""

    _bookmark: Bookmark | None = None  # as it was kept last

    def last_saved_at(self) -> datetime | None:
        """When the reviewer's last event was recorded."""
        raise NotImplementedError

    def lay_out(self, bookmark: Bookmark | None) -> None:
        """Before the first paint: the layout of the last session."""
        if bookmark and bookmark.layout in _LAYOUTS:
            self.diff.layout_mode = cast("Literal['auto', 'unified', 'split']", bookmark.layout)
            self.diff.wrap = bookmark.wrap

    def go_on(self, bookmark: Bookmark | None) -> None:
        """The output in front is that of the bookmark: to its line, once there is any size."""
        if bookmark is None:
            return
        self.diff.left = bookmark.left
        if bookmark.path or bookmark.line:
            side: Side = "old" if bookmark.side == "old" else "new"
            place = Address(bookmark.path, side, bookmark.line, "")
            self.diff.begin_at(place, bookmark.above)
        if bookmark.pane in _PANES:
            self.read(bookmark.pane)

    def _keep(self) -> None:
        super()._keep()
        self.keep_place()

    def on_unmount(self) -> None:
        """Before the desk is closed."""
        self.keep_place()

    def keep_place(self) -> None:
        """Where the reviewer is; of an output that was left for the next one nothing is kept."""
        item, place = self.item, self.diff.place
        if self.desk is None or item is None or self.diff.painted_key != item.output_id:
            return
        at, diff = self.last_saved_at(), self.diff
        now = Bookmark(
            item.output_id,
            format_time(at) if at else "",
            place.path if place else "",
            place.side if place else "new",
            place.line if place else 0,
            diff.lines_above,
            diff.left,
            diff.layout_mode,
            diff.wrap,
            self.reading if self.reading in _PANES else "",
        )
        if now != self._bookmark:
            self._bookmark = now
            self.desk.readings.save_bookmark(now)
