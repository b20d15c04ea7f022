"""`workbench review` with one more widget, whose author forgot display(): what the net is for."""

import sys
from pathlib import Path

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from workbench.cli.opening import Wanted, open_review
from workbench.tui import app


class Raw(Widget):
    """Hands to the terminal what it was given."""

    DEFAULT_CSS = "Raw { dock: bottom; height: 1; }"

    def render_line(self, y: int) -> Strip:
        """An escape as it came."""
        del y
        return Strip([Segment("forgot \x1b[2J")]).adjust_cell_length(self.size.width)


class Forgetful(app.WorkbenchApp):
    """Shows it from the first frames on, when there is no log yet."""

    def on_mount(self) -> None:
        """One widget more."""
        self.call_after_refresh(self._review.mount, Raw())


if __name__ == "__main__":
    app.WorkbenchApp = Forgetful  # type: ignore[misc]  # what the command line opens
    sys.exit(open_review(Wanted(study=Path(sys.argv[1]))))
