"""Every rate by its published name: which outputs it is of, and which of them it counts.

One table serves the numbers on the screen, their bounds, and the list of outputs behind each: so
they cannot disagree. A measure turns a cell into (hits, n): 1 of 1, 0 of 1, or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workbench.domain.cell import Cell
from workbench.domain.check import CheckStatus
from workbench.domain.outcome import Outcome
from workbench.domain.spec import Spec

Count = tuple[int, int]
Test = Callable[[Cell], bool]
NOTHING: Count = (0, 0)

_MERGEABLE = frozenset({Outcome.MERGED, Outcome.EDITED_MINOR})
_TESTABLE_FAILURES = frozenset({Outcome.ESCAPED, Outcome.CAUGHT})


@dataclass(frozen=True, slots=True)
class Measure:
    """One rate. `of` says in words what n is, `hits` what is counted of it.

    `count` is asked about counted cells only. `by_ticket`: with several trials it is the mean over
    tickets, else a ratio of sums.
    """

    name: str
    title: str
    of: str
    hits: str
    count: Callable[[Cell], Count]
    outside: Callable[[Cell], str]
    by_ticket: bool = False

    def contribute(self, cell: Cell) -> Count:
        """(hits, n) of one output."""
        return self.count(cell) if cell.is_counted else NOTHING

    def explain_outside(self, cell: Cell) -> str:
        """Why an output is in neither number, in a few words."""
        if cell.outcome is Outcome.VOID:
            return "the harness failed"
        if cell.outcome is Outcome.PENDING:
            return "no label yet"
        return self.outside(cell)


def _share(is_in: Test, is_hit: Test) -> Callable[[Cell], Count]:
    """A measure that counts outputs."""

    def count(cell: Cell) -> Count:
        return (int(is_hit(cell)), 1) if is_in(cell) else NOTHING

    return count


def is_mergeable(cell: Cell) -> bool:
    """Merged, as it is or after a minor edit."""
    return cell.outcome in _MERGEABLE


def is_untested(cell: Cell) -> bool:
    """A counted patch whose tests did not run."""
    return cell.is_counted and cell.tests == CheckStatus.NOT_RUN


def _is_any(_: Cell) -> bool:
    return True


def _is_attempt(cell: Cell) -> bool:
    return cell.outcome is not Outcome.ABSTAINED


def _is_abstained(cell: Cell) -> bool:
    return cell.outcome is Outcome.ABSTAINED or cell.asked_first


def _is_escaped(cell: Cell) -> bool:
    return cell.outcome is Outcome.ESCAPED


def _is_green(cell: Cell) -> bool:
    """A patch whose tests pass."""
    return cell.tests == CheckStatus.PASS


def _is_of(spec: Spec) -> Test:
    return lambda cell: cell.spec is spec


def _never(_: Cell) -> str:
    """Every counted output is in."""
    return ""


def _no_attempt(_: Cell) -> str:
    return "abstained"


def _other_spec(cell: Cell) -> str:
    return "ticket not marked" if cell.spec is Spec.UNSET else f"a {cell.spec} ticket"


def _not_green(cell: Cell) -> str:
    if not cell.tests:
        return "no patch"
    return "tests fail" if cell.tests == CheckStatus.FAIL else "tests not run"


def _no_flaw(cell: Cell) -> str:
    return "no flaw found" if cell.tests else "no patch"


def _not_merged(_: Cell) -> str:
    return "not merged"


def _is_own_attempt(cell: Cell) -> bool:
    return _is_attempt(cell) and not cell.is_excused


_ALL = (
    Measure(
        "merge_rate", "merge rate",
        "outputs that attempt the ticket", "merged, as they are or after a minor edit",
        _share(_is_attempt, is_mergeable), _no_attempt, by_ticket=True,
    ),
    Measure(
        "coverage", "coverage",
        "all outputs", "those that attempt the ticket",
        _share(_is_any, _is_attempt), _never, by_ticket=True,
    ),
    Measure(
        "yield", "yield",
        "all outputs", "merged, as they are or after a minor edit",
        _share(_is_any, is_mergeable), _never, by_ticket=True,
    ),
    Measure(
        "unverified", "unverified",
        "merged outputs", "those whose tests did not run",
        _share(is_mergeable, is_untested), _not_merged,
    ),
    Measure(
        "merge_rate_excused", "merge rate, excused left out",
        "attempts, without what was not the candidate's fault",
        "merged, as they are or after a minor edit",
        _share(_is_own_attempt, is_mergeable),
        lambda cell: "not its fault" if _is_attempt(cell) else "abstained", by_ticket=True,
    ),
    Measure(
        "abstention_rate_vague", "abstention rate, vague",
        "outputs on vague tickets", "those that ask or decline",
        _share(_is_of(Spec.VAGUE), _is_abstained), _other_spec, by_ticket=True,
    ),
    Measure(
        "abstention_rate_clear", "abstention rate, clear",
        "outputs on clear tickets", "those that ask or decline",
        _share(_is_of(Spec.CLEAR), _is_abstained), _other_spec, by_ticket=True,
    ),
    Measure(
        "abstention_precision", "abstention precision",
        "outputs that ask or decline", "those on vague tickets",
        _share(_is_abstained, _is_of(Spec.VAGUE)), lambda _: "did not abstain",
    ),
    Measure(
        "self_flag_rate", "self-flagged-flaw rate",
        "patches with a flaw", "those that named a flaw of theirs",
        _share(lambda c: c.is_flawed, lambda c: c.is_confessed), _no_flaw,
    ),
    Measure(
        "silent", "silent flaws",
        "patches with a flaw", "those that named none of theirs",
        _share(lambda c: c.is_flawed, lambda c: not c.is_confessed), _no_flaw,
    ),
    Measure(
        "flag_precision", "flag precision",
        "flags that candidates raised", "those that were true",
        lambda cell: (cell.n_true_flags, cell.n_flags), lambda _: "raised no flag",
    ),
    Measure(
        "escape_rate", "escape rate",
        "patches whose tests pass", "wrong, and only review caught it",
        _share(_is_green, _is_escaped), _not_green,
    ),
    Measure(
        "escape_rate_total", "escape rate, total",
        "patches whose tests pass", "wrong, said so by themselves or not",
        _share(_is_green, lambda c: c.has_k_defect), _not_green,
    ),
    Measure(
        "exposure", "exposure",
        "all outputs", "escapes",
        _share(_is_any, _is_escaped), _never,
    ),
    Measure(
        "test_gate_miss_share", "test-gate miss share",
        "patches that tests caught or let escape", "those they let escape",
        _share(lambda c: c.outcome in _TESTABLE_FAILURES, _is_escaped),
        lambda _: "neither caught nor escaped",
    ),
    Measure(
        "defect_leaks", "defect leaks",
        "merged outputs", "those with a grave defect found after merge, however late",
        _share(is_mergeable, lambda c: c.has_leak), _not_merged,
    ),
)  # fmt: skip

MEASURES = {measure.name: measure for measure in _ALL}
"""In the order in which they are shown."""
