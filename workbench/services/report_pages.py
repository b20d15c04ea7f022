"""The pages of a report: each candidate's numbers with the outputs behind them, each ticket.

What is told of an output is told in full only where it teaches something: an escape, a leak, a
flaw that was confessed, labels that disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workbench.diff.hunk import PatchError
from workbench.diff.patch import FilePatch, parse
from workbench.domain.case import Case
from workbench.domain.measures import MEASURES
from workbench.domain.metrics import Rate, Scorecard, explain_undefined
from workbench.domain.outcome import Outcome
from workbench.domain.output import Output
from workbench.domain.policy import Policy
from workbench.domain.report import (
    COMPANIONS,
    OPEN,
    CandidatePage,
    DiffLine,
    Fact,
    Number,
    OutputPage,
    Spread,
    TicketPage,
)
from workbench.domain.ticket import Ticket
from workbench.services.boards import Board
from workbench.services.scorecards import list_rates
from workbench.services.traces import explain
from workbench.text import decode

MOST_LINES = 400  # of one diff; the rest is counted
_TELLING = {Outcome.ESCAPED: "it escaped", Outcome.UNKNOWN_ESCAPE: "wrong, and never tested"}

Hide = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """What happens to words and to names on their way into a report; diffs go where words go."""

    hide: Hide = lambda text: text
    name: Hide = lambda text: text
    has_words: bool = True


def make_candidate_page(
    name: str, board: Board, cases: Sequence[Case], facts: Iterable[Fact]
) -> CandidatePage:
    """One candidate under the name given; `cases` are its own."""
    card = board.card
    strata = ((str(spec), _make_numbers(part, ())) for spec, part in board.by_spec.items())
    spreads = (Spread(MEASURES[key].title, r.low, r.high) for key, r in board.ranges.items())
    return CandidatePage(
        name=name,
        n_outputs=card.n_outputs,
        n_settled=card.n_outputs - card.n_pending,
        numbers=_make_numbers(card, cases),
        strata=tuple(strata),
        spreads=tuple(spreads),
        outcomes=tuple((str(outcome), n) for outcome, n in card.states.items() if n),
        facts=tuple(facts),
    )


def _make_numbers(card: Scorecard, cases: Sequence[Case]) -> tuple[Number, ...]:
    rates = list_rates(card)

    def make(key: str) -> Number:
        return _make_number(key, rates[key], card, cases)

    return tuple(make(key)._replace(companions=tuple(map(make, COMPANIONS[key]))) for key in OPEN)


def _make_number(key: str, rate: Rate, card: Scorecard, cases: Sequence[Case]) -> Number:
    reason = "" if rate.n else explain_undefined(key, card)
    counts = [(case.output_id, MEASURES[key].contribute(case.cell)) for case in cases]
    hits = tuple(output_id for output_id, (hit, _) in counts if hit)
    misses = tuple(output_id for output_id, (hit, n) in counts if n and not hit)
    return Number(key, MEASURES[key].title, rate, reason, (), hits, misses)


@dataclass(frozen=True, slots=True)
class Telling:
    """How outputs are told of: names and words, marks by output, the definitions in force."""

    names: Mapping[str, str]
    words: Words
    marks: Mapping[str, str]
    policy: Policy


def make_ticket_pages(
    tickets: Iterable[Ticket],
    cases: Iterable[Case],
    get_output: Callable[[str], Output],
    how: Telling,
) -> Iterator[TicketPage]:
    """Every ticket in the study's order, with what each candidate made of it."""
    held = {key: list(group) for key, group in groupby(cases, key=lambda case: case.ticket_id)}
    for ticket in tickets:
        own = held.get(ticket.ticket_id, ())
        yield TicketPage(
            ticket.ticket_id,
            how.words.hide(ticket.title),
            str(ticket.spec),
            tuple(_make_output_page(case, get_output, how) for case in own),
        )


def _make_output_page(case: Case, get_output: Callable[[str], Output], how: Telling) -> OutputPage:
    telling, words = find_telling(case), how.words
    lines = tuple(_read_diff(get_output(case.output_id), words)) if telling else ()
    told = [how.marks.get(case.output_id, ""), explain(case, how.policy)]
    return OutputPage(
        output_id=case.output_id,
        candidate=how.names[case.candidate],
        trial=case.trial,
        outcome=str(case.cell.outcome),
        why=words.hide("; ".join(filter(None, told))),
        telling=telling,
        diff=lines[:MOST_LINES],
        n_left_out=max(0, len(lines) - MOST_LINES),
    )


def find_telling(case: Case) -> str:
    """Why an output is shown with its diff; "" where it is not."""
    cell = case.cell
    if cell.outcome in _TELLING:
        return _TELLING[cell.outcome]
    if cell.has_leak:
        return "a defect came up after the merge"
    if case.is_disputed:
        return "its labels disagree"
    return "wrong, and it said so" if cell.has_k_defect and cell.is_confessed else ""


def _read_diff(output: Output, words: Words) -> Iterator[DiffLine]:
    """The diff, line by line; the patch as it came where it could not be applied."""
    if not words.has_words:
        return
    try:
        files = parse(output.applied.diff) if output.applied.diff else []
    except PatchError:
        files = []
    if not files and output.patch.strip():
        yield DiffLine("note", f"as it came, not applied: {words.hide(output.applied.detail)}")
        for line in words.hide(decode(output.patch)).split("\n"):
            yield DiffLine("same", line)
    for file in files:
        yield from _read_file(file, words)


def _read_file(file: FilePatch, words: Words) -> Iterator[DiffLine]:
    yield DiffLine("file", words.hide(decode(file.path)))
    if file.binary:
        yield DiffLine("note", "a binary file")
    for hunk in file.hunks:
        old, new = (hunk.old_first, hunk.old_count), (hunk.new_first, hunk.new_count)
        yield DiffLine("hunk", f"lines {_span(*old)} become {_span(*new)}")
        body = "\n".join(decode(line) for line in hunk.lines)
        for line in words.hide(body).split("\n"):  # a secret may reach over several lines
            kind = {"+": "add", "-": "del"}.get(line[:1], "same")
            yield DiffLine(kind, line[1:])


def _span(first: int, n: int) -> str:
    return f"{first}" if n == 1 else f"{first} to {first + n - 1}" if n else "none"
