"""`workbench export` and `workbench import`."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.bootstrap import find_study, open_workbench
from workbench.cli.terminal import (
    Progress,
    StudyOption,
    describe_counts,
    end_with_problems,
    say,
    warn,
)
from workbench.domain.errors import InputRefused
from workbench.domain.imported import RowProblem
from workbench.domain.record import Record


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"


class Text(StrEnum):
    """What happens to the words of tickets, candidates and reviewers."""

    VERBATIM = "verbatim"
    REDACTED = "redacted"
    NONE = "none"


def export(
    into: Annotated[Format, typer.Argument(metavar="FORMAT", help="jsonl or csv")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file; - prints it.")],
    text: Annotated[Text, typer.Option(help="verbatim, redacted or none.")] = Text.REDACTED,
    everything: Annotated[
        bool, typer.Option("--all", help="Superseded labels and unlabelled outputs too.")
    ] = False,
    study: StudyOption = None,
) -> None:
    """Write what was decided: the canonical row (jsonl) or a flat table (csv), with a manifest."""
    from workbench.adapters.exporters.canonical import SCHEMA_VERSION, TextMode
    from workbench.adapters.exporters.formats import Csv, Jsonl
    from workbench.adapters.files import write_atomically
    from workbench.services.exports import ExportCounts, export_lines

    chosen = (Jsonl if into is Format.JSONL else Csv)(TextMode(text))
    counts, progress = ExportCounts(), Progress("rows written")
    with open_workbench(find_study(study)) as bench:
        if not _has_rows(
            bench.store.events(current_only=not everything, with_unlabelled=True), everything
        ):
            raise InputRefused("nothing to export: no label yet (--all writes unlabelled outputs)")
        lines = export_lines(bench.store, chosen, everything=everything, counts=counts)
        if str(output) == "-":
            for line in lines:
                typer.echo(_safe_line(line), nl=False)
            return
        digest = _write(output, lines, progress)
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "format": chosen.name,
            "created_from": {"study_id": bench.store.study_id},
            "filters": {"all": everything, "text": text},
            "rows_written": counts.written,
            "dropped": dict(counts.dropped),
            "redacted": dict(counts.taken_out),
            "lossy_fields": list(chosen.lossy_fields),
            "sha256": digest,
        }
    beside = output.with_name(output.name + ".manifest.json")
    write_atomically(beside, [(json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode()])
    say(f"{counts.written} rows in {output}, manifest beside it")
    if counts.dropped:
        say(f"left out: {describe_counts(counts.dropped)}")
    if counts.taken_out:
        say(f"redacted: {describe_counts(counts.taken_out)} (--text verbatim keeps them)")


def _has_rows(records: Iterator[Record], everything: bool) -> bool:
    return any(
        everything or (r.event is not None and r.event.judgement.label is not None) for r in records
    )


def _write(path: Path, lines: Iterator[str], progress: Progress) -> str:
    from workbench.adapters.files import write_atomically

    def chunks() -> Iterator[bytes]:
        for n, line in enumerate(lines):
            if n % 256 == 0:
                progress.count(n)
            yield line.encode("utf-8", "surrogatepass")

    try:
        return write_atomically(path, chunks())
    except OSError as error:
        raise InputRefused(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        progress.done()


def _safe_line(line: str) -> str:
    """A line for a terminal: what could steer it is escaped as JSON escapes it, or shown."""
    from workbench.text import display

    return display(line.removesuffix("\n")) + "\n"


def import_(file: Path, study: StudyOption = None) -> None:
    """Read a canonical export (jsonl) into a study: tickets, outputs, test results and labels."""
    from workbench.adapters.importers.rows import parse_row

    def records() -> Iterator[Record | RowProblem]:
        try:
            with file.open(encoding="utf-8", newline="\n") as lines:
                for n, line in enumerate(lines, 1):
                    if not line.strip():
                        continue
                    try:
                        yield parse_row(line)
                    except InputRefused as error:
                        yield RowProblem(str(file), f"line {n}", str(error))
        except (OSError, UnicodeDecodeError) as error:
            raise InputRefused(f"{file}: cannot be read: {error}") from error

    progress = Progress("looked at")
    with open_workbench(find_study(study), progress.percent) as bench:
        done = bench.imports.add(records, str(file))
    progress.done()
    counts = {"tickets": done.tickets, "outputs": done.outputs, "labels": done.labels}
    say(f"{done.read} rows read; new: {describe_counts(counts)}")
    if not done.read:
        warn(f"{file}: no rows")
        raise typer.Exit(3)
    end_with_problems(done.problems)
