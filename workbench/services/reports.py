"""A study becomes a report: the same data give the same report, whenever it is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workbench.domain.case import Case
from workbench.domain.controls import ControlCard
from workbench.domain.counted import counted, name_counted
from workbench.domain.definitions import Definitions
from workbench.domain.measures import MEASURES
from workbench.domain.report import Fact, PublishedPart, Report
from workbench.domain.spec import Spec
from workbench.domain.ticket import SuiteEntry, Ticket, suite_digest
from workbench.domain.utility import MergeCost
from workbench.services.agreements import Agreement
from workbench.services.contrasts import contrast_all
from workbench.services.controls import ACCEPTANCE
from workbench.services.numbers import Numbers
from workbench.services.repeats import SelfAgreement
from workbench.services.report_facts import list_facts, list_traits, tell_warnings
from workbench.services.report_limits import list_unknown, list_unmeasured
from workbench.services.report_pages import Telling, Words, make_candidate_page, make_ticket_pages
from workbench.services.review_times import ALL, ReviewTime, sum_up
from workbench.services.scorecards import choose_interval
from workbench.services.trajectories import ANSWER_LEAKS, RECOVERY

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Span, Store

TITLE = "Which candidate may run unattended"
_METHOD = """\
Every candidate was run on the same frozen tickets, some clear and some deliberately vague. People \
who know the code reviewed each output as they would a colleague's change.
A rate is shown as hits/n with its {interval} interval at 95 %. 0/0 is undefined and shown as —.
Two candidates are compared on the same tickets by McNemar's exact test, p adjusted by Holm over \
the pairs of one number; the interval of their difference is Tango's.
Several trials of a ticket count as one ticket: they show how steady a candidate is, and narrow no \
interval as more tickets would.
An escape is a patch whose tests pass, that is wrong in what it does (not in style alone), gravely \
enough, and that did not say so itself: only review caught it.
What tests that did not run would have said is never guessed: the range from best to worst stands \
beside the number.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What is decided elsewhere: the sentences on the first page, and what a gate says of each.

    `costs` are those of a merged output in US dollars, None where they are not known.
    """

    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    costs: Mapping[str, MergeCost] = field(default_factory=dict)
    published: tuple[PublishedPart, ...] = ()
    provenance: tuple[Fact, ...] = ()


def make_report(
    store: "Store", numbers: Numbers, cases: Sequence[Case], told: Told, words: Words
) -> Report:
    """The whole report on the cases of a study, placed as its numbers count them; loads scipy.

    Of a sealed study it holds pooled figures alone: no output, no run, nothing by candidate.
    """
    tickets, span, is_sealed = store.list_tickets(), store.span(), store.is_sealed
    names = {who: words.name(who) for who in numbers.boards}
    paces = sum_up(store.efforts())
    pages = []
    for who, board in numbers.boards.items():
        pace, cost = paces.get(who, ReviewTime()), told.costs.get(who, MergeCost())
        facts = list_facts(board, numbers.adjusted[who], pace, cost)
        own = [] if is_sealed else [case for case in cases if case.candidate == who]
        every = (*told.facts.get(who, ()), *facts)
        page = make_candidate_page(names[who], board, own, every)
        pages.append(replace(page, verdict=told.verdicts.get(who, "")))
    n_trials = max((board.n_trials for board in numbers.boards.values()), default=0)
    dates = (span.first_at, span.last_at)
    has_costs = all(told.costs.get(who, MergeCost()).usd is not None for who in numbers.boards)
    has_controls = bool(numbers.controls)
    unmeasured = list_unmeasured(
        cases,
        n_trials,
        dates,
        has_costs=has_costs,
        has_controls=has_controls,
        remarks=numbers.remarks,
    )
    return Report(
        title=TITLE,
        decision=told.sentences,
        notes=(*told.notes, *tell_warnings(numbers, words.name)),
        candidates=tuple(pages),
        unknown=tuple(list_unknown(cases, tickets, pages)),
        unmeasured=tuple(unmeasured),
        duels=tuple(
            duel._replace(first=names[duel.first], second=names[duel.second])
            for duel in contrast_all(cases)
        ),
        published=told.published,
        tickets=()
        if is_sealed
        else tuple(
            make_ticket_pages(
                tickets,
                cases,
                store.get_output,
                Telling(names, words, _mark_outputs(numbers), numbers.definitions.policy),
            )
        ),
        definitions=(
            *(Fact(m.title, f"of {m.of}: {m.hits}") for m in MEASURES.values()),
            *(Fact(m.title, f"of {m.of}: {m.hits}") for m in (ACCEPTANCE, RECOVERY, ANSWER_LEAKS)),
        ),
        method=(
            *_tell_method(numbers.definitions),
            *_tell_controls(numbers.controls),
            *_tell_repeats(numbers.repeats),
            *_tell_agreement(numbers.agreed),
            *_tell_pace(paces[ALL]),
        ),
        provenance=(*_list_provenance(store, tickets, span, words), *told.provenance),
        basis=f"{_open(numbers.definitions.sentence)}.",
        traits=list_traits(numbers.trajectories),
    )


def _open(sentence: str) -> str:
    """With a capital at its beginning."""
    return f"{sentence[:1].upper()}{sentence[1:]}"


def _mark_outputs(numbers: Numbers) -> Mapping[str, str]:
    """What must be said of an output wherever it is listed."""
    return {
        output_id: "a person had a hand in it"
        for found in numbers.trajectories.values()
        for output_id in found.touched
    }


def _tell_method(definitions: Definitions) -> list[str]:
    interval = choose_interval(definitions.interval).name
    return _METHOD.format(interval=interval).splitlines()


def _tell_repeats(repeats: Mapping[str, SelfAgreement]) -> Iterator[str]:
    """How far the reviewers agree with themselves."""
    if one := repeats.get(""):
        low, high = one.same.interval
        yield (
            f"Of {counted(one.same.n, 'output')} that came to their own reviewer again, unmarked,"
            f" {one.same.hits} got the same label ({low:.0%} to {high:.0%})."
        )
    else:
        yield "How far reviewers agree with themselves: —, no output came to one again."


def _tell_controls(controls: Mapping[str, ControlCard]) -> Iterator[str]:
    """How strict the reviewers are, by patches that people had merged."""
    if card := controls.get(""):
        rate = card.acceptance
        low, high = rate.interval
        patches = counted(rate.n, "patch", "patches")
        yield (
            f"Of {patches} that people had merged, hidden among the outputs, reviewers"
            f" accepted {rate.hits} ({low:.0%} to {high:.0%}) and called {card.false_alarms}"
            f" {name_counted(card.false_alarms, 'an escape', 'escapes')}."
        )


def _tell_agreement(found: Agreement) -> Iterator[str]:
    if not found.n:
        return
    doubles = counted(found.n, "output has", "outputs have")
    told = f"{doubles} labels of two reviewers or more, {found.n_agree} of them alike"
    values = {"Krippendorff's alpha": found.alpha, "AC1": found.ac1}
    values["AC1 of escaped or not"] = found.escaped
    known = [f"{name} {value:.2f}" for name, value in values.items() if value is not None]
    yield f"{told}{': ' if known else ''}{', '.join(known)}."


def _tell_pace(pace: ReviewTime) -> Iterator[str]:
    if pace.minutes is not None and pace.per_hour is not None:
        yield (
            f"{counted(pace.n, 'review')} took {pace.minutes:.1f} minutes each, idle time cut off: "
            f"{pace.per_hour:.0f} outputs an hour."
        )


def _list_provenance(
    store: "Store", tickets: Sequence[Ticket], span: "Span", words: Words
) -> Iterator[Fact]:
    specs = {spec: sum(ticket.spec is spec for ticket in tickets) for spec in Spec}
    kinds = ", ".join(f"{n} {spec}" for spec, n in specs.items() if n)
    yield Fact("tickets", f"{len(tickets)}{f' ({kinds})' if kinds else ''}")
    entries = (SuiteEntry(t.ticket_id, t.digest, t.spec) for t in tickets)
    digest = store.frozen_digest or f"{suite_digest(entries)} (not frozen)"
    yield Fact("suite digest", digest)
    if store.frozen_at:
        yield Fact("frozen", f"{store.frozen_at:%Y-%m-%d %H:%M} UTC")
    yield Fact("study", store.study_id)
    yield Fact("log", _describe_log(span))
    yield Fact("rubric version", ", ".join(span.rubrics) or "no label yet")
    yield Fact("labelled with workbench", ", ".join(span.tools) or "no label yet")
    yield Fact("report made by workbench", store.app_version)
    for candidate, run in () if store.is_sealed else span.runs:
        yield Fact(f"run of {words.name(candidate)}", words.name(run))


def _describe_log(span: "Span") -> str:
    if span.first_at is None or span.last_at is None:
        return "no entry yet"
    first, last = span.first_at, span.last_at
    entries = counted(span.n_events, "entry", "entries")
    return f"{entries}, {first:%Y-%m-%d} to {last:%Y-%m-%d}, the last one {span.head}"
