"""How the numbers of pairs read in a terminal, and as JSON."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.cli.boards import short, to_interval, wrap
from workbench.cli.terminal import say, say_json
from workbench.domain.counted import counted
from workbench.domain.metrics import Rate

if TYPE_CHECKING:  # loaded when there is something to count
    from workbench.services.pair_counts import Comparison, Duel, Model, SideBias


def say_pairs(found: "Comparison", *, is_sealed: bool, as_json: bool) -> None:
    """Print what the pairs say."""
    if as_json:
        others = {"answers": found.n_others, "agree": found.n_others_agree}
        say_json(
            "pairs",
            [_duel_as_json(duel) for duel in found.duels],
            sealed=is_sealed,
            answers=found.n_votes,
            side=_side_as_json(found.side),
            model=_model_as_json(found.model),
            other_reviewers=others,
        )
        return
    for line in render_pairs(found, is_sealed=is_sealed):
        say(line)


def render_pairs(found: "Comparison", *, is_sealed: bool) -> Iterator[str]:
    """A block for each two candidates, then the sides, then all candidates together."""
    if not found.n_votes:
        yield "no pair has an answer yet: workbench review --pair"
        return
    if is_sealed:
        yield "the study is sealed: who won is told after `workbench reveal`"
    for duel in found.duels:
        yield from _render_duel(duel)
    yield from _render_side(found.side)
    yield from _render_model(found.model)
    if found.n_others:
        told = counted(found.n_others, "answer")
        yield f"{told} of further reviewers, {found.n_others_agree} agree;"
        yield "the first one counts"


def _render_duel(duel: "Duel") -> Iterator[str]:
    ties = [f"both good {duel.both_good}", f"both bad {duel.both_bad}"]
    ties.append(f"cannot judge {duel.cannot_judge} (in no number)")
    if not duel.first:
        yield from wrap([f"one better {duel.wins}", *ties], indent=2, head="all pairs: ")
        return
    yield f"{duel.first} against {duel.second}: {counted(duel.n, 'pair')} judged"
    won = f"{duel.first} better in {short(duel.rate)} of the pairs with a winner"
    yield from wrap([won, f"exact sign test p {duel.p:.3f}", *ties], indent=2)


def _render_side(side: "SideBias") -> Iterator[str]:
    items = [f"the left side won {short(side.rate)}", f"p {side.p:.3f}"]
    if side.odds:
        odds, (low, high) = side.odds
        items.append(f"odds of the left {odds:.2f} ({low:.2f} to {high:.2f})")
    items.append(f"power to see 70:30 is {side.power:.2f}")
    if side.p < 0.05:
        items.append("a pull of the side: read the wins with care")
    yield from wrap(items, indent=2, head="sides: ")


def _render_model(model: "Model") -> Iterator[str]:
    if model.why:
        yield f"no model of all candidates: {model.why}"
    if model.fit is None:
        return
    note = " (regularised: somebody won or lost everything)" if model.fit.is_regularised else ""
    yield f"Davidson's model, log odds against {min(model.fit.abilities)}{note}:"
    for name, ability in sorted(model.fit.abilities.items(), key=lambda item: -item[1]):
        bounds = model.intervals.get(name)
        told = f" ({bounds[0]:+.2f} to {bounds[1]:+.2f})" if bounds and bounds != (0, 0) else ""
        yield f"  {ability:+.2f}{told}  {name}"


def _rate_as_json(rate: Rate) -> dict[str, object]:
    return {"hits": rate.hits, "n": rate.n, "rate": rate.value, "interval": list(rate.interval)}


def _duel_as_json(duel: "Duel") -> dict[str, object]:
    row: dict[str, object] = {
        "n": duel.n,
        "both_good": duel.both_good,
        "both_bad": duel.both_bad,
        "tie_share": duel.tie_share,
        "cannot_judge": duel.cannot_judge,
    }
    if not duel.first:
        return {**row, "decided": duel.wins}
    wins = {"first": duel.first, "second": duel.second, "wins": duel.wins, "losses": duel.losses}
    return {**wins, **row, "win_rate": _rate_as_json(duel.rate), "p": duel.p}


def _side_as_json(side: "SideBias") -> dict[str, object]:
    odds = {"odds": side.odds[0], "interval": list(side.odds[1])} if side.odds else None
    return {
        "left": side.left,
        "right": side.right,
        "left_rate": _rate_as_json(side.rate),
        "p": side.p,
        "power_70_30": side.power,
        "left_odds": odds,
    }


def _model_as_json(model: "Model") -> dict[str, object] | None:
    if model.fit is None:
        return {"why": model.why} if model.why else None
    return {
        "abilities": {
            name: {"log_odds": ability, "interval": to_interval(model.intervals.get(name))}
            for name, ability in model.fit.abilities.items()
        },
        "regularised": model.fit.is_regularised,
    }
