"""What reaches a review screen: a value in which no candidate has a name.

`message`, `self_flagged`, `hidden` and `leaks` are there because the screen shows them once the
label is saved (but for `leaks`, at once where there is no patch); whether they may be shown is
`ReviewItem.is_message_open`.
"""

from typing import NamedTuple

from workbench.domain.check import CheckResult
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.label import Judgement
from workbench.domain.spec import Spec

UNLIMITED = 1 << 62  # bytes: every text of an output is read


class TicketText(NamedTuple):
    """What a reviewer may read of a ticket: never the answers."""

    ticket_id: str
    title: str
    body: str
    spec: Spec
    repo: str
    base_commit: str


class ReviewItem(NamedTuple):
    """One output in front of one reviewer.

    `diff` is git's own diff of base and tree; b"" without a tree, and then `patch` holds the
    bytes as they came, to be shown raw with `detail`. `size` is that of the longest text of it in
    bytes, also where diff and patch were not read because they are long. Behind a veil the message
    of such an output is not here either until it is read whole: `is_read`.
    """

    output_id: str
    position: int
    alias: str
    ticket: TicketText
    trial: int
    delivery: Delivery
    rung: Rung
    detail: str
    tree: str
    badges: tuple[str, ...]
    diff: bytes
    patch: bytes
    message: str
    self_flagged: tuple[str, ...]
    check: CheckResult
    judgement: Judgement
    leaks: tuple[str, ...] = ()
    size: int = 0
    is_read: bool = True

    def with_texts(self, read: "ReviewItem") -> "ReviewItem":
        """This, with the texts of the same output as it was read whole."""
        return self._replace(
            diff=read.diff,
            patch=read.patch,
            message=read.message,
            self_flagged=read.self_flagged,
            badges=read.badges,
            is_read=read.is_read,
        )

    @property
    def is_message_open(self) -> bool:
        """A message beside a patch stays closed until the label is saved."""
        return self.delivery is not Delivery.PATCH or self.judgement.label is not None
