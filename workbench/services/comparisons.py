"""Side by side: what one reviewer, or everybody, has decided, by candidate; and what is behind it.

Loads scipy; for a worker. Names stay closed unless they are open on the screen that asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.domain.case import Case, place_all
from workbench.domain.comparison import LINES, USUAL, Bar, Behind, Column, Comparison, Line
from workbench.domain.counted import counted
from workbench.domain.definitions import USUAL as USUAL_DEFINITIONS
from workbench.domain.definitions import Definitions
from workbench.domain.measures import MEASURES, is_mergeable
from workbench.domain.metrics import Scorecard, explain_undefined
from workbench.domain.outcome import Outcome
from workbench.domain.policy import Policy
from workbench.domain.recorded import read_recorded
from workbench.domain.report import Duel
from workbench.domain.spec import Spec
from workbench.domain.utility import MergeCost, cost_per_merge
from workbench.services.agreements import compare_reviewers
from workbench.services.boards import Board, score_cases
from workbench.services.contrasts import contrast_all
from workbench.services.criteria import measure_seen
from workbench.services.pair_counts import compare_pairs
from workbench.services.pair_words import describe_pairs
from workbench.services.review_times import ALL, ReviewTime, sum_up
from workbench.services.scorecards import list_rates
from workbench.services.sensitivity import list_flips
from workbench.services.traces import Part, explain
from workbench.stats import planner

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Store

_DOUBLES = "\0doubles"  # beside the names of reviewers
_PARTS = {Part.HIT: "counted", Part.MISS: "of it", Part.OUTSIDE: "outside"}


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Candidates as one reviewer may see them: as the study stood when it was first asked."""

    store: "Store"
    reviewer: str
    open_names: bool = False
    bar: Bar = USUAL
    definitions: Definitions = USUAL_DEFINITIONS
    _read: dict[str, list[Case]] = field(default_factory=dict, compare=False, repr=False)

    def make(self, *, is_everyone: bool = False) -> Comparison:
        """All of it, from the labels of this reviewer or of all."""
        who = "" if is_everyone else self.reviewer
        cases = self._load(who)
        names = self._names
        times = sum_up((names.get(c, c), n, ms) for c, n, ms in self.store.efforts(who))
        held: dict[str, list[Case]] = {}
        for case in cases:
            held.setdefault(case.candidate, []).append(case)
        boards, costs = score_cases(cases, self.definitions), self._count_costs(held)
        duels = () if self.store.is_sealed else contrast_all(cases)
        return Comparison(
            whose=f"labels of {'all reviewers' if is_everyone else self.reviewer}"
            f" · {self.definitions.name}",
            columns=tuple(
                _make_column(
                    name,
                    board,
                    times.get(name, ReviewTime()),
                    costs[name],
                    find_need(held[name], self.bar),
                )
                for name, board in boards.items()
            ),
            duels=tuple(duels),
            notes=(
                self.definitions.sentence,
                *(flip.sentence for flip in list_flips({n: b.curve for n, b in boards.items()})),
                *self._list_notes(times),
            ),
            preferences=tuple(self._list_preferences(who)),
        )

    def _list_preferences(self, who: str) -> Iterator[str]:
        """What the answers to pairs say; of a sealed study without whose they are."""
        casts = [c for c in self.store.pair_votes() if who in {"", c.reviewer}]
        if casts:
            is_sealed = self.store.is_sealed
            found = compare_pairs(casts, self.store.pair_entries(), is_sealed=is_sealed)
            yield from describe_pairs(found, self._names)

    def trace(self, name: str, line: Line, *, is_everyone: bool = False) -> list[Behind]:
        """Every output of one candidate and where it stands for one number, the counted first."""
        cases = self._load("" if is_everyone else self.reviewer)
        held = [c for c in cases if c.candidate == name and line.spec in {None, c.spec}]
        found = [_place(case, line, self.definitions.policy) for case in held]
        order = list(_PARTS.values())
        return sorted(found, key=lambda behind: order.index(behind.part))

    def find(self, duel: Duel, *, is_everyone: bool = False) -> list[Behind]:
        """The outputs of the tickets on which two candidates differ."""
        cases = self._load("" if is_everyone else self.reviewer)
        line = Line(duel.measure, duel.title)
        policy = self.definitions.policy
        return [_place(case, line, policy) for case in cases if case.output_id in duel.differ]

    def _count_costs(self, held: Mapping[str, Sequence[Case]]) -> dict[str, MergeCost]:
        """What each candidate cost for every output of it that was merged."""
        recorded = {key: read_recorded(extra).cost for key, extra in self.store.list_extras()}
        return {
            name: cost_per_merge(
                (recorded.get(case.output_id) for case in own),
                sum(is_mergeable(case.cell) for case in own),
            )
            for name, own in held.items()
        }

    def _load(self, reviewer: str) -> list[Case]:
        """By the words that stand for the candidates, so by them in order; read once."""
        if reviewer not in self._read:
            names, policy = self._names, self.definitions.policy
            cases = (c._replace(candidate=names.get(c.candidate, c.candidate))
                     for c in place_all(self.store.cases(reviewer), policy))  # fmt: skip
            self._read[reviewer] = sorted(
                cases, key=lambda case: (case.ticket_id, case.candidate, case.trial)
            )
        return self._read[reviewer]

    def _list_doubles(self) -> list[Case]:
        """The outputs with several labels, whose labels ever are shown."""
        if "" in self._read:
            return [case for case in self._read[""] if case.others]
        if _DOUBLES not in self._read:
            self._read[_DOUBLES] = [c for c in self.store.cases(is_double=True) if c.others]
        return self._read[_DOUBLES]

    @property
    def _names(self) -> Mapping[str, str]:
        """What stands for each candidate."""
        found = self.store.list_candidates()
        return {c.name: f"{c.alias} {c.name}" if self.open_names else c.alias for c in found}

    def _list_notes(self, times: Mapping[str, ReviewTime]) -> Iterator[str]:
        agreed = compare_reviewers(self._list_doubles(), self.definitions.seed)
        if agreed.n:
            doubles = counted(agreed.n, "output")
            told = f"agreement: {agreed.n_agree} of {doubles} with two labels are alike"
            values = (("AC1", agreed.ac1), ("alpha", agreed.alpha))
            yield ", ".join([told, *(f"{k} {v:.2f}" for k, v in values if v is not None)])
        else:
            yield "agreement: no output has two labels yet"
        pace = times[ALL]
        if pace.minutes is None or pace.per_hour is None:
            yield "pace: no review on a screen yet"
        else:
            per = f"{pace.minutes:.1f} minutes an output, {pace.per_hour:.0f} an hour"
            yield f"pace: {per}, over {counted(pace.n, 'review')}"


def _make_column(name: str, board: Board, time: ReviewTime, cost: MergeCost, need: str) -> Column:
    card = board.card
    cards: dict[Spec | None, Scorecard] = {None: card}
    cards |= {spec: part for spec, part in board.by_spec.items()}  # noqa: C416 - a wider key
    rates = {line: list_rates(cards[line.spec])[line.name] for line in LINES if line.spec in cards}
    reasons = {
        line: explain_undefined(line.name, cards[line.spec])
        for line, rate in rates.items()
        if rate.value is None
    }
    return Column(
        name=name,
        n_settled=card.n_outputs - card.n_pending,
        n_outputs=card.n_outputs,
        rates=rates,
        reasons=reasons,
        minutes=time.minutes,
        cost=cost,
        need=need,
    )


def find_need(cases: Sequence[Case], bar: Bar) -> str:
    """How many more green outputs would prove that it lets little escape, if none does.

    Several trials of a ticket prove what one does: then it takes more tickets.
    """
    found = measure_seen(MEASURES["escape_rate"], cases, bar.confidence)
    more = planner.needs_more_upper(bar.limit, found.hits_bound, found.n_bound, bar.confidence)
    if not more:
        return f"enough: at most {found.upper:.0%} escape ({bar.confidence:.0%} sure)"
    green = "green output" if found.n_bound == found.n else "green ticket"
    one = f"more {green}, if it does not escape, proves"
    told = counted(more, one, f"more {green}s, if none escapes, prove")
    return f"about {told} that at most {bar.limit:.0%} do"


def _place(case: Case, line: Line, policy: Policy) -> Behind:
    hits, n = MEASURES[line.name].contribute(case.cell)
    part = Part.HIT if hits else Part.MISS if n else Part.OUTSIDE
    is_open = case.cell.outcome is Outcome.PENDING  # nothing may be told of it yet
    return Behind(
        output_id=case.output_id,
        ticket_id=case.ticket_id,
        name=case.candidate,
        trial=case.trial,
        outcome=str(case.cell.outcome),
        part=_PARTS[part],
        why="no label yet" if is_open else explain(case, policy),
    )
