"""Every output with what was said of it, in the order of tickets, candidates and trials.

One ordered pass, an output at a time: constant memory whatever the study's size. The text of a
judgement is parsed once, and one that was met lately not again.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import Any, NamedTuple

from workbench.domain.case import Case, Opinion
from workbench.domain.cell import classify
from workbench.domain.check import CheckStatus
from workbench.domain.delivery import Delivery
from workbench.domain.draft import share_defect_leaks
from workbench.domain.errors import UsageError
from workbench.domain.finding import FoundBy
from workbench.domain.label import NO_JUDGEMENT, Judgement, parse_judgement
from workbench.domain.seal import POOLED
from workbench.domain.spec import Spec
from workbench.store.controls import read_controls
from workbench.store.database import Database

_CASES = (
    "SELECT o.output_id, o.ticket, o.candidate, o.trial,"
    " t.spec || ' ' || o.delivery || ' ' || o.tests, e.reviewer, e.event_id, e.judgement"
    " FROM output o CROSS JOIN ticket t ON t.ticket_id = o.ticket"
    " LEFT JOIN label_event e ON e.output = o.id"
    "  AND e.reviewer = CASE :reviewer WHEN '' THEN e.reviewer ELSE :reviewer END"
    " WHERE (:candidate = '' OR o.candidate = :candidate)"
    "  AND (o.candidate IN (SELECT value FROM json_each(:controls))) IS :is_control"
    "  AND (NOT :is_double OR (SELECT min(d.reviewer) < max(d.reviewer) FROM label_event d"
    "   WHERE d.output = o.id))"
    " ORDER BY o.ticket, o.candidate, o.trial, e.reviewer, e.seq"
)
_IS_SEALED = (
    "SELECT 1 FROM meta WHERE key = 'seal'"
    " AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'revealed')"
)
_LEAK = f'"{FoundBy.POST_MERGE}"'  # as it stands in the JSON of a judgement
Row = tuple[Any, ...]
"""An output with one of its events, or with none (Any: sqlite3 types no columns)."""


class _Held(NamedTuple):
    """What one reviewer holds; `began` is the event with which the label began, 0 without one."""

    opinion: Opinion
    began: int = 0


class Cases(Database):
    """Outputs one by one; a part of Store."""

    def cases(
        self,
        reviewer: str = "",
        candidate: str = "",
        *,
        with_post_reveal: bool = False,
        is_control: bool = False,
        is_double: bool = False,
    ) -> Iterator[Case]:
        """Every output, by ticket, candidate and trial, with the judgement that counts.

        That is one reviewer's, or for the study ("") of whoever labelled first. While the study is
        sealed no candidate has a name here: all stand under POOLED. An output whose name was opened
        early is left out, and what was changed after the reveal, unless it is asked for. Controls
        come only, and alone, where `is_control`; where `is_double` only what several have judged.
        Streams; the read stays open until the last one is taken.
        """
        params: dict[str, str | bool] = {"reviewer": reviewer, "candidate": candidate}
        params |= {"is_control": is_control, "is_double": is_double}
        with self._driving() as driver:
            is_sealed = driver.execute(_IS_SEALED).fetchone() is not None
            if is_sealed and candidate not in {"", POOLED}:
                raise UsageError("the study is sealed: figures are pooled until `workbench reveal`")
            if is_sealed:
                params["candidate"] = ""
            params |= {"controls": json.dumps([*read_controls(driver)])}
            pooled = POOLED if is_sealed else ""
            for _, rows in groupby(driver.execute(_CASES, params), key=itemgetter(0)):
                case = _to_case(
                    list(rows), pooled, is_study=not reviewer, with_late=with_post_reveal
                )
                if case is not None:
                    yield case


def _to_case(rows: list[Row], pooled: str, *, is_study: bool, with_late: bool) -> Case | None:
    """The rows of one output; None where its name was opened early. `pooled` stands for a name."""
    output_id, ticket, name, trial, ground = rows[0][:5]
    held: dict[str, _Held] = {}
    may_leak = False
    for *_, reviewer, event_id, text in rows:
        if reviewer is None:
            break
        opinion = _read_opinion(reviewer, text, ground)
        judgement = opinion.judgement
        if judgement.unblinded:
            return None
        if with_late or not judgement.post_reveal:
            began = held[reviewer].began if reviewer in held else 0
            held[reviewer] = _Held(opinion, (began or event_id) if judgement.label else 0)
            may_leak = may_leak or _LEAK in text
    counting = _choose(held.values(), is_study=is_study)
    if may_leak:
        counting = _share_leaks(counting, held.values(), ground)
    first = counting[0] if counting else _Held(_read_opinion("", "", ground))
    others = tuple(one.opinion for one in counting[1:]) if len(counting) > 1 else ()
    return Case(
        output_id,
        intern(ticket),  # as one text, where a reader keeps all cases
        intern(pooled or name),
        trial,
        *_read_ground(ground),
        first.opinion,
        others,
        first.began,
    )


def _choose(held: Collection[_Held], *, is_study: bool) -> list[_Held]:
    """What counts, and the labels beside it: what settles a disagreement, then the oldest."""
    if not is_study:
        return list(held)
    labelled = [one for one in held if one.began]
    if len(labelled) > 1:
        labelled.sort(key=lambda one: (not one.opinion.judgement.adjudicates, one.began))
    return labelled


def _share_leaks(counting: Iterable[_Held], held: Collection[_Held], ground: str) -> list[_Held]:
    """What counts with the leaks that anybody wrote down."""
    told = [one.opinion.judgement for one in held]
    shared = ((one, share_defect_leaks(one.opinion.judgement, told)) for one in counting)
    return [
        _Held(_place(one.opinion.reviewer, judgement, ground), one.began)
        for one, judgement in shared
    ]


@lru_cache(maxsize=4096)
def _read_opinion(reviewer: str, text: str, ground: str) -> Opinion:
    return _place(reviewer, parse_judgement(text) if text else NO_JUDGEMENT, ground)


def _place(reviewer: str, judgement: Judgement, ground: str) -> Opinion:
    return Opinion(reviewer, judgement, classify(*_read_ground(ground), judgement))


@lru_cache(maxsize=256)
def _read_ground(ground: str) -> tuple[Spec, Delivery, CheckStatus]:
    spec, delivery, tests = ground.split()
    return Spec(spec), Delivery(delivery), CheckStatus(tests)
