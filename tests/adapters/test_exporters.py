"""The canonical row and the flat table, and reading a row back."""

import csv
import hashlib
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.adapters.exporters.canonical import TextMode, make_row, render_row
from workbench.adapters.exporters.flat import COLUMNS, guard_cell, render_csv
from workbench.adapters.exporters.formats import Csv, Jsonl
from workbench.adapters.exporters.triage import TriageRows
from workbench.adapters.importers.rows import parse_row
from workbench.domain.called import Called
from workbench.domain.check import CheckResult, CheckStatus
from workbench.domain.clarity import SpecAct, SpecCall, SpecEvent
from workbench.domain.delivery import Delivery, Rung
from workbench.domain.errors import InputRefused
from workbench.domain.event import Event
from workbench.domain.finding import Finding, FindingKind, Flag, FlagVerdict
from workbench.domain.label import Act, Aside, EditClass, Effort, Judgement, Label, Reason
from workbench.domain.outcome import derive_outcome
from workbench.domain.output import Applied, Output
from workbench.domain.record import Record
from workbench.domain.spec import Spec
from workbench.domain.ticket import Ticket

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
JUDGEMENT = Judgement(
    Label.EDITED,
    EditClass.MAJOR,
    findings=(
        Finding(FindingKind.SECURITY, 3, "a.py", 7, "old", "bad", flag=0, with_label=True),
        Finding(FindingKind.REMARK, text="hm"),
    ),
    flags=(Flag("may leak", FlagVerdict.ACCEPTED_RISK, "a.py:7"),),
    reason=Reason.SECURITY,
    quote="q",
    note="mine",
    said_so_itself=True,
)


def make_record(
    words: str = "words", patch: bytes = b"diff", judgement: Judgement | None = JUDGEMENT
) -> Record:
    ticket = Ticket("t", words, words, "o/n", "c" * 40, Spec.VAGUE, (words,), words, words)
    output = Output(
        *("0123456789ab", "t", "m/x", 2, Delivery.PATCH, patch, words, Applied(Rung.FUZZ)),
        self_flagged=(words,),
        questions=(words,),
        run_id="run",
        extra=json.dumps({"k": words}),
    )
    check = CheckResult(CheckStatus.PASS, words, CheckStatus.FAIL, "report.json")
    outcome = derive_outcome(output.delivery, check.tests, judgement or Judgement())
    if judgement is None:
        return Record("study", ticket, output, check, outcome)
    event = Event(
        *(7, "0123456789ab", "ann", 1, Act.LABEL, judgement),
        *(None, None, None, None, 7, None),
        Effort(AT, 1200, 30, 1),
        *("rubric", "0.1", AT, "", "", "f" * 64),
    )
    keys = ("f" * 16, "e" * 16)
    return Record("study", ticket, output, check, outcome, event, *keys, tool_version="0.1")


def lines_of(record: Record, mode: TextMode = TextMode.VERBATIM) -> str:
    return render_row(record, mode, Counter())


def test_what_was_set_aside_or_said_again_reads_back() -> None:
    """The second look with its own findings; its words are redacted like any others."""
    finding = Finding(FindingKind.REMARK, text="mail ann@example.org")
    again = Judgement(label=Label.EDITED, edit=EditClass.MINOR, findings=(finding,))
    judgement = replace(JUDGEMENT, aside=Aside.LATER, again=again)
    record = make_record(judgement=judgement)
    found = parse_row(lines_of(record))
    assert found.event is not None
    assert found.event.judgement == judgement
    assert "ann@example.org" not in lines_of(record, TextMode.REDACTED)


@given(WORDS, st.binary(max_size=40))
def test_a_row_reads_back_as_what_it_was(words: str, patch: bytes) -> None:
    """Any text, any bytes: read and rendered again it is the same line."""
    record = make_record(words, patch)
    line = lines_of(record)
    assert "\n" not in line
    found = parse_row(line)
    assert found.output == record.output
    assert found.check == record.check
    assert found.ticket._replace(hidden="{}") == record.ticket
    assert lines_of(found) == line
    assert (
        lines_of(parse_row(render_row(record, TextMode.VERBATIM, Counter(), is_ascii=True))) == line
    )


def test_an_output_nobody_touched_has_a_row_without_event() -> None:
    """Fields of the event are null."""
    record = make_record(judgement=None)
    row = json.loads(lines_of(record))
    assert [row[n] for n in ("event_id", "reviewer_id", "label", "committed_at", "act")] == [
        None
    ] * 5
    assert parse_row(lines_of(record)).event is None


def test_the_groups_of_the_published_format_are_there() -> None:
    """The fields of the canonical row, by name."""
    row = make_row(make_record(), TextMode.VERBATIM, Counter())
    for name in (
        *("schema_version", "study_id", "item_id", "ticket_id", "output_id", "event_id"),
        *("supersedes_event_id", "ticket_spec", "ticket_title", "ticket_body", "base_commit"),
        *("repo", "candidate", "run_id", "trial", "patch", "patch_encoding", "patch_sha256"),
        *("applied", "message", "questions", "self_flagged", "delivery", "exit_class", "label"),
        *("sublabel", "outcome", "reason", "tests_override", "preference", "findings", "defects"),
        *("flags", "rationale", "confidence", "edit_source", "no_defect_found", "reviewer_id"),
        *("role", "rubric_version", "source", "is_control", "is_repeat", "blind", "position"),
        *("position_seed", "recognised", "post_reveal", "started_at", "committed_at"),
        *("active_ms", "idle_ms", "tests", "tool_version", "extra"),
    ):
        assert name in row
    assert row["committed_at"] == "2026-01-02T03:04:05.000006Z"
    assert row["self_flagged"] == [{"text": "words"}]


def test_bytes_that_are_no_text_travel_as_base64_and_redacted_ones_too() -> None:
    """The hash is that of the original bytes."""
    patch = b"+caf\xe9 sk-ABCDEFGHIJKLMNOP\n"
    counts: Counter[str] = Counter()
    row = make_row(make_record(patch=patch), TextMode.REDACTED, counts)
    assert (row["patch_encoding"], counts["key"]) == ("base64", 1)
    assert row["patch_sha256"] == hashlib.sha256(patch).hexdigest()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schema_version": 2}, "schema_version is 2, expected 1"),
        ({"patch": "other"}, "the patch is not the one its sha256 names"),
        ({"patch_encoding": "zip"}, "patch_encoding is 'zip'"),
        ({"output_id": "../x"}, "expected 12 hex digits"),
        ({"label": "great"}, "'great' is not a valid Label"),
        ({"trial": 0}, "trial is 0, expected 1 to"),
        ({"active_ms": 10**30}, "active_ms is 1000"),
        ({"reviewer_id": " "}, "reviewer_id is empty"),
        ({"message": None}, "message is NoneType, expected text"),
        ({"message": "\ud800"}, "surrogates not allowed"),
        ({"flags": []}, "a finding names a flag that is not there"),
        ({"committed_at": "yesterday"}, "does not match format"),
        ({"extra": []}, "extra is list, expected an object"),
    ],
)
def test_a_row_that_cannot_be_taken(change: dict[str, object], sentence: str) -> None:
    """Each with a sentence on what is wrong; never another kind of exception."""
    row = json.loads(lines_of(make_record())) | change
    with pytest.raises(InputRefused) as refused:
        parse_row(json.dumps(row))
    assert sentence in str(refused.value)


def test_every_missing_field_is_named() -> None:
    """One at a time."""
    row = json.loads(lines_of(make_record()))
    unread = {
        *("item_id", "exit_class", "is_control", "is_repeat", "blind", "position", "role"),
        *("position_seed", "recognised", "post_reveal", "tests_override", "preference", "defects"),
        *("confidence", "edit_source", "no_defect_found", "pair_id", "preferred_output_id"),
        *("seal", "unblinded", "votes"),  # a file written before there were pairs has none
        *("edited", "edit_lines"),  # nor one from before edits were measured
        *("corrected_patch", "corrected_patch_encoding"),  # nor from before their patch was kept
        "cause",  # or it was asked why labels differ
        *("aside", "again"),  # or outputs were set aside, or came again
    }
    for name in row.keys() - unread:
        with pytest.raises(InputRefused):
            parse_row(json.dumps({key: value for key, value in row.items() if key != name}))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_other_json_is_refused(value: object) -> None:
    """Never an unexpected exception."""
    with pytest.raises(InputRefused):
        parse_row(json.dumps(value))
    with pytest.raises(InputRefused):
        parse_row("[" * 100_000)


@pytest.mark.parametrize("sign", list("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
@pytest.mark.parametrize("before", ["", '"', "'", "  ", "' \"", "\u201c", "\u00a0", "\ufeff"])
def test_d12_a_cell_that_could_be_a_formula_is_guarded(sign: str, before: str) -> None:
    """Also behind quotes and blanks; a plain one is left alone."""
    assert guard_cell(f"{before}{sign}1") == f"'{before}{sign}1"
    assert guard_cell(f"a{sign}1") == f"a{sign}1"


def test_the_flat_table_has_one_line_a_record_in_any_csv_reader() -> None:
    """Line ends inside a cell are quoted; lists are counted or joined."""
    record = make_record("a,\n\"b\" 'c'")
    text = "".join(render_csv([record], TextMode.VERBATIM, Counter()))
    head, line = list(csv.reader(io.StringIO(text, newline="")))
    assert head == [*COLUMNS, "formula_safe"]
    row = dict(zip(head, line, strict=True))
    assert (row["ticket_title"], row["defects"], row["flags"]) == (
        "a,\n\"b\" 'c'",
        "security:3",
        "1",
    )
    assert (row["tests"], row["said_so_itself"], row["trial"]) == ("pass", "true", "2")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_d12_a_line_end_in_a_cell_starts_no_other_row(end: str) -> None:
    """A reader that takes a lone CR for a row's end would find a formula behind it."""
    text = "".join(render_csv([make_record(f"a{end}=1")], TextMode.VERBATIM, Counter()))
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2
    assert f'"a{end}=1"' in text


def test_k2_names_are_redacted_and_still_told_apart() -> None:
    """Candidates and reviewers who go by a path or an address; verbatim they stay."""
    found = []
    for name in ("ann@example.org", "bob@example.org", "/home/ann/model"):
        record = make_record()
        assert record.event is not None
        record = record._replace(
            output=record.output._replace(candidate=name, run_id=name),
            event=record.event._replace(reviewer=name),
            ticket=record.ticket._replace(labels=(name,)),
        )
        row = make_row(record, TextMode.REDACTED, Counter())
        assert name not in json.dumps(row)
        assert row["candidate"] == row["reviewer_id"] == row["run_id"]
        found.append(str(row["candidate"]))
        assert make_row(record, TextMode.VERBATIM, Counter())["reviewer_id"] == name
        assert make_row(record, TextMode.NONE, Counter())["reviewer_id"] == found[-1]
    assert len(set(found)) == 3
    assert found[0].startswith("[redacted e-mail] ")


def test_formats_say_what_they_cannot_carry() -> None:
    """Only verbatim jsonl loses nothing."""
    assert Jsonl(TextMode.VERBATIM).lossy_fields == ()
    assert Jsonl(TextMode.REDACTED).lossy_fields == ("text",)
    assert "patch" in Csv(TextMode.VERBATIM).lossy_fields


@given(WORDS)
def test_t12_what_is_printed_holds_no_control(words: str) -> None:
    """T12, for both formats."""
    record = make_record(words + "\x1b[2J\u202e\x7f")
    for made in (Jsonl, Csv):
        text = "".join(made(TextMode.VERBATIM, is_printed=True).render([record], Counter()))
        assert not {"\x1b", "\u202e", "\x7f", "\x9b", "\r", "\t"} & set(text)


@given(WORDS)
def test_t12_a_call_that_is_printed_holds_no_control_and_is_whole(words: str) -> None:
    """Ticket, title and person; a call is the same row as in a canonical export."""
    odd = words + "\x1b[2J\u202e\x7f"
    call = SpecCall(Spec.VAGUE, 2)
    event = SpecEvent(1, odd, odd, SpecAct.CALL, call, Spec.UNSET, None, "0.1", AT, hash="f" * 64)
    called = Called("study", odd, odd, Spec.VAGUE, Spec.UNSET, event, is_standing=True)
    (line,) = TriageRows(TextMode.VERBATIM, is_printed=True).render([called], Counter())
    assert line.isascii()
    assert line[:-1].isprintable()
    row = json.loads(line)
    assert [row[name] for name in ("ticket_id", "ticket_title", "reviewer_id")] == [odd] * 3
    canonical = make_row(make_record()._replace(calls=(event,)), TextMode.VERBATIM, Counter())
    (same,) = json.loads(json.dumps(canonical))["extra"]["ticket"]["calls"]
    assert {name: row[name] for name in same} == same
