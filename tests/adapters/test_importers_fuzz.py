"""Whatever bytes a file holds, an importer yields values and RowProblems, or refuses the file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workbench.adapters.importers.predictions import read_predictions
from workbench.adapters.importers.reports import read_reports
from workbench.adapters.importers.rows import read_rows
from workbench.adapters.importers.tickets import read_tickets
from workbench.domain.errors import InputRefused
from workbench.domain.imported import Reported, RowProblem
from workbench.domain.output import Delivered
from workbench.domain.record import Record
from workbench.domain.ticket import Ticket

from .test_exporters import lines_of, make_record

Importer = Callable[[Path], Iterator[object]]
VALUES = (Delivered, Reported, Ticket, RowProblem)
FIELDS = (
    "instance_id ticket id number title body labels spec model_patch model_name_or_path message"
    " result questions self_flagged delivery tests trial resolved tests_status PASS_TO_PASS"
    " resolved_ids applied generated tickets nodes name status text"
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**20),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["pass", "fail", "clear", "a", "\ud800", "\udcff", "\x00", "declined"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(FIELDS.split()) | st.text(max_size=3), inner, max_size=6),
    ),
    max_leaves=12,
)
files = st.one_of(
    st.binary(max_size=200),
    values.map(lambda value: json.dumps(value).encode()),
    values.map(lambda value: json.dumps(value, indent=1).encode()[:-2]),
    st.lists(values, max_size=4).map(lambda rows: "\n".join(map(json.dumps, rows)).encode()),
    st.binary(max_size=80).map(lambda tail: b'{"instance_id": "a", "tests": "pass"}\n' + tail),
)


@pytest.mark.parametrize("importer", [read_predictions, read_reports, read_tickets])
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=files)
@example(content=b"[" * 100_000)
@example(content=b'{"a":' * 100_000)
@example(content=b'{"instance_id": "a"}\n' + b'{"x":' * 100_000 + b"\n")
@example(content=b"{" + b"9" * 10_000)
@example(content=b'{"instance_id": ' + b"9" * 10_000 + b', "model_patch": ""}')
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xef\xbb\xbf{}\n{}")
def test_json_importers_never_leave_the_path(
    tmp_path: Path, importer: Importer, content: bytes
) -> None:
    """Random bytes, random JSON, broken JSON, deep nesting."""
    file = tmp_path / "file"
    file.write_bytes(content)
    try:
        rows = list(importer(file))
    except InputRefused:
        return
    for row in rows:
        assert isinstance(row, VALUES)
        repr(row).encode()
        for part in (getattr(row, name, "") for name in ("ticket_id", "title", "body", "message")):
            part.encode()


ROW: dict[str, object] = json.loads(lines_of(make_record()))
places = st.lists(st.sampled_from(sorted(ROW)), min_size=1, max_size=3)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fields=places, value=values, tail=st.binary(max_size=20))
def test_canonical_rows_are_read_or_named(
    tmp_path: Path, fields: list[str], value: object, tail: bytes
) -> None:
    """A row of an export with any JSON in place of some fields, and noise after it."""
    file = tmp_path / "file"
    changed = json.dumps(ROW | dict.fromkeys(fields, value)).encode()
    file.write_bytes(b"\n".join([json.dumps(ROW).encode(), changed, changed[:-9], tail]))
    rows = list(read_rows(file))
    assert isinstance(rows[0], tuple)
    for n, row in enumerate(rows[1:], 2):
        if isinstance(row, RowProblem):
            assert row.where == f"line {n}"
            assert row.reason.isprintable() or "not JSON" in row.reason
        else:
            assert isinstance(row[1], Record)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet="-#: \n[]'\"abid,\\", max_size=80).map(
            lambda t: f"---\n{t}\n---\n".encode()
        ),
    )
)
def test_markdown_importer_never_leaves_the_path(tmp_path: Path, content: bytes) -> None:
    """Random bytes and random front matter."""
    file = tmp_path / "ticket.md"
    file.write_bytes(content)
    for row in read_tickets(file):
        assert isinstance(row, VALUES)
        repr(row).encode()
