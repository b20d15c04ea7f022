"""How far people agree on which tickets are clear, and what they differ on: for the lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.clarity import SpecAct, SpecCall, find_settled, is_disputed
from workbench.domain.errors import InputRefused
from workbench.domain.spec import Spec
from workbench.stats import agreement

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store


class PairAgreement(NamedTuple):
    """Two people on the tickets that both called; kappa is Cohen's, None where it is undefined."""

    first: str
    second: str
    n: int
    n_agree: int
    kappa: float | None


class Dispute(NamedTuple):
    """A ticket that people call differently, and what was settled (unset: nothing yet)."""

    ticket_id: str
    title: str
    calls: dict[str, SpecCall]
    settled: Spec


@dataclass(frozen=True, slots=True)
class SpecAgreement:
    """How far people agree on `n` tickets that two or more called; alpha is Krippendorff's.

    Calls that stand are compared, never what settles them; tickets that a sample left out count.
    """

    n_by_person: dict[str, int]
    n: int
    n_agree: int
    alpha: float | None
    pairs: tuple[PairAgreement, ...]
    disputes: tuple[Dispute, ...]


def compare_calls(store: "Store") -> SpecAgreement:
    """Agreement on clear or vague over all people, and what they differ on."""
    calls = store.spec_calls()
    said = {
        ticket: {who: call.spec for who, call in held.items() if call.spec is not Spec.UNSET}
        for ticket, held in calls.items()
    }
    people = sorted({who for held in said.values() for who in held})
    doubles = [held for held in said.values() if len(held) > 1]
    ratings = [[held.get(who) for held in doubles] for who in people]
    titles = {ticket.ticket_id: ticket.title for ticket in store.list_tickets()}
    disputes = [
        Dispute(
            ticket, titles[ticket], _spoken(calls[ticket]), find_settled(calls[ticket].values())
        )
        for ticket, held in said.items()
        if len(set(held.values())) > 1 and ticket in titles
    ]
    return SpecAgreement(
        n_by_person={who: sum(who in held for held in said.values()) for who in people},
        n=len(doubles),
        n_agree=sum(len(set(held.values())) == 1 for held in doubles),
        alpha=agreement.krippendorff_alpha(ratings) if doubles else None,
        pairs=tuple(_compare(said, *two) for two in combinations(people, 2)),
        disputes=tuple(disputes),
    )


def _spoken(held: dict[str, SpecCall]) -> dict[str, SpecCall]:
    """Those who called it, by name."""
    return {who: held[who] for who in sorted(held) if held[who].spec is not Spec.UNSET}


def _compare(said: Mapping[str, Mapping[str, Spec]], first: str, second: str) -> PairAgreement:
    both = [held for held in said.values() if first in held and second in held]
    ones, others = [held[first] for held in both], [held[second] for held in both]
    table = agreement.confusion(ones, others, (Spec.CLEAR, Spec.VAGUE))
    n_agree = sum(one is other for one, other in zip(ones, others, strict=True))
    return PairAgreement(first, second, len(both), n_agree, agreement.cohen_kappa(table))


def record_mark(
    store: "Store", who: str, ticket_id: str, spec: Spec, at: datetime, *, settles: bool
) -> Spec:
    """A call without a screen; returns the ticket's spec after it."""
    if settles:
        held = store.spec_calls().get(ticket_id, {})
        if not is_disputed(held) and find_settled(held.values()) is Spec.UNSET:
            raise InputRefused(f"ticket {ticket_id}: nobody differs on it, so nothing is to settle")
        act, call = SpecAct.SETTLE, SpecCall(settles=spec)
    else:
        act, call = SpecAct.CALL, SpecCall(spec)
    return store.record_spec(who, ticket_id, act, call, at).spec
