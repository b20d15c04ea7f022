"""How numbers read in a terminal of 80 columns: a line for each rate, its companions under it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from workbench.domain.counted import counted
from workbench.domain.edit_size import FLIPS_FROM, FLIPS_TO, merge_rate_at
from workbench.domain.metrics import Interval, Rate, Scorecard, explain_undefined
from workbench.text import cells, display

if TYPE_CHECKING:  # loaded when there is something to count
    from workbench.domain.controls import ControlCard
    from workbench.services.agreements import Agreement
    from workbench.services.boards import Board
    from workbench.services.repeats import SelfAgreement
    from workbench.services.traces import Trace, Traced

_WIDTH = 80
# Under each of the four: its companions, by the words that stand before them.
_COMPANIONS = {
    "merge_rate": {"coverage": "coverage", "yield": "yield", "unverified": "unverified"},
    "abstention_rate_vague": {
        "abstention_rate_clear": "on clear",
        "abstention_precision": "precision",
    },
    "self_flag_rate": {"silent": "silent", "flag_precision": "flag precision"},
    "escape_rate": {
        "escape_rate_total": "total",
        "exposure": "exposure",
        "test_gate_miss_share": "test-gate miss share",
        "defect_leaks": "defect leaks so far",
    },
}
_BY_SPEC = {"merge_rate": "merge", "self_flag_rate": "self-flag", "escape_rate": "escape"}
_OPEN = ("merge_rate", "abstention_rate_vague", "self_flag_rate", "escape_rate")


def render_board(name: str, board: "Board", adjusted: str = "—") -> Iterator[str]:
    """One candidate: the four rates, what stands beside them, and the outcomes.

    `adjusted` is the merge rate by how strict reviewers are.
    """
    from workbench.services.scorecards import RATES, list_rates

    card, rates = board.card, list_rates(board.card)
    outputs = counted(card.n_outputs, "output")
    trials = f" on {counted(board.n_tickets, 'ticket')}" if board.n_trials > 1 else ""
    settled = f"{card.n_outputs - card.n_pending} of {outputs} settled{trials}"
    yield f"{name}: {settled}"
    yield f"  {'':<22}  {'k/n':<7}  {'rate':<6}  95 % interval"
    for key, companions in _COMPANIONS.items():
        yield _line(RATES[key], key, rates[key], card)
        items = [f"{word} {short(rates[other])}" for other, word in companions.items()]
        yield from wrap([*items, *_more(key, board, adjusted)], indent=4)
    yield from _render_specs(board)
    yield from _render_ranges(board)
    states = [f"{n} {state}" for state, n in card.states.items() if n]
    yield from wrap(states, indent=2, head="outcomes: ")


def _line(title: str, key: str, rate: Rate, card: Scorecard) -> str:
    if rate.value is None:
        return f"  {title:<22}  {'0/0':<7}  {'—':<6}  {explain_undefined(key, card)}"
    low, high = rate.interval
    count = f"{rate.hits}/{rate.n}"
    return f"  {title:<22}  {count:<7}  {rate.value:<6.1%}  {low:.1%} to {high:.1%}"


def _more(key: str, board: "Board", adjusted: str) -> Iterator[str]:
    """What stands beside a rate and is no rate."""
    card = board.card
    if key == "merge_rate":
        yield f"adjusted by controls {adjusted}"
    if key == "merge_rate" and card.n_excused:
        yield f"without {card.n_excused} excused {short(card.merge_rate_excused)}"
    if key == "merge_rate" and (told := board.edits.describe()):
        yield f"edits: {told}"
        yield from _tell_limits(board)
    if key == "abstention_rate_vague" and card.discrimination is not None and board.discrimination:
        low, high = board.discrimination
        apart = f"{card.discrimination:+.0%} ({low * 100:+.0f} to {high * 100:+.0f})"
        yield f"vague minus clear {apart}"
    if key == "escape_rate" and card.n_test_blind:
        yield f"{card.n_test_blind} blind to the tests"


def _tell_limits(board: "Board") -> Iterator[str]:
    """What another limit of a minor edit would make of the merge rate."""
    low, high = (merge_rate_at(board.curve, limit) for limit in (FLIPS_FROM, FLIPS_TO))
    if low != high:
        yield (
            f"{percent(low)} if a minor edit ended at {FLIPS_FROM:.0%} of the patch,"
            f" {percent(high)} at {FLIPS_TO:.0%}"
        )


def _render_specs(board: "Board") -> Iterator[str]:
    """The rates on vague and on clear tickets alone: what a mean over both may hide."""
    from workbench.services.scorecards import list_rates

    for spec, card in board.by_spec.items():
        rates = list_rates(card)
        items = [f"{word} {short(rates[key])}" for key, word in _BY_SPEC.items()]
        yield from wrap(items, indent=2, head=f"{spec}: ")


def _render_ranges(board: "Board") -> Iterator[str]:
    """From best to worst, where tests did not run or two labels stand undecided."""
    from workbench.services.scorecards import RATES

    items = [
        f"{RATES[key]} {percent(found.low.value)} to {percent(found.high.value)}"
        for key in _OPEN
        if (found := board.ranges.get(key))
    ]
    if items:
        yield from wrap(items, indent=2, head="with what is unknown either way: ")


def render_agreement(found: "Agreement") -> Iterator[str]:
    """How far reviewers agree; nothing where no output has two labels."""
    if not found.n:
        return
    told = counted(found.n, "output has", "outputs have")
    yield f"{told} labels of more than one reviewer, of which"
    differ = counted(found.n - found.n_agree, "disagrees", "disagree")
    yield f"{differ}; here the one who labelled first counts"
    if found.n < 2:
        return
    items = [f"agreement {found.n_agree / found.n:.0%}"]
    items.append(f"Krippendorff's alpha {_score(found.alpha)}")
    items.append(f"AC1 {_score(found.ac1)}")
    bounds = f" ({found.interval[0]:.2f} to {found.interval[1]:.2f})" if found.interval else ""
    items.append(f"escaped or not: AC1 {_score(found.escaped)}{bounds}")
    yield from wrap(items, indent=2)


def render_settled(counts: "Mapping[str, int]") -> Iterator[str]:
    """Disagreements that were settled, and why labels differed; nothing where none was."""
    if counts:
        told = [f"{cause.replace('_', ' ') or 'not said'} {n}" for cause, n in counts.items()]
        yield from wrap(told, indent=2, head=f"settled {sum(counts.values())}; why they differed: ")


def render_controls(found: "Mapping[str, ControlCard]") -> Iterator[str]:
    """How strict reviewers are, by patches that people had merged; nothing without controls."""
    if not found:
        return
    yield "controls (merged human patches, in no rate above):"
    for who, card in found.items():
        items = [f"accepted {short(card.acceptance)}", f"false alarms {card.false_alarms}"]
        yield from wrap(items, indent=2, head=f"{who or 'all reviewers'}: ")


def render_repeats(found: "Mapping[str, SelfAgreement]") -> Iterator[str]:
    """How far reviewers agree with themselves; a dash where nothing came again."""
    if not found:
        yield "self-agreement: — (nothing came again; repeat_percent in workbench.toml)"
        return
    yield "self-agreement (outputs that came again, in no rate above):"
    for who, one in found.items():
        low, high = one.interval or (0.0, 0.0)
        bounds = f" ({low:.2f} to {high:.2f})" if one.interval else ""
        items = [f"the same label {short(one.same)}", f"AC1 {_score(one.ac1)}{bounds}"]
        yield from wrap(items, indent=2, head=f"{who or 'all reviewers'}: ")


def _score(value: float | None) -> str:
    return "— (no variation)" if value is None else f"{value:.2f}"


def render_trace(found: "Trace") -> Iterator[str]:
    """A rate and every output behind it, part by part."""
    from workbench.services.traces import Part

    measure, rate = found.measure, found.rate
    told = "0/0, —" if rate.value is None else f"{rate.hits}/{rate.n}, {rate.value:.1%}"
    yield f"{measure.title} of {found.candidate}: {told}{_bounds(rate)}"
    yield f"of {measure.of}: {measure.hits}"
    heads = {
        Part.HIT: "counted",
        Part.MISS: "of it, not counted",
        Part.OUTSIDE: "in neither number",
    }
    for part, head in heads.items():
        outputs = found.pick(part)
        if outputs:
            yield ""
            yield f"{head}: {len(outputs)}"
            for output in outputs:
                yield from _render_traced(output)


def _bounds(rate: Rate) -> str:
    if rate.value is None:
        return ""
    return f" (95 %: {rate.interval[0]:.1%} to {rate.interval[1]:.1%})"


def _render_traced(output: "Traced") -> Iterator[str]:
    case = output.case
    trial = f" trial {case.trial}" if case.trial > 1 else ""
    flags = f" {output.hits} of {output.n} flags" if output.n > 1 else ""
    head = f"{case.output_id} {case.ticket_id}{trial}, {case.cell.outcome}{flags}: "
    yield from wrap(output.why.split("; "), indent=2, head=head, join="; ", hang=6)


def short(rate: Rate) -> str:
    """6/20 30% (15-52); a dash for 0/0."""
    if rate.value is None:
        return "—"
    low, high = rate.interval
    return f"{rate.hits}/{rate.n} {rate.value:.0%} ({low * 100:.0f}-{high * 100:.0f})"


def percent(value: float | None) -> str:
    """A percentage, or a dash."""
    return "—" if value is None else f"{value:.0%}"


def wrap(
    items: Iterable[str], *, indent: int, head: str = "", join: str = ", ", hang: int | None = None
) -> Iterator[str]:
    """Items one after another, a new line where the next one does not fit."""
    line, is_fresh = " " * indent + display(head), True
    room = _WIDTH - len(join.rstrip())
    for item in map(display, items):
        if not is_fresh and cells(line + join + item) > room:
            yield line + join.rstrip()
            line, is_fresh = " " * (indent if hang is None else hang), True
        line += item if is_fresh else join + item
        is_fresh = False
    if not is_fresh or head:
        yield line


def to_interval(interval: Interval | None) -> list[float] | None:
    """For JSON."""
    return None if interval is None else list(interval)
