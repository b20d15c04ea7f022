"""`workbench rubric`: the text that says what labels mean, and which labels are older than it."""

from collections import Counter
from typing import Annotated

import typer

from workbench.bootstrap import open_workbench
from workbench.cli.terminal import JsonOption, StudyOption, say, say_json, say_table, say_text
from workbench.domain.counted import counted
from workbench.study import find_study

SHOWN = 100  # lines of a table that a person may read; to lay out thousands takes minutes


def rubric(
    show: Annotated[bool, typer.Option("--show", help="Print the text as well.")] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which rubric is in force, and list the labels that were given under another one."""
    found = find_study(study)
    version = found.rubric_version
    counts: Counter[str] = Counter()
    stale: list[dict[str, str]] = []
    with open_workbench(found) as bench:
        for given in bench.store.labels_given():
            counts[given.rubric_version] += 1
            if given.rubric_version != version:
                stale.append(
                    {
                        "id": given.output_id,
                        "ticket": given.ticket_id,
                        "label": given.label,
                        "reviewer": given.reviewer,
                        "rubric": given.rubric_version,
                        "at": given.at,
                    }
                )
    if as_json:
        say_json("stale", stale, version=version, labels=counts.total(), by_version=dict(counts))
        return
    where = found.settings.rubric or "the built-in one"
    labels = counted(counts.total(), "label")
    say(f"rubric {version} ({where}): {counts[version]} of {labels} are of it")
    if stale:
        say_table(tuple(stale[0]), [tuple(row.values()) for row in stale[:SHOWN]])
        if len(stale) > SHOWN:
            say(f"and {len(stale) - SHOWN:,} more: --json lists all")
        say("these are stale: look at each again under the rubric in force, and label it anew")
    if show:
        say()
        say_text(found.rubric)
