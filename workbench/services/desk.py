"""Everything a review needs once the store is open: opened in a worker, after the first paint."""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.services.queues import Blobs, Queues
from workbench.services.reviews import Reviews


@dataclass(frozen=True, slots=True)
class Desk:
    """One reviewer's services. `warning` says why labels cannot be saved, "" where they can."""

    reviews: Reviews
    queues: Queues
    blobs: Blobs
    warning: str
    close: Callable[[], None]


OpenDesk = Callable[[], Desk]
