"""Pointing in front of a pair: left against right shows lines of both, and each is one side's own.

There a removed line is the left output's and an added one the right's. A finding goes to the side
whose line it is, as that output has it; what is asked of one output against the base is refused.
"""

from workbench.diff.document import DiffDocument
from workbench.diff.rows import Side as LineSide
from workbench.domain.finding import Finding
from workbench.domain.pair import Side
from workbench.tui.actions import show_key
from workbench.tui.label_keys import Anchor
from workbench.tui.screens.pair_recording import PairRecording
from workbench.tui.screens.pointing import lines_of
from workbench.tui.widgets.diff_lines import SourceLines
from workbench.tui.widgets.label_bar import NO_KEY

SHOWN_AS: dict[Side, LineSide] = {Side.LEFT: "old", Side.RIGHT: "new"}


class PairPointing(PairRecording):
    """The part of the pair screen that knows what the cursor points at."""

    def leave_versus(self) -> None:
        """Back to both sides against the base."""
        self.is_versus = False
        self.remove_class("-versus")

    # Findings.

    @property
    def whose(self) -> str:
        """The side that it is recorded on."""
        return f" of the {self.side} side"

    def action_finding(self) -> None:
        """In left against right it is about the side whose line it is."""
        other = self.side.other
        is_chosen = self.is_versus and self.diff.cursor_moved and self.is_free()
        if is_chosen and self._lines(other) and not self._lines(self.side):
            self.focus_side(other)
        super().action_finding()

    def _lines(self, side: Side) -> SourceLines | None:
        return self.diff.chosen_of(SHOWN_AS[side])

    def line_anchor(self) -> Anchor:
        """The lines as the focused output has them."""
        lines = self._lines(self.side) if self.is_versus else None
        if lines is None:
            return Anchor() if self.is_versus else super().line_anchor()
        end = lines.last if lines.last > lines.first else None
        return Anchor(lines.path, lines.first, "new", end, lines.digest)

    def mark_findings(self) -> None:
        """Those of both sides where both are shown in one."""
        super().mark_findings()
        if self.pair and self.is_versus:
            self.diff.note(
                tuple(
                    lines_of(finding)._replace(side=SHOWN_AS[side])
                    for side in Side
                    for finding in self.pair.side(side).judgement.findings
                    if finding.file and finding.line and finding.side == "new"
                )
            )

    def show_place(self, finding: Finding) -> None:
        """A finding stands in its own output."""
        if self.is_versus:
            self.leave_versus()
            self.focus_side(self.side)
        super().show_place(finding)

    # What is of one output against the base.

    def marked_document(self) -> DiffDocument | None:
        """Marks are of one side."""
        return None if self._is_of_both("marks are") else super().marked_document()

    def action_blanks(self) -> None:
        """So are blanks that are ignored."""
        if not self._is_of_both("ignoring blanks is"):
            super().action_blanks()

    def action_any_file(self) -> None:
        """And files that a patch did not touch."""
        if not self._is_of_both("files beside the patch are"):
            super().action_any_file()

    def _is_of_both(self, what: str) -> bool:
        """Whether both sides are in one pane; then the bar says why not."""
        if self.is_versus:
            key = show_key((*self.keys["pair.view"], NO_KEY)[0])
            self.say(f"{what} of one side against the base: {key} goes back", "warn")
        return self.is_versus
