"""`workbench metrics explain`: from a number back to the outputs that it is made of."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.bootstrap import Workbench, open_workbench
from workbench.cli.boards import render_trace
from workbench.cli.numbers import adjusted_as_json, describe_adjusted, rate_as_json
from workbench.cli.terminal import JsonOption, Progress, StudyOption, say, say_json
from workbench.domain.errors import UsageError
from workbench.study import find_study

if TYPE_CHECKING:  # loaded when there is something to count
    from workbench.domain.controls import Adjusted
    from workbench.services.traces import Trace, Traced

ReviewerOnly = Annotated[
    str | None, typer.Option("--reviewer", metavar="NAME", help="Only this one's labels.")
]


def explain(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A name of `metrics --json`.")],
    candidate: Annotated[
        str | None, typer.Option("--candidate", metavar="NAME", help="Whose; one alone needs none.")
    ] = None,
    reviewer: ReviewerOnly = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the outputs behind a rate: which it counts, which not, and why."""
    from workbench.gating import find_definitions
    from workbench.services.traces import Tracer, find_measures

    measures = find_measures(metric)
    with open_workbench(find_study(study)) as bench, Progress("counting"):
        check_reviewer(bench, reviewer)
        tracer = Tracer(
            bench.store, find_definitions(bench.study.folder, bench.store), reviewer or ""
        )
        who = tracer.choose(measures, candidate)
        traces = [tracer.trace(measure, who) for measure in measures]
        adjusted = tracer.adjust(who) if len(traces) > 1 else None
    if as_json:
        _say_json(metric, traces, adjusted)
        return
    for line in _render(traces, adjusted):
        say(line)


def check_reviewer(bench: Workbench, reviewer: str | None) -> None:
    """Raise UsageError where nobody of this name has a queue."""
    known = bench.store.list_reviewers()
    if reviewer is not None and reviewer not in known:
        listed = ", ".join(known) or "nobody yet"
        raise UsageError(f"no reviewer {reviewer} in this study (known: {listed})")


def _render(traces: "list[Trace]", adjusted: "Adjusted | None") -> Iterator[str]:
    if adjusted is not None:
        yield f"merge rate of {traces[0].candidate}, adjusted: {describe_adjusted(adjusted)}"
        yield "the merge rate divided by the share of controls that reviewers accept, at most 1;"
        yield "both are below"
        yield ""
    for nth, trace in enumerate(traces):
        if nth:
            yield ""
        yield from render_trace(trace)


def _say_json(metric: str, traces: "list[Trace]", adjusted: "Adjusted | None") -> None:
    rows = [_traced_as_json(trace, output) for trace in traces for output in trace.outputs]
    head: dict[str, object] = {"metric": metric, "candidate": traces[0].candidate}
    head |= rate_as_json(traces[0].rate) if adjusted is None else adjusted_as_json(adjusted)
    say_json("outputs", rows, **head)


def _traced_as_json(trace: "Trace", output: "Traced") -> dict[str, object]:
    case, held = output.case, output.case.counted
    return {
        "id": case.output_id,
        "of": trace.measure.name,
        "ticket": case.ticket_id,
        "trial": case.trial,
        "spec": case.spec,
        "in": output.part,
        "hits": output.hits,
        "n": output.n,
        "delivery": case.delivery,
        "tests": case.tests,
        "outcome": case.cell.outcome,
        "reviewer": held.reviewer or None,
        "label": held.judgement.label,
        "why": output.why,
    }
