"""Reading an output: the keys that move in the diff, search it, or change how it is laid out."""

from textual.screen import Screen

from workbench.diff.search import SearchError
from workbench.text import display
from workbench.tui.screens.prompt import PromptScreen
from workbench.tui.widgets.diff_view import DiffView


class ReadingScreen(Screen[None]):
    """The part of the review screen that only looks; it records nothing."""

    @property
    def diff(self) -> DiffView:
        """The diff pane."""
        return self.query_one("#diff", DiffView)

    def say(self, text: str, style: str = "dim") -> None:
        """Put one line into the label bar."""
        raise NotImplementedError

    def action_line(self, n: int) -> None:
        """Move the cursor."""
        self.diff.move_line(n)

    def action_page(self, n: int) -> None:
        """Move by a screen."""
        self.diff.move_page(n)

    def action_half_page(self, n: int) -> None:
        """Move by half a screen."""
        self.diff.move_half_page(n)

    def action_hunk(self, n: int) -> None:
        """Move by a hunk."""
        self.diff.move_hunk(n)

    def action_file(self, n: int) -> None:
        """Move by a file."""
        self.diff.move_file(n)

    def action_top(self) -> None:
        """To the first line."""
        self.diff.home()

    def action_bottom(self) -> None:
        """To the last line."""
        self.diff.end()

    def action_sideways(self, n: int) -> None:
        """Scroll long lines."""
        self.diff.scroll_sideways(n)

    def action_fold(self) -> None:
        """Show the unchanged lines at the cursor."""
        if not self.diff.expand_fold():
            self.say("no unchanged lines to show here")

    def action_layout(self) -> None:
        """Automatic, unified, side by side."""
        self.say(f"layout: {self.diff.cycle_layout()}")

    def action_search(self) -> None:
        """Ask what to look for."""
        self.app.push_screen(PromptScreen("Search in all files of this output"), self._search)

    def _search(self, query: str | None) -> None:
        if not query:
            self.diff.clear_search()
            return
        try:
            found = self.diff.search(query)
        except SearchError as error:
            self.say(display(str(error)), "warn")
            return
        if found:
            self._say_match()
        else:
            self.say(f"not found: {display(query)}", "warn")

    def action_match(self, n: int) -> None:
        """Go round the matches."""
        self.diff.next_match(n)
        self._say_match()

    def _say_match(self) -> None:
        i, n = self.diff.match_at
        self.say(f"[{i}/{n}]" if n else "nothing was searched for")
