"""What stands beside a candidate's four numbers in a report, and what its run logs tell."""

from collections.abc import Callable, Iterator, Mapping

from workbench.domain.controls import Adjusted
from workbench.domain.counted import counted
from workbench.domain.edit_size import FLIPS_FROM, FLIPS_TO, merge_rate_at
from workbench.domain.metrics import Rate
from workbench.domain.recorded import COST, SECONDS, TRAITS
from workbench.domain.report import Fact, TraitRow
from workbench.domain.utility import MergeCost
from workbench.services.boards import Board
from workbench.services.numbers import Numbers
from workbench.services.review_times import ReviewTime
from workbench.services.trajectories import Trait, Trajectory

Name = Callable[[str], str]


def list_facts(
    board: Board, adjusted: Adjusted, pace: ReviewTime, cost: MergeCost
) -> Iterator[Fact]:
    """What stands beside a candidate's numbers and is no rate."""
    card = board.card
    yield Fact("merge rate, adjusted by controls", _describe_adjusted(adjusted))
    yield from _list_edits(board)
    if card.discrimination is not None and board.discrimination is not None:
        low, high = board.discrimination
        text = f"{card.discrimination:+.0%} ({low * 100:+.0f} to {high * 100:+.0f})"
        yield Fact("vague minus clear abstention", text)
    if card.n_excused:
        yield Fact("not its fault", f"{counted(card.n_excused, 'output')}, counted all the same")
    if card.n_test_blind:
        yield Fact("defects the tests could not see", counted(card.n_test_blind, "output"))
    if board.n_trials > 1:
        tickets = counted(board.n_tickets, "ticket")
        yield Fact("trials", f"up to {board.n_trials} of each of {tickets}")
    of = counted(pace.n, "review")
    untimed = "— (no review on a screen yet)"
    minutes = untimed if pace.minutes is None else f"{pace.minutes:.1f} (of {of})"
    yield Fact("minutes of review an output", minutes)
    yield Fact("cost of a merged output", cost.told)


def _describe_adjusted(found: Adjusted) -> str:
    if found.value is None:
        return f"— ({found.why})"
    by = f"by {counted(found.n_controls, 'control')}"
    if found.interval is None:
        return f"{found.value:.1%} ({by})"
    low, high = found.interval
    return f"{found.value:.1%} ({low:.1%} to {high:.1%}, {by})"


def _list_edits(board: Board) -> Iterator[Fact]:
    """Who said how large edits were, and what another limit of a minor one would make of it."""
    if not (told := board.edits.describe()):
        return
    yield Fact("size of edits", told)
    low, high = (merge_rate_at(board.curve, limit) for limit in (FLIPS_FROM, FLIPS_TO))
    if low is not None and high is not None:
        told = f"{low:.1%} at {FLIPS_FROM:.0%} of the patch, {high:.1%} at {FLIPS_TO:.0%}"
        yield Fact("merge rate, had a minor edit another limit", told)


def tell_warnings(numbers: Numbers, name: Name) -> Iterator[str]:
    """What a reader must know before the numbers are believed, a sentence each."""
    for who, found in numbers.trajectories.items():
        leaks = found.answer_leaks
        if leaks.hits:
            runs = "the one run" if leaks.n == 1 else f"the {leaks.n} runs"
            yield (
                f"Answer leaks: of {runs} of {name(who)} whose log says what they did, {leaks.hits}"
                " looked where the fix may be found; what was delivered there may not be its own."
            )
        if n := len(found.touched):
            yield f"A person had a hand in {counted(n, 'output')} of {name(who)}."
    for flip in numbers.flips:
        told = flip._replace(first=name(flip.first), second=name(flip.second)).sentence
        yield f"{told[0].upper()}{told[1:]}."


def list_traits(trajectories: Mapping[str, Trajectory]) -> tuple[TraitRow, ...]:
    """What is known of any candidate's runs; a dash where a log does not say it."""
    held = list(trajectories.values())
    rows = [
        TraitRow(f"{title}, mean of a run", tuple(_say_mean(t.traits[name], t) for t in held))
        for name, title in TRAITS.items()
    ]
    rows.append(TraitRow("runs with a context loss", _say_some(held, "context_losses")))
    rows.append(TraitRow("runs with a person's hand in them", _say_some(held, "interventions")))
    rows.append(TraitRow("error recovery", tuple(_say_rate(t.recovery) for t in held)))
    rows.append(TraitRow("answer leaks", tuple(_say_rate(t.answer_leaks) for t in held)))
    for name, word in ((COST, "cost"), (SECONDS, "time")):
        values = tuple(_say_share(t.unsteady[name]) for t in held)
        rows.append(TraitRow(f"{word}, variation over trials", values))
    for k in sorted({k for t in held for k in t.pass_hat})[:4]:
        values = tuple(_say_share(t.pass_hat.get(k)) for t in held)
        rows.append(TraitRow(f"all of {k} trials merged", values))
    return tuple(row for row in rows if set(row.cells) != {"—"})


def _say_mean(trait: Trait, whole: Trajectory) -> str:
    if trait.mean is None:
        return "—"
    of = "" if trait.n == whole.n_outputs else f" (of {trait.n} of {whole.n_outputs})"
    return f"{trait.mean:,.4g}{of}"


def _say_some(held: list[Trajectory], name: str) -> tuple[str, ...]:
    return tuple(_say_rate(t.traits[name].some) for t in held)


def _say_rate(rate: Rate) -> str:
    if rate.value is None:
        return "—"
    low, high = rate.interval
    return f"{rate.hits}/{rate.n} {rate.value:.0%} ({low:.0%} to {high:.0%})"


def _say_share(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"
