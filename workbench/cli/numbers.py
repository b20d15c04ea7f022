"""All numbers of a study as lines of a terminal, and as JSON."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from workbench.cli.boards import (
    render_agreement,
    render_board,
    render_controls,
    render_repeats,
    render_settled,
    short,
    to_interval,
    wrap,
)
from workbench.domain.counted import counted
from workbench.domain.metrics import Rate, Scorecard

if TYPE_CHECKING:  # loaded when there is something to count
    from workbench.domain.controls import Adjusted, ControlCard
    from workbench.domain.definitions import Definitions
    from workbench.services.agreements import Agreement
    from workbench.services.boards import Board
    from workbench.services.numbers import Numbers
    from workbench.services.repeats import SelfAgreement
    from workbench.services.trajectories import Trait, Trajectory


def render_numbers(numbers: "Numbers") -> Iterator[str]:
    """Each candidate, then what is of all of them."""
    for name, board in numbers.boards.items():
        yield from render_board(name, board, describe_adjusted(numbers.adjusted[name]))
        yield from _render_trajectory(numbers.trajectories[name])
        yield ""
    if any(board.n_trials > 1 for board in numbers.boards.values()):
        yield from _wrap(
            "several outputs of a ticket count as one ticket: they show how steady a candidate is,"
            " and narrow no interval as more tickets would; merge rate, yield and abstention rates"
            " are the mean of the tickets' own"
        )
    for flip in numbers.flips:
        yield from _wrap(flip.sentence)
    yield from render_agreement(numbers.agreed)
    yield from render_settled(numbers.settled)
    yield from render_controls(numbers.controls)
    yield from render_repeats(numbers.repeats)
    if numbers.recognised.n:
        yield f"recognised by their blind reviewer, of those asked: {short(numbers.recognised)}"
    for lack, remark in numbers.remarks.items():
        yield from _wrap(f"{lack}: {remark}")
    yield from _wrap(numbers.definitions.sentence)


def _wrap(sentence: str) -> Iterator[str]:
    return wrap(sentence.split(" "), indent=0, join=" ", hang=2)


def describe_adjusted(found: "Adjusted") -> str:
    """As in: 82% (61-100, by 12 controls); a dash with the reason where there is none."""
    if found.value is None:
        return f"— ({found.why})"
    bounds = ""
    if found.interval:
        low, high = found.interval
        bounds = f"{low * 100:.0f}-{high * 100:.0f}, "
    return f"{found.value:.0%} ({bounds}by {counted(found.n_controls, 'control')})"


def _render_trajectory(found: "Trajectory") -> Iterator[str]:
    """What the run logs say; nothing where there are none."""
    from workbench.domain.recorded import COST, SECONDS, TRAITS

    items = [
        f"{TRAITS[name]} {trait.mean:,.4g}{_of_some(trait, found.n_outputs)}"
        for name, trait in found.traits.items()
        if trait.mean is not None
    ]
    if found.recovery.n:
        items.append(f"error recovery {short(found.recovery)}")
    for name, word in ((COST, "cost"), (SECONDS, "time")):
        if (value := found.unsteady[name]) is not None:
            items.append(f"{word} varies over trials by {value:.0%}")
    if items:
        yield from wrap(items, indent=2, head="runs, the mean of each: ", hang=4)
    if found.answer_leaks.n:
        yield from wrap([f"{short(found.answer_leaks)} looked where the fix may be found"],
                        indent=2, head="answer leaks: ")  # fmt: skip
    if found.touched:
        yield from wrap(found.touched, indent=2, head="a person had a hand in: ", hang=4)
    if found.pass_hat:
        steady = [f"pass^{k} {value:.0%}" for k, value in list(found.pass_hat.items())[:4]]
        if found.consistency is not None:
            steady.append(f"consistency {found.consistency:.2f}")
        yield from wrap(steady, indent=2, head="over trials: ")


def _of_some(trait: "Trait", n_outputs: int) -> str:
    return "" if trait.n == n_outputs else f" (of {trait.n})"


def rate_as_json(rate: Rate) -> dict[str, object]:
    """One rate; null for 0/0."""
    from workbench.services.scorecards import CONFIDENCE

    return {
        "hits": rate.hits,
        "n": rate.n,
        "rate": rate.value,
        "interval": list(rate.interval),
        "confidence": CONFIDENCE,
    }


def adjusted_as_json(found: "Adjusted") -> dict[str, object]:
    """An adjusted merge rate; null with the reason where there is none."""
    return {
        "rate": found.value,
        "interval": to_interval(found.interval),
        "controls": found.n_controls,
        "why_not": found.why or None,
    }


def numbers_as_json(numbers: "Numbers") -> tuple[list[object], dict[str, object]]:
    """A row a candidate, and what is of all of them."""
    rows: list[object] = [
        {
            **_board_as_json(name, board),
            "merge_rate_adjusted": adjusted_as_json(numbers.adjusted[name]),
            **_trajectory_as_json(numbers.trajectories[name]),
        }
        for name, board in numbers.boards.items()
    ]
    more: dict[str, object] = {
        "definitions": _definitions_as_json(numbers.definitions),
        "double_labels": _agreement_as_json(numbers.agreed),
        "settled": dict(numbers.settled),
        "controls": [_control_as_json(who, card) for who, card in numbers.controls.items()],
        "recognised": rate_as_json(numbers.recognised),
        "repeats": [_repeats_as_json(who, one) for who, one in numbers.repeats.items()],
        "merge_rate_order": [
            {"first": flip.first, "second": flip.second, "changes_at": list(flip.at)}
            for flip in numbers.flips
        ],
        "lacking": [f"{lack}: {remark}" for lack, remark in numbers.remarks.items()],
    }
    return rows, more


def _definitions_as_json(found: "Definitions") -> dict[str, object]:
    policy = found.policy
    return {
        "gate": found.gate or None,
        "sentence": found.sentence,
        "escape_kinds": sorted(policy.escape_kinds),
        "escape_min_severity": policy.escape_min_severity,
        "self_flag": policy.self_flag,
        "minor_max_ratio": policy.minor_max_ratio,
        "minor_max_lines": policy.minor_max_lines,
        "reject_below_kept": policy.reject_below_kept,
        "unknown_tests": policy.unknown_tests,
        "display_interval": found.interval,
        "seed": found.seed,
    }


def _rates_as_json(card: Scorecard) -> dict[str, object]:
    from workbench.services.scorecards import list_rates

    return {key: rate_as_json(rate) for key, rate in list_rates(card).items()}


def _board_as_json(name: str, board: "Board") -> dict[str, object]:
    card = board.card
    return {
        "candidate": name,
        **_rates_as_json(card),
        "discrimination": card.discrimination,
        "discrimination_interval": to_interval(board.discrimination),
        "excused": card.n_excused,
        "test_blind": card.n_test_blind,
        "tickets": board.n_tickets,
        "trials": board.n_trials,
        "outcomes": {str(state): n for state, n in card.states.items()},
        "by_spec": {str(spec): _rates_as_json(part) for spec, part in board.by_spec.items()},
        "ranges": {
            key: {"low": rate_as_json(found.low), "high": rate_as_json(found.high)}
            for key, found in board.ranges.items()
        },
        "edits": {
            **board.edits._asdict(),
            "merge_rate_by_limit": [[limit, rate] for limit, rate in board.curve],
        },
    }


def _trajectory_as_json(found: "Trajectory") -> dict[str, object]:
    return {
        "answer_leaks": rate_as_json(found.answer_leaks),
        "error_recovery": rate_as_json(found.recovery),
        "runs": {name: _trait_as_json(trait) for name, trait in found.traits.items()},
        "variation_over_trials": dict(found.unsteady),
        "pass_hat": {str(k): value for k, value in found.pass_hat.items()},
        "consistency": found.consistency,
        "touched_by_a_person": list(found.touched),
    }


def _trait_as_json(trait: "Trait") -> dict[str, object]:
    """Null where no log says it."""
    is_known = bool(trait.n)
    return {
        "known": trait.n,
        "total": trait.total if is_known else None,
        "mean": trait.mean,
        "with_one_or_more": trait.some.hits if is_known else None,
    }


def _control_as_json(reviewer: str, card: "ControlCard") -> dict[str, object]:
    accepted = rate_as_json(card.acceptance)
    return {"reviewer": reviewer or None, "accepted": accepted, "false_alarms": card.false_alarms}


def _repeats_as_json(reviewer: str, found: "SelfAgreement") -> dict[str, object]:
    return {
        "reviewer": reviewer or None,
        "same": rate_as_json(found.same),
        "ac1": found.ac1,
        "ac1_interval": to_interval(found.interval),
    }


def _agreement_as_json(found: "Agreement") -> Mapping[str, object]:
    return {
        "labelled_twice": found.n,
        "disagree": found.n - found.n_agree,
        "alpha": found.alpha,
        "ac1": found.ac1,
        "escaped_ac1": found.escaped,
        "escaped_ac1_interval": to_interval(found.interval),
    }
