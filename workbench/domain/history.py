"""How the log grows: the event that an act, an undo or a redo adds. Pure; ids come from outside.

`Head` is what the last event of a reviewer says: what undo and redo would act on. An answer to
"did it say so itself?" amends the label before it, so one undo takes back both.
"""

from dataclasses import replace
from typing import NamedTuple

from workbench.domain.event import Event
from workbench.domain.finding import FoundBy
from workbench.domain.label import NO_JUDGEMENT, Act, Judgement


class Head(NamedTuple):
    """Event ids that `u` and `ctrl+r` act on; None where there is nothing left."""

    undo: int | None = None
    redo: int | None = None


class Links(NamedTuple):
    """The part of a new event that this module decides."""

    judgement: Judgement
    undoes: int | None
    back: int | None
    below: int | None
    head: Head


def link_act(
    event_id: int, act: Act, judgement: Judgement, head: Head, last: Event | None
) -> Links:
    """An act on an item whose last event by this reviewer is `last` (None: the first one)."""
    if act in {Act.PEEK, Act.IMPORT, Act.REVEAL}:
        back = None if last is None else last.event_id
        return Links(judgement, None, back, head.undo, head)
    amends = act is Act.SELF_FLAG and last is not None and head.undo == last.event_id
    if amends and last is not None:
        return Links(judgement, None, last.back, last.below, Head(undo=event_id))
    back = None if last is None else last.event_id
    return Links(judgement, None, back, head.undo, Head(undo=event_id))


def link_undo(event_id: int, target: Event, before: Event | None, head: Head) -> Links:
    """Take `target` back; `before` is the event that `target.back` names."""
    judgement = NO_JUDGEMENT if before is None else before.judgement
    return Links(judgement, target.event_id, head.redo, target.below, Head(target.below, event_id))


def link_redo(event_id: int, undo: Event, target: Event, head: Head) -> Links:
    """Put back what `undo` took away; `target` is the event that `undo` had undone.

    An undo event keeps the redo that lies under it in `back`.
    """
    links = Head(undo=event_id, redo=undo.back)
    return Links(target.judgement, None, target.back, head.undo, links)


def mark_late(before: Judgement, after: Judgement) -> Judgement:
    """A judgement changed after the names were known.

    What came up after merge is no change, nor is what was said when the output came again.
    """
    if _without_leaks(before) == _without_leaks(after):
        return after
    return replace(after, post_reveal=True)


def _without_leaks(judgement: Judgement) -> Judgement:
    kept = tuple(f for f in judgement.findings if f.found_by is not FoundBy.POST_MERGE)
    return replace(judgement, findings=kept, again=None)
