"""The canonical row: JSONL that loses nothing, `schema_version` 1; other formats derive from it.

Sorted keys and no locale: the same study gives the same bytes anywhere. Reading a row back is
`adapters/importers/rows.py`.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from workbench.adapters.exporters.call_rows import make_call
from workbench.adapters.redact import Redacted, redact, redact_name
from workbench.domain.event import Event
from workbench.domain.finding import Finding, Flag
from workbench.domain.label import Act, Judgement, Label, canonical_judgement, format_time
from workbench.domain.outcome import effective_delivery
from workbench.domain.record import Record

SCHEMA_VERSION = 1
Hide = Callable[[str], str]


class TextMode(StrEnum):
    """What an export does with the words of tickets, candidates and reviewers."""

    VERBATIM = "verbatim"
    REDACTED = "redacted"
    NONE = "none"


def render_row(
    record: Record, mode: TextMode, taken_out: Counter[str], *, is_ascii: bool = False
) -> str:
    """One line without its end; counts what was redacted into `taken_out`.

    `is_ascii` escapes all else: the same row, and no byte of it can steer a terminal.
    """
    row = make_row(record, mode, taken_out)
    return dump(row, is_ascii=is_ascii)


def dump(row: dict[str, object], *, is_ascii: bool) -> str:
    """A row as one line of JSON; `is_ascii` leaves no byte in it that can steer a terminal."""
    text = json.dumps(row, sort_keys=True, ensure_ascii=is_ascii)
    return text.replace("\x7f", "\\u007f") if is_ascii else text


def make_row(record: Record, mode: TextMode, taken_out: Counter[str]) -> dict[str, object]:
    """The row as a mapping of JSON values; field names are those of the published format.

    `extra.text` says what became of the words: a row in which nothing had to be redacted is
    verbatim, and can be imported again.
    """
    before = taken_out.total()
    row = _make_row(record, mode, taken_out)
    if record.is_sealed:  # no name in it: it can be read, and not imported
        row["extra"]["text"] = "sealed"
        return row
    if mode is TextMode.REDACTED and taken_out.total() == before:
        row["extra"]["text"] = TextMode.VERBATIM
    return row


def _make_row(
    record: Record, mode: TextMode, taken_out: Counter[str]
) -> dict[str, Any]:  # JSON values
    hide = make_hide(mode, taken_out)
    name = make_hide_name(mode, taken_out)
    ticket, output = record.ticket, record.output
    return {
        "schema_version": SCHEMA_VERSION,
        "study_id": record.study_id,
        "item_id": output.output_id,
        "ticket_id": ticket.ticket_id,
        "output_id": output.output_id,
        "ticket_spec": ticket.spec,
        "ticket_title": hide(ticket.title),
        "ticket_body": hide(ticket.body),
        "base_commit": ticket.base_commit,
        "repo": ticket.repo,
        "candidate": name(output.candidate),
        "run_id": name(output.run_id),
        "trial": output.trial,
        **_patch_fields(output.patch, hide),
        "applied": output.applied.rung,
        "message": hide(output.message),
        "questions": [hide(q) for q in output.questions],
        "self_flagged": [{"text": hide(text)} for text in output.self_flagged],
        "exit_class": None,
        "is_control": record.is_control,
        "is_repeat": record.event is not None and _original_act(record.event) == Act.REPEAT,
        "position_seed": record.position_seed or None,
        "tests": {
            "status": record.check.tests,
            "reason": hide(record.check.reason),
            "hidden": record.check.hidden,
            "source": hide(record.check.source),
        },
        "extra": {
            "ticket": {
                "labels": [hide(label) for label in ticket.labels],
                "url": hide(ticket.url),
                "source": hide(ticket.source),
                "extra": hide(ticket.extra),
                **({"calls": [make_call(c, name) for c in record.calls]} if record.calls else {}),
            },
            "output": {"delivered": output.delivery, "extra": hide(output.extra)},
            "text": mode,
        },
        **_judgement_fields(record, hide),
        **_event_fields(record, name),
    }


def make_hide(
    mode: TextMode, taken_out: Counter[str], rule: Callable[[str], Redacted] = redact
) -> Hide:
    """What happens to a text that leaves the study; what was redacted is counted."""

    def hide(text: str) -> str:
        if mode is TextMode.VERBATIM or not text:
            return text
        if mode is TextMode.NONE:
            return ""
        redacted = rule(text)
        taken_out.update(redacted.counts)
        return redacted.text

    return hide


def make_hide_name(mode: TextMode, taken_out: Counter[str]) -> Hide:
    """What happens to a name, which may be a path or an address.

    Without it, candidates and reviewers are still told apart.
    """
    named = mode if mode is TextMode.VERBATIM else TextMode.REDACTED
    return make_hide(named, taken_out, redact_name)


def _patch_fields(patch: bytes, hide: Hide) -> dict[str, object]:
    text, encoding = _encode(patch, hide)
    digest = hashlib.sha256(patch).hexdigest()
    return {"patch": text, "patch_encoding": encoding, "patch_sha256": digest}


def _corrected_fields(patch: bytes | None, hide: Hide) -> dict[str, object]:
    """From the base commit to what the reviewer made; `edited.patch` is its SHA-256."""
    text, encoding = (None, None) if patch is None else _encode(patch, hide)
    return {"corrected_patch": text, "corrected_patch_encoding": encoding}


def _encode(patch: bytes, hide: Hide) -> tuple[str, str]:
    try:
        return hide(patch.decode()), "utf8"
    except UnicodeDecodeError:
        clean = hide(patch.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return base64.b64encode(clean).decode(), "base64"


def _judgement_fields(record: Record, hide: Hide) -> dict[str, object]:
    judgement = record.event.judgement if record.event else Judgement()
    return {
        "label": judgement.label,
        "sublabel": judgement.edit,
        "outcome": record.outcome,
        "reason": judgement.reason,
        "delivery": effective_delivery(record.output.delivery, judgement),
        "tests_override": judgement.reason in {"baseline", "flaky"},
        **_blind_fields(judgement),
        "findings": [_finding(f, hide) for f in judgement.findings],
        "defects": [_defect(f) for f in judgement.defects],
        "flags": [_flag(i, flag, judgement, hide) for i, flag in enumerate(judgement.flags)],
        "quote": hide(judgement.quote),
        "rationale": hide(judgement.note),
        "said_so_itself": judgement.said_so_itself,
        "skipped": judgement.skipped,
        "aside": judgement.aside,
        "again": _again(judgement.again, hide) if judgement.again else None,
        "confidence": None,
        "edit_source": "measured" if judgement.edited else "judged" if judgement.edit else None,
        "edit_lines": judgement.edited.size.edit_lines if judgement.edited else None,
        "edited": asdict(judgement.edited) if judgement.edited else None,
        **_corrected_fields(record.corrected, hide),
        "no_defect_found": judgement.label is Label.MERGED and not judgement.defects,
    }


def _again(again: Judgement, hide: Hide) -> object:
    """What was said when the output came again; words as in the rest of the row."""
    return _hide_words(json.loads(canonical_judgement(again)), hide)


def _hide_words(value: object, hide: Hide, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: _hide_words(inside, hide, key) for key, inside in value.items()}
    if isinstance(value, list):
        return [_hide_words(inside, hide, name) for inside in value]
    return hide(value) if isinstance(value, str) and name in _WORDS else value


_WORDS = {"quote", "note", "text", "file", "location"}


def _blind_fields(judgement: Judgement) -> dict[str, object]:
    """What was known of whose it is, and the votes; of one vote alone its fields as well."""
    only = judgement.votes[0] if len(judgement.votes) == 1 else None
    return {
        "blind": bool(judgement.blind),
        "seal": judgement.blind or None,
        "position": judgement.position or "single",
        "recognised": judgement.recognised,
        "unblinded": judgement.unblinded or None,
        "post_reveal": judgement.post_reveal,
        "pair_id": only.pair_id if only else None,
        "preference": only.said if only and only.is_answer else None,
        "preferred_output_id": only.preferred or None if only else None,
        "votes": [asdict(vote) for vote in judgement.votes],
    }


def _finding(finding: Finding, hide: Hide) -> dict[str, object]:
    return {
        "file": hide(finding.file),
        "line": finding.line,
        "end_line": finding.end_line,
        "line_digest": finding.digest,
        "side": finding.side,
        "kind": finding.kind,
        "severity": finding.severity,
        "found_by": finding.found_by,
        "text": hide(finding.text),
        "flag_id": finding.flag,
        "test_blind": finding.test_blind,
        "with_label": finding.with_label,
        "found_on": finding.found_on,
    }


def _defect(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "found_by": finding.found_by,
        "flag_id": finding.flag,
        "test_blind": finding.test_blind,
    }


def _flag(index: int, flag: Flag, judgement: Judgement, hide: Hide) -> dict[str, object]:
    matched = [n for n, defect in enumerate(judgement.defects) if defect.flag == index]
    return {
        "quote": hide(flag.quote),
        "location": hide(flag.location),
        "verdict": flag.verdict,
        "defect_id": matched[0] if matched else None,
    }


def _event_fields(record: Record, name: Hide) -> dict[str, object]:
    event = record.event
    effort = event.effort if event else None
    return {
        "event_id": record.event_key or None,
        "supersedes_event_id": record.supersedes_key or None,
        "act": _original_act(event) if event else None,
        "reviewer_id": name(event.reviewer) if event else None,
        "role": ("adjudicator" if event.judgement.adjudicates else "rater") if event else None,
        "rubric_version": event.rubric_version if event else None,
        "source": record.source if event else None,
        "cause": event.judgement.cause if event else None,
        "started_at": format_time(effort.started_at) if effort else None,
        "committed_at": format_time(event.at) if event else None,
        "active_ms": effort.active_ms if effort else None,
        "idle_ms": effort.idle_ms if effort else None,
        "peeks": effort.peeks if effort else None,
        "tool_version": record.tool_version or None,
    }


def _original_act(event: Event) -> str:
    """What was done where the event was first recorded."""
    return str(json.loads(event.origin)["act"]) if event.origin else str(event.act)
