"""The decision that rests on the numbers, and how it reads in two sentences.

The first says which candidate may run and why, the second on what evidence. Both are written for
someone who has not seen the method.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workbench.domain.counted import counted, name_counted
from workbench.domain.gate import ABSTENTION, AGREEMENTS, DIFFERENCES, Bound, Criterion, Mode
from workbench.domain.utility import MergeCost
from workbench.domain.verdict import CandidateVerdict, CriterionVerdict, Measured, Verdict

Count = tuple[int, int]
PENDING, NEEDS = "pending: ", "needs >= "
"""Begin what is needed: where outputs or labels are still to come, and how many more."""


class Evidence(NamedTuple):
    """What the second sentence tells of a candidate: (hits, n) each; `at_most` bounds the escapes.

    `cost` is that of one merged output.
    """

    candidate: str
    escapes: Count
    at_most: float
    vague: Count
    clear: Count
    confidence: float
    cost: MergeCost = MergeCost()


class Step(NamedTuple):
    """One step of the choice among those that pass; `note` says why it kept all of them.

    `is_left_out`: too little is known for it.
    """

    rule: str
    kept: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    note: str = ""
    is_left_out: bool = False


class Separation(NamedTuple):
    """How many tickets would tell two candidates apart that differ as they do here.

    `tickets` None: more than could be asked for, or they do not differ at all.
    """

    first: str
    second: str
    tickets: int | None


class Decision(NamedTuple):
    """`left` are the candidates that may run, the first one first; `lead` who is described.

    `gate` is "" without one. `problem` says why there is no verdict at all. `notes` are lines that
    belong under the two sentences.
    """

    gate: str
    mode: Mode
    verdicts: tuple[CandidateVerdict, ...]
    evidence: tuple[Evidence, ...]
    n_tickets: int
    steps: tuple[Step, ...] = ()
    left: tuple[str, ...] = ()
    separation: Separation | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, str]:
        """The decision in two sentences."""
        return _tell_decision(self), _tell_evidence(self)

    def find(self, candidate: str) -> CandidateVerdict | None:
        """The verdict on one candidate."""
        return next((v for v in self.verdicts if v.candidate == candidate), None)


def _tell_decision(made: Decision) -> str:
    if not made.gate:
        return (
            "No gate is set, so these numbers release no candidate: `workbench gate init` sets one."
        )
    if made.problem:
        return f"The gate {made.gate} gives no verdict: {made.problem}."
    if not made.verdicts:
        return f"The gate {made.gate} has nothing to judge: there are no outputs yet."
    if not made.left:
        told = _tell_verdicts(made.verdicts)
        return f"No candidate may run on this evidence, by the gate {made.gate}: {told}."
    passed = [v.candidate for v in made.verdicts if v.verdict is Verdict.PASS]
    if len(made.left) > 1:
        return _tell_tie(made)
    best = made.left[0]
    if len(passed) > 1:
        why = next((s.rule for s in reversed(made.steps) if s.dropped), "")
        among = f"of the {len(passed)} candidates that keep every bound it {why}"
        return f"{best} may run under the gate {made.gate}: {among}."
    alone = "it keeps every bound"
    if len(made.verdicts) > 1:
        alone = f"it alone of {len(made.verdicts)} candidates keeps every bound"
    return f"{best} may run under the gate {made.gate}: {alone}."


def _tell_tie(made: Decision) -> str:
    """Several are left: which is cheapest, and what it takes to tell them apart."""
    several = "both" if len(made.left) == 2 else "all"
    head = (
        f"{join(made.left)} may {several} run under the gate {made.gate}: each keeps every bound,"
        f" and they are not distinguishable with n = {counted(made.n_tickets, 'ticket')}"
    )
    costs = {e.candidate: e.cost.usd for e in made.evidence if e.candidate in made.left}
    known = {name: cost for name, cost in costs.items() if cost is not None}
    cheapest = min(known, key=lambda name: known[name]) if len(known) == len(costs) else ""
    told = "which is cheapest is not known"
    if cheapest:
        told = f"the cheapest is {cheapest} ({known[cheapest]:.2f} US dollars a merged output)"
    found = made.separation
    if found is None:
        return f"{head}; {told}."
    needed = f"about {found.tickets} tickets" if found.tickets else "more tickets than a study has"
    return f"{head}; {told}, and telling them apart would take {needed}."


def _tell_verdicts(verdicts: Iterable[CandidateVerdict]) -> str:
    """As in: A fails, and B and C are inconclusive."""
    held: dict[Verdict, list[str]] = {}
    for verdict in verdicts:
        held.setdefault(verdict.verdict, []).append(verdict.candidate)
    told = [f"{join(names)} {_SAYS[verdict][len(names) > 1]}" for verdict, names in held.items()]
    has_several = any(len(names) > 1 for names in held.values())
    return ", and ".join(told) if has_several else join(told)


_SAYS = {
    Verdict.PASS: ("passes", "pass"),
    Verdict.FAIL: ("fails", "fail"),
    Verdict.INCONCLUSIVE: ("is inconclusive", "are inconclusive"),
    Verdict.INVALID: ("is invalid", "are invalid"),
}


def _tell_evidence(made: Decision) -> str:
    if made.problem:
        return "The numbers stand as they are and decide nothing until that is mended."
    if not made.gate or made.left:
        lead = made.left[0] if made.left else ""
        found = next((e for e in made.evidence if e.candidate == lead), None)
        found = found or next(iter(made.evidence), None)
        if found is None:
            return "Nothing is known of any candidate yet."
        return f"{_describe(found)}{_tell_rest(made, found.candidate)}."
    if not made.verdicts:
        return "Nothing is known of any candidate yet."
    told = [_tell_missing(verdict) for verdict in made.verdicts]
    return f"{'; '.join(told)}."


def _describe(found: Evidence) -> str:
    """As in: 18 outputs of A passed their tests, and review found 1 of them silently wrong ..."""
    (hits, green), name = found.escapes, found.candidate
    if not green:
        told = f"No output of {name} has passed its tests, so nothing is known of what escapes"
    else:
        one = counted(green, "output")
        passed = "passed its tests" if green == 1 else "passed their tests"
        told = f"{one} of {name} {passed}, and review found {hits or 'none'} of them silently wrong"
        if green == 1:
            told = told.replace("1 of them", "it").replace("none of them", "nothing")
        told += (
            f": with {found.confidence * 100:g}% confidence, at most {found.at_most:.1%} of such"
            " outputs are"
        )
    asked = [f"{h} of {n} {kind}" for (h, n), kind in
             ((found.vague, "vague"), (found.clear, "clear")) if n]  # fmt: skip
    return f"{told}; it asked or declined on {join(asked)} tickets" if asked else told


def _tell_rest(made: Decision, lead: str) -> str:
    """The verdict on all others."""
    rest = [v for v in made.verdicts if v.candidate != lead and v.candidate not in made.left]
    told = _tell_verdicts(v for v in rest if v.verdict is not Verdict.PASS)
    return f"; {told}" if told else ""


def _tell_missing(verdict: CandidateVerdict) -> str:
    """What a candidate lacks, first of all."""
    if verdict.reasons:
        return f"{verdict.candidate}: {verdict.reasons[0]}"
    missing = verdict.first_missing
    if missing is None:
        return f"{verdict.candidate}: no criterion is required of it"
    if missing.needs.startswith(PENDING):
        waits = missing.needs.removeprefix(PENDING).split(";")[0]
        return f"{verdict.candidate}: its verdict waits, {waits}"
    return f"{verdict.candidate}: {describe_criterion(missing)}"


def describe_criterion(found: CriterionVerdict) -> str:
    """What was seen, and what it proves: the two apart, or a reader takes one for the other.

    As in: 1 of 12 outputs with green tests was silently wrong: with 95% confidence at most 33.9% of
    such outputs are, where at most 25% is allowed. A count that guesses says so: at worst (2
    untested) 3 of 14 outputs counted as green were silently wrong ...
    """
    criterion, is_failed = found.criterion, found.verdict is Verdict.FAIL
    shown = found.best if is_failed else found.worst
    if shown.value is None:
        told = f"its {criterion.title.replace('_', ' ')} is not known yet"
    else:
        told = f"{_tell_bound(found, shown)}, where {_tell_limit(criterion)}"
    is_guess = found.is_range and shown.value is not None
    if is_guess:
        told = f"{'even at best' if is_failed else 'at worst'} ({found.unknown.sentence}) {told}"
    if not found.needs:
        return told
    how = "to settle it while that is unknown" if is_guess else "to settle it"
    wanting = found.needs.replace(NEEDS, f"{how}, at least ")
    return f"{told} ({wanting})"


def _tell_bound(found: CriterionVerdict, shown: Measured) -> str:
    """The count and its bound; a fail rests on the bound of the other side."""
    criterion = found.criterion
    seen, proved = _say_count(criterion, shown, has_untested=found.unknown.n_untested > 0)
    is_unbounded = criterion.metric in AGREEMENTS and (shown.lower, shown.upper) == (-1, 1)
    if found.confidence is None or is_unbounded:
        return seen
    is_most = (criterion.bound is Bound.UPPER) is not (found.verdict is Verdict.FAIL)
    side, value = ("at most", shown.upper) if is_most else ("at least", shown.lower)
    bound = proved.format(f"{side} {_say_amount(criterion, value, '.1f')}")
    return f"{seen}: with {found.confidence * 100:g}% confidence {bound}"


def _tell_limit(criterion: Criterion) -> str:
    limit = _say_amount(criterion, criterion.limit, "g")
    if criterion.bound is Bound.UPPER:
        return f"at most {limit} is allowed"
    return f"at least {limit} is asked for"


def _say_amount(criterion: Criterion, value: float, digits: str) -> str:
    if criterion.metric in AGREEMENTS:
        return f"{value:.2f}"
    is_difference = criterion.metric in DIFFERENCES
    return f"{value * 100:+{digits}} points" if is_difference else f"{value * 100:{digits}}%"


def _say_count(criterion: Criterion, shown: Measured, *, has_untested: bool) -> tuple[str, str]:
    """What was seen, in words for what a newcomer meets first, and of what the bound is."""
    green = "counted as green" if has_untested else "with green tests"
    was = name_counted(shown.hits, "was", "were")

    def of(noun: str) -> str:
        return f"{shown.hits} of {counted(shown.n, noun)}"

    on = "" if criterion.stratum == "all" else f" on {criterion.stratum} tickets"
    title = criterion.title.replace("_", " ")
    if criterion.metric == "escape_rate":
        told = f"{of('output')} {green}{on} {was} silently wrong"
        return told, "{} of such outputs are"
    if criterion.metric == "escape_rate_total":
        told = f"{of('output')} {green}{on} {was} wrong, confessed or not"
        return told, "{} of such outputs are"
    if criterion.metric == "merge_rate":
        return f"{of('attempt')}{on} {was} merged", "{} of such attempts are"
    if criterion.metric == ABSTENTION:
        return f"asked or declined on {of(f'{criterion.stratum} ticket')}", "on {} of such tickets"
    if criterion.metric in DIFFERENCES:
        return f"{title} over {counted(shown.n, 'ticket')}", "{}"
    if criterion.metric in AGREEMENTS:
        return f"{title} over {counted(shown.n, 'output')}", "{}"
    return f"{title} {shown.hits}/{shown.n}", "{}"


def join(items: Iterable[str]) -> str:
    """`A, B and C`."""
    held: Sequence[str] = list(items)
    return " and ".join(filter(None, (", ".join(held[:-1]), *held[-1:])))
