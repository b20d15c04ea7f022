"""What a reviewer does, recorded: one act, one COMMIT, one frozen answer."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.domain.delivery import Delivery
from workbench.domain.draft import (
    Decision,
    add_defect_leak,
    answer_self_flag,
    apply_decision,
    insist,
)
from workbench.domain.errors import LabelRefused, NotSaved, WorkbenchError
from workbench.domain.finding import Finding
from workbench.domain.label import Act, Effort, Judgement, Label
from workbench.domain.outcome import effective_delivery, objection
from workbench.domain.saved import Saved
from workbench.domain.unsaved import Kept, Unsaved
from workbench.services.unsaved import UnsavedLabels

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store

Clock = Callable[[], datetime]
_log = logging.getLogger("workbench.reviews")


class Reviews:
    """Everything one reviewer records in one study; raises NotSaved when it is not on disk."""

    def __init__(
        self, store: "Store", reviewer: str, clock: Clock, unsaved: UnsavedLabels | None = None
    ) -> None:
        """Bind the store to a reviewer; `unsaved` keeps what it would not take."""
        self._store, self.reviewer, self._clock = store, reviewer, clock
        self._unsaved = unsaved

    def record(
        self, output_id: str, act: Act, judgement: Judgement, effort: Effort, held: Judgement
    ) -> Saved:
        """Record one act on what the reviewer held; when this returns, it is on disk.

        Raises LabelRefused where another program changed what is held, NotSaved where the disk
        says no: then the act is kept elsewhere, and the error says where.
        """
        at, who, begun_at = self._clock(), self.reviewer, time.monotonic()
        try:
            saved = self._store.record(who, output_id, act, judgement, effort, at, held=held)
        except NotSaved as error:
            if self._unsaved is None:
                raise
            study = self._unsaved.study_id
            unsaved = Unsaved(study, who, output_id, act, judgement, held, effort, at)
            raise NotSaved(error.reason, self._unsaved.keep(unsaved)) from error
        self._let_go(output_id)
        _log_saved(saved, begun_at)
        return saved

    def take_in(self, kept: Kept) -> Saved:
        """Save what was kept; LabelRefused where anything newer is recorded on its output."""
        one, begun_at = kept.unsaved, time.monotonic()
        try:
            saved = self._store.record(
                *(self.reviewer, one.output_id, one.act, one.judgement, one.effort),
                self._clock(),
                held=one.held,
                unless_after=one.at,
            )
        except NotSaved as error:
            raise NotSaved(error.reason, kept.place) from error
        self._let_go(one.output_id)
        _log_saved(saved, begun_at)
        return saved

    def is_recorded(self, output_id: str, judgement: Judgement, held: Judgement) -> bool:
        """Whether a judgement stands though it was NOT SAVED: a disk can take one and complain."""
        if judgement == held:
            return False
        try:
            found = self._store.get_judgement(self.reviewer, output_id)
        except WorkbenchError:  # what cannot be read is not known to stand
            return False
        return replace(found, post_reveal=judgement.post_reveal) == judgement

    def give_up(self, output_id: str) -> None:
        """Forget what was kept of an output."""
        self._let_go(output_id)

    @property
    def study_id(self) -> str:
        """Whose labels they are."""
        return self._store.study_id

    def keep_patch(self, patch: bytes) -> str:
        """Store what a reviewer's tree can be made from again; its SHA-256, for the label."""
        return self._store.add_patch(patch)

    def count_stale(self) -> int:
        """How many of the reviewer's labels were given under another rubric."""
        return self._store.count_stale(self.reviewer)

    def find_kept(self) -> tuple[list[Kept], list[str]]:
        """Acts that an earlier session could not save, and a sentence for each unusable file."""
        return self._unsaved.find() if self._unsaved else ([], [])

    def _let_go(self, output_id: str) -> None:
        if self._unsaved is not None:
            self._unsaved.let_go(output_id)

    def answer_self_flag(
        self, output_id: str, held: Judgement, *, said_so: bool, effort: Effort
    ) -> Saved:
        """Record whether the candidate had said so itself; one undo takes back label and answer."""
        judgement = answer_self_flag(held, said_so=said_so)
        return self.record(output_id, Act.SELF_FLAG, judgement, effort, held)

    def peek(self, output_id: str, held: Judgement, effort: Effort) -> Saved:
        """Log that the message was opened before the label."""
        return self.record(output_id, Act.PEEK, held, effort, held)

    def undo(self, effort: Effort) -> Saved | None:
        """Take back the last act; None where nothing is left."""
        begun_at = time.monotonic()
        return _log_saved(self._store.undo(self.reviewer, effort, self._clock()), begun_at)

    def redo(self, effort: Effort) -> Saved | None:
        """Put back the last act taken back; None where nothing is left."""
        begun_at = time.monotonic()
        return _log_saved(self._store.redo(self.reviewer, effort, self._clock()), begun_at)

    def add_defect_leak(self, output_id: str, leak: Finding) -> Saved:
        """Record a defect that was found after merge; the label stays as it is.

        LabelRefused where there is no patch to have a defect, or the day has not come yet.
        """
        output, now = self._store.get_output(output_id), self._clock()
        held = self._store.get_judgement(self.reviewer, output.output_id)
        if effective_delivery(output.delivery, held) is not Delivery.PATCH:
            raise LabelRefused(f"{output.output_id}: no patch was delivered that could be merged")
        if leak.found_on > f"{now.astimezone():%Y-%m-%d}":
            raise LabelRefused(f"{output.output_id}: {leak.found_on} has not come yet")
        effort = Effort(started_at=now)
        return self.record(output.output_id, Act.FINDING, add_defect_leak(held, leak), effort, held)

    def decide(self, output_id: str, decision: Decision, *, is_sure: bool = False) -> Saved:
        """A label without a screen: refused where a screen would ask, unless `is_sure`."""
        output = self._store.get_output(output_id)
        held = self._store.get_judgement(self.reviewer, output.output_id)
        judgement = apply_decision(held, decision, output.delivery)
        doubt = objection(output.delivery, judgement)
        if doubt and not is_sure and not _is_answered(judgement, output.delivery):
            raise LabelRefused(f"{output.output_id}: {doubt} (say --yes to save it all the same)")
        is_silent = output.delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL}
        if judgement.label is Label.ABSTAINED and is_silent and not judgement.quote.strip():
            raise LabelRefused(
                f"{output.output_id}: nothing was said: --quote the words that name what is missing"
            )
        if doubt:
            judgement = insist(judgement, output.delivery)
        now = self._clock()
        return self.record(output.output_id, Act.LABEL, judgement, Effort(started_at=now), held)


def _log_saved(saved: Saved | None, begun_at: float) -> Saved | None:
    """Ids and a duration, no words; what the record says is in the database."""
    if saved is not None:
        event, ms = saved.event, 1000 * (time.monotonic() - begun_at)
        _log.info("event %d: %s of %s, %.0f ms", event.event_id, event.act, event.output_id, ms)
    return saved


def _is_answered(judgement: Judgement, delivery: Delivery) -> bool:
    """Whether the command line already gave what the screen would have asked for."""
    if judgement.label is Label.ABSTAINED:
        return bool(judgement.quote) and delivery is not Delivery.PATCH
    return judgement.reason == "not_a_question"
