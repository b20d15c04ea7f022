"""The findings on an output: what each says and where it stands; enter goes there."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Click
from textual.screen import ModalScreen

from workbench.domain.counted import counted
from workbench.domain.finding import Finding, FoundBy
from workbench.text import clip, display
from workbench.tui.screens.finding import FOUNDERS, SEVERITIES, place_of
from workbench.tui.widgets.lines import Line, LinesView, Span


class Chosen(NamedTuple):
    """One of the findings: to go there, or to take it out."""

    nth: int
    is_taken_out: bool = False


def render_findings(findings: Sequence[Finding], chosen: int, height: int) -> list[Line]:
    """The findings around the chosen one: kind, severity, place, words."""
    top = min(max(chosen - height // 2, 0), max(len(findings) - height, 0))
    return [
        _render(finding, is_chosen=nth == chosen)
        for nth, finding in enumerate(findings[top : top + height], top)
    ]


def _render(finding: Finding, *, is_chosen: bool) -> Line:
    severity = SEVERITIES[str(finding.severity)] if finding.is_defect else ""
    with_label = "  with the label" if finding.with_label else ""
    by = FOUNDERS.get(finding.found_by, "the candidate itself")
    found_by = "" if finding.found_by is FoundBy.REVIEW else f"  found by {by}"
    style = "bad" if finding.is_k_defect else ""
    return (
        Span("▸ " if is_chosen else "  ", "accent"),
        Span(f"{finding.kind.value.replace('_', ' '):13}", style),
        Span(f"{severity:7}", "dim"),
        Span(place_of(finding), "current" if is_chosen else ""),
        Span(f"{with_label}{found_by}", "dim"),
        Span(f"  {clip(display(finding.text), 200)}", "dim"),
    )


class FindingsScreen(ModalScreen[Chosen | None]):
    """Dismisses with the chosen finding, or None on Escape."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape,q", "cancel", show=False),
        Binding("down,j", "choose(1)", show=False),
        Binding("up,k", "choose(-1)", show=False),
        Binding("pagedown", "choose(10)", show=False),
        Binding("pageup", "choose(-10)", show=False),
        Binding("enter", "take(False)", show=False),
        Binding("delete,d", "take(True)", show=False),
    ]

    def __init__(self, findings: Sequence[Finding], whose: str = "") -> None:
        """Keep the findings, of which there is one at least; the last one is in front."""
        super().__init__()
        self._whose = whose
        self._findings, self._index = findings, len(findings) - 1

    def compose(self) -> ComposeResult:
        """What can be done, and the findings below."""
        with Vertical(id="files-box"):
            yield LinesView(id="files-title")
            yield LinesView(id="files-list")

    def on_resize(self) -> None:
        """Draw for the size there is, once it is known."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        count = len(self._findings)
        head = Span(f" {counted(count, 'finding')}{self._whose}", "strong")
        keys = Span("   enter goes there, d takes it out, esc cancels", "dim")
        self.query_one("#files-title", LinesView).show_lines([(head, keys)])
        view = self.query_one("#files-list", LinesView)
        if view.size.height:
            view.show_lines(render_findings(self._findings, self._index, view.size.height))

    def on_click(self, event: Click) -> None:
        """A click on a finding goes there."""
        view = self.query_one("#files-list", LinesView)
        top = min(max(self._index - view.size.height // 2, 0), max(self._overflow(view), 0))
        nth = top + event.screen_y - view.region.y
        is_inside = view.region.contains(event.screen_x, event.screen_y)
        if is_inside and nth < len(self._findings):
            self.dismiss(Chosen(nth))

    def _overflow(self, view: LinesView) -> int:
        return len(self._findings) - view.size.height

    def action_choose(self, n: int) -> None:
        """Another finding."""
        self._index = min(max(self._index + n, 0), len(self._findings) - 1)
        self._draw()

    def action_take(self, is_taken_out: bool) -> None:
        """This one."""
        self.dismiss(Chosen(self._index, is_taken_out))

    def action_cancel(self) -> None:
        """None of them."""
        self.dismiss(None)
