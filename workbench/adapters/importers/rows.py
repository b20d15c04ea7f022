"""Reads the canonical JSONL that `export jsonl` writes; the inverse of exporters/canonical.py."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.errors import InputRefused
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict, FoundBy
from workbench.domain.label import (
    Act,
    EditClass,
    Effort,
    Event,
    Judgement,
    Label,
    Reason,
    parse_time,
)
from workbench.domain.outcome import Outcome
from workbench.domain.output import Applied, Delivery, Output, Rung
from workbench.domain.record import Record
from workbench.domain.ticket import Spec, Ticket

Row = Mapping[str, object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_row(line: str) -> Record:
    """One line of a canonical export; raises InputRefused with a sentence on what is wrong."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputRefused(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputRefused("expected an object")
    if row.get("schema_version") != 1:
        raise InputRefused(f"schema_version is {row.get('schema_version')!r}, expected 1")
    try:
        return _read(row)
    except KeyError as error:
        raise InputRefused(f"field {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise InputRefused(f"a field has the wrong type or value: {error}") from error


def _read(row: Row) -> Record:
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
    text = _text(row, "patch")
    patch = base64.b64decode(text) if row["patch_encoding"] == "base64" else text.encode()
    if hashlib.sha256(patch).hexdigest() != row["patch_sha256"]:
        raise InputRefused(
            "the patch is not the one its sha256 names (redacted?): export with --text verbatim"
        )
    extra = _mapping(_mapping(row, "extra"), "output")
    flagged = row["self_flagged"]
    if not isinstance(flagged, list):
        raise TypeError("self_flagged is no list")
    return Output(
        output_id=_text(row, "output_id"),
        ticket_id=_text(row, "ticket_id"),
        candidate=_text(row, "candidate"),
        trial=_number(row, "trial"),
        delivery=Delivery(_text(extra, "delivered")),
        patch=patch,
        message=_text(row, "message"),
        applied=Applied(Rung(_text(row, "applied"))),
        self_flagged=tuple(_text(flag, "text") for flag in flagged),
        questions=_texts(row, "questions"),
        run_id=_text(row, "run_id"),
        extra=_text(extra, "extra"),
    )


def _event(row: Row) -> Event:
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


def _judgement(row: Row) -> Judgement:
    findings, flags = row["findings"], row["flags"]
    if not isinstance(findings, list) or not isinstance(flags, list):
        raise TypeError("findings and flags are lists")
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
    )


def _finding(raw: Row) -> Finding:
    flag = raw["flag_id"]
    return Finding(
        kind=FindingKind(_text(raw, "kind")),
        severity=_number(raw, "severity"),
        file=_text(raw, "file"),
        line=_number(raw, "line"),
        side=_text(raw, "side"),
        text=_text(raw, "text"),
        found_by=FoundBy(_text(raw, "found_by")),
        flag=None if flag is None else _number(raw, "flag_id"),
        test_blind=bool(raw["test_blind"]),
        with_label=bool(raw["with_label"]),
    )


def _flag(raw: Row) -> Flag:
    return Flag(_text(raw, "quote"), FlagVerdict(_text(raw, "verdict")), _text(raw, "location"))


def _text(row: Row, name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is {type(value).__name__}, expected text")
    return value


def _texts(row: Row, name: str) -> tuple[str, ...]:
    value = row[name]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise TypeError(f"{name} is no list of text")
    return tuple(value)


def _number(row: Row, name: str) -> int:
    value = row[name]
    if type(value) is not int:
        raise TypeError(f"{name} is {type(value).__name__}, expected a whole number")
    return value


def _mapping(row: Row, name: str) -> Row:
    value = row[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {type(value).__name__}, expected an object")
    return value
