"""The demo: the sample study, and its key recorded as a reviewer named `key`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workbench.domain.draft import Decision
from workbench.services.reviews import Reviews

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

KEY_REVIEWER = "key"
OutputIds = Mapping[tuple[str, str], str]


def output_ids(store: "Store") -> dict[tuple[str, str], str]:
    """Output ids by (ticket, candidate); the sample has one trial of each."""
    return {(o.ticket_id, o.candidate): o.output_id for o in store.list_outputs()}


def fill_from_key(
    reviews: Reviews, ids: OutputIds, key: Iterable[tuple[tuple[str, str], Decision]]
) -> int:
    """Record every decision of the key; returns how many."""
    n = 0
    for n, (where, decision) in enumerate(key, 1):  # noqa: B007 - counted
        reviews.decide(ids[where], decision, is_sure=True)
    return n
