"""A study becomes a report: the same data give the same report, whenever it is made."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workbench.domain.case import Case
from workbench.domain.controls import ControlCard
from workbench.domain.measures import MEASURES
from workbench.domain.report import Fact, PublishedPart, Report
from workbench.domain.ticket import Spec, SuiteEntry, Ticket, suite_digest
from workbench.services.agreements import Agreement, compare_reviewers
from workbench.services.boards import Board, score_cases
from workbench.services.contrasts import contrast_all
from workbench.services.controls import score_reviewers
from workbench.services.repeats import Looks, SelfAgreement, note_repeats, score_repeats
from workbench.services.report_limits import list_unknown, list_unmeasured
from workbench.services.report_pages import Words, make_candidate_page, make_ticket_pages
from workbench.services.review_times import ALL, ReviewTime, sum_up

if TYPE_CHECKING:  # the store's libraries are loaded when a study is opened
    from workbench.store.store import Span, Store

TITLE = "Which candidate may run unattended"
_METHOD = """\
Every candidate was run on the same frozen tickets, some clear and some deliberately vague. People \
who know the code reviewed each output as they would a colleague's change.
A rate is shown as hits/n with its Wilson interval at 95 %. 0/0 is undefined and shown as —.
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
    costs: Mapping[str, float | None] = field(default_factory=dict)
    published: tuple[PublishedPart, ...] = ()
    provenance: tuple[Fact, ...] = ()


def make_report(
    store: "Store", cases: Sequence[Case], told: Told, words: Words, title: str = TITLE
) -> Report:
    """The whole report on the cases of a study; loads scipy.

    Of a sealed study it holds pooled figures alone: no output, no run, nothing by candidate.
    """
    tickets, span, is_sealed = store.list_tickets(), store.span(), store.is_sealed
    names = {name: words.name(name) for name in sorted({case.candidate for case in cases})}
    boards, agreed = score_cases(cases), compare_reviewers(cases)
    paces = sum_up(store.efforts())
    pages = []
    for who, board in boards.items():
        facts = _list_facts(board, paces.get(who, ReviewTime()), told.costs.get(who))
        own = [] if is_sealed else [case for case in cases if case.candidate == who]
        every = (*told.facts.get(who, ()), *facts)
        page = make_candidate_page(names[who], board, own, every)
        pages.append(replace(page, verdict=told.verdicts.get(who, "")))
    looks: dict[str, list[Looks]] = {}
    controls = score_reviewers(note_repeats(store.cases(is_control=True), looks))
    deque(note_repeats(cases, looks), maxlen=0)
    n_trials = max((board.n_trials for board in boards.values()), default=0)
    dates = (span.first_at, span.last_at)
    has_costs = all(told.costs.get(who) is not None for who in boards)
    return Report(
        title=title,
        decision=told.sentences,
        notes=told.notes,
        candidates=tuple(pages),
        unknown=tuple(list_unknown(cases, tickets, pages)),
        unmeasured=tuple(
            list_unmeasured(
                cases, n_trials, dates, has_costs=has_costs, has_controls=bool(controls)
            )
        ),
        duels=tuple(
            duel._replace(first=names[duel.first], second=names[duel.second])
            for duel in contrast_all(cases)
        ),
        published=told.published,
        tickets=()
        if is_sealed
        else tuple(make_ticket_pages(tickets, cases, store.get_output, names, words)),
        definitions=tuple(Fact(m.title, f"of {m.of}: {m.hits}") for m in MEASURES.values()),
        method=(
            *_METHOD.splitlines(),
            *_tell_controls(controls),
            *_tell_repeats(score_repeats(looks)),
            *_tell_agreement(agreed),
            *_tell_pace(paces[ALL]),
        ),
        provenance=(*_list_provenance(store, tickets, span, words), *told.provenance),
    )


def _list_facts(board: Board, pace: ReviewTime, cost: float | None) -> Iterator[Fact]:
    """What stands beside a candidate's numbers and is no rate."""
    card = board.card
    if card.discrimination is not None and board.discrimination is not None:
        low, high = board.discrimination
        text = f"{card.discrimination:+.0%} ({low * 100:+.0f} to {high * 100:+.0f})"
        yield Fact("vague minus clear abstention", text)
    if card.n_excused:
        yield Fact("not its fault", f"{card.n_excused} outputs, counted all the same")
    if told := board.edits.describe():
        yield Fact("size of edits", told)
    if card.n_test_blind:
        yield Fact("defects the tests could not see", f"{card.n_test_blind} outputs")
    if board.n_trials > 1:
        yield Fact("trials", f"up to {board.n_trials} of each of {board.n_tickets} tickets")
    minutes = "—" if pace.minutes is None else f"{pace.minutes:.1f} (of {pace.n} reviews)"
    yield Fact("minutes of review an output", minutes)
    yield Fact("cost of a merged output", "—" if cost is None else f"{cost:.2f} US dollars")


def _tell_repeats(repeats: Mapping[str, SelfAgreement]) -> Iterator[str]:
    """How far the reviewers agree with themselves."""
    if one := repeats.get(""):
        low, high = one.same.interval
        yield (
            f"Of {one.same.n} outputs that came to their own reviewer again, unmarked,"
            f" {one.same.hits} got the same label ({low:.0%} to {high:.0%})."
        )
    else:
        yield "How far reviewers agree with themselves: —, no output came to one again."


def _tell_controls(controls: Mapping[str, ControlCard]) -> Iterator[str]:
    """How strict the reviewers are, by patches that people had merged."""
    if card := controls.get(""):
        rate = card.acceptance
        low, high = rate.interval
        yield (
            f"Of {rate.n} patches that people had merged, hidden among the outputs, reviewers"
            f" accepted {rate.hits} ({low:.0%} to {high:.0%}) and called {card.false_alarms}"
            " escapes."
        )


def _tell_agreement(found: Agreement) -> Iterator[str]:
    if not found.n:
        return
    told = f"{found.n} outputs have labels of two reviewers or more, {found.n_agree} of them alike"
    values = {"Krippendorff's alpha": found.alpha, "AC1": found.ac1}
    values["AC1 of escaped or not"] = found.escaped
    known = [f"{name} {value:.2f}" for name, value in values.items() if value is not None]
    yield f"{told}{': ' if known else ''}{', '.join(known)}."


def _tell_pace(pace: ReviewTime) -> Iterator[str]:
    if pace.minutes is not None and pace.per_hour is not None:
        yield (
            f"{pace.n} reviews took {pace.minutes:.1f} minutes each, idle time cut off: "
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
    return f"{span.n_events} entries, {first:%Y-%m-%d} to {last:%Y-%m-%d}, the last one {span.head}"
