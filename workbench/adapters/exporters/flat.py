"""A flat CSV of the canonical row, safe to open in a spreadsheet.

A cell that a spreadsheet could take for a formula begins with an apostrophe; the header says so.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.adapters.exporters.canonical import TextMode, make_row
from workbench.domain.record import Record

COLUMNS = (
    "study_id", "ticket_id", "ticket_spec", "ticket_title", "output_id", "candidate", "trial",
    "delivery", "applied", "patch_sha256", "tests", "label", "sublabel", "outcome", "reason",
    "defects", "flags", "said_so_itself", "recognised", "quote",
    "rationale", "reviewer_id", "rubric_version",
    "source", "cause",
    "event_id", "started_at", "committed_at", "active_ms", "idle_ms", "tool_version",
)  # fmt: skip
LOSSY_FIELDS = (
    "ticket_body", "patch", "message", "questions", "self_flagged", "findings", "extra",
)  # fmt: skip
NOTE = "formula_safe"
# Behind any quotes and blanks, those that nobody sees included: some readers trim them.
_FORMULA = re.compile(
    "^[\"'\u2018\u2019\u201c\u201d\\s\u200b\ufeff]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
)


def guard_cell(text: str) -> str:
    """The text as a spreadsheet may read it; importers take the apostrophe off again."""
    return "'" + text if _FORMULA.match(text) else text


def render_csv(records: Iterable[Record], mode: TextMode, taken_out: Counter[str]) -> Iterator[str]:
    """The header, then a line a record; the last column says that cells are guarded."""
    yield _line([*COLUMNS, NOTE])
    for record in records:
        row = make_row(record, mode, taken_out)
        yield _line([*(guard_cell(_cell(name, row)) for name in COLUMNS), "apostrophe"])


def _cell(name: str, row: dict[str, object]) -> str:
    value = row[name]
    if name == "tests" and isinstance(value, dict):
        return str(value["status"])
    if name == "defects" and isinstance(value, list):
        return ";".join(f"{d['kind']}:{d['severity']}" for d in value)
    if name == "flags" and isinstance(value, list):
        return str(len(value))
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(cells: list[str]) -> str:
    """One row. The writer is told that a row ends in CR LF: else it leaves a CR unquoted."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"
