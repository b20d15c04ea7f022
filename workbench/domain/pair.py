"""A blind pair: two outputs of one ticket side by side, and what a reviewer said of them.

A vote names outputs, never sides: where each of them stood is kept beside it, so that the side's
own pull can be measured. Votes lie in the judgement of the pair's anchor, the smaller output id.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

SAMPLE = 5


class Side(StrEnum):
    """Where an output stands on the screen."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> "Side":
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Preference(StrEnum):
    """The answer to a pair, as it is given by key: by side."""

    LEFT = "left"
    RIGHT = "right"
    BOTH_GOOD = "both_good"
    BOTH_BAD = "both_bad"
    CANNOT_JUDGE = "cannot_judge"


class Said(StrEnum):
    """The same as it is stored; the last three set the pair aside and are no answer."""

    PREFERRED = "preferred"
    BOTH_GOOD = "both_good"
    BOTH_BAD = "both_bad"
    CANNOT_JUDGE = "cannot_judge"
    SKIPPED = "skipped"  # it comes back by itself
    DISCUSS = "discuss"
    LATER = "later"


NO_ANSWER = (Said.SKIPPED, Said.DISCUSS, Said.LATER)


class Why(StrEnum):
    """What decided, where a reviewer wants to say so."""

    CORRECT = "correct"
    COMPLETE = "complete"
    SIMPLE = "simple"
    TESTED = "tested"
    HONEST = "honest"


@dataclass(frozen=True, slots=True)
class Vote:
    """One reviewer's word on one pair; `left` and `right` are the outputs as they stood.

    `preferred` is an output id, "" unless one was; `strength` 1 to 3, 0 where nobody said.
    """

    left: str
    right: str
    said: Said
    preferred: str = ""
    strength: int = 0
    why: str = ""

    @property
    def pair_id(self) -> str:
        return make_pair_id(self.left, self.right)

    @property
    def is_answer(self) -> bool:
        """Whether something was decided."""
        return self.said not in NO_ANSWER

    @property
    def preference(self) -> Preference | None:
        """As it was pressed, by side; None where the pair was set aside."""
        if self.said is Said.PREFERRED:
            return Preference.LEFT if self.preferred == self.left else Preference.RIGHT
        return Preference(self.said.value) if self.is_answer else None


class Cast(NamedTuple):
    """A standing answer: the event it began with, whose it is, and when it was given."""

    began: int
    reviewer: str
    vote: Vote
    at: datetime


class Held(NamedTuple):
    """What a reviewer holds of one output, as far as its pairs are concerned."""

    label: str | None = None
    votes: tuple[Vote, ...] = ()


def make_pair_id(one: str, other: str) -> str:
    """The pair of two outputs, whichever way round."""
    return hashlib.sha256("\0".join(sorted((one, other))).encode()).hexdigest()[:12]


def is_sampled(pair_id: str) -> bool:
    """Whether this is one of the pairs, one in five, of which the reviewer is asked for a guess."""
    return int(pair_id[:8], 16) % SAMPLE == 0


def make_vote(left: str, right: str, preference: Preference) -> Vote:
    """A key's answer about two outputs as they stand."""
    if preference in {Preference.LEFT, Preference.RIGHT}:
        return Vote(left, right, Said.PREFERRED, left if preference is Preference.LEFT else right)
    return Vote(left, right, Said(preference.value))


def find_vote(votes: tuple[Vote, ...], pair_id: str) -> Vote | None:
    """What is held of a pair."""
    return next((vote for vote in votes if vote.pair_id == pair_id), None)


def put_vote(votes: tuple[Vote, ...], vote: Vote) -> tuple[Vote, ...]:
    """The votes with this one in place of what was held of its pair."""
    kept = (other for other in votes if other.pair_id != vote.pair_id)
    return tuple(sorted((*kept, vote), key=lambda held: held.pair_id))


def parse_vote(raw: Mapping[str, object]) -> Vote:
    """A vote from its JSON; ValueError, KeyError where it does not hold together."""
    vote = Vote(
        left=str(raw["left"]),
        right=str(raw["right"]),
        said=Said(str(raw["said"])),
        preferred=str(raw.get("preferred", "")),
        strength=int(str(raw.get("strength", 0))),
        why=str(raw.get("why", "")),
    )
    is_named = vote.preferred in {vote.left, vote.right}
    if vote.left == vote.right or is_named != (vote.said is Said.PREFERRED):
        raise ValueError("a vote must prefer one of its two outputs, or none")
    if not 0 <= vote.strength <= 3 or (vote.why and vote.why not in set(Why)):
        raise ValueError("a vote's strength is 0 to 3, and its reason one of the known ones")
    return vote
