"""Everything a review needs once the store is open: opened in a worker, after the first paint."""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.services.queues import Blobs, Queues
from workbench.services.reviews import Reviews


@dataclass(frozen=True, slots=True)
class Desk:
    """One reviewer's services. `warning` says why labels cannot be saved, "" where they can.

    `check` reads the whole database once, in a worker; it returns what is wrong with it, "" where
    nothing is. Until then labels wait.
    """

    reviews: Reviews
    queues: Queues
    blobs: Blobs
    warning: str
    check: Callable[[], str]
    close: Callable[[], None]


OpenDesk = Callable[[], Desk]
