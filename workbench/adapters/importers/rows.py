"""Reads the canonical JSONL that `export jsonl` writes; the inverse of exporters/canonical.py."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.adapters.importers.blind_rows import read_blind
from workbench.adapters.importers.call_rows import read_calls
from workbench.adapters.importers.edited_rows import read_corrected, read_edited
from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.errors import InputRefused
from workbench.domain.event import Event
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.imported import RowProblem
from workbench.domain.label import (
    Act,
    Aside,
    EditClass,
    Effort,
    Judgement,
    Label,
    Reason,
    parse_judgement,
    parse_time,
)
from workbench.domain.outcome import Outcome
from workbench.domain.output import Applied, Output
from workbench.domain.record import Record
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

Row = Mapping[str, object]
_ID = re.compile("[0-9a-f]{12}")
_BOM = b"\xef\xbb\xbf"


def read_rows(path: Path) -> Iterator[tuple[str, Record] | RowProblem]:
    """Every row of an export with its place; raises InputRefused where the file cannot be read."""
    try:
        with path.open("rb") as file:
            for n, line in enumerate(file, 1):
                if line.strip():
                    yield _place(path, f"line {n}", line)
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror or error}") from error


def _place(path: Path, where: str, line: bytes) -> tuple[str, Record] | RowProblem:
    try:
        return where, parse_row(line.removeprefix(_BOM).decode())
    except UnicodeDecodeError:
        return RowProblem(str(path), where, "not UTF-8")
    except InputRefused as error:
        return RowProblem(str(path), where, str(error))


def parse_row(line: str) -> Record:
    """One line of a canonical export; raises InputRefused with a sentence on what is wrong."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputRefused("expected an object")
    if row.get("schema_version") != 1:
        found = repr(row.get("schema_version"))[:40]
        raise InputRefused(f"schema_version is {found}, expected 1: no export of this program")
    if "ticket_settled" in row:
        raise InputRefused("a row of `export triage` is not imported: calls come with `jsonl`")
    try:
        return _read(row)
    except KeyError as error:
        raise InputRefused(f"field {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise InputRefused(f"a field has the wrong type or value: {error}") from error


def _read(row: Row) -> Record:
    extra = _mapping(row, "extra")
    text = extra.get("text", "verbatim")
    if text == "sealed":
        raise InputRefused("it was exported sealed, without names: reveal, then export it again")
    if text != "verbatim":
        raise InputRefused(f"its text is {text}: export with --text verbatim to import it again")
    output = _output(row)
    tests = _mapping(row, "tests")
    return Record(
        study_id=_text(row, "study_id"),
        ticket=_ticket(row),
        output=output,
        check=CheckResult(
            CheckStatus(_text(tests, "status")),
            _text(tests, "reason"),
            CheckStatus(_text(tests, "hidden")),
            _text(tests, "source"),
        ),
        outcome=Outcome(_text(row, "outcome")),
        event=_event(row) if row["event_id"] is not None else None,
        event_key=str(row["event_id"] or ""),
        supersedes_key=str(row["supersedes_event_id"] or ""),
        source=str(row["source"] or ""),
        tool_version=str(row["tool_version"] or ""),
        corrected=read_corrected(row),
        calls=read_calls(_text(row, "ticket_id"), _mapping(extra, "ticket").get("calls")),
    )


def _ticket(row: Row) -> Ticket:
    extra = _mapping(_mapping(row, "extra"), "ticket")
    return Ticket(
        ticket_id=_text(row, "ticket_id"),
        title=_text(row, "ticket_title"),
        body=_text(row, "ticket_body"),
        repo=_text(row, "repo"),
        base_commit=_text(row, "base_commit"),
        spec=Spec(_text(row, "ticket_spec")),
        labels=_texts(extra, "labels"),
        url=_text(extra, "url"),
        source=_text(extra, "source"),
        extra=_text(extra, "extra"),
    )


def _output(row: Row) -> Output:
    patch = _patch(row)
    extra = _mapping(_mapping(row, "extra"), "output")
    flagged = row["self_flagged"]
    if not isinstance(flagged, list):
        raise TypeError("self_flagged is no list")
    return Output(
        output_id=_output_id(row),
        ticket_id=_text(row, "ticket_id"),
        candidate=_text(row, "candidate"),
        trial=_number(row, "trial", 1),
        delivery=Delivery(_text(extra, "delivered")),
        patch=patch,
        message=_text(row, "message"),
        applied=Applied(Rung(_text(row, "applied"))),
        self_flagged=tuple(_text(flag, "text") for flag in flagged),
        questions=_texts(row, "questions"),
        run_id=_text(row, "run_id"),
        extra=_text(extra, "extra"),
    )


def _patch(row: Row) -> bytes:
    text, encoding = _text(row, "patch"), _text(row, "patch_encoding")
    if encoding not in {"utf8", "base64"}:
        raise ValueError(f"patch_encoding is {encoding!r}, expected utf8 or base64")
    patch = base64.b64decode(text) if encoding == "base64" else text.encode()
    if hashlib.sha256(patch).hexdigest() != row["patch_sha256"]:
        raise InputRefused("the patch is not the one its sha256 names")
    return patch


def _event(row: Row) -> Event:
    if not _text(row, "reviewer_id").strip():
        raise ValueError("reviewer_id is empty")
    origin = {
        name: row[name]
        for name in ("event_id", "supersedes_event_id", "act", "source", "tool_version")
    }
    return Event(
        event_id=0,
        output_id=_text(row, "output_id"),
        reviewer=_text(row, "reviewer_id"),
        seq=0,
        act=Act.IMPORT,
        judgement=_judgement(row),
        supersedes=None,
        undoes=None,
        back=None,
        below=None,
        undo=None,
        redo=None,
        effort=Effort(
            parse_time(_text(row, "started_at")),
            _number(row, "active_ms"),
            _number(row, "idle_ms"),
            _number(row, "peeks"),
        ),
        rubric_version=_text(row, "rubric_version"),
        app_version=_text(row, "tool_version"),
        at=parse_time(_text(row, "committed_at")),
        prev_hash="",
        origin=json.dumps(origin, sort_keys=True, ensure_ascii=False),
    )


def _output_id(row: Row) -> str:
    output_id = _text(row, "output_id")
    if not _ID.fullmatch(output_id):
        raise ValueError(f"output_id is {output_id[:40]!r}, expected 12 hex digits")
    return output_id


def _judgement(row: Row) -> Judgement:
    findings, flags = row["findings"], row["flags"]
    if not isinstance(findings, list) or not isinstance(flags, list):
        raise TypeError("findings and flags are lists")
    if any(f["flag_id"] is not None and not 0 <= f["flag_id"] < len(flags) for f in findings):
        raise ValueError("a finding names a flag that is not there")
    delivered = _text(_mapping(_mapping(row, "extra"), "output"), "delivered")
    delivery = _text(row, "delivery")
    said = row["said_so_itself"]
    return Judgement(
        label=Label(str(row["label"])) if row["label"] else None,
        edit=EditClass(str(row["sublabel"])) if row["sublabel"] else None,
        findings=tuple(_finding(f) for f in findings),
        flags=tuple(_flag(f) for f in flags),
        reason=Reason(str(row["reason"])) if row["reason"] else None,
        quote=_text(row, "quote"),
        note=_text(row, "rationale"),
        delivery=Delivery(delivery) if delivery != delivered else None,
        said_so_itself=said if isinstance(said, bool) else None,
        skipped=bool(row["skipped"]),
        aside=Aside(str(row["aside"])) if row.get("aside") else None,
        edited=read_edited(row.get("edited")),
        again=parse_judgement(json.dumps(row["again"])) if row.get("again") else None,
        **read_blind(row),
    )


def _finding(raw: Row) -> Finding:
    flag = raw["flag_id"]
    return Finding(
        kind=FindingKind(_text(raw, "kind")),
        severity=_number(raw, "severity", 1, 3),
        file=_text(raw, "file"),
        line=_number(raw, "line"),
        side=_text(raw, "side"),
        text=_text(raw, "text"),
        found_by=FoundBy(_text(raw, "found_by")),
        flag=None if flag is None else _number(raw, "flag_id"),
        test_blind=bool(raw["test_blind"]),
        with_label=bool(raw["with_label"]),
        found_on=_text(raw, "found_on") if "found_on" in raw else "",
        end_line=_end_line(raw),
        digest=_text(raw, "line_digest") if "line_digest" in raw else "",
    )


def _end_line(raw: Row) -> int | None:
    """Of a range; exports made before there were any lack it."""
    has_end = raw.get("end_line") is not None
    return _number(raw, "end_line", _number(raw, "line")) if has_end else None


def _flag(raw: Row) -> Flag:
    return Flag(_text(raw, "quote"), FlagVerdict(_text(raw, "verdict")), _text(raw, "location"))


def _text(row: Row, name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is {type(value).__name__}, expected text")
    value.encode()  # raises ValueError for half a character: no database takes it
    return value


def _texts(row: Row, name: str) -> tuple[str, ...]:
    value = row[name]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise TypeError(f"{name} is no list of text")
    return tuple(value)


def _number(row: Row, name: str, low: int = 0, high: int = 1 << 53) -> int:
    value = row[name]
    if type(value) is not int:
        raise TypeError(f"{name} is {type(value).__name__}, expected a whole number")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}, expected {low} to {high}")
    return value


def _mapping(row: Row, name: str) -> Row:
    value = row[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {type(value).__name__}, expected an object")
    return value
