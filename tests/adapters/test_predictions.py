"""Predictions in every shape that harnesses write."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.adapters.importers.predictions import read_predictions
from workbench.domain.delivery import Delivery
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.output import Delivered

Record = dict[str, object]
RECORDS: list[Record] = [
    {"instance_id": "o__r-1", "model_name_or_path": "m", "model_patch": "diff --git\n", "cost": 1},
    {"instance_id": "o__r-2", "model_name_or_path": "m", "model_patch": None},
    {"instance_id": "o__r-3", "model_name_or_path": "m", "model_patch": ""},
]


def as_jsonl(records: list[Record]) -> str:
    """One record per line."""
    return "".join(json.dumps(record) + "\n" for record in records)


def as_list(records: list[Record]) -> str:
    """One list."""
    return json.dumps(records)


def as_pretty_list(records: list[Record]) -> str:
    """One list over many lines."""
    return json.dumps(records, indent=2)


def as_object(records: list[Record]) -> str:
    """An object by id, the id in the record too."""
    return json.dumps({str(record["instance_id"]): record for record in records})


def as_bare_object(records: list[Record]) -> str:
    """An object by id, the id in the key alone, over many lines."""
    bare = {
        str(record["instance_id"]): {k: v for k, v in record.items() if k != "instance_id"}
        for record in records
    }
    return json.dumps(bare, indent=1)


def read(tmp_path: Path, content: str | bytes, name: str = "x.txt") -> list[Delivered | RowProblem]:
    """The rows of a file with this content."""
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_predictions(file))


def good(rows: list[Delivered | RowProblem]) -> list[Delivered]:
    """All rows, which must all be good."""
    assert [row for row in rows if isinstance(row, RowProblem)] == []
    return [row for row in rows if isinstance(row, Delivered)]


def problem(rows: list[Delivered | RowProblem]) -> RowProblem:
    """The only problem."""
    (found,) = (row for row in rows if isinstance(row, RowProblem))
    return found


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("shape", [as_jsonl, as_list, as_pretty_list, as_object, as_bare_object])
def test_every_shape_gives_the_same_records(
    tmp_path: Path, shape: Callable[[list[Record]], str], bom: bytes
) -> None:
    """JSONL, list and object by id are told by content; null and "" are an empty patch."""
    rows = good(read(tmp_path, bom + shape(RECORDS).encode()))
    assert [row.ticket_id for row in rows] == ["o__r-1", "o__r-2", "o__r-3"]
    assert [row.patch for row in rows] == [b"diff --git\n", b"", b""]
    assert [row.delivered_as() for row in rows] == [Delivery.PATCH, Delivery.EMPTY, Delivery.EMPTY]
    assert [json.loads(row.extra) for row in rows] == [{"cost": 1}, {}, {}]


def test_one_record_alone_is_read(tmp_path: Path) -> None:
    """A single line and a single pretty object are one record, not records by id."""
    for content in (as_jsonl(RECORDS[:1]), json.dumps(RECORDS[0], indent=2)):
        assert [row.ticket_id for row in good(read(tmp_path, content))] == ["o__r-1"]


def test_doubled_ids_come_in_file_order(tmp_path: Path) -> None:
    """Identical rows share a digest, different ones do not; the caller decides on both."""
    again = {**RECORDS[0], "model_patch": "other\n"}
    rows = good(read(tmp_path, as_jsonl([RECORDS[0], RECORDS[0], again])))
    assert rows[0].content_digest == rows[1].content_digest != rows[2].content_digest


def test_candidate_may_be_given_by_the_caller(tmp_path: Path) -> None:
    """A name from outside wins; without any name the row is a problem that says what to do."""
    file = tmp_path / "p.jsonl"
    file.write_text('{"instance_id": "a", "model_patch": "x"}\n')
    (row,) = read_predictions(file)
    assert "name the candidate when you import" in str(row)
    (named,) = read_predictions(file, "run-1")
    assert isinstance(named, Delivered)
    assert named.candidate == "run-1"


BAD: list[tuple[Record, str]] = [
    ({"model_patch": []}, "model_patch is a list, expected text or null"),
    ({"model_patch": {"a": 1}}, "model_patch is an object, expected text or null"),
    ({"model_patch": 3}, "model_patch is a number, expected text or null"),
    ({"instance_id": None}, "instance_id is missing"),
    ({"instance_id": ["a"]}, "instance_id is a list, expected text"),
    ({"instance_id": " "}, "instance_id is empty"),
    ({"model_name_or_path": True}, "model_name_or_path is true or false, expected text"),
    ({"message": 5}, "message is a number, expected text or null"),
    ({"questions": "why"}, "questions is text, expected a list"),
    ({"self_flagged": [None]}, "an item of self_flagged is null, expected text"),
    ({"result": []}, "result is a list, expected text or an object"),
    ({"delivery": "maybe"}, "delivery is 'maybe', expected one of patch, ask"),
]


@pytest.mark.parametrize(("change", "words"), BAD)
def test_bad_row_names_file_line_and_reason_and_the_rest_goes_on(
    tmp_path: Path, change: Record, words: str
) -> None:
    """One bad row in the middle costs that row alone."""
    rows = read(tmp_path, as_jsonl([RECORDS[0], {**RECORDS[1], **change}, RECORDS[2]]))
    assert len(rows) == 3
    found = problem(rows)
    assert (found.file, found.where) == (str(tmp_path / "x.txt"), "line 2")
    assert words in found.reason


@pytest.mark.parametrize("line", ["not json", "{", '{"a": }', "[]", "3", "null", '"x"', "[" * 9999])
def test_line_that_is_no_object_is_one_problem(tmp_path: Path, line: str) -> None:
    """Broken JSON and JSON of another kind in a line of JSONL."""
    content = as_jsonl(RECORDS[:1]) + line + "\n\n" + as_jsonl(RECORDS[1:2])
    rows = read(tmp_path, content)
    assert len(rows) == 3
    assert problem(rows).where == "line 2"


def test_first_line_may_be_the_bad_one(tmp_path: Path) -> None:
    """A file whose first line is broken is still JSONL."""
    for first in ("# exported yesterday", '{"instance_id": "a", "model'):
        rows = read(tmp_path, first + "\n" + as_jsonl(RECORDS))
        assert problem(rows).where == "line 1"
        assert len(rows) == 4


def test_truncated_jsonl_keeps_its_good_rows(tmp_path: Path) -> None:
    """A file cut in the middle of its last row gives the rows before and one problem."""
    rows = read(tmp_path, as_jsonl(RECORDS)[:-20])
    assert len(rows) == 3
    assert problem(rows).where == "line 3"


@pytest.mark.parametrize("shape", [as_pretty_list, as_bare_object])
def test_truncated_value_names_line_and_column(
    tmp_path: Path, shape: Callable[[list[Record]], str]
) -> None:
    """A list or object that breaks off is one problem that says where."""
    rows = read(tmp_path, shape(RECORDS)[:-20])
    assert len(rows) == 1
    assert problem(rows).where.startswith("line ")
    assert ", column " in problem(rows).where


def test_key_and_id_that_differ_are_a_problem(tmp_path: Path) -> None:
    """In the object shape a record under another's key is not guessed at."""
    rows = read(tmp_path, json.dumps({"a": RECORDS[0], "o__r-2": RECORDS[1]}))
    assert problem(rows).where == "a"
    assert "differ: o__r-1" in problem(rows).reason


def test_own_fields_are_read(tmp_path: Path) -> None:
    """Message, questions, flags, run and status, in the row or in its result."""
    result = {
        "status": "needs_clarification",
        "message": "Which mode?",
        "questions": ["text or mode?"],
        "known_issues": [{"file": "a.py", "line": 3, "text": "untested"}, "slow"],
    }
    (row,) = good(read(tmp_path, as_jsonl([{**RECORDS[1], "result": result, "run_id": "r1"}])))
    assert row.delivered_as() is Delivery.ASK
    assert row.message == "Which mode?"
    assert row.questions == ("text or mode?",)
    assert row.self_flagged == ("a.py:3: untested", "slow")
    assert row.run_id == "r1"
    (declined,) = good(
        read(
            tmp_path, as_jsonl([{**RECORDS[1], "message": "no", "result": {"status": "declined"}}])
        )
    )
    assert (declined.message, declined.delivered_as()) == ("no", Delivery.DECLINE)
    (patched,) = good(read(tmp_path, as_jsonl([{**RECORDS[0], "result": {"status": "declined"}}])))
    assert patched.delivered_as() is Delivery.PATCH


def test_result_as_text_is_the_message(tmp_path: Path) -> None:
    """Command line tools write their final text into `result`."""
    (row,) = good(read(tmp_path, as_jsonl([{**RECORDS[1], "result": "I need to know more."}])))
    assert (row.message, row.delivered_as()) == ("I need to know more.", Delivery.ASK)


@pytest.mark.parametrize("name", ["a/b:c d", "\x1b[2J../../etc/passwd\n", "[red]x", "é\u202e", "0"])
def test_names_are_stored_as_they_came(tmp_path: Path, name: str) -> None:
    """Ids and candidates may hold anything; display is another matter."""
    record: Record = {"instance_id": name, "model_name_or_path": name, "model_patch": ""}
    (row,) = good(read(tmp_path, as_jsonl([record])))
    assert (row.ticket_id, row.candidate) == (name, name)


def test_patch_bytes_survive(tmp_path: Path) -> None:
    """CRLF, NUL, no last newline and bytes that are no UTF-8 come out as they went in."""
    patch = b"a\r\n\x00\xc3\xa9 \xff end"
    raw = b'{"instance_id": "a", "model_name_or_path": "m", "model_patch": "a\\r\\n\\u0000'
    raw += b'\xc3\xa9 \xff end"}\n'
    text = patch.decode("utf-8", "surrogateescape")
    escaped = json.dumps({**RECORDS[0], "model_patch": text}).encode()
    for content in (raw, escaped):
        (row,) = good(read(tmp_path, content))
        assert row.patch == patch


def test_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    """Empty, UTF-16, binary and missing files, and a folder, are one sentence each."""
    for content, words in (
        (b"", "is empty"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"PK\x03", "not JSON"),
    ):
        with pytest.raises(InputRefused, match=words):
            read(tmp_path, content)
    with pytest.raises(InputRefused, match="cannot be read"):
        read_predictions(tmp_path / "missing")
    with pytest.raises(InputRefused, match="cannot be read"):
        read_predictions(tmp_path)


def test_large_file_and_large_line_take_bounded_memory(tmp_path: Path) -> None:
    """JSONL of 60 MB is streamed; a line of 60 MB costs a few times its size and no more."""
    patch = "x" * 600_000
    file = tmp_path / "big.jsonl"
    with file.open("w") as out:
        for _ in range(100):
            out.write(json.dumps({**RECORDS[0], "model_patch": patch}) + "\n")
    tracemalloc.start()
    assert sum(len(row.patch) for row in read_predictions(file) if isinstance(row, Delivered)) == (
        60_000_000
    )
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.reset_peak()
    file.write_text(json.dumps({**RECORDS[0], "model_patch": patch * 100}) + "\n")
    (row,) = good(list(read_predictions(file)))
    assert len(row.patch) == 60_000_000
    assert tracemalloc.get_traced_memory()[1] < 260 << 20
    tracemalloc.stop()
