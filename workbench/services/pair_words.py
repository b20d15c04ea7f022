"""What the answers to pairs add up to, a line of words each: for a screen, and for a report."""

from collections.abc import Iterator, Mapping

from workbench.domain.metrics import Rate
from workbench.services.pair_counts import Comparison, Duel


def describe_pairs(found: Comparison, names: Mapping[str, str]) -> Iterator[str]:
    """Each two candidates, the sides, the model; `names` says what stands for a candidate."""
    if not found.n_votes:
        return
    for duel in found.duels:
        yield _describe_duel(duel, names)
    side = found.side
    pull = ": a pull of the side, read the wins with care" if side.p < 0.05 else ""
    yield f"sides: the left one won {_tell(side.rate)}, p {side.p:.2f}{pull}"
    if found.model.why:
        yield f"no model of all candidates: {found.model.why}"
    if found.model.fit is not None:
        ranked = sorted(found.model.fit.abilities.items(), key=lambda item: -item[1])
        told = ", ".join(f"{names.get(name, name)} {ability:+.2f}" for name, ability in ranked)
        yield f"Davidson's model, log odds: {told}"


def _describe_duel(duel: Duel, names: Mapping[str, str]) -> str:
    ties = f"both good {duel.both_good}, both bad {duel.both_bad}"
    ties += f", cannot judge {duel.cannot_judge}"
    if not duel.first:
        return f"all pairs (sealed): one better in {duel.wins}; {ties}"
    first, second = (names.get(name, name) for name in (duel.first, duel.second))
    if not duel.rate.n:
        return f"{first} against {second}: no pair has a winner; {ties}"
    return f"{first} better than {second} in {_tell(duel.rate)}, p {duel.p:.2f}; {ties}"


def _tell(rate: Rate) -> str:
    if rate.value is None:
        return "—"
    low, high = rate.interval
    return f"{rate.hits} of {rate.n} ({low:.0%} to {high:.0%})"
