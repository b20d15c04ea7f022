"""A finding in three steps: what kind, how bad, in what words. Escape records nothing.

Tab says what it is about: the lines chosen, their file, or the whole output; `f`, until there are
words, who found it: this review, unless the reviewer says otherwise.
"""

from collections.abc import Sequence
from dataclasses import replace

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from workbench.domain.finding import Finding, FindingKind, FoundBy
from workbench.text import display
from workbench.tui.label_keys import Anchor
from workbench.tui.widgets.lines import LinesView, Span

KINDS = {
    "1": FindingKind.FUNCTIONAL,
    "2": FindingKind.BREAKS_OTHER,
    "3": FindingKind.SECURITY,
    "4": FindingKind.DATA_LOSS,
    "5": FindingKind.QUALITY,
    "6": FindingKind.REMARK,
}
FOUNDERS = {
    FoundBy.REVIEW: "this review",
    FoundBy.TESTS: "the tests",
    FoundBy.POST_MERGE: "someone after the merge",
}
SEVERITIES = {"1": "slight", "2": "real", "3": "grave"}


def place_of(where: Anchor | Finding) -> str:
    """Where a finding stands, safe to show."""
    if not where.file:
        return "the whole output"
    if not where.line:
        return f"{display(where.file)}, the whole file"
    end = f"-{where.end_line}" if where.end_line else ""
    old = " (before)" if where.side == "old" else ""
    return f"{display(where.file)}:{where.line}{end}{old}"


class FindingScreen(ModalScreen[Finding | None]):
    """Dismisses with a Finding, or None on Escape."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "cancel", show=False),
        Binding("tab", "place(1)", show=False),
        Binding("shift+tab", "place(-1)", show=False),
    ]

    def __init__(
        self, anchors: Sequence[Anchor], founders: Sequence[FoundBy], whose: str = ""
    ) -> None:
        """Keep where the finding may stand, and who may have found it; the first until changed.

        `whose` says of which output it is, where there are two.
        """
        super().__init__()
        self._whose = whose
        self._founders, self._found_by = founders, founders[0]
        self._anchors, self._nth = anchors, 0
        self._choices: dict[str, str] = {}
        self._kind: FindingKind | None = None
        self._severity: int | None = None

    def compose(self) -> ComposeResult:
        """The question, and a field that is asked last."""
        with Vertical(id="prompt-box"):
            yield LinesView(id="prompt-title")
            yield Input(disabled=True)

    def on_mount(self) -> None:
        """Ask for the kind."""
        self._ask({key: kind.value.replace("_", " ") for key, kind in KINDS.items()})

    def _ask(self, choices: dict[str, str]) -> None:
        self._choices = choices
        spans = [Span(" ")]
        for key, word in choices.items():
            spans += [Span(key, "key"), Span(f" {word}  ")]
        place = Span(f" Finding{self._whose} on {place_of(self._anchors[self._nth])}", "strong")
        other = place_of(self._anchors[(self._nth + 1) % len(self._anchors)])
        keys = f"   tab: {other}   esc cancels" if len(self._anchors) > 1 else "   esc cancels"
        title = self.query_one("#prompt-title", LinesView)
        title.show_lines([(place, Span(keys, "dim")), tuple(spans), self._tell_founder()])

    def _tell_founder(self) -> tuple[Span, ...]:
        told = Span(f" found by {FOUNDERS[self._found_by]}", "dim")
        if self._severity is not None or self._kind is FindingKind.REMARK:
            return (told,)
        return told, Span("   "), Span("f", "key"), Span(f" {FOUNDERS[self._next()]}", "dim")

    def _next(self) -> FoundBy:
        at = self._founders.index(self._found_by)
        return self._founders[(at + 1) % len(self._founders)]

    def action_place(self, step: int) -> None:
        """It is about something else."""
        self._nth = (self._nth + step) % len(self._anchors)
        self._ask(self._choices)

    def on_key(self, event: events.Key) -> None:
        """Take the digits of the first two steps."""
        if self._kind is None and event.key in KINDS:
            self._kind = KINDS[event.key]
            if self._kind is FindingKind.REMARK:
                self._ask_words(1)
            else:
                self._ask(SEVERITIES)
        elif self._severity is None and self._kind and event.key in SEVERITIES:
            self._ask_words(int(event.key))
        elif self._severity is None and event.key == "f":
            self._found_by = self._next()
            self._ask(self._choices)
        else:
            return
        event.stop()
        event.prevent_default()

    def _ask_words(self, severity: int) -> None:
        self._severity = severity
        self._ask({"enter": "save (words may be left out)", "esc": "cancel"})
        field = self.query_one(Input)
        field.disabled = False
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Done."""
        if self._kind is None or self._severity is None:
            return
        where = self._anchors[self._nth]
        found = where.found(self._kind, self._severity, event.value.strip())
        self.dismiss(replace(found, found_by=self._found_by) if found.is_defect else found)

    def action_cancel(self) -> None:
        """Nothing is recorded."""
        self.dismiss(None)
