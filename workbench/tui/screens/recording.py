"""Recording what a reviewer decides: a key, one COMMIT, and only then the next output.

A label belongs to what was painted: keys that come before the paint, while one is being saved, or
from a key held down label nothing, and the bar says so.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic

from textual import events
from textual.timer import Timer

from workbench.domain.blind import ReviewItem
from workbench.domain.draft import found_a_flaw
from workbench.domain.errors import LabelRefused, NotSaved, WorkbenchError
from workbench.domain.finding import Finding
from workbench.domain.label import Act, Judgement, Label
from workbench.domain.output import Delivery
from workbench.domain.queue import Saved
from workbench.services.desk import Desk
from workbench.text import display
from workbench.tui.effort import Stopwatch, utc_now
from workbench.tui.label_keys import (
    READY,
    SETTLE_SECONDS,
    Anchor,
    Ask,
    Mode,
    Press,
    Rhythm,
    Step,
    Waiting,
    press_answer,
    press_label,
)
from workbench.tui.notices import Notice, describe
from workbench.tui.screens.finding import FindingScreen
from workbench.tui.screens.panes import PanesScreen, ReviewSettings
from workbench.tui.screens.prompt import PromptScreen

TYPED_AHEAD = "typed ahead: nothing was labelled"
ASKED = "again to quit without it"

_log = logging.getLogger("workbench.review")


class RecordingScreen(PanesScreen):
    """The half of the review screen that records; the other half shows and moves."""

    def __init__(self, settings: ReviewSettings, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Nothing is in front of the reviewer yet, and nothing can be saved."""
        super().__init__(settings, keys)
        self.desk: Desk | None = None
        self.labels_off = "checking the study: labels in a moment"
        self.waiting = READY
        self.notice = Notice()
        self.stopwatch = Stopwatch.start(utc_now(), settings.idle_seconds)
        self._rhythm = Rhythm()
        self._settling: Timer | None = None

    # What the other half does.

    def is_painted(self) -> bool:
        """Whether the item in front has really been drawn."""
        raise NotImplementedError

    def defect_anchor(self) -> Anchor:
        """Where a defect stands: the cursor's line once the reviewer moved it there."""
        raise NotImplementedError

    def after_saved(self, saved: Saved) -> None:
        """Take the new counts."""
        raise NotImplementedError

    def advance(self) -> None:
        """Go on to the next output without a label."""
        raise NotImplementedError

    def reveal_message(self) -> None:
        """Open the candidate's message."""
        raise NotImplementedError

    def back(self) -> bool:
        """Escape with nothing to answer; whether there was anything to close."""
        raise NotImplementedError

    def go_to(self, output_id: str) -> None:
        """Show an output."""
        raise NotImplementedError

    def draw_bar(self) -> None:
        """Repaint the label bar."""
        raise NotImplementedError

    # Keys.

    def action_label(self, name: str) -> None:
        """A label key: taken, held down, or to be told apart in a moment."""
        label = Label(name)
        self._rhythm, press = self._rhythm.press(name, monotonic())
        if self._settling:
            self._settling.stop()
            self._settling = None
        if not self._can_label():
            return
        if press is Press.HELD:
            self.say("a key held down labels once", "warn")
        elif press is Press.WAIT and not self.waiting.label:
            in_front = self.item
            self._settling = self.set_timer(
                SETTLE_SECONDS, lambda: self._take_settled(label, in_front)
            )
        elif self.item:
            self._follow(press_label(self.waiting, label, self.item))

    def _take_settled(self, label: Label, in_front: ReviewItem | None) -> None:
        self._settling = None
        if in_front and self.item is in_front and self._can_label():
            self._follow(press_label(self.waiting, label, in_front))

    def _can_label(self) -> bool:
        why_not = self.labels_off or ("" if self.is_painted() else TYPED_AHEAD)
        if why_not:
            self.say(why_not, "warn")
        return not why_not

    def on_key(self, event: events.Key) -> None:
        """Answers come before every binding while the bar waits for one."""
        self.stopwatch = self.stopwatch.touch(utc_now())
        if self.waiting.mode is Mode.READY or self.item is None:
            if event.key == "escape" and self.back():
                event.stop()
            return
        step = press_answer(self.waiting, event.key, self.item, self.defect_anchor())
        if step:
            event.stop()
            event.prevent_default()
            self._rhythm = Rhythm()  # with another key between them two presses are no hold
            self._follow(step)

    def _follow(self, step: Step) -> None:
        """Do what a step says; saving comes before anything moves."""
        if step.save is not None:
            self._save(self.waiting.act, step.save)
        elif step.said_so is not None:
            self._answer_self_flag(said_so=step.said_so)
        elif step.ask is Ask.QUOTE:
            self._ask_quote(step.waiting)
        else:
            self.waiting = step.waiting
            self.say(step.notice, "warn" if step.notice else "dim")
            if step.ask is Ask.ADVANCE:
                self.advance()

    # Saving.

    def _save(self, act: Act, judgement: Judgement) -> None:
        desk, item = self.desk, self.item
        if not desk or not item:
            return
        effort = self.stopwatch.read()
        saved = self._commit(
            lambda: desk.reviews.record(item.output_id, act, judgement, effort),
            Waiting(Mode.NOT_SAVED, judgement=judgement, act=act),
        )
        if saved is None:
            return
        self._take_saved(saved)
        says_so = bool(item.message.strip()) and item.delivery is Delivery.PATCH
        if act is Act.LABEL and found_a_flaw(judgement) and says_so:
            self.waiting = Waiting(Mode.SELF_FLAG, judgement.label)
            self.reveal_message()
            self.draw_bar()
        elif act is not Act.FINDING:
            self.advance()

    def _commit(self, write: Callable[[], Saved | None], retry: Waiting = READY) -> Saved | None:
        """Run one write; a failure leaves the output and the label where they are."""
        try:
            return write()
        except NotSaved as error:
            _log.warning("not saved: %s", error.reason)
            self.waiting = replace(retry, sentence=error.reason)
            self.say(f"NOT SAVED: {display(error.reason)}", "bad")
        except (LabelRefused, WorkbenchError) as error:
            self.waiting = READY
            self.say(display(str(error)), "bad")
        return None

    def _take_saved(self, saved: Saved) -> None:
        """What is on disk goes on the screen."""
        self.waiting = READY
        if self.item and self.item.output_id == saved.item.output_id:
            self.item = replace(self.item, judgement=saved.event.judgement)
        self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.notice = describe(saved)
        self.after_saved(saved)

    def _answer_self_flag(self, *, said_so: bool) -> None:
        desk, item = self.desk, self.item
        if not desk or not item:
            return
        effort = self.stopwatch.read()
        saved = self._commit(
            lambda: desk.reviews.answer_self_flag(
                item.output_id, item.judgement, said_so=said_so, effort=effort
            ),
            Waiting(Mode.SELF_FLAG, self.waiting.label),
        )
        if saved:
            self._take_saved(saved)
            self.advance()

    def _ask_quote(self, waiting: Waiting) -> None:
        def answer(quote: str | None) -> None:
            if quote and quote.strip() and waiting.judgement and self.item:
                delivery = Delivery.ASK
                self._save(
                    Act.LABEL, replace(waiting.judgement, delivery=delivery, quote=quote.strip())
                )
            else:
                self.waiting = READY
                self.say("cancelled: nothing was saved", "warn")

        self.app.push_screen(PromptScreen("Which words name what is missing?"), answer)

    # Other acts.

    def peek(self) -> bool:
        """The message may be opened before the label where that can be logged and counted."""
        desk, item = self.desk, self.item
        if item is None or item.is_message_open or (desk and desk.warning):
            return True
        if desk is None or self.labels_off:
            self.say(self.labels_off, "warn")
            return False
        effort = self.stopwatch.peek().read()
        if not self._commit(lambda: desk.reviews.peek(item.output_id, item.judgement, effort)):
            return False
        self.stopwatch = Stopwatch.start(utc_now(), self.settings.idle_seconds)
        self.say("an early look at the message: logged", "warn")
        return True

    def may_leave(self) -> bool:
        """Whether nothing waits to be saved; the second time it is asked, always."""
        if self.waiting.mode is not Mode.NOT_SAVED or self.waiting.sentence.endswith(ASKED):
            return True
        sentence = f"{self.waiting.sentence}; {ASKED}"
        self.waiting = replace(self.waiting, sentence=sentence)
        self.draw_bar()
        return False

    def action_undo(self) -> None:
        """Take back the last thing recorded, wherever it was."""
        self._turn_back(lambda desk: desk.reviews.undo(self.stopwatch.read()), "nothing to undo")

    def action_redo(self) -> None:
        """Put back what undo took."""
        self._turn_back(lambda desk: desk.reviews.redo(self.stopwatch.read()), "nothing to redo")

    def _turn_back(self, write: Callable[[Desk], Saved | None], nothing: str) -> None:
        desk = self.desk
        if self.waiting.mode not in {Mode.READY, Mode.SELF_FLAG} or desk is None or self.labels_off:
            return
        self.waiting = READY
        self.say("")
        saved = self._commit(lambda: write(desk))
        if saved:
            self._take_saved(saved)
            self.go_to(saved.item.output_id)
        elif not self.notice.text:
            self.say(nothing, "dim")

    def action_skip(self) -> None:
        """Set the output aside for now."""
        if self.waiting.mode is Mode.READY and self.item and self._can_label():
            self._save(Act.SKIP, replace(self.item.judgement, skipped=True))

    def action_finding(self) -> None:
        """Record a remark or a defect on the line under the cursor."""
        if self.waiting.mode is not Mode.READY or not self.item or not self._can_label():
            return
        anchor = self.defect_anchor()
        place = f"{display(anchor.file)}:{anchor.line}" if anchor.file else "the whole output"
        self.app.push_screen(FindingScreen(anchor, place), self._keep_finding)

    def _keep_finding(self, finding: Finding | None) -> None:
        if finding and self.item:
            held = self.item.judgement
            self._save(Act.FINDING, replace(held, findings=(*held.findings, finding)))
        else:
            self.say("cancelled: nothing was saved", "warn")

    def say(self, text: str, style: str = "dim") -> None:
        """Put one line into the bar; the text is ours or has been through display()."""
        self.notice = Notice(text, style)
        self.draw_bar()
