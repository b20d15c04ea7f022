"""The outputs behind a number: which it counts, which it is of, which not, and why."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from workbench.domain.comparison import Behind
from workbench.text import cells, clip, display
from workbench.tui.widgets.lines import Line, LinesView, Span

_GLYPHS = {"counted": ("●", "accent"), "of it": ("○", ""), "outside": ("·", "dim")}


def render_behind(outputs: Sequence[Behind], chosen: int, height: int, width: int) -> list[Line]:
    """The outputs around the chosen one: where it stands, ticket, candidate, outcome, why."""
    if not outputs:
        return [(Span("  no output stands behind this number", "dim"),)]
    top = _top(len(outputs), chosen, height)
    return [
        _render(output, width, is_chosen=nth == chosen)
        for nth, output in enumerate(outputs[top : top + height], top)
    ]


def _top(n: int, chosen: int, height: int) -> int:
    return min(max(chosen - height // 2, 0), max(n - height, 0))


def _render(output: Behind, width: int, *, is_chosen: bool) -> Line:
    glyph, style = _GLYPHS[output.part]
    trial = f" trial {output.trial}" if output.trial > 1 else ""
    where = f"{display(output.ticket_id)}{trial} {display(output.name)}"
    head = f"{clip(where, 26)}"
    pad = " " * max(1, 27 - cells(head))
    why = clip(display(output.why), max(8, width - 48))
    return (
        Span("▸" if is_chosen else " ", "accent"),
        Span(f"{glyph} ", style),
        Span(head, "current" if is_chosen else ""),
        Span(f"{pad}{output.outcome:<15} ", "strong" if output.part == "counted" else "dim"),
        Span(why, "" if is_chosen else "dim"),
    )


class BehindScreen(ModalScreen[str | None]):
    """Dismisses with the id of an output, or None on Escape."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,q", "cancel", show=False),
        Binding("j,down", "choose(1)", show=False),
        Binding("k,up", "choose(-1)", show=False),
        Binding("pagedown,space", "choose(10)", show=False),
        Binding("pageup,b", "choose(-10)", show=False),
        Binding("enter", "go", show=False),
    ]

    def __init__(self, title: str, outputs: Sequence[Behind]) -> None:
        """`title` says which number it is."""
        super().__init__()
        self._title, self._outputs, self._chosen = title, outputs, 0

    def compose(self) -> ComposeResult:
        """Which number, its outputs, the keys."""
        with Vertical(id="behind-box"):
            yield LinesView(id="behind-title")
            yield LinesView(id="behind-list")

    def on_resize(self) -> None:
        """Draw for the size there is, once it is known."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        n = {part: sum(o.part == part for o in self._outputs) for part in _GLYPHS}
        told = "   ".join(f"{_GLYPHS[part][0]} {n[part]} {part}" for part in _GLYPHS)
        width, height = self._list.size
        if not width or not height:
            return
        head = (f" {display(self._title)}", f" {told}   enter shows it, esc goes back")
        self.query_one("#behind-title", LinesView).show_lines(
            [(Span(clip(head[0], width), "strong"),), (Span(clip(head[1], width), "dim"),)]
        )
        self._list.show_lines(render_behind(self._outputs, self._chosen, height, width))

    @property
    def _list(self) -> LinesView:
        return self.query_one("#behind-list", LinesView)

    def on_click(self, event: Click) -> None:
        """A click on an output shows it."""
        region, n = self._list.region, len(self._outputs)
        nth = _top(n, self._chosen, region.height) + event.screen_y - region.y
        if region.contains(event.screen_x, event.screen_y) and nth < n:
            self.dismiss(self._outputs[nth].output_id)

    def action_choose(self, n: int) -> None:
        """Another output."""
        self._chosen = min(max(self._chosen + n, 0), max(len(self._outputs) - 1, 0))
        self._draw()

    def action_go(self) -> None:
        """Show it."""
        if self._outputs:
            self.dismiss(self._outputs[self._chosen].output_id)

    def action_cancel(self) -> None:
        """Back to the numbers."""
        self.dismiss(None)
