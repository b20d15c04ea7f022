"""Imports, exports and the demo's key, on a real store, with a ladder that needs no repository."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.delivery import Rung
from workbench.domain.draft import Decision
from workbench.domain.errors import GitFailed, InputRefused
from workbench.domain.imported import Reported, RowProblem
from workbench.domain.label import EditClass, Label
from workbench.domain.output import Applied, Delivered, NewOutput
from workbench.domain.record import Record
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket
from workbench.services.demo import Sample, fill_from_key, load_sample
from workbench.services.exports import Export
from workbench.services.outputs import Job, Outputs
from workbench.services.repositories import choose_repository
from workbench.services.reviews import Reviews
from workbench.services.scorecards import RATES, list_rates, score
from workbench.services.tickets import Placed, Tickets
from workbench.store.store import Store, create_store, open_store

AT = datetime(2026, 1, 2, tzinfo=UTC)
COMMIT = "c" * 40


class PaperLadder:
    """Applies a patch by its words; remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def apply_many(
        self, name: str, jobs: Iterable[Job], workers: int = 2
    ) -> Iterator[tuple[NewOutput, Applied]]:
        """Reads ahead by two, as the real one does."""
        del name, workers
        waiting: list[Job] = []
        for job in jobs:
            self.asked.append(job[2])
            waiting.append(job)
            if len(waiting) > 2:
                yield self._apply(waiting.pop(0))
        yield from map(self._apply, waiting)

    def _apply(self, job: Job) -> tuple[NewOutput, Applied]:
        rule = "a link leads outside" if b"evil" in job[2] else ""
        rung = Rung.REFUSED if rule else Rung.PLAIN if job[2] else Rung.EMPTY
        return job[0], Applied(rung, "a" * 40 if rung is Rung.PLAIN else "", rule)


class PaperCommits:
    """Knows HEAD and one commit."""

    def resolve_commit(self, name: str, revision: str) -> str:
        """40 hex digits."""
        if revision not in {"HEAD", COMMIT}:
            raise GitFailed(f"commit {revision} is not in {name or 'default'}")
        return COMMIT


class Words:
    """A format that writes ids."""

    name = "words"
    lossy_fields = ("everything",)

    def render(self, records: Iterable[Record], taken_out: Counter[str]) -> Iterator[str]:
        """One line a record."""
        taken_out["words"] += 1
        return (
            f"{record.output.ticket_id} {record.event_key[:1] and 'event'}\n" for record in records
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "study.db"
    create_store(path, study_id="s", created_at=AT, tool_version="1")
    with open_store(path, app_version="1", rubric_version="r") as opened:
        yield opened


@pytest.fixture
def tickets(store: Store) -> Tickets:
    return Tickets(store, PaperCommits(), ("",))


def place(name: str, line: int, base: str = "", title: str = "T") -> Placed:
    return Placed("t.jsonl", f"line {line}", Ticket(name, title, "B", "o/n", base, Spec.CLEAR))


def sample() -> Sample:
    return Sample(
        tickets=[place("a", 1), place("b", 2)],
        outputs=[("p", Delivered(t, c, f"{t}{c}".encode())) for t in "ab" for c in ("m", "n")],
        reports=[Reported("a", "m", 1, CheckResult(CheckStatus.PASS))],
        first=(("b", "n"), ("a", "m")),
    )


@pytest.fixture
def filled(store: Store, tickets: Tickets) -> Outputs:
    outputs = Outputs(store, PaperLadder())
    load_sample(store, tickets, outputs, sample(), AT)
    return outputs


def test_tickets_that_cannot_be_taken_are_named_by_place(store: Store, tickets: Tickets) -> None:
    """A base commit nobody knows, an id twice, a row that was no ticket; the good ones are in."""
    bad_row = RowProblem("t.jsonl", "line 3", "not JSON")
    rows: list[Placed | RowProblem] = [
        place("a", 1),
        place("b", 2, "f" * 40),
        bad_row,
        place("a", 4, title="U"),
        place("a", 5),
    ]
    seen: list[int] = []
    done = tickets.add(rows, lambda _what, n: seen.append(n))
    assert (done.read, done.added, done.same) == (5, 1, 1)
    assert [str(problem) for problem in done.problems] == [
        f"t.jsonl: line 2, b: commit {'f' * 40} is not in default",
        "t.jsonl: line 3: not JSON",
        "t.jsonl: line 4, a: differs from the ticket of this id, line 1",
    ]
    assert [(t.ticket_id, t.repo, t.base_commit) for t in store.list_tickets()] == [
        ("a", "", COMMIT)
    ]
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("asked", "known", "chosen"), [("o/n", ("o/n", ""), "o/n"), ("o/n", ("",), ""), ("", ("",), "")]
)
def test_which_repository_serves_a_ticket(asked: str, known: tuple[str, ...], chosen: str) -> None:
    """Its own, else the default."""
    assert choose_repository(asked, known) == chosen


def test_a_repository_nobody_named_is_refused() -> None:
    """With what is known, and where to add it."""
    with pytest.raises(InputRefused, match=r"repository o/n is not .* \(known: x\); add it under"):
        choose_repository("o/n", ("x",))
    with pytest.raises(InputRefused, match=r"for tickets that name none .* none"):
        choose_repository("", ())


def test_outputs_are_applied_once_and_stored_in_order(store: Store, filled: Outputs) -> None:
    """Doubles and what is here already never reach the ladder; problems carry their place."""
    ladder = PaperLadder()
    rows: list[tuple[str, Delivered | NewOutput | RowProblem]] = [
        ("1", Delivered("a", "m", b"am")),
        ("1", Delivered("a", "m", b"new", where="line 2")),
        ("2", Delivered("a", "m", b"new", where="line 1")),
        ("2", Delivered("a", "m", b"evil", where="line 2")),
        ("2", Delivered("zz", "m", b"x", where="line 3")),
        ("2", Delivered("b", "", b"x", where="line 4")),
        ("2", RowProblem("2", "line 5", "not JSON")),
        ("3", NewOutput(Delivered("b", "q", b"evil2"), Applied(Rung.REFUSED), "0" * 12, 4)),
        (
            "3",
            NewOutput(
                Delivered("b", "q", b"evil3", where="line 2"), Applied(Rung.FUZZ), "1" * 12, 5
            ),
        ),
    ]
    done = Outputs(store, ladder).add(rows)
    assert ladder.asked == [b"new", b"evil", b"evil2", b"evil3"]
    assert (done.read, done.added, done.same) == (9, 4, 2)
    assert done.rungs == {Rung.PLAIN: 1, Rung.REFUSED: 3}
    assert done.candidates == {"m", "q"}
    assert [str(problem).partition(": import")[0] for problem in done.problems] == [
        "2: line 3, zz: unknown ticket",
        "2: line 4, b: no model_name_or_path: name the candidate by --candidate",
        "2: line 5: not JSON",
        "2: line 2, a: patch refused: a link leads outside; kept as bytes, no tree",
        "3: line 2, b: patch refused: a link leads outside; kept as bytes, no tree",
    ]
    assert store.get_output("0" * 12).trial == 4
    del filled


def test_reports_without_a_candidate_take_the_one_they_came_with(
    store: Store, filled: Outputs
) -> None:
    """A name in the report wins; what fits nothing is named by file and line."""
    good = CheckResult(CheckStatus.FAIL, "1 broken")
    rows: list[Reported | RowProblem] = [
        Reported("a", None, 1, good, "r", "line 1"),
        Reported("b", "n", None, good, "r", "line 2"),
        Reported("zz", None, None, good, "r", "line 3"),
        RowProblem("r", "line 4", "bad"),
    ]
    done = filled.record_checks(rows, "m", AT)
    assert (done.read, done.matched, done.same) == (4, 2, 0)
    assert [str(problem) for problem in done.problems] == [
        "r: line 4: bad",
        "r: line 3: ticket zz, candidate m: no such output",
    ]
    failed = [(o.ticket_id, o.candidate) for o in store.list_outputs(tests=[CheckStatus.FAIL])]
    assert failed == [("a", "m"), ("b", "n")]


def test_a_damaged_sample_is_said_to_be_so(store: Store, tickets: Tickets) -> None:
    """The first bad row is in the message."""
    broken = Sample([RowProblem("t", "line 1", "bad")], [], [], ())
    with pytest.raises(InputRefused, match="the sample is damaged: t: line 1: bad"):
        load_sample(store, tickets, Outputs(store, PaperLadder()), broken, AT)


def test_the_key_fills_what_has_no_label_yet(store: Store, filled: Outputs) -> None:
    """Cut short, it goes on; complete, it does nothing; the teaching order stands."""
    del filled
    key = {
        ("a", "m"): Decision(Label.MERGED),
        ("a", "n"): Decision(Label.ABSTAINED),
        ("b", "n"): Decision(Label.EDITED, EditClass.MINOR),
    }
    store.ensure_reviewer("key", AT)
    reviews = Reviews(store, "key", lambda: AT)
    first = store.queue_page("key", None, 2)
    assert [item.ticket_id for item in first] == ["b", "a"]
    reviews.decide(first[0].output_id, Decision(Label.MERGED))
    assert [fill_from_key(store, reviews, key) for _ in range(2)] == [2, 0]
    assert [o.label for o in store.list_outputs(reviewer="key")] == [
        Label.MERGED,
        Label.ABSTAINED,
        None,
        Label.MERGED,
    ]


def test_an_export_counts_what_it_leaves_out(store: Store, filled: Outputs) -> None:
    """Superseded and unlabelled, each by its reason; the digest covers everything either way."""
    del filled
    store.ensure_reviewer("ann", AT)
    reviews = Reviews(store, "ann", lambda: AT)
    output = next(iter(store.list_outputs())).output_id
    before = Export(store, Words(), everything=True)
    assert len(list(before.lines())) == 4
    reviews.decide(output, Decision(Label.MERGED))
    reviews.decide(output, Decision(Label.EDITED, EditClass.MINOR))

    some, everything = (Export(store, Words(), everything=flag) for flag in (False, True))

    assert list(some.lines()) == ["a event\n"]
    assert (some.written, some.dropped) == (1, {"superseded": 1, "unlabelled": 3})
    assert len(list(everything.lines())) == 5
    assert (everything.written, everything.dropped) == (5, {})
    assert some.created_from == everything.created_from != before.created_from


def test_an_export_of_nothing_is_refused_before_its_first_line(store: Store) -> None:
    """With what would change that."""
    with pytest.raises(InputRefused, match="no label yet"):
        next(Export(store, Words(), everything=False).lines())
    with pytest.raises(InputRefused, match="the study has no outputs yet"):
        next(Export(store, Words(), everything=True).lines())


def test_every_published_rate_is_on_the_card() -> None:
    """By its name in `metrics --json`, in one order."""
    rates = list_rates(score({}))
    assert list(rates) == list(RATES)
    assert all(rate.value is None and rate.interval == (0.0, 1.0) for rate in rates.values())
