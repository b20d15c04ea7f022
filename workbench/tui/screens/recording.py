"""Recording what a reviewer decides: a key, one COMMIT, and only then the next output.

A label belongs to what was painted: keys that come before the paint, while one is being saved, or
from a key held down label nothing, and the bar says so.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from workbench.domain.blind import ReviewItem
from workbench.domain.delivery import Delivery
from workbench.domain.draft import found_a_flaw
from workbench.domain.label import Act, Judgement, Label
from workbench.domain.pair import is_sampled
from workbench.tui.effort import Stopwatch, break_hint, utc_now
from workbench.tui.label_keys import (
    READY,
    Anchor,
    Ask,
    Mode,
    Press,
    Step,
    Waiting,
    press_answer,
    press_label,
)
from workbench.tui.notices import Notice, describe
from workbench.tui.presses import Presses
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.saving import SavingScreen
from workbench.tui.work import start_work

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved

TYPED_AHEAD = "typed ahead: nothing was labelled"
FINISHED = "that was the last one: K looks at it again"
ANSWER_FIRST = "answer first, or press escape"

_log = logging.getLogger("workbench.review")


class RecordingScreen(SavingScreen):
    """The half of the review screen that labels; the other half shows and moves."""

    def __init__(self, settings: ReviewSettings, keys: Mapping[str, tuple[str, ...]]) -> None:
        """No label key was pressed yet."""
        super().__init__(settings, keys)
        self.presses = Presses(self)
        self._worked_ms = 0  # active time of this session

    # What the other half does.

    def is_painted(self) -> bool:
        """Whether the item in front has really been drawn."""
        raise NotImplementedError

    def defect_anchor(self) -> Anchor:
        """Where a defect stands: the cursor's line once the reviewer moved it there."""
        raise NotImplementedError

    def doubt(self, label: Label) -> str:  # noqa: ARG002 - of some screens alone
        """Why a label should be asked for once; "" where it should not."""
        return ""

    def after_saved(self, saved: "Saved") -> None:
        """Take the new counts."""
        raise NotImplementedError

    def advance(self) -> None:
        """Go on to the next output without a label."""
        raise NotImplementedError

    def back(self) -> bool:
        """Escape with nothing to answer; whether there was anything to close."""
        raise NotImplementedError

    # Keys.

    def action_label(self, name: str) -> None:
        """A label key: taken, held down, or to be told apart in a moment."""
        press = self.presses.judge(name)
        if not self.can_record() or self.item is None:
            return
        if press is Press.HELD:
            self.say("a key held down labels once", "warn")
        elif press is Press.WAIT and self.waiting.mode is Mode.READY:
            self.presses.wait(name, partial(self._settle, Label(name), self.item.output_id))
        else:
            self._press(Label(name), self.item)

    def _settle(self, label: Label, output_id: str) -> None:
        if self.item and self.item.output_id == output_id and self.can_record():
            self._press(label, self.item)

    def _press(self, label: Label, item: ReviewItem) -> None:
        self._follow(press_label(self.waiting, label, item, self.doubt(label)))

    def is_free(self) -> bool:
        """Whether another output may come in front; while the bar waits for an answer, no."""
        if self.waiting.mode is not Mode.READY:
            self.say(ANSWER_FIRST, "warn")
        return self.waiting.mode is Mode.READY

    def can_record(self) -> bool:
        """Whether a label may be taken now; where not, the bar says why."""
        unpainted = "" if self.is_painted() else TYPED_AHEAD
        why_not = self.labels_off or (FINISHED if self.has_class("-finished") else unpainted)
        if why_not:
            self.say(why_not, "warn")
        return not why_not

    def on_key(self, event: events.Key) -> None:
        """Answers come before every binding while the bar waits for one."""
        self.stopwatch = self.stopwatch.touch(utc_now())
        waiting = self.presses.waiting
        if waiting and event.key not in self.keys[f"label.{waiting}"]:
            self.presses.settle()
        if self.waiting.mode is Mode.READY or self.item is None:
            if event.key == "escape" and self.back():
                event.stop()
            elif event.key.isdigit():  # in one burst with e or x, which act only after this
                self.app.call_later(self._answer, event.key)
        elif self._answer(event.key):
            event.stop()
            event.prevent_default()

    def _answer(self, key: str) -> bool:
        """Whether a key answers what the bar asks about the output in front."""
        item = self.item
        if item is None or self.waiting.output_id != item.output_id or not self.is_painted():
            return False
        step = press_answer(self.waiting, key, item, self.defect_anchor())
        if step:
            self.presses.forget()
            self._follow(step)
        return step is not None

    def _follow(self, step: Step) -> None:
        """Do what a step says; saving comes before anything moves."""
        if step.save is not None:
            self.save(self.waiting.act, step.save)
        elif step.said_so is not None:
            self._answer_self_flag(said_so=step.said_so)
        elif step.recognised is not None and self.item:
            self.waiting = READY
            self.save(Act.RECOGNISE, replace(self.item.judgement, recognised=step.recognised))
        elif step.cause is not None and self.item:
            self.waiting = READY
            self.save(Act.CAUSE, replace(self.item.judgement, cause=step.cause))
        elif step.ask is Ask.QUOTE:
            self._ask_quote(step.waiting)
        else:
            left, self.waiting = self.waiting, step.waiting
            self.say(step.notice, "warn" if step.notice else "dim")
            if left.is_unsaved and not step.waiting.is_unsaved:
                self.forget(left)
            if step.ask is Ask.ADVANCE:
                self.leave_after(Act.SELF_FLAG if left.mode is Mode.SELF_FLAG else Act.RECOGNISE)

    # Saving.

    def save(self, act: Act, judgement: Judgement) -> None:
        """Record an act on the output in front; the screen moves only once it is on disk."""
        desk, item = self.desk, self.item
        if not desk or not item:
            return
        effort, here = self.stopwatch.read(), item.output_id
        judgement = self.stamp(judgement)
        saved = self.commit(
            lambda: self.write(desk, item, act, judgement, effort),
            Waiting(Mode.NOT_SAVED, judgement=judgement, act=act, output_id=here),
        )
        if saved is None:
            return
        self.take_saved(saved)
        if self.asks_itself(act, judgement, item):
            self.waiting = Waiting(Mode.SELF_FLAG, judgement.label, output_id=here)
            self.read("message")
            self.draw_bar()
        elif act is not Act.FINDING:
            self.leave_after(act)

    def leave_after(self, after: Act) -> None:
        """To the next output; before that, of some, whether the reviewer guessed whose it is."""
        item = self.item
        is_labelled = item is not None and after in {Act.LABEL, Act.SELF_FLAG}
        if item and is_labelled and self.settings.is_adjudicating and item.judgement.cause is None:
            self.waiting = Waiting(Mode.CAUSE, output_id=item.output_id)
            self.draw_bar()
        elif item and is_labelled and self.asks_recognised_of(item):
            self.waiting = Waiting(Mode.RECOGNISE, output_id=item.output_id)
            self.draw_bar()
        else:
            self.advance()

    def asks_recognised_of(self, item: ReviewItem) -> bool:
        """One in five of what is labelled blind, once each."""
        is_first = item.judgement.label is not None and item.judgement.recognised is None
        is_rating = bool(self.settings.seal) and not self.settings.is_adjudicating
        return is_first and is_rating and is_sampled(item.output_id)

    def stamp(self, judgement: Judgement) -> Judgement:
        """The judgement with the seal under which it is given, and whether it settles others."""
        if self.settings.is_adjudicating and judgement.label:
            judgement = replace(judgement, adjudicates=True)
        return replace(judgement, blind=self.settings.seal) if self.settings.seal else judgement

    def describe(self, saved: "Saved") -> Notice:
        """What the bar says of it."""
        return describe(saved)

    def asks_itself(self, act: Act, judgement: Judgement, item: ReviewItem) -> bool:
        """Whether to ask if the candidate had pointed at the flaw itself."""
        has_words = bool(item.message.strip() or item.self_flagged)
        says_so = has_words and item.delivery is Delivery.PATCH
        return act is Act.LABEL and found_a_flaw(judgement) and says_so

    def take_saved(self, saved: "Saved") -> None:
        """What is on disk goes on the screen."""
        self.waiting = READY
        if self.item and self.item.output_id == saved.item.output_id:
            self.item = self.item._replace(judgement=saved.event.judgement)
        self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.notice = self.describe(saved)
        before, self._worked_ms = self._worked_ms, self._worked_ms + saved.event.effort.active_ms
        if hint := break_hint(before, self._worked_ms):
            self.notice = Notice(f"{self.notice.text}; {hint}", "warn")
        self.after_saved(saved)
        if self.desk and self.desk.backups.claim(saved.event.event_id):
            work = partial(self.back_up, self.desk.backups.keep_up)
            start_work(self, work, "backup", is_last=False)

    def _answer_self_flag(self, *, said_so: bool) -> None:
        desk, item = self.desk, self.item
        if not desk or not item:
            return
        effort = self.stopwatch.read()
        saved = self.commit(
            lambda: desk.reviews.answer_self_flag(
                item.output_id, item.judgement, said_so=said_so, effort=effort
            ),
            self.waiting,
        )
        if saved:
            self.take_saved(saved)
            self.leave_after(Act.SELF_FLAG)

    def _ask_quote(self, waiting: Waiting) -> None:
        from workbench.tui.screens.prompt import PromptScreen

        def answer(quote: str | None) -> None:
            words = (quote or "").strip()
            is_about_this = self.item and self.item.output_id == waiting.output_id
            if words and waiting.judgement and is_about_this:
                judgement = replace(waiting.judgement, delivery=Delivery.ASK, quote=words)
                self.save(Act.LABEL, judgement)
            else:
                self.waiting = READY
                self.say("cancelled: nothing was saved", "warn")

        self.app.push_screen(PromptScreen("Which words name what is missing?"), answer)
