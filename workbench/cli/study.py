"""`workbench init` and `workbench verify`."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.bootstrap import create_study, find_study, open_workbench
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    say,
    say_json,
    warn,
)
from workbench.domain.errors import UsageError


def init(
    repo: Annotated[
        list[str],
        typer.Option(
            "--repo",
            metavar="PATH or OWNER/NAME=PATH",
            help="A repository that outputs are diffed against; repeat it for more than one.",
        ),
    ],
    study: Annotated[
        Path | None, typer.Option("--study", metavar="DIR", help="Where; else this folder.")
    ] = None,
) -> None:
    """Make a study: workbench.toml, a database, and private clones. Repositories are only read."""
    repositories = dict(_parse_repository(text) for text in repo)
    folder = (study or Path.cwd()).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress("cloned")
    made = create_study(folder, repositories, progress.percent)
    progress.done()
    say(f"study made in {made.folder}")
    say("next: workbench tickets import FILE, then workbench outputs import FILE")


def _parse_repository(text: str) -> tuple[str, Path]:
    """`PATH` is the default repository, `OWNER/NAME=PATH` one that tickets name."""
    name, sign, path = text.partition("=")
    if sign and not Path(text).exists():
        if not name or not path:
            raise UsageError(f"--repo {text}: expected PATH or OWNER/NAME=PATH")
        return name, Path(path)
    return "", Path(text)


def verify(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """Check the hash chain, every derived row against a recount, and that every object is there."""
    with open_workbench(find_study(study)) as bench:
        progress = Progress("rows checked")
        faults = [
            {"kind": fault.kind, "row": fault.row, "sentence": fault.sentence}
            for fault in bench.store.verify()
        ]
        for output in bench.store.list_outputs():
            whole = bench.store.get_output(output.output_id)
            repo = bench.store.get_ticket(whole.ticket_id).repo
            if whole.applied.tree and not bench.clones.has_object(repo, whole.applied.tree):
                sentence = f"tree {whole.applied.tree} is not in the clone of {repo or 'default'}"
                faults.append({"kind": "object", "row": output.output_id, "sentence": sentence})
        progress.done()
    if as_json:
        say_json("faults", faults)
    for fault in [] if as_json else faults:
        warn(f"{fault['kind']} {fault['row']}: {fault['sentence']}")
    if faults:
        raise typer.Exit(4)
    if not as_json:
        say("sound: hash chain, derived rows, blobs and trees all agree")
