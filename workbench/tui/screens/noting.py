"""Findings: given on a line, a range, a file or the whole output; listed, reached and taken out.

A finding is part of what the reviewer holds of the output, so each change is one act in the log,
and undo takes it back like any other. What was given with a label goes with the label alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.domain.delivery import Delivery
from workbench.domain.finding import Finding, FoundBy
from workbench.domain.label import Act, Label
from workbench.domain.outcome import effective_delivery
from workbench.tui.label_keys import Anchor
from workbench.tui.screens.acting import ActingScreen

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.tui.screens.findings import Chosen


class NotingScreen(ActingScreen):
    """The part of the review screen that records findings."""

    def finding_anchors(self) -> Sequence[Anchor]:
        """Where a finding may stand, the likeliest first."""
        raise NotImplementedError

    @property
    def whose(self) -> str:
        """Of two outputs in front, whose a finding is; "" where there is one."""
        return ""

    def end_range(self) -> bool:
        """The range that was chosen is no longer needed."""
        raise NotImplementedError

    def show_place(self, finding: Finding) -> None:
        """Go to where a finding stands."""
        raise NotImplementedError

    def action_finding(self) -> None:
        """Record a remark or a defect on the lines chosen, the file, or the output."""
        from workbench.tui.screens.finding import FindingScreen

        if self.item and self.is_free() and self.can_record():
            keep = partial(self._keep_finding, self.item.output_id)
            anchors, founders = self.finding_anchors(), list_founders(self.item)
            screen = FindingScreen(anchors, founders, self.whose)
            self.app.push_screen(screen, keep)

    def _keep_finding(self, output_id: str, finding: Finding | None) -> None:
        if finding and self.item and self.item.output_id == output_id:
            held = self.item.judgement
            self.save(Act.FINDING, replace(held, findings=(*held.findings, finding)))
            self.end_range()
        else:
            self.say("cancelled: nothing was saved", "warn")

    def action_findings(self) -> None:
        """The findings on this output, to go to one or to take one out."""
        from workbench.tui.screens.findings import FindingsScreen

        item = self.item
        if item is None or not self.is_free():
            return
        if not item.judgement.findings:
            self.say("no findings on this output")
            return
        found, hide = item.judgement.findings, self.desk.hide if self.desk else str
        shown = [replace(f, file=hide(f.file), text=hide(f.text)) for f in found]
        answer = partial(self._take_choice, item.output_id, found)
        self.app.push_screen(FindingsScreen(shown, self.whose), answer)

    def _take_choice(
        self, output_id: str, found: tuple[Finding, ...], chosen: "Chosen | None"
    ) -> None:
        item = self.item
        if chosen is None or item is None or item.output_id != output_id:
            return
        finding = found[chosen.nth]
        if not chosen.is_taken_out:
            self.show_place(finding)
        elif item.judgement.findings != found:
            self.say("the findings changed meanwhile: nothing was taken out", "warn")
        elif finding.with_label:
            self.say("it came with the label: u takes the label back", "warn")
        elif self.can_record():
            left = found[: chosen.nth] + found[chosen.nth + 1 :]
            self.save(Act.FINDING, replace(item.judgement, findings=left))


def list_founders(item: ReviewItem) -> tuple[FoundBy, ...]:
    """Who can have found a defect, this review first: after a merge only what was merged.

    What a candidate said itself is asked for with the label, and counted by its flags.
    """
    held = item.judgement
    is_patch = effective_delivery(item.delivery, held) is Delivery.PATCH
    late = (FoundBy.POST_MERGE,) if held.label is Label.MERGED and is_patch else ()
    return (FoundBy.REVIEW, FoundBy.TESTS, *late)
