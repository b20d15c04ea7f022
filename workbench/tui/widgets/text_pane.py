"""Prose beside the diff: the ticket, the candidate's message, the rubric, the help. Plain text.

Markdown is shown as it was written: nothing a model wrote is rendered.
"""

from textwrap import wrap

from workbench.text import display_lines
from workbench.tui.widgets.lines import Line, LinesView, Span


def wrap_text(text: str, width: int) -> list[str]:
    """The lines of a text at a width, each kept safe; blank lines stay."""
    out: list[str] = []
    for line in display_lines(text):
        indent = line[: len(line) - len(line.lstrip())]
        out += wrap(line, max(8, width), subsequent_indent=indent, replace_whitespace=False) or [""]
    return out


class TextPane(LinesView):
    """A title and a text that scrolls by itself when it is longer than the pane."""

    title_line: str = ""
    body: str = ""
    top: int = 0

    def show(self, title: str, body: str) -> None:
        """Show another text from its beginning."""
        if (title, body) != (self.title_line, self.body):
            self.top = 0
        self.title_line, self.body = title, body
        self._draw()

    def scroll_lines(self, n: int) -> None:
        """Move by n lines; stops at both ends."""
        self.top = max(0, self.top + n)
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width - 2, self.size.height
        text = wrap_text(self.body, width)
        room = max(1, height - 1)
        self.top = min(self.top, max(0, len(text) - room))
        rest = len(text) - self.top - room
        head: Line = (
            Span(f" {self.title_line}", "title"),
            Span(f"  ({rest} more lines)" if rest > 0 else "", "dim"),
        )
        self.show_lines([head, *((Span(f" {t}"),) for t in text[self.top : self.top + room])])

    def on_resize(self) -> None:
        """Wrap to the new width."""
        self._draw()

    def on_mouse_scroll_down(self) -> None:
        """Three lines on."""
        self.scroll_lines(3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines back."""
        self.scroll_lines(-3)
