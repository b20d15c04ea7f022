"""Prose beside the diff: the ticket, the candidate's message, the rubric, the help. Plain text.

Markdown is shown as it was written: nothing a model wrote is rendered. Only as much of a text is
wrapped as can be scrolled to soon, so that a message of megabytes opens at once.
"""

from textual.selection import Selection
from textual.strip import Strip

from workbench.domain.counted import name_counted
from workbench.text import cells, count_marks, display, fold
from workbench.tui.widgets.diff_cells import warnings
from workbench.tui.widgets.lines import Line, LinesView, Span

AHEAD = 2_000  # lines wrapped beyond those in sight


class Prose:
    """The lines of a text at a width, each made safe; blank lines stay. Wrapped as far as asked."""

    def __init__(self, text: str, width: int) -> None:
        """Wrap nothing yet."""
        self._raw, self._width = text.split("\n"), max(8, width)
        self._next = 0
        self._lines: list[str] = []

    def lines(self, top: int, room: int) -> list[str]:
        """`room` lines from `top` on; fewer at the end."""
        self._reach(top + room + AHEAD)
        return self._lines[top : top + room]

    def fit(self, top: int, room: int) -> int:
        """The nearest top that leaves no line of the room empty."""
        self._reach(top + room)
        return max(0, min(top, len(self._lines) - room))

    def more(self, end: int) -> str:
        """How many lines there are after `end`, in words; "" for none."""
        n, unread = len(self._lines) - end, len(self._raw) - self._next
        lines = f"{'+' if unread else ''} more {'lines' if unread else name_counted(n, 'line')}"
        return f"  ({n + unread:,}{lines})" if n + unread > 0 else ""

    def _reach(self, count: int) -> None:
        while len(self._lines) < count and self._next < len(self._raw):
            self._lines += fold(display(self._raw[self._next]), self._width)
            self._next += 1


def mark_warnings(line: str) -> Line:
    """A shown line; what tells of a hidden character, or mixes scripts in a name, stands out."""
    spans, at = [], 0
    for start, end in sorted(warnings(line)):
        spans += [Span(line[at:start]), Span(line[start:end], "warn")]
        at = end
    return tuple(span for span in (*spans, Span(line[at:])) if span.text)


class TextPane(LinesView):
    """A title and a text that scrolls by itself when it is longer than the pane."""

    ALLOW_SELECT = True
    title_line: str = ""
    body: str = ""
    top: int = 0
    _badge = ""
    _prose: Prose | None = None

    def show(self, title: str, body: str) -> None:
        """Show another text from its beginning."""
        if (title, body) != (self.title_line, self.body):
            self.top, self._prose = 0, None
            self._badge = count_marks(body).badge
        self.title_line, self.body = title, body
        self._draw()

    def scroll_lines(self, n: int) -> None:
        """Move by n lines; stops at both ends."""
        self.top = max(0, self.top + n)
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width - 2, self.size.height
        prose = self._prose = self._prose or Prose(self.body, width)
        room = max(1, height - 1)
        self.top = prose.fit(self.top, room)
        text = prose.lines(self.top, room)
        head: Line = (
            Span(f" {self.title_line}", "title"),
            Span(f"  {self._badge}" if self._badge else "", "warn"),
            Span(prose.more(self.top + room), "dim"),
        )
        self.show_lines([head, *((Span(" "), *self.style(line)) for line in text)])

    def style(self, line: str) -> Line:
        """A line as it is shown."""
        return mark_warnings(line)

    def first_lines(self) -> list[str]:
        """The lines from the beginning, as many as are wrapped ahead."""
        return self._prose.lines(0, AHEAD) if self._prose else []

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self._prose = None
        self._draw()

    def on_mouse_scroll_down(self) -> None:
        """Three lines on."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines back."""
        self.scroll_lines(-3)

    # What the mouse selects, by Textual's own means; the blank before each line is no part of it.

    def render_line(self, y: int) -> Strip:
        """The row, its place in the text, and what of it is selected."""
        strip, width = super().render_line(y), self.size.width
        span = self.text_selection.get_span(y) if self.text_selection else None
        if span is not None and width:
            text = self.plain.split("\n")[y][1:] if y < len(self.lines) else ""
            start = 1 + cells(text[: span[0]])
            end = width if span[1] < 0 else 1 + cells(text[: span[1]])
            before, chosen, after = strip.divide([min(start, width), min(end, width), width])
            look = self.screen.get_component_rich_style("screen--selection")
            strip = Strip.join([before, chosen.apply_style(look), after])
        return strip.apply_offsets(-1, y)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """The selected part of the lines in sight."""
        text = "\n".join(line[1:] for line in self.plain.split("\n"))
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw it."""
        del selection
        self.refresh()
