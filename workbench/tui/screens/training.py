"""A training round: after each label what the key says, and why; the output stays in sight."""

from textual import events

from workbench.domain.lesson import name_label
from workbench.domain.queue import FirstScreen
from workbench.services.desk import OpenDesk
from workbench.text import display
from workbench.tui.app import WorkbenchApp
from workbench.tui.label_keys import Mode
from workbench.tui.screens.opening import OpeningScreen
from workbench.tui.screens.panes import ReviewSettings
from workbench.tui.screens.review import ReviewScreen
from workbench.tui.widgets.end_card import EndCard
from workbench.tui.widgets.lines import Line, Span
from workbench.tui.widgets.text_pane import TextPane

GO_ON = "enter goes on"


class TrainingScreen(ReviewScreen):
    """A review that tells what the key says."""

    _told = ""  # the output of which the key is told, until enter

    def advance(self) -> None:
        """Before the next output: what the key says of this one."""
        item, desk = self.item, self.desk
        lesson = desk.lessons.get(item.output_id) if item and desk else None
        if item is None or lesson is None or item.judgement.label is None:
            super().advance()
            return
        judgement = item.judgement
        mine = name_label(judgement.label, judgement.edit)
        is_met = lesson.is_met(judgement)
        self._told = item.output_id
        pane = self.query_one(TextPane)
        pane.set_class(True, "-open")
        head = "As the key has it" if is_met else "Not as the key has it"
        pane.show(head, f"You said {mine}, the key says {lesson.said}.\n\n{lesson.why}")
        sign = "✓ as the key has it" if is_met else f"✗ the key says {lesson.said}"
        self.say(f"{sign}; {GO_ON}, u takes your label back", "good" if is_met else "warn")

    def on_key(self, event: events.Key) -> None:
        """Enter goes on."""
        if not self._told or event.key != "enter" or self.waiting.mode is not Mode.READY:
            return
        event.stop()
        event.prevent_default()
        is_here = self.item is not None and self.item.output_id == self._told
        self._told = ""
        self.read("")
        if is_here:
            super().advance()

    def go_to(self, output_id: str) -> None:
        """What was told is of another output."""
        if self._told:
            self._told = ""
            self.read("")
        super().go_to(output_id)

    def _show_end(self) -> None:
        self.query_one(EndCard).show_lines(self._render_end())

    def _render_end(self) -> list[Line]:
        """How many labels were as the key has them, and that nothing of it counts."""
        desk = self.desk
        if desk is None:
            return [(), (Span("  This round is over.", "title"),)]
        items = [desk.queues.open(output_id) for output_id in desk.lessons]
        lines: list[Line] = [()]
        n_met = 0
        for item in items:
            lesson, judgement = desk.lessons[item.output_id], item.judgement
            is_met = lesson.is_met(judgement)
            n_met += is_met
            mine = name_label(judgement.label, judgement.edit)
            said = mine if is_met else f"{mine}; the key says {lesson.said}"
            sign = Span("  ✓ ", "good") if is_met else Span("  ✗ ", "warn")
            lines.append((sign, Span(f"{display(item.ticket.ticket_id)}: {said}")))
        head = f"  {n_met} of {len(items)} as the key has it."
        told = "  Nothing of this is counted anywhere; another start is another round."
        return [
            (),
            (Span(head, "title"),),
            *lines,
            (),
            (Span(told, "dim"),),
            (Span("  K", "key"), Span(" looks at the last one again, ", "dim"),
             Span("q", "key"), Span(" quits.", "dim")),
        ]  # fmt: skip


class TrainingApp(WorkbenchApp):
    """Shows the outputs of a training round."""

    def build_screen(
        self, first: FirstScreen, settings: ReviewSettings, open_desk: OpenDesk, notice: str
    ) -> OpeningScreen:
        """The screen that tells the key."""
        return TrainingScreen(first, settings, open_desk, self.keys, notice)
