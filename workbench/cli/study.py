"""`workbench init` and `workbench verify`."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.bootstrap import Workbench, create_study, open_workbench
from workbench.cli.terminal import JsonOption, Progress, StudyOption, say, say_json, warn
from workbench.domain.counted import counted
from workbench.domain.errors import StoreDamaged, UsageError
from workbench.study import find_study


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
    repositories: dict[str, Path] = {}
    for name, path in map(_parse_repository, repo):
        if repositories.setdefault(name, path) != path:
            raise UsageError(f"--repo {path}: there is another one called {name or 'default'}")
    with Progress("copying repositories") as progress:
        made = create_study((study or Path.cwd()).absolute(), repositories, progress.percent)
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


def verify(
    study: StudyOption = None,
    as_json: JsonOption = False,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="First make missing trees again from the stored patches."),
    ] = False,
) -> None:
    """Check the hash chain, every derived row against a recount, and that every object is there."""
    from workbench.services.audits import BESIDE

    with open_workbench(find_study(study)) as bench:
        if rebuild:
            _rebuild(bench)
        with Progress("checking") as progress:
            faults = list(bench.audit(progress.count))
    if as_json:
        rows = [{"kind": f.kind, "row": f.row, "sentence": f.sentence} for f in faults]
        say_json("faults", rows)
    for fault in [] if as_json else faults:
        warn(f"{fault.kind} {fault.row}: {fault.sentence}")
    if not as_json and not rebuild and any(fault.kind == "object" for fault in faults):
        warn("`workbench verify --rebuild` makes trees again from the patches that the study keeps")
    if any(fault.kind not in BESIDE for fault in faults):
        raise typer.Exit(StoreDamaged.exit_code)
    if faults:
        raise typer.Exit(1)
    if not as_json:
        say("sound: hash chain, derived rows, blobs, frozen tickets and trees all agree")


def _rebuild(bench: Workbench) -> None:
    """Trees that are missing in the clones; what cannot be made is told on stderr."""
    from workbench.services.rebuilds import rebuild

    with Progress("making trees again") as progress:
        made, lacking = rebuild(bench.store, bench.clones, progress.count)
    warn(f"{counted(made, 'tree was', 'trees were')} missing and made again")
    for one in lacking:
        warn(f"{one.row}: {one.sentence}")
