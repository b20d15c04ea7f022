"""What a reviewer does, recorded: one act, one COMMIT, one frozen answer."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.domain.draft import Decision, answer_self_flag, apply_decision, insist
from workbench.domain.errors import LabelRefused
from workbench.domain.label import Act, Effort, Judgement, Label
from workbench.domain.outcome import objection
from workbench.domain.output import Delivery
from workbench.domain.queue import Saved

if TYPE_CHECKING:  # the store's libraries are loaded after the first paint
    from workbench.store.store import Store

Clock = Callable[[], datetime]


class Reviews:
    """Everything one reviewer records in one study; raises NotSaved when it is not on disk."""

    def __init__(self, store: "Store", reviewer: str, clock: Clock) -> None:
        """Bind the store to a reviewer; the clock is handed in."""
        self._store, self.reviewer, self._clock = store, reviewer, clock

    def record(
        self, output_id: str, act: Act, judgement: Judgement, effort: Effort, held: Judgement
    ) -> Saved:
        """Record one act on what the reviewer held; when this returns, it is on disk.

        Raises LabelRefused where another program changed what is held, NotSaved where the disk
        says no.
        """
        at = self._clock()
        return self._store.record(self.reviewer, output_id, act, judgement, effort, at, held=held)

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
        return self._store.undo(self.reviewer, effort, self._clock())

    def redo(self, effort: Effort) -> Saved | None:
        """Put back the last act taken back; None where nothing is left."""
        return self._store.redo(self.reviewer, effort, self._clock())

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


def _is_answered(judgement: Judgement, delivery: Delivery) -> bool:
    """Whether the command line already gave what the screen would have asked for."""
    if judgement.label is Label.ABSTAINED:
        return bool(judgement.quote) and delivery is not Delivery.PATCH
    return judgement.reason == "not_a_question"
