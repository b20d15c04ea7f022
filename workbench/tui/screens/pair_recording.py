"""Recording a pair: a label on each side, then which is better, then what they had confessed.

A label moves the focus to the side that has none. Messages and test results stay closed until the
pair is decided, so that no confession and no red test tells a reviewer what to think.
"""

from dataclasses import replace

from textual import events

from workbench.domain.blind import ReviewItem
from workbench.domain.delivery import Delivery
from workbench.domain.label import Act, Judgement, Label
from workbench.domain.pair import (
    Preference,
    Said,
    Side,
    Vote,
    find_vote,
    is_sampled,
    make_vote,
    put_vote,
)
from workbench.domain.saved import Saved
from workbench.services.desk import Desk
from workbench.tui.label_keys import Mode
from workbench.tui.notices import Notice, name_act
from workbench.tui.pair_actions import VOTES
from workbench.tui.screens.pair_flags import PairFlags
from workbench.tui.screens.pair_why import Weight, WhyScreen, describe_weight
from workbench.tui.widgets.pair_bars import describe_vote

LABEL_BOTH = "label both sides first, then say which is better"
SEE_BOTH = "this side too"


class PairRecording(PairFlags):
    """The part of the pair screen that records."""

    _weight = Weight()
    _is_skipping = False
    _last: Saved | None = None
    _seen: frozenset[str] = frozenset()  # outputs that were drawn since this pair came

    def go_on(self) -> None:
        """To the next pair, or to the end."""
        raise NotImplementedError

    # What may be seen, and when.

    def may_show(self, what: str, item: ReviewItem) -> bool:
        """A message beside a patch, and what the tests said, come after both answers."""
        if what == "tests":
            return self.is_check_open(item)
        return item.delivery is not Delivery.PATCH or self.is_decided

    def is_check_open(self, item: ReviewItem) -> bool:  # noqa: ARG002 - of both sides alike
        """Whether what the tests said may be shown."""
        return self.settings.reveal_checks == "always" or self.is_decided

    def read_again(self, item: ReviewItem) -> None:
        """Follow to another output; what must stay closed does not follow."""
        is_private = self.reading in {"message", "tests"}
        if self.reading:
            self.read("" if is_private and not self.may_show(self.reading, item) else self.reading)

    def asks_itself(self, act: Act, judgement: Judgement, item: ReviewItem) -> bool:  # noqa: ARG002
        """Not at once: first both labels and the answer."""
        return False

    def asks_recognised_of(self, item: ReviewItem) -> bool:  # noqa: ARG002 - of the pair
        """Not of one side: of both, after the answer."""
        return False

    def doubt(self, label: Label) -> str:  # noqa: ARG002 - a pair is three presses
        """Nothing is asked twice here."""
        return ""

    # Answers.

    def _answer(self, key: str) -> bool:
        if self.answer_flag(key):
            return True
        if self.waiting.mode is Mode.READY and key in VOTES:
            self._vote(VOTES[key])
            return True
        return super()._answer(key)

    def _vote(self, preference: Preference) -> None:
        pair = self.pair
        if pair is None or not self.can_record():
            return
        if pair.is_identical:
            self.say("both sides are identical: there is nothing to prefer", "warn")
        elif not self.asks_preference:
            self.say(LABEL_BOTH, "warn")
        elif unseen := self._find_unseen():
            self.focus_side(unseen)
            self.say(SEE_BOTH, "warn")
        else:
            vote = make_vote(pair.left.output_id, pair.right.output_id, preference)
            weight = self._weight
            self._save_vote(replace(vote, strength=weight.strength, why=weight.why))

    def _find_unseen(self) -> Side | None:
        """A side with something on it that was never on the screen, as in a narrow terminal."""
        pair = self.pair
        if pair is None or self.is_versus:
            return None
        return next((side for side in pair.sides if self._is_unseen(pair.side(side))), None)

    def _is_unseen(self, item: ReviewItem) -> bool:
        is_silent = item.delivery in {Delivery.EMPTY, Delivery.CRASH_MODEL}
        return not is_silent and item.output_id not in self._seen

    def _save_vote(self, vote: Vote) -> None:
        if self.pair is None:
            return
        self.focus_side(self.pair.anchor_side)
        item = self.item
        if item:
            votes = put_vote(item.judgement.votes, vote)
            self.save(Act.PREFER, replace(item.judgement, votes=votes))

    def action_set_aside(self, how: str) -> None:
        """Set the pair aside: skip, discuss or later."""
        pair = self.pair
        if pair is None or not self.is_free() or not self.can_record():
            return
        said = {"skip": Said.SKIPPED, "discuss": Said.DISCUSS}.get(how, Said.LATER)
        if self.is_decided:
            self.say("it has an answer already: u takes it back", "warn")
        elif pair.vote and pair.vote.said is said is not Said.SKIPPED:
            self.say(f"it is set aside already: {describe_vote(pair.vote)}", "warn")
        else:
            self._is_skipping = True
            self._save_vote(Vote(pair.left.output_id, pair.right.output_id, said))
            self._is_skipping = False

    def action_why(self) -> None:
        """How much better, and why: taken along by the next answer."""
        if self.pair and self.is_free():
            self.app.push_screen(WhyScreen(), self._take_weight)

    def _take_weight(self, weight: Weight | None) -> None:
        if weight is not None:
            self._weight, self.weight = weight, describe_weight(weight)
            self.draw_bar()

    # Saving.

    def stamp(self, judgement: Judgement) -> Judgement:
        """Where it stood goes with every label."""
        stamped = super().stamp(judgement)
        return replace(stamped, position=self.side.value) if stamped.label else stamped

    def take_saved(self, saved: Saved) -> None:
        """What is on disk goes on the screen; strength and reason went with their answer."""
        self._last = saved
        super().take_saved(saved)
        if saved.event.act is Act.PREFER:
            self._weight, self.weight = Weight(), ""
        self.draw()

    def describe(self, saved: Saved) -> Notice:
        """By side; what the tests make of a label waits for the answer."""
        act, judgement = saved.event.act, saved.event.judgement
        pair = self.pair
        if pair is None or act in {Act.UNDO, Act.REDO}:
            what = "answer" if saved.turned is Act.PREFER else str(saved.turned or act)
            return Notice(f"{'undone' if act is Act.UNDO else 'redone'}: {what}", "accent")
        if act is Act.PREFER:
            vote = find_vote(judgement.votes, pair.pair_id)
            return Notice(f"saved: {describe_vote(vote)}" if vote else "saved", "good")
        if act is Act.RECOGNISE:
            return Notice(f"noted: {'' if judgement.recognised else 'not '}recognised", "good")
        side = pair.find(saved.item.output_id)
        return Notice(f"saved: {side} {name_act(act, judgement)}", "good")

    def after_saved(self, saved: Saved) -> None:
        """Counts, and where the pair stands."""
        desk = self.desk
        if desk is None or desk.pairs is None:
            return
        desk.pairs.take(saved)
        if self.counts:
            self.counts = self.counts.after(saved, desk.queues)
        if saved.event.act is Act.LABEL:
            self.is_first = False
        self.pair_ms += saved.event.effort.active_ms
        self.n_pairs += saved.event.act is Act.PREFER

    def advance(self) -> None:
        """The side without a label; then the answer; then what was confessed; then the next."""
        pair, desk = self.pair, self.desk
        if pair is None or desk is None or desk.pairs is None:
            return
        if self._is_skipping:
            self.go_on()
            return
        for side in (self.side.other, self.side):
            if desk.pairs.needs_label(pair.side(side)):
                if pair.is_identical:
                    self._label_twin()
                else:
                    self.focus_side(side)
                return
        if not self.is_decided or self._ask_recognised(desk):
            self.draw()
        elif not self.ask_flags(desk):
            self.go_on()

    def _ask_recognised(self, desk: Desk) -> bool:
        """Of some pairs: whether the reviewer guessed whose one of them is; asked once."""
        pair = self.pair
        if pair is None or desk.warning or not pair.vote or pair.pair_id in self._left_open:
            return False
        held = pair.side(pair.anchor_side).judgement
        self.asks_recognised = held.recognised is None and is_sampled(pair.pair_id)
        self._left_open |= {pair.pair_id}
        return self.asks_recognised

    def on_key(self, event: events.Key) -> None:
        """The answer to "did you recognise it?", before any other meaning of the key."""
        if self.flag_asked and event.key == "escape":
            event.stop()
            event.prevent_default()
            self.leave_flags()
            return
        answer = {"y": True, "n": False}.get(event.key)
        if not self.asks_recognised or not (answer is not None or event.key == "escape"):
            return
        event.stop()
        event.prevent_default()
        self.asks_recognised = False
        pair = self.pair
        if answer is None or pair is None:
            self.advance()
            return
        self.focus_side(pair.anchor_side)
        if self.item:
            self.save(Act.RECOGNISE, replace(self.item.judgement, recognised=answer))

    def _label_twin(self) -> None:
        """What is the same gets the same label, on both outputs."""
        pair, item = self.pair, self.item
        if pair is None or item is None or item.judgement.label is None:
            return
        given = item.judgement
        self.focus_side(self.side.other)
        twin = self.item
        if twin:
            held = twin.judgement
            given = replace(given, votes=held.votes, recognised=held.recognised)
            more = tuple(found for found in held.findings if found not in given.findings)
            self.save(Act.LABEL, replace(given, findings=(*given.findings, *more)))

    # Taking back.

    def action_undo(self) -> None:
        """Take back the last act; of two that are the same, the label of both."""
        before = self._last
        super().action_undo()
        event = self._last.event if self._last and self._last is not before else None
        is_next = event and event.undoes and event.undo == event.undoes - 1
        if is_next and self._is_label() and self._is_half():
            super().action_undo()

    def action_redo(self) -> None:
        """Put back what undo took."""
        before = self._last
        super().action_redo()
        if self._last is not before and self._is_label() and self._is_half():
            super().action_redo()

    def _is_label(self) -> bool:
        """Whether it was a label that was taken back, or put back, the last time."""
        return self._last is not None and self._last.turned is Act.LABEL

    def _is_half(self) -> bool:
        """Whether of two that are the same one alone has a label."""
        pair = self.pair
        if pair is None or not pair.is_identical:
            return False
        return (pair.left.judgement.label is None) is not (pair.right.judgement.label is None)
