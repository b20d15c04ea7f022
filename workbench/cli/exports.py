"""`workbench export` and `workbench import`."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.backups import keep_up
from workbench.cli.terminal import (
    Progress,
    StudyOption,
    describe_counts,
    end_with_problems,
    say,
    warn,
)
from workbench.domain.counted import counted
from workbench.domain.errors import InputRefused, UsageError
from workbench.exporting import make_export, make_preference_export, make_triage_export
from workbench.study import find_study
from workbench.text import display

if TYPE_CHECKING:
    from workbench.services.exports import Export
    from workbench.services.preference_exports import PreferenceExport
    from workbench.services.triage_exports import TriageExport

    Made = Export | PreferenceExport | TriageExport


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"
    TRIAGE = "triage"
    TRL = "trl"
    KTO = "kto"
    OPENAI = "openai"
    ARENA = "arena"


_FORMATS = "jsonl, csv; of pairs trl, kto, openai, arena; of tickets triage."


class Text(StrEnum):
    """What happens to the words of tickets, candidates and reviewers."""

    VERBATIM = "verbatim"
    REDACTED = "redacted"
    NONE = "none"


def export(
    into: Annotated[Format, typer.Argument(metavar="FORMAT", help=_FORMATS)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file; - prints it.")],
    text: Annotated[Text, typer.Option(help="verbatim, redacted or none.")] = Text.REDACTED,
    everything: Annotated[
        bool, typer.Option("--all", help="Superseded labels, unlabelled outputs and the like too.")
    ] = False,
    with_message: Annotated[
        bool, typer.Option("--with-message", help="Of pairs: the message before the patch.")
    ] = False,
    abstain_as_text: Annotated[
        bool, typer.Option("--abstain-as-text", help="Of pairs: a question is text too.")
    ] = False,
    study: StudyOption = None,
) -> None:
    """Write what was decided: the canonical row (jsonl), a table, a preference set, the triage."""
    is_printed = str(output) == "-"
    is_of_pairs = into not in {Format.JSONL, Format.CSV, Format.TRIAGE}
    if (with_message or abstain_as_text) and not is_of_pairs:
        raise UsageError("--with-message and --abstain-as-text go with trl, kto, openai, arena")
    with open_workbench(find_study(study)) as bench, Progress("exporting") as progress:
        made: Made
        if is_of_pairs:
            made = make_preference_export(
                *(bench, into, text),
                everything=everything,
                with_message=with_message,
                abstain_as_text=abstain_as_text,
            )
        elif into is Format.TRIAGE:
            made = make_triage_export(bench, text, everything=everything, is_printed=is_printed)
        else:
            made = make_export(bench, into, text, everything=everything, is_printed=is_printed)
        if is_printed:
            for line in made.lines():
                typer.echo(display(line[:-1]) if is_of_pairs else line, nl=is_of_pairs)
        else:
            _write(output, made, {"all": everything, "text": text}, progress)
    if not is_printed:
        say(f"{counted(made.written, 'row')} in {output}, manifest beside it")
    tell = warn if is_printed else say
    if made.is_sealed:
        tell("the study is sealed: no row says whose it is, and none can be imported")
    if made.dropped:
        tell(f"left out: {describe_counts(made.dropped)} (--all writes them)")
    if made.taken_out:
        tell(f"redacted: {describe_counts(made.taken_out)} (--text verbatim keeps them)")


def _write(path: Path, made: "Made", filters: dict[str, object], progress: Progress) -> None:
    """The file, then the manifest that names its SHA-256: each whole or not there."""
    from workbench.adapters.files import write_atomically

    def chunks() -> Iterator[bytes]:
        for n, line in enumerate(made.lines(), 1):
            progress.count("rows written", n)
            yield line.encode()

    try:
        digest = write_atomically(path.resolve(), chunks())  # a link stays one
        manifest = json.dumps(_describe(made, filters, digest), indent=2, sort_keys=True) + "\n"
        write_atomically(path.with_name(path.name + ".manifest.json"), [manifest.encode()])
    except (OSError, RuntimeError) as error:  # a link that leads in a circle is a RuntimeError
        why = getattr(error, "strerror", None) or error
        raise InputRefused(f"{path} cannot be written: {why}") from error


def _describe(made: "Made", filters: dict[str, object], digest: str) -> dict[str, object]:
    return {
        "schema_version": 1,
        "format": made.into.name,
        "created_from": {"study_id": made.store.study_id, "digest": made.created_from},
        "filters": filters,
        "rows_written": made.written,
        "dropped": dict(made.dropped),
        "redacted": dict(made.taken_out),
        "lossy_fields": [*made.into.lossy_fields, *(["candidate"] if made.is_sealed else [])],
        "sealed": made.is_sealed,
        "sha256": digest,
    }


def import_(file: Path, study: StudyOption = None) -> None:
    """Read a canonical export (jsonl) into a study: tickets, outputs, test results and labels."""
    from workbench.adapters.importers.rows import read_rows

    with (
        Progress("importing") as progress,
        open_workbench(find_study(study), progress.percent) as bench,
    ):
        done = bench.imports.add(read_rows(file), str(file), progress.count)
        keep_up(bench)
    new = {"ticket": done.tickets, "output": done.outputs, "label": done.labels}
    told = ", ".join(counted(n, one) for one, n in new.items() if n) or "nothing"
    say(f"{counted(done.read, 'row')} read; new: {told}")
    end_with_problems(done.problems)
