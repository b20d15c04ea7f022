"""`workbench tickets fetch`: issues over a tracker's API, the token never an argument."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, NamedTuple

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.terminal import (
    JsonOption,
    Progress,
    StudyOption,
    describe_counts,
    end_with_problems,
    say,
    say_json,
)
from workbench.domain.counted import counted
from workbench.services.tickets import Placed, TicketImport
from workbench.study import find_study


class Tracker(StrEnum):
    """Where issues are fetched from."""

    GITHUB = "github"
    GITLAB = "gitlab"
    JIRA = "jira"
    LINEAR = "linear"


class State(StrEnum):
    """Which issues are fetched."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


class _Kind(NamedTuple):
    """What a tracker needs: variables that hold its token, one for the user, its own address."""

    fetch: Callable[..., Iterator[Mapping[str, object]]]
    tokens: tuple[str, ...]
    user: str
    api: str


def _kind(tracker: Tracker) -> _Kind:
    from workbench.adapters.trackers import jira, linear, rest

    return {
        Tracker.GITHUB: _Kind(rest.fetch_github, ("GITHUB_TOKEN", "GH_TOKEN"), "", rest.GITHUB),
        Tracker.GITLAB: _Kind(rest.fetch_gitlab, ("GITLAB_TOKEN",), "", rest.GITLAB),
        Tracker.JIRA: _Kind(jira.fetch_jira, ("JIRA_TOKEN",), "JIRA_EMAIL", ""),
        Tracker.LINEAR: _Kind(linear.fetch_linear, ("LINEAR_API_KEY",), "", linear.LINEAR),
    }[tracker]


def fetch(
    what: Annotated[
        str,
        typer.Argument(metavar="PROJECT", help="OWNER/NAME, GROUP/PROJECT, or a key such as SHOP."),
    ],
    tracker: Annotated[Tracker, typer.Option("--from", help="Which tracker.")] = Tracker.GITHUB,
    state: Annotated[State, typer.Option("--state", help="Which issues.")] = State.OPEN,
    labels: Annotated[
        str, typer.Option("--labels", metavar="A,B", help="Only issues with all of these.")
    ] = "",
    api: Annotated[
        str, typer.Option("--api", metavar="URL", help="The tracker's address, where it is yours.")
    ] = "",
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read issues from a tracker; the token is in a variable: `workbench tickets fetch --help`.

    GITHUB_TOKEN or GH_TOKEN; GITLAB_TOKEN; JIRA_TOKEN with JIRA_EMAIL; LINEAR_API_KEY. What is not
    in the environment is looked up in the system's keyring, under the service readiness-workbench.
    """
    from workbench.adapters.importers.tickets import make_rows
    from workbench.adapters.secrets import find_secret
    from workbench.adapters.trackers.pages import Query

    kind = _kind(tracker)
    query = Query(
        target=what,
        api=api or kind.api,
        token=find_secret(*kind.tokens),
        user=find_secret(kind.user) if kind.user else "",
        state=state,
        labels=tuple(label.strip() for label in labels.split(",") if label.strip()),
    )
    n_left_out = 0

    def issues() -> Iterator[Mapping[str, object]]:
        nonlocal n_left_out
        for row in kind.fetch(query, progress):
            if row.get("pull_request") is None:
                yield row
            else:
                n_left_out += 1

    with (
        Progress("fetching") as progress,
        open_workbench(find_study(study), progress.percent) as bench,
    ):
        source = f"{tracker}:{what}"
        placed = make_rows(source, issues())
        rows = (Placed(source, *row) if isinstance(row, tuple) else row for row in placed)
        done = bench.tickets.add(rows)
    _tell(done, source, n_left_out, as_json=as_json)
    end_with_problems(done.problems)


def _tell(done: TicketImport, source: str, n_left_out: int, *, as_json: bool) -> None:
    if as_json:
        told = [{"file": p.file, "where": p.where, "reason": p.reason} for p in done.problems]
        counts = {"read": done.read, "added": done.added, "here_already": done.same}
        say_json("refused", told, source=source, **counts, pull_requests_left_out=n_left_out)
        return
    counts = {"added": done.added, "here already": done.same, "refused": len(done.problems)}
    say(f"{counted(done.read, 'issue')} read: {describe_counts(counts)}")
    if n_left_out:
        say(f"{counted(n_left_out, 'pull request')} left out")


def register(app: typer.Typer) -> None:
    """Put the command into `workbench tickets`."""
    app.command()(fetch)
