"""Tickets from rows of many sources and from Markdown."""

import json
from pathlib import Path

import pytest

from workbench.adapters.importers.tickets import read_tickets
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

Record = dict[str, object]
SWE_BENCH: Record = {
    "repo": "o/r",
    "instance_id": "o__r-1",
    "base_commit": "a" * 40,
    "patch": "the fix",
    "test_patch": "its tests",
    "problem_statement": "Title here\n\nBody\nhere\n",
    "hints_text": "look there",
    "FAIL_TO_PASS": '["t::a"]',
    "PASS_TO_PASS": ["t::b"],
    "version": "2.0",
    "difficulty": "<15 min fix",
}


def read(tmp_path: Path, *records: Record) -> list[Ticket | RowProblem]:
    """Rows of JSONL."""
    file = tmp_path / "tickets.json"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return list(read_tickets(file, base_commit="main"))


def one(rows: list[Ticket | RowProblem]) -> Ticket:
    """The only row, a ticket."""
    (row,) = rows
    assert isinstance(row, Ticket), row
    return row


def test_swe_bench_row_hides_its_answers(tmp_path: Path) -> None:
    """Title is the first line; fix, tests and hints are hidden; lists come as text or as lists."""
    ticket = one(read(tmp_path, SWE_BENCH))
    assert (ticket.ticket_id, ticket.repo, ticket.base_commit) == ("o__r-1", "o/r", "a" * 40)
    assert (ticket.title, ticket.body) == ("Title here", "Body\nhere")
    assert ticket.spec is Spec.UNSET
    assert json.loads(ticket.hidden) == {
        "patch": "the fix",
        "test_patch": "its tests",
        "hints_text": "look there",
        "FAIL_TO_PASS": ["t::a"],
        "PASS_TO_PASS": ["t::b"],
    }
    assert json.loads(ticket.extra) == {"version": "2.0", "difficulty": "<15 min fix"}
    seen = ticket.title + ticket.body + ticket.extra + "".join(ticket.labels)
    assert not any(word in seen for word in ("the fix", "its tests", "look there", "t::a"))


SOURCES: list[tuple[Record, tuple[str, str, str, tuple[str, ...], str]]] = [
    (
        {"ticket_id": "T-1", "title": "t", "body": "b", "labels": "x, y; z", "url": "u"},
        ("T-1", "t", "b", ("x", "y", "z"), "u"),
    ),
    (  # GitHub, REST
        {
            "id": 99,
            "number": 7,
            "title": "t",
            "body": None,
            "labels": [{"name": "bug"}],
            "html_url": "u",
        },
        ("7", "t", "", ("bug",), "u"),
    ),
    (  # GitLab
        {"id": 99, "iid": 8, "title": "t", "description": "b", "labels": ["bug"], "web_url": "u"},
        ("8", "t", "b", ("bug",), "u"),
    ),
    (  # Linear
        {
            "identifier": "ENG-1",
            "title": "t",
            "description": "b",
            "labels": {"nodes": [{"name": "bug"}]},
            "url": "u",
        },
        ("ENG-1", "t", "b", ("bug",), "u"),
    ),
    (  # Jira, as a row
        {"Issue key": "J-1", "Summary": "t", "Description": "b", "Tags": ["x"], "Link": "u"},
        ("J-1", "t", "b", ("x",), "u"),
    ),
]


@pytest.mark.parametrize(("record", "wanted"), SOURCES)
def test_aliases_of_every_source(
    tmp_path: Path, record: Record, wanted: tuple[str, str, str, tuple[str, ...], str]
) -> None:
    """The names that forges use for id, title, body, labels and link are known."""
    ticket = one(read(tmp_path, record))
    got = (ticket.ticket_id, ticket.title, ticket.body, ticket.labels, ticket.url)
    assert got == wanted
    assert ticket.base_commit == "main"


def test_pull_request_is_left_out_and_counted(tmp_path: Path) -> None:
    """GitHub lists pull requests among the issues."""
    rows = read(tmp_path, {"number": 1, "title": "t", "pull_request": {"url": "u"}})
    assert "a pull request" in str(rows[0])


BAD: list[tuple[Record, str]] = [
    ({"title": "t"}, "id is missing"),
    ({"id": "a"}, "neither a title nor a body"),
    ({"id": "a", "title": ["t"]}, "title is a list, expected text or null"),
    ({"id": "a", "title": "t", "body": 3}, "body is a number"),
    ({"id": "a", "title": "t", "spec": "hazy"}, "spec is 'hazy', expected one of clear, vague"),
    ({"id": "a", "title": "t", "labels": 3}, "labels is a number"),
    ({"id": {}, "title": "t"}, "id is an object, expected text"),
]


@pytest.mark.parametrize(("record", "words"), BAD)
def test_bad_ticket_is_one_problem(tmp_path: Path, record: Record, words: str) -> None:
    """The reason names the field; the next row is read."""
    rows = read(tmp_path, record, {"id": "z", "title": "good"})
    assert words in str(rows[0])
    assert isinstance(rows[1], Ticket)


def test_spec_and_list_shape(tmp_path: Path) -> None:
    """A list of rows, with the call of a person whether a ticket says enough."""
    file = tmp_path / "t.json"
    file.write_text(json.dumps([{"id": "a", "title": "t", "spec": "Vague"}]))
    assert one(list(read_tickets(file))).spec is Spec.VAGUE


MARKDOWN = """---
id: T-7
title: 'A title: with a colon'   # a remark
base_commit: main
labels: [bug, "two words"]
spec: clear
---
# Heading of its own

Body.
"""


def test_markdown_folder(tmp_path: Path) -> None:
    """Front matter where there is one, else the first heading and the file's name."""
    (tmp_path / "b.md").write_text(MARKDOWN)
    (tmp_path / "a.md").write_text("\ufeff# Plain title\r\n\r\nBody.\r\n")
    (tmp_path / "c.md").write_text("No heading at all.\n")
    (tmp_path / "README.md").write_text("# Not a ticket\n")
    (tmp_path / "notes.txt").write_text("nothing")
    tickets = [row for row in read_tickets(tmp_path, repo="r") if isinstance(row, Ticket)]
    assert [(t.ticket_id, t.title, t.body) for t in tickets] == [
        ("a", "Plain title", "Body."),
        ("T-7", "A title: with a colon", "# Heading of its own\n\nBody."),
        ("c", "c", "No heading at all."),
    ]
    assert (tickets[1].labels, tickets[1].spec) == (("bug", "two words"), Spec.CLEAR)
    assert (tickets[1].base_commit, tickets[0].repo) == ("main", "r")


FRONT: list[tuple[str, str]] = [
    ("---\nid: a\n", "never closed"),
    ("---\nid: a\nid: b\n---\n", "id stands twice"),
    ("---\nid: &anchor a\n---\n", "put the value in quotes"),
    ("---\nid: {a: b}\n---\n", "put the value in quotes"),
    ("---\njust words\n---\n", "is not `name: value`"),
    ("---\nlabels: [a, b\n---\n", "not closed by ]"),
    ("---\ntitle: 'open\n---\n", "quotes in line 2"),
    ("---\nmeta:\n  deep: 1\n---\n", "line 3 of the front matter"),
]


@pytest.mark.parametrize(("text", "words"), FRONT)
def test_front_matter_that_is_not_flat_is_refused_by_line(
    tmp_path: Path, text: str, words: str
) -> None:
    """Nothing of YAML is guessed at; the file is named and the others are read."""
    (tmp_path / "a.md").write_text(text)
    (tmp_path / "b.md").write_text("# Good\n")
    rows = list(read_tickets(tmp_path))
    assert words in str(rows[0])
    assert "a.md" in str(rows[0])
    assert isinstance(rows[1], Ticket)


def test_block_list_in_front_matter(tmp_path: Path) -> None:
    """Labels may stand one per line."""
    (tmp_path / "a.md").write_text("---\nlabels:\n  - one\n  - 'two'\n---\n# T\n")
    assert one(list(read_tickets(tmp_path / "a.md"))).labels == ("one", "two")


def test_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    """A folder of tickets brings no file from elsewhere."""
    (tmp_path / "secret").write_text("# secret\n")
    folder = tmp_path / "tickets"
    folder.mkdir()
    (folder / "a.md").symlink_to(tmp_path / "secret")
    assert "symbolic link" in str(next(iter(read_tickets(folder))))


def test_folder_without_tickets_is_refused(tmp_path: Path) -> None:
    """An empty folder and a missing path are one sentence each."""
    with pytest.raises(InputRefused, match="no Markdown file"):
        list(read_tickets(tmp_path))
    with pytest.raises(InputRefused, match="cannot be read"):
        list(read_tickets(tmp_path / "missing.json"))
