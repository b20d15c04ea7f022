"""Tickets as trackers give them out. Each sample was written from its vendor's documentation."""

import json
from pathlib import Path

import pytest

from workbench.adapters.importers.csv_rows import read_csv
from workbench.adapters.importers.json_rows import FieldProblem, Row
from workbench.adapters.importers.tickets import read_tickets
from workbench.adapters.importers.vendors import flatten_document
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

SAMPLES = Path(__file__).parent / "trackers"
BODY = "Sum of 0.1 and 0.2."


def tickets_of(path: Path) -> list[Ticket]:
    return [row for row in read_tickets(path) if isinstance(row, Ticket)]


@pytest.mark.parametrize(
    ("sample", "ids", "labels"),
    [
        ("github-cli-documented.json", ("12", "14"), ("bug",)),
        ("github-rest-documented.json", ("12", "14"), ("bug",)),
        ("gitlab-rest-documented.json", ("12", "14"), ("bug",)),
        ("gitlab-documented.csv", ("12", "14"), ("bug", "money")),
        ("jira-cloud-documented.json", ("SHOP-12", "SHOP-14"), ("bug",)),
        ("jira-documented.csv", ("SHOP-12", "SHOP-14"), ("bug", "money")),
        ("linear-graphql-documented.json", ("ENG-12", "ENG-14"), ("bug",)),
    ],
)
def test_every_tracker_gives_the_same_ticket(
    sample: str, ids: tuple[str, str], labels: tuple[str, ...]
) -> None:
    """The id people use, the title, the text, the labels; no body is no error."""
    first, second = tickets_of(SAMPLES / sample)
    assert (first.ticket_id, second.ticket_id) == ids
    assert (first.title, first.labels) == ("Totals are off", labels)
    assert first.body.startswith("Sum of 0.1")
    assert (second.title, second.body, second.labels) == ("Make it nicer", "", ())


def test_what_closed_an_issue_is_hidden_and_pull_requests_are_named() -> None:
    """The answer is no part of what a candidate sees."""
    first, _ = tickets_of(SAMPLES / "github-cli-documented.json")
    assert json.loads(first.hidden)["closedByPullRequestsReferences"] == [{"number": 13}]
    rows = list(read_tickets(SAMPLES / "github-rest-documented.json"))
    problems = [str(row) for row in rows if isinstance(row, RowProblem)]
    assert len(problems) == 1
    assert "item 2: a pull request, not an issue: left out" in problems[0]


def test_a_document_of_jira_reads_as_text() -> None:
    """Paragraphs, lists in lists, code, tables, links, people, in their order."""
    first, _ = tickets_of(SAMPLES / "jira-cloud-documented.json")
    assert first.body == (
        "Sum of 0.1 and 0.2.\nSee here (https://x/y)\n\n## Steps\n\n1. add\n  - twice\n2. look\n\n"
        "```python\nadd(0.1,\n    0.2)\n```\n\nin | out\n\n@ann knows."
    )


def test_a_document_that_is_none_or_too_deep() -> None:
    """Named, with the ticket; the others go on."""
    with pytest.raises(FieldProblem, match="no document of Jira"):
        flatten_document({"type": "x"})
    node: dict[str, object] = {"type": "text", "text": "x"}
    for _ in range(100):
        node = {"type": "blockquote", "content": [node]}
    with pytest.raises(FieldProblem, match="too deeply"):
        flatten_document({"type": "doc", "content": [node]})


def test_csv_with_faults(tmp_path: Path) -> None:
    """A row with more fields than heads is named; quoted newlines and tabs are read."""
    path = tmp_path / "x.csv"
    path.write_text('id\ttitle\tbody\nA\tone\t"two\nlines"\nB\ttwo\tthree\tfour\n\nC\tlast\t\n')
    rows = list(read_csv(path))
    assert [row.value.get("id") if isinstance(row, Row) else str(row) for row in rows] == [
        "A",
        f"{path}: row 3: has 4 fields, the heads are 3",
        "C",
    ]
    path.write_text('id,title\nA,"never closed\n')
    (problem,) = read_csv(path)
    assert "no CSV from here on" in str(problem)


WRONG = {
    "page.json": ("<!DOCTYPE html><html>Sign in</html>", "is a web page, HTML or XML, and no data"),
    "page.csv": ("\ufeff \n<html>", "sign in where it is from, and export it again"),
    "github.json": ('{"message": "Bad credentials", "status": "401"}', "tickets: Bad credentials"),
    "jira.json": ('{"errorMessages": ["No \\u001b[2J"], "errors": []}', "tickets: No ␛"),
    "linear.json": ('{"errors": [{"message": "no"}], "data": null}', "no tickets: no"),
    "empty.json": ("", "is empty"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_holds_no_tickets(tmp_path: Path, name: str) -> None:
    """A page, or an error that was saved, is said to be one, in one line."""
    text, said = WRONG[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        list(read_tickets(tmp_path / name))
    assert said in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("form", ["csv", "jsonl", "md"])
def test_our_own_forms_give_the_same_ticket(form: str) -> None:
    """As the README has them."""
    first = tickets_of(SAMPLES / f"ours-documented.{form}")[0]
    assert (first.ticket_id, first.title, first.body) == ("SHOP-12", "Totals are off", BODY)
    assert (first.labels, first.spec, first.url) == (("bug", "money"), Spec.CLEAR, "https://x/12")
    assert first.base_commit == "4f2a91c"


def test_swe_bench_as_published() -> None:
    """The columns of the published data set; the answers are hidden."""
    (row,) = tickets_of(SAMPLES / "swe-bench-documented.jsonl")
    assert (row.ticket_id, row.repo, row.title) == ("o__r-12", "o/r", "Totals are off")
    hidden = json.loads(row.hidden)
    assert set(hidden) == {"patch", "test_patch", "hints_text", "FAIL_TO_PASS", "PASS_TO_PASS"}


def test_every_sample_says_where_it_is_from() -> None:
    """In its name: `documented` was written from the vendor's description, nobody's data."""
    names = [path.name for path in SAMPLES.iterdir()]
    assert names
    assert all("-documented." in name for name in names)


def test_a_ticket_of_a_megabyte(tmp_path: Path) -> None:
    """It is a ticket, whatever its form."""
    long = "word " * 210_000
    (tmp_path / "x.csv").write_text(f"id,title,body\nA,long,{long}\n")
    (tmp_path / "x.jsonl").write_text(json.dumps({"id": "A", "title": "long", "body": long}))
    for name in ("x.csv", "x.jsonl"):
        (ticket,) = tickets_of(tmp_path / name)
        assert len(ticket.body) > 1 << 20
