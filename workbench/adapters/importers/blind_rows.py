"""What a canonical row says of blindness: the seal, the side, the votes, who adjudicated."""

from collections.abc import Mapping
from typing import TypedDict

from workbench.domain.dispute import Cause
from workbench.domain.pair import Vote, parse_vote


class Blind(TypedDict):
    """Fields of a judgement."""

    blind: str
    position: str
    recognised: bool | None
    unblinded: str
    post_reveal: bool
    adjudicates: bool
    cause: Cause | None
    votes: tuple[Vote, ...]


def read_blind(row: Mapping[str, object]) -> Blind:
    """What was known of whose it is; a file written before pairs has none of it."""
    votes, guess = row.get("votes", []), row.get("recognised")
    position = str(row.get("position") or "single")
    if not isinstance(votes, list) or position not in {"left", "right", "single"}:
        raise TypeError("votes are a list, and a position is left, right or single")
    return Blind(
        blind=str(row.get("seal") or ""),
        position="" if position == "single" else position,
        recognised=guess if isinstance(guess, bool) else None,
        unblinded=str(row.get("unblinded") or ""),
        post_reveal=bool(row.get("post_reveal", False)),
        adjudicates=row.get("role") == "adjudicator",
        cause=Cause(str(row["cause"])) if row.get("cause") else None,
        votes=tuple(parse_vote(vote) for vote in votes),
    )
