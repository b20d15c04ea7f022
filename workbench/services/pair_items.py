"""What a pair is to a screen, and how far a reviewer is with all of them: values, no store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.domain.blind import ReviewItem
from workbench.domain.label import Judgement
from workbench.domain.pair import Side, Vote, find_vote


class PairItem(NamedTuple):
    """One pair in front of a reviewer. Both outputs are of one ticket, from one base commit."""

    pair_id: str
    position: int
    left: ReviewItem
    right: ReviewItem
    is_identical: bool

    @property
    def vote(self) -> Vote | None:
        """What this reviewer said of it."""
        return find_vote(self.side(self.anchor_side).judgement.votes, self.pair_id)

    @property
    def anchor_side(self) -> Side:
        """The side of the output in whose judgement the vote lies."""
        return Side.LEFT if self.left.output_id < self.right.output_id else Side.RIGHT

    def side(self, side: Side) -> ReviewItem:
        return self.left if side is Side.LEFT else self.right

    @property
    def sides(self) -> tuple[Side, Side]:
        """Left, then right."""
        return Side.LEFT, Side.RIGHT

    def replace(self, side: Side, item: ReviewItem) -> "PairItem":
        """The pair with another value on one side."""
        return self._replace(left=item) if side is Side.LEFT else self._replace(right=item)

    def find(self, output_id: str) -> Side:
        """On which side an output stands."""
        return Side.LEFT if self.left.output_id == output_id else Side.RIGHT

    def put(self, output_id: str, judgement: Judgement) -> "PairItem":
        """The pair after one of its outputs was judged."""
        side = self.find(output_id)
        return self.replace(side, self.side(side)._replace(judgement=judgement))


@dataclass(frozen=True, slots=True)
class PairProgress:
    """How far a reviewer is; `left_wins` and `right_wins` are how often a side was preferred."""

    done: int
    total: int
    skipped: int
    left_wins: int
    right_wins: int
    left_out: Mapping[str, int]
    to_discuss: int = 0
    later: int = 0

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def coming(self) -> int:
        """What comes by itself."""
        return self.left - self.to_discuss - self.later
