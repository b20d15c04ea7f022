"""Recording a call: a key, one COMMIT, and only then the next ticket.

Keys that come before the paint, or from a key held down, call nothing, and the bar says so.
"""

from collections.abc import Callable
from functools import partial

from textual import events

from workbench.domain.clarity import SpecCall, grade
from workbench.domain.errors import NotSaved, WorkbenchError
from workbench.domain.spec import Spec
from workbench.services.triage import describe_call
from workbench.text import display
from workbench.tui.label_keys import Press
from workbench.tui.presses import Presses
from workbench.tui.screens.grading import GradingScreen
from workbench.tui.screens.triage import TriageView

TYPED_AHEAD = "typed ahead: nothing was called"
FINISHED = "that was the last one: K looks at it again"


class TriageScreen(TriageView):
    """Shows one person's tickets, and records what they call them."""

    presses: Presses
    _unsaved = ""  # the ticket whose call is not on disk
    _is_leaving = False

    def on_mount(self) -> None:
        """No key was pressed yet."""
        self.presses = Presses(self)

    def on_key(self, event: events.Key) -> None:
        """Another key ends the doubt whether one was held down."""
        calls = {*self.keys["triage.clear"], *self.keys["triage.vague"]}
        if self.presses.waiting and event.key not in calls:
            self.presses.settle()

    def action_call(self, name: str) -> None:
        """A key that calls: taken, held down, or to be told apart in a moment."""
        press, entry = self.presses.judge(name), self.seen.entry
        if not self.can_record() or entry is None:
            return
        take = partial(self.record, entry.ticket_id, SpecCall(Spec(name)))
        if press is Press.HELD:
            self.say("a key held down calls once", "warn")
        elif press is Press.WAIT:
            self.presses.wait(name, partial(self._settle, take))
        else:
            take()

    def _settle(self, take: Callable[[], None]) -> None:
        if self.can_record():
            take()

    def can_record(self) -> bool:
        """Whether a call may be taken now; where not, the bar says why."""
        unpainted = "" if self.painted else TYPED_AHEAD
        finished = FINISHED if self.has_class("-finished") else ""
        why_not = display(self.triage.why_closed) or finished or unpainted
        if why_not:
            self.say(why_not, "warn")
        return not why_not

    def action_rubric(self) -> None:
        """Ask how much is missing; the digit is the call."""
        entry = self.seen.entry
        if entry and self.can_record():
            self.app.push_screen(GradingScreen(), partial(self._grade, entry.ticket_id))

    def _grade(self, ticket_id: str, severity: int | None) -> None:
        if severity is not None:
            self.record(ticket_id, grade(severity))

    def record(self, ticket_id: str, call: SpecCall) -> None:
        """Save a call on the ticket in front; the screen moves only once it is on disk."""
        entry = self.seen.entry
        if entry is None or entry.ticket_id != ticket_id:
            self.say(TYPED_AHEAD, "warn")
            return
        self._is_leaving = False
        try:
            self.triage.call(ticket_id, call)
        except NotSaved as error:
            self._unsaved = ticket_id
            self.say(f"NOT SAVED: {display(error.reason)}; the same key tries again", "bad")
            return
        except WorkbenchError as error:
            self.say(display(str(error)), "bad")
            return
        self._unsaved = ""
        self.seen = self.seen.put(ticket_id, call)
        verb = "settled" if self.triage.is_settling else "saved"
        self.say(f"{verb}: {describe_call(call)} · {display(ticket_id)}", "good")
        self.advance()

    def action_skip(self) -> None:
        """Set the ticket aside for now."""
        entry, seen = self.seen.entry, self.seen
        if entry is None or not self.can_record():
            return
        if entry.is_done:
            self.say("you called it already: u takes it back", "warn")
            return
        self.seen = seen.skip(entry.ticket_id)
        self.say(f"skipped, comes back last · {display(entry.ticket_id)}")
        self.advance()

    def action_undo(self) -> None:
        """Take back the last call, wherever it was."""
        if self.triage.why_closed:
            self.say(display(self.triage.why_closed), "warn")
            return
        try:
            saved = self.triage.undo()
        except NotSaved as error:
            self.say(f"NOT SAVED: {display(error.reason)}", "bad")
            return
        except WorkbenchError as error:
            self.say(display(str(error)), "bad")
            return
        if saved is None:
            self.say("nothing to undo")
            return
        event, ticket_id = saved.event, saved.event.ticket_id
        held = SpecCall(event.call.settles) if self.triage.is_settling else event.call
        self.seen = self.seen.put(ticket_id, held)
        at = self.seen.find(ticket_id)
        if at is not None:
            self.show_ticket(at)
        left = describe_call(held) if held.spec is not Spec.UNSET else "no call"
        self.say(f"undone · {display(ticket_id)} · {left}", "accent")

    def action_leave(self) -> None:
        """Quit; a call that is not on disk asks once."""
        if self._unsaved and not self._is_leaving:
            self._is_leaving = True
            self.say(f"NOT SAVED: {display(self._unsaved)}; again to quit without it", "bad")
        elif self._unsaved:
            told = f"NOT SAVED: the call of {self._unsaved} is lost: call it again"
            self.app.exit(told, return_code=NotSaved.exit_code)
        else:
            self.app.exit()
