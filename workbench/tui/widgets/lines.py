"""Lines drawn as they are given: no layout pass, no markup, only the rows that changed are sent.

A pane of this program is a pure function from a frozen value to lines of spans; this widget shows
them. A span's style is a class of the stylesheet, so a theme decides every colour.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from workbench.text import clip


class Span(NamedTuple):
    """Text that has been through display(), and the style it is shown in ("" is plain)."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


class LinesView(Widget):
    """Shows lines, cut to its width; keeps the rows before them so that few bytes are sent."""

    ALLOW_SELECT = False
    STYLES: ClassVar[tuple[str, ...]] = (
        "plain", "dim", "strong", "accent", "good", "bad", "warn", "alarm", "key", "current",
        "title",
    )  # fmt: skip

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Start empty."""
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._looks: dict[tuple[str, str], Style] = {}

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    @property
    def plain(self) -> str:
        """What is shown, as text: for tests and for the clipboard."""
        return "\n".join("".join(span.text for span in line) for line in self._lines)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these; only rows that differ are painted again."""
        before, self._lines = self._lines, tuple(lines)
        height = self.size.height
        old = (*before, *((),) * height)[:height]
        new = (*self._lines, *((),) * height)[:height]
        changed = [y for y, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """One row of the pane."""
        width = self.size.width
        base = self._style("")
        line = self._lines[y] if y < len(self._lines) else ()
        segments, left = [], width
        for span in line:
            text = clip(span.text, left)
            strip = Segment(text, self._style(span.style))
            segments.append(strip)
            left -= strip.cell_length
            if left <= 0:
                break
        return Strip(segments).adjust_cell_length(width, base)

    def notify_style_update(self) -> None:
        """Colours changed, as another theme or class brings with it."""
        super().notify_style_update()
        self._looks.clear()

    def _style(self, name: str) -> Style:
        """Made when it is first drawn.

        As component classes Textual would make all of them, for every pane and twice, at a start.
        """
        key = self.app.theme, name
        if key not in self._looks:
            node = DOMNode(classes=f"lines--{name or 'plain'}")
            node._attach(self)  # noqa: SLF001 - as Textual does for a component class
            self.app.stylesheet.apply(node, animate=False)
            self._looks[key] = node.rich_style
        return self._looks[key]
