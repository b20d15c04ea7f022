"""Reading an output: the keys that move in the diff, search it, or change how it is laid out."""

from functools import cached_property

from textual.screen import Screen

from workbench.diff.search import SearchError
from workbench.domain.counted import name_counted
from workbench.text import clip, display
from workbench.tui.widgets.diff_view import DiffView

MAX_COPY = 1_000_000  # characters; terminals take no more, many take less


class ReadingScreen(Screen[None]):
    """The part of the review screen that only looks; it records nothing."""

    @cached_property
    def diff(self) -> DiffView:
        """The diff pane, which is one and the same as long as the screen; also when it closes."""
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
        if not self.diff.scroll_sideways(n):
            self.say("long lines are wrapped: all of them is on the screen")

    def action_other_end(self) -> None:
        """From a moved line to its other end."""
        self.say(self.diff.to_other_end())

    def action_fold(self) -> None:
        """Show the unchanged lines at the cursor."""
        if not self.diff.expand_fold():
            self.say("no unchanged lines to show here")

    def action_context(self, n: int) -> None:
        """Show more unchanged lines on one side of the change."""
        if not self.diff.expand_from_cursor(n):
            self.say(f"no more unchanged lines {'above' if n < 0 else 'below'}")

    def action_fold_file(self) -> None:
        """Show the whole file, or its changes only."""
        count = self.diff.toggle_file_folds()
        lines = f"{abs(count):,} {name_counted(abs(count), 'line')}"
        done = f"{lines} unfolded" if count > 0 else f"{lines} folded"
        self.say(done if count else "nothing to unfold in this file")

    def action_layout(self) -> None:
        """Automatic, unified, side by side."""
        self.say(f"layout: {self.diff.cycle_layout()}")

    def action_wrap(self) -> None:
        """Long lines in parts, or cut at the edge."""
        self.say("long lines: wrapped" if self.diff.toggle_wrap() else "long lines: cut")

    # The clipboard.

    def on_diff_mouse_picked(self, message: DiffView.Picked) -> None:
        """What the mouse picked."""
        self._copy(message.text)

    def on_text_selected(self) -> None:
        """What the mouse selected in the text beside the diff."""
        text = super().get_selected_text()
        if text:
            self._copy(text)

    def get_selected_text(self) -> str | None:
        """What ctrl+c copies: of the text beside the diff, else of the diff."""
        return super().get_selected_text() or self.diff.pick_text or None

    def action_copy(self) -> None:
        """What is picked, or the line at the cursor."""
        self._copy(self.diff.picked)

    def _copy(self, text: str) -> None:
        """By OSC 52, so also over ssh; nothing but a reviewer's own act comes here."""
        n_lines = text.count("\n") + 1
        if len(text) > MAX_COPY:
            self.say(f"not copied: {len(text):,} characters, {MAX_COPY:,} is the most", "warn")
        elif text:
            self.app.copy_to_clipboard(text)
            self.say(f"copied: {f'{n_lines:,} lines' if n_lines > 1 else clip(display(text), 60)}")

    # Search.

    _query = ""
    _is_regex = _is_added_only = _is_waiting = False

    @property
    def _manner(self) -> str:
        """How the search reads what is typed."""
        how = "a regular expression" if self._is_regex else "a text"
        return f"{how}, in added lines only" if self._is_added_only else f"{how}, in all lines"

    def action_search(self) -> None:
        """Ask what to look for."""
        from workbench.tui.screens.prompt import PromptScreen

        where = "the files shown" if self.diff.scope else "all files"
        self.app.push_screen(PromptScreen(f"Search in {where}: {self._manner}"), self._search)

    def action_search_regex(self) -> None:
        """What is typed is a regular expression, or a text."""
        self._is_regex = not self._is_regex
        self._search_again()

    def action_search_added(self) -> None:
        """Look in added lines only, or in all."""
        self._is_added_only = not self._is_added_only
        self._search_again()

    def _search_again(self) -> None:
        if self.diff.match_at[1] or self.diff.is_searching:
            self._search(self._query)
        else:
            self.say(f"search: {self._manner}")

    def _search(self, query: str | None) -> None:
        if not query:
            self.diff.clear_search()
            return
        self._query = query
        try:
            found = self.diff.search(query, regex=self._is_regex, added_only=self._is_added_only)
        except SearchError as error:
            self.say(display(str(error)), "warn")
            return
        self._is_waiting = self.diff.is_searching
        if self._is_waiting:
            self.say(f"searching for {display(query)}: escape stops")
        elif found:
            self._say_match()
        else:
            self._say_nothing()

    def on_diff_view_search_changed(self, message: DiffView.SearchChanged) -> None:
        """A search that took longer has ended."""
        if message.problem:
            self.say(display(message.problem), "warn")
        elif self._is_waiting and message.total:
            self._say_match()
        elif self._is_waiting:
            self._say_nothing()
        self._is_waiting = False

    def action_match(self, n: int) -> None:
        """Go round the matches; in another output, look for the same again."""
        if not self.diff.match_at[1] and self._query:
            self._search(self._query)
            return
        self.diff.next_match(n)
        self._say_match()

    def _say_match(self) -> None:
        i, n = self.diff.match_at
        what = clip(display(self._query), 40)
        self.say(f"[{i:,}/{n:,}] {what}{self._aside}" if n else "nothing was searched for")

    def _say_nothing(self) -> None:
        self.say(f"not found: {display(self._query)}{self._aside}", "warn")

    @property
    def _aside(self) -> str:
        return f" ({self._manner})" if self._is_regex or self._is_added_only else ""

    def end_reading(self) -> bool:
        """Escape: drops what was picked, then ends the search; whether there was anything."""
        if self.diff.drop_pick():
            return True
        if not self.diff.match_at[1] and not self.diff.is_searching:
            return False
        self._is_waiting = False
        self.diff.clear_search()
        return True
