"""Labels by the rubric they were given under: a changed one leaves the old labels stale."""

from collections.abc import Iterator
from typing import NamedTuple

from workbench.store.study import Study

# The event that gave the label as it stands: a finding or a vote after it is no new label. The plus
# keeps SQLite from the index by reviewer, in which it would read all of their events for each one.
_GIVEN = (
    "SELECT i.reviewer, o.output_id, o.ticket, i.label, e.rubric_version, e.at FROM item i"
    " CROSS JOIN output o ON o.id = i.output CROSS JOIN label_event e ON e.event_id ="
    " (SELECT max(event_id) FROM label_event WHERE output = i.output AND +reviewer = i.reviewer"
    "  AND act IN ('label', 'import', 'undo', 'redo')) WHERE i.label IS NOT NULL"
    " ORDER BY o.ticket, o.output_id, i.reviewer"
)


_STALE = (
    "SELECT count(*) AS n FROM item i CROSS JOIN label_event e ON e.event_id ="
    " (SELECT max(event_id) FROM label_event WHERE output = i.output AND +reviewer = i.reviewer"
    "  AND act IN ('label', 'import', 'undo', 'redo'))"
    " WHERE i.reviewer = ? AND i.label IS NOT NULL AND e.rubric_version <> ?"
)


class Given(NamedTuple):
    """A standing label and the rubric under which it was given; `at` as the log has it."""

    reviewer: str
    output_id: str
    ticket_id: str
    label: str
    rubric_version: str
    at: str


class Rubrics(Study):
    """Reading labels by rubric; a part of Store."""

    rubric_version = ""

    def count_stale(self, reviewer: str) -> int:
        """How many standing labels of a reviewer are older than the rubric in force."""
        with self._driving() as driver:
            found = driver.execute(_STALE, (reviewer, self.rubric_version)).fetchone()
            return int(found[0])

    def labels_given(self) -> Iterator[Given]:
        """Every standing label of every reviewer, by ticket."""
        with self._driving() as driver:
            for row in driver.execute(_GIVEN):
                yield Given(*row)
