"""Outputs that come again: shown as if nothing had been said of them, recorded apart.

Everything that is recorded of one lies inside the judgement that stands, which keeps its label.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from workbench.domain.blind import ReviewItem
from workbench.domain.label import NO_JUDGEMENT, Act, Effort, Judgement
from workbench.domain.queue import Place, QueueItem
from workbench.tui.effort import utc_now
from workbench.tui.notices import Notice
from workbench.tui.screens.walking import WalkingScreen

if TYPE_CHECKING:  # a start needs no more than its names
    from workbench.domain.saved import Saved
    from workbench.services.desk import Desk


class RepeatingScreen(WalkingScreen):
    """The part of the review screen that asks again."""

    _stood: Judgement | None = None  # what stands of the output in front, where it came again

    def show_again(self, output_id: str) -> None:
        """Put an output in front of whoever labelled it, as if it were new."""
        raise NotImplementedError

    def draw_repeat(self, desk: "Desk") -> bool:
        """After a label, by lot: another one comes again."""
        item, settings = self.item, self.settings
        if item is None or item.judgement.label is None or self.walk.is_view or self._stood:
            return False
        before = utc_now() - timedelta(hours=settings.repeat_hours)
        found = desk.queues.draw_repeat(item.output_id, settings.repeat_percent, before)
        if found:
            self.show_again(found)
        return bool(found)

    def make_again(self, item: ReviewItem, row: QueueItem) -> tuple[ReviewItem, QueueItem]:
        """Output and line as they look to somebody who never saw them, where the queue stands."""
        said, here = item.judgement.again or NO_JUDGEMENT, self.item
        position = here.position if here else item.position
        self._stood = item.judgement
        fresh = row._replace(label=said.label, edit=said.edit, place=Place.OPEN, position=position)
        return item._replace(judgement=said, position=position), fresh

    # What is recorded of it.

    def held(self, item: ReviewItem) -> Judgement:
        """What the log holds: not what the screen shows."""
        return self._stood or super().held(item)

    def write(
        self, desk: "Desk", item: ReviewItem, act: Act, judgement: Judgement, effort: Effort
    ) -> "Saved":
        """What is said again goes into what stands."""
        if self._stood is None or self._offered():
            return super().write(desk, item, act, judgement, effort)
        whole = replace(self._stood, again=judgement)
        return desk.reviews.record(item.output_id, Act.REPEAT, whole, effort, self._stood)

    def take_saved(self, saved: "Saved") -> None:
        """The output in front holds what was said this time."""
        if self._stood is not None and saved.event.act in {Act.REPEAT, Act.PEEK}:
            self._stood = saved.event.judgement
            saved = self._as_new(saved)
        super().take_saved(saved)

    def _as_new(self, saved: "Saved") -> "Saved":
        """A save as it looks to somebody who never saw the output."""
        event, item = saved.event, saved.item
        said, here = event.judgement.again or NO_JUDGEMENT, self.item
        act = Act.LABEL if said.label else Act.FINDING
        row = item._replace(label=said.label, edit=said.edit, place=Place.OPEN)
        row = row._replace(position=here.position if here else item.position)
        event = event._replace(judgement=said, act=event.act if event.act is Act.PEEK else act)
        return saved._replace(event=event, item=row)

    def asks_itself(self, act: Act, judgement: Judgement, item: ReviewItem) -> bool:
        """What it had confessed was asked the first time."""
        return self._stood is None and super().asks_itself(act, judgement, item)

    def asks_recognised_of(self, item: ReviewItem) -> bool:
        """Nor is it asked twice."""
        return self._stood is None and super().asks_recognised_of(item)

    def describe(self, saved: "Saved") -> Notice:
        """What was taken back of an output that came again is a label as well."""
        is_again = saved.turned is Act.REPEAT
        return super().describe(saved._replace(turned=Act.LABEL) if is_again else saved)

    def come_back(self, saved: "Saved") -> None:
        """An output that came again comes again."""
        if saved.turned is Act.REPEAT:
            self.show_again(saved.item.output_id)
        else:
            super().come_back(saved)

    def keep_place(self) -> None:
        """Nothing is kept of where it stands: it would come back with its label."""
        if self._stood is None:
            super().keep_place()
